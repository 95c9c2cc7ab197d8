#!/usr/bin/env bash
# Applies the plan that scripts/infra/save-plan.sh kept and somebody reviewed: that one, of this commit, within a day, or none.
# Next: scripts/infra/reviewed-plan.ts, which checks it.
set -euo pipefail

environment="${1:?got no environment, expected ENV SHA256: scripts/infra/apply-plan.sh dev 0123...}"
sha256="${2:?got no SHA-256, expected that of the manifest which save-plan.sh printed}"
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

node "$root/scripts/infra/reviewed-plan.ts" check "$environment" "$sha256"
export TF_IN_AUTOMATION=true
terraform -chdir="$root/infra/environments/$environment" init -input=false
terraform -chdir="$root/infra/environments/$environment" apply -input=false -lock-timeout=5m "$root/dist/reviewed/plan.tfplan"
