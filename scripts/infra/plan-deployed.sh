#!/usr/bin/env bash
# Plans an environment against AWS with what runs there, for a reviewer to read; nothing is kept to be applied.
# Next: scripts/infra/deployed-variables.sh, what runs; scripts/infra/main.ts, which plans. The JSON is in .tmp/plan/ENV.json.
set -euo pipefail

environment="${1:?got no environment, expected one: scripts/infra/plan-deployed.sh dev}"
deployed=$(bash "$(dirname "${BASH_SOURCE[0]}")/deployed-variables.sh" "$environment")
variables=()
while read -r variable; do variables+=(--var "$variable"); done <<<"$deployed"
npm run infra:plan -- "$environment" --aws "${variables[@]}"
