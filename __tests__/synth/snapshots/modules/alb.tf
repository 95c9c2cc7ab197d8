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
  validation {
    error_message = "name_prefix: expected at most 24 characters."
    condition     = length(var.name_prefix) <= 24
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

variable "subnet_ids" {
  description = "Private subnets, one per zone."
  type        = list(string)
  validation {
    error_message = "subnet_ids: expected at least 2 elements."
    condition     = length(var.subnet_ids) >= 2
  }
  validation {
    error_message = "subnet_ids: expected every element to be at least 1 characters."
    condition     = alltrue([for item in var.subnet_ids : length(item) >= 1])
  }
}

variable "security_group_id" {
  description = "Security group of the load balancer."
  type        = string
  validation {
    error_message = "security_group_id: expected at least 1 characters."
    condition     = length(var.security_group_id) >= 1
  }
}

variable "certificate_arn" {
  description = "ACM certificate of the listeners."
  type        = string
  validation {
    error_message = "certificate_arn: expected text that matches ^arn:aws[a-z-]*:."
    condition     = can(regex("^arn:aws[a-z-]*:", var.certificate_arn))
  }
}

variable "deletion_protection" {
  description = "Whether the load balancer can be destroyed only after a change."
  type        = bool

  default = true
}

variable "deregistration_seconds" {
  description = "How long a target that leaves still finishes requests; at least what a task drains for."
  type        = number
  validation {
    error_message = "deregistration_seconds: expected a whole number."
    condition     = floor(var.deregistration_seconds) == var.deregistration_seconds
  }
  validation {
    error_message = "deregistration_seconds: expected at least 0."
    condition     = var.deregistration_seconds >= 0
  }
  validation {
    error_message = "deregistration_seconds: expected at most 3600."
    condition     = var.deregistration_seconds <= 3600
  }
  default = 60
}

variable "log_expire_days" {
  description = "Days that access logs are kept."
  type        = number
  validation {
    error_message = "log_expire_days: expected a whole number."
    condition     = floor(var.log_expire_days) == var.log_expire_days
  }
  validation {
    error_message = "log_expire_days: expected at least 1."
    condition     = var.log_expire_days >= 1
  }
  validation {
    error_message = "log_expire_days: expected at most 3650."
    condition     = var.log_expire_days <= 3650
  }
  default = 90
}

variable "force_destroy_logs" {
  description = "Whether Terraform may destroy the log bucket with its logs."
  type        = bool

  default = false
}
data "aws_caller_identity" "current" {
}
data "aws_region" "current_region" {
}
data "aws_partition" "current_partition" {
}
resource "aws_s3_bucket" "access_logs" {
  bucket        = "${var.name_prefix}-alb-logs-${data.aws_caller_identity.current.account_id}"
  force_destroy = var.force_destroy_logs
}
resource "aws_s3_bucket_ownership_controls" "access_logs_ownership" {
  bucket = aws_s3_bucket.access_logs.id
  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}
resource "aws_s3_bucket_public_access_block" "access_logs_public_access" {
  block_public_acls       = true
  block_public_policy     = true
  bucket                  = aws_s3_bucket.access_logs.id
  ignore_public_acls      = true
  restrict_public_buckets = true
}
resource "aws_s3_bucket_versioning" "access_logs_versioning" {
  bucket = aws_s3_bucket.access_logs.id
  versioning_configuration {
    status = "Enabled"
  }
}
resource "aws_s3_bucket_server_side_encryption_configuration" "access_logs_encryption" {
  bucket = aws_s3_bucket.access_logs.id
  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}
resource "aws_s3_bucket_lifecycle_configuration" "access_logs_lifecycle" {
  bucket = aws_s3_bucket.access_logs.id
  rule {
    id     = "expire"
    status = "Enabled"
    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
    expiration {
      days = var.log_expire_days
    }
    filter {
      prefix = ""
    }
    noncurrent_version_expiration {
      noncurrent_days = 30
    }

  }
  depends_on = [
    "aws_s3_bucket_versioning.access_logs_versioning",
  ]
}
data "aws_iam_policy_document" "access_logs_policy_document" {
  statement {
    actions = [
      "s3:*"
    ]
    effect = "Deny"
    resources = [
      "arn:${data.aws_partition.current_partition.partition}:s3:::${var.name_prefix}-alb-logs-${data.aws_caller_identity.current.account_id}",
      "arn:${data.aws_partition.current_partition.partition}:s3:::${var.name_prefix}-alb-logs-${data.aws_caller_identity.current.account_id}/*"
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
      "s3:PutObject"
    ]
    resources = [
      "arn:${data.aws_partition.current_partition.partition}:s3:::${var.name_prefix}-alb-logs-${data.aws_caller_identity.current.account_id}/access/AWSLogs/${data.aws_caller_identity.current.account_id}/*",
      "arn:${data.aws_partition.current_partition.partition}:s3:::${var.name_prefix}-alb-logs-${data.aws_caller_identity.current.account_id}/connections/AWSLogs/${data.aws_caller_identity.current.account_id}/*"
    ]
    sid = "DeliveredByLoadBalancers"
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
        "arn:${data.aws_partition.current_partition.partition}:elasticloadbalancing:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:loadbalancer/app/${var.name_prefix}-alb/*"
      ]
      variable = "aws:SourceArn"
    }
    principals {
      identifiers = [
        "logdelivery.elasticloadbalancing.amazonaws.com"
      ]
      type = "Service"
    }
  }
}
resource "aws_s3_bucket_policy" "access_logs_policy" {
  bucket = aws_s3_bucket.access_logs.id
  policy = data.aws_iam_policy_document.access_logs_policy_document.json
  depends_on = [
    "aws_s3_bucket_public_access_block.access_logs_public_access",
  ]
}
resource "aws_lb" "main" {
  desync_mitigation_mode     = "strictest"
  drop_invalid_header_fields = true
  enable_deletion_protection = var.deletion_protection
  idle_timeout               = 120
  internal                   = true
  load_balancer_type         = "application"
  name                       = "${var.name_prefix}-alb"
  preserve_host_header       = true
  security_groups = [
    "${var.security_group_id}"
  ]
  subnets = var.subnet_ids
  access_logs {
    bucket  = aws_s3_bucket.access_logs.bucket
    enabled = true
    prefix  = "access"
  }
  connection_logs {
    bucket  = aws_s3_bucket.access_logs.bucket
    enabled = true
    prefix  = "connections"
  }
  depends_on = [
    "aws_s3_bucket_policy.access_logs_policy",
  ]
}
resource "aws_lb_target_group" "orbit_blue" {
  deregistration_delay          = var.deregistration_seconds
  load_balancing_algorithm_type = "least_outstanding_requests"
  name                          = "${var.name_prefix}-orbit-b"
  port                          = 8443
  protocol                      = "HTTPS"
  protocol_version              = "HTTP1"
  target_type                   = "ip"
  vpc_id                        = var.vpc_id
  health_check {
    healthy_threshold   = 2
    interval            = 10
    matcher             = "200"
    path                = "/ready"
    port                = "traffic-port"
    protocol            = "HTTPS"
    timeout             = 5
    unhealthy_threshold = 2
  }
}
resource "aws_lb_target_group" "orbit_green" {
  deregistration_delay          = var.deregistration_seconds
  load_balancing_algorithm_type = "least_outstanding_requests"
  name                          = "${var.name_prefix}-orbit-g"
  port                          = 8443
  protocol                      = "HTTPS"
  protocol_version              = "HTTP1"
  target_type                   = "ip"
  vpc_id                        = var.vpc_id
  health_check {
    healthy_threshold   = 2
    interval            = 10
    matcher             = "200"
    path                = "/ready"
    port                = "traffic-port"
    protocol            = "HTTPS"
    timeout             = 5
    unhealthy_threshold = 2
  }
}
resource "aws_lb_listener" "orbit_listener" {
  certificate_arn   = var.certificate_arn
  load_balancer_arn = aws_lb.main.arn
  port              = 443
  protocol          = "HTTPS"
  ssl_policy        = "ELBSecurityPolicy-TLS13-1-3-2021-06"
  default_action {
    target_group_arn = aws_lb_target_group.orbit_blue.arn
    type             = "forward"
  }
  lifecycle {
    ignore_changes = [
      "default_action",
    ]
  }
}
resource "aws_lb_listener" "orbit_test_listener" {
  certificate_arn   = var.certificate_arn
  load_balancer_arn = aws_lb.main.arn
  port              = 9443
  protocol          = "HTTPS"
  ssl_policy        = "ELBSecurityPolicy-TLS13-1-3-2021-06"
  default_action {
    target_group_arn = aws_lb_target_group.orbit_green.arn
    type             = "forward"
  }
  lifecycle {
    ignore_changes = [
      "default_action",
    ]
  }
}
resource "aws_lb_target_group" "axon_blue" {
  deregistration_delay          = var.deregistration_seconds
  load_balancing_algorithm_type = "least_outstanding_requests"
  name                          = "${var.name_prefix}-axon-b"
  port                          = 8443
  protocol                      = "HTTPS"
  protocol_version              = "HTTP1"
  target_type                   = "ip"
  vpc_id                        = var.vpc_id
  health_check {
    healthy_threshold   = 2
    interval            = 10
    matcher             = "200"
    path                = "/ready"
    port                = "traffic-port"
    protocol            = "HTTPS"
    timeout             = 5
    unhealthy_threshold = 2
  }
}
resource "aws_lb_target_group" "axon_green" {
  deregistration_delay          = var.deregistration_seconds
  load_balancing_algorithm_type = "least_outstanding_requests"
  name                          = "${var.name_prefix}-axon-g"
  port                          = 8443
  protocol                      = "HTTPS"
  protocol_version              = "HTTP1"
  target_type                   = "ip"
  vpc_id                        = var.vpc_id
  health_check {
    healthy_threshold   = 2
    interval            = 10
    matcher             = "200"
    path                = "/ready"
    port                = "traffic-port"
    protocol            = "HTTPS"
    timeout             = 5
    unhealthy_threshold = 2
  }
}
resource "aws_lb_listener" "axon_listener" {
  certificate_arn   = var.certificate_arn
  load_balancer_arn = aws_lb.main.arn
  port              = 8443
  protocol          = "HTTPS"
  ssl_policy        = "ELBSecurityPolicy-TLS13-1-2-Res-2021-06"
  default_action {
    target_group_arn = aws_lb_target_group.axon_blue.arn
    type             = "forward"
  }
  lifecycle {
    ignore_changes = [
      "default_action",
    ]
  }
}
resource "aws_lb_listener" "axon_test_listener" {
  certificate_arn   = var.certificate_arn
  load_balancer_arn = aws_lb.main.arn
  port              = 9444
  protocol          = "HTTPS"
  ssl_policy        = "ELBSecurityPolicy-TLS13-1-3-2021-06"
  default_action {
    target_group_arn = aws_lb_target_group.axon_green.arn
    type             = "forward"
  }
  lifecycle {
    ignore_changes = [
      "default_action",
    ]
  }
}

