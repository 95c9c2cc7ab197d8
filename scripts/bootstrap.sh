#!/usr/bin/env bash
# What an AWS account needs before the first apply: a bucket for Terraform's state, and GitHub's way in without a key. Plans unless told to apply.
# Next: docs/setup.md, which goes on from what this prints.
set -euo pipefail

readonly issuer=token.actions.githubusercontent.com
readonly noncurrent_days=90
readonly session_seconds=3600
readonly administrator=policy/AdministratorAccess

environment='' region='' repository='' project=agent-runtime
apply=no removing=no
answer='' found=no account='' partition='' key_arn='' pending=0
errors=$(mktemp)
trap 'rm -f "${errors}"' EXIT

usage() {
  printf '%s\n' \
    'Usage: scripts/bootstrap.sh --environment NAME --region REGION --repository OWNER/NAME [--project NAME] [--apply]' \
    '       scripts/bootstrap.sh --environment NAME --region REGION --repository OWNER/NAME --remove-role [--apply]' \
    '' \
    'Prints what it would make in the account of the current credentials; with --apply makes it. Can be repeated: what is right stays.' \
    '' \
    '  a KMS key and a bucket PROJECT-NAME-terraform-state: versioned, encrypted, not public, TLS only;' \
    "  GitHub's OpenID Connect provider, of which an account has one;" \
    '  a role PROJECT-NAME-bootstrap for the first apply, which only the GitHub environment NAME-bootstrap of OWNER/NAME can assume.' \
    '    It administers the account: protect that environment by approvals, and remove the role after the first apply (--remove-role).' \
    '' \
    'Exit code: 0 planned or made, 1 refused or failed, 2 wrong usage.'
}

main() {
  read_arguments "$@"
  export AWS_REGION="${region}" AWS_PAGER=''
  ask '' sts get-caller-identity --query Account
  account=$(text_of "${answer}")
  ask '' sts get-caller-identity --query Arn
  partition=$(text_of "${answer}")
  partition=${partition#arn:} partition=${partition%%:*}
  readonly name="${project}-${environment}"
  readonly bucket="${name}-terraform-state" role="${name}-bootstrap"
  readonly provider="arn:${partition}:iam::${account}:oidc-provider/${issuer}"
  printf 'account %s, region %s\n' "${account}" "${region}"
  if [[ ${removing} == yes ]]; then
    ensure "role ${role} is gone" role_is_gone remove_role
  else
    ensure_state
    ensure_github
  fi
  sum_up
}

read_arguments() {
  while (($# > 0)); do
    case "$1" in
      -h | --help) usage && exit 0 ;;
      --apply) apply=yes ;;
      --remove-role) removing=yes ;;
      --environment | --region | --repository | --project)
        (($# > 1)) || wrong_usage "$1: got nothing after it, expected a value"
        printf -v "${1#--}" '%s' "$2"
        shift
        ;;
      *) wrong_usage "got \"$1\", expected one of the options of --help" ;;
    esac
    shift
  done
  expect_form --environment "${environment}" '^[a-z][a-z0-9-]{1,19}$' 'lowercase letters, digits and dashes, 2 to 20'
  expect_form --region "${region}" '^[a-z]{2}(-[a-z]+)+-[0-9]$' 'a region such as eu-central-1'
  expect_form --repository "${repository}" '^[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+$' 'owner/name'
  expect_form --project "${project}" '^[a-z][a-z0-9-]{1,29}$' 'lowercase letters, digits and dashes, 2 to 30'
}

expect_form() {
  [[ $2 =~ $3 ]] || wrong_usage "$1: got \"$2\", expected $4"
}

wrong_usage() {
  printf '%s; scripts/bootstrap.sh --help says more\n' "$1" >&2
  exit 2
}

fail() {
  printf '%s\n' "$1" >&2
  exit 1
}

# ask ABSENT ARGUMENTS...: sets `answer` to what AWS answers, as JSON, and `found`; null and no when it fails with a code that ABSENT, a pattern, matches.
# Any other failure ends the script: what could not be read is not taken for absent.
ask() {
  local absent=$1
  shift
  if answer=$(aws "$@" --output json 2>"${errors}"); then
    answer=${answer:-null} found=yes
  elif [[ -n ${absent} ]] && grep -Eq "\((${absent})\)" "${errors}"; then
    answer=null found=no
  else
    fail "aws $1 $2: $(tr '\n' ' ' <"${errors}")"
  fi
}

# ensure WHAT IS_SO MAKE_SO: looks, makes it so when asked to, and looks again.
ensure() {
  if "$2"; then
    printf '%-8s %s\n' ok "$1"
  elif [[ ${apply} == no ]]; then
    printf '%-8s %s\n' would "$1"
    pending=$((pending + 1))
  else
    "$3" >/dev/null || fail "$1: could not be made"
    "$2" || fail "$1: not so after it was made"
    printf '%-8s %s\n' made "$1"
  fi
}

