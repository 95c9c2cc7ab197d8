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
  description = "Key of the parameters."
  type        = string
  validation {
    error_message = "key_arn: expected text that matches ^arn:aws[a-z-]*:."
    condition     = can(regex("^arn:aws[a-z-]*:", var.key_arn))
  }
}

variable "tenants" {
  description = "Tenant → cost center, isolation and quota."
  type        = map(object({ cost_center = string, isolation = string, decisions_per_minute = number }))

  default = {
  }
}
resource "aws_resourcegroups_group" "tenant" {
  description = "Everything tagged with the tenant in any environment"
  name        = "${var.name_prefix}-tenant-${each.key}"
  tags = {
    Tenant     = "${each.key}"
    CostCenter = "${each.value.cost_center}"
  }
  resource_query {
    query = jsonencode({ ResourceTypeFilters = ["AWS::AllSupported"], TagFilters = [{ Key = "Tenant", Values = [each.key] }] })
  }
  for_each = var.tenants
}
resource "aws_ssm_parameter" "quota" {
  description = "Isolation and quota of the tenant; its policy document enforces the quota."
  key_id      = var.key_arn
  name        = "/${var.name_prefix}/tenants/${each.key}"
  tags = {
    Tenant     = "${each.key}"
    CostCenter = "${each.value.cost_center}"
  }
  type     = "SecureString"
  value    = jsonencode({ isolation = each.value.isolation, decisionsPerMinute = each.value.decisions_per_minute })
  for_each = var.tenants
}

output "tenant_parameters" {
  value       = { for tenant, parameter in aws_ssm_parameter.quota : tenant => parameter.name }
  description = "Name of the parameter of each tenant."
}
