#!/usr/bin/env bash
# Checks task 3, Governance: the decision, its documents, and the function, tables and keys in an account.
# Next: tasks/checks.sh, what the checks are made of.
# shellcheck source=tasks/checks.sh
. "$(dirname "${BASH_SOURCE[0]}")/checks.sh"

begin 'Task 3: governance' "$@"
command_check 'the shipped policies are valid' npm run --silent policy -- validate
command_check 'lint finds no error' npm run --silent policy -- lint
command_check 'every case holds, every rule and condition is exercised' npm run --silent policy -- test --min-coverage 100
tests 'the decision' __tests__/governance/policy/decide.test.ts __tests__/governance/policy/cedar-differential.test.ts __tests__/policy-cases
tests 'the function: store, quotas, grants, audit' __tests__/governance/lambda

account 'the function runs in its own role' "arn:aws:iam::[0-9]{12}:role/$prefix-governance-role" lambda get-function-configuration --function-name "$prefix-governance" --query Role
account 'Orbit has an alias of its own' 'orbit' lambda get-alias --function-name "$prefix-governance" --name orbit --query Name
for table in policies quotas grants; do
  account "table $table is active" 'ACTIVE' dynamodb describe-table --table-name "$prefix-governance-$table" --query 'Table.TableStatus'
done
account 'the policy table can be brought back to any second' 'ENABLED' dynamodb describe-continuous-backups --table-name "$prefix-governance-policies" --query 'ContinuousBackupsDescription.PointInTimeRecoveryDescription.PointInTimeRecoveryStatus'
for key in governance-signing policy-publisher; do
  account "key $key signs by ECDSA on P-256" 'ECC_NIST_P256 SIGN_VERIFY' kms describe-key --key-id "alias/$prefix-$key" --query 'KeyMetadata.[KeySpec,KeyUsage]'
done

finish