# same_json ONE OTHER: whether they hold the same, whatever the order of their members. A string that holds JSON counts as what it holds.
same_json() {
  node -e '
    const sorted = (v) => Array.isArray(v) ? v.map(sorted)
      : v && typeof v === "object" ? Object.fromEntries(Object.keys(v).sort().map((k) => [k, sorted(v[k])])) : v;
    const [one, other] = process.argv.slice(1).map((text) => {
      const value = JSON.parse(text);
      return JSON.stringify(sorted(typeof value === "string" && value.startsWith("{") ? JSON.parse(value) : value));
    });
    process.exit(one === other ? 0 : 1);
  ' "$1" "$2"
}

text_of() {
  node -p 'String(JSON.parse(process.argv[1]))' "$1"
}

ensure_state() {
  ensure "key alias/${bucket}, rotated each year" key_is_so make_key
  ensure "bucket ${bucket}" bucket_is_so make_bucket
  ensure 'the bucket keeps versions' versioning_is_so make_versioning
  ensure 'the bucket is not public' privacy_is_so make_privacy
  ensure 'the bucket encrypts with the key' encryption_is_so make_encryption
  ensure 'the bucket refuses requests without TLS' policy_is_so make_policy
  ensure "the bucket forgets old versions after ${noncurrent_days} days" lifecycle_is_so make_lifecycle
}

key_is_so() {
  ask NotFoundException kms describe-key --key-id "alias/${bucket}" --query KeyMetadata.Arn
  [[ ${found} == yes ]] || return 1
  key_arn=$(text_of "${answer}")
  ask '' kms get-key-rotation-status --key-id "${key_arn}" --query KeyRotationEnabled
  [[ ${answer} == true ]]
}

make_key() {
  if [[ -z ${key_arn} ]]; then
    ask '' kms create-key --description "Terraform state of ${name}" --query KeyMetadata.Arn
    key_arn=$(text_of "${answer}")
    aws kms create-alias --alias-name "alias/${bucket}" --target-key-id "${key_arn}" || return 1
  fi
  aws kms enable-key-rotation --key-id "${key_arn}"
}

# Somebody else's bucket of that name answers 403, which ends the script.
bucket_is_so() {
  ask '404|NoSuchBucket' s3api head-bucket --bucket "${bucket}" --expected-bucket-owner "${account}"
  [[ ${found} == yes ]]
}

make_bucket() {
  # S3 takes no constraint for its first region: https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html
  if [[ ${region} == us-east-1 ]]; then
    aws s3api create-bucket --bucket "${bucket}"
  else
    aws s3api create-bucket --bucket "${bucket}" --create-bucket-configuration "LocationConstraint=${region}"
  fi
}

versioning_is_so() {
  ask NoSuchBucket s3api get-bucket-versioning --bucket "${bucket}" --query Status
  [[ ${answer} == '"Enabled"' ]]
}

make_versioning() {
  aws s3api put-bucket-versioning --bucket "${bucket}" --versioning-configuration Status=Enabled
}

readonly privacy='{"BlockPublicAcls":true,"IgnorePublicAcls":true,"BlockPublicPolicy":true,"RestrictPublicBuckets":true}'

privacy_is_so() {
  ask 'NoSuchBucket|NoSuchPublicAccessBlockConfiguration' \
    s3api get-public-access-block --bucket "${bucket}" --query PublicAccessBlockConfiguration
  same_json "${answer}" "${privacy}"
}

make_privacy() {
  aws s3api put-public-access-block --bucket "${bucket}" --public-access-block-configuration "${privacy}"
}

encryption() {
  printf '{"SSEAlgorithm":"aws:kms","KMSMasterKeyID":"%s"}' "${key_arn}"
}

encryption_is_so() {
  ask 'NoSuchBucket|ServerSideEncryptionConfigurationNotFoundError' s3api get-bucket-encryption --bucket "${bucket}" \
    --query 'ServerSideEncryptionConfiguration.Rules[0].ApplyServerSideEncryptionByDefault'
  same_json "${answer}" "$(encryption)"
}

make_encryption() {
  aws s3api put-bucket-encryption --bucket "${bucket}" --server-side-encryption-configuration \
    "{\"Rules\":[{\"ApplyServerSideEncryptionByDefault\":$(encryption),\"BucketKeyEnabled\":true}]}"
}

bucket_policy() {
  local arn="arn:${partition}:s3:::${bucket}"
  printf '{"Version":"2012-10-17","Statement":[{"Sid":"OnlyOverTls","Effect":"Deny","Principal":"*","Action":"s3:*",'
  printf '"Resource":["%s","%s/*"],"Condition":{"Bool":{"aws:SecureTransport":"false"}}}]}' "${arn}" "${arn}"
}

