#!/usr/bin/env bash
# Checks the base of a pull request out into .tmp/base, ready to plan by its own programs: a review then shows what the pull request adds to
# what is merged and not yet applied. Installs packages, so it comes before there are credentials.
# Next: scripts/infra/plan-deployed.sh of that commit.
set -euo pipefail

base="${1:?got no commit, expected the base of the pull request: scripts/infra/prepare-base.sh 0123...}"
[[ $base =~ ^[0-9a-f]{40}$ ]] || {
  printf 'got commit %s, expected 40 hex digits\n' "$base" >&2
  exit 2
}
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
folder="$root/.tmp/base"

if [[ -e $folder ]]; then git -C "$root" worktree remove --force "$folder"; fi
git -C "$root" worktree add --quiet --detach "$folder" "$base"
cd "$folder"
npm ci
npm run bundle
