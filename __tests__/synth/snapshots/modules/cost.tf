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

variable "environment" {
  description = "Value of the tag Environment that costs are filed under. The payer activates that tag for cost allocation once; until then the budget sees nothing."
  type        = string
  validation {
    error_message = "environment: expected at least 1 characters."
    condition     = length(var.environment) >= 1
  }
}

variable "monthly_limit_usd" {
  description = "What a month may cost, USD."
  type        = number
  validation {
    error_message = "monthly_limit_usd: expected at least 1."
    condition     = var.monthly_limit_usd >= 1
  }
}

variable "anomaly_usd" {
  description = "The smallest anomaly that is reported, USD."
  type        = number
  validation {
    error_message = "anomaly_usd: expected at least 1."
    condition     = var.anomaly_usd >= 1
  }
  default = 50
}

variable "anomaly_monitor" {
  description = "Whether this environment watches for anomalies: one monitor serves an account."
  type        = bool

  default = true
}

variable "alerts_topic_arn" {
  description = "Topic that is told."
  type        = string
  validation {
    error_message = "alerts_topic_arn: expected text that matches ^arn:aws[a-z-]*:."
    condition     = can(regex("^arn:aws[a-z-]*:", var.alerts_topic_arn))
  }
}

variable "logs_key_arn" {
  description = "Key of the archive."
  type        = string
  validation {
    error_message = "logs_key_arn: expected text that matches ^arn:aws[a-z-]*:."
    condition     = can(regex("^arn:aws[a-z-]*:", var.logs_key_arn))
  }
}

variable "archive_days" {
  description = "Days that archived logs are kept."
  type        = number
  validation {
    error_message = "archive_days: expected a whole number."
    condition     = floor(var.archive_days) == var.archive_days
  }
  validation {
    error_message = "archive_days: expected at least 545."
    condition     = var.archive_days >= 545
  }
  validation {
    error_message = "archive_days: expected at most 3650."
    condition     = var.archive_days <= 3650
  }
  default = 2555
}

variable "force_destroy_archive" {
  description = "Whether Terraform may destroy the archive with what it holds."
  type        = bool

  default = false
}
data "aws_caller_identity" "current" {
}
data "aws_region" "current_region" {
}
data "aws_partition" "current_partition" {
}
resource "aws_budgets_budget" "monthly" {
  budget_type  = "COST"
  limit_amount = var.monthly_limit_usd
  limit_unit   = "USD"
  name         = "${var.name_prefix}-monthly"
  time_unit    = "MONTHLY"
  cost_filter {
    name = "TagKeyValue"
    values = [
      "${format("user:Environment$%s", var.environment)}"
    ]
  }
  notification {
    comparison_operator = "GREATER_THAN"
    notification_type   = "ACTUAL"
    subscriber_sns_topic_arns = [
      "${var.alerts_topic_arn}"
    ]
    threshold      = 80
    threshold_type = "PERCENTAGE"
  }
  notification {
    comparison_operator = "GREATER_THAN"
    notification_type   = "ACTUAL"
    subscriber_sns_topic_arns = [
      "${var.alerts_topic_arn}"
    ]
    threshold      = 100
    threshold_type = "PERCENTAGE"
  }
  notification {
    comparison_operator = "GREATER_THAN"
    notification_type   = "FORECASTED"
    subscriber_sns_topic_arns = [
      "${var.alerts_topic_arn}"
    ]
    threshold      = 100
    threshold_type = "PERCENTAGE"
  }
}
resource "aws_ce_anomaly_monitor" "services" {
  monitor_dimension = "SERVICE"
  monitor_type      = "DIMENSIONAL"
  name              = "${var.name_prefix}-services"
  count             = var.anomaly_monitor ? 1 : 0
}
resource "aws_ce_anomaly_subscription" "anomalies" {
  frequency = "IMMEDIATE"
  monitor_arn_list = [
    "${one(aws_ce_anomaly_monitor.services[*].arn)}"
  ]
  name = "${var.name_prefix}-anomalies"
  subscriber {
    address = var.alerts_topic_arn
    type    = "SNS"
  }
  threshold_expression {
    dimension {
      key = "ANOMALY_TOTAL_IMPACT_ABSOLUTE"
      match_options = [
        "GREATER_THAN_OR_EQUAL"
      ]
      values = [
        "${var.anomaly_usd}"
      ]
    }
  }
  count = var.anomaly_monitor ? 1 : 0
}
resource "aws_s3_bucket" "archive" {
  bucket        = "${var.name_prefix}-log-archive-${data.aws_caller_identity.current.account_id}"
  force_destroy = var.force_destroy_archive
}
resource "aws_s3_bucket_ownership_controls" "archive_ownership" {
  bucket = aws_s3_bucket.archive.id
  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}
