terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }


}

variable "name_prefix" {
  description = "Prefix of every name, <project>-<environment>."
  type        = string
  validation {
    error_message = "name_prefix: expected text that matches ^[a-z][a-z0-9-]{1,28}[a-z0-9]$."
    condition     = can(regex("^[a-z][a-z0-9-]{1,28}[a-z0-9]$", var.name_prefix))
  }
}

variable "role_arn" {
  description = "Role of the function."
  type        = string
  validation {
    error_message = "role_arn: expected text that matches ^arn:aws[a-z-]*:."
    condition     = can(regex("^arn:aws[a-z-]*:", var.role_arn))
  }
}

variable "key_arn" {
  description = "Key of the tables, the queue and the environment."
  type        = string
  validation {
    error_message = "key_arn: expected text that matches ^arn:aws[a-z-]*:."
    condition     = can(regex("^arn:aws[a-z-]*:", var.key_arn))
  }
}

variable "signing_key_arn" {
  description = "Key that certifies the keys that sign grants."
  type        = string
  validation {
    error_message = "signing_key_arn: expected text that matches ^arn:aws[a-z-]*:."
    condition     = can(regex("^arn:aws[a-z-]*:", var.signing_key_arn))
  }
}

variable "publisher_key_arns" {
  description = "Keys whose signature on a policy revision is believed; two while rotating."
  type        = list(string)
  validation {
    error_message = "publisher_key_arns: expected at least 1 elements."
    condition     = length(var.publisher_key_arns) >= 1
  }
  validation {
    error_message = "publisher_key_arns: expected every element to be text that matches ^arn:aws[a-z-]*:."
    condition     = alltrue([for item in var.publisher_key_arns : can(regex("^arn:aws[a-z-]*:", item))])
  }
}

variable "package_path" {
  description = "Path of the zip archive of the function."
  type        = string
  validation {
    error_message = "package_path: expected at least 1 characters."
    condition     = length(var.package_path) >= 1
  }
}

variable "log_group_name" {
  description = "Log group of the function."
  type        = string
  validation {
    error_message = "log_group_name: expected at least 1 characters."
    condition     = length(var.log_group_name) >= 1
  }
}

variable "memory_mib" {
  description = "Memory, and with it CPU, MiB."
  type        = number
  validation {
    error_message = "memory_mib: expected a whole number."
    condition     = floor(var.memory_mib) == var.memory_mib
  }
  validation {
    error_message = "memory_mib: expected at least 128."
    condition     = var.memory_mib >= 128
  }
  validation {
    error_message = "memory_mib: expected at most 10240."
    condition     = var.memory_mib <= 10240
  }
  default = 512
}

variable "reserved_concurrency" {
  description = "Concurrent executions kept for the function, and its most."
  type        = number
  validation {
    error_message = "reserved_concurrency: expected a whole number."
    condition     = floor(var.reserved_concurrency) == var.reserved_concurrency
  }
  validation {
    error_message = "reserved_concurrency: expected at least 1."
    condition     = var.reserved_concurrency >= 1
  }
  validation {
    error_message = "reserved_concurrency: expected at most 1000."
    condition     = var.reserved_concurrency <= 1000
  }
  default = 50
}

variable "provisioned_concurrency" {
  description = "Environments kept warm for the alias of Orbit."
  type        = number
  validation {
    error_message = "provisioned_concurrency: expected a whole number."
    condition     = floor(var.provisioned_concurrency) == var.provisioned_concurrency
  }
  validation {
    error_message = "provisioned_concurrency: expected at least 0."
    condition     = var.provisioned_concurrency >= 0
  }
  validation {
    error_message = "provisioned_concurrency: expected at most 1000."
    condition     = var.provisioned_concurrency <= 1000
  }
  default = 0
}

variable "deployment" {
  description = "Who moves the aliases to a new version: code-deploy by canary, or terraform with each apply."
  type        = string
  validation {
    error_message = "deployment: expected one of code-deploy, terraform."
    condition     = contains(["code-deploy", "terraform"], var.deployment)
  }
  default = "terraform"
}

variable "callers" {
  description = "Calling service → name of its role: each has the alias of its name, for itself alone."
  type        = map(string)
  validation {
    error_message = "callers: expected every element to be at least 1 characters."
    condition     = alltrue([for item in var.callers : length(item) >= 1])
  }
}

variable "caller_role_arns" {
  description = "ARNs of the roles of callers, which must exist before Lambda lets them invoke anything."
  type        = list(string)
  validation {
    error_message = "caller_role_arns: expected at least 1 elements."
    condition     = length(var.caller_role_arns) >= 1
  }
  validation {
    error_message = "caller_role_arns: expected every element to be text that matches ^arn:aws[a-z-]*:."
    condition     = alltrue([for item in var.caller_role_arns : can(regex("^arn:aws[a-z-]*:", item))])
  }
}

