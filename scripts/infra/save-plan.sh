#!/usr/bin/env bash
# Plans an environment against AWS and keeps the plan, sealed, for scripts/infra/apply-plan.sh: what was reviewed is what is applied.
# In dist/reviewed: plan.tfplan, plan.json and manifest.json. Prints the manifest's SHA-256, which whoever applies has to name.
# Next: scripts/infra/reviewed-plan.ts, the seal.
set -euo pipefail

environment="${1:?got no environment, expected one: scripts/infra/save-plan.sh dev}"
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
folder="$root/infra/environments/$environment"
reviewed="$root/dist/reviewed"
[[ -f $folder/main.tf.json ]] || {
  printf 'got environment %s, expected a folder of infra/environments\n' "$environment" >&2
  exit 2
}
# Without its value the plan would take the subscription away.
if grep -q '"pager_duty_url"' "$folder/main.tf.json" && [[ -z ${TF_VAR_pager_duty_url:-} ]]; then
  printf 'got no TF_VAR_pager_duty_url, expected the integration URL that %s pages by\n' "$environment" >&2
  exit 2
fi

deployed=$(bash "$root/scripts/infra/deployed-variables.sh" "$environment")
variables=()
while read -r variable; do variables+=("-var=$variable"); done <<<"$deployed"
export TF_IN_AUTOMATION=true
rm -rf "$reviewed"
mkdir -p "$reviewed"
terraform -chdir="$folder" init -input=false >&2
# The role that plans reads the state and cannot lock it: Terraform refuses the plan if the state has changed when it is applied.
terraform -chdir="$folder" plan -input=false -lock=false -out="$reviewed/plan.tfplan" "${variables[@]}" >&2
terraform -chdir="$folder" show -json "$reviewed/plan.tfplan" >"$reviewed/plan.json"
node "$root/scripts/infra/reviewed-plan.ts" seal "$environment"
