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

variable "governance_key_arn" {
  description = "The key of the tables."
  type        = string
  validation {
    error_message = "governance_key_arn: expected text that matches ^arn:aws[a-z-]*:."
    condition     = can(regex("^arn:aws[a-z-]*:", var.governance_key_arn))
  }
}

variable "policy_publisher_key_arn" {
  description = "The key that policy revisions are signed with."
  type        = string
  validation {
    error_message = "policy_publisher_key_arn: expected text that matches ^arn:aws[a-z-]*:."
    condition     = can(regex("^arn:aws[a-z-]*:", var.policy_publisher_key_arn))
  }
}

variable "governance_signing_key_arn" {
  description = "The key that certifies grant keys."
  type        = string
  validation {
    error_message = "governance_signing_key_arn: expected text that matches ^arn:aws[a-z-]*:."
    condition     = can(regex("^arn:aws[a-z-]*:", var.governance_signing_key_arn))
  }
}

variable "model_arns" {
  description = "Bedrock models and inference profiles that Axon may invoke."
  type        = list(string)
  validation {
    error_message = "model_arns: expected at least 1 elements."
    condition     = length(var.model_arns) >= 1
  }
  validation {
    error_message = "model_arns: expected every element to be text that matches ^arn:aws[a-z-]*:."
    condition     = alltrue([for item in var.model_arns : can(regex("^arn:aws[a-z-]*:", item))])
  }
}

variable "tracing" {
  description = "Whether tasks and functions send traces to X-Ray."
  type        = bool

  default = false
}

