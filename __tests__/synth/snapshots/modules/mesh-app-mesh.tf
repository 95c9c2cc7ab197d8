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

variable "load_balancer_dns_name" {
  description = "Name of the load balancer in front of Axon."
  type        = string
  validation {
    error_message = "load_balancer_dns_name: expected at least 1 characters."
    condition     = length(var.load_balancer_dns_name) >= 1
  }
}

variable "domain" {
  description = "Name of the virtual service and of its certificate."
  type        = string
  validation {
    error_message = "domain: expected text that matches ^[a-z0-9.-]+$."
    condition     = can(regex("^[a-z0-9.-]+$", var.domain))
  }
  default = "axon.internal"
}

variable "max_connections" {
  description = "Connections of Orbit to Axon at most."
  type        = number
  validation {
    error_message = "max_connections: expected a whole number."
    condition     = floor(var.max_connections) == var.max_connections
  }
  validation {
    error_message = "max_connections: expected at least 1."
    condition     = var.max_connections >= 1
  }
  validation {
    error_message = "max_connections: expected at most 65535."
    condition     = var.max_connections <= 65535
  }
  default = 100
}

variable "max_pending_requests" {
  description = "Requests that wait for one."
  type        = number
  validation {
    error_message = "max_pending_requests: expected a whole number."
    condition     = floor(var.max_pending_requests) == var.max_pending_requests
  }
  validation {
    error_message = "max_pending_requests: expected at least 1."
    condition     = var.max_pending_requests >= 1
  }
  validation {
    error_message = "max_pending_requests: expected at most 65535."
    condition     = var.max_pending_requests <= 65535
  }
  default = 200
}
data "aws_caller_identity" "current" {
}
data "aws_region" "current_region" {
}
data "aws_partition" "current_partition" {
}
resource "aws_acmpca_certificate_authority" "authority" {
  permanent_deletion_time_in_days = 7
  type                            = "ROOT"
  usage_mode                      = "GENERAL_PURPOSE"
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
    value = "5"
  }
}
resource "aws_acmpca_certificate_authority_certificate" "installed_root" {
  certificate               = aws_acmpca_certificate.root.certificate
  certificate_authority_arn = aws_acmpca_certificate_authority.authority.arn
  certificate_chain         = aws_acmpca_certificate.root.certificate_chain
}
resource "aws_acm_certificate" "axon_certificate" {
  certificate_authority_arn = aws_acmpca_certificate_authority.authority.arn
  domain_name               = var.domain
  depends_on = [
    "aws_acmpca_certificate_authority_certificate.installed_root",
  ]
  lifecycle {
    create_before_destroy = true
  }
}
resource "aws_appmesh_mesh" "mesh" {
  name = "${var.name_prefix}-mesh"
  spec {
    egress_filter {
      type = "DROP_ALL"
    }
  }
}
resource "aws_appmesh_virtual_node" "axon" {
  mesh_name = aws_appmesh_mesh.mesh.name
  name      = "${var.name_prefix}-axon"
  spec {
    listener {
      connection_pool {
        http {
          max_connections      = var.max_connections
          max_pending_requests = var.max_pending_requests
        }
      }
      health_check {
        healthy_threshold   = 2
        interval_millis     = 10000
        path                = "/health"
        protocol            = "http"
        timeout_millis      = 5000
        unhealthy_threshold = 2
      }
      port_mapping {
        port     = 8443
        protocol = "http"
      }
      timeout {
        http {
          per_request {
            unit  = "s"
            value = 60
          }
        }
      }
      tls {
        mode = "STRICT"
        certificate {
          acm {
            certificate_arn = aws_acm_certificate.axon_certificate.arn
          }
        }
      }
    }
    logging {
      access_log {
        file {
          path = "/dev/stdout"
        }
      }
    }
    service_discovery {
      dns {
        hostname = var.load_balancer_dns_name
      }
    }
  }
}
resource "aws_appmesh_virtual_router" "router" {
  mesh_name = aws_appmesh_mesh.mesh.name
  name      = "${var.name_prefix}-axon"
  spec {
    listener {
      port_mapping {
        port     = 8443
        protocol = "http"
      }
    }
  }
}
resource "aws_appmesh_route" "reason" {
  mesh_name           = aws_appmesh_mesh.mesh.name
  name                = "reason"
  virtual_router_name = aws_appmesh_virtual_router.router.name
  spec {
    http_route {
      action {
        weighted_target {
          virtual_node = aws_appmesh_virtual_node.axon.name
          weight       = 100
        }
      }
      match {
        prefix = "/reason"
      }
      timeout {
        per_request {
          unit  = "s"
          value = 60
        }
      }
    }
  }
}
resource "aws_appmesh_virtual_service" "service" {
  mesh_name = aws_appmesh_mesh.mesh.name
  name      = var.domain
  spec {
    provider {
      virtual_router {
        virtual_router_name = aws_appmesh_virtual_router.router.name
      }
    }
  }
  depends_on = [
    "aws_appmesh_route.reason",
  ]
}
resource "aws_appmesh_virtual_node" "orbit" {
  mesh_name = aws_appmesh_mesh.mesh.name
  name      = "${var.name_prefix}-orbit"
  spec {
    backend {
      virtual_service {
        virtual_service_name = aws_appmesh_virtual_service.service.name
        client_policy {
          tls {
            enforce = true
            ports = [
              8443
            ]
            validation {
              trust {
                acm {
                  certificate_authority_arns = [
                    "${aws_acmpca_certificate_authority.authority.arn}"
                  ]
                }
              }
            }
          }
        }
      }
    }
    logging {
      access_log {
        file {
          path = "/dev/stdout"
        }
      }
    }
  }
}

output "axon_url" {
  value       = "http://${var.domain}:8443"
  description = "Where Orbit calls Axon."
}

output "orbit_virtual_node_arn" {
  value       = aws_appmesh_virtual_node.orbit.arn
  description = "Virtual node of Orbit's tasks."
}

output "axon_virtual_node_arn" {
  value       = aws_appmesh_virtual_node.axon.arn
  description = "Virtual node of Axon's tasks."
}
