#!/usr/bin/env bash
# From a fresh clone to the first synth: checks what the machine needs and how to get it, then installs, builds and synthesizes.
# Next: README.md, whose two commands run after this.
set -euo pipefail

readonly min_node_major=20
readonly min_npm_major=10
readonly min_terraform_minor=11
readonly min_python_minor=11
readonly min_aws_major=2
readonly min_docker_major=23

check_only=no
missing=0
warned=0

usage() {
  print_lines \
    'Usage: scripts/setup.sh [--check] [PORT ...]' \
    '' \
    'Checks the prerequisites of the project; when all are there, installs its packages (npm ci), bundles the programs (dist/)' \
    'and synthesizes the infrastructure (infra/).' \
    '' \
    '  --check  check, and change nothing' \
    '  PORT     a port the dev server is to listen on; checked to be free on 127.0.0.1' \
    '  --help   print this text' \
    '' \
    "Required: Node.js >= ${min_node_major}, npm >= ${min_npm_major}, git." \
    "Optional, for the infrastructure: Terraform >= 1.${min_terraform_minor}, Python >= 3.${min_python_minor};" \
    "for an AWS account: the AWS CLI >= ${min_aws_major}, and Docker >= ${min_docker_major} for its first images." \
    '' \
    'Exit code: 0 ready, 1 a requirement is missing, a port is taken or a step failed, 2 wrong usage.'
}

main() {
  local ports=()
  while (($# > 0)); do
    case "$1" in
      -h | --help)
        usage
        exit 0
        ;;
      --check) check_only=yes ;;
      *)
        if ! is_port "$1"; then
          printf 'got "%s", expected --check, --help or a port from 1 to 65535\n' "$1" >&2
          exit 2
        fi
        ports+=("$1")
        ;;
    esac
    shift
  done

  check_required node "${min_node_major}.0" 'install Node.js 24 LTS or later: https://nodejs.org/en/download' node --version
  check_required npm "${min_npm_major}.0" 'update it: npm install --global npm' npm --version
  check_required git 2.0 'install it: https://git-scm.com/downloads' git --version
  check_optional terraform "1.${min_terraform_minor}" 'needed to plan and apply infra/: https://developer.hashicorp.com/terraform/install' terraform version
  check_optional python3 "3.${min_python_minor}" 'needed for the emulated AWS account: https://www.python.org/downloads' python3 --version
  check_optional aws "${min_aws_major}.0" 'needed for an AWS account, bootstrap and runbook: https://docs.aws.amazon.com/cli/latest/userguide/getting-started-install.html' aws --version
  check_optional docker "${min_docker_major}.0" 'needed for the first images of an AWS account: https://docs.docker.com/get-started/get-docker' docker --version

  # Bash 3.2, which macOS ships, calls an empty array unbound under set -u.
  local port
  for port in ${ports[@]+"${ports[@]}"}; do
    check_port "${port}"
  done
  sum_up
  [[ ${check_only} == yes ]] || build
  next_steps
}

# check_required NAME MIN ADVICE COMMAND...: counts it missing when absent, broken or older than MIN.
check_required() {
  local found
  if found=$(find_version "$@"); then
    report ok "$1 ${found}"
  else
    report missing "$1: ${found}; $3"
    missing=$((missing + 1))
  fi
}

# check_optional NAME MIN ADVICE COMMAND...: the same, but only warns.
check_optional() {
  local found
  if found=$(find_version "$@"); then
    report ok "$1 ${found}"
  else
    report warn "$1: ${found}; $3"
    warned=$((warned + 1))
  fi
}

# find_version NAME MIN ADVICE COMMAND...: prints the version and succeeds, or prints what is wrong and fails.
find_version() {
  local name=$1 min=$2 output version
  shift 3
  if ! command -v "${name}" >/dev/null 2>&1; then
    printf 'not found, expected >= %s' "${min}"
    return 1
  fi
  if ! output=$(CHECKPOINT_DISABLE=1 "$@" 2>/dev/null) || ! version=$(read_version "${output}"); then
    printf 'found but "%s" gives no version, expected >= %s' "$*" "${min}"
    return 1
  fi
  if ! is_at_least "${version}" "${min}"; then
    printf 'got %s, expected >= %s' "${version}" "${min}"
    return 1
  fi
  printf '%s' "${version}"
}

# read_version TEXT: the first dotted number in it.
read_version() {
  [[ $1 =~ ([0-9]+)\.([0-9]+)(\.[0-9]+)? ]] || return 1
  printf '%s' "${BASH_REMATCH[0]}"
}

# is_at_least VERSION MIN: compares major and minor as numbers, so 20.9 is less than 20.10.
is_at_least() {
  local major minor min_major min_minor rest
  IFS=. read -r major minor rest <<<"$1"
  IFS=. read -r min_major min_minor rest <<<"$2"
  : "${rest:-}"
  ((major > min_major || (major == min_major && minor >= min_minor)))
}

is_port() {
  [[ $1 =~ ^[1-9][0-9]{0,4}$ ]] && (($1 <= 65535))
}

# check_port PORT: a connection that opens means somebody listens there.
check_port() {
  if (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; then
    report missing "port $1: taken by another program; stop that program or choose another port"
    missing=$((missing + 1))
  else
    report ok "port $1 is free"
  fi
}

sum_up() {
  if ((missing > 0)); then
    printf 'not ready: %d missing\n' "${missing}"
    exit 1
  fi
  if ((warned > 0)); then
    printf 'ready for the runtime; %d optional missing\n' "${warned}"
  else
    printf 'ready\n'
  fi
}

# Each step says its name before and, should it fail, after.
build() {
  cd "${BASH_SOURCE[0]%/*}/.."
  # Into a log cdktf would draw its progress frame by frame.
  [[ -t 1 ]] || export CI=true
  step 'install: npm ci' npm ci
  step 'build: npm run bundle' npm run bundle
  step 'synth: npm run synth' npm run synth
}

step() {
  local name=$1
  shift
  printf '\n%s\n' "${name}"
  if ! "$@"; then
    printf 'failed: %s\n' "${name}" >&2
    exit 1
  fi
}

next_steps() {
  if [[ ${check_only} == yes ]]; then
    print_lines 'next: scripts/setup.sh, which installs, builds and synthesizes'
    return
  fi
  print_lines '' 'next:' \
    '  npm run dev                      the whole runtime on this machine, and a governed request' \
    '  npm test                         every test' \
    '  npm run infra:plan -- dev        what the infrastructure would be, on an emulated account' \
    '  scripts/bootstrap.sh --help      what an AWS account needs before the first apply; then docs/setup.md'
}

report() {
  printf '%-8s %s\n' "$1" "$2"
}

print_lines() {
  printf '%s\n' "$@"
}

main "$@"
