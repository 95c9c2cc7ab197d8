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

variable "container_insights" {
  description = "How much Container Insights collects."
  type        = string
  validation {
    error_message = "container_insights: expected one of enhanced, enabled."
    condition     = contains(["enhanced", "enabled"], var.container_insights)
  }
  default = "enhanced"
}

variable "gpu" {
  description = "Whether there are EC2 instances with GPUs."
  type        = bool

  default = false
}

variable "gpu_instance_type" {
  description = "Type of those instances: arm64 with NVIDIA T4G, as the images are arm64."
  type        = string
  validation {
    error_message = "gpu_instance_type: expected text that matches ^g5g[.][a-z0-9]+$."
    condition     = can(regex("^g5g[.][a-z0-9]+$", var.gpu_instance_type))
  }
  default = "g5g.xlarge"
}

variable "gpu_max_instances" {
  description = "The most of them."
  type        = number
  validation {
    error_message = "gpu_max_instances: expected a whole number."
    condition     = floor(var.gpu_max_instances) == var.gpu_max_instances
  }
  validation {
    error_message = "gpu_max_instances: expected at least 1."
    condition     = var.gpu_max_instances >= 1
  }
  validation {
    error_message = "gpu_max_instances: expected at most 100."
    condition     = var.gpu_max_instances <= 100
  }
  default = 4
}

variable "gpu_subnet_ids" {
  description = "Their subnets: those of Axon."
  type        = list(string)
  validation {
    error_message = "gpu_subnet_ids: expected every element to be at least 1 characters."
    condition     = alltrue([for item in var.gpu_subnet_ids : length(item) >= 1])
  }
  default = [
  ]
}

