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

variable "audit_key_arn" {
  description = "Key of the trail and of what Config records."
  type        = string
  validation {
    error_message = "audit_key_arn: expected text that matches ^arn:aws[a-z-]*:."
    condition     = can(regex("^arn:aws[a-z-]*:", var.audit_key_arn))
  }
}

variable "cloud_trail" {
  description = "Whether this environment keeps a trail of the account."
  type        = bool

  default = true
}

variable "guard_duty" {
  description = "Whether GuardDuty looks for threats."
  type        = bool

  default = true
}

variable "security_hub" {
  description = "Whether Security Hub checks against its standards."
  type        = bool

  default = true
}

variable "config" {
  description = "Whether Config records configurations."
  type        = bool

  default = true
}

variable "create_config_role" {
  description = "Whether Config's service-linked role is made here; false where the account has it already."
  type        = bool

  default = true
}

variable "access_analyzer" {
  description = "Whether Access Analyzer looks for what is shared outside."
  type        = bool

  default = true
}

variable "public_access_block" {
  description = "Whether the account's buckets can never be public."
  type        = bool

  default = true
}

variable "retention_days" {
  description = "Days that trail and records are kept."
  type        = number
  validation {
    error_message = "retention_days: expected a whole number."
    condition     = floor(var.retention_days) == var.retention_days
  }
  validation {
    error_message = "retention_days: expected at least 90."
    condition     = var.retention_days >= 90
  }
  validation {
    error_message = "retention_days: expected at most 3650."
    condition     = var.retention_days <= 3650
  }
  default = 365
}

