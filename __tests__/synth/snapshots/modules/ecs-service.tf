terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }


}

locals {
  container = {
    name                   = "${var.service}"
    image                  = "${var.repository_url}@${var.image_digest}"
    essential              = true
    user                   = 65532
    readonlyRootFilesystem = true
    privileged             = false
    linuxParameters = {
      initProcessEnabled = true
      capabilities = {
        drop = [
          "ALL",
        ]
      }
    }
    ulimits = [
      {
        name      = "nofile"
        softLimit = 65536
        hardLimit = 65536
      },
    ]
    stopTimeout = 45
    environment = "${[for name, value in var.environment : { name = name, value = value }]}"
    portMappings = [
      {
        name          = "${var.service}"
        containerPort = 8443
        hostPort      = 8443
        protocol      = "tcp"
        appProtocol   = "http"
      },
    ]
    healthCheck = {
      command = [
        "CMD",
        "/nodejs/bin/node",
        "-e",
        "require('node:${var.container_protocol}').get({ host: '127.0.0.1', port: 8443, path: '/health', rejectUnauthorized: false }, (answer) => process.exit(answer.statusCode === 200 ? 0 : 1)).on('error', () => process.exit(1))",
      ]
      interval    = 10
      timeout     = 5
      retries     = 3
      startPeriod = 20
    }
    logConfiguration = {
      logDriver = "awslogs"
      options = {
        awslogs-group         = "${var.log_group_name}"
        awslogs-region        = "${data.aws_region.current_region.name}"
        awslogs-stream-prefix = "${var.service}"
        mode                  = "non-blocking"
        max-buffer-size       = "25m"
      }
    }
  }
  envoy = {
    name      = "envoy"
    image     = "${try(var.app_mesh.envoy_image, "")}"
    essential = true
    user      = 1337
    environment = [
      {
        name  = "APPMESH_RESOURCE_ARN"
        value = "${try(var.app_mesh.virtual_node_arn, "")}"
      },
    ]
    healthCheck = {
      command = [
        "CMD-SHELL",
        "curl -s http://localhost:9901/server_info | grep state | grep -q LIVE",
      ]
      interval    = 5
      timeout     = 2
      retries     = 3
      startPeriod = 10
    }
    logConfiguration = {
      logDriver = "awslogs"
      options = {
        awslogs-group         = "${var.log_group_name}"
        awslogs-region        = "${data.aws_region.current_region.name}"
        awslogs-stream-prefix = "envoy"
      }
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

variable "service" {
  description = "Which of the two services."
  type        = string
  validation {
    error_message = "service: expected one of orbit, axon."
    condition     = contains(["orbit", "axon"], var.service)
  }
}

variable "cluster_name" {
  description = "The cluster."
  type        = string
  validation {
    error_message = "cluster_name: expected at least 1 characters."
    condition     = length(var.cluster_name) >= 1
  }
}

variable "repository_url" {
  description = "Repository of the image."
  type        = string
  validation {
    error_message = "repository_url: expected at least 1 characters."
    condition     = length(var.repository_url) >= 1
  }
}

variable "image_digest" {
  description = "Digest of the image to run."
  type        = string
  validation {
    error_message = "image_digest: expected text that matches ^sha256:[0-9a-f]{64}$."
    condition     = can(regex("^sha256:[0-9a-f]{64}$", var.image_digest))
  }
}

variable "cpu" {
  description = "CPU units of a task; 1024 are one vCPU."
  type        = number
  validation {
    error_message = "cpu: expected a whole number."
    condition     = floor(var.cpu) == var.cpu
  }
  validation {
    error_message = "cpu: expected at least 256."
    condition     = var.cpu >= 256
  }
  validation {
    error_message = "cpu: expected at most 16384."
    condition     = var.cpu <= 16384
  }
  default = 512
}

variable "memory_mib" {
  description = "Memory of a task, MiB."
  type        = number
  validation {
    error_message = "memory_mib: expected a whole number."
    condition     = floor(var.memory_mib) == var.memory_mib
  }
  validation {
    error_message = "memory_mib: expected at least 512."
    condition     = var.memory_mib >= 512
  }
  validation {
    error_message = "memory_mib: expected at most 122880."
    condition     = var.memory_mib <= 122880
  }
  default = 1024
}

variable "environment" {
  description = "Environment of the container. No secret belongs here: a task reads its own."
  type        = map(string)

}

variable "task_role_arn" {
  description = "Role of the task."
  type        = string
  validation {
    error_message = "task_role_arn: expected text that matches ^arn:aws[a-z-]*:."
    condition     = can(regex("^arn:aws[a-z-]*:", var.task_role_arn))
  }
}

variable "execution_role_arn" {
  description = "Role that starts its containers."
  type        = string
  validation {
    error_message = "execution_role_arn: expected text that matches ^arn:aws[a-z-]*:."
    condition     = can(regex("^arn:aws[a-z-]*:", var.execution_role_arn))
  }
}

variable "log_group_name" {
  description = "Log group of the container."
  type        = string
  validation {
    error_message = "log_group_name: expected at least 1 characters."
    condition     = length(var.log_group_name) >= 1
  }
}

variable "subnet_ids" {
  description = "Private subnets of the tasks."
  type        = list(string)
  validation {
    error_message = "subnet_ids: expected at least 1 elements."
    condition     = length(var.subnet_ids) >= 1
  }
  validation {
    error_message = "subnet_ids: expected every element to be at least 1 characters."
    condition     = alltrue([for item in var.subnet_ids : length(item) >= 1])
  }
}

variable "security_group_ids" {
  description = "Security groups of the tasks."
  type        = list(string)
  validation {
    error_message = "security_group_ids: expected at least 1 elements."
    condition     = length(var.security_group_ids) >= 1
  }
  validation {
    error_message = "security_group_ids: expected every element to be at least 1 characters."
    condition     = alltrue([for item in var.security_group_ids : length(item) >= 1])
  }
}

variable "target_group_arn" {
  description = "Target group the service is in; null for none."
  type        = string
  nullable    = true
  validation {
    error_message = "target_group_arn: expected text that matches ^arn:aws[a-z-]*:."
    condition     = var.target_group_arn == null ? true : can(regex("^arn:aws[a-z-]*:", var.target_group_arn))
  }
  default = null
}

variable "deployment" {
  description = "Blue-green by CodeDeploy, or rolling with circuit breaker and alarm rollback."
  type        = string
  validation {
    error_message = "deployment: expected one of code-deploy, rolling."
    condition     = contains(["code-deploy", "rolling"], var.deployment)
  }
  default = "code-deploy"
}

variable "alarm_names" {
  description = "Alarms that roll a rolling deployment back."
  type        = list(string)
  validation {
    error_message = "alarm_names: expected every element to be at least 1 characters."
    condition     = alltrue([for item in var.alarm_names : length(item) >= 1])
  }
  default = [
  ]
}

variable "min_tasks" {
  description = "The fewest tasks."
  type        = number
  validation {
    error_message = "min_tasks: expected a whole number."
    condition     = floor(var.min_tasks) == var.min_tasks
  }
  validation {
    error_message = "min_tasks: expected at least 1."
    condition     = var.min_tasks >= 1
  }
  validation {
    error_message = "min_tasks: expected at most 100."
    condition     = var.min_tasks <= 100
  }
  default = 2
}

variable "max_tasks" {
  description = "The most tasks."
  type        = number
  validation {
    error_message = "max_tasks: expected a whole number."
    condition     = floor(var.max_tasks) == var.max_tasks
  }
  validation {
    error_message = "max_tasks: expected at least 1."
    condition     = var.max_tasks >= 1
  }
  validation {
    error_message = "max_tasks: expected at most 500."
    condition     = var.max_tasks <= 500
  }
  default = 10
}

variable "office_hours" {
  description = "Monday to Friday from hour to hour; outside there are no tasks. Null for always."
  type        = object({ start = number, end = number, timezone = string })
  nullable    = true

  default = null
}

variable "capacity_providers" {
  description = "Capacity providers with base and weight."
  type        = list(object({ name = string, base = number, weight = number }))
  validation {
    error_message = "capacity_providers: expected at least 1 elements."
    condition     = length(var.capacity_providers) >= 1
  }
}

variable "container_protocol" {
  description = "What the container speaks: http only behind the proxy of Service Connect."
  type        = string
  validation {
    error_message = "container_protocol: expected one of https, http."
    condition     = contains(["https", "http"], var.container_protocol)
  }
  default = "https"
}

variable "gpu" {
  description = "Whether a task needs a GPU and so an EC2 instance."
  type        = bool

  default = false
}

variable "service_connect" {
  description = "Service Connect: its namespace, and for a service that serves, its TLS."
  type        = object({ namespace_arn = string, serves = bool, discovery_name = string, authority_arn = string, tls_role_arn = string, tls_key_arn = string })
  nullable    = true

  default = null
}

variable "app_mesh" {
  description = "App Mesh: the virtual node and the image of its proxy."
  type        = object({ virtual_node_arn = string, envoy_image = string })
  nullable    = true

  default = null
}
data "aws_caller_identity" "current" {
}
data "aws_region" "current_region" {
}
data "aws_partition" "current_partition" {
}
resource "aws_ecs_task_definition" "fargate" {
  container_definitions = jsonencode(concat([local.container], var.app_mesh == null ? [] : [local.envoy]))
  cpu                   = var.cpu
  execution_role_arn    = var.execution_role_arn
  family                = "${var.name_prefix}-${var.service}"
  memory                = var.memory_mib
  network_mode          = "awsvpc"
  requires_compatibilities = [
    "FARGATE"
  ]
  skip_destroy  = false
  task_role_arn = var.task_role_arn
  runtime_platform {
    cpu_architecture        = "ARM64"
    operating_system_family = "LINUX"
  }
  count = !var.gpu ? 1 : 0
  dynamic "proxy_configuration" {
    for_each = var.app_mesh == null ? [] : [var.app_mesh]
    content {
      type           = "APPMESH"
      container_name = "envoy"
      properties = {
        AppPorts           = 8443
        EgressIgnoredIPs   = "169.254.170.2,169.254.169.254"
        EgressIgnoredPorts = 443
        IgnoredUID         = 1337
        ProxyEgressPort    = 15001
        ProxyIngressPort   = 15000
      }
    }
  }
}
resource "aws_ecs_task_definition" "gpu" {
  container_definitions = jsonencode(concat([merge(local.container, { resourceRequirements = [{ type = "GPU", value = "1" }] })], var.app_mesh == null ? [] : [local.envoy]))
  cpu                   = var.cpu
  execution_role_arn    = var.execution_role_arn
  family                = "${var.name_prefix}-${var.service}"
  memory                = var.memory_mib
  network_mode          = "awsvpc"
  requires_compatibilities = [
    "EC2"
  ]
  skip_destroy  = false
  task_role_arn = var.task_role_arn
  runtime_platform {
    cpu_architecture        = "ARM64"
    operating_system_family = "LINUX"
  }
  count = var.gpu ? 1 : 0
}
resource "aws_ecs_service" "blue_green" {
  cluster                           = var.cluster_name
  desired_count                     = var.min_tasks
  enable_ecs_managed_tags           = true
  enable_execute_command            = false
  health_check_grace_period_seconds = 60
  name                              = "${var.name_prefix}-${var.service}"
  propagate_tags                    = "SERVICE"
  task_definition                   = one(concat(aws_ecs_task_definition.fargate[*].arn, aws_ecs_task_definition.gpu[*].arn))
  deployment_controller {
    type = "CODE_DEPLOY"
  }
  network_configuration {
    assign_public_ip = false
    security_groups  = var.security_group_ids
    subnets          = var.subnet_ids
  }
  count = var.deployment == "code-deploy" ? 1 : 0
  lifecycle {
    ignore_changes = [
      "task_definition",
      "load_balancer",
      "desired_count",
    ]
  }
  dynamic "capacity_provider_strategy" {
    for_each = var.capacity_providers
    content {
      capacity_provider = capacity_provider_strategy.value.name
      base              = capacity_provider_strategy.value.base
      weight            = capacity_provider_strategy.value.weight
    }
  }
  dynamic "load_balancer" {
    for_each = var.target_group_arn == null ? [] : [var.target_group_arn]
    content {
      target_group_arn = load_balancer.value
      container_name   = var.service
      container_port   = 8443
    }
  }
}
resource "aws_ecs_service" "rolling" {
  availability_zone_rebalancing      = "ENABLED"
  cluster                            = var.cluster_name
  deployment_maximum_percent         = 200
  deployment_minimum_healthy_percent = 100
  desired_count                      = var.min_tasks
  enable_ecs_managed_tags            = true
  enable_execute_command             = false
  name                               = "${var.name_prefix}-${var.service}"
  propagate_tags                     = "SERVICE"
  task_definition                    = one(concat(aws_ecs_task_definition.fargate[*].arn, aws_ecs_task_definition.gpu[*].arn))
  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }
  deployment_controller {
    type = "ECS"
  }
  network_configuration {
    assign_public_ip = false
    security_groups  = var.security_group_ids
    subnets          = var.subnet_ids
  }
  count = var.deployment == "rolling" ? 1 : 0
  lifecycle {
    ignore_changes = [
      "desired_count",
    ]
  }
  dynamic "capacity_provider_strategy" {
    for_each = var.capacity_providers
    content {
      capacity_provider = capacity_provider_strategy.value.name
      base              = capacity_provider_strategy.value.base
      weight            = capacity_provider_strategy.value.weight
    }
  }
  dynamic "load_balancer" {
    for_each = var.target_group_arn == null ? [] : [var.target_group_arn]
    content {
      target_group_arn = load_balancer.value
      container_name   = var.service
      container_port   = 8443
    }
  }
  dynamic "alarms" {
    for_each = length(var.alarm_names) == 0 ? [] : [var.alarm_names]
    content {
      alarm_names = alarms.value
      enable      = true
      rollback    = true
    }
  }
  dynamic "service_connect_configuration" {
    for_each = var.service_connect == null ? [] : [var.service_connect]
    content {
      enabled   = true
      namespace = service_connect_configuration.value.namespace_arn
      dynamic = {
        service = {
          for_each = "${service_connect_configuration.value.serves ? [service_connect_configuration.value] : []}"
          content = {
            port_name      = "${var.service}"
            discovery_name = "${service.value.discovery_name}"
            client_alias = {
              port     = 8443
              dns_name = "${service.value.discovery_name}"
            }
            tls = {
              role_arn = "${service.value.tls_role_arn}"
              kms_key  = "${service.value.tls_key_arn}"
              issuer_cert_authority = {
                aws_pca_authority_arn = "${service.value.authority_arn}"
              }
            }
          }
        }
      }
      log_configuration = {
        log_driver = "awslogs"
        options = {
          awslogs-group         = "${var.log_group_name}"
          awslogs-region        = "${data.aws_region.current_region.name}"
          awslogs-stream-prefix = "${var.name_prefix}-proxy"
        }
      }
    }
  }
}
resource "aws_appautoscaling_target" "tasks" {
  max_capacity       = var.max_tasks
  min_capacity       = var.min_tasks
  resource_id        = "service/${var.cluster_name}/${one(concat(aws_ecs_service.blue_green[*].name, aws_ecs_service.rolling[*].name))}"
  scalable_dimension = "ecs:service:DesiredCount"
  service_namespace  = "ecs"
  count              = var.office_hours != null ? 1 : 0
  lifecycle {
    ignore_changes = [
      "min_capacity",
      "max_capacity",
    ]
  }
}
resource "aws_appautoscaling_target" "tasks_always" {
  max_capacity       = var.max_tasks
  min_capacity       = var.min_tasks
  resource_id        = "service/${var.cluster_name}/${one(concat(aws_ecs_service.blue_green[*].name, aws_ecs_service.rolling[*].name))}"
  scalable_dimension = "ecs:service:DesiredCount"
  service_namespace  = "ecs"
  count              = var.office_hours == null ? 1 : 0
}
resource "aws_appautoscaling_policy" "cpu" {
  name               = "${var.name_prefix}-${var.service}-cpu"
  policy_type        = "TargetTrackingScaling"
  resource_id        = one(concat(aws_appautoscaling_target.tasks[*].resource_id, aws_appautoscaling_target.tasks_always[*].resource_id))
  scalable_dimension = "ecs:service:DesiredCount"
  service_namespace  = "ecs"
  target_tracking_scaling_policy_configuration {
    scale_in_cooldown  = 300
    scale_out_cooldown = 60
    target_value       = 70
    predefined_metric_specification {
      predefined_metric_type = "ECSServiceAverageCPUUtilization"
    }
  }
}
resource "aws_appautoscaling_policy" "memory" {
  name               = "${var.name_prefix}-${var.service}-memory"
  policy_type        = "TargetTrackingScaling"
  resource_id        = one(concat(aws_appautoscaling_target.tasks[*].resource_id, aws_appautoscaling_target.tasks_always[*].resource_id))
  scalable_dimension = "ecs:service:DesiredCount"
  service_namespace  = "ecs"
  target_tracking_scaling_policy_configuration {
    scale_in_cooldown  = 300
    scale_out_cooldown = 60
    target_value       = 70
    predefined_metric_specification {
      predefined_metric_type = "ECSServiceAverageMemoryUtilization"
    }
  }
}
resource "aws_appautoscaling_scheduled_action" "office_hours_start" {
  name               = "${var.name_prefix}-${var.service}-office-hours-start"
  resource_id        = one(concat(aws_appautoscaling_target.tasks[*].resource_id, aws_appautoscaling_target.tasks_always[*].resource_id))
  scalable_dimension = "ecs:service:DesiredCount"
  schedule           = "cron(0 ${var.office_hours.start % 24} ? * MON-FRI *)"
  service_namespace  = "ecs"
  timezone           = var.office_hours.timezone
  scalable_target_action {
    max_capacity = var.max_tasks
    min_capacity = var.min_tasks
  }
  count = var.office_hours != null ? 1 : 0
}
resource "aws_appautoscaling_scheduled_action" "office_hours_end" {
  name               = "${var.name_prefix}-${var.service}-office-hours-end"
  resource_id        = one(concat(aws_appautoscaling_target.tasks[*].resource_id, aws_appautoscaling_target.tasks_always[*].resource_id))
  scalable_dimension = "ecs:service:DesiredCount"
  schedule           = "cron(0 ${var.office_hours.end % 24} ? * MON-FRI *)"
  service_namespace  = "ecs"
  timezone           = var.office_hours.timezone
  scalable_target_action {
    max_capacity = "0"
    min_capacity = "0"
  }
  count = var.office_hours != null ? 1 : 0
}

output "service_name" {
  value       = one(concat(aws_ecs_service.blue_green[*].name, aws_ecs_service.rolling[*].name))
  description = "Name of the service."
}

output "task_definition_arn" {
  value       = one(concat(aws_ecs_task_definition.fargate[*].arn, aws_ecs_task_definition.gpu[*].arn))
  description = "The task definition, with its revision."
}

output "task_definition_family" {
  value       = one(concat(aws_ecs_task_definition.fargate[*].family, aws_ecs_task_definition.gpu[*].family))
  description = "Its family."
}