variable "gpu_security_group_ids" {
  description = "Their security groups."
  type        = list(string)
  validation {
    error_message = "gpu_security_group_ids: expected every element to be at least 1 characters."
    condition     = alltrue([for item in var.gpu_security_group_ids : length(item) >= 1])
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
resource "aws_ecs_cluster" "main" {
  name = "${var.name_prefix}-cluster"
  setting {
    name  = "containerInsights"
    value = var.container_insights
  }
}
data "aws_iam_policy_document" "gpu_instance_boundary_document" {
  statement {
    actions = [
      "ecs:DeregisterContainerInstance",
      "ecs:RegisterContainerInstance",
      "ecs:SubmitAttachmentStateChanges",
      "ecs:SubmitContainerStateChange",
      "ecs:SubmitTaskStateChange"
    ]
    resources = [
      "arn:${data.aws_partition.current_partition.partition}:ecs:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:cluster/${var.name_prefix}-cluster"
    ]
    sid = "JoinCluster"
  }
  statement {
    actions = [
      "ecs:Poll",
      "ecs:StartTelemetrySession",
      "ecs:UpdateContainerInstancesState"
    ]
    resources = [
      "arn:${data.aws_partition.current_partition.partition}:ecs:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:container-instance/${var.name_prefix}-cluster/*"
    ]
    sid = "TalkToScheduler"
  }
  statement {
    actions = [
      "ecs:DiscoverPollEndpoint"
    ]
    resources = [
      "*"
    ]
    sid = "FindScheduler"
  }
}
resource "aws_iam_policy" "gpu_instance_boundary" {
  description = "The most that gpu-instance may ever do."
  name        = "${var.name_prefix}-gpu-instance-boundary"
  policy      = data.aws_iam_policy_document.gpu_instance_boundary_document.json
  count       = var.gpu ? 1 : 0
}
data "aws_iam_policy_document" "gpu_instance_trust_document" {
  statement {
    actions = [
      "sts:AssumeRole"
    ]
    sid = "AssumedByInstances"
    principals {
      identifiers = [
        "ec2.amazonaws.com"
      ]
      type = "Service"
    }
  }
}
resource "aws_iam_role" "gpu_instance" {
  assume_role_policy   = data.aws_iam_policy_document.gpu_instance_trust_document.json
  description          = "The ECS agent of GPU instances."
  max_session_duration = 3600
  name                 = "${var.name_prefix}-gpu-instance-role"
  permissions_boundary = one(aws_iam_policy.gpu_instance_boundary[*].arn)
  count                = var.gpu ? 1 : 0
}
data "aws_iam_policy_document" "gpu_instance_permissions_document" {
  statement {
    actions = [
      "ecs:DeregisterContainerInstance",
      "ecs:RegisterContainerInstance",
      "ecs:SubmitAttachmentStateChanges",
      "ecs:SubmitContainerStateChange",
      "ecs:SubmitTaskStateChange"
    ]
    resources = [
      "arn:${data.aws_partition.current_partition.partition}:ecs:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:cluster/${var.name_prefix}-cluster"
    ]
    sid = "JoinCluster"
  }
  statement {
    actions = [
      "ecs:Poll",
      "ecs:StartTelemetrySession",
      "ecs:UpdateContainerInstancesState"
    ]
    resources = [
      "arn:${data.aws_partition.current_partition.partition}:ecs:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:container-instance/${var.name_prefix}-cluster/*"
    ]
    sid = "TalkToScheduler"
  }
  statement {
    actions = [
      "ecs:DiscoverPollEndpoint"
    ]
    resources = [
      "*"
    ]
    sid = "FindScheduler"
  }
}
resource "aws_iam_role_policy" "gpu_instance_permissions" {
  name   = "permissions"
  policy = data.aws_iam_policy_document.gpu_instance_permissions_document.json
  role   = aws_iam_role.gpu_instance[0].name
  count  = var.gpu ? 1 : 0
}
resource "aws_iam_instance_profile" "gpu_profile" {
  name  = "${var.name_prefix}-gpu-instance"
  role  = one(aws_iam_role.gpu_instance[*].name)
  count = var.gpu ? 1 : 0
}
data "aws_ssm_parameter" "gpu_image" {
  name  = "/aws/service/ecs/optimized-ami/amazon-linux-2023/arm64/gpu/recommended/image_id"
  count = var.gpu ? 1 : 0
}
resource "aws_launch_template" "gpu" {
  image_id               = one(data.aws_ssm_parameter.gpu_image[*].insecure_value)
  instance_type          = var.gpu_instance_type
  name                   = "${var.name_prefix}-gpu"
  update_default_version = true
  user_data              = base64encode(format("#!/bin/sh\ncat >> /etc/ecs/ecs.config <<SETTINGS\nECS_CLUSTER=%s-cluster\nECS_ENABLE_GPU_SUPPORT=true\nECS_AWSVPC_BLOCK_IMDS=true\nSETTINGS\n", var.name_prefix))
  vpc_security_group_ids = var.gpu_security_group_ids
  block_device_mappings {
    device_name = "/dev/xvda"
    ebs {
      encrypted   = "true"
      volume_size = 60
      volume_type = "gp3"
    }
  }
  iam_instance_profile {
    arn = one(aws_iam_instance_profile.gpu_profile[*].arn)
  }
  metadata_options {
    http_endpoint               = "enabled"
    http_put_response_hop_limit = 1
    http_tokens                 = "required"
  }
  monitoring {
    enabled = true
  }
  count = var.gpu ? 1 : 0
}
resource "aws_autoscaling_group" "gpu_instances" {
  health_check_type     = "EC2"
  max_size              = var.gpu_max_instances
  min_size              = 0
  name                  = "${var.name_prefix}-gpu"
  protect_from_scale_in = true
  vpc_zone_identifier   = var.gpu_subnet_ids
  launch_template {
    id      = one(aws_launch_template.gpu[*].id)
    version = "$Latest"
  }
  tag {
    key                 = "Name"
    propagate_at_launch = true
    value               = "${var.name_prefix}-gpu"
  }
  tag {
    key                 = "AmazonECSManaged"
    propagate_at_launch = true
    value               = "true"
  }
  count = var.gpu ? 1 : 0
  lifecycle {
    ignore_changes = [
      "desired_capacity",
    ]
  }
}
resource "aws_ecs_capacity_provider" "gpu_capacity" {
  name = "${var.name_prefix}-gpu"
  auto_scaling_group_provider {
    auto_scaling_group_arn         = one(aws_autoscaling_group.gpu_instances[*].arn)
    managed_draining               = "ENABLED"
    managed_termination_protection = "ENABLED"
    managed_scaling {
      status          = "ENABLED"
      target_capacity = 100
    }
  }
  count = var.gpu ? 1 : 0
}
resource "aws_ecs_cluster_capacity_providers" "capacity" {
  capacity_providers = concat(["FARGATE", "FARGATE_SPOT"], aws_ecs_capacity_provider.gpu_capacity[*].name)
  cluster_name       = aws_ecs_cluster.main.name
  default_capacity_provider_strategy {
    base              = 1
    capacity_provider = "FARGATE"
    weight            = 1
  }
}

output "cluster_arn" {
  value       = aws_ecs_cluster.main.arn
  description = "The cluster."
}

output "cluster_name" {
  value       = aws_ecs_cluster.main.name
  description = "Its name."
}

output "gpu_capacity_provider" {
  value       = one(aws_ecs_capacity_provider.gpu_capacity[*].name)
  description = "Name of the capacity provider with GPUs; null without the option."
}
