#!/usr/bin/env bash
# What of an environment was changed outside Terraform: a refresh alone, so that what is merged and not yet applied is no drift.
# Next: scripts/infra/drift.ts, which says what it found.
set -euo pipefail

environment="${1:?got no environment, expected one: scripts/infra/drift.sh dev}"
[[ $environment =~ ^[a-z][a-z0-9-]*$ ]] || {
  printf 'got environment %s, expected lowercase letters, digits and dashes\n' "$environment" >&2
  exit 2
}
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
folder="$root/infra/environments/$environment"
mkdir -p "$root/.tmp/drift"

# A refresh needs a value for each variable and uses none of them.
none="sha256:$(printf '0%.0s' {1..64})"
export TF_VAR_certificate_arn="${CERTIFICATE_ARN:?got no CERTIFICATE_ARN, expected the certificate of the load balancer}"
export TF_VAR_orbit_image_digest="$none" TF_VAR_axon_image_digest="$none" TF_IN_AUTOMATION=true

terraform -chdir="$folder" init -input=false >&2
terraform -chdir="$folder" plan -refresh-only -input=false -lock=false -out="$root/.tmp/drift/$environment.tfplan" >&2
terraform -chdir="$folder" show -json "$root/.tmp/drift/$environment.tfplan" >"$root/.tmp/drift/$environment.json"
node "$root/scripts/infra/drift.ts" "$environment" "$root/.tmp/drift/$environment.json"
