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

variable "key_arn" {
  description = "Key that the private keys of the proxies are encrypted with."
  type        = string
  validation {
    error_message = "key_arn: expected text that matches ^arn:aws[a-z-]*:."
    condition     = can(regex("^arn:aws[a-z-]*:", var.key_arn))
  }
}

variable "authority_years" {
  description = "Years that the authority lasts."
  type        = number
  validation {
    error_message = "authority_years: expected a whole number."
    condition     = floor(var.authority_years) == var.authority_years
  }
  validation {
    error_message = "authority_years: expected at least 1."
    condition     = var.authority_years >= 1
  }
  validation {
    error_message = "authority_years: expected at most 10."
    condition     = var.authority_years <= 10
  }
  default = 5
}
data "aws_caller_identity" "current" {
}
data "aws_region" "current_region" {
}
data "aws_partition" "current_partition" {
}
resource "aws_service_discovery_http_namespace" "namespace" {
  description = "Services of the runtime."
  name        = "${var.name_prefix}-mesh"
  tags = {
    AmazonECSManaged = "true"
  }
}
resource "aws_acmpca_certificate_authority" "authority" {
  permanent_deletion_time_in_days = 7
  tags = {
    AmazonECSManaged = "true"
  }
  type       = "ROOT"
  usage_mode = "SHORT_LIVED_CERTIFICATE"
  certificate_authority_configuration {
    key_algorithm     = "EC_prime256v1"
    signing_algorithm = "SHA256WITHECDSA"
    subject {
      common_name = "${var.name_prefix}-mesh"
    }
  }
}
resource "aws_acmpca_certificate" "root" {
  certificate_authority_arn   = aws_acmpca_certificate_authority.authority.arn
  certificate_signing_request = aws_acmpca_certificate_authority.authority.certificate_signing_request
  signing_algorithm           = "SHA256WITHECDSA"
  template_arn                = "arn:${data.aws_partition.current_partition.partition}:acm-pca:::template/RootCACertificate/V1"
  validity {
    type  = "YEARS"
    value = var.authority_years
  }
}
resource "aws_acmpca_certificate_authority_certificate" "installed_root" {
  certificate               = aws_acmpca_certificate.root.certificate
  certificate_authority_arn = aws_acmpca_certificate_authority.authority.arn
  certificate_chain         = aws_acmpca_certificate.root.certificate_chain
}
data "aws_iam_policy_document" "service_connect_tls_boundary_document" {
  statement {
    actions = [
      "acm-pca:DescribeCertificateAuthority",
      "acm-pca:GetCertificate",
      "acm-pca:GetCertificateAuthorityCertificate",
      "acm-pca:IssueCertificate"
    ]
    resources = [
      "${aws_acmpca_certificate_authority.authority.arn}"
    ]
    sid = "IssueCertificates"
  }
  statement {
    actions = [
      "secretsmanager:CreateSecret",
      "secretsmanager:DeleteSecret",
      "secretsmanager:DescribeSecret",
      "secretsmanager:GetSecretValue",
      "secretsmanager:PutSecretValue",
      "secretsmanager:RotateSecret",
      "secretsmanager:TagResource",
      "secretsmanager:UpdateSecret",
      "secretsmanager:UpdateSecretVersionStage"
    ]
    resources = [
      "arn:${data.aws_partition.current_partition.partition}:secretsmanager:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:secret:ecs-sc!*"
    ]
    sid = "KeepKeys"
  }
  statement {
    actions = [
      "kms:Decrypt",
      "kms:GenerateDataKey",
      "kms:GenerateDataKeyPair"
    ]
    resources = [
      "${var.key_arn}"
    ]
    sid = "EncryptKeys"
  }
}
resource "aws_iam_policy" "service_connect_tls_boundary" {
  description = "The most that service-connect-tls may ever do."
  name        = "${var.name_prefix}-service-connect-tls-boundary"
  policy      = data.aws_iam_policy_document.service_connect_tls_boundary_document.json
}
data "aws_iam_policy_document" "service_connect_tls_trust_document" {
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
        "ecs.amazonaws.com"
      ]
      type = "Service"
    }
  }
}
resource "aws_iam_role" "service_connect_tls" {
  assume_role_policy   = data.aws_iam_policy_document.service_connect_tls_trust_document.json
  description          = "ECS: has certificates of proxies issued and keeps their keys."
  max_session_duration = 3600
  name                 = "${var.name_prefix}-service-connect-tls-role"
  permissions_boundary = aws_iam_policy.service_connect_tls_boundary.arn
}
data "aws_iam_policy_document" "service_connect_tls_permissions_document" {
  statement {
    actions = [
      "acm-pca:DescribeCertificateAuthority",
      "acm-pca:GetCertificate",
      "acm-pca:GetCertificateAuthorityCertificate",
      "acm-pca:IssueCertificate"
    ]
    resources = [
      "${aws_acmpca_certificate_authority.authority.arn}"
    ]
    sid = "IssueCertificates"
  }
  statement {
    actions = [
      "secretsmanager:CreateSecret",
      "secretsmanager:DeleteSecret",
      "secretsmanager:DescribeSecret",
      "secretsmanager:GetSecretValue",
      "secretsmanager:PutSecretValue",
      "secretsmanager:RotateSecret",
      "secretsmanager:TagResource",
      "secretsmanager:UpdateSecret",
      "secretsmanager:UpdateSecretVersionStage"
    ]
    resources = [
      "arn:${data.aws_partition.current_partition.partition}:secretsmanager:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:secret:ecs-sc!*"
    ]
    sid = "KeepKeys"
  }
  statement {
    actions = [
      "kms:Decrypt",
      "kms:GenerateDataKey",
      "kms:GenerateDataKeyPair"
    ]
    resources = [
      "${var.key_arn}"
    ]
    sid = "EncryptKeys"
  }
}
resource "aws_iam_role_policy" "service_connect_tls_permissions" {
  name   = "permissions"
  policy = data.aws_iam_policy_document.service_connect_tls_permissions_document.json
  role   = aws_iam_role.service_connect_tls.name
}

output "axon_url" {
  value       = "http://axon:8443"
  description = "Where Orbit calls Axon."
}

output "namespace_arn" {
  value       = aws_service_discovery_http_namespace.namespace.arn
  description = "The namespace."
}

output "discovery_name" {
  value       = "axon"
  description = "Axon's name in it."
}

output "authority_arn" {
  value       = aws_acmpca_certificate_authority.authority.arn
  description = "The certificate authority."
}

output "tls_role_arn" {
  value       = aws_iam_role.service_connect_tls.arn
  description = "Role that ECS gets certificates with."
}
