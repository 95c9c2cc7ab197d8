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

variable "administrator_role_arns" {
  description = "Roles that administer the keys and create what they encrypt, the one that applies this among them, or KMS refuses the policy; they decrypt no secret."
  type        = list(string)
  validation {
    error_message = "administrator_role_arns: expected at least 1 elements."
    condition     = length(var.administrator_role_arns) >= 1
  }
  validation {
    error_message = "administrator_role_arns: expected every element to be text that matches ^arn:aws[a-z-]*:."
    condition     = alltrue([for item in var.administrator_role_arns : can(regex("^arn:aws[a-z-]*:", item))])
  }
}

variable "deletion_window_days" {
  description = "Days between a key being given up and being gone."
  type        = number
  validation {
    error_message = "deletion_window_days: expected a whole number."
    condition     = floor(var.deletion_window_days) == var.deletion_window_days
  }
  validation {
    error_message = "deletion_window_days: expected at least 7."
    condition     = var.deletion_window_days >= 7
  }
  validation {
    error_message = "deletion_window_days: expected at most 30."
    condition     = var.deletion_window_days <= 30
  }
  default = 30
}
data "aws_caller_identity" "current" {
}
data "aws_region" "current_region" {
}
data "aws_partition" "current_partition" {
}
data "aws_iam_policy_document" "orbit_policy" {
  statement {
    actions = [
      "kms:CancelKeyDeletion",
      "kms:CreateAlias",
      "kms:DeleteAlias",
      "kms:DescribeKey",
      "kms:DisableKey",
      "kms:DisableKeyRotation",
      "kms:EnableKey",
      "kms:EnableKeyRotation",
      "kms:GetKeyPolicy",
      "kms:GetKeyRotationStatus",
      "kms:ListGrants",
      "kms:ListKeyPolicies",
      "kms:ListResourceTags",
      "kms:PutKeyPolicy",
      "kms:RevokeGrant",
      "kms:ScheduleKeyDeletion",
      "kms:TagResource",
      "kms:UntagResource",
      "kms:UpdateAlias",
      "kms:UpdateKeyDescription"
    ]
    resources = [
      "*"
    ]
    sid = "Administration"
    condition {
      test     = "ArnEquals"
      values   = var.administrator_role_arns
      variable = "aws:PrincipalArn"
    }
    principals {
      identifiers = [
        "arn:${data.aws_partition.current_partition.partition}:iam::${data.aws_caller_identity.current.account_id}:root"
      ]
      type = "AWS"
    }
  }
  statement {
    actions = [
      "kms:DescribeKey",
      "kms:GetKeyPolicy",
      "kms:GetKeyRotationStatus",
      "kms:ListKeyPolicies",
      "kms:ListResourceTags"
    ]
    resources = [
      "*"
    ]
    sid = "Description"
    principals {
      identifiers = [
        "arn:${data.aws_partition.current_partition.partition}:iam::${data.aws_caller_identity.current.account_id}:root"
      ]
      type = "AWS"
    }
  }
  statement {
    actions = [
      "kms:Decrypt"
    ]
    resources = [
      "*"
    ]
    sid = "ReadOwnSecret"
    condition {
      test = "ArnEquals"
      values = [
        "arn:${data.aws_partition.current_partition.partition}:iam::${data.aws_caller_identity.current.account_id}:role/${var.name_prefix}-orbit-role"
      ]
      variable = "aws:PrincipalArn"
    }
    condition {
      test = "StringEquals"
      values = [
        "secretsmanager.${data.aws_region.current_region.name}.amazonaws.com"
      ]
      variable = "kms:ViaService"
    }
    condition {
      test = "ArnLike"
      values = [
        "arn:${data.aws_partition.current_partition.partition}:secretsmanager:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:secret:${var.name_prefix}/orbit-??????"
      ]
      variable = "kms:EncryptionContext:SecretARN"
    }
    principals {
      identifiers = [
        "arn:${data.aws_partition.current_partition.partition}:iam::${data.aws_caller_identity.current.account_id}:root"
      ]
      type = "AWS"
    }
  }
  statement {
    actions = [
      "kms:Decrypt",
      "kms:GenerateDataKey"
    ]
    resources = [
      "*"
    ]
    sid = "RotateSecret"
    condition {
      test = "ArnEquals"
      values = [
        "arn:${data.aws_partition.current_partition.partition}:iam::${data.aws_caller_identity.current.account_id}:role/${var.name_prefix}-secrets-rotation-role"
      ]
      variable = "aws:PrincipalArn"
    }
    condition {
      test = "StringEquals"
      values = [
        "secretsmanager.${data.aws_region.current_region.name}.amazonaws.com"
      ]
      variable = "kms:ViaService"
    }
    condition {
      test = "ArnLike"
      values = [
        "arn:${data.aws_partition.current_partition.partition}:secretsmanager:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:secret:${var.name_prefix}/orbit-??????"
      ]
      variable = "kms:EncryptionContext:SecretARN"
    }
    principals {
      identifiers = [
        "arn:${data.aws_partition.current_partition.partition}:iam::${data.aws_caller_identity.current.account_id}:root"
      ]
      type = "AWS"
    }
  }
  statement {
    actions = [
      "kms:Decrypt",
      "kms:GenerateDataKey"
    ]
    resources = [
      "*"
    ]
    sid = "TrialOfSecretsManager"
    condition {
      test     = "ArnEquals"
      values   = var.administrator_role_arns
      variable = "aws:PrincipalArn"
    }
    condition {
      test = "StringEquals"
      values = [
        "secretsmanager.${data.aws_region.current_region.name}.amazonaws.com"
      ]
      variable = "kms:ViaService"
    }
    condition {
      test = "StringEquals"
      values = [
        "RequestToValidateKeyAccess"
      ]
      variable = "kms:EncryptionContext:SecretVersionId"
    }
    principals {
      identifiers = [
        "arn:${data.aws_partition.current_partition.partition}:iam::${data.aws_caller_identity.current.account_id}:root"
      ]
      type = "AWS"
    }
  }
  statement {
    actions = [
      "kms:CreateGrant"
    ]
    resources = [
      "*"
    ]
    sid = "GrantsOfServices"
    condition {
      test     = "ArnEquals"
      values   = var.administrator_role_arns
      variable = "aws:PrincipalArn"
    }
    condition {
      test = "StringEquals"
      values = [
        "ecr.${data.aws_region.current_region.name}.amazonaws.com"
      ]
      variable = "kms:ViaService"
    }
    condition {
      test = "Bool"
      values = [
        "true"
      ]
      variable = "kms:GrantIsForAWSResource"
    }
    principals {
      identifiers = [
        "arn:${data.aws_partition.current_partition.partition}:iam::${data.aws_caller_identity.current.account_id}:root"
      ]
      type = "AWS"
    }
  }
  statement {
    actions = [
      "kms:DescribeKey",
      "kms:RetireGrant"
    ]
    resources = [
      "*"
    ]
    sid = "Provisioning"
    condition {
      test     = "ArnEquals"
      values   = var.administrator_role_arns
      variable = "aws:PrincipalArn"
    }
    condition {
      test = "StringEquals"
      values = [
        "ecr.${data.aws_region.current_region.name}.amazonaws.com"
      ]
      variable = "kms:ViaService"
    }
    principals {
      identifiers = [
        "arn:${data.aws_partition.current_partition.partition}:iam::${data.aws_caller_identity.current.account_id}:root"
      ]
      type = "AWS"
    }
  }
}
resource "aws_kms_key" "orbit" {
  deletion_window_in_days = var.deletion_window_days
  description             = "Secret and images of orbit."
  enable_key_rotation     = true
  policy                  = data.aws_iam_policy_document.orbit_policy.json
}
resource "aws_kms_alias" "orbit_alias" {
  name          = "alias/${var.name_prefix}-orbit"
  target_key_id = aws_kms_key.orbit.key_id
}
data "aws_iam_policy_document" "axon_policy" {
  statement {
    actions = [
      "kms:CancelKeyDeletion",
      "kms:CreateAlias",
      "kms:DeleteAlias",
      "kms:DescribeKey",
      "kms:DisableKey",
      "kms:DisableKeyRotation",
      "kms:EnableKey",
      "kms:EnableKeyRotation",
      "kms:GetKeyPolicy",
      "kms:GetKeyRotationStatus",
      "kms:ListGrants",
      "kms:ListKeyPolicies",
      "kms:ListResourceTags",
      "kms:PutKeyPolicy",
      "kms:RevokeGrant",
      "kms:ScheduleKeyDeletion",
      "kms:TagResource",
      "kms:UntagResource",
      "kms:UpdateAlias",
      "kms:UpdateKeyDescription"
    ]
    resources = [
      "*"
    ]
    sid = "Administration"
    condition {
      test     = "ArnEquals"
      values   = var.administrator_role_arns
      variable = "aws:PrincipalArn"
    }
    principals {
      identifiers = [
        "arn:${data.aws_partition.current_partition.partition}:iam::${data.aws_caller_identity.current.account_id}:root"
      ]
      type = "AWS"
    }
  }
  statement {
    actions = [
      "kms:DescribeKey",
      "kms:GetKeyPolicy",
      "kms:GetKeyRotationStatus",
      "kms:ListKeyPolicies",
      "kms:ListResourceTags"
    ]
    resources = [
      "*"
    ]
    sid = "Description"
    principals {
      identifiers = [
        "arn:${data.aws_partition.current_partition.partition}:iam::${data.aws_caller_identity.current.account_id}:root"
      ]
      type = "AWS"
    }
  }
  statement {
    actions = [
      "kms:Decrypt"
    ]
    resources = [
      "*"
    ]
    sid = "ReadOwnSecret"
    condition {
      test = "ArnEquals"
      values = [
        "arn:${data.aws_partition.current_partition.partition}:iam::${data.aws_caller_identity.current.account_id}:role/${var.name_prefix}-axon-role"
      ]
      variable = "aws:PrincipalArn"
    }
    condition {
      test = "StringEquals"
      values = [
        "secretsmanager.${data.aws_region.current_region.name}.amazonaws.com"
      ]
      variable = "kms:ViaService"
    }
    condition {
      test = "ArnLike"
      values = [
        "arn:${data.aws_partition.current_partition.partition}:secretsmanager:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:secret:${var.name_prefix}/axon-??????"
      ]
      variable = "kms:EncryptionContext:SecretARN"
    }
    principals {
      identifiers = [
        "arn:${data.aws_partition.current_partition.partition}:iam::${data.aws_caller_identity.current.account_id}:root"
      ]
      type = "AWS"
    }
  }
  statement {
    actions = [
      "kms:Decrypt",
      "kms:GenerateDataKey"
    ]
    resources = [
      "*"
    ]
    sid = "RotateSecret"
    condition {
      test = "ArnEquals"
      values = [
        "arn:${data.aws_partition.current_partition.partition}:iam::${data.aws_caller_identity.current.account_id}:role/${var.name_prefix}-secrets-rotation-role"
      ]
      variable = "aws:PrincipalArn"
    }
    condition {
      test = "StringEquals"
      values = [
        "secretsmanager.${data.aws_region.current_region.name}.amazonaws.com"
      ]
      variable = "kms:ViaService"
    }
    condition {
      test = "ArnLike"
      values = [
        "arn:${data.aws_partition.current_partition.partition}:secretsmanager:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:secret:${var.name_prefix}/axon-??????"
      ]
      variable = "kms:EncryptionContext:SecretARN"
    }
    principals {
      identifiers = [
        "arn:${data.aws_partition.current_partition.partition}:iam::${data.aws_caller_identity.current.account_id}:root"
      ]
      type = "AWS"
    }
  }
  statement {
    actions = [
      "kms:Decrypt",
      "kms:GenerateDataKey",
      "kms:GenerateDataKeyPair"
    ]
    resources = [
      "*"
    ]
    sid = "ProxyKeys"
    condition {
      test = "ArnEquals"
      values = [
        "arn:${data.aws_partition.current_partition.partition}:iam::${data.aws_caller_identity.current.account_id}:role/${var.name_prefix}-service-connect-tls-role"
      ]
      variable = "aws:PrincipalArn"
    }
    principals {
      identifiers = [
        "arn:${data.aws_partition.current_partition.partition}:iam::${data.aws_caller_identity.current.account_id}:root"
      ]
      type = "AWS"
    }
  }
  statement {
    actions = [
      "kms:Decrypt",
      "kms:GenerateDataKey"
    ]
    resources = [
      "*"
    ]
    sid = "TrialOfSecretsManager"
    condition {
      test     = "ArnEquals"
      values   = var.administrator_role_arns
      variable = "aws:PrincipalArn"
    }
    condition {
      test = "StringEquals"
      values = [
        "secretsmanager.${data.aws_region.current_region.name}.amazonaws.com"
      ]
      variable = "kms:ViaService"
    }
    condition {
      test = "StringEquals"
      values = [
        "RequestToValidateKeyAccess"
      ]
      variable = "kms:EncryptionContext:SecretVersionId"
    }
    principals {
      identifiers = [
        "arn:${data.aws_partition.current_partition.partition}:iam::${data.aws_caller_identity.current.account_id}:root"
      ]
      type = "AWS"
    }
  }
  statement {
    actions = [
      "kms:CreateGrant"
    ]
    resources = [
      "*"
    ]
    sid = "GrantsOfServices"
    condition {
      test     = "ArnEquals"
      values   = var.administrator_role_arns
      variable = "aws:PrincipalArn"
    }
    condition {
      test = "StringEquals"
      values = [
        "ecr.${data.aws_region.current_region.name}.amazonaws.com"
      ]
      variable = "kms:ViaService"
    }
    condition {
      test = "Bool"
      values = [
        "true"
      ]
      variable = "kms:GrantIsForAWSResource"
    }
    principals {
      identifiers = [
        "arn:${data.aws_partition.current_partition.partition}:iam::${data.aws_caller_identity.current.account_id}:root"
      ]
      type = "AWS"
    }
  }
  statement {
    actions = [
      "kms:DescribeKey",
      "kms:RetireGrant"
    ]
    resources = [
      "*"
    ]
    sid = "Provisioning"
    condition {
      test     = "ArnEquals"
      values   = var.administrator_role_arns
      variable = "aws:PrincipalArn"
    }
    condition {
      test = "StringEquals"
      values = [
        "ecr.${data.aws_region.current_region.name}.amazonaws.com"
      ]
      variable = "kms:ViaService"
    }
    principals {
      identifiers = [
        "arn:${data.aws_partition.current_partition.partition}:iam::${data.aws_caller_identity.current.account_id}:root"
      ]
      type = "AWS"
    }
  }
}
resource "aws_kms_key" "axon" {
  deletion_window_in_days = var.deletion_window_days
  description             = "Secret and images of axon."
  enable_key_rotation     = true
  policy                  = data.aws_iam_policy_document.axon_policy.json
}
resource "aws_kms_alias" "axon_alias" {
  name          = "alias/${var.name_prefix}-axon"
  target_key_id = aws_kms_key.axon.key_id
}
data "aws_iam_policy_document" "governance_policy" {
  statement {
    actions = [
      "kms:CancelKeyDeletion",
      "kms:CreateAlias",
      "kms:DeleteAlias",
      "kms:DescribeKey",
      "kms:DisableKey",
      "kms:DisableKeyRotation",
      "kms:EnableKey",
      "kms:EnableKeyRotation",
      "kms:GetKeyPolicy",
      "kms:GetKeyRotationStatus",
      "kms:ListGrants",
      "kms:ListKeyPolicies",
      "kms:ListResourceTags",
      "kms:PutKeyPolicy",
      "kms:RevokeGrant",
      "kms:ScheduleKeyDeletion",
      "kms:TagResource",
      "kms:UntagResource",
      "kms:UpdateAlias",
      "kms:UpdateKeyDescription"
    ]
    resources = [
      "*"
    ]
    sid = "Administration"
    condition {
      test     = "ArnEquals"
      values   = var.administrator_role_arns
      variable = "aws:PrincipalArn"
    }
    principals {
      identifiers = [
        "arn:${data.aws_partition.current_partition.partition}:iam::${data.aws_caller_identity.current.account_id}:root"
      ]
      type = "AWS"
    }
  }
  statement {
    actions = [
      "kms:DescribeKey",
      "kms:GetKeyPolicy",
      "kms:GetKeyRotationStatus",
      "kms:ListKeyPolicies",
      "kms:ListResourceTags"
    ]
    resources = [
      "*"
    ]
    sid = "Description"
    principals {
      identifiers = [
        "arn:${data.aws_partition.current_partition.partition}:iam::${data.aws_caller_identity.current.account_id}:root"
      ]
      type = "AWS"
    }
  }
  statement {
    actions = [
      "kms:Decrypt"
    ]
    resources = [
      "*"
    ]
    sid = "GovernanceTables"
    condition {
      test = "ArnEquals"
      values = [
        "arn:${data.aws_partition.current_partition.partition}:iam::${data.aws_caller_identity.current.account_id}:role/${var.name_prefix}-governance-role"
      ]
      variable = "aws:PrincipalArn"
    }
    condition {
      test = "StringEquals"
      values = [
        "dynamodb.${data.aws_region.current_region.name}.amazonaws.com"
      ]
      variable = "kms:ViaService"
    }
    condition {
      test = "StringEquals"
      values = [
        "${var.name_prefix}-governance-policies",
        "${var.name_prefix}-governance-quotas"
      ]
      variable = "kms:EncryptionContext:aws:dynamodb:tableName"
    }
    principals {
      identifiers = [
        "arn:${data.aws_partition.current_partition.partition}:iam::${data.aws_caller_identity.current.account_id}:root"
      ]
      type = "AWS"
    }
  }
  statement {
    actions = [
      "kms:Decrypt"
    ]
    resources = [
      "*"
    ]
    sid = "FunctionEnvironments"
    condition {
      test = "ArnEquals"
      values = [
        "arn:${data.aws_partition.current_partition.partition}:iam::${data.aws_caller_identity.current.account_id}:role/${var.name_prefix}-governance-role",
        "arn:${data.aws_partition.current_partition.partition}:iam::${data.aws_caller_identity.current.account_id}:role/${var.name_prefix}-secrets-rotation-role",
        "arn:${data.aws_partition.current_partition.partition}:iam::${data.aws_caller_identity.current.account_id}:role/${var.name_prefix}-smoke-role"
      ]
      variable = "aws:PrincipalArn"
    }
    condition {
      test = "StringEquals"
      values = [
        "lambda.${data.aws_region.current_region.name}.amazonaws.com"
      ]
      variable = "kms:ViaService"
    }
    principals {
      identifiers = [
        "arn:${data.aws_partition.current_partition.partition}:iam::${data.aws_caller_identity.current.account_id}:root"
      ]
      type = "AWS"
    }
  }
  statement {
    actions = [
      "kms:Decrypt"
    ]
    resources = [
      "*"
    ]
    sid = "SmokeCredentials"
    condition {
      test = "ArnEquals"
      values = [
        "arn:${data.aws_partition.current_partition.partition}:iam::${data.aws_caller_identity.current.account_id}:role/${var.name_prefix}-smoke-role"
      ]
      variable = "aws:PrincipalArn"
    }
    condition {
      test = "StringEquals"
      values = [
        "secretsmanager.${data.aws_region.current_region.name}.amazonaws.com"
      ]
      variable = "kms:ViaService"
    }
    condition {
      test = "ArnLike"
      values = [
        "arn:${data.aws_partition.current_partition.partition}:secretsmanager:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:secret:${var.name_prefix}/smoke-??????"
      ]
      variable = "kms:EncryptionContext:SecretARN"
    }
    principals {
      identifiers = [
        "arn:${data.aws_partition.current_partition.partition}:iam::${data.aws_caller_identity.current.account_id}:root"
      ]
      type = "AWS"
    }
  }
  statement {
    actions = [
      "kms:Decrypt",
      "kms:GenerateDataKey"
    ]
    resources = [
      "*"
    ]
    sid = "TrialOfSecretsManager"
    condition {
      test     = "ArnEquals"
      values   = var.administrator_role_arns
      variable = "aws:PrincipalArn"
    }
    condition {
      test = "StringEquals"
      values = [
        "secretsmanager.${data.aws_region.current_region.name}.amazonaws.com"
      ]
      variable = "kms:ViaService"
    }
    condition {
      test = "StringEquals"
      values = [
        "RequestToValidateKeyAccess"
      ]
      variable = "kms:EncryptionContext:SecretVersionId"
    }
    principals {
      identifiers = [
        "arn:${data.aws_partition.current_partition.partition}:iam::${data.aws_caller_identity.current.account_id}:root"
      ]
      type = "AWS"
    }
  }
  statement {
    actions = [
      "kms:Decrypt",
      "kms:GenerateDataKey"
    ]
    resources = [
      "*"
    ]
    sid = "PutSmokeCredentials"
    condition {
      test     = "ArnEquals"
      values   = var.administrator_role_arns
      variable = "aws:PrincipalArn"
    }
    condition {
      test = "StringEquals"
      values = [
        "secretsmanager.${data.aws_region.current_region.name}.amazonaws.com"
      ]
      variable = "kms:ViaService"
    }
    condition {
      test = "ArnLike"
      values = [
        "arn:${data.aws_partition.current_partition.partition}:secretsmanager:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:secret:${var.name_prefix}/smoke-??????"
      ]
      variable = "kms:EncryptionContext:SecretARN"
    }
    principals {
      identifiers = [
        "arn:${data.aws_partition.current_partition.partition}:iam::${data.aws_caller_identity.current.account_id}:root"
      ]
      type = "AWS"
    }
  }
  statement {
    actions = [
      "kms:Decrypt",
      "kms:GenerateDataKey"
    ]
    resources = [
      "*"
    ]
    sid = "DeadLetters"
    condition {
      test = "ArnEquals"
      values = [
        "arn:${data.aws_partition.current_partition.partition}:iam::${data.aws_caller_identity.current.account_id}:role/${var.name_prefix}-governance-role",
        "arn:${data.aws_partition.current_partition.partition}:iam::${data.aws_caller_identity.current.account_id}:role/${var.name_prefix}-secrets-rotation-role"
      ]
      variable = "aws:PrincipalArn"
    }
    condition {
      test = "StringEquals"
      values = [
        "sqs.${data.aws_region.current_region.name}.amazonaws.com"
      ]
      variable = "kms:ViaService"
    }
    principals {
      identifiers = [
        "arn:${data.aws_partition.current_partition.partition}:iam::${data.aws_caller_identity.current.account_id}:root"
      ]
      type = "AWS"
    }
  }
  statement {
    actions = [
      "kms:Decrypt"
    ]
    resources = [
      "*"
    ]
    sid = "SpentGrants"
    condition {
      test = "ArnEquals"
      values = [
        "arn:${data.aws_partition.current_partition.partition}:iam::${data.aws_caller_identity.current.account_id}:role/${var.name_prefix}-axon-role"
      ]
      variable = "aws:PrincipalArn"
    }
    condition {
      test = "StringEquals"
      values = [
        "dynamodb.${data.aws_region.current_region.name}.amazonaws.com"
      ]
      variable = "kms:ViaService"
    }
    condition {
      test = "StringEquals"
      values = [
        "${var.name_prefix}-governance-grants"
      ]
      variable = "kms:EncryptionContext:aws:dynamodb:tableName"
    }
    principals {
      identifiers = [
        "arn:${data.aws_partition.current_partition.partition}:iam::${data.aws_caller_identity.current.account_id}:root"
      ]
      type = "AWS"
    }
  }
  statement {
    actions = [
      "kms:Decrypt"
    ]
    resources = [
      "*"
    ]
    sid = "PublishPolicies"
    condition {
      test = "ArnEquals"
      values = [
        "arn:${data.aws_partition.current_partition.partition}:iam::${data.aws_caller_identity.current.account_id}:role/${var.name_prefix}-github-actions-app-role"
      ]
      variable = "aws:PrincipalArn"
    }
    condition {
      test = "StringEquals"
      values = [
        "dynamodb.${data.aws_region.current_region.name}.amazonaws.com"
      ]
      variable = "kms:ViaService"
    }
    condition {
      test = "StringEquals"
      values = [
        "${var.name_prefix}-governance-policies"
      ]
      variable = "kms:EncryptionContext:aws:dynamodb:tableName"
    }
    principals {
      identifiers = [
        "arn:${data.aws_partition.current_partition.partition}:iam::${data.aws_caller_identity.current.account_id}:root"
      ]
      type = "AWS"
    }
  }
  statement {
    actions = [
      "kms:Decrypt"
    ]
    resources = [
      "*"
    ]
    sid = "PlanEnvironments"
    condition {
      test = "ArnEquals"
      values = [
        "arn:${data.aws_partition.current_partition.partition}:iam::${data.aws_caller_identity.current.account_id}:role/${var.name_prefix}-github-actions-plan-role"
      ]
      variable = "aws:PrincipalArn"
    }
    condition {
      test = "StringEquals"
      values = [
        "lambda.${data.aws_region.current_region.name}.amazonaws.com",
        "ssm.${data.aws_region.current_region.name}.amazonaws.com"
      ]
      variable = "kms:ViaService"
    }
    principals {
      identifiers = [
        "arn:${data.aws_partition.current_partition.partition}:iam::${data.aws_caller_identity.current.account_id}:root"
      ]
      type = "AWS"
    }
  }
  statement {
    actions = [
      "kms:CreateGrant"
    ]
    resources = [
      "*"
    ]
    sid = "GrantsOfServices"
    condition {
      test     = "ArnEquals"
      values   = var.administrator_role_arns
      variable = "aws:PrincipalArn"
    }
    condition {
      test = "StringEquals"
      values = [
        "dynamodb.${data.aws_region.current_region.name}.amazonaws.com",
        "lambda.${data.aws_region.current_region.name}.amazonaws.com",
        "ssm.${data.aws_region.current_region.name}.amazonaws.com"
      ]
      variable = "kms:ViaService"
    }
    condition {
      test = "Bool"
      values = [
        "true"
      ]
      variable = "kms:GrantIsForAWSResource"
    }
    principals {
      identifiers = [
        "arn:${data.aws_partition.current_partition.partition}:iam::${data.aws_caller_identity.current.account_id}:root"
      ]
      type = "AWS"
    }
  }
  statement {
    actions = [
      "kms:DescribeKey",
      "kms:RetireGrant",
      "kms:Decrypt",
      "kms:Encrypt",
      "kms:GenerateDataKey",
      "kms:GenerateDataKeyWithoutPlaintext",
      "kms:ReEncryptFrom",
      "kms:ReEncryptTo"
    ]
    resources = [
      "*"
    ]
    sid = "Provisioning"
    condition {
      test     = "ArnEquals"
      values   = var.administrator_role_arns
      variable = "aws:PrincipalArn"
    }
    condition {
      test = "StringEquals"
      values = [
        "dynamodb.${data.aws_region.current_region.name}.amazonaws.com",
        "lambda.${data.aws_region.current_region.name}.amazonaws.com",
        "ssm.${data.aws_region.current_region.name}.amazonaws.com"
      ]
      variable = "kms:ViaService"
    }
    principals {
      identifiers = [
        "arn:${data.aws_partition.current_partition.partition}:iam::${data.aws_caller_identity.current.account_id}:root"
      ]
      type = "AWS"
    }
  }
}
resource "aws_kms_key" "governance" {
  deletion_window_in_days = var.deletion_window_days
  description             = "Policy, quota and grant tables, dead letters, and the environments of functions."
  enable_key_rotation     = true
  policy                  = data.aws_iam_policy_document.governance_policy.json
}
resource "aws_kms_alias" "governance_alias" {
  name          = "alias/${var.name_prefix}-governance"
  target_key_id = aws_kms_key.governance.key_id
}
data "aws_iam_policy_document" "logs_policy" {
  statement {
    actions = [
      "kms:CancelKeyDeletion",
      "kms:CreateAlias",
      "kms:DeleteAlias",
      "kms:DescribeKey",
      "kms:DisableKey",
      "kms:DisableKeyRotation",
      "kms:EnableKey",
      "kms:EnableKeyRotation",
      "kms:GetKeyPolicy",
      "kms:GetKeyRotationStatus",
      "kms:ListGrants",
      "kms:ListKeyPolicies",
      "kms:ListResourceTags",
      "kms:PutKeyPolicy",
      "kms:RevokeGrant",
      "kms:ScheduleKeyDeletion",
      "kms:TagResource",
      "kms:UntagResource",
      "kms:UpdateAlias",
      "kms:UpdateKeyDescription"
    ]
    resources = [
      "*"
    ]
    sid = "Administration"
    condition {
      test     = "ArnEquals"
      values   = var.administrator_role_arns
      variable = "aws:PrincipalArn"
    }
    principals {
      identifiers = [
        "arn:${data.aws_partition.current_partition.partition}:iam::${data.aws_caller_identity.current.account_id}:root"
      ]
      type = "AWS"
    }
  }
  statement {
    actions = [
      "kms:DescribeKey",
      "kms:GetKeyPolicy",
      "kms:GetKeyRotationStatus",
      "kms:ListKeyPolicies",
      "kms:ListResourceTags"
    ]
    resources = [
      "*"
    ]
    sid = "Description"
    principals {
      identifiers = [
        "arn:${data.aws_partition.current_partition.partition}:iam::${data.aws_caller_identity.current.account_id}:root"
      ]
      type = "AWS"
    }
  }
  statement {
    actions = [
      "kms:Decrypt",
      "kms:DescribeKey",
      "kms:Encrypt",
      "kms:GenerateDataKey",
      "kms:GenerateDataKeyWithoutPlaintext",
      "kms:ReEncryptFrom",
      "kms:ReEncryptTo"
    ]
    resources = [
      "*"
    ]
    sid = "LogGroups"
    condition {
      test = "ArnLike"
      values = [
        "arn:${data.aws_partition.current_partition.partition}:logs:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:log-group:/ecs/${var.name_prefix}-*",
        "arn:${data.aws_partition.current_partition.partition}:logs:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:log-group:/aws/lambda/${var.name_prefix}-*",
        "arn:${data.aws_partition.current_partition.partition}:logs:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:log-group:/aws/vpc/${var.name_prefix}-*",
        "arn:${data.aws_partition.current_partition.partition}:logs:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:log-group:/aws/vpc-lattice/${var.name_prefix}-*"
      ]
      variable = "kms:EncryptionContext:aws:logs:arn"
    }
    principals {
      identifiers = [
        "logs.${data.aws_region.current_region.name}.amazonaws.com"
      ]
      type = "Service"
    }
  }
  statement {
    actions = [
      "kms:Decrypt",
      "kms:GenerateDataKey"
    ]
    resources = [
      "*"
    ]
    sid = "ExportsToTheArchive"
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
        "arn:${data.aws_partition.current_partition.partition}:s3:::${var.name_prefix}-*"
      ]
      variable = "kms:EncryptionContext:aws:s3:arn"
    }
    principals {
      identifiers = [
        "logs.${data.aws_region.current_region.name}.amazonaws.com"
      ]
      type = "Service"
    }
  }
}
resource "aws_kms_key" "logs" {
  deletion_window_in_days = var.deletion_window_days
  description             = "Log groups of the environment."
  enable_key_rotation     = true
  policy                  = data.aws_iam_policy_document.logs_policy.json
}
resource "aws_kms_alias" "logs_alias" {
  name          = "alias/${var.name_prefix}-logs"
  target_key_id = aws_kms_key.logs.key_id
}
data "aws_iam_policy_document" "alerts_policy" {
  statement {
    actions = [
      "kms:CancelKeyDeletion",
      "kms:CreateAlias",
      "kms:DeleteAlias",
      "kms:DescribeKey",
      "kms:DisableKey",
      "kms:DisableKeyRotation",
      "kms:EnableKey",
      "kms:EnableKeyRotation",
      "kms:GetKeyPolicy",
      "kms:GetKeyRotationStatus",
      "kms:ListGrants",
      "kms:ListKeyPolicies",
      "kms:ListResourceTags",
      "kms:PutKeyPolicy",
      "kms:RevokeGrant",
      "kms:ScheduleKeyDeletion",
      "kms:TagResource",
      "kms:UntagResource",
      "kms:UpdateAlias",
      "kms:UpdateKeyDescription"
    ]
    resources = [
      "*"
    ]
    sid = "Administration"
    condition {
      test     = "ArnEquals"
      values   = var.administrator_role_arns
      variable = "aws:PrincipalArn"
    }
    principals {
      identifiers = [
        "arn:${data.aws_partition.current_partition.partition}:iam::${data.aws_caller_identity.current.account_id}:root"
      ]
      type = "AWS"
    }
  }
  statement {
    actions = [
      "kms:DescribeKey",
      "kms:GetKeyPolicy",
      "kms:GetKeyRotationStatus",
      "kms:ListKeyPolicies",
      "kms:ListResourceTags"
    ]
    resources = [
      "*"
    ]
    sid = "Description"
    principals {
      identifiers = [
        "arn:${data.aws_partition.current_partition.partition}:iam::${data.aws_caller_identity.current.account_id}:root"
      ]
      type = "AWS"
    }
  }
  statement {
    actions = [
      "kms:Decrypt",
      "kms:GenerateDataKey"
    ]
    resources = [
      "*"
    ]
    sid = "Alarms"
    condition {
      test = "StringEquals"
      values = [
        "${data.aws_caller_identity.current.account_id}"
      ]
      variable = "aws:SourceAccount"
    }
    principals {
      identifiers = [
        "cloudwatch.amazonaws.com"
      ]
      type = "Service"
    }
  }
  statement {
    actions = [
      "kms:Decrypt",
      "kms:GenerateDataKey"
    ]
    resources = [
      "*"
    ]
    sid = "Budgets"
    condition {
      test = "StringEquals"
      values = [
        "${data.aws_caller_identity.current.account_id}"
      ]
      variable = "aws:SourceAccount"
    }
    principals {
      identifiers = [
        "budgets.amazonaws.com"
      ]
      type = "Service"
    }
  }
  statement {
    actions = [
      "kms:Decrypt",
      "kms:GenerateDataKey"
    ]
    resources = [
      "*"
    ]
    sid = "CostAnomalies"
    condition {
      test = "StringEquals"
      values = [
        "${data.aws_caller_identity.current.account_id}"
      ]
      variable = "aws:SourceAccount"
    }
    principals {
      identifiers = [
        "costalerts.amazonaws.com"
      ]
      type = "Service"
    }
  }
}
resource "aws_kms_key" "alerts" {
  deletion_window_in_days = var.deletion_window_days
  description             = "The topics of alarms."
  enable_key_rotation     = true
  policy                  = data.aws_iam_policy_document.alerts_policy.json
}
resource "aws_kms_alias" "alerts_alias" {
  name          = "alias/${var.name_prefix}-alerts"
  target_key_id = aws_kms_key.alerts.key_id
}
data "aws_iam_policy_document" "audit_policy" {
  statement {
    actions = [
      "kms:CancelKeyDeletion",
      "kms:CreateAlias",
      "kms:DeleteAlias",
      "kms:DescribeKey",
      "kms:DisableKey",
      "kms:DisableKeyRotation",
      "kms:EnableKey",
      "kms:EnableKeyRotation",
      "kms:GetKeyPolicy",
      "kms:GetKeyRotationStatus",
      "kms:ListGrants",
      "kms:ListKeyPolicies",
      "kms:ListResourceTags",
      "kms:PutKeyPolicy",
      "kms:RevokeGrant",
      "kms:ScheduleKeyDeletion",
      "kms:TagResource",
      "kms:UntagResource",
      "kms:UpdateAlias",
      "kms:UpdateKeyDescription"
    ]
    resources = [
      "*"
    ]
    sid = "Administration"
    condition {
      test     = "ArnEquals"
      values   = var.administrator_role_arns
      variable = "aws:PrincipalArn"
    }
    principals {
      identifiers = [
        "arn:${data.aws_partition.current_partition.partition}:iam::${data.aws_caller_identity.current.account_id}:root"
      ]
      type = "AWS"
    }
  }
  statement {
    actions = [
      "kms:DescribeKey",
      "kms:GetKeyPolicy",
      "kms:GetKeyRotationStatus",
      "kms:ListKeyPolicies",
      "kms:ListResourceTags"
    ]
    resources = [
      "*"
    ]
    sid = "Description"
    principals {
      identifiers = [
        "arn:${data.aws_partition.current_partition.partition}:iam::${data.aws_caller_identity.current.account_id}:root"
      ]
      type = "AWS"
    }
  }
  statement {
    actions = [
      "kms:GenerateDataKey"
    ]
    resources = [
      "*"
    ]
    sid = "AuditTrail"
    condition {
      test = "StringEquals"
      values = [
        "arn:${data.aws_partition.current_partition.partition}:cloudtrail:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:trail/${var.name_prefix}-trail"
      ]
      variable = "aws:SourceArn"
    }
    condition {
      test = "StringLike"
      values = [
        "arn:${data.aws_partition.current_partition.partition}:cloudtrail:*:${data.aws_caller_identity.current.account_id}:trail/${var.name_prefix}-trail"
      ]
      variable = "kms:EncryptionContext:aws:cloudtrail:arn"
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
      "kms:DescribeKey"
    ]
    resources = [
      "*"
    ]
    sid = "AuditTrailLooks"
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
      "kms:Decrypt",
      "kms:GenerateDataKey"
    ]
    resources = [
      "*"
    ]
    sid = "ConfigurationRecords"
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
}
resource "aws_kms_key" "audit" {
  deletion_window_in_days = var.deletion_window_days
  description             = "The audit trail of the account and what AWS Config records."
  enable_key_rotation     = true
  policy                  = data.aws_iam_policy_document.audit_policy.json
}
resource "aws_kms_alias" "audit_alias" {
  name          = "alias/${var.name_prefix}-audit"
  target_key_id = aws_kms_key.audit.key_id
}
data "aws_iam_policy_document" "policy_publisher_policy" {
  statement {
    actions = [
      "kms:CancelKeyDeletion",
      "kms:CreateAlias",
      "kms:DeleteAlias",
      "kms:DescribeKey",
      "kms:DisableKey",
      "kms:DisableKeyRotation",
      "kms:EnableKey",
      "kms:EnableKeyRotation",
      "kms:GetKeyPolicy",
      "kms:GetKeyRotationStatus",
      "kms:ListGrants",
      "kms:ListKeyPolicies",
      "kms:ListResourceTags",
      "kms:PutKeyPolicy",
      "kms:RevokeGrant",
      "kms:ScheduleKeyDeletion",
      "kms:TagResource",
      "kms:UntagResource",
      "kms:UpdateAlias",
      "kms:UpdateKeyDescription"
    ]
    resources = [
      "*"
    ]
    sid = "Administration"
    condition {
      test     = "ArnEquals"
      values   = var.administrator_role_arns
      variable = "aws:PrincipalArn"
    }
    principals {
      identifiers = [
        "arn:${data.aws_partition.current_partition.partition}:iam::${data.aws_caller_identity.current.account_id}:root"
      ]
      type = "AWS"
    }
  }
  statement {
    actions = [
      "kms:DescribeKey",
      "kms:GetKeyPolicy",
      "kms:GetKeyRotationStatus",
      "kms:ListKeyPolicies",
      "kms:ListResourceTags"
    ]
    resources = [
      "*"
    ]
    sid = "Description"
    principals {
      identifiers = [
        "arn:${data.aws_partition.current_partition.partition}:iam::${data.aws_caller_identity.current.account_id}:root"
      ]
      type = "AWS"
    }
  }
  statement {
    actions = [
      "kms:Sign"
    ]
    resources = [
      "*"
    ]
    sid = "PublishPolicy"
    condition {
      test = "ArnEquals"
      values = [
        "arn:${data.aws_partition.current_partition.partition}:iam::${data.aws_caller_identity.current.account_id}:role/${var.name_prefix}-github-actions-app-role"
      ]
      variable = "aws:PrincipalArn"
    }
    condition {
      test = "StringEquals"
      values = [
        "ECDSA_SHA_256"
      ]
      variable = "kms:SigningAlgorithm"
    }
    principals {
      identifiers = [
        "arn:${data.aws_partition.current_partition.partition}:iam::${data.aws_caller_identity.current.account_id}:root"
      ]
      type = "AWS"
    }
  }
  statement {
    actions = [
      "kms:GetPublicKey"
    ]
    resources = [
      "*"
    ]
    sid = "VerifyPolicy"
    condition {
      test = "ArnEquals"
      values = [
        "arn:${data.aws_partition.current_partition.partition}:iam::${data.aws_caller_identity.current.account_id}:role/${var.name_prefix}-governance-role",
        "arn:${data.aws_partition.current_partition.partition}:iam::${data.aws_caller_identity.current.account_id}:role/${var.name_prefix}-github-actions-app-role"
      ]
      variable = "aws:PrincipalArn"
    }
    principals {
      identifiers = [
        "arn:${data.aws_partition.current_partition.partition}:iam::${data.aws_caller_identity.current.account_id}:root"
      ]
      type = "AWS"
    }
  }
}
resource "aws_kms_key" "policy_publisher" {
  customer_master_key_spec = "ECC_NIST_P256"
  deletion_window_in_days  = var.deletion_window_days
  description              = "Signs policy revisions."
  key_usage                = "SIGN_VERIFY"
  policy                   = data.aws_iam_policy_document.policy_publisher_policy.json
}
resource "aws_kms_alias" "policy_publisher_alias" {
  name          = "alias/${var.name_prefix}-policy-publisher"
  target_key_id = aws_kms_key.policy_publisher.key_id
}
data "aws_iam_policy_document" "governance_signing_policy" {
  statement {
    actions = [
      "kms:CancelKeyDeletion",
      "kms:CreateAlias",
      "kms:DeleteAlias",
      "kms:DescribeKey",
      "kms:DisableKey",
      "kms:DisableKeyRotation",
      "kms:EnableKey",
      "kms:EnableKeyRotation",
      "kms:GetKeyPolicy",
      "kms:GetKeyRotationStatus",
      "kms:ListGrants",
      "kms:ListKeyPolicies",
      "kms:ListResourceTags",
      "kms:PutKeyPolicy",
      "kms:RevokeGrant",
      "kms:ScheduleKeyDeletion",
      "kms:TagResource",
      "kms:UntagResource",
      "kms:UpdateAlias",
      "kms:UpdateKeyDescription"
    ]
    resources = [
      "*"
    ]
    sid = "Administration"
    condition {
      test     = "ArnEquals"
      values   = var.administrator_role_arns
      variable = "aws:PrincipalArn"
    }
    principals {
      identifiers = [
        "arn:${data.aws_partition.current_partition.partition}:iam::${data.aws_caller_identity.current.account_id}:root"
      ]
      type = "AWS"
    }
  }
  statement {
    actions = [
      "kms:DescribeKey",
      "kms:GetKeyPolicy",
      "kms:GetKeyRotationStatus",
      "kms:ListKeyPolicies",
      "kms:ListResourceTags"
    ]
    resources = [
      "*"
    ]
    sid = "Description"
    principals {
      identifiers = [
        "arn:${data.aws_partition.current_partition.partition}:iam::${data.aws_caller_identity.current.account_id}:root"
      ]
      type = "AWS"
    }
  }
  statement {
    actions = [
      "kms:Sign"
    ]
    resources = [
      "*"
    ]
    sid = "CertifyGrantKeys"
    condition {
      test = "ArnEquals"
      values = [
        "arn:${data.aws_partition.current_partition.partition}:iam::${data.aws_caller_identity.current.account_id}:role/${var.name_prefix}-governance-role"
      ]
      variable = "aws:PrincipalArn"
    }
    condition {
      test = "StringEquals"
      values = [
        "ECDSA_SHA_256"
      ]
      variable = "kms:SigningAlgorithm"
    }
    principals {
      identifiers = [
        "arn:${data.aws_partition.current_partition.partition}:iam::${data.aws_caller_identity.current.account_id}:root"
      ]
      type = "AWS"
    }
  }
  statement {
    actions = [
      "kms:GetPublicKey"
    ]
    resources = [
      "*"
    ]
    sid = "VerifyCertificates"
    condition {
      test = "ArnEquals"
      values = [
        "arn:${data.aws_partition.current_partition.partition}:iam::${data.aws_caller_identity.current.account_id}:role/${var.name_prefix}-axon-role"
      ]
      variable = "aws:PrincipalArn"
    }
    principals {
      identifiers = [
        "arn:${data.aws_partition.current_partition.partition}:iam::${data.aws_caller_identity.current.account_id}:root"
      ]
      type = "AWS"
    }
  }
  statement {
    actions = [
      "kms:GetPublicKey"
    ]
    resources = [
      "*"
    ]
    sid = "VerifyRecords"
    condition {
      test     = "ArnEquals"
      values   = var.administrator_role_arns
      variable = "aws:PrincipalArn"
    }
    principals {
      identifiers = [
        "arn:${data.aws_partition.current_partition.partition}:iam::${data.aws_caller_identity.current.account_id}:root"
      ]
      type = "AWS"
    }
  }
}
resource "aws_kms_key" "governance_signing" {
  customer_master_key_spec = "ECC_NIST_P256"
  deletion_window_in_days  = var.deletion_window_days
  description              = "Certifies the keys that sign grants."
  key_usage                = "SIGN_VERIFY"
  policy                   = data.aws_iam_policy_document.governance_signing_policy.json
}
resource "aws_kms_alias" "governance_signing_alias" {
  name          = "alias/${var.name_prefix}-governance-signing"
  target_key_id = aws_kms_key.governance_signing.key_id
}

