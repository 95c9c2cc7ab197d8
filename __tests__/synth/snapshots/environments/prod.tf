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

variable "release" {
  default     = "0.0.0"
  description = "Version that the programs report."
  type        = string
  validation {
    error_message = "release: expected text that matches ^[0-9A-Za-z_.-]{1,64}$."
    condition     = can(regex("^[0-9A-Za-z_.-]{1,64}$", var.release))
  }
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
  source = "../../modules/kms"
}
