#!/usr/bin/env bash
# Writes the review of a plan to .tmp/plan-review/ENVIRONMENT.md, for the comment, and into the summary of a run on GitHub.
# Next: scripts/review/main.ts, which reviews.
set -euo pipefail

plan="${1:?got no plan, expected its JSON: scripts/plan-review.sh PLAN.json ENVIRONMENT [BASE.json]}"
environment="${2:?got no environment, expected one: scripts/plan-review.sh PLAN.json ENVIRONMENT [BASE.json]}"
base="${3:-}"

review=$(npm run --silent review -- "$plan" --environment "$environment" ${base:+--base "$base"})
file=".tmp/plan-review/$environment.md"
mkdir -p "$(dirname "$file")"
printf '%s\n' "$review" | tee "$file"
if [[ -n ${GITHUB_STEP_SUMMARY:-} ]]; then cat "$file" >>"$GITHUB_STEP_SUMMARY"; fi
