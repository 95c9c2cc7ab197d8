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
  description = "Key of the secret and the environment."
  type        = string
  validation {
    error_message = "key_arn: expected text that matches ^arn:aws[a-z-]*:."
    condition     = can(regex("^arn:aws[a-z-]*:", var.key_arn))
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

variable "governance_function" {
  description = "Name of the Governance function."
  type        = string
  validation {
    error_message = "governance_function: expected at least 1 characters."
    condition     = length(var.governance_function) >= 1
  }
}

variable "load_balancer_dns_name" {
  description = "Where the listeners are."
  type        = string
  validation {
    error_message = "load_balancer_dns_name: expected at least 1 characters."
    condition     = length(var.load_balancer_dns_name) >= 1
  }
}

variable "axon_behind_load_balancer" {
  description = "Whether Axon has a test listener."
  type        = bool

  default = true
}

variable "server_name" {
  description = "Name that the load balancer's certificate is for; null takes the load balancer's own."
  type        = string
  nullable    = true
  validation {
    error_message = "server_name: expected at least 1 characters."
    condition     = var.server_name == null ? true : length(var.server_name) >= 1
  }
  default = null
}

variable "subnet_ids" {
  description = "Private subnets of the function."
  type        = list(string)
  validation {
    error_message = "subnet_ids: expected at least 1 elements."
    condition     = length(var.subnet_ids) >= 1
  }
  validation {
    error_message = "subnet_ids: expected every element to be at least 1 characters."
    condition     = alltrue([for item in var.subnet_ids : length(item) >= 1])
  }
}

variable "security_group_ids" {
  description = "Security groups of the function."
  type        = list(string)
  validation {
    error_message = "security_group_ids: expected at least 1 elements."
    condition     = length(var.security_group_ids) >= 1
  }
  validation {
    error_message = "security_group_ids: expected every element to be at least 1 characters."
    condition     = alltrue([for item in var.security_group_ids : length(item) >= 1])
  }
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
data "aws_caller_identity" "current" {
}
data "aws_region" "current_region" {
}
data "aws_partition" "current_partition" {
}
resource "aws_secretsmanager_secret" "credentials" {
  description             = "Client credentials of the smoke function at the token issuer; a key administrator puts them."
  kms_key_id              = var.key_arn
  name                    = "${var.name_prefix}/smoke"
  recovery_window_in_days = var.recovery_window_days
}
data "aws_iam_policy_document" "credentials_policy_document" {
  statement {
    actions = [
      "secretsmanager:BatchGetSecretValue",
      "secretsmanager:GetSecretValue"
    ]
    effect = "Deny"
    resources = [
      "${aws_secretsmanager_secret.credentials.arn}"
    ]
    sid = "ReadByTheSmokeFunctionAlone"
    condition {
      test = "ArnNotEquals"
      values = [
        "arn:${data.aws_partition.current_partition.partition}:iam::${data.aws_caller_identity.current.account_id}:role/${var.name_prefix}-smoke-role"
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
}
resource "aws_secretsmanager_secret_policy" "credentials_policy" {
  block_public_policy = true
  policy              = data.aws_iam_policy_document.credentials_policy_document.json
  secret_arn          = aws_secretsmanager_secret.credentials.arn
}
resource "aws_lambda_function" "smoke" {
  architectures = [
    "arm64"
  ]
  description                    = "Checks a deployment before it gets traffic."
  filename                       = var.package_path
  function_name                  = "${var.name_prefix}-smoke"
  handler                        = "index.handler"
  kms_key_arn                    = var.key_arn
  memory_size                    = 256
  reserved_concurrent_executions = 3
  role                           = var.role_arn
  runtime                        = "nodejs22.x"
  source_code_hash               = filebase64sha256(var.package_path)
  timeout                        = 60
  environment {
    variables = {
      SMOKE_ORBIT_TEST_URL     = "https://${var.load_balancer_dns_name}:9443"
      SMOKE_ORBIT_URL          = "https://${var.load_balancer_dns_name}"
      SMOKE_AXON_TEST_URL      = "${var.axon_behind_load_balancer ? "https://${var.load_balancer_dns_name}:9444" : ""}"
      SMOKE_SERVER_NAME        = "${var.server_name == null ? "" : var.server_name}"
      GOVERNANCE_FUNCTION      = "${var.governance_function}"
      SMOKE_ROLE               = "${var.role_arn}"
      SMOKE_CREDENTIALS_SECRET = "${aws_secretsmanager_secret.credentials.arn}"
    }
  }
  logging_config {
    log_format = "Text"
    log_group  = var.log_group_name
  }
  tracing_config {
    mode = "PassThrough"
  }
  vpc_config {
    security_group_ids = var.security_group_ids
    subnet_ids         = var.subnet_ids
  }
}
resource "aws_lambda_function_event_invoke_config" "once" {
  function_name                = aws_lambda_function.smoke.function_name
  maximum_event_age_in_seconds = 300
  maximum_retry_attempts       = 0
}

output "function_name" {
  value       = aws_lambda_function.smoke.function_name
  description = "Name of the function, the AfterAllowTestTraffic hook."
}

output "function_arn" {
  value       = aws_lambda_function.smoke.arn
  description = "ARN of the function."
}

output "credentials_secret_arn" {
  value       = aws_secretsmanager_secret.credentials.arn
  description = "Secret of the client credentials."
}
