#!/usr/bin/env bash
# What the task scripts share: a target, checks that are run or asked of an account, a table, an exit code. Sourced by each.
# Next: tasks/test-task-1.sh, the first that uses it.
set -euo pipefail

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
target=local
environment=dev
account_url=''
prefix=''
rows=()
failed=0
work=''
account_pid=''

usage() {
  cat <<TEXT
usage: tasks/$(basename "$0") [--target local|emulated|aws] [--environment NAME] [--account-url URL]

  --target local     (default) the tests and commands of this task, on this machine
  --target emulated  what this task made, read from an emulated account that dev is applied to first (a minute and a half);
                     needs Terraform, Python and the AWS CLI
  --target aws       the same, read from the account that the AWS CLI is signed in to; nothing is written there
  --environment      whose names are looked for, agent-runtime-NAME; the emulated account holds dev
  --account-url      an emulated account that runs already, instead of a new one: npm run dev -- --account emulated prints its address

Exit code: 0 every check passed, 1 one failed, 2 wrong usage.
TEXT
}

# begin TITLE ARGS...: reads the arguments and makes the target ready.
begin() {
  title=$1
  shift
  while (($# > 0)); do
    case "$1" in
      -h | --help) usage && exit 0 ;;
      --target) target=${2:-} && shift 2 ;;
      --environment) environment=${2:-} && shift 2 ;;
      --account-url) account_url=${2:-} && shift 2 ;;
      *) fail_usage "got $1" ;;
    esac
  done
  case "$target" in local | emulated | aws) ;; *) fail_usage "got --target $target" ;; esac
  [[ $environment =~ ^[a-z][a-z0-9-]*$ ]] || fail_usage "got --environment $environment"
  # shellcheck disable=SC2034 # for the scripts that source this
  prefix="agent-runtime-$environment"
  cd "$repository"
  [[ -x node_modules/node/bin/node ]] || stop 'got no node_modules, expected npm ci to have run'
  export PATH="$repository/node_modules/node/bin:$repository/node_modules/.bin:$PATH"
  work=$(mktemp -d)
  trap end_target EXIT
  if [[ $target != local ]]; then
    command -v aws >/dev/null 2>&1 || stop 'got no aws command, expected the AWS CLI: https://docs.aws.amazon.com/cli/latest/userguide/getting-started-install.html'
    export AWS_PAGER='' AWS_MAX_ATTEMPTS=2
  fi
  [[ $target != emulated ]] || use_emulated_account
}

fail_usage() {
  printf '%s, expected one of the options below\n' "$1" >&2
  usage >&2
  exit 2
}

stop() {
  printf '%s\n' "$1" >&2
  exit 1
}

use_emulated_account() {
  [[ -n $account_url ]] || start_emulated_account
  export AWS_ENDPOINT_URL=$account_url AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_EC2_METADATA_DISABLED=true
  export AWS_DEFAULT_REGION=eu-central-1 AWS_REGION=eu-central-1
  unset AWS_PROFILE AWS_SESSION_TOKEN
}

# The account lives until its input ends, which is the pipe that this script holds open.
start_emulated_account() {
  printf 'applying dev to an emulated account, a minute and a half …\n' >&2
  # What the account's functions are made of; a fresh clone has none yet.
  node scripts/bundle.ts >"$work/progress" 2>&1 || { cat "$work/progress" >&2 && stop 'got no archives of the functions; what it printed is above'; }
  mkfifo "$work/input"
  node scripts/infra/main.ts account <"$work/input" >"$work/account" 2>"$work/progress" &
  account_pid=$!
  exec 9>"$work/input"
  until grep -q '^{"account"' "$work/account" 2>/dev/null; do
    kill -0 "$account_pid" 2>/dev/null || { cat "$work/progress" >&2 && stop 'got no emulated account; what it printed is above'; }
    sleep 1
  done
  account_url=$(node -p 'JSON.parse(require("node:fs").readFileSync(0, "utf8").split("\n").find((line) => line.startsWith("{\"account\""))).account.url' <"$work/account")
}

end_target() {
  if [[ -n $account_pid ]]; then
    exec 9>&-
    wait "$account_pid" || true
  fi
  rm -rf "$work"
}

# tests NAME FILE...: test files, on this machine.
tests() {
  local name=$1
  shift
  command_check "$name" vitest run --project programs "$@"
}

# command_check NAME COMMAND...: a command that must end well, on this machine.
command_check() {
  local name=$1 started=$SECONDS again
  shift
  [[ $target == local ]] || return 0
  again=$*
  [[ $1 != vitest ]] || again="npx $again"
  printf '%s …\n' "$name" >&2
  if NO_COLOR=1 "$@" >"$work/output" 2>&1; then
    record passed "$name" "$started"
  else
    record FAILED "$name" "$started"
    printf '%s: failed; the last lines follow, all of it by: %s\n' "$name" "$again" >&2
    grep -E '^ *FAIL ' "$work/output" >&2 || true
    tail -n 40 "$work/output" >&2
  fi
}

# account NAME EXPECTED AWS-ARGUMENTS...: what the account answers, as text on one line, against an extended regular expression.
account() {
  local name=$1 expected=$2 started=$SECONDS got
  shift 2
  [[ $target != local ]] || return 0
  if got=$(aws "$@" --output text 2>"$work/output" | tr -s '\n\t' '  ' | sed 's/ $//') && [[ $got =~ ^($expected)$ ]]; then
    record passed "$name" "$started"
  else
    record FAILED "$name" "$started"
    printf '%s: got "%s", expected %s\n%s\n' "$name" "${got:-}" "$expected" "$(cat "$work/output")" >&2
  fi
}

# answer AWS-ARGUMENTS...: what another check is held against; without an answer nothing equals it.
answer() {
  [[ $target != local ]] || return 0
  aws "$@" --output text 2>>"$work/output" || printf 'no answer'
}

record() {
  [[ $1 == passed ]] || failed=$((failed + 1))
  rows+=("$(printf '%-7s %5ss  %s' "$1" "$((SECONDS - $3))" "$2")")
}

# finish: the table, and the exit code.
finish() {
  ((${#rows[@]} > 0)) || stop "got no check for --target $target, expected at least one"
  printf '\n%s (%s)\n' "$title" "$target"
  printf '%s\n' "${rows[@]}"
  printf '%d passed, %d failed\n' "$((${#rows[@]} - failed))" "$failed"
  ((failed == 0))
}
