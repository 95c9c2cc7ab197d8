#!/usr/bin/env bash
# Plans an environment against AWS with the images and the version that run there, so that the plan shows what a change
# of infrastructure changes and nothing else. Where nothing runs yet, with images that do not exist.
# Next: scripts/infra/main.ts, which plans; the JSON is in .tmp/plan/ENV.json.
set -euo pipefail

environment="${1:?got no environment, expected one: scripts/infra/plan-deployed.sh dev}"
certificate="${CERTIFICATE_ARN:?got no CERTIFICATE_ARN, expected the certificate of the load balancer}"
prefix="agent-runtime-$environment"

# What a task definition says: its image, and the version it reports.
running() {
  aws ecs describe-task-definition --task-definition "$prefix-$1" --output text \
    --query "taskDefinition.containerDefinitions[?name=='$1'].[image, environment[?name=='${1^^}_VERSION'].value | [0]]"
}

variables=(--var "certificate_arn=$certificate")
release=0.0.0
for service in orbit axon; do
  digest="sha256:$(printf '0%.0s' {1..64})"
  if answer=$(running "$service" 2>&1); then
    read -r image version <<<"$answer"
    digest="${image##*@}"
    release="$version"
  elif [[ $answer != *"Unable to describe task definition"* ]]; then
    printf 'got no answer of ecs about %s: %s\n' "$prefix-$service" "$answer" >&2
    exit 1
  fi
  variables+=(--var "${service}_image_digest=$digest")
done

npm run infra:plan -- "$environment" --aws "${variables[@]}" --var "release=$release"
