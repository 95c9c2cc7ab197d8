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

variable "orbit_key_arn" {
  description = "The key of Orbit's secret."
  type        = string
  validation {
    error_message = "orbit_key_arn: expected text that matches ^arn:aws[a-z-]*:."
    condition     = can(regex("^arn:aws[a-z-]*:", var.orbit_key_arn))
  }
}

variable "axon_key_arn" {
  description = "The key of Axon's secret."
  type        = string
  validation {
    error_message = "axon_key_arn: expected text that matches ^arn:aws[a-z-]*:."
    condition     = can(regex("^arn:aws[a-z-]*:", var.axon_key_arn))
  }
}

variable "environment_key_arn" {
  description = "The key that the function's environment is encrypted with."
  type        = string
  validation {
    error_message = "environment_key_arn: expected text that matches ^arn:aws[a-z-]*:."
    condition     = can(regex("^arn:aws[a-z-]*:", var.environment_key_arn))
  }
}

variable "rotation_role_arn" {
  description = "The role of the rotation function."
  type        = string
  validation {
    error_message = "rotation_role_arn: expected text that matches ^arn:aws[a-z-]*:."
    condition     = can(regex("^arn:aws[a-z-]*:", var.rotation_role_arn))
  }
}

variable "rotation_package" {
  description = "Path of the zip archive of the rotation function."
  type        = string
  validation {
    error_message = "rotation_package: expected at least 1 characters."
    condition     = length(var.rotation_package) >= 1
  }
}

variable "rotation_log_group_name" {
  description = "Log group of the rotation function."
  type        = string
  validation {
    error_message = "rotation_log_group_name: expected at least 1 characters."
    condition     = length(var.rotation_log_group_name) >= 1
  }
}

variable "administrator_role_arns" {
  description = "Roles that may change what a secret is called and keyed by; no value, which its key denies them."
  type        = list(string)
  validation {
    error_message = "administrator_role_arns: expected every element to be text that matches ^arn:aws[a-z-]*:."
    condition     = alltrue([for item in var.administrator_role_arns : can(regex("^arn:aws[a-z-]*:", item))])
  }
  default = [
  ]
}

variable "rotation_days" {
  description = "Days between rotations."
  type        = number
  validation {
    error_message = "rotation_days: expected a whole number."
    condition     = floor(var.rotation_days) == var.rotation_days
  }
  validation {
    error_message = "rotation_days: expected at least 1."
    condition     = var.rotation_days >= 1
  }
  validation {
    error_message = "rotation_days: expected at most 365."
    condition     = var.rotation_days <= 365
  }
  default = 30
}

variable "rotate_immediately" {
  description = "Whether rotation begins when it is set up, which gives a new secret its first value; else it waits for its day."
  type        = bool

  default = false
}

variable "recovery_window_days" {
  description = "Days in which a deleted secret can be restored; 0 deletes it at once."
  type        = number
  validation {
    error_message = "recovery_window_days: expected a whole number."
    condition     = floor(var.recovery_window_days) == var.recovery_window_days
  }
  validation {
    error_message = "recovery_window_days: expected at least 0."
    condition     = var.recovery_window_days >= 0
  }
  validation {
    error_message = "recovery_window_days: expected at most 30."
    condition     = var.recovery_window_days <= 30
  }
  default = 30
}

