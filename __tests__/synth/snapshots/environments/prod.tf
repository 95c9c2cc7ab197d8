terraform {
  required_providers {
    aws = {
      version = "5.100.0"
      source  = "aws"
    }
  }
  backend "s3" {
    bucket       = "agent-runtime-prod-terraform-state"
    region       = "eu-central-1"
    key          = "agent-runtime/prod/terraform.tfstate"
    encrypt      = true
    use_lockfile = true
  }


}

provider "aws" {
  region = "eu-central-1"
  default_tags {
    tags = {
      Project     = "agent-runtime"
      Environment = "prod"
      Service     = "agent-runtime"
      Tenant      = "shared"
      CostCenter  = "platform"
      ManagedBy   = "terraform"
    }
  }
}

variable "certificate_arn" {
  description = "ACM certificate of the internal load balancer, in this region."
  type        = string
  validation {
    error_message = "certificate_arn: expected text that matches ^arn:aws[a-z-]*:."
    condition     = can(regex("^arn:aws[a-z-]*:", var.certificate_arn))
  }
}

variable "orbit_image_digest" {
  description = "Digest of the image of Orbit that this release runs."
  type        = string
  validation {
    error_message = "orbit_image_digest: expected text that matches ^sha256:[0-9a-f]{64}$."
    condition     = can(regex("^sha256:[0-9a-f]{64}$", var.orbit_image_digest))
  }
}

variable "axon_image_digest" {
  description = "Digest of the image of Axon that this release runs."
  type        = string
  validation {
    error_message = "axon_image_digest: expected text that matches ^sha256:[0-9a-f]{64}$."
    condition     = can(regex("^sha256:[0-9a-f]{64}$", var.axon_image_digest))
  }
}

variable "governance_package" {
  description = "Archive of the governance function, made by npm run bundle."
  type        = string
  validation {
    error_message = "governance_package: expected at least 1 characters."
    condition     = length(var.governance_package) >= 1
  }
  default = "../../../dist/governance.zip"
}

variable "rotation_package" {
  description = "Archive of the rotation function, made by npm run bundle."
  type        = string
  validation {
    error_message = "rotation_package: expected at least 1 characters."
    condition     = length(var.rotation_package) >= 1
  }
  default = "../../../dist/rotation.zip"
}

variable "smoke_package" {
  description = "Archive of the smoke function, made by npm run bundle."
  type        = string
  validation {
    error_message = "smoke_package: expected at least 1 characters."
    condition     = length(var.smoke_package) >= 1
  }
  default = "../../../dist/smoke.zip"
}