variable "subnet_ids" {
  description = "Subnets of the function; none keeps it out of the VPC."
  type        = list(string)
  validation {
    error_message = "subnet_ids: expected every element to be at least 1 characters."
    condition     = alltrue([for item in var.subnet_ids : length(item) >= 1])
  }
  default = [
  ]
}

variable "security_group_ids" {
  description = "Security groups of the function, with subnets."
  type        = list(string)
  validation {
    error_message = "security_group_ids: expected every element to be at least 1 characters."
    condition     = alltrue([for item in var.security_group_ids : length(item) >= 1])
  }
  default = [
  ]
}

variable "signing_profile_arn" {
  description = "Signing profile version that packages must be signed with; null takes any package."
  type        = string
  nullable    = true
  validation {
    error_message = "signing_profile_arn: expected text that matches ^arn:aws[a-z-]*:."
    condition     = var.signing_profile_arn == null ? true : can(regex("^arn:aws[a-z-]*:", var.signing_profile_arn))
  }
  default = null
}

variable "tracing" {
  description = "Whether traces go to X-Ray."
  type        = bool

  default = false
}

variable "deletion_protection" {
  description = "Whether the tables can be destroyed only after a change."
  type        = bool

  default = true
}
data "aws_caller_identity" "current" {
}
data "aws_region" "current_region" {
}
data "aws_partition" "current_partition" {
}
resource "aws_dynamodb_table" "policies" {
  billing_mode                = "PAY_PER_REQUEST"
  deletion_protection_enabled = var.deletion_protection
  hash_key                    = "tenant"
  name                        = "${var.name_prefix}-governance-policies"
  range_key                   = "revision"
  attribute {
    name = "tenant"
    type = "S"
  }
  attribute {
    name = "revision"
    type = "S"
  }
  point_in_time_recovery {
    enabled = true
  }
  server_side_encryption {
    enabled     = true
    kms_key_arn = var.key_arn
  }
}
resource "aws_dynamodb_table" "quotas" {
  billing_mode                = "PAY_PER_REQUEST"
  deletion_protection_enabled = var.deletion_protection
  hash_key                    = "counter"
  name                        = "${var.name_prefix}-governance-quotas"
  attribute {
    name = "counter"
    type = "S"
  }
  point_in_time_recovery {
    enabled = true
  }
  server_side_encryption {
    enabled     = true
    kms_key_arn = var.key_arn
  }
  ttl {
    attribute_name = "expiresAt"
    enabled        = true
  }
}
resource "aws_dynamodb_table" "grants" {
  billing_mode                = "PAY_PER_REQUEST"
  deletion_protection_enabled = var.deletion_protection
  hash_key                    = "jti"
  name                        = "${var.name_prefix}-governance-grants"
  attribute {
    name = "jti"
    type = "S"
  }
  point_in_time_recovery {
    enabled = true
  }
  server_side_encryption {
    enabled     = true
    kms_key_arn = var.key_arn
  }
  ttl {
    attribute_name = "expiresAt"
    enabled        = true
  }
}
resource "aws_sqs_queue" "dead_letters" {
  kms_master_key_id         = var.key_arn
  message_retention_seconds = 1209600
  name                      = "${var.name_prefix}-governance-dead-letters"
}
resource "aws_lambda_code_signing_config" "signed_code" {
  description = "Only packages signed by the release pipeline run."
  allowed_publishers {
    signing_profile_version_arns = [
      "${var.signing_profile_arn}"
    ]
  }
  policies {
    untrusted_artifact_on_deployment = "Enforce"
  }
  count = var.signing_profile_arn != null ? 1 : 0
}
resource "aws_lambda_function" "governance" {
  architectures = [
    "arm64"
  ]
  code_signing_config_arn        = one(aws_lambda_code_signing_config.signed_code[*].arn)
  description                    = "Decides what agents may do, and signs grants."
  filename                       = var.package_path
  function_name                  = "${var.name_prefix}-governance"
  handler                        = "index.handler"
  kms_key_arn                    = var.key_arn
  memory_size                    = var.memory_mib
  publish                        = true
  reserved_concurrent_executions = var.reserved_concurrency
  role                           = var.role_arn
  runtime                        = "nodejs22.x"
  source_code_hash               = filebase64sha256(var.package_path)
  timeout                        = 10
  environment {
    variables = {
      GOVERNANCE_SIGNING_KEY = "${var.signing_key_arn}"
      METRICS_NAMESPACE      = "AgentRuntime/${var.name_prefix}"
      POLICY_TABLE           = "${var.name_prefix}-governance-policies"
      POLICY_PUBLISHER_KEYS  = "${join(",", var.publisher_key_arns)}"
      QUOTA_TABLE            = "${var.name_prefix}-governance-quotas"
    }
  }
  logging_config {
    log_format = "Text"
    log_group  = var.log_group_name
  }
  tracing_config {
    mode = var.tracing ? "Active" : "PassThrough"
  }
  vpc_config {
    security_group_ids = var.security_group_ids
    subnet_ids         = var.subnet_ids
  }
}
resource "aws_lambda_function_event_invoke_config" "failures" {
  function_name                = aws_lambda_function.governance.function_name
  maximum_event_age_in_seconds = 60
  maximum_retry_attempts       = 0
  destination_config {
    on_failure {
      destination = aws_sqs_queue.dead_letters.arn
    }
  }
}
resource "aws_lambda_alias" "live" {
  description      = "Dry runs."
  function_name    = aws_lambda_function.governance.function_name
  function_version = aws_lambda_function.governance.version
  name             = "live"
  count            = var.deployment == "code-deploy" ? 1 : 0
  lifecycle {
    ignore_changes = [
      "function_version",
      "routing_config",
    ]
  }
}
resource "aws_lambda_alias" "caller" {
  description      = "Decides for ${each.key} alone."
  function_name    = aws_lambda_function.governance.function_name
  function_version = aws_lambda_function.governance.version
  name             = each.key
  lifecycle {
    ignore_changes = [
      "function_version",
      "routing_config",
    ]
  }
  for_each = var.deployment == "code-deploy" ? var.callers : {}
}
resource "aws_lambda_alias" "live_following" {
  description      = "Dry runs."
  function_name    = aws_lambda_function.governance.function_name
  function_version = aws_lambda_function.governance.version
  name             = "live"
  count            = var.deployment == "terraform" ? 1 : 0
}
resource "aws_lambda_alias" "caller_following" {
  description      = "Decides for ${each.key} alone."
  function_name    = aws_lambda_function.governance.function_name
  function_version = aws_lambda_function.governance.version
  name             = each.key
  for_each         = var.deployment == "terraform" ? var.callers : {}
}
resource "aws_lambda_function_event_invoke_config" "caller_failures" {
  function_name                = aws_lambda_function.governance.function_name
  maximum_event_age_in_seconds = 60
  maximum_retry_attempts       = 0
  qualifier                    = merge(aws_lambda_alias.caller, aws_lambda_alias.caller_following)[each.key].name
  destination_config {
    on_failure {
      destination = aws_sqs_queue.dead_letters.arn
    }
  }
  for_each = var.callers
}
resource "aws_lambda_permission" "caller_permission" {
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.governance.function_name
  principal     = "arn:${data.aws_partition.current_partition.partition}:iam::${data.aws_caller_identity.current.account_id}:role/${each.value}"
  qualifier     = merge(aws_lambda_alias.caller, aws_lambda_alias.caller_following)[each.key].name
  statement_id  = "invoked-by-${each.key}"
  lifecycle {
    precondition = [
      {
        condition     = "${anytrue([for arn in var.caller_role_arns : endswith(arn, ":role/${each.value}")])}"
        error_message = "callers: got ${each.key} with role ${each.value}, expected its ARN among caller_role_arns."
      },
    ]
  }
  for_each = var.callers
}
resource "aws_lambda_provisioned_concurrency_config" "warm" {
  function_name                     = aws_lambda_function.governance.function_name
  provisioned_concurrent_executions = var.provisioned_concurrency
  qualifier                         = merge(aws_lambda_alias.caller, aws_lambda_alias.caller_following)["orbit"].name
  count                             = var.provisioned_concurrency > 0 ? 1 : 0
}

