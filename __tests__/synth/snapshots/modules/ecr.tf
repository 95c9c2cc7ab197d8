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
  description = "The key that Orbit's images are encrypted with."
  type        = string
  validation {
    error_message = "orbit_key_arn: expected text that matches ^arn:aws[a-z-]*:."
    condition     = can(regex("^arn:aws[a-z-]*:", var.orbit_key_arn))
  }
}

variable "axon_key_arn" {
  description = "The key that Axon's images are encrypted with."
  type        = string
  validation {
    error_message = "axon_key_arn: expected text that matches ^arn:aws[a-z-]*:."
    condition     = can(regex("^arn:aws[a-z-]*:", var.axon_key_arn))
  }
}

variable "kept_images" {
  description = "How many images a repository keeps; the oldest go first."
  type        = number
  validation {
    error_message = "kept_images: expected a whole number."
    condition     = floor(var.kept_images) == var.kept_images
  }
  validation {
    error_message = "kept_images: expected at least 5."
    condition     = var.kept_images >= 5
  }
  validation {
    error_message = "kept_images: expected at most 1000."
    condition     = var.kept_images <= 1000
  }
  default = 50
}

variable "force_delete" {
  description = "Whether Terraform may destroy a repository that holds images."
  type        = bool

  default = false
}
data "aws_caller_identity" "current" {
}
data "aws_region" "current_region" {
}
data "aws_partition" "current_partition" {
}
resource "aws_ecr_repository" "orbit" {
  force_delete         = var.force_delete
  image_tag_mutability = "IMMUTABLE"
  name                 = "${var.name_prefix}/orbit"
  encryption_configuration {
    encryption_type = "KMS"
    kms_key         = var.orbit_key_arn
  }
  image_scanning_configuration {
    scan_on_push = true
  }
}
resource "aws_ecr_lifecycle_policy" "orbit_lifecycle" {
  policy     = "{\"rules\":[{\"rulePriority\":1,\"description\":\"Untagged images go after a week.\",\"selection\":{\"tagStatus\":\"untagged\",\"countType\":\"sinceImagePushed\",\"countUnit\":\"days\",\"countNumber\":7},\"action\":{\"type\":\"expire\"}},{\"rulePriority\":2,\"description\":\"The newest stay.\",\"selection\":{\"tagStatus\":\"any\",\"countType\":\"imageCountMoreThan\",\"countNumber\":${var.kept_images}},\"action\":{\"type\":\"expire\"}}]}"
  repository = aws_ecr_repository.orbit.name
}
data "aws_iam_policy_document" "orbit_policy_document" {
  statement {
    actions = [
      "ecr:BatchCheckLayerAvailability",
      "ecr:BatchGetImage",
      "ecr:GetDownloadUrlForLayer"
    ]
    sid = "PulledByItsExecutionRole"
    condition {
      test = "ArnEquals"
      values = [
        "arn:${data.aws_partition.current_partition.partition}:iam::${data.aws_caller_identity.current.account_id}:role/${var.name_prefix}-execution-orbit-role"
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
      "ecr:BatchCheckLayerAvailability",
      "ecr:BatchDeleteImage",
      "ecr:BatchGetImage",
      "ecr:CompleteLayerUpload",
      "ecr:DeleteRepository",
      "ecr:DeleteRepositoryPolicy",
      "ecr:DescribeImages",
      "ecr:GetDownloadUrlForLayer",
      "ecr:InitiateLayerUpload",
      "ecr:ListImages",
      "ecr:PutImage",
      "ecr:SetRepositoryPolicy",
      "ecr:UploadLayerPart"
    ]
    effect = "Deny"
    sid    = "NobodyFromOutside"
    condition {
      test = "StringNotEquals"
      values = [
        "${data.aws_caller_identity.current.account_id}"
      ]
      variable = "aws:PrincipalAccount"
    }
    principals {
      identifiers = [
        "*"
      ]
      type = "AWS"
    }
  }
}
resource "aws_ecr_repository_policy" "orbit_policy" {
  policy     = data.aws_iam_policy_document.orbit_policy_document.json
  repository = aws_ecr_repository.orbit.name
}
resource "aws_ecr_repository" "axon" {
  force_delete         = var.force_delete
  image_tag_mutability = "IMMUTABLE"
  name                 = "${var.name_prefix}/axon"
  encryption_configuration {
    encryption_type = "KMS"
    kms_key         = var.axon_key_arn
  }
  image_scanning_configuration {
    scan_on_push = true
  }
}
resource "aws_ecr_lifecycle_policy" "axon_lifecycle" {
  policy     = "{\"rules\":[{\"rulePriority\":1,\"description\":\"Untagged images go after a week.\",\"selection\":{\"tagStatus\":\"untagged\",\"countType\":\"sinceImagePushed\",\"countUnit\":\"days\",\"countNumber\":7},\"action\":{\"type\":\"expire\"}},{\"rulePriority\":2,\"description\":\"The newest stay.\",\"selection\":{\"tagStatus\":\"any\",\"countType\":\"imageCountMoreThan\",\"countNumber\":${var.kept_images}},\"action\":{\"type\":\"expire\"}}]}"
  repository = aws_ecr_repository.axon.name
}
data "aws_iam_policy_document" "axon_policy_document" {
  statement {
    actions = [
      "ecr:BatchCheckLayerAvailability",
      "ecr:BatchGetImage",
      "ecr:GetDownloadUrlForLayer"
    ]
    sid = "PulledByItsExecutionRole"
    condition {
      test = "ArnEquals"
      values = [
        "arn:${data.aws_partition.current_partition.partition}:iam::${data.aws_caller_identity.current.account_id}:role/${var.name_prefix}-execution-axon-role"
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
      "ecr:BatchCheckLayerAvailability",
      "ecr:BatchDeleteImage",
      "ecr:BatchGetImage",
      "ecr:CompleteLayerUpload",
      "ecr:DeleteRepository",
      "ecr:DeleteRepositoryPolicy",
      "ecr:DescribeImages",
      "ecr:GetDownloadUrlForLayer",
      "ecr:InitiateLayerUpload",
      "ecr:ListImages",
      "ecr:PutImage",
      "ecr:SetRepositoryPolicy",
      "ecr:UploadLayerPart"
    ]
    effect = "Deny"
    sid    = "NobodyFromOutside"
    condition {
      test = "StringNotEquals"
      values = [
        "${data.aws_caller_identity.current.account_id}"
      ]
      variable = "aws:PrincipalAccount"
    }
    principals {
      identifiers = [
        "*"
      ]
      type = "AWS"
    }
  }
}
resource "aws_ecr_repository_policy" "axon_policy" {
  policy     = data.aws_iam_policy_document.axon_policy_document.json
  repository = aws_ecr_repository.axon.name
}

output "orbit_repository_url" {
  value       = aws_ecr_repository.orbit.repository_url
  description = "URL of the repository of orbit."
}

output "orbit_repository_arn" {
  value       = aws_ecr_repository.orbit.arn
  description = "ARN of the repository of orbit."
}

output "axon_repository_url" {
  value       = aws_ecr_repository.axon.repository_url
  description = "URL of the repository of axon."
}

output "axon_repository_arn" {
  value       = aws_ecr_repository.axon.arn
  description = "ARN of the repository of axon."
}
