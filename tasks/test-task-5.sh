#!/usr/bin/env bash
# Checks task 5, delivery: what is released and how, and who may release to an account.
# Next: tasks/checks.sh, what the checks are made of.
# shellcheck source=tasks/checks.sh
. "$(dirname "${BASH_SOURCE[0]}")/checks.sh"

begin 'Task 5: delivery' "$@"
tests 'pipelines, roles, deployment groups' __tests__/stacks/modules/cicd.test.ts __tests__/repository/workflow.test.ts
tests 'workflows: what each may do, and the scripts of every job' __tests__/cicd
tests 'a release: manifest, scan, push by digest' __tests__/scripts/release
tests 'packages are the same bytes wherever they are packed' __tests__/scripts/lambda-package.test.ts
tests 'the images' __tests__/images

for role in plan infra app; do
  account "the pipelines' role $role has a boundary" "arn:aws:iam::[0-9]{12}:policy/.+" iam get-role --role-name "$prefix-github-actions-$role-role" --query 'Role.PermissionsBoundary.PermissionsBoundaryArn'
done
account 'pipelines sign in by GitHub alone' '.*token[.]actions[.]githubusercontent[.]com.*' iam list-open-id-connect-providers --query 'OpenIDConnectProviderList[].Arn'
for service in orbit axon; do
  account "$service is shifted by CodeDeploy and rolled back by alarms" 'True .*DEPLOYMENT_STOP_ON_ALARM.*' deploy get-deployment-group --application-name "$prefix-services" --deployment-group-name "$prefix-$service" --query 'deploymentGroupInfo.[alarmConfiguration.enabled,autoRollbackConfiguration.events]'
done
account 'so is the function' "$prefix-functions" deploy get-application --application-name "$prefix-functions" --query 'application.applicationName'

finish