output "function_name" {
  value       = aws_lambda_function.governance.function_name
  description = "Name of the function."
}

output "function_arn" {
  value       = aws_lambda_function.governance.arn
  description = "ARN of the function, without version."
}

output "live_alias_arn" {
  value       = one(concat(aws_lambda_alias.live, aws_lambda_alias.live_following)).arn
  description = "The alias for dry runs."
}

output "caller_alias_arns" {
  value       = { for service, alias in merge(aws_lambda_alias.caller, aws_lambda_alias.caller_following) : service => alias.arn }
  description = "The alias of each calling service."
}

output "dead_letter_queue_arn" {
  value       = aws_sqs_queue.dead_letters.arn
  description = "Queue of failed invocations."
}

output "dead_letter_queue_name" {
  value       = aws_sqs_queue.dead_letters.name
  description = "Its name."
}

output "policies_table_name" {
  value       = aws_dynamodb_table.policies.name
  description = "Table of policies."
}

output "policies_table_arn" {
  value       = aws_dynamodb_table.policies.arn
  description = "ARN of the table of policies."
}

output "quotas_table_name" {
  value       = aws_dynamodb_table.quotas.name
  description = "Table of quotas."
}

output "quotas_table_arn" {
  value       = aws_dynamodb_table.quotas.arn
  description = "ARN of the table of quotas."
}

output "grants_table_name" {
  value       = aws_dynamodb_table.grants.name
  description = "Table of grants."
}

output "grants_table_arn" {
  value       = aws_dynamodb_table.grants.arn
  description = "ARN of the table of grants."
}