variable "functions_in_vpc" {
  description = "Whether the Governance and rotation functions run in the VPC and need network interfaces."
  type        = bool

  default = false
}
data "aws_caller_identity" "current" {
}
data "aws_region" "current_region" {
}
data "aws_partition" "current_partition" {
}
data "aws_iam_policy_document" "orbit_boundary_document" {
  statement {
    actions = [
      "lambda:InvokeFunction"
    ]
    resources = [
      "arn:${data.aws_partition.current_partition.partition}:lambda:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:function:${var.name_prefix}-governance:orbit"
    ]
    sid = "AskGovernanceAsOrbit"
  }
  statement {
    actions = [
      "vpc-lattice-svcs:Invoke"
    ]
    resources = [
      "arn:${data.aws_partition.current_partition.partition}:vpc-lattice:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:service/svc-*/reason"
    ]
    sid = "CallAxonThroughTheMesh"
    condition {
      test = "StringEquals"
      values = [
        "GET",
        "POST"
      ]
      variable = "vpc-lattice-svcs:RequestMethod"
    }
  }
  statement {
    actions = [
      "secretsmanager:GetSecretValue"
    ]
    resources = [
      "arn:${data.aws_partition.current_partition.partition}:secretsmanager:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:secret:${var.name_prefix}/orbit-??????"
    ]
    sid = "ReadOwnSecret"
  }
  statement {
    actions = [
      "kms:Decrypt"
    ]
    resources = [
      "${var.orbit_key_arn}"
    ]
    sid = "DecryptOwnSecret"
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
  }
  statement {
    actions = [
      "xray:PutTelemetryRecords",
      "xray:PutTraceSegments"
    ]
    resources = [
      "*"
    ]
    sid = "WriteTraces"
  }
}
resource "aws_iam_policy" "orbit_boundary" {
  description = "The most that orbit may ever do."
  name        = "${var.name_prefix}-orbit-boundary"
  policy      = data.aws_iam_policy_document.orbit_boundary_document.json
}
data "aws_iam_policy_document" "orbit_trust_document" {
  statement {
    actions = [
      "sts:AssumeRole"
    ]
    sid = "AssumedByService"
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
        "arn:${data.aws_partition.current_partition.partition}:ecs:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:*"
      ]
      variable = "aws:SourceArn"
    }
    principals {
      identifiers = [
        "ecs-tasks.amazonaws.com"
      ]
      type = "Service"
    }
  }
}
resource "aws_iam_role" "orbit" {
  assume_role_policy   = data.aws_iam_policy_document.orbit_trust_document.json
  description          = "Orbit: asks Governance by its own alias, calls Axon through the mesh, reads its own secret."
  max_session_duration = 3600
  name                 = "${var.name_prefix}-orbit-role"
  permissions_boundary = aws_iam_policy.orbit_boundary.arn
}
data "aws_iam_policy_document" "orbit_permissions_document" {
  statement {
    actions = [
      "lambda:InvokeFunction"
    ]
    resources = [
      "arn:${data.aws_partition.current_partition.partition}:lambda:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:function:${var.name_prefix}-governance:orbit"
    ]
    sid = "AskGovernanceAsOrbit"
  }
  statement {
    actions = [
      "vpc-lattice-svcs:Invoke"
    ]
    resources = [
      "arn:${data.aws_partition.current_partition.partition}:vpc-lattice:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:service/svc-*/reason"
    ]
    sid = "CallAxonThroughTheMesh"
    condition {
      test = "StringEquals"
      values = [
        "GET",
        "POST"
      ]
      variable = "vpc-lattice-svcs:RequestMethod"
    }
  }
  statement {
    actions = [
      "secretsmanager:GetSecretValue"
    ]
    resources = [
      "arn:${data.aws_partition.current_partition.partition}:secretsmanager:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:secret:${var.name_prefix}/orbit-??????"
    ]
    sid = "ReadOwnSecret"
  }
  statement {
    actions = [
      "kms:Decrypt"
    ]
    resources = [
      "${var.orbit_key_arn}"
    ]
    sid = "DecryptOwnSecret"
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
  }
}
resource "aws_iam_role_policy" "orbit_permissions" {
  name   = "permissions"
  policy = data.aws_iam_policy_document.orbit_permissions_document.json
  role   = aws_iam_role.orbit.name
}
data "aws_iam_policy_document" "axon_boundary_document" {
  statement {
    actions = [
      "kms:GetPublicKey"
    ]
    resources = [
      "${var.governance_signing_key_arn}"
    ]
    sid = "VerifyCertificates"
  }
  statement {
    actions = [
      "dynamodb:PutItem"
    ]
    resources = [
      "arn:${data.aws_partition.current_partition.partition}:dynamodb:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:table/${var.name_prefix}-governance-grants"
    ]
    sid = "RecordSpentGrants"
  }
  statement {
    actions = [
      "kms:Decrypt"
    ]
    resources = [
      "${var.governance_key_arn}"
    ]
    sid = "DecryptSpentGrants"
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
  }
  statement {
    actions = [
      "bedrock:InvokeModel",
      "bedrock:InvokeModelWithResponseStream"
    ]
    resources = var.model_arns
    sid       = "Reason"
  }
  statement {
    actions = [
      "secretsmanager:GetSecretValue"
    ]
    resources = [
      "arn:${data.aws_partition.current_partition.partition}:secretsmanager:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:secret:${var.name_prefix}/axon-??????"
    ]
    sid = "ReadOwnSecret"
  }
  statement {
    actions = [
      "kms:Decrypt"
    ]
    resources = [
      "${var.axon_key_arn}"
    ]
    sid = "DecryptOwnSecret"
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
  }
  statement {
    actions = [
      "xray:PutTelemetryRecords",
      "xray:PutTraceSegments"
    ]
    resources = [
      "*"
    ]
    sid = "WriteTraces"
  }
}
resource "aws_iam_policy" "axon_boundary" {
  description = "The most that axon may ever do."
  name        = "${var.name_prefix}-axon-boundary"
  policy      = data.aws_iam_policy_document.axon_boundary_document.json
}
data "aws_iam_policy_document" "axon_trust_document" {
  statement {
    actions = [
      "sts:AssumeRole"
    ]
    sid = "AssumedByService"
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
        "arn:${data.aws_partition.current_partition.partition}:ecs:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:*"
      ]
      variable = "aws:SourceArn"
    }
    principals {
      identifiers = [
        "ecs-tasks.amazonaws.com"
      ]
      type = "Service"
    }
  }
}
resource "aws_iam_role" "axon" {
  assume_role_policy   = data.aws_iam_policy_document.axon_trust_document.json
  description          = "Axon: reads signing keys, records spent grants, invokes models, reads its own secret."
  max_session_duration = 3600
  name                 = "${var.name_prefix}-axon-role"
  permissions_boundary = aws_iam_policy.axon_boundary.arn
}
data "aws_iam_policy_document" "axon_permissions_document" {
  statement {
    actions = [
      "kms:GetPublicKey"
    ]
    resources = [
      "${var.governance_signing_key_arn}"
    ]
    sid = "VerifyCertificates"
  }
  statement {
    actions = [
      "dynamodb:PutItem"
    ]
    resources = [
      "arn:${data.aws_partition.current_partition.partition}:dynamodb:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:table/${var.name_prefix}-governance-grants"
    ]
    sid = "RecordSpentGrants"
  }
  statement {
    actions = [
      "kms:Decrypt"
    ]
    resources = [
      "${var.governance_key_arn}"
    ]
    sid = "DecryptSpentGrants"
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
  }
  statement {
    actions = [
      "bedrock:InvokeModel",
      "bedrock:InvokeModelWithResponseStream"
    ]
    resources = var.model_arns
    sid       = "Reason"
  }
  statement {
    actions = [
      "secretsmanager:GetSecretValue"
    ]
    resources = [
      "arn:${data.aws_partition.current_partition.partition}:secretsmanager:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:secret:${var.name_prefix}/axon-??????"
    ]
    sid = "ReadOwnSecret"
  }
  statement {
    actions = [
      "kms:Decrypt"
    ]
    resources = [
      "${var.axon_key_arn}"
    ]
    sid = "DecryptOwnSecret"
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
  }
}
resource "aws_iam_role_policy" "axon_permissions" {
  name   = "permissions"
  policy = data.aws_iam_policy_document.axon_permissions_document.json
  role   = aws_iam_role.axon.name
}
data "aws_iam_policy_document" "governance_boundary_document" {
  statement {
    actions = [
      "dynamodb:GetItem",
      "dynamodb:Query"
    ]
    resources = [
      "arn:${data.aws_partition.current_partition.partition}:dynamodb:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:table/${var.name_prefix}-governance-policies"
    ]
    sid = "ReadPolicies"
  }
  statement {
    actions = [
      "dynamodb:UpdateItem"
    ]
    resources = [
      "arn:${data.aws_partition.current_partition.partition}:dynamodb:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:table/${var.name_prefix}-governance-quotas"
    ]
    sid = "CountQuotas"
  }
  statement {
    actions = [
      "kms:Decrypt"
    ]
    resources = [
      "${var.governance_key_arn}"
    ]
    sid = "DecryptTables"
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
  }
  statement {
    actions = [
      "kms:Sign"
    ]
    resources = [
      "${var.governance_signing_key_arn}"
    ]
    sid = "CertifyGrantKeys"
    condition {
      test = "StringEquals"
      values = [
        "ECDSA_SHA_256"
      ]
      variable = "kms:SigningAlgorithm"
    }
  }
  statement {
    actions = [
      "kms:GetPublicKey"
    ]
    resources = [
      "${var.policy_publisher_key_arn}"
    ]
    sid = "VerifyRevisions"
  }
  statement {
    actions = [
      "kms:Decrypt"
    ]
    resources = [
      "${var.governance_key_arn}"
    ]
    sid = "DecryptEnvironment"
    condition {
      test = "StringEquals"
      values = [
        "lambda.${data.aws_region.current_region.name}.amazonaws.com"
      ]
      variable = "kms:ViaService"
    }
  }
  statement {
    actions = [
      "sqs:SendMessage"
    ]
    resources = [
      "arn:${data.aws_partition.current_partition.partition}:sqs:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:${var.name_prefix}-governance-dead-letters"
    ]
    sid = "KeepFailures"
  }
  statement {
    actions = [
      "kms:Decrypt",
      "kms:GenerateDataKey"
    ]
    resources = [
      "${var.governance_key_arn}"
    ]
    sid = "EncryptFailures"
    condition {
      test = "StringEquals"
      values = [
        "sqs.${data.aws_region.current_region.name}.amazonaws.com"
      ]
      variable = "kms:ViaService"
    }
  }
  statement {
    actions = [
      "logs:CreateLogStream",
      "logs:PutLogEvents"
    ]
    resources = [
      "arn:${data.aws_partition.current_partition.partition}:logs:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:log-group:/aws/lambda/${var.name_prefix}-governance:log-stream:*"
    ]
    sid = "WriteLogs"
  }
  statement {
    actions = [
      "xray:PutTelemetryRecords",
      "xray:PutTraceSegments"
    ]
    resources = [
      "*"
    ]
    sid = "WriteTraces"
  }
  statement {
    actions = [
      "ec2:CreateNetworkInterface",
      "ec2:DeleteNetworkInterface"
    ]
    resources = [
      "arn:*:ec2:*:*:*/*"
    ]
    sid = "PlaceInVpc"
  }
  statement {
    actions = [
      "ec2:DescribeNetworkInterfaces",
      "ec2:DescribeSecurityGroups",
      "ec2:DescribeSubnets",
      "ec2:DescribeVpcs"
    ]
    resources = [
      "*"
    ]
    sid = "LookAtVpc"
  }
  statement {
    actions = [
      "ec2:CreateNetworkInterface",
      "ec2:DeleteNetworkInterface",
      "ec2:DescribeNetworkInterfaces",
      "ec2:DescribeSecurityGroups",
      "ec2:DescribeSubnets",
      "ec2:DescribeVpcs"
    ]
    effect = "Deny"
    resources = [
      "*"
    ]
    sid = "NetworkInterfacesByLambdaAlone"
    condition {
      test = "Null"
      values = [
        "false"
      ]
      variable = "lambda:SourceFunctionArn"
    }
  }
}
resource "aws_iam_policy" "governance_boundary" {
  description = "The most that governance may ever do."
  name        = "${var.name_prefix}-governance-boundary"
  policy      = data.aws_iam_policy_document.governance_boundary_document.json
}
data "aws_iam_policy_document" "governance_trust_document" {
  statement {
    actions = [
      "sts:AssumeRole"
    ]
    sid = "AssumedByLambda"
    condition {
      test = "StringEqualsIfExists"
      values = [
        "${data.aws_caller_identity.current.account_id}"
      ]
      variable = "aws:SourceAccount"
    }
    condition {
      test = "ArnLikeIfExists"
      values = [
        "arn:${data.aws_partition.current_partition.partition}:lambda:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:function:${var.name_prefix}-governance",
        "arn:${data.aws_partition.current_partition.partition}:lambda:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:function:${var.name_prefix}-governance:*"
      ]
      variable = "aws:SourceArn"
    }
    principals {
      identifiers = [
        "lambda.amazonaws.com"
      ]
      type = "Service"
    }
  }
}
resource "aws_iam_role" "governance" {
  assume_role_policy   = data.aws_iam_policy_document.governance_trust_document.json
  description          = "Governance: reads policies, counts quotas, certifies the keys that sign grants."
  max_session_duration = 3600
  name                 = "${var.name_prefix}-governance-role"
  permissions_boundary = aws_iam_policy.governance_boundary.arn
}
data "aws_iam_policy_document" "governance_permissions_document" {
  statement {
    actions = [
      "dynamodb:GetItem",
      "dynamodb:Query"
    ]
    resources = [
      "arn:${data.aws_partition.current_partition.partition}:dynamodb:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:table/${var.name_prefix}-governance-policies"
    ]
    sid = "ReadPolicies"
  }
  statement {
    actions = [
      "dynamodb:UpdateItem"
    ]
    resources = [
      "arn:${data.aws_partition.current_partition.partition}:dynamodb:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:table/${var.name_prefix}-governance-quotas"
    ]
    sid = "CountQuotas"
  }
  statement {
    actions = [
      "kms:Decrypt"
    ]
    resources = [
      "${var.governance_key_arn}"
    ]
    sid = "DecryptTables"
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
  }
  statement {
    actions = [
      "kms:Sign"
    ]
    resources = [
      "${var.governance_signing_key_arn}"
    ]
    sid = "CertifyGrantKeys"
    condition {
      test = "StringEquals"
      values = [
        "ECDSA_SHA_256"
      ]
      variable = "kms:SigningAlgorithm"
    }
  }
  statement {
    actions = [
      "kms:GetPublicKey"
    ]
    resources = [
      "${var.policy_publisher_key_arn}"
    ]
    sid = "VerifyRevisions"
  }
  statement {
    actions = [
      "kms:Decrypt"
    ]
    resources = [
      "${var.governance_key_arn}"
    ]
    sid = "DecryptEnvironment"
    condition {
      test = "StringEquals"
      values = [
        "lambda.${data.aws_region.current_region.name}.amazonaws.com"
      ]
      variable = "kms:ViaService"
    }
  }
  statement {
    actions = [
      "sqs:SendMessage"
    ]
    resources = [
      "arn:${data.aws_partition.current_partition.partition}:sqs:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:${var.name_prefix}-governance-dead-letters"
    ]
    sid = "KeepFailures"
  }
  statement {
    actions = [
      "kms:Decrypt",
      "kms:GenerateDataKey"
    ]
    resources = [
      "${var.governance_key_arn}"
    ]
    sid = "EncryptFailures"
    condition {
      test = "StringEquals"
      values = [
        "sqs.${data.aws_region.current_region.name}.amazonaws.com"
      ]
      variable = "kms:ViaService"
    }
  }
  statement {
    actions = [
      "logs:CreateLogStream",
      "logs:PutLogEvents"
    ]
    resources = [
      "arn:${data.aws_partition.current_partition.partition}:logs:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:log-group:/aws/lambda/${var.name_prefix}-governance:log-stream:*"
    ]
    sid = "WriteLogs"
  }
}
resource "aws_iam_role_policy" "governance_permissions" {
  name   = "permissions"
  policy = data.aws_iam_policy_document.governance_permissions_document.json
  role   = aws_iam_role.governance.name
}
data "aws_iam_policy_document" "execution_orbit_boundary_document" {
  statement {
    actions = [
      "ecr:GetAuthorizationToken"
    ]
    resources = [
      "*"
    ]
    sid = "LogInToRegistry"
  }
  statement {
    actions = [
      "ecr:BatchCheckLayerAvailability",
      "ecr:BatchGetImage",
      "ecr:GetDownloadUrlForLayer"
    ]
    resources = [
      "arn:${data.aws_partition.current_partition.partition}:ecr:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:repository/${var.name_prefix}/orbit"
    ]
    sid = "PullOwnImage"
  }
  statement {
    actions = [
      "logs:CreateLogStream",
      "logs:PutLogEvents"
    ]
    resources = [
      "arn:${data.aws_partition.current_partition.partition}:logs:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:log-group:/ecs/${var.name_prefix}-orbit:log-stream:*"
    ]
    sid = "WriteLogs"
  }
}
resource "aws_iam_policy" "execution_orbit_boundary" {
  description = "The most that execution-orbit may ever do."
  name        = "${var.name_prefix}-execution-orbit-boundary"
  policy      = data.aws_iam_policy_document.execution_orbit_boundary_document.json
}
data "aws_iam_policy_document" "execution_orbit_trust_document" {
  statement {
    actions = [
      "sts:AssumeRole"
    ]
    sid = "AssumedByService"
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
        "arn:${data.aws_partition.current_partition.partition}:ecs:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:*"
      ]
      variable = "aws:SourceArn"
    }
    principals {
      identifiers = [
        "ecs-tasks.amazonaws.com"
      ]
      type = "Service"
    }
  }
}
resource "aws_iam_role" "execution_orbit" {
  assume_role_policy   = data.aws_iam_policy_document.execution_orbit_trust_document.json
  description          = "Starts the containers of orbit: pulls its image, opens its log streams."
  max_session_duration = 3600
  name                 = "${var.name_prefix}-execution-orbit-role"
  permissions_boundary = aws_iam_policy.execution_orbit_boundary.arn
}
data "aws_iam_policy_document" "execution_orbit_permissions_document" {
  statement {
    actions = [
      "ecr:GetAuthorizationToken"
    ]
    resources = [
      "*"
    ]
    sid = "LogInToRegistry"
  }
  statement {
    actions = [
      "ecr:BatchCheckLayerAvailability",
      "ecr:BatchGetImage",
      "ecr:GetDownloadUrlForLayer"
    ]
    resources = [
      "arn:${data.aws_partition.current_partition.partition}:ecr:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:repository/${var.name_prefix}/orbit"
    ]
    sid = "PullOwnImage"
  }
  statement {
    actions = [
      "logs:CreateLogStream",
      "logs:PutLogEvents"
    ]
    resources = [
      "arn:${data.aws_partition.current_partition.partition}:logs:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:log-group:/ecs/${var.name_prefix}-orbit:log-stream:*"
    ]
    sid = "WriteLogs"
  }
}
resource "aws_iam_role_policy" "execution_orbit_permissions" {
  name   = "permissions"
  policy = data.aws_iam_policy_document.execution_orbit_permissions_document.json
  role   = aws_iam_role.execution_orbit.name
}
data "aws_iam_policy_document" "execution_axon_boundary_document" {
  statement {
    actions = [
      "ecr:GetAuthorizationToken"
    ]
    resources = [
      "*"
    ]
    sid = "LogInToRegistry"
  }
  statement {
    actions = [
      "ecr:BatchCheckLayerAvailability",
      "ecr:BatchGetImage",
      "ecr:GetDownloadUrlForLayer"
    ]
    resources = [
      "arn:${data.aws_partition.current_partition.partition}:ecr:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:repository/${var.name_prefix}/axon"
    ]
    sid = "PullOwnImage"
  }
  statement {
    actions = [
      "logs:CreateLogStream",
      "logs:PutLogEvents"
    ]
    resources = [
      "arn:${data.aws_partition.current_partition.partition}:logs:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:log-group:/ecs/${var.name_prefix}-axon:log-stream:*"
    ]
    sid = "WriteLogs"
  }
}
resource "aws_iam_policy" "execution_axon_boundary" {
  description = "The most that execution-axon may ever do."
  name        = "${var.name_prefix}-execution-axon-boundary"
  policy      = data.aws_iam_policy_document.execution_axon_boundary_document.json
}
data "aws_iam_policy_document" "execution_axon_trust_document" {
  statement {
    actions = [
      "sts:AssumeRole"
    ]
    sid = "AssumedByService"
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
        "arn:${data.aws_partition.current_partition.partition}:ecs:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:*"
      ]
      variable = "aws:SourceArn"
    }
    principals {
      identifiers = [
        "ecs-tasks.amazonaws.com"
      ]
      type = "Service"
    }
  }
}
resource "aws_iam_role" "execution_axon" {
  assume_role_policy   = data.aws_iam_policy_document.execution_axon_trust_document.json
  description          = "Starts the containers of axon: pulls its image, opens its log streams."
  max_session_duration = 3600
  name                 = "${var.name_prefix}-execution-axon-role"
  permissions_boundary = aws_iam_policy.execution_axon_boundary.arn
}
data "aws_iam_policy_document" "execution_axon_permissions_document" {
  statement {
    actions = [
      "ecr:GetAuthorizationToken"
    ]
    resources = [
      "*"
    ]
    sid = "LogInToRegistry"
  }
  statement {
    actions = [
      "ecr:BatchCheckLayerAvailability",
      "ecr:BatchGetImage",
      "ecr:GetDownloadUrlForLayer"
    ]
    resources = [
      "arn:${data.aws_partition.current_partition.partition}:ecr:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:repository/${var.name_prefix}/axon"
    ]
    sid = "PullOwnImage"
  }
  statement {
    actions = [
      "logs:CreateLogStream",
      "logs:PutLogEvents"
    ]
    resources = [
      "arn:${data.aws_partition.current_partition.partition}:logs:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:log-group:/ecs/${var.name_prefix}-axon:log-stream:*"
    ]
    sid = "WriteLogs"
  }
}
resource "aws_iam_role_policy" "execution_axon_permissions" {
  name   = "permissions"
  policy = data.aws_iam_policy_document.execution_axon_permissions_document.json
  role   = aws_iam_role.execution_axon.name
}
data "aws_iam_policy_document" "secrets_rotation_boundary_document" {
  statement {
    actions = [
      "secretsmanager:DescribeSecret",
      "secretsmanager:GetSecretValue",
      "secretsmanager:PutSecretValue",
      "secretsmanager:UpdateSecretVersionStage"
    ]
    resources = [
      "arn:${data.aws_partition.current_partition.partition}:secretsmanager:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:secret:${var.name_prefix}/orbit-??????",
      "arn:${data.aws_partition.current_partition.partition}:secretsmanager:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:secret:${var.name_prefix}/axon-??????"
    ]
    sid = "RotateSecrets"
  }
  statement {
    actions = [
      "kms:Decrypt",
      "kms:GenerateDataKey"
    ]
    resources = [
      "${var.orbit_key_arn}",
      "${var.axon_key_arn}"
    ]
    sid = "EncryptSecrets"
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
        "arn:${data.aws_partition.current_partition.partition}:secretsmanager:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:secret:${var.name_prefix}/orbit-??????",
        "arn:${data.aws_partition.current_partition.partition}:secretsmanager:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:secret:${var.name_prefix}/axon-??????"
      ]
      variable = "kms:EncryptionContext:SecretARN"
    }
  }
  statement {
    actions = [
      "kms:Decrypt"
    ]
    resources = [
      "${var.governance_key_arn}"
    ]
    sid = "DecryptEnvironment"
    condition {
      test = "StringEquals"
      values = [
        "lambda.${data.aws_region.current_region.name}.amazonaws.com"
      ]
      variable = "kms:ViaService"
    }
  }
  statement {
    actions = [
      "sqs:SendMessage"
    ]
    resources = [
      "arn:${data.aws_partition.current_partition.partition}:sqs:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:${var.name_prefix}-governance-dead-letters"
    ]
    sid = "KeepFailures"
  }
  statement {
    actions = [
      "kms:Decrypt",
      "kms:GenerateDataKey"
    ]
    resources = [
      "${var.governance_key_arn}"
    ]
    sid = "EncryptFailures"
    condition {
      test = "StringEquals"
      values = [
        "sqs.${data.aws_region.current_region.name}.amazonaws.com"
      ]
      variable = "kms:ViaService"
    }
  }
  statement {
    actions = [
      "logs:CreateLogStream",
      "logs:PutLogEvents"
    ]
    resources = [
      "arn:${data.aws_partition.current_partition.partition}:logs:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:log-group:/aws/lambda/${var.name_prefix}-secrets-rotation:log-stream:*"
    ]
    sid = "WriteLogs"
  }
  statement {
    actions = [
      "ec2:CreateNetworkInterface",
      "ec2:DeleteNetworkInterface"
    ]
    resources = [
      "arn:*:ec2:*:*:*/*"
    ]
    sid = "PlaceInVpc"
  }
  statement {
    actions = [
      "ec2:DescribeNetworkInterfaces",
      "ec2:DescribeSecurityGroups",
      "ec2:DescribeSubnets",
      "ec2:DescribeVpcs"
    ]
    resources = [
      "*"
    ]
    sid = "LookAtVpc"
  }
  statement {
    actions = [
      "ec2:CreateNetworkInterface",
      "ec2:DeleteNetworkInterface",
      "ec2:DescribeNetworkInterfaces",
      "ec2:DescribeSecurityGroups",
      "ec2:DescribeSubnets",
      "ec2:DescribeVpcs"
    ]
    effect = "Deny"
    resources = [
      "*"
    ]
    sid = "NetworkInterfacesByLambdaAlone"
    condition {
      test = "Null"
      values = [
        "false"
      ]
      variable = "lambda:SourceFunctionArn"
    }
  }
}
resource "aws_iam_policy" "secrets_rotation_boundary" {
  description = "The most that secrets-rotation may ever do."
  name        = "${var.name_prefix}-secrets-rotation-boundary"
  policy      = data.aws_iam_policy_document.secrets_rotation_boundary_document.json
}
data "aws_iam_policy_document" "secrets_rotation_trust_document" {
  statement {
    actions = [
      "sts:AssumeRole"
    ]
    sid = "AssumedByLambda"
    condition {
      test = "StringEqualsIfExists"
      values = [
        "${data.aws_caller_identity.current.account_id}"
      ]
      variable = "aws:SourceAccount"
    }
    condition {
      test = "ArnLikeIfExists"
      values = [
        "arn:${data.aws_partition.current_partition.partition}:lambda:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:function:${var.name_prefix}-secrets-rotation",
        "arn:${data.aws_partition.current_partition.partition}:lambda:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:function:${var.name_prefix}-secrets-rotation:*"
      ]
      variable = "aws:SourceArn"
    }
    principals {
      identifiers = [
        "lambda.amazonaws.com"
      ]
      type = "Service"
    }
  }
}
resource "aws_iam_role" "secrets_rotation" {
  assume_role_policy   = data.aws_iam_policy_document.secrets_rotation_trust_document.json
  description          = "Rotates the secrets of the services."
  max_session_duration = 3600
  name                 = "${var.name_prefix}-secrets-rotation-role"
  permissions_boundary = aws_iam_policy.secrets_rotation_boundary.arn
}
data "aws_iam_policy_document" "secrets_rotation_permissions_document" {
  statement {
    actions = [
      "secretsmanager:DescribeSecret",
      "secretsmanager:GetSecretValue",
      "secretsmanager:PutSecretValue",
      "secretsmanager:UpdateSecretVersionStage"
    ]
    resources = [
      "arn:${data.aws_partition.current_partition.partition}:secretsmanager:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:secret:${var.name_prefix}/orbit-??????",
      "arn:${data.aws_partition.current_partition.partition}:secretsmanager:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:secret:${var.name_prefix}/axon-??????"
    ]
    sid = "RotateSecrets"
  }
  statement {
    actions = [
      "kms:Decrypt",
      "kms:GenerateDataKey"
    ]
    resources = [
      "${var.orbit_key_arn}",
      "${var.axon_key_arn}"
    ]
    sid = "EncryptSecrets"
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
        "arn:${data.aws_partition.current_partition.partition}:secretsmanager:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:secret:${var.name_prefix}/orbit-??????",
        "arn:${data.aws_partition.current_partition.partition}:secretsmanager:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:secret:${var.name_prefix}/axon-??????"
      ]
      variable = "kms:EncryptionContext:SecretARN"
    }
  }
  statement {
    actions = [
      "kms:Decrypt"
    ]
    resources = [
      "${var.governance_key_arn}"
    ]
    sid = "DecryptEnvironment"
    condition {
      test = "StringEquals"
      values = [
        "lambda.${data.aws_region.current_region.name}.amazonaws.com"
      ]
      variable = "kms:ViaService"
    }
  }
  statement {
    actions = [
      "sqs:SendMessage"
    ]
    resources = [
      "arn:${data.aws_partition.current_partition.partition}:sqs:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:${var.name_prefix}-governance-dead-letters"
    ]
    sid = "KeepFailures"
  }
  statement {
    actions = [
      "kms:Decrypt",
      "kms:GenerateDataKey"
    ]
    resources = [
      "${var.governance_key_arn}"
    ]
    sid = "EncryptFailures"
    condition {
      test = "StringEquals"
      values = [
        "sqs.${data.aws_region.current_region.name}.amazonaws.com"
      ]
      variable = "kms:ViaService"
    }
  }
  statement {
    actions = [
      "logs:CreateLogStream",
      "logs:PutLogEvents"
    ]
    resources = [
      "arn:${data.aws_partition.current_partition.partition}:logs:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:log-group:/aws/lambda/${var.name_prefix}-secrets-rotation:log-stream:*"
    ]
    sid = "WriteLogs"
  }
}
resource "aws_iam_role_policy" "secrets_rotation_permissions" {
  name   = "permissions"
  policy = data.aws_iam_policy_document.secrets_rotation_permissions_document.json
  role   = aws_iam_role.secrets_rotation.name
}
data "aws_iam_policy_document" "smoke_boundary_document" {
  statement {
    actions = [
      "codedeploy:PutLifecycleEventHookExecutionStatus"
    ]
    resources = [
      "arn:${data.aws_partition.current_partition.partition}:codedeploy:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:deploymentgroup:${var.name_prefix}-services/*",
      "arn:${data.aws_partition.current_partition.partition}:codedeploy:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:deploymentgroup:${var.name_prefix}-functions/*"
    ]
    sid = "ReportToCodeDeploy"
  }
  statement {
    actions = [
      "lambda:InvokeFunction"
    ]
    resources = [
      "arn:${data.aws_partition.current_partition.partition}:lambda:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:function:${var.name_prefix}-governance:smoke"
    ]
    sid = "AskGovernance"
  }
  statement {
    actions = [
      "secretsmanager:GetSecretValue"
    ]
    resources = [
      "arn:${data.aws_partition.current_partition.partition}:secretsmanager:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:secret:${var.name_prefix}/smoke-??????"
    ]
    sid = "ReadCredentials"
  }
  statement {
    actions = [
      "kms:Decrypt"
    ]
    resources = [
      "${var.governance_key_arn}"
    ]
    sid = "DecryptCredentials"
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
  }
  statement {
    actions = [
      "ec2:CreateNetworkInterface",
      "ec2:DeleteNetworkInterface"
    ]
    resources = [
      "arn:*:ec2:*:*:*/*"
    ]
    sid = "PlaceInVpc"
  }
  statement {
    actions = [
      "ec2:DescribeNetworkInterfaces",
      "ec2:DescribeSecurityGroups",
      "ec2:DescribeSubnets",
      "ec2:DescribeVpcs"
    ]
    resources = [
      "*"
    ]
    sid = "LookAtVpc"
  }
  statement {
    actions = [
      "ec2:CreateNetworkInterface",
      "ec2:DeleteNetworkInterface",
      "ec2:DescribeNetworkInterfaces",
      "ec2:DescribeSecurityGroups",
      "ec2:DescribeSubnets",
      "ec2:DescribeVpcs"
    ]
    effect = "Deny"
    resources = [
      "*"
    ]
    sid = "NetworkInterfacesByLambdaAlone"
    condition {
      test = "Null"
      values = [
        "false"
      ]
      variable = "lambda:SourceFunctionArn"
    }
  }
  statement {
    actions = [
      "kms:Decrypt"
    ]
    resources = [
      "${var.governance_key_arn}"
    ]
    sid = "DecryptEnvironment"
    condition {
      test = "StringEquals"
      values = [
        "lambda.${data.aws_region.current_region.name}.amazonaws.com"
      ]
      variable = "kms:ViaService"
    }
  }
  statement {
    actions = [
      "logs:CreateLogStream",
      "logs:PutLogEvents"
    ]
    resources = [
      "arn:${data.aws_partition.current_partition.partition}:logs:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:log-group:/aws/lambda/${var.name_prefix}-smoke:log-stream:*"
    ]
    sid = "WriteLogs"
  }
}
resource "aws_iam_policy" "smoke_boundary" {
  description = "The most that smoke may ever do."
  name        = "${var.name_prefix}-smoke-boundary"
  policy      = data.aws_iam_policy_document.smoke_boundary_document.json
}
data "aws_iam_policy_document" "smoke_trust_document" {
  statement {
    actions = [
      "sts:AssumeRole"
    ]
    sid = "AssumedByLambda"
    condition {
      test = "StringEqualsIfExists"
      values = [
        "${data.aws_caller_identity.current.account_id}"
      ]
      variable = "aws:SourceAccount"
    }
    condition {
      test = "ArnLikeIfExists"
      values = [
        "arn:${data.aws_partition.current_partition.partition}:lambda:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:function:${var.name_prefix}-smoke",
        "arn:${data.aws_partition.current_partition.partition}:lambda:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:function:${var.name_prefix}-smoke:*"
      ]
      variable = "aws:SourceArn"
    }
    principals {
      identifiers = [
        "lambda.amazonaws.com"
      ]
      type = "Service"
    }
  }
}
resource "aws_iam_role" "smoke" {
  assume_role_policy   = data.aws_iam_policy_document.smoke_trust_document.json
  description          = "The smoke test of a deployment: calls the test listeners, tells CodeDeploy how it went."
  max_session_duration = 3600
  name                 = "${var.name_prefix}-smoke-role"
  permissions_boundary = aws_iam_policy.smoke_boundary.arn
}
data "aws_iam_policy_document" "smoke_permissions_document" {
  statement {
    actions = [
      "codedeploy:PutLifecycleEventHookExecutionStatus"
    ]
    resources = [
      "arn:${data.aws_partition.current_partition.partition}:codedeploy:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:deploymentgroup:${var.name_prefix}-services/*",
      "arn:${data.aws_partition.current_partition.partition}:codedeploy:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:deploymentgroup:${var.name_prefix}-functions/*"
    ]
    sid = "ReportToCodeDeploy"
  }
  statement {
    actions = [
      "lambda:InvokeFunction"
    ]
    resources = [
      "arn:${data.aws_partition.current_partition.partition}:lambda:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:function:${var.name_prefix}-governance:smoke"
    ]
    sid = "AskGovernance"
  }
  statement {
    actions = [
      "secretsmanager:GetSecretValue"
    ]
    resources = [
      "arn:${data.aws_partition.current_partition.partition}:secretsmanager:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:secret:${var.name_prefix}/smoke-??????"
    ]
    sid = "ReadCredentials"
  }
  statement {
    actions = [
      "kms:Decrypt"
    ]
    resources = [
      "${var.governance_key_arn}"
    ]
    sid = "DecryptCredentials"
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
  }
  statement {
    actions = [
      "ec2:CreateNetworkInterface",
      "ec2:DeleteNetworkInterface"
    ]
    resources = [
      "arn:*:ec2:*:*:*/*"
    ]
    sid = "PlaceInVpc"
  }
  statement {
    actions = [
      "ec2:DescribeNetworkInterfaces",
      "ec2:DescribeSecurityGroups",
      "ec2:DescribeSubnets",
      "ec2:DescribeVpcs"
    ]
    resources = [
      "*"
    ]
    sid = "LookAtVpc"
  }
  statement {
    actions = [
      "ec2:CreateNetworkInterface",
      "ec2:DeleteNetworkInterface",
      "ec2:DescribeNetworkInterfaces",
      "ec2:DescribeSecurityGroups",
      "ec2:DescribeSubnets",
      "ec2:DescribeVpcs"
    ]
    effect = "Deny"
    resources = [
      "*"
    ]
    sid = "NetworkInterfacesByLambdaAlone"
    condition {
      test = "Null"
      values = [
        "false"
      ]
      variable = "lambda:SourceFunctionArn"
    }
  }
  statement {
    actions = [
      "kms:Decrypt"
    ]
    resources = [
      "${var.governance_key_arn}"
    ]
    sid = "DecryptEnvironment"
    condition {
      test = "StringEquals"
      values = [
        "lambda.${data.aws_region.current_region.name}.amazonaws.com"
      ]
      variable = "kms:ViaService"
    }
  }
  statement {
    actions = [
      "logs:CreateLogStream",
      "logs:PutLogEvents"
    ]
    resources = [
      "arn:${data.aws_partition.current_partition.partition}:logs:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:log-group:/aws/lambda/${var.name_prefix}-smoke:log-stream:*"
    ]
    sid = "WriteLogs"
  }
}
resource "aws_iam_role_policy" "smoke_permissions" {
  name   = "permissions"
  policy = data.aws_iam_policy_document.smoke_permissions_document.json
  role   = aws_iam_role.smoke.name
}
data "aws_iam_policy_document" "codedeploy_boundary_document" {
  statement {
    actions = [
      "ecs:CreateTaskSet",
      "ecs:DeleteTaskSet",
      "ecs:DescribeServices",
      "ecs:UpdateServicePrimaryTaskSet"
    ]
    resources = [
      "arn:${data.aws_partition.current_partition.partition}:ecs:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:service/${var.name_prefix}-cluster/${var.name_prefix}-orbit",
      "arn:${data.aws_partition.current_partition.partition}:ecs:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:task-set/${var.name_prefix}-cluster/${var.name_prefix}-orbit/*",
      "arn:${data.aws_partition.current_partition.partition}:ecs:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:service/${var.name_prefix}-cluster/${var.name_prefix}-axon",
      "arn:${data.aws_partition.current_partition.partition}:ecs:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:task-set/${var.name_prefix}-cluster/${var.name_prefix}-axon/*"
    ]
    sid = "ReplaceTaskSets"
  }
  statement {
    actions = [
      "elasticloadbalancing:ModifyListener",
      "elasticloadbalancing:ModifyRule"
    ]
    resources = [
      "arn:${data.aws_partition.current_partition.partition}:elasticloadbalancing:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:listener/app/${var.name_prefix}-alb/*",
      "arn:${data.aws_partition.current_partition.partition}:elasticloadbalancing:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:listener-rule/app/${var.name_prefix}-alb/*"
    ]
    sid = "ShiftTraffic"
  }
  statement {
    actions = [
      "elasticloadbalancing:DescribeListeners",
      "elasticloadbalancing:DescribeRules",
      "elasticloadbalancing:DescribeTargetGroups"
    ]
    resources = [
      "*"
    ]
    sid = "LookAtListeners"
  }
  statement {
    actions = [
      "cloudwatch:DescribeAlarms"
    ]
    resources = [
      "arn:${data.aws_partition.current_partition.partition}:cloudwatch:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:alarm:*"
    ]
    sid = "WatchAlarms"
  }
  statement {
    actions = [
      "lambda:GetAlias",
      "lambda:GetProvisionedConcurrencyConfig",
      "lambda:UpdateAlias"
    ]
    resources = [
      "arn:${data.aws_partition.current_partition.partition}:lambda:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:function:${var.name_prefix}-governance",
      "arn:${data.aws_partition.current_partition.partition}:lambda:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:function:${var.name_prefix}-governance:*"
    ]
    sid = "ShiftAliases"
  }
  statement {
    actions = [
      "lambda:InvokeFunction"
    ]
    resources = [
      "arn:${data.aws_partition.current_partition.partition}:lambda:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:function:${var.name_prefix}-smoke"
    ]
    sid = "SmokeTest"
  }
  statement {
    actions = [
      "iam:PassRole"
    ]
    resources = [
      "arn:${data.aws_partition.current_partition.partition}:iam::${data.aws_caller_identity.current.account_id}:role/${var.name_prefix}-orbit-role",
      "arn:${data.aws_partition.current_partition.partition}:iam::${data.aws_caller_identity.current.account_id}:role/${var.name_prefix}-execution-orbit-role",
      "arn:${data.aws_partition.current_partition.partition}:iam::${data.aws_caller_identity.current.account_id}:role/${var.name_prefix}-axon-role",
      "arn:${data.aws_partition.current_partition.partition}:iam::${data.aws_caller_identity.current.account_id}:role/${var.name_prefix}-execution-axon-role"
    ]
    sid = "PassTaskRoles"
    condition {
      test = "StringEquals"
      values = [
        "ecs-tasks.amazonaws.com"
      ]
      variable = "iam:PassedToService"
    }
  }
}
resource "aws_iam_policy" "codedeploy_boundary" {
  description = "The most that codedeploy may ever do."
  name        = "${var.name_prefix}-codedeploy-boundary"
  policy      = data.aws_iam_policy_document.codedeploy_boundary_document.json
}
data "aws_iam_policy_document" "codedeploy_trust_document" {
  statement {
    actions = [
      "sts:AssumeRole"
    ]
    sid = "AssumedByService"
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
        "arn:${data.aws_partition.current_partition.partition}:codedeploy:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:deploymentgroup:${var.name_prefix}-*/*"
      ]
      variable = "aws:SourceArn"
    }
    principals {
      identifiers = [
        "codedeploy.amazonaws.com"
      ]
      type = "Service"
    }
  }
}
resource "aws_iam_role" "codedeploy" {
  assume_role_policy   = data.aws_iam_policy_document.codedeploy_trust_document.json
  description          = "CodeDeploy: shifts the services of this environment from blue to green."
  max_session_duration = 3600
  name                 = "${var.name_prefix}-codedeploy-role"
  permissions_boundary = aws_iam_policy.codedeploy_boundary.arn
}
data "aws_iam_policy_document" "codedeploy_permissions_document" {
  statement {
    actions = [
      "ecs:CreateTaskSet",
      "ecs:DeleteTaskSet",
      "ecs:DescribeServices",
      "ecs:UpdateServicePrimaryTaskSet"
    ]
    resources = [
      "arn:${data.aws_partition.current_partition.partition}:ecs:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:service/${var.name_prefix}-cluster/${var.name_prefix}-orbit",
      "arn:${data.aws_partition.current_partition.partition}:ecs:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:task-set/${var.name_prefix}-cluster/${var.name_prefix}-orbit/*",
      "arn:${data.aws_partition.current_partition.partition}:ecs:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:service/${var.name_prefix}-cluster/${var.name_prefix}-axon",
      "arn:${data.aws_partition.current_partition.partition}:ecs:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:task-set/${var.name_prefix}-cluster/${var.name_prefix}-axon/*"
    ]
    sid = "ReplaceTaskSets"
  }
  statement {
    actions = [
      "elasticloadbalancing:ModifyListener",
      "elasticloadbalancing:ModifyRule"
    ]
    resources = [
      "arn:${data.aws_partition.current_partition.partition}:elasticloadbalancing:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:listener/app/${var.name_prefix}-alb/*",
      "arn:${data.aws_partition.current_partition.partition}:elasticloadbalancing:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:listener-rule/app/${var.name_prefix}-alb/*"
    ]
    sid = "ShiftTraffic"
  }
  statement {
    actions = [
      "elasticloadbalancing:DescribeListeners",
      "elasticloadbalancing:DescribeRules",
      "elasticloadbalancing:DescribeTargetGroups"
    ]
    resources = [
      "*"
    ]
    sid = "LookAtListeners"
  }
  statement {
    actions = [
      "cloudwatch:DescribeAlarms"
    ]
    resources = [
      "arn:${data.aws_partition.current_partition.partition}:cloudwatch:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:alarm:*"
    ]
    sid = "WatchAlarms"
  }
  statement {
    actions = [
      "lambda:GetAlias",
      "lambda:GetProvisionedConcurrencyConfig",
      "lambda:UpdateAlias"
    ]
    resources = [
      "arn:${data.aws_partition.current_partition.partition}:lambda:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:function:${var.name_prefix}-governance",
      "arn:${data.aws_partition.current_partition.partition}:lambda:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:function:${var.name_prefix}-governance:*"
    ]
    sid = "ShiftAliases"
  }
  statement {
    actions = [
      "lambda:InvokeFunction"
    ]
    resources = [
      "arn:${data.aws_partition.current_partition.partition}:lambda:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:function:${var.name_prefix}-smoke"
    ]
    sid = "SmokeTest"
  }
  statement {
    actions = [
      "iam:PassRole"
    ]
    resources = [
      "arn:${data.aws_partition.current_partition.partition}:iam::${data.aws_caller_identity.current.account_id}:role/${var.name_prefix}-orbit-role",
      "arn:${data.aws_partition.current_partition.partition}:iam::${data.aws_caller_identity.current.account_id}:role/${var.name_prefix}-execution-orbit-role",
      "arn:${data.aws_partition.current_partition.partition}:iam::${data.aws_caller_identity.current.account_id}:role/${var.name_prefix}-axon-role",
      "arn:${data.aws_partition.current_partition.partition}:iam::${data.aws_caller_identity.current.account_id}:role/${var.name_prefix}-execution-axon-role"
    ]
    sid = "PassTaskRoles"
    condition {
      test = "StringEquals"
      values = [
        "ecs-tasks.amazonaws.com"
      ]
      variable = "iam:PassedToService"
    }
  }
}
resource "aws_iam_role_policy" "codedeploy_permissions" {
  name   = "permissions"
  policy = data.aws_iam_policy_document.codedeploy_permissions_document.json
  role   = aws_iam_role.codedeploy.name
}
data "aws_iam_policy_document" "tracing_document" {
  statement {
    actions = [
      "xray:PutTelemetryRecords",
      "xray:PutTraceSegments"
    ]
    resources = [
      "*"
    ]
    sid = "WriteTraces"
  }
}
resource "aws_iam_role_policy" "orbit_tracing" {
  name   = "tracing"
  policy = data.aws_iam_policy_document.tracing_document.json
  role   = aws_iam_role.orbit.name
  count  = var.tracing ? 1 : 0
}
resource "aws_iam_role_policy" "axon_tracing" {
  name   = "tracing"
  policy = data.aws_iam_policy_document.tracing_document.json
  role   = aws_iam_role.axon.name
  count  = var.tracing ? 1 : 0
}
resource "aws_iam_role_policy" "governance_tracing" {
  name   = "tracing"
  policy = data.aws_iam_policy_document.tracing_document.json
  role   = aws_iam_role.governance.name
  count  = var.tracing ? 1 : 0
}
data "aws_iam_policy_document" "network_interfaces_document" {
  statement {
    actions = [
      "ec2:CreateNetworkInterface",
      "ec2:DeleteNetworkInterface"
    ]
    resources = [
      "arn:*:ec2:*:*:*/*"
    ]
    sid = "PlaceInVpc"
  }
  statement {
    actions = [
      "ec2:DescribeNetworkInterfaces",
      "ec2:DescribeSecurityGroups",
      "ec2:DescribeSubnets",
      "ec2:DescribeVpcs"
    ]
    resources = [
      "*"
    ]
    sid = "LookAtVpc"
  }
  statement {
    actions = [
      "ec2:CreateNetworkInterface",
      "ec2:DeleteNetworkInterface",
      "ec2:DescribeNetworkInterfaces",
      "ec2:DescribeSecurityGroups",
      "ec2:DescribeSubnets",
      "ec2:DescribeVpcs"
    ]
    effect = "Deny"
    resources = [
      "*"
    ]
    sid = "NetworkInterfacesByLambdaAlone"
    condition {
      test = "Null"
      values = [
        "false"
      ]
      variable = "lambda:SourceFunctionArn"
    }
  }
}
resource "aws_iam_role_policy" "governance_network_interfaces" {
  name   = "network_interfaces"
  policy = data.aws_iam_policy_document.network_interfaces_document.json
  role   = aws_iam_role.governance.name
  count  = var.functions_in_vpc ? 1 : 0
}
resource "aws_iam_role_policy" "secrets_rotation_network_interfaces" {
  name   = "network_interfaces"
  policy = data.aws_iam_policy_document.network_interfaces_document.json
  role   = aws_iam_role.secrets_rotation.name
  count  = var.functions_in_vpc ? 1 : 0
}

output "orbit_role_arn" {
  value       = aws_iam_role.orbit.arn
  description = "ARN of the role of orbit."
}

output "axon_role_arn" {
  value       = aws_iam_role.axon.arn
  description = "ARN of the role of axon."
}

output "governance_role_arn" {
  value       = aws_iam_role.governance.arn
  description = "ARN of the role of governance."
}

output "execution_orbit_role_arn" {
  value       = aws_iam_role.execution_orbit.arn
  description = "ARN of the role of execution-orbit."
}

output "execution_axon_role_arn" {
  value       = aws_iam_role.execution_axon.arn
  description = "ARN of the role of execution-axon."
}

output "secrets_rotation_role_arn" {
  value       = aws_iam_role.secrets_rotation.arn
  description = "ARN of the role of secrets-rotation."
}

output "smoke_role_arn" {
  value       = aws_iam_role.smoke.arn
  description = "ARN of the role of smoke."
}

output "codedeploy_role_arn" {
  value       = aws_iam_role.codedeploy.arn
  description = "ARN of the role of codedeploy."
}