variable "dead_letter_queue_arn" {
  description = "The queue for invocations that failed."
  type        = string
  validation {
    error_message = "dead_letter_queue_arn: expected text that matches ^arn:aws[a-z-]*:."
    condition     = can(regex("^arn:aws[a-z-]*:", var.dead_letter_queue_arn))
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
data "aws_caller_identity" "current" {
}
data "aws_region" "current_region" {
}
data "aws_partition" "current_partition" {
}
resource "aws_secretsmanager_secret" "orbit" {
  description             = "What orbit keeps to itself. Its first value is made by its first rotation."
  kms_key_id              = var.orbit_key_arn
  name                    = "${var.name_prefix}/orbit"
  recovery_window_in_days = var.recovery_window_days
}
data "aws_iam_policy_document" "orbit_policy_document" {
  statement {
    actions = [
      "secretsmanager:BatchGetSecretValue",
      "secretsmanager:GetSecretValue"
    ]
    effect = "Deny"
    resources = [
      "${aws_secretsmanager_secret.orbit.arn}"
    ]
    sid = "ReadByItsServiceAlone"
    condition {
      test = "ArnNotEquals"
      values = [
        "arn:${data.aws_partition.current_partition.partition}:iam::${data.aws_caller_identity.current.account_id}:role/${var.name_prefix}-orbit-role",
        "arn:${data.aws_partition.current_partition.partition}:iam::${data.aws_caller_identity.current.account_id}:role/${var.name_prefix}-secrets-rotation-role"
      ]
      variable = "aws:PrincipalArn"
    }
    principals {
      identifiers = [
        "*"
      ]
      type = "AWS"
    }
  }
  statement {
    actions = [
      "secretsmanager:PutSecretValue",
      "secretsmanager:ReplicateSecretToRegions",
      "secretsmanager:UpdateSecretVersionStage"
    ]
    effect = "Deny"
    resources = [
      "${aws_secretsmanager_secret.orbit.arn}"
    ]
    sid = "WrittenByItsRotationAlone"
    condition {
      test = "ArnNotEquals"
      values = [
        "arn:${data.aws_partition.current_partition.partition}:iam::${data.aws_caller_identity.current.account_id}:role/${var.name_prefix}-secrets-rotation-role"
      ]
      variable = "aws:PrincipalArn"
    }
    principals {
      identifiers = [
        "*"
      ]
      type = "AWS"
    }
  }
  statement {
    actions = [
      "secretsmanager:UpdateSecret"
    ]
    effect = "Deny"
    resources = [
      "${aws_secretsmanager_secret.orbit.arn}"
    ]
    sid = "ChangedByAdministratorsAlone"
    condition {
      test     = "ArnNotEquals"
      values   = concat(["arn:${data.aws_partition.current_partition.partition}:iam::${data.aws_caller_identity.current.account_id}:role/${var.name_prefix}-secrets-rotation-role"], var.administrator_role_arns)
      variable = "aws:PrincipalArn"
    }
    principals {
      identifiers = [
        "*"
      ]
      type = "AWS"
    }
  }
}
resource "aws_secretsmanager_secret_policy" "orbit_policy" {
  block_public_policy = true
  policy              = data.aws_iam_policy_document.orbit_policy_document.json
  secret_arn          = aws_secretsmanager_secret.orbit.arn
}
resource "aws_secretsmanager_secret" "axon" {
  description             = "What axon keeps to itself. Its first value is made by its first rotation."
  kms_key_id              = var.axon_key_arn
  name                    = "${var.name_prefix}/axon"
  recovery_window_in_days = var.recovery_window_days
}
data "aws_iam_policy_document" "axon_policy_document" {
  statement {
    actions = [
      "secretsmanager:BatchGetSecretValue",
      "secretsmanager:GetSecretValue"
    ]
    effect = "Deny"
    resources = [
      "${aws_secretsmanager_secret.axon.arn}"
    ]
    sid = "ReadByItsServiceAlone"
    condition {
      test = "ArnNotEquals"
      values = [
        "arn:${data.aws_partition.current_partition.partition}:iam::${data.aws_caller_identity.current.account_id}:role/${var.name_prefix}-axon-role",
        "arn:${data.aws_partition.current_partition.partition}:iam::${data.aws_caller_identity.current.account_id}:role/${var.name_prefix}-secrets-rotation-role"
      ]
      variable = "aws:PrincipalArn"
    }
    principals {
      identifiers = [
        "*"
      ]
      type = "AWS"
    }
  }
  statement {
    actions = [
      "secretsmanager:PutSecretValue",
      "secretsmanager:ReplicateSecretToRegions",
      "secretsmanager:UpdateSecretVersionStage"
    ]
    effect = "Deny"
    resources = [
      "${aws_secretsmanager_secret.axon.arn}"
    ]
    sid = "WrittenByItsRotationAlone"
    condition {
      test = "ArnNotEquals"
      values = [
        "arn:${data.aws_partition.current_partition.partition}:iam::${data.aws_caller_identity.current.account_id}:role/${var.name_prefix}-secrets-rotation-role"
      ]
      variable = "aws:PrincipalArn"
    }
    principals {
      identifiers = [
        "*"
      ]
      type = "AWS"
    }
  }
  statement {
    actions = [
      "secretsmanager:UpdateSecret"
    ]
    effect = "Deny"
    resources = [
      "${aws_secretsmanager_secret.axon.arn}"
    ]
    sid = "ChangedByAdministratorsAlone"
    condition {
      test     = "ArnNotEquals"
      values   = concat(["arn:${data.aws_partition.current_partition.partition}:iam::${data.aws_caller_identity.current.account_id}:role/${var.name_prefix}-secrets-rotation-role"], var.administrator_role_arns)
      variable = "aws:PrincipalArn"
    }
    principals {
      identifiers = [
        "*"
      ]
      type = "AWS"
    }
  }
}
resource "aws_secretsmanager_secret_policy" "axon_policy" {
  block_public_policy = true
  policy              = data.aws_iam_policy_document.axon_policy_document.json
  secret_arn          = aws_secretsmanager_secret.axon.arn
}
resource "aws_lambda_function" "rotation" {
  architectures = [
    "arm64"
  ]
  description                    = "Rotates the secrets of the services."
  filename                       = var.rotation_package
  function_name                  = "${var.name_prefix}-secrets-rotation"
  handler                        = "index.handler"
  kms_key_arn                    = var.environment_key_arn
  memory_size                    = 256
  reserved_concurrent_executions = 2
  role                           = var.rotation_role_arn
  runtime                        = "nodejs22.x"
  source_code_hash               = filebase64sha256(var.rotation_package)
  timeout                        = 30
  environment {
    variables = {
      ROTATION_SECRETS = "orbit=${aws_secretsmanager_secret.orbit.arn},axon=${aws_secretsmanager_secret.axon.arn}"
    }
  }
  logging_config {
    log_format = "Text"
    log_group  = var.rotation_log_group_name
  }
  tracing_config {
    mode = "PassThrough"
  }
  vpc_config {
    security_group_ids = var.security_group_ids
    subnet_ids         = var.subnet_ids
  }
}
resource "aws_lambda_function_event_invoke_config" "rotation_failures" {
  function_name          = aws_lambda_function.rotation.function_name
  maximum_retry_attempts = 2
  destination_config {
    on_failure {
      destination = var.dead_letter_queue_arn
    }
  }
}
resource "aws_lambda_permission" "rotation_of_orbit" {
  action         = "lambda:InvokeFunction"
  function_name  = aws_lambda_function.rotation.function_name
  principal      = "secretsmanager.amazonaws.com"
  source_account = data.aws_caller_identity.current.account_id
  source_arn     = aws_secretsmanager_secret.orbit.arn
}
resource "aws_secretsmanager_secret_rotation" "orbit_rotation" {
  rotate_immediately  = var.rotate_immediately
  rotation_lambda_arn = aws_lambda_function.rotation.arn
  secret_id           = aws_secretsmanager_secret.orbit.arn
  rotation_rules {
    automatically_after_days = var.rotation_days
  }
  depends_on = [
    "aws_lambda_permission.rotation_of_orbit",
    "aws_secretsmanager_secret_policy.orbit_policy",
  ]
}
resource "aws_lambda_permission" "rotation_of_axon" {
  action         = "lambda:InvokeFunction"
  function_name  = aws_lambda_function.rotation.function_name
  principal      = "secretsmanager.amazonaws.com"
  source_account = data.aws_caller_identity.current.account_id
  source_arn     = aws_secretsmanager_secret.axon.arn
}
resource "aws_secretsmanager_secret_rotation" "axon_rotation" {
  rotate_immediately  = var.rotate_immediately
  rotation_lambda_arn = aws_lambda_function.rotation.arn
  secret_id           = aws_secretsmanager_secret.axon.arn
  rotation_rules {
    automatically_after_days = var.rotation_days
  }
  depends_on = [
    "aws_lambda_permission.rotation_of_axon",
    "aws_secretsmanager_secret_policy.axon_policy",
  ]
}

output "rotation_function_arn" {
  value       = aws_lambda_function.rotation.arn
  description = "ARN of the rotation function."
}

output "rotation_function_name" {
  value       = aws_lambda_function.rotation.function_name
  description = "Name of the rotation function."
}

output "orbit_secret_arn" {
  value       = aws_secretsmanager_secret.orbit.arn
  description = "ARN of the secret of orbit."
}

output "axon_secret_arn" {
  value       = aws_secretsmanager_secret.axon.arn
  description = "ARN of the secret of axon."
}