output "orbit_key_arn" {
  value       = aws_kms_key.orbit.arn
  description = "ARN of the key: Secret and images of orbit."
}

output "orbit_alias_arn" {
  value       = aws_kms_alias.orbit_alias.arn
  description = "ARN of the alias orbit."
}

output "axon_key_arn" {
  value       = aws_kms_key.axon.arn
  description = "ARN of the key: Secret and images of axon."
}

output "axon_alias_arn" {
  value       = aws_kms_alias.axon_alias.arn
  description = "ARN of the alias axon."
}

output "governance_key_arn" {
  value       = aws_kms_key.governance.arn
  description = "ARN of the key: Policy, quota and grant tables, dead letters, and the environments of functions."
}

output "governance_alias_arn" {
  value       = aws_kms_alias.governance_alias.arn
  description = "ARN of the alias governance."
}

output "logs_key_arn" {
  value       = aws_kms_key.logs.arn
  description = "ARN of the key: Log groups of the environment."
}

output "logs_alias_arn" {
  value       = aws_kms_alias.logs_alias.arn
  description = "ARN of the alias logs."
}

output "alerts_key_arn" {
  value       = aws_kms_key.alerts.arn
  description = "ARN of the key: The topics of alarms."
}

output "alerts_alias_arn" {
  value       = aws_kms_alias.alerts_alias.arn
  description = "ARN of the alias alerts."
}

output "audit_key_arn" {
  value       = aws_kms_key.audit.arn
  description = "ARN of the key: The audit trail of the account and what AWS Config records."
}

output "audit_alias_arn" {
  value       = aws_kms_alias.audit_alias.arn
  description = "ARN of the alias audit."
}

output "policy_publisher_key_arn" {
  value       = aws_kms_key.policy_publisher.arn
  description = "ARN of the key: Signs policy revisions."
}

output "policy_publisher_alias_arn" {
  value       = aws_kms_alias.policy_publisher_alias.arn
  description = "ARN of the alias policy-publisher."
}

output "governance_signing_key_arn" {
  value       = aws_kms_key.governance_signing.arn
  description = "ARN of the key: Certifies the keys that sign grants."
}

output "governance_signing_alias_arn" {
  value       = aws_kms_alias.governance_signing_alias.arn
  description = "ARN of the alias governance-signing."
}