output "load_balancer_arn" {
  value       = aws_lb.main.arn
  description = "The load balancer."
}

output "load_balancer_arn_suffix" {
  value       = aws_lb.main.arn_suffix
  description = "As CloudWatch names it."
}

output "load_balancer_dns_name" {
  value       = aws_lb.main.dns_name
  description = "Its name in the DNS of the VPC."
}

output "log_bucket" {
  value       = aws_s3_bucket.access_logs.bucket
  description = "Bucket of the access logs."
}

output "orbit_blue_target_group_arn" {
  value       = aws_lb_target_group.orbit_blue.arn
  description = "Target group blue of orbit."
}

output "orbit_blue_target_group_name" {
  value       = aws_lb_target_group.orbit_blue.name
  description = "Its name."
}

output "orbit_blue_target_group_arn_suffix" {
  value       = aws_lb_target_group.orbit_blue.arn_suffix
  description = "As CloudWatch names it."
}

output "orbit_green_target_group_arn" {
  value       = aws_lb_target_group.orbit_green.arn
  description = "Target group green of orbit."
}

output "orbit_green_target_group_name" {
  value       = aws_lb_target_group.orbit_green.name
  description = "Its name."
}

output "orbit_green_target_group_arn_suffix" {
  value       = aws_lb_target_group.orbit_green.arn_suffix
  description = "As CloudWatch names it."
}

