#!/usr/bin/env bash
# Shows on a running runtime what is allowed and what is refused, and by what; exit code 1 on any difference.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
state="$here/.tmp/local.env"

usage() {
  cat <<'TEXT'
usage: scripts/test-governance.sh [BASE_URL] [--env FILE]

Runs every governed and ungoverned case against the runtime at BASE_URL (default: the dev server's) and prints
expected against got. The dev server leaves what the cases need in .tmp/local.env; for another runtime give a
file with the same settings:
  TOKEN_URL                 answers POST {"subject", "tenant"} with {"access_token"}
  or TOKEN_DEFAULT and TOKEN_UNKNOWN_TENANT: two tokens, of tenant "default" and of one without a policy
  AXON_DIRECT_URL           Axon behind the mesh, to show that a direct call is refused
  AXON_URL, AWS_REGION, GOVERNANCE_FUNCTION, AWS_* credentials of Orbit's role
                            to play Orbit's part: replay, tampering, expiry
Cases whose settings are missing fail, as they could not be shown.
TEXT
}

base=""
while [ $# -gt 0 ]; do
  case "$1" in
    -h | --help) usage; exit 0 ;;
    --env) state="${2:?--env needs a file}"; shift 2 ;;
    -*) printf 'got %s, expected [BASE_URL] [--env FILE]\n' "$1" >&2; exit 2 ;;
    *) base="$1"; shift ;;
  esac
done

if [ -f "$state" ]; then
  set -a
  # shellcheck source=/dev/null
  . "$state"
  set +a
elif [ -z "$base" ]; then
  printf 'got no running dev server (%s is missing), expected one: npm run dev\n' "${state#"$here"/}" >&2
  exit 1
fi
[ -z "$base" ] || export ORBIT_URL="$base"

node="$here/node_modules/node/bin/node"
[ -x "$node" ] || { printf 'got no node_modules, expected npm ci to have run\n' >&2; exit 1; }
exec "$node" "$here/scripts/governance-cases.ts"
