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

variable "vpc_id" {
  description = "The VPC."
  type        = string
  validation {
    error_message = "vpc_id: expected at least 1 characters."
    condition     = length(var.vpc_id) >= 1
  }
}

variable "security_group_id" {
  description = "Who in the VPC may use the mesh."
  type        = string
  validation {
    error_message = "security_group_id: expected at least 1 characters."
    condition     = length(var.security_group_id) >= 1
  }
}

variable "load_balancer_arn" {
  description = "The load balancer in front of Axon."
  type        = string
  validation {
    error_message = "load_balancer_arn: expected text that matches ^arn:aws[a-z-]*:."
    condition     = can(regex("^arn:aws[a-z-]*:", var.load_balancer_arn))
  }
}

variable "log_group_arn" {
  description = "Log group of the access logs."
  type        = string
  validation {
    error_message = "log_group_arn: expected text that matches ^arn:aws[a-z-]*:."
    condition     = can(regex("^arn:aws[a-z-]*:", var.log_group_arn))
  }
}

variable "caller_role_name" {
  description = "Name of the role that may call Axon: that of Orbit."
  type        = string
  validation {
    error_message = "caller_role_name: expected at least 1 characters."
    condition     = length(var.caller_role_name) >= 1
  }
}

variable "caller_role_arn" {
  description = "The same role, which must exist before a policy may name it."
  type        = string
  validation {
    error_message = "caller_role_arn: expected text that matches ^arn:aws[a-z-]*:."
    condition     = can(regex("^arn:aws[a-z-]*:", var.caller_role_arn))
  }
}

variable "methods" {
  description = "Methods it may use."
  type        = list(string)
  validation {
    error_message = "methods: expected at least 1 elements."
    condition     = length(var.methods) >= 1
  }
  validation {
    error_message = "methods: expected every element to be one of GET, POST."
    condition     = alltrue([for item in var.methods : contains(["GET", "POST"], item)])
  }
  default = [
    "GET",
    "POST",
  ]
}