output "orbit_listener_arn" {
  value       = aws_lb_listener.orbit_listener.arn
  description = "Production listener of orbit."
}

output "orbit_test_listener_arn" {
  value       = aws_lb_listener.orbit_test_listener.arn
  description = "Test listener of orbit."
}

output "axon_blue_target_group_arn" {
  value       = aws_lb_target_group.axon_blue.arn
  description = "Target group blue of axon."
}

output "axon_blue_target_group_name" {
  value       = aws_lb_target_group.axon_blue.name
  description = "Its name."
}

output "axon_blue_target_group_arn_suffix" {
  value       = aws_lb_target_group.axon_blue.arn_suffix
  description = "As CloudWatch names it."
}

output "axon_green_target_group_arn" {
  value       = aws_lb_target_group.axon_green.arn
  description = "Target group green of axon."
}

output "axon_green_target_group_name" {
  value       = aws_lb_target_group.axon_green.name
  description = "Its name."
}

output "axon_green_target_group_arn_suffix" {
  value       = aws_lb_target_group.axon_green.arn_suffix
  description = "As CloudWatch names it."
}

output "axon_listener_arn" {
  value       = aws_lb_listener.axon_listener.arn
  description = "Production listener of axon."
}

output "axon_test_listener_arn" {
  value       = aws_lb_listener.axon_test_listener.arn
  description = "Test listener of axon."
}
