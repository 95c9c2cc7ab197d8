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

variable "repository" {
  description = "owner/name of the repository whose workflows deploy."
  type        = string
  validation {
    error_message = "repository: expected text that matches ^[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+$."
    condition     = can(regex("^[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+$", var.repository))
  }
}

variable "github_environment" {
  description = "GitHub environment that deployments run in; plans run in <it>-plan."
  type        = string
  validation {
    error_message = "github_environment: expected at least 1 characters."
    condition     = length(var.github_environment) >= 1
  }
}

variable "create_oidc_provider" {
  description = "Whether to create GitHub's identity provider: an account has one."
  type        = bool

  default = true
}

variable "state_bucket" {
  description = "Bucket of Terraform's state; null when it is somewhere else."
  type        = string
  nullable    = true
  validation {
    error_message = "state_bucket: expected at least 3 characters."
    condition     = var.state_bucket == null ? true : length(var.state_bucket) >= 3
  }
  default = null
}

variable "state_key_arn" {
  description = "Key that the state's bucket encrypts with; null for the key of S3."
  type        = string
  nullable    = true
  validation {
    error_message = "state_key_arn: expected text that matches ^arn:aws[a-z-]*:."
    condition     = var.state_key_arn == null ? true : can(regex("^arn:aws[a-z-]*:", var.state_key_arn))
  }
  default = null
}

variable "policy_publisher_key_arn" {
  description = "Key that policy revisions are signed with."
  type        = string
  validation {
    error_message = "policy_publisher_key_arn: expected text that matches ^arn:aws[a-z-]*:."
    condition     = can(regex("^arn:aws[a-z-]*:", var.policy_publisher_key_arn))
  }
}

variable "governance_key_arn" {
  description = "Key of the policy table."
  type        = string
  validation {
    error_message = "governance_key_arn: expected text that matches ^arn:aws[a-z-]*:."
    condition     = can(regex("^arn:aws[a-z-]*:", var.governance_key_arn))
  }
}

variable "codedeploy_role_arn" {
  description = "Role of CodeDeploy."
  type        = string
  validation {
    error_message = "codedeploy_role_arn: expected text that matches ^arn:aws[a-z-]*:."
    condition     = can(regex("^arn:aws[a-z-]*:", var.codedeploy_role_arn))
  }
}

variable "blue_green" {
  description = "Whether services are deployed by CodeDeploy; a rolling environment has no groups for them."
  type        = bool

  default = true
}

variable "cluster_name" {
  description = "The cluster."
  type        = string
  validation {
    error_message = "cluster_name: expected at least 1 characters."
    condition     = length(var.cluster_name) >= 1
  }
}

variable "production_listener_arns" {
  description = "Production listener of each service."
  type        = object({ orbit = string, axon = string })

}

variable "test_listener_arns" {
  description = "Test listener of each service."
  type        = object({ orbit = string, axon = string })

}

variable "blue_target_group_names" {
  description = "Blue target group of each service."
  type        = object({ orbit = string, axon = string })

}

variable "green_target_group_names" {
  description = "Green target group of each service."
  type        = object({ orbit = string, axon = string })

}

variable "service_names" {
  description = "Name of the ECS service of each service."
  type        = object({ orbit = string, axon = string })

}

