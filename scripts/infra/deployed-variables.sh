#!/usr/bin/env bash
# The variables of an environment as it runs: NAME=VALUE lines with the images of its task definitions, so that a
# plan shows what a change of infrastructure changes and nothing else. Where nothing runs yet, images that do not exist.
# Next: scripts/infra/plan-deployed.sh and scripts/infra/save-plan.sh, which plan with them.
set -euo pipefail

environment="${1:?got no environment, expected one: scripts/infra/deployed-variables.sh dev}"
certificate="${CERTIFICATE_ARN:?got no CERTIFICATE_ARN, expected the certificate of the load balancer}"
prefix="agent-runtime-$environment"

running() {
  aws ecs describe-task-definition --task-definition "$prefix-$1" --output text \
    --query "taskDefinition.containerDefinitions[?name=='$1'].image"
}

printf 'certificate_arn=%s\n' "$certificate"
for service in orbit axon; do
  digest="sha256:$(printf '0%.0s' {1..64})"
  if answer=$(running "$service" 2>&1); then
    digest="${answer##*@}"
  elif [[ $answer != *"Unable to describe task definition"* ]]; then
    printf 'got no answer of ecs about %s: %s\n' "$prefix-$service" "$answer" >&2
    exit 1
  fi
  printf '%s_image_digest=%s\n' "$service" "$digest"
done