variable "pager_duty_url" {
  description = "Integration URL of PagerDuty; without it nobody is paged."
  type        = string
  sensitive   = true
  nullable    = true
  validation {
    error_message = "pager_duty_url: expected text that matches ^https://events[.]."
    condition     = var.pager_duty_url == null ? true : can(regex("^https://events[.]", var.pager_duty_url))
  }
  default = null
}
data "aws_caller_identity" "current" {
}
data "aws_region" "current_region" {
}
data "aws_partition" "current_partition" {
}
module "kms" {
  name_prefix = "agent-runtime-prod"
  administrator_role_arns = [
    "arn:${data.aws_partition.current_partition.partition}:iam::${data.aws_caller_identity.current.account_id}:role/agent-runtime-prod-github-actions-infra-role",
  ]
  deletion_window_days = 30
  source               = "../../modules/kms"
}
module "networking" {
  name_prefix = "agent-runtime-prod"
  cidr        = "10.22.0.0/16"
  availability_zones = [
    "eu-central-1a",
    "eu-central-1b",
    "eu-central-1c",
  ]
  nat = "none"
  optional_endpoints = [
    "xray",
    "codedeploy",
  ]
  caller_cidrs = [
    "10.0.0.0/16",
  ]
  token_issuer_cidrs = [
    "10.0.0.0/16",
  ]
  mesh               = "lattice"
  logs_key_arn       = module.kms.logs_key_arn
  log_retention_days = 365
  source             = "../../modules/networking"
}
module "iam" {
  name_prefix                = "agent-runtime-prod"
  orbit_key_arn              = module.kms.orbit_key_arn
  axon_key_arn               = module.kms.axon_key_arn
  governance_key_arn         = module.kms.governance_key_arn
  policy_publisher_key_arn   = module.kms.policy_publisher_key_arn
  governance_signing_key_arn = module.kms.governance_signing_key_arn
  model_arns = [
    "arn:${data.aws_partition.current_partition.partition}:bedrock:eu-central-1::foundation-model/anthropic.claude-3-5-sonnet-20240620-v1:0",
  ]
  tracing          = true
  functions_in_vpc = false
  source           = "../../modules/iam"
}
module "ecr" {
  name_prefix   = "agent-runtime-prod"
  orbit_key_arn = module.kms.orbit_key_arn
  axon_key_arn  = module.kms.axon_key_arn
  force_delete  = false
  source        = "../../modules/ecr"
}
module "alb" {
  name_prefix         = "agent-runtime-prod"
  vpc_id              = module.networking.vpc_id
  subnet_ids          = module.networking.private_subnet_ids
  security_group_id   = module.networking.load_balancer_security_group_id
  certificate_arn     = var.certificate_arn
  deletion_protection = true
  force_destroy_logs  = false
  source              = "../../modules/alb"
}
module "observability" {
  name_prefix              = "agent-runtime-prod"
  logs_key_arn             = module.kms.logs_key_arn
  alerts_key_arn           = module.kms.alerts_key_arn
  log_retention_days       = 365
  load_balancer_arn_suffix = module.alb.load_balancer_arn_suffix
  target_group_arn_suffixes = {
    orbit-blue  = "${module.alb.orbit_blue_target_group_arn_suffix}"
    orbit-green = "${module.alb.orbit_green_target_group_arn_suffix}"
    axon-blue   = "${module.alb.axon_blue_target_group_arn_suffix}"
    axon-green  = "${module.alb.axon_green_target_group_arn_suffix}"
  }
  certificate_arn = var.certificate_arn
  always_on       = true
  runbook_url     = "https://github.com/example/agent-runtime/blob/main/docs/runbook.md"
  emails = [
  ]
  pager_duty_url = var.pager_duty_url
  source         = "../../modules/observability"
}
module "governance" {
  name_prefix     = "agent-runtime-prod"
  role_arn        = module.iam.governance_role_arn
  key_arn         = module.kms.governance_key_arn
  signing_key_arn = module.kms.governance_signing_key_arn
  publisher_key_arns = [
    "${module.kms.policy_publisher_key_arn}",
  ]
  package_path            = var.governance_package
  log_group_name          = module.observability.governance_log_group_name
  memory_mib              = 1024
  reserved_concurrency    = 500
  provisioned_concurrency = 20
  deployment              = "code-deploy"
  callers = {
    orbit = "agent-runtime-prod-orbit-role"
    smoke = "agent-runtime-prod-smoke-role"
  }
  caller_role_arns = [
    "${module.iam.orbit_role_arn}",
    "${module.iam.smoke_role_arn}",
  ]
  tracing             = true
  deletion_protection = true
  source              = "../../modules/governance"
}
module "secrets" {
  name_prefix             = "agent-runtime-prod"
  orbit_key_arn           = module.kms.orbit_key_arn
  axon_key_arn            = module.kms.axon_key_arn
  environment_key_arn     = module.kms.governance_key_arn
  rotation_role_arn       = module.iam.secrets_rotation_role_arn
  rotation_package        = var.rotation_package
  rotation_log_group_name = module.observability.rotation_log_group_name
  rotate_immediately      = true
  administrator_role_arns = [
    "arn:${data.aws_partition.current_partition.partition}:iam::${data.aws_caller_identity.current.account_id}:role/agent-runtime-prod-github-actions-infra-role",
  ]
  recovery_window_days  = 30
  dead_letter_queue_arn = module.governance.dead_letter_queue_arn
  source                = "../../modules/secrets"
}
module "smoke" {
  name_prefix               = "agent-runtime-prod"
  role_arn                  = module.iam.smoke_role_arn
  key_arn                   = module.kms.governance_key_arn
  package_path              = var.smoke_package
  log_group_name            = module.observability.smoke_log_group_name
  governance_function       = module.governance.function_name
  load_balancer_dns_name    = module.alb.load_balancer_dns_name
  axon_behind_load_balancer = true
  subnet_ids                = module.networking.private_subnet_ids
  security_group_ids = [
    "${module.networking.functions_security_group_id}",
  ]
  recovery_window_days = 30
  source               = "../../modules/smoke"
}
module "ecs" {
  name_prefix    = "agent-runtime-prod"
  gpu            = false
  gpu_subnet_ids = module.networking.axon_runtime_subnet_ids
  gpu_security_group_ids = [
    "${module.networking.axon_security_group_id}",
  ]
  source = "../../modules/ecs"
}
module "mesh_lattice" {
  name_prefix       = "agent-runtime-prod"
  vpc_id            = module.networking.vpc_id
  security_group_id = module.networking.mesh_security_group_id
  load_balancer_arn = module.alb.load_balancer_arn
  log_group_arn     = module.observability.mesh_log_group_arn
  caller_role_name  = "agent-runtime-prod-orbit-role"
  caller_role_arn   = module.iam.orbit_role_arn
  source            = "../../modules/mesh-lattice"
}
module "orbit" {
  name_prefix    = "agent-runtime-prod"
  service        = "orbit"
  cluster_name   = module.ecs.cluster_name
  repository_url = module.ecr.orbit_repository_url
  image_digest   = var.orbit_image_digest
  cpu            = 1024
  memory_mib     = 2048
  environment = {
    AWS_REGION          = "eu-central-1"
    ORBIT_PORT          = 8443
    ORBIT_TLS           = "true"
    ORBIT_SECRET        = "${module.secrets.orbit_secret_arn}"
    METRICS_NAMESPACE   = "AgentRuntime/agent-runtime-prod"
    TRACES_TO           = "xray"
    TRACES_SAMPLE_RATIO = "0.05"
    GOVERNANCE_FUNCTION = "${module.governance.function_name}"
    AXON_URL            = "${module.mesh_lattice.axon_url}"
    AXON_MESH           = "lattice"
    TOKEN_ISSUER        = "https://tokens.example.com"
    TOKEN_AUDIENCE      = "agent-runtime"
    TOKEN_JWKS_URL      = "https://tokens.example.com/jwks.json"
  }
  task_role_arn      = module.iam.orbit_role_arn
  execution_role_arn = module.iam.execution_orbit_role_arn
  log_group_name     = module.observability.orbit_log_group_name
  subnet_ids         = module.networking.private_subnet_ids
  security_group_ids = [
    "${module.networking.orbit_security_group_id}",
  ]
  target_group_arn = module.alb.orbit_blue_target_group_arn
  deployment       = "code-deploy"
  alarm_names = [
  ]
  min_tasks = 3
  max_tasks = 30
  capacity_providers = [
    {
      name   = "FARGATE"
      base   = 1
      weight = 1
    },
    {
      name   = "FARGATE_SPOT"
      base   = 0
      weight = 0
    },
  ]
  container_protocol = "https"
  gpu                = false
  source             = "../../modules/ecs-service"
}
module "axon" {
  name_prefix    = "agent-runtime-prod"
  service        = "axon"
  cluster_name   = module.ecs.cluster_name
  repository_url = module.ecr.axon_repository_url
  image_digest   = var.axon_image_digest
  cpu            = 1024
  memory_mib     = 2048
  environment = {
    AWS_REGION              = "eu-central-1"
    AXON_PORT               = 8443
    AXON_TLS                = "true"
    AXON_SECRET             = "${module.secrets.axon_secret_arn}"
    METRICS_NAMESPACE       = "AgentRuntime/agent-runtime-prod"
    TRACES_TO               = "xray"
    TRACES_SAMPLE_RATIO     = "0.05"
    AXON_MESH               = "lattice"
    AXON_CALLERS            = "orbit=arn:${data.aws_partition.current_partition.partition}:iam::${data.aws_caller_identity.current.account_id}:role/agent-runtime-prod-orbit-role,smoke=arn:${data.aws_partition.current_partition.partition}:iam::${data.aws_caller_identity.current.account_id}:role/agent-runtime-prod-smoke-role"
    AXON_GRANTS_TABLE       = "${module.governance.grants_table_name}"
    AXON_REASONER           = "bedrock"
    AXON_MODEL              = "anthropic.claude-3-5-sonnet-20240620-v1:0"
    GOVERNANCE_TRUSTED_KEYS = "${module.kms.governance_signing_key_arn}"
  }
  task_role_arn      = module.iam.axon_role_arn
  execution_role_arn = module.iam.execution_axon_role_arn
  log_group_name     = module.observability.axon_log_group_name
  subnet_ids         = module.networking.axon_runtime_subnet_ids
  security_group_ids = [
    "${module.networking.axon_security_group_id}",
  ]
  target_group_arn = module.alb.axon_blue_target_group_arn
  deployment       = "code-deploy"
  alarm_names = [
  ]
  min_tasks = 3
  max_tasks = 30
  capacity_providers = [
    {
      name   = "FARGATE"
      base   = 1
      weight = 1
    },
    {
      name   = "FARGATE_SPOT"
      base   = 0
      weight = 0
    },
  ]
  container_protocol = "https"
  gpu                = false
  source             = "../../modules/ecs-service"
}
module "cicd" {
  name_prefix              = "agent-runtime-prod"
  repository               = "example/agent-runtime"
  github_environment       = "prod"
  create_oidc_provider     = true
  state_bucket             = "agent-runtime-prod-terraform-state"
  policy_publisher_key_arn = module.kms.policy_publisher_key_arn
  governance_key_arn       = module.kms.governance_key_arn
  codedeploy_role_arn      = module.iam.codedeploy_role_arn
  blue_green               = true
  cluster_name             = module.ecs.cluster_name
  production_listener_arns = {
    orbit = "${module.alb.orbit_listener_arn}"
    axon  = "${module.alb.axon_listener_arn}"
  }
  test_listener_arns = {
    orbit = "${module.alb.orbit_test_listener_arn}"
    axon  = "${module.alb.axon_test_listener_arn}"
  }
  blue_target_group_names = {
    orbit = "${module.alb.orbit_blue_target_group_name}"
    axon  = "${module.alb.axon_blue_target_group_name}"
  }
  green_target_group_names = {
    orbit = "${module.alb.orbit_green_target_group_name}"
    axon  = "${module.alb.axon_green_target_group_name}"
  }
  service_names = {
    orbit = "${module.orbit.service_name}"
    axon  = "${module.axon.service_name}"
  }
  alarm_names = module.observability.rollback_alarm_names
  source      = "../../modules/cicd"
}
module "security" {
  name_prefix         = "agent-runtime-prod"
  audit_key_arn       = module.kms.audit_key_arn
  cloud_trail         = true
  guard_duty          = true
  security_hub        = true
  config              = true
  access_analyzer     = true
  public_access_block = true
  force_destroy_logs  = false
  source              = "../../modules/security"
}
module "cost" {
  name_prefix           = "agent-runtime-prod"
  environment           = "prod"
  monthly_limit_usd     = 6000
  anomaly_usd           = 200
  anomaly_monitor       = true
  alerts_topic_arn      = module.observability.alerts_topic_arn
  logs_key_arn          = module.kms.logs_key_arn
  force_destroy_archive = false
  source                = "../../modules/cost"
}
module "tenancy" {
  name_prefix = "agent-runtime-prod"
  key_arn     = module.kms.governance_key_arn
  tenants = {
  }
  source = "../../modules/tenancy"
}