variable "force_destroy_logs" {
  description = "Whether Terraform may destroy the buckets with what they hold."
  type        = bool

  default = false
}
data "aws_caller_identity" "current" {
}
data "aws_region" "current_region" {
}
data "aws_partition" "current_partition" {
}
resource "aws_s3_bucket" "trail" {
  bucket        = "${var.name_prefix}-trail-${data.aws_caller_identity.current.account_id}"
  force_destroy = var.force_destroy_logs
  count         = var.cloud_trail ? 1 : 0
}
resource "aws_s3_bucket_ownership_controls" "trail_ownership" {
  bucket = one(aws_s3_bucket.trail[*].id)
  rule {
    object_ownership = "BucketOwnerEnforced"
  }
  count = var.cloud_trail ? 1 : 0
}
resource "aws_s3_bucket_public_access_block" "trail_public_access" {
  block_public_acls       = true
  block_public_policy     = true
  bucket                  = one(aws_s3_bucket.trail[*].id)
  ignore_public_acls      = true
  restrict_public_buckets = true
  count                   = var.cloud_trail ? 1 : 0
}
resource "aws_s3_bucket_versioning" "trail_versioning" {
  bucket = one(aws_s3_bucket.trail[*].id)
  versioning_configuration {
    status = "Enabled"
  }
  count = var.cloud_trail ? 1 : 0
}
resource "aws_s3_bucket_server_side_encryption_configuration" "trail_encryption" {
  bucket = one(aws_s3_bucket.trail[*].id)
  rule {
    bucket_key_enabled = true
    apply_server_side_encryption_by_default {
      kms_master_key_id = var.audit_key_arn
      sse_algorithm     = "aws:kms"
    }
  }
  count = var.cloud_trail ? 1 : 0
}
resource "aws_s3_bucket_lifecycle_configuration" "trail_lifecycle" {
  bucket = one(aws_s3_bucket.trail[*].id)
  rule {
    id     = "expire"
    status = "Enabled"
    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
    expiration {
      days = var.retention_days
    }
    filter {
      prefix = ""
    }
    noncurrent_version_expiration {
      noncurrent_days = 30
    }

  }
  depends_on = [
    "aws_s3_bucket_versioning.trail_versioning",
  ]
  count = var.cloud_trail ? 1 : 0
}
data "aws_iam_policy_document" "trail_policy_document" {
  statement {
    actions = [
      "s3:*"
    ]
    effect = "Deny"
    resources = [
      "arn:${data.aws_partition.current_partition.partition}:s3:::${var.name_prefix}-trail-${data.aws_caller_identity.current.account_id}",
      "arn:${data.aws_partition.current_partition.partition}:s3:::${var.name_prefix}-trail-${data.aws_caller_identity.current.account_id}/*"
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
      "s3:GetBucketAcl"
    ]
    resources = [
      "arn:${data.aws_partition.current_partition.partition}:s3:::${var.name_prefix}-trail-${data.aws_caller_identity.current.account_id}"
    ]
    sid = "TrailLooksAtTheBucket"
    condition {
      test = "StringEquals"
      values = [
        "arn:${data.aws_partition.current_partition.partition}:cloudtrail:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:trail/${var.name_prefix}-trail"
      ]
      variable = "aws:SourceArn"
    }
    principals {
      identifiers = [
        "cloudtrail.amazonaws.com"
      ]
      type = "Service"
    }
  }
  statement {
    actions = [
      "s3:PutObject"
    ]
    resources = [
      "arn:${data.aws_partition.current_partition.partition}:s3:::${var.name_prefix}-trail-${data.aws_caller_identity.current.account_id}/AWSLogs/${data.aws_caller_identity.current.account_id}/*"
    ]
    sid = "TrailWrites"
    condition {
      test = "StringEquals"
      values = [
        "arn:${data.aws_partition.current_partition.partition}:cloudtrail:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:trail/${var.name_prefix}-trail"
      ]
      variable = "aws:SourceArn"
    }
    condition {
      test = "StringEquals"
      values = [
        "bucket-owner-full-control"
      ]
      variable = "s3:x-amz-acl"
    }
    principals {
      identifiers = [
        "cloudtrail.amazonaws.com"
      ]
      type = "Service"
    }
  }
}
resource "aws_s3_bucket_policy" "trail_policy" {
  bucket = one(aws_s3_bucket.trail[*].id)
  policy = data.aws_iam_policy_document.trail_policy_document.json
  depends_on = [
    "aws_s3_bucket_public_access_block.trail_public_access",
  ]
  count = var.cloud_trail ? 1 : 0
}
resource "aws_cloudtrail" "audit" {
  enable_log_file_validation    = true
  enable_logging                = true
  include_global_service_events = true
  is_multi_region_trail         = true
  kms_key_id                    = var.audit_key_arn
  name                          = "${var.name_prefix}-trail"
  s3_bucket_name                = one(aws_s3_bucket.trail[*].bucket)
  depends_on = [
    "aws_s3_bucket_policy.trail_policy",
  ]
  count = var.cloud_trail ? 1 : 0
}
resource "aws_s3_bucket" "records" {
  bucket        = "${var.name_prefix}-config-${data.aws_caller_identity.current.account_id}"
  force_destroy = var.force_destroy_logs
  count         = var.config ? 1 : 0
}
resource "aws_s3_bucket_ownership_controls" "records_ownership" {
  bucket = one(aws_s3_bucket.records[*].id)
  rule {
    object_ownership = "BucketOwnerEnforced"
  }
  count = var.config ? 1 : 0
}
resource "aws_s3_bucket_public_access_block" "records_public_access" {
  block_public_acls       = true
  block_public_policy     = true
  bucket                  = one(aws_s3_bucket.records[*].id)
  ignore_public_acls      = true
  restrict_public_buckets = true
  count                   = var.config ? 1 : 0
}
resource "aws_s3_bucket_versioning" "records_versioning" {
  bucket = one(aws_s3_bucket.records[*].id)
  versioning_configuration {
    status = "Enabled"
  }
  count = var.config ? 1 : 0
}
resource "aws_s3_bucket_server_side_encryption_configuration" "records_encryption" {
  bucket = one(aws_s3_bucket.records[*].id)
  rule {
    bucket_key_enabled = true
    apply_server_side_encryption_by_default {
      kms_master_key_id = var.audit_key_arn
      sse_algorithm     = "aws:kms"
    }
  }
  count = var.config ? 1 : 0
}
resource "aws_s3_bucket_lifecycle_configuration" "records_lifecycle" {
  bucket = one(aws_s3_bucket.records[*].id)
  rule {
    id     = "expire"
    status = "Enabled"
    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
    expiration {
      days = var.retention_days
    }
    filter {
      prefix = ""
    }
    noncurrent_version_expiration {
      noncurrent_days = 30
    }

  }
  depends_on = [
    "aws_s3_bucket_versioning.records_versioning",
  ]
  count = var.config ? 1 : 0
}
data "aws_iam_policy_document" "records_policy_document" {
  statement {
    actions = [
      "s3:*"
    ]
    effect = "Deny"
    resources = [
      "arn:${data.aws_partition.current_partition.partition}:s3:::${var.name_prefix}-config-${data.aws_caller_identity.current.account_id}",
      "arn:${data.aws_partition.current_partition.partition}:s3:::${var.name_prefix}-config-${data.aws_caller_identity.current.account_id}/*"
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
      "s3:ListBucket"
    ]
    resources = [
      "arn:${data.aws_partition.current_partition.partition}:s3:::${var.name_prefix}-config-${data.aws_caller_identity.current.account_id}"
    ]
    sid = "ConfigLooksAtTheBucket"
    condition {
      test = "StringEquals"
      values = [
        "${data.aws_caller_identity.current.account_id}"
      ]
      variable = "aws:SourceAccount"
    }
    principals {
      identifiers = [
        "config.amazonaws.com"
      ]
      type = "Service"
    }
  }
  statement {
    actions = [
      "s3:PutObject"
    ]
    resources = [
      "arn:${data.aws_partition.current_partition.partition}:s3:::${var.name_prefix}-config-${data.aws_caller_identity.current.account_id}/AWSLogs/${data.aws_caller_identity.current.account_id}/Config/*"
    ]
    sid = "ConfigWrites"
    condition {
      test = "StringEquals"
      values = [
        "${data.aws_caller_identity.current.account_id}"
      ]
      variable = "aws:SourceAccount"
    }
    condition {
      test = "StringEquals"
      values = [
        "bucket-owner-full-control"
      ]
      variable = "s3:x-amz-acl"
    }
    principals {
      identifiers = [
        "config.amazonaws.com"
      ]
      type = "Service"
    }
  }
}
resource "aws_s3_bucket_policy" "records_policy" {
  bucket = one(aws_s3_bucket.records[*].id)
  policy = data.aws_iam_policy_document.records_policy_document.json
  depends_on = [
    "aws_s3_bucket_public_access_block.records_public_access",
  ]
  count = var.config ? 1 : 0
}
resource "aws_iam_service_linked_role" "config_role" {
  aws_service_name = "config.amazonaws.com"
  count            = var.config && var.create_config_role ? 1 : 0
}
resource "aws_config_configuration_recorder" "recorder" {
  name     = "${var.name_prefix}-recorder"
  role_arn = "arn:${data.aws_partition.current_partition.partition}:iam::${data.aws_caller_identity.current.account_id}:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig"
  recording_group {
    all_supported                 = true
    include_global_resource_types = true
  }
  depends_on = [
    "aws_iam_service_linked_role.config_role",
  ]
  count = var.config ? 1 : 0
}
resource "aws_config_delivery_channel" "channel" {
  name           = "${var.name_prefix}-channel"
  s3_bucket_name = one(aws_s3_bucket.records[*].bucket)
  s3_kms_key_arn = var.audit_key_arn
  depends_on = [
    "aws_config_configuration_recorder.recorder",
    "aws_s3_bucket_policy.records_policy",
  ]
  count = var.config ? 1 : 0
}
resource "aws_config_configuration_recorder_status" "recording" {
  is_enabled = true
  name       = one(aws_config_configuration_recorder.recorder[*].name)
  depends_on = [
    "aws_config_delivery_channel.channel",
  ]
  count = var.config ? 1 : 0
}
resource "aws_guardduty_detector" "threats" {
  enable                       = true
  finding_publishing_frequency = "FIFTEEN_MINUTES"
  count                        = var.guard_duty ? 1 : 0
}
resource "aws_securityhub_account" "hub" {
  enable_default_standards = false
  count                    = var.security_hub ? 1 : 0
}
resource "aws_securityhub_standards_subscription" "foundational" {
  standards_arn = "arn:${data.aws_partition.current_partition.partition}:securityhub:${data.aws_region.current_region.name}::standards/aws-foundational-security-best-practices/v/1.0.0"
  depends_on = [
    "aws_securityhub_account.hub",
  ]
  count = var.security_hub ? 1 : 0
}
resource "aws_accessanalyzer_analyzer" "analyzer" {
  analyzer_name = "${var.name_prefix}-analyzer"
  type          = "ACCOUNT"
  count         = var.access_analyzer ? 1 : 0
}
resource "aws_s3_account_public_access_block" "no_public_buckets" {
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
  count                   = var.public_access_block ? 1 : 0
}

output "trail_bucket" {
  value       = one(aws_s3_bucket.trail[*].bucket)
  description = "Bucket of the trail; null without the option."
}
