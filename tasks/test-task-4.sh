#!/usr/bin/env bash
# Checks task 4, security: attacks, permissions, guards, and the locks of an account.
# Next: tasks/checks.sh, what the checks are made of.
# shellcheck source=tasks/checks.sh
. "$(dirname "${BASH_SOURCE[0]}")/checks.sh"

begin 'Task 4: security' "$@"
tests 'every attack is refused by its own code' __tests__/flow/attacks.test.ts __tests__/flow/broken-input.test.ts
tests 'roles, boundaries, policies' __tests__/stacks/modules/iam.test.ts __tests__/stacks/modules/iam __tests__/stacks/modules/secret-locks.test.ts
tests 'what synth refuses' __tests__/stacks/guards
tests 'the mesh and the aliases admit Orbit alone' __tests__/services/local/synthesized-account.test.ts

for role in orbit axon governance; do
  account "role $role has its boundary" "arn:aws:iam::[0-9]{12}:policy/$prefix-$role-boundary" iam get-role --role-name "$prefix-$role-role" --query 'Role.PermissionsBoundary.PermissionsBoundaryArn'
done
for service in orbit axon; do
  account "the secret of $service is encrypted by the key of $service" "$(answer kms describe-key --key-id "alias/$prefix-$service" --query 'KeyMetadata.Arn')" secretsmanager describe-secret --secret-id "$prefix/$service" --query KmsKeyId
  account "the secret of $service denies by its own policy" '.*"Effect": ?"Deny".*' secretsmanager get-resource-policy --secret-id "$prefix/$service" --query ResourcePolicy
done

finish