variable "alarm_names" {
  description = "Alarms that roll a deployment back."
  type        = list(string)
  validation {
    error_message = "alarm_names: expected every element to be at least 1 characters."
    condition     = alltrue([for item in var.alarm_names : length(item) >= 1])
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
resource "aws_iam_openid_connect_provider" "github" {
  client_id_list = [
    "sts.amazonaws.com"
  ]
  url   = "https://token.actions.githubusercontent.com"
  count = var.create_oidc_provider ? 1 : 0
}
data "aws_iam_policy_document" "github_actions_plan_boundary_document" {
  statement {
    actions = [
      "access-analyzer:Describe*",
      "access-analyzer:Get*",
      "access-analyzer:List*",
      "acm:Describe*",
      "acm:Get*",
      "acm:List*",
      "acm-pca:Describe*",
      "acm-pca:Get*",
      "acm-pca:List*",
      "application-autoscaling:Describe*",
      "application-autoscaling:Get*",
      "application-autoscaling:List*",
      "appmesh:Describe*",
      "appmesh:Get*",
      "appmesh:List*",
      "autoscaling:Describe*",
      "autoscaling:Get*",
      "autoscaling:List*",
      "budgets:Describe*",
      "budgets:Get*",
      "budgets:List*",
      "ce:Describe*",
      "ce:Get*",
      "ce:List*",
      "cloudtrail:Describe*",
      "cloudtrail:Get*",
      "cloudtrail:List*",
      "cloudwatch:Describe*",
      "cloudwatch:Get*",
      "cloudwatch:List*",
      "codedeploy:Describe*",
      "codedeploy:Get*",
      "codedeploy:List*",
      "config:Describe*",
      "config:Get*",
      "config:List*",
      "dynamodb:Describe*",
      "dynamodb:Get*",
      "dynamodb:List*",
      "ec2:Describe*",
      "ec2:Get*",
      "ec2:List*",
      "ecr:Describe*",
      "ecr:Get*",
      "ecr:List*",
      "ecs:Describe*",
      "ecs:Get*",
      "ecs:List*",
      "elasticloadbalancing:Describe*",
      "elasticloadbalancing:Get*",
      "elasticloadbalancing:List*",
      "guardduty:Describe*",
      "guardduty:Get*",
      "guardduty:List*",
      "kms:Describe*",
      "kms:Get*",
      "kms:List*",
      "lambda:Describe*",
      "lambda:Get*",
      "lambda:List*",
      "logs:Describe*",
      "logs:Get*",
      "logs:List*",
      "resource-groups:Describe*",
      "resource-groups:Get*",
      "resource-groups:List*",
      "s3:Describe*",
      "s3:Get*",
      "s3:List*",
      "secretsmanager:Describe*",
      "secretsmanager:Get*",
      "secretsmanager:List*",
      "securityhub:Describe*",
      "securityhub:Get*",
      "securityhub:List*",
      "servicediscovery:Describe*",
      "servicediscovery:Get*",
      "servicediscovery:List*",
      "sns:Describe*",
      "sns:Get*",
      "sns:List*",
      "sqs:Describe*",
      "sqs:Get*",
      "sqs:List*",
      "ssm:Describe*",
      "ssm:Get*",
      "ssm:List*",
      "vpc-lattice:Describe*",
      "vpc-lattice:Get*",
      "vpc-lattice:List*",
      "iam:Describe*",
      "iam:Get*",
      "iam:List*",
      "tag:Describe*",
      "tag:Get*",
      "tag:List*"
    ]
    resources = [
      "*"
    ]
    sid = "ReadConfiguration"
  }
  statement {
    actions = [
      "budgets:ViewBudget"
    ]
    resources = [
      "arn:${data.aws_partition.current_partition.partition}:budgets::${data.aws_caller_identity.current.account_id}:budget/*"
    ]
    sid = "ReadBudgets"
  }
  statement {
    actions = [
      "kms:Decrypt"
    ]
    resources = [
      "${var.governance_key_arn}"
    ]
    sid = "ReadEnvironments"
    condition {
      test = "StringEquals"
      values = [
        "lambda.${data.aws_region.current_region.name}.amazonaws.com",
        "ssm.${data.aws_region.current_region.name}.amazonaws.com"
      ]
      variable = "kms:ViaService"
    }
  }
  statement {
    actions = [
      "s3:ListBucket"
    ]
    resources = [
      "arn:${data.aws_partition.current_partition.partition}:s3:::${coalesce(var.state_bucket, "none")}"
    ]
    sid = "ListState"
  }
  statement {
    actions = [
      "s3:GetObject"
    ]
    resources = [
      "arn:${data.aws_partition.current_partition.partition}:s3:::${coalesce(var.state_bucket, "none")}/*"
    ]
    sid = "State"
  }
  statement {
    actions = [
      "kms:Decrypt"
    ]
    resources = [
      "${coalesce(var.state_key_arn, "arn:aws:kms:::key/none")}"
    ]
    sid = "StateKey"
    condition {
      test = "StringEquals"
      values = [
        "s3.${data.aws_region.current_region.name}.amazonaws.com"
      ]
      variable = "kms:ViaService"
    }
  }
  statement {
    actions = [
      "dynamodb:BatchGetItem",
      "dynamodb:BatchWriteItem",
      "dynamodb:DeleteItem",
      "dynamodb:GetItem",
      "dynamodb:GetRecords",
      "dynamodb:PartiQL*",
      "dynamodb:PutItem",
      "dynamodb:Query",
      "dynamodb:Scan",
      "dynamodb:UpdateItem",
      "ec2:GetConsoleOutput",
      "ec2:GetConsoleScreenshot",
      "ec2:GetPasswordData",
      "ecs:ExecuteCommand",
      "kms:Sign",
      "lambda:InvokeFunctionUrl",
      "logs:FilterLogEvents",
      "logs:GetLogEvents",
      "logs:GetLogObject",
      "logs:GetLogRecord",
      "logs:GetQueryResults",
      "logs:StartLiveTail",
      "secretsmanager:BatchGetSecretValue",
      "secretsmanager:GetSecretValue",
      "secretsmanager:PutSecretValue",
      "sqs:ReceiveMessage",
      "ssm:SendCommand",
      "ssm:StartSession"
    ]
    effect = "Deny"
    resources = [
      "*"
    ]
    sid = "NoValues"
  }
  statement {
    actions = [
      "lambda:InvokeFunction"
    ]
    effect = "Deny"
    resources = [
      "*"
    ]
    sid = "NoInvocations"
  }
  statement {
    actions = [
      "s3:GetObject",
      "s3:GetObjectVersion"
    ]
    effect = "Deny"
    not_resources = [
      "arn:${data.aws_partition.current_partition.partition}:s3:::${coalesce(var.state_bucket, "none")}/*"
    ]
    sid = "NoObjectsButTheState"
  }
}
resource "aws_iam_policy" "github_actions_plan_boundary" {
  description = "The most that github-actions-plan may ever do."
  name        = "${var.name_prefix}-github-actions-plan-boundary"
  policy      = data.aws_iam_policy_document.github_actions_plan_boundary_document.json
}
data "aws_iam_policy_document" "github_actions_plan_trust_document" {
  statement {
    actions = [
      "sts:AssumeRoleWithWebIdentity"
    ]
    sid = "AssumedByWorkflow"
    condition {
      test = "StringEquals"
      values = [
        "sts.amazonaws.com"
      ]
      variable = "token.actions.githubusercontent.com:aud"
    }
    condition {
      test = "StringEquals"
      values = [
        "repo:${var.repository}:environment:${var.github_environment}-plan"
      ]
      variable = "token.actions.githubusercontent.com:sub"
    }
    principals {
      identifiers = [
        "${one(concat(aws_iam_openid_connect_provider.github[*].arn, var.create_oidc_provider ? [] : [format("arn:%s:iam::%s:oidc-provider/token.actions.githubusercontent.com", data.aws_partition.current_partition.partition, data.aws_caller_identity.current.account_id)]))}"
      ]
      type = "Federated"
    }
  }
}
resource "aws_iam_role" "github_actions_plan" {
  assume_role_policy   = data.aws_iam_policy_document.github_actions_plan_trust_document.json
  description          = "Plans and drift: reads configuration, no values."
  max_session_duration = 7200
  name                 = "${var.name_prefix}-github-actions-plan-role"
  permissions_boundary = aws_iam_policy.github_actions_plan_boundary.arn
}
data "aws_iam_policy_document" "github_actions_plan_permissions_document" {
  statement {
    actions = [
      "access-analyzer:Describe*",
      "access-analyzer:Get*",
      "access-analyzer:List*",
      "acm:Describe*",
      "acm:Get*",
      "acm:List*",
      "acm-pca:Describe*",
      "acm-pca:Get*",
      "acm-pca:List*",
      "application-autoscaling:Describe*",
      "application-autoscaling:Get*",
      "application-autoscaling:List*",
      "appmesh:Describe*",
      "appmesh:Get*",
      "appmesh:List*",
      "autoscaling:Describe*",
      "autoscaling:Get*",
      "autoscaling:List*",
      "budgets:Describe*",
      "budgets:Get*",
      "budgets:List*",
      "ce:Describe*",
      "ce:Get*",
      "ce:List*",
      "cloudtrail:Describe*",
      "cloudtrail:Get*",
      "cloudtrail:List*",
      "cloudwatch:Describe*",
      "cloudwatch:Get*",
      "cloudwatch:List*",
      "codedeploy:Describe*",
      "codedeploy:Get*",
      "codedeploy:List*",
      "config:Describe*",
      "config:Get*",
      "config:List*",
      "dynamodb:Describe*",
      "dynamodb:Get*",
      "dynamodb:List*",
      "ec2:Describe*",
      "ec2:Get*",
      "ec2:List*",
      "ecr:Describe*",
      "ecr:Get*",
      "ecr:List*",
      "ecs:Describe*",
      "ecs:Get*",
      "ecs:List*",
      "elasticloadbalancing:Describe*",
      "elasticloadbalancing:Get*",
      "elasticloadbalancing:List*",
      "guardduty:Describe*",
      "guardduty:Get*",
      "guardduty:List*",
      "kms:Describe*",
      "kms:Get*",
      "kms:List*",
      "lambda:Describe*",
      "lambda:Get*",
      "lambda:List*",
      "logs:Describe*",
      "logs:Get*",
      "logs:List*",
      "resource-groups:Describe*",
      "resource-groups:Get*",
      "resource-groups:List*",
      "s3:Describe*",
      "s3:Get*",
      "s3:List*",
      "secretsmanager:Describe*",
      "secretsmanager:Get*",
      "secretsmanager:List*",
      "securityhub:Describe*",
      "securityhub:Get*",
      "securityhub:List*",
      "servicediscovery:Describe*",
      "servicediscovery:Get*",
      "servicediscovery:List*",
      "sns:Describe*",
      "sns:Get*",
      "sns:List*",
      "sqs:Describe*",
      "sqs:Get*",
      "sqs:List*",
      "ssm:Describe*",
      "ssm:Get*",
      "ssm:List*",
      "vpc-lattice:Describe*",
      "vpc-lattice:Get*",
      "vpc-lattice:List*",
      "iam:Describe*",
      "iam:Get*",
      "iam:List*",
      "tag:Describe*",
      "tag:Get*",
      "tag:List*"
    ]
    resources = [
      "*"
    ]
    sid = "ReadConfiguration"
  }
  statement {
    actions = [
      "budgets:ViewBudget"
    ]
    resources = [
      "arn:${data.aws_partition.current_partition.partition}:budgets::${data.aws_caller_identity.current.account_id}:budget/*"
    ]
    sid = "ReadBudgets"
  }
  statement {
    actions = [
      "kms:Decrypt"
    ]
    resources = [
      "${var.governance_key_arn}"
    ]
    sid = "ReadEnvironments"
    condition {
      test = "StringEquals"
      values = [
        "lambda.${data.aws_region.current_region.name}.amazonaws.com",
        "ssm.${data.aws_region.current_region.name}.amazonaws.com"
      ]
      variable = "kms:ViaService"
    }
  }
  statement {
    actions = [
      "s3:ListBucket"
    ]
    resources = [
      "arn:${data.aws_partition.current_partition.partition}:s3:::${coalesce(var.state_bucket, "none")}"
    ]
    sid = "ListState"
  }
  statement {
    actions = [
      "s3:GetObject"
    ]
    resources = [
      "arn:${data.aws_partition.current_partition.partition}:s3:::${coalesce(var.state_bucket, "none")}/*"
    ]
    sid = "State"
  }
  statement {
    actions = [
      "kms:Decrypt"
    ]
    resources = [
      "${coalesce(var.state_key_arn, "arn:aws:kms:::key/none")}"
    ]
    sid = "StateKey"
    condition {
      test = "StringEquals"
      values = [
        "s3.${data.aws_region.current_region.name}.amazonaws.com"
      ]
      variable = "kms:ViaService"
    }
  }
  statement {
    actions = [
      "dynamodb:BatchGetItem",
      "dynamodb:BatchWriteItem",
      "dynamodb:DeleteItem",
      "dynamodb:GetItem",
      "dynamodb:GetRecords",
      "dynamodb:PartiQL*",
      "dynamodb:PutItem",
      "dynamodb:Query",
      "dynamodb:Scan",
      "dynamodb:UpdateItem",
      "ec2:GetConsoleOutput",
      "ec2:GetConsoleScreenshot",
      "ec2:GetPasswordData",
      "ecs:ExecuteCommand",
      "kms:Sign",
      "lambda:InvokeFunctionUrl",
      "logs:FilterLogEvents",
      "logs:GetLogEvents",
      "logs:GetLogObject",
      "logs:GetLogRecord",
      "logs:GetQueryResults",
      "logs:StartLiveTail",
      "secretsmanager:BatchGetSecretValue",
      "secretsmanager:GetSecretValue",
      "secretsmanager:PutSecretValue",
      "sqs:ReceiveMessage",
      "ssm:SendCommand",
      "ssm:StartSession"
    ]
    effect = "Deny"
    resources = [
      "*"
    ]
    sid = "NoValues"
  }
  statement {
    actions = [
      "lambda:InvokeFunction"
    ]
    effect = "Deny"
    resources = [
      "*"
    ]
    sid = "NoInvocations"
  }
  statement {
    actions = [
      "s3:GetObject",
      "s3:GetObjectVersion"
    ]
    effect = "Deny"
    not_resources = [
      "arn:${data.aws_partition.current_partition.partition}:s3:::${coalesce(var.state_bucket, "none")}/*"
    ]
    sid = "NoObjectsButTheState"
  }
}
resource "aws_iam_role_policy" "github_actions_plan_permissions" {
  name   = "permissions"
  policy = data.aws_iam_policy_document.github_actions_plan_permissions_document.json
  role   = aws_iam_role.github_actions_plan.name
}
data "aws_iam_policy_document" "github_actions_infra_boundary_document" {
  statement {
    actions = [
      "access-analyzer:*",
      "acm:*",
      "acm-pca:*",
      "application-autoscaling:*",
      "appmesh:*",
      "autoscaling:*",
      "budgets:*",
      "ce:*",
      "cloudtrail:*",
      "cloudwatch:*",
      "codedeploy:*",
      "config:*",
      "dynamodb:*",
      "ec2:*",
      "ecr:*",
      "ecs:*",
      "elasticloadbalancing:*",
      "guardduty:*",
      "kms:*",
      "lambda:*",
      "logs:*",
      "resource-groups:*",
      "s3:*",
      "secretsmanager:*",
      "securityhub:*",
      "servicediscovery:*",
      "sns:*",
      "sqs:*",
      "ssm:*",
      "vpc-lattice:*"
    ]
    resources = [
      "*"
    ]
    sid = "ProvisionServices"
    condition {
      test = "StringEquals"
      values = [
        "${data.aws_region.current_region.name}",
        "us-east-1"
      ]
      variable = "aws:RequestedRegion"
    }
  }
  statement {
    actions = [
      "iam:AddRoleToInstanceProfile",
      "iam:CreateInstanceProfile",
      "iam:CreateRole",
      "iam:DeleteInstanceProfile",
      "iam:DeleteRole",
      "iam:DeleteRolePolicy",
      "iam:GetInstanceProfile",
      "iam:GetPolicy",
      "iam:GetPolicyVersion",
      "iam:GetRole",
      "iam:GetRolePolicy",
      "iam:ListAttachedRolePolicies",
      "iam:ListInstanceProfilesForRole",
      "iam:ListPolicyVersions",
      "iam:ListRolePolicies",
      "iam:PutRolePermissionsBoundary",
      "iam:PutRolePolicy",
      "iam:RemoveRoleFromInstanceProfile",
      "iam:TagInstanceProfile",
      "iam:TagRole",
      "iam:UpdateAssumeRolePolicy",
      "iam:UpdateRole"
    ]
    resources = [
      "arn:${data.aws_partition.current_partition.partition}:iam::${data.aws_caller_identity.current.account_id}:role/${var.name_prefix}-*",
      "arn:${data.aws_partition.current_partition.partition}:iam::${data.aws_caller_identity.current.account_id}:policy/${var.name_prefix}-*",
      "arn:${data.aws_partition.current_partition.partition}:iam::${data.aws_caller_identity.current.account_id}:instance-profile/${var.name_prefix}-*"
    ]
    sid = "ManageOwnRoles"
  }
  statement {
    actions = [
      "iam:PassRole"
    ]
    resources = [
      "arn:${data.aws_partition.current_partition.partition}:iam::${data.aws_caller_identity.current.account_id}:role/${var.name_prefix}-*"
    ]
    sid = "PassOwnRoles"
    condition {
      test = "StringEquals"
      values = [
        "codedeploy.amazonaws.com",
        "ec2.amazonaws.com",
        "ecs.amazonaws.com",
        "ecs-tasks.amazonaws.com",
        "lambda.amazonaws.com",
        "vpc-flow-logs.amazonaws.com"
      ]
      variable = "iam:PassedToService"
    }
  }
  statement {
    actions = [
      "iam:CreateOpenIDConnectProvider",
      "iam:CreateServiceLinkedRole",
      "iam:DeleteOpenIDConnectProvider",
      "iam:DeleteServiceLinkedRole",
      "iam:GetOpenIDConnectProvider",
      "iam:GetServiceLinkedRoleDeletionStatus",
      "iam:TagOpenIDConnectProvider"
    ]
    resources = [
      "arn:${data.aws_partition.current_partition.partition}:iam::${data.aws_caller_identity.current.account_id}:oidc-provider/token.actions.githubusercontent.com",
      "arn:${data.aws_partition.current_partition.partition}:iam::${data.aws_caller_identity.current.account_id}:role/aws-service-role/*"
    ]
    sid = "IdentityProviderAndServiceRoles"
  }
  statement {
    actions = [
      "s3:ListBucket"
    ]
    resources = [
      "arn:${data.aws_partition.current_partition.partition}:s3:::${coalesce(var.state_bucket, "none")}"
    ]
    sid = "ListState"
  }
  statement {
    actions = [
      "s3:DeleteObject",
      "s3:GetObject",
      "s3:PutObject"
    ]
    resources = [
      "arn:${data.aws_partition.current_partition.partition}:s3:::${coalesce(var.state_bucket, "none")}/*"
    ]
    sid = "State"
  }
  statement {
    actions = [
      "kms:Decrypt",
      "kms:GenerateDataKey"
    ]
    resources = [
      "${coalesce(var.state_key_arn, "arn:aws:kms:::key/none")}"
    ]
    sid = "StateKey"
    condition {
      test = "StringEquals"
      values = [
        "s3.${data.aws_region.current_region.name}.amazonaws.com"
      ]
      variable = "kms:ViaService"
    }
  }
  statement {
    actions = [
      "dynamodb:BatchGetItem",
      "dynamodb:BatchWriteItem",
      "dynamodb:DeleteItem",
      "dynamodb:GetItem",
      "dynamodb:GetRecords",
      "dynamodb:PartiQL*",
      "dynamodb:PutItem",
      "dynamodb:Query",
      "dynamodb:Scan",
      "dynamodb:UpdateItem",
      "ec2:GetConsoleOutput",
      "ec2:GetConsoleScreenshot",
      "ec2:GetPasswordData",
      "ecs:ExecuteCommand",
      "kms:Sign",
      "lambda:InvokeFunctionUrl",
      "logs:FilterLogEvents",
      "logs:GetLogEvents",
      "logs:GetLogObject",
      "logs:GetLogRecord",
      "logs:GetQueryResults",
      "logs:StartLiveTail",
      "secretsmanager:BatchGetSecretValue",
      "secretsmanager:GetSecretValue",
      "secretsmanager:PutSecretValue",
      "sqs:ReceiveMessage",
      "ssm:SendCommand",
      "ssm:StartSession"
    ]
    effect = "Deny"
    resources = [
      "*"
    ]
    sid = "NoValues"
  }
  statement {
    actions = [
      "lambda:InvokeFunction"
    ]
    effect = "Deny"
    not_resources = [
      "arn:${data.aws_partition.current_partition.partition}:lambda:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:function:${var.name_prefix}-secrets-rotation"
    ]
    sid = "NoInvocations"
  }
  statement {
    actions = [
      "s3:GetObject",
      "s3:GetObjectVersion"
    ]
    effect = "Deny"
    not_resources = [
      "arn:${data.aws_partition.current_partition.partition}:s3:::${coalesce(var.state_bucket, "none")}/*"
    ]
    sid = "NoObjectsButTheState"
  }
  statement {
    actions = [
      "iam:CreatePolicy",
      "iam:CreatePolicyVersion",
      "iam:DeletePolicy",
      "iam:DeletePolicyVersion",
      "iam:DeleteRolePermissionsBoundary",
      "iam:DeleteUserPermissionsBoundary",
      "iam:SetDefaultPolicyVersion"
    ]
    effect = "Deny"
    resources = [
      "*"
    ]
    sid = "BoundariesStay"
  }
  statement {
    actions = [
      "iam:AttachRolePolicy",
      "iam:DeleteRole",
      "iam:DeleteRolePolicy",
      "iam:PutRolePermissionsBoundary",
      "iam:PutRolePolicy",
      "iam:UpdateAssumeRolePolicy",
      "iam:UpdateRole"
    ]
    effect = "Deny"
    resources = [
      "arn:${data.aws_partition.current_partition.partition}:iam::${data.aws_caller_identity.current.account_id}:role/${var.name_prefix}-github-actions-*"
    ]
    sid = "PipelinesStay"
  }
  statement {
    actions = [
      "iam:CreateRole",
      "iam:PutRolePermissionsBoundary"
    ]
    effect = "Deny"
    resources = [
      "*"
    ]
    sid = "NoRoleWithoutBoundary"
    condition {
      test = "ArnNotLike"
      values = [
        "arn:${data.aws_partition.current_partition.partition}:iam::${data.aws_caller_identity.current.account_id}:policy/${var.name_prefix}-*-boundary"
      ]
      variable = "iam:PermissionsBoundary"
    }
  }
  statement {
    actions = [
      "iam:CreateAccessKey",
      "iam:CreateLoginProfile",
      "iam:CreateUser"
    ]
    effect = "Deny"
    resources = [
      "*"
    ]
    sid = "NoUsersAndKeys"
  }
  statement {
    actions = [
      "cloudtrail:StopLogging",
      "guardduty:DisassociateFromAdministratorAccount",
      "organizations:LeaveOrganization"
    ]
    effect = "Deny"
    resources = [
      "*"
    ]
    sid = "TheTrailRuns"
  }
}
resource "aws_iam_policy" "github_actions_infra_boundary" {
  description = "The most that github-actions-infra may ever do."
  name        = "${var.name_prefix}-github-actions-infra-boundary"
  policy      = data.aws_iam_policy_document.github_actions_infra_boundary_document.json
}
data "aws_iam_policy_document" "github_actions_infra_trust_document" {
  statement {
    actions = [
      "sts:AssumeRoleWithWebIdentity"
    ]
    sid = "AssumedByWorkflow"
    condition {
      test = "StringEquals"
      values = [
        "sts.amazonaws.com"
      ]
      variable = "token.actions.githubusercontent.com:aud"
    }
    condition {
      test = "StringEquals"
      values = [
        "repo:${var.repository}:environment:${var.github_environment}"
      ]
      variable = "token.actions.githubusercontent.com:sub"
    }
    principals {
      identifiers = [
        "${one(concat(aws_iam_openid_connect_provider.github[*].arn, var.create_oidc_provider ? [] : [format("arn:%s:iam::%s:oidc-provider/token.actions.githubusercontent.com", data.aws_partition.current_partition.partition, data.aws_caller_identity.current.account_id)]))}"
      ]
      type = "Federated"
    }
  }
}
resource "aws_iam_role" "github_actions_infra" {
  assume_role_policy   = data.aws_iam_policy_document.github_actions_infra_trust_document.json
  description          = "Deployments: applies the infrastructure."
  max_session_duration = 7200
  name                 = "${var.name_prefix}-github-actions-infra-role"
  permissions_boundary = aws_iam_policy.github_actions_infra_boundary.arn
}
data "aws_iam_policy_document" "github_actions_infra_permissions_document" {
  statement {
    actions = [
      "access-analyzer:*",
      "acm:*",
      "acm-pca:*",
      "application-autoscaling:*",
      "appmesh:*",
      "autoscaling:*",
      "budgets:*",
      "ce:*",
      "cloudtrail:*",
      "cloudwatch:*",
      "codedeploy:*",
      "config:*",
      "dynamodb:*",
      "ec2:*",
      "ecr:*",
      "ecs:*",
      "elasticloadbalancing:*",
      "guardduty:*",
      "kms:*",
      "lambda:*",
      "logs:*",
      "resource-groups:*",
      "s3:*",
      "secretsmanager:*",
      "securityhub:*",
      "servicediscovery:*",
      "sns:*",
      "sqs:*",
      "ssm:*",
      "vpc-lattice:*"
    ]
    resources = [
      "*"
    ]
    sid = "ProvisionServices"
    condition {
      test = "StringEquals"
      values = [
        "${data.aws_region.current_region.name}",
        "us-east-1"
      ]
      variable = "aws:RequestedRegion"
    }
  }
  statement {
    actions = [
      "iam:AddRoleToInstanceProfile",
      "iam:CreateInstanceProfile",
      "iam:CreateRole",
      "iam:DeleteInstanceProfile",
      "iam:DeleteRole",
      "iam:DeleteRolePolicy",
      "iam:GetInstanceProfile",
      "iam:GetPolicy",
      "iam:GetPolicyVersion",
      "iam:GetRole",
      "iam:GetRolePolicy",
      "iam:ListAttachedRolePolicies",
      "iam:ListInstanceProfilesForRole",
      "iam:ListPolicyVersions",
      "iam:ListRolePolicies",
      "iam:PutRolePermissionsBoundary",
      "iam:PutRolePolicy",
      "iam:RemoveRoleFromInstanceProfile",
      "iam:TagInstanceProfile",
      "iam:TagRole",
      "iam:UpdateAssumeRolePolicy",
      "iam:UpdateRole"
    ]
    resources = [
      "arn:${data.aws_partition.current_partition.partition}:iam::${data.aws_caller_identity.current.account_id}:role/${var.name_prefix}-*",
      "arn:${data.aws_partition.current_partition.partition}:iam::${data.aws_caller_identity.current.account_id}:policy/${var.name_prefix}-*",
      "arn:${data.aws_partition.current_partition.partition}:iam::${data.aws_caller_identity.current.account_id}:instance-profile/${var.name_prefix}-*"
    ]
    sid = "ManageOwnRoles"
  }
  statement {
    actions = [
      "iam:PassRole"
    ]
    resources = [
      "arn:${data.aws_partition.current_partition.partition}:iam::${data.aws_caller_identity.current.account_id}:role/${var.name_prefix}-*"
    ]
    sid = "PassOwnRoles"
    condition {
      test = "StringEquals"
      values = [
        "codedeploy.amazonaws.com",
        "ec2.amazonaws.com",
        "ecs.amazonaws.com",
        "ecs-tasks.amazonaws.com",
        "lambda.amazonaws.com",
        "vpc-flow-logs.amazonaws.com"
      ]
      variable = "iam:PassedToService"
    }
  }
  statement {
    actions = [
      "iam:CreateOpenIDConnectProvider",
      "iam:CreateServiceLinkedRole",
      "iam:DeleteOpenIDConnectProvider",
      "iam:DeleteServiceLinkedRole",
      "iam:GetOpenIDConnectProvider",
      "iam:GetServiceLinkedRoleDeletionStatus",
      "iam:TagOpenIDConnectProvider"
    ]
    resources = [
      "arn:${data.aws_partition.current_partition.partition}:iam::${data.aws_caller_identity.current.account_id}:oidc-provider/token.actions.githubusercontent.com",
      "arn:${data.aws_partition.current_partition.partition}:iam::${data.aws_caller_identity.current.account_id}:role/aws-service-role/*"
    ]
    sid = "IdentityProviderAndServiceRoles"
  }
  statement {
    actions = [
      "s3:ListBucket"
    ]
    resources = [
      "arn:${data.aws_partition.current_partition.partition}:s3:::${coalesce(var.state_bucket, "none")}"
    ]
    sid = "ListState"
  }
  statement {
    actions = [
      "s3:DeleteObject",
      "s3:GetObject",
      "s3:PutObject"
    ]
    resources = [
      "arn:${data.aws_partition.current_partition.partition}:s3:::${coalesce(var.state_bucket, "none")}/*"
    ]
    sid = "State"
  }
  statement {
    actions = [
      "kms:Decrypt",
      "kms:GenerateDataKey"
    ]
    resources = [
      "${coalesce(var.state_key_arn, "arn:aws:kms:::key/none")}"
    ]
    sid = "StateKey"
    condition {
      test = "StringEquals"
      values = [
        "s3.${data.aws_region.current_region.name}.amazonaws.com"
      ]
      variable = "kms:ViaService"
    }
  }
}
resource "aws_iam_role_policy" "github_actions_infra_permissions" {
  name   = "permissions"
  policy = data.aws_iam_policy_document.github_actions_infra_permissions_document.json
  role   = aws_iam_role.github_actions_infra.name
}
data "aws_iam_policy_document" "github_actions_app_boundary_document" {
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
      "ecr:CompleteLayerUpload",
      "ecr:DescribeImages",
      "ecr:InitiateLayerUpload",
      "ecr:PutImage",
      "ecr:UploadLayerPart"
    ]
    resources = [
      "arn:${data.aws_partition.current_partition.partition}:ecr:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:repository/${var.name_prefix}/orbit",
      "arn:${data.aws_partition.current_partition.partition}:ecr:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:repository/${var.name_prefix}/axon"
    ]
    sid = "PushImages"
  }
  statement {
    actions = [
      "lambda:GetAlias",
      "lambda:GetFunctionConfiguration",
      "lambda:PublishVersion",
      "lambda:UpdateFunctionCode"
    ]
    resources = [
      "arn:${data.aws_partition.current_partition.partition}:lambda:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:function:${var.name_prefix}-governance",
      "arn:${data.aws_partition.current_partition.partition}:lambda:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:function:${var.name_prefix}-governance:*"
    ]
    sid = "PublishVersions"
  }
  statement {
    actions = [
      "codedeploy:BatchGetDeployments",
      "codedeploy:CreateDeployment",
      "codedeploy:GetDeployment",
      "codedeploy:GetDeploymentConfig",
      "codedeploy:GetDeploymentGroup",
      "codedeploy:ListDeployments",
      "codedeploy:RegisterApplicationRevision",
      "codedeploy:StopDeployment"
    ]
    resources = [
      "arn:${data.aws_partition.current_partition.partition}:codedeploy:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:application:${var.name_prefix}-*",
      "arn:${data.aws_partition.current_partition.partition}:codedeploy:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:deploymentgroup:${var.name_prefix}-*",
      "arn:${data.aws_partition.current_partition.partition}:codedeploy:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:deploymentconfig:*"
    ]
    sid = "StartDeployments"
  }
  statement {
    actions = [
      "ecs:DescribeServices"
    ]
    resources = [
      "arn:${data.aws_partition.current_partition.partition}:ecs:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:service/${var.name_prefix}-cluster/${var.name_prefix}-orbit",
      "arn:${data.aws_partition.current_partition.partition}:ecs:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:service/${var.name_prefix}-cluster/${var.name_prefix}-axon"
    ]
    sid = "LookAtServices"
  }
  statement {
    actions = [
      "ecs:RegisterTaskDefinition"
    ]
    resources = [
      "arn:${data.aws_partition.current_partition.partition}:ecs:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:task-definition/${var.name_prefix}-orbit:*",
      "arn:${data.aws_partition.current_partition.partition}:ecs:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:task-definition/${var.name_prefix}-axon:*"
    ]
    sid = "RegisterTasks"
  }
  statement {
    actions = [
      "ecs:TagResource"
    ]
    resources = [
      "arn:${data.aws_partition.current_partition.partition}:ecs:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:task-definition/${var.name_prefix}-orbit:*",
      "arn:${data.aws_partition.current_partition.partition}:ecs:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:task-definition/${var.name_prefix}-axon:*"
    ]
    sid = "TagTasks"
    condition {
      test = "StringEquals"
      values = [
        "RegisterTaskDefinition"
      ]
      variable = "ecs:CreateAction"
    }
  }
  statement {
    actions = [
      "ecs:DescribeTaskDefinition"
    ]
    resources = [
      "*"
    ]
    sid = "LookAtTasks"
  }
  statement {
    actions = [
      "lambda:InvokeFunction"
    ]
    resources = [
      "arn:${data.aws_partition.current_partition.partition}:lambda:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:function:${var.name_prefix}-smoke"
    ]
    sid = "AskSmoke"
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
  statement {
    actions = [
      "dynamodb:GetItem",
      "dynamodb:PutItem",
      "dynamodb:Query"
    ]
    resources = [
      "arn:${data.aws_partition.current_partition.partition}:dynamodb:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:table/${var.name_prefix}-governance-policies"
    ]
    sid = "PublishPolicies"
  }
  statement {
    actions = [
      "kms:Decrypt"
    ]
    resources = [
      "${var.governance_key_arn}"
    ]
    sid = "EncryptPolicies"
    condition {
      test = "StringEquals"
      values = [
        "dynamodb.${data.aws_region.current_region.name}.amazonaws.com"
      ]
      variable = "kms:ViaService"
    }
  }
  statement {
    actions = [
      "kms:Sign"
    ]
    resources = [
      "${var.policy_publisher_key_arn}"
    ]
    sid = "SignPolicies"
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
    sid = "VerifyPolicies"
  }
}
resource "aws_iam_policy" "github_actions_app_boundary" {
  description = "The most that github-actions-app may ever do."
  name        = "${var.name_prefix}-github-actions-app-boundary"
  policy      = data.aws_iam_policy_document.github_actions_app_boundary_document.json
}
data "aws_iam_policy_document" "github_actions_app_trust_document" {
  statement {
    actions = [
      "sts:AssumeRoleWithWebIdentity"
    ]
    sid = "AssumedByWorkflow"
    condition {
      test = "StringEquals"
      values = [
        "sts.amazonaws.com"
      ]
      variable = "token.actions.githubusercontent.com:aud"
    }
    condition {
      test = "StringEquals"
      values = [
        "repo:${var.repository}:environment:${var.github_environment}"
      ]
      variable = "token.actions.githubusercontent.com:sub"
    }
    principals {
      identifiers = [
        "${one(concat(aws_iam_openid_connect_provider.github[*].arn, var.create_oidc_provider ? [] : [format("arn:%s:iam::%s:oidc-provider/token.actions.githubusercontent.com", data.aws_partition.current_partition.partition, data.aws_caller_identity.current.account_id)]))}"
      ]
      type = "Federated"
    }
  }
}
resource "aws_iam_role" "github_actions_app" {
  assume_role_policy   = data.aws_iam_policy_document.github_actions_app_trust_document.json
  description          = "Releases: images, functions and policies."
  max_session_duration = 7200
  name                 = "${var.name_prefix}-github-actions-app-role"
  permissions_boundary = aws_iam_policy.github_actions_app_boundary.arn
}
data "aws_iam_policy_document" "github_actions_app_permissions_document" {
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
      "ecr:CompleteLayerUpload",
      "ecr:DescribeImages",
      "ecr:InitiateLayerUpload",
      "ecr:PutImage",
      "ecr:UploadLayerPart"
    ]
    resources = [
      "arn:${data.aws_partition.current_partition.partition}:ecr:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:repository/${var.name_prefix}/orbit",
      "arn:${data.aws_partition.current_partition.partition}:ecr:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:repository/${var.name_prefix}/axon"
    ]
    sid = "PushImages"
  }
  statement {
    actions = [
      "lambda:GetAlias",
      "lambda:GetFunctionConfiguration",
      "lambda:PublishVersion",
      "lambda:UpdateFunctionCode"
    ]
    resources = [
      "arn:${data.aws_partition.current_partition.partition}:lambda:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:function:${var.name_prefix}-governance",
      "arn:${data.aws_partition.current_partition.partition}:lambda:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:function:${var.name_prefix}-governance:*"
    ]
    sid = "PublishVersions"
  }
  statement {
    actions = [
      "codedeploy:BatchGetDeployments",
      "codedeploy:CreateDeployment",
      "codedeploy:GetDeployment",
      "codedeploy:GetDeploymentConfig",
      "codedeploy:GetDeploymentGroup",
      "codedeploy:ListDeployments",
      "codedeploy:RegisterApplicationRevision",
      "codedeploy:StopDeployment"
    ]
    resources = [
      "arn:${data.aws_partition.current_partition.partition}:codedeploy:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:application:${var.name_prefix}-*",
      "arn:${data.aws_partition.current_partition.partition}:codedeploy:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:deploymentgroup:${var.name_prefix}-*",
      "arn:${data.aws_partition.current_partition.partition}:codedeploy:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:deploymentconfig:*"
    ]
    sid = "StartDeployments"
  }
  statement {
    actions = [
      "ecs:DescribeServices"
    ]
    resources = [
      "arn:${data.aws_partition.current_partition.partition}:ecs:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:service/${var.name_prefix}-cluster/${var.name_prefix}-orbit",
      "arn:${data.aws_partition.current_partition.partition}:ecs:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:service/${var.name_prefix}-cluster/${var.name_prefix}-axon"
    ]
    sid = "LookAtServices"
  }
  statement {
    actions = [
      "ecs:RegisterTaskDefinition"
    ]
    resources = [
      "arn:${data.aws_partition.current_partition.partition}:ecs:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:task-definition/${var.name_prefix}-orbit:*",
      "arn:${data.aws_partition.current_partition.partition}:ecs:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:task-definition/${var.name_prefix}-axon:*"
    ]
    sid = "RegisterTasks"
  }
  statement {
    actions = [
      "ecs:TagResource"
    ]
    resources = [
      "arn:${data.aws_partition.current_partition.partition}:ecs:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:task-definition/${var.name_prefix}-orbit:*",
      "arn:${data.aws_partition.current_partition.partition}:ecs:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:task-definition/${var.name_prefix}-axon:*"
    ]
    sid = "TagTasks"
    condition {
      test = "StringEquals"
      values = [
        "RegisterTaskDefinition"
      ]
      variable = "ecs:CreateAction"
    }
  }
  statement {
    actions = [
      "ecs:DescribeTaskDefinition"
    ]
    resources = [
      "*"
    ]
    sid = "LookAtTasks"
  }
  statement {
    actions = [
      "lambda:InvokeFunction"
    ]
    resources = [
      "arn:${data.aws_partition.current_partition.partition}:lambda:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:function:${var.name_prefix}-smoke"
    ]
    sid = "AskSmoke"
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
  statement {
    actions = [
      "dynamodb:GetItem",
      "dynamodb:PutItem",
      "dynamodb:Query"
    ]
    resources = [
      "arn:${data.aws_partition.current_partition.partition}:dynamodb:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:table/${var.name_prefix}-governance-policies"
    ]
    sid = "PublishPolicies"
  }
  statement {
    actions = [
      "kms:Decrypt"
    ]
    resources = [
      "${var.governance_key_arn}"
    ]
    sid = "EncryptPolicies"
    condition {
      test = "StringEquals"
      values = [
        "dynamodb.${data.aws_region.current_region.name}.amazonaws.com"
      ]
      variable = "kms:ViaService"
    }
  }
  statement {
    actions = [
      "kms:Sign"
    ]
    resources = [
      "${var.policy_publisher_key_arn}"
    ]
    sid = "SignPolicies"
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
    sid = "VerifyPolicies"
  }
}
resource "aws_iam_role_policy" "github_actions_app_permissions" {
  name   = "permissions"
  policy = data.aws_iam_policy_document.github_actions_app_permissions_document.json
  role   = aws_iam_role.github_actions_app.name
}
resource "aws_codedeploy_app" "services" {
  compute_platform = "ECS"
  name             = "${var.name_prefix}-services"
  count            = var.blue_green ? 1 : 0
}
resource "aws_codedeploy_deployment_config" "canary" {
  compute_platform       = "ECS"
  deployment_config_name = "${var.name_prefix}-canary"
  traffic_routing_config {
    type = "TimeBasedCanary"
    time_based_canary {
      interval   = 5
      percentage = 10
    }
  }
  count = var.blue_green ? 1 : 0
}
resource "aws_codedeploy_deployment_group" "orbit" {
  app_name               = one(aws_codedeploy_app.services[*].name)
  deployment_config_name = one(aws_codedeploy_deployment_config.canary[*].deployment_config_name)
  deployment_group_name  = "${var.name_prefix}-orbit"
  service_role_arn       = var.codedeploy_role_arn
  alarm_configuration {
    alarms                    = var.alarm_names
    enabled                   = length(var.alarm_names) > 0
    ignore_poll_alarm_failure = false
  }
  auto_rollback_configuration {
    enabled = true
    events = [
      "DEPLOYMENT_FAILURE",
      "DEPLOYMENT_STOP_ON_ALARM"
    ]
  }
  blue_green_deployment_config {
    deployment_ready_option {
      action_on_timeout = "CONTINUE_DEPLOYMENT"
    }
    terminate_blue_instances_on_deployment_success {
      action                           = "TERMINATE"
      termination_wait_time_in_minutes = 15
    }
  }
  deployment_style {
    deployment_option = "WITH_TRAFFIC_CONTROL"
    deployment_type   = "BLUE_GREEN"
  }
  ecs_service {
    cluster_name = var.cluster_name
    service_name = var.service_names.orbit
  }
  load_balancer_info {
    target_group_pair_info {
      prod_traffic_route {
        listener_arns = [
          "${var.production_listener_arns.orbit}"
        ]
      }
      target_group {
        name = var.blue_target_group_names.orbit
      }
      target_group {
        name = var.green_target_group_names.orbit
      }
      test_traffic_route {
        listener_arns = [
          "${var.test_listener_arns.orbit}"
        ]
      }
    }
  }
  count = var.blue_green ? 1 : 0
}
resource "aws_codedeploy_deployment_group" "axon" {
  app_name               = one(aws_codedeploy_app.services[*].name)
  deployment_config_name = one(aws_codedeploy_deployment_config.canary[*].deployment_config_name)
  deployment_group_name  = "${var.name_prefix}-axon"
  service_role_arn       = var.codedeploy_role_arn
  alarm_configuration {
    alarms                    = var.alarm_names
    enabled                   = length(var.alarm_names) > 0
    ignore_poll_alarm_failure = false
  }
  auto_rollback_configuration {
    enabled = true
    events = [
      "DEPLOYMENT_FAILURE",
      "DEPLOYMENT_STOP_ON_ALARM"
    ]
  }
  blue_green_deployment_config {
    deployment_ready_option {
      action_on_timeout = "CONTINUE_DEPLOYMENT"
    }
    terminate_blue_instances_on_deployment_success {
      action                           = "TERMINATE"
      termination_wait_time_in_minutes = 15
    }
  }
  deployment_style {
    deployment_option = "WITH_TRAFFIC_CONTROL"
    deployment_type   = "BLUE_GREEN"
  }
  ecs_service {
    cluster_name = var.cluster_name
    service_name = var.service_names.axon
  }
  load_balancer_info {
    target_group_pair_info {
      prod_traffic_route {
        listener_arns = [
          "${var.production_listener_arns.axon}"
        ]
      }
      target_group {
        name = var.blue_target_group_names.axon
      }
      target_group {
        name = var.green_target_group_names.axon
      }
      test_traffic_route {
        listener_arns = [
          "${var.test_listener_arns.axon}"
        ]
      }
    }
  }
  count = var.blue_green ? 1 : 0
}
resource "aws_codedeploy_app" "functions" {
  compute_platform = "Lambda"
  name             = "${var.name_prefix}-functions"
}
resource "aws_codedeploy_deployment_group" "governance" {
  app_name               = aws_codedeploy_app.functions.name
  deployment_config_name = "CodeDeployDefault.LambdaCanary10Percent5Minutes"
  deployment_group_name  = "${var.name_prefix}-governance"
  service_role_arn       = var.codedeploy_role_arn
  alarm_configuration {
    alarms                    = var.alarm_names
    enabled                   = length(var.alarm_names) > 0
    ignore_poll_alarm_failure = false
  }
  auto_rollback_configuration {
    enabled = true
    events = [
      "DEPLOYMENT_FAILURE",
      "DEPLOYMENT_STOP_ON_ALARM"
    ]
  }
  deployment_style {
    deployment_option = "WITH_TRAFFIC_CONTROL"
    deployment_type   = "BLUE_GREEN"
  }
}

output "plan_role_arn" {
  value       = aws_iam_role.github_actions_plan.arn
  description = "Role of the workflows that plan."
}

output "infra_role_arn" {
  value       = aws_iam_role.github_actions_infra.arn
  description = "Role of the workflows that apply."
}

output "app_role_arn" {
  value       = aws_iam_role.github_actions_app.arn
  description = "Role of the workflows that release."
}

output "application_name" {
  value       = "${var.name_prefix}-services"
  description = "CodeDeploy application of orbit and axon."
}