resource "aws_s3_bucket_public_access_block" "archive_public_access" {
  block_public_acls       = true
  block_public_policy     = true
  bucket                  = aws_s3_bucket.archive.id
  ignore_public_acls      = true
  restrict_public_buckets = true
}
resource "aws_s3_bucket_versioning" "archive_versioning" {
  bucket = aws_s3_bucket.archive.id
  versioning_configuration {
    status = "Enabled"
  }
}
resource "aws_s3_bucket_server_side_encryption_configuration" "archive_encryption" {
  bucket = aws_s3_bucket.archive.id
  rule {
    bucket_key_enabled = true
    apply_server_side_encryption_by_default {
      kms_master_key_id = var.logs_key_arn
      sse_algorithm     = "aws:kms"
    }
  }
}
resource "aws_s3_bucket_lifecycle_configuration" "archive_lifecycle" {
  bucket = aws_s3_bucket.archive.id
  rule {
    id     = "expire"
    status = "Enabled"
    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
    expiration {
      days = var.archive_days
    }
    filter {
      prefix = ""
    }
    noncurrent_version_expiration {
      noncurrent_days = 30
    }
    transition {
      days          = 30
      storage_class = "STANDARD_IA"
    }
    transition {
      days          = 90
      storage_class = "GLACIER"
    }
    transition {
      days          = 365
      storage_class = "DEEP_ARCHIVE"
    }
  }
  depends_on = [
    "aws_s3_bucket_versioning.archive_versioning",
  ]
}
data "aws_iam_policy_document" "archive_policy_document" {
  statement {
    actions = [
      "s3:*"
    ]
    effect = "Deny"
    resources = [
      "arn:${data.aws_partition.current_partition.partition}:s3:::${var.name_prefix}-log-archive-${data.aws_caller_identity.current.account_id}",
      "arn:${data.aws_partition.current_partition.partition}:s3:::${var.name_prefix}-log-archive-${data.aws_caller_identity.current.account_id}/*"
    ]
    sid = "OnlyWithTls"
    condition {
      test = "Bool"
      values = [
        "false"
      ]
      variable = "aws:SecureTransport"
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
      "s3:GetBucketAcl",
      "s3:PutObject"
    ]
    resources = [
      "arn:${data.aws_partition.current_partition.partition}:s3:::${var.name_prefix}-log-archive-${data.aws_caller_identity.current.account_id}",
      "arn:${data.aws_partition.current_partition.partition}:s3:::${var.name_prefix}-log-archive-${data.aws_caller_identity.current.account_id}/*"
    ]
    sid = "ExportedByLogs"
    condition {
      test = "StringEquals"
      values = [
        "${data.aws_caller_identity.current.account_id}"
      ]
      variable = "aws:SourceAccount"
    }
    condition {
      test = "ArnLike"
      values = [
        "arn:${data.aws_partition.current_partition.partition}:logs:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:log-group:*"
      ]
      variable = "aws:SourceArn"
    }
    principals {
      identifiers = [
        "logs.${data.aws_region.current_region.name}.amazonaws.com"
      ]
      type = "Service"
    }
  }
}
resource "aws_s3_bucket_policy" "archive_policy" {
  bucket = aws_s3_bucket.archive.id
  policy = data.aws_iam_policy_document.archive_policy_document.json
  depends_on = [
    "aws_s3_bucket_public_access_block.archive_public_access",
  ]
}

output "budget_name" {
  value       = aws_budgets_budget.monthly.name
  description = "The budget."
}

output "archive_bucket" {
  value       = aws_s3_bucket.archive.bucket
  description = "Bucket of archived logs."
}