policy_is_so() {
  ask 'NoSuchBucket|NoSuchBucketPolicy' s3api get-bucket-policy --bucket "${bucket}" --query Policy
  [[ ${found} == yes ]] || return 1
  # Somebody's own policy is not overwritten.
  same_json "${answer}" "$(bucket_policy)" ||
    fail "policy of bucket ${bucket}: got another one, expected none or $(bucket_policy); compare them and delete it, or keep both in a bucket of another name"
}

make_policy() {
  aws s3api put-bucket-policy --bucket "${bucket}" --policy "$(bucket_policy)"
}

lifecycle() {
  printf '[{"ID":"old-versions","Status":"Enabled","Filter":{"Prefix":""},"NoncurrentVersionExpiration":{"NoncurrentDays":%d},' "${noncurrent_days}"
  printf '"AbortIncompleteMultipartUpload":{"DaysAfterInitiation":7}}]'
}

lifecycle_is_so() {
  ask 'NoSuchBucket|NoSuchLifecycleConfiguration' s3api get-bucket-lifecycle-configuration --bucket "${bucket}" --query Rules
  same_json "${answer}" "$(lifecycle)"
}

make_lifecycle() {
  aws s3api put-bucket-lifecycle-configuration --bucket "${bucket}" --lifecycle-configuration "{\"Rules\":$(lifecycle)}"
}

ensure_github() {
  ensure "OpenID Connect provider ${issuer} for sts.amazonaws.com" provider_is_so make_provider
  ensure "role ${role}" role_is_so make_role
  ensure "the role is assumed by ${repository} in GitHub environment ${environment}-bootstrap alone" trust_is_so make_trust
  ensure 'the role administers the account' permissions_are_so make_permissions
}

provider_is_so() {
  ask NoSuchEntity iam get-open-id-connect-provider --open-id-connect-provider-arn "${provider}" --query ClientIDList
  [[ ${answer} == *'"sts.amazonaws.com"'* ]]
}

make_provider() {
  ask NoSuchEntity iam get-open-id-connect-provider --open-id-connect-provider-arn "${provider}" --query Url
  if [[ ${found} == no ]]; then
    aws iam create-open-id-connect-provider --url "https://${issuer}" --client-id-list sts.amazonaws.com
  else
    aws iam add-client-id-to-open-id-connect-provider --open-id-connect-provider-arn "${provider}" --client-id sts.amazonaws.com
  fi
}

role_is_so() {
  ask NoSuchEntity iam get-role --role-name "${role}" --query Role.RoleName
  [[ ${found} == yes ]]
}

make_role() {
  aws iam create-role --role-name "${role}" --description "First apply of ${name}; removed after it" \
    --max-session-duration "${session_seconds}" --assume-role-policy-document "$(trust)"
}

trust() {
  printf '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRoleWithWebIdentity","Principal":{"Federated":"%s"},' "${provider}"
  printf '"Condition":{"StringEquals":{"%s:aud":"sts.amazonaws.com","%s:sub":"repo:%s:environment:%s-bootstrap"}}}]}' \
    "${issuer}" "${issuer}" "${repository}" "${environment}"
}

trust_is_so() {
  ask NoSuchEntity iam get-role --role-name "${role}" --query Role.AssumeRolePolicyDocument
  same_json "${answer}" "$(trust)"
}

make_trust() {
  aws iam update-assume-role-policy --role-name "${role}" --policy-document "$(trust)"
}

permissions_are_so() {
  ask NoSuchEntity iam list-attached-role-policies --role-name "${role}" --query 'AttachedPolicies[].PolicyArn'
  same_json "${answer}" "[\"arn:${partition}:iam::aws:${administrator}\"]"
}

make_permissions() {
  aws iam attach-role-policy --role-name "${role}" --policy-arn "arn:${partition}:iam::aws:${administrator}"
}

role_is_gone() {
  ! role_is_so
}

remove_role() {
  aws iam detach-role-policy --role-name "${role}" --policy-arn "arn:${partition}:iam::aws:${administrator}" &&
    aws iam delete-role --role-name "${role}"
}

sum_up() {
  if ((pending > 0)); then
    printf 'planned: %d to make; nothing was changed. The same with --apply makes them.\n' "${pending}"
  elif [[ ${removing} == no ]]; then
    printf '%s\n' 'as it should be. In stacks/config:' \
      "  state: { bucket: '${bucket}', region: '${region}', kmsKeyArn: '${key_arn}' }," \
      "  keyAdministrators: ['${role}']," \
      "  delivery: { repository: '${repository}', createOidcProvider: false },"
  fi
}

main "$@"
