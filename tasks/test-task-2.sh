#!/usr/bin/env bash
# Checks task 2, the services: Orbit and Axon, their images, and their cluster in an account.
# Next: tasks/checks.sh, what the checks are made of.
# shellcheck source=tasks/checks.sh
. "$(dirname "${BASH_SOURCE[0]}")/checks.sh"

begin 'Task 2: services' "$@"
tests 'Orbit, Axon and what they share' __tests__/services/orbit __tests__/services/axon __tests__/services/shared
tests 'the governed flow over sockets' __tests__/flow/dispatch.test.ts __tests__/flow/sockets.test.ts
tests 'what the images hold runs as their containers would run it' __tests__/images
command_check 'every program bundles' node scripts/bundle.ts

account 'the cluster is active' 'ACTIVE' ecs describe-clusters --clusters "$prefix-cluster" --query 'clusters[].status'
for service in orbit axon; do
  account "$service is active" 'ACTIVE' ecs describe-services --cluster "$prefix-cluster" --services "$prefix-$service" --query 'services[].status'
  account "$service can write to no disk and is nobody" 'True 65532' ecs describe-task-definition --task-definition "$prefix-$service" --query 'taskDefinition.containerDefinitions[0].[readonlyRootFilesystem,user]'
  account "tags of $service's images cannot be moved" 'IMMUTABLE' ecr describe-repositories --repository-names "$prefix/$service" --query 'repositories[].imageTagMutability'
done

finish