output "load_balancer_dns_name" {
  value       = module.alb.load_balancer_dns_name
  description = "Where callers reach Orbit, inside the VPC."
}

output "axon_url" {
  value       = module.mesh_lattice.axon_url
  description = "Where Orbit calls Axon."
}

output "governance_function_name" {
  value       = module.governance.function_name
  description = "The function that decides."
}

output "governance_signing_key_arn" {
  value       = module.kms.governance_signing_key_arn
  description = "Key that certifies the keys of grants."
}

output "policy_publisher_key_arn" {
  value       = module.kms.policy_publisher_key_arn
  description = "Key that policy revisions are signed with."
}

output "policies_table_name" {
  value       = module.governance.policies_table_name
  description = "Table that policies are published to."
}

output "quotas_table_name" {
  value       = module.governance.quotas_table_name
  description = "Table of quota counters."
}

output "grants_table_name" {
  value       = module.governance.grants_table_name
  description = "Table of spent grants."
}

output "orbit_secret_arn" {
  value       = module.secrets.orbit_secret_arn
  description = "Orbit's secret; rotate it once after the first apply."
}

output "axon_secret_arn" {
  value       = module.secrets.axon_secret_arn
  description = "Axon's secret; rotate it once after the first apply."
}

output "orbit_role_arn" {
  value       = module.iam.orbit_role_arn
  description = "Role of Orbit's tasks."
}

output "axon_role_arn" {
  value       = module.iam.axon_role_arn
  description = "Role of Axon's tasks."
}

output "orbit_repository_url" {
  value       = module.ecr.orbit_repository_url
  description = "Repository of Orbit's image."
}

output "axon_repository_url" {
  value       = module.ecr.axon_repository_url
  description = "Repository of Axon's image."
}

output "alerts_topic_arn" {
  value       = module.observability.alerts_topic_arn
  description = "Topic that alarms go to."
}

output "plan_role_arn" {
  value       = module.cicd.plan_role_arn
  description = "Role of the workflows that plan."
}

output "infra_role_arn" {
  value       = module.cicd.infra_role_arn
  description = "Role of the workflows that apply."
}

output "app_role_arn" {
  value       = module.cicd.app_role_arn
  description = "Role of the workflows that release."
}
