#!/usr/bin/env bash
# Which decisions the policies of this checkout change against those of another commit, as Markdown.
# Next: governance/cli/diff.ts, which compares.
set -euo pipefail

base="${1:?got no commit, expected one: scripts/policy-diff.sh COMMIT FILE}"
file="${2:?got no file, expected where the Markdown goes: scripts/policy-diff.sh COMMIT FILE}"

before=$(mktemp -d)
trap 'rm -rf "$before"' EXIT
git archive "$base" governance/policies | tar -x -C "$before"
mkdir -p "$(dirname "$file")"

# A comment holds 65536 characters.
changes=$(npm run --silent policy -- diff "$before/governance/policies" governance/policies)
shown="${changes:0:60000}"
{
  printf '### Decisions that change\n\n'
  printf 'Policies of this branch against %s, as npm run policy -- diff BEFORE AFTER has them.\n\n' "${base:0:12}"
  printf '~~~~text\n%s\n~~~~\n' "$shown"
  if [[ $shown != "$changes" ]]; then printf '\nThe rest is in the log of the job.\n'; fi
} >"$file"
printf '%s\n' "$changes"