variable "paths" {
  description = "Paths it may call."
  type        = list(string)
  validation {
    error_message = "paths: expected at least 1 elements."
    condition     = length(var.paths) >= 1
  }
  validation {
    error_message = "paths: expected every element to be text that matches ^/[a-z0-9/-]*$."
    condition     = alltrue([for item in var.paths : can(regex("^/[a-z0-9/-]*$", item))])
  }
  default = [
    "/reason",
  ]
}
data "aws_caller_identity" "current" {
}
data "aws_region" "current_region" {
}
data "aws_partition" "current_partition" {
}
resource "aws_vpclattice_service_network" "network" {
  auth_type = "AWS_IAM"
  name      = "${var.name_prefix}-mesh"
}
resource "aws_vpclattice_service_network_vpc_association" "vpc" {
  security_group_ids = [
    "${var.security_group_id}"
  ]
  service_network_identifier = aws_vpclattice_service_network.network.id
  vpc_identifier             = var.vpc_id
}
resource "aws_vpclattice_service" "axon" {
  auth_type = "AWS_IAM"
  name      = "${var.name_prefix}-axon"
}
resource "aws_vpclattice_service_network_service_association" "axon_association" {
  service_identifier         = aws_vpclattice_service.axon.id
  service_network_identifier = aws_vpclattice_service_network.network.id
}
resource "aws_vpclattice_target_group" "load_balancer" {
  name = "${var.name_prefix}-axon"
  type = "ALB"
  config {
    port             = 8443
    protocol         = "HTTPS"
    protocol_version = "HTTP1"
    vpc_identifier   = var.vpc_id
  }
}
resource "aws_vpclattice_target_group_attachment" "load_balancer_attachment" {
  target_group_identifier = aws_vpclattice_target_group.load_balancer.id
  target {
    id   = var.load_balancer_arn
    port = 8443
  }
}
resource "aws_vpclattice_listener" "https" {
  name               = "https"
  port               = 443
  protocol           = "HTTPS"
  service_identifier = aws_vpclattice_service.axon.id
  default_action {
    forward {
      target_groups {
        target_group_identifier = aws_vpclattice_target_group.load_balancer.id
        weight                  = 100
      }
    }
  }
}
data "aws_iam_policy_document" "network_policy_document" {
  statement {
    actions = [
      "vpc-lattice-svcs:Invoke"
    ]
    resources = [
      "arn:${data.aws_partition.current_partition.partition}:vpc-lattice:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:service/*"
    ]
    sid = "OrbitUsesTheMesh"
    principals {
      identifiers = [
        "arn:${data.aws_partition.current_partition.partition}:iam::${data.aws_caller_identity.current.account_id}:role/${var.caller_role_name}"
      ]
      type = "AWS"
    }
  }
}
resource "aws_vpclattice_auth_policy" "network_policy" {
  policy              = data.aws_iam_policy_document.network_policy_document.json
  resource_identifier = aws_vpclattice_service_network.network.arn
  lifecycle {
    precondition = [
      {
        condition     = "${endswith(var.caller_role_arn, ":role/${var.caller_role_name}")}"
        error_message = "caller_role_arn: got ${var.caller_role_arn}, expected the ARN of ${var.caller_role_name}."
      },
    ]
  }
}
data "aws_iam_policy_document" "axon_policy_document" {
  statement {
    actions = [
      "vpc-lattice-svcs:Invoke"
    ]
    resources = [
      "${aws_vpclattice_service.axon.arn}/*"
    ]
    sid = "OrbitReasons"
    condition {
      test     = "StringEquals"
      values   = var.methods
      variable = "vpc-lattice-svcs:RequestMethod"
    }
    condition {
      test     = "StringEquals"
      values   = var.paths
      variable = "vpc-lattice-svcs:RequestPath"
    }
    principals {
      identifiers = [
        "arn:${data.aws_partition.current_partition.partition}:iam::${data.aws_caller_identity.current.account_id}:role/${var.caller_role_name}"
      ]
      type = "AWS"
    }
  }
}
resource "aws_vpclattice_auth_policy" "axon_policy" {
  policy              = data.aws_iam_policy_document.axon_policy_document.json
  resource_identifier = aws_vpclattice_service.axon.arn
  lifecycle {
    precondition = [
      {
        condition     = "${endswith(var.caller_role_arn, ":role/${var.caller_role_name}")}"
        error_message = "caller_role_arn: got ${var.caller_role_arn}, expected the ARN of ${var.caller_role_name}."
      },
    ]
  }
}
data "aws_iam_policy_document" "access_logs_delivery_document" {
  statement {
    actions = [
      "logs:CreateLogStream",
      "logs:PutLogEvents"
    ]
    resources = [
      "${var.log_group_arn}:log-stream:*"
    ]
    sid = "AccessLogsOfTheMesh"
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
        "arn:${data.aws_partition.current_partition.partition}:logs:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:*"
      ]
      variable = "aws:SourceArn"
    }
    principals {
      identifiers = [
        "delivery.logs.amazonaws.com"
      ]
      type = "Service"
    }
  }
}
resource "aws_cloudwatch_log_resource_policy" "access_logs_delivery" {
  policy_document = data.aws_iam_policy_document.access_logs_delivery_document.json
  policy_name     = "${var.name_prefix}-mesh-access-logs"
}
resource "aws_vpclattice_access_log_subscription" "network_logs" {
  destination_arn     = var.log_group_arn
  resource_identifier = aws_vpclattice_service_network.network.arn
  depends_on = [
    "aws_cloudwatch_log_resource_policy.access_logs_delivery",
  ]
}
resource "aws_vpclattice_access_log_subscription" "axon_logs" {
  destination_arn     = var.log_group_arn
  resource_identifier = aws_vpclattice_service.axon.arn
  depends_on = [
    "aws_cloudwatch_log_resource_policy.access_logs_delivery",
  ]
}

output "axon_url" {
  value       = "https://${aws_vpclattice_service.axon.dns_entry[0].domain_name}"
  description = "Where Orbit calls Axon."
}

output "service_arn" {
  value       = aws_vpclattice_service.axon.arn
  description = "Axon's service."
}

output "service_network_arn" {
  value       = aws_vpclattice_service_network.network.arn
  description = "The service network."
}

output "vpc_association_id" {
  value       = aws_vpclattice_service_network_vpc_association.vpc.id
  description = "Association of the VPC."
}
