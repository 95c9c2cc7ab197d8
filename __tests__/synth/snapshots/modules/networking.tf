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

variable "cidr" {
  description = "The network of the VPC, /16 to /24."
  type        = string
  validation {
    error_message = "cidr: expected text that matches ^[0-9]{1,3}([.][0-9]{1,3}){3}/(1[6-9]|2[0-4])$."
    condition     = can(regex("^[0-9]{1,3}([.][0-9]{1,3}){3}/(1[6-9]|2[0-4])$", var.cidr))
  }
}

variable "availability_zones" {
  description = "Zones with subnets. Add at the end: the order decides the networks of the subnets."
  type        = list(string)
  validation {
    error_message = "availability_zones: expected at least 2 elements."
    condition     = length(var.availability_zones) >= 2
  }
  validation {
    error_message = "availability_zones: expected at most 3 elements."
    condition     = length(var.availability_zones) <= 3
  }
  validation {
    error_message = "availability_zones: expected every element to be text that matches ^[a-z]{2}(-[a-z]+)+-[0-9][a-z]$."
    condition     = alltrue([for item in var.availability_zones : can(regex("^[a-z]{2}(-[a-z]+)+-[0-9][a-z]$", item))])
  }
}

variable "nat" {
  description = "NAT gateways for the private subnets. Without any, VPC endpoints are the only way out; with them, Orbit still reaches token_issuer_cidrs alone."
  type        = string
  validation {
    error_message = "nat: expected one of none, single, per-az."
    condition     = contains(["none", "single", "per-az"], var.nat)
  }
  default = "none"
}

variable "optional_endpoints" {
  description = "Interface endpoints besides those the runtime needs. GPU instances need the three of ecs."
  type        = list(string)
  validation {
    error_message = "optional_endpoints: expected every element to be one of xray, ssmmessages, codedeploy, ecs, ecs-agent, ecs-telemetry."
    condition     = alltrue([for item in var.optional_endpoints : contains(["xray", "ssmmessages", "codedeploy", "ecs", "ecs-agent", "ecs-telemetry"], item)])
  }
  default = [
  ]
}

variable "caller_cidrs" {
  description = "Private networks whose callers may reach Orbit, besides the VPC."
  type        = list(string)
  validation {
    error_message = "caller_cidrs: expected at most 10 elements."
    condition     = length(var.caller_cidrs) <= 10
  }
  validation {
    error_message = "caller_cidrs: expected every element to be text that matches ^(10([.][0-9]{1,3}){3}/([89]|[12][0-9]|3[0-2])|172[.](1[6-9]|2[0-9]|3[01])([.][0-9]{1,3}){2}/(1[2-9]|2[0-9]|3[0-2])|192[.]168([.][0-9]{1,3}){2}/(1[6-9]|2[0-9]|3[0-2]))$."
    condition     = alltrue([for item in var.caller_cidrs : can(regex("^(10([.][0-9]{1,3}){3}/([89]|[12][0-9]|3[0-2])|172[.](1[6-9]|2[0-9]|3[01])([.][0-9]{1,3}){2}/(1[2-9]|2[0-9]|3[0-2])|192[.]168([.][0-9]{1,3}){2}/(1[6-9]|2[0-9]|3[0-2]))$", item))])
  }
  default = [
  ]
}

variable "token_issuer_cidrs" {
  description = "Networks where the issuer of callers' tokens serves its keys."
  type        = list(string)
  validation {
    error_message = "token_issuer_cidrs: expected at most 20 elements."
    condition     = length(var.token_issuer_cidrs) <= 20
  }
  validation {
    error_message = "token_issuer_cidrs: expected every element to be text that matches ^[0-9]{1,3}([.][0-9]{1,3}){3}/([89]|[12][0-9]|3[0-2])$."
    condition     = alltrue([for item in var.token_issuer_cidrs : can(regex("^[0-9]{1,3}([.][0-9]{1,3}){3}/([89]|[12][0-9]|3[0-2])$", item))])
  }
  default = [
  ]
}

variable "mesh" {
  description = "How Orbit reaches Axon: decides which doors there are between them."
  type        = string
  validation {
    error_message = "mesh: expected one of lattice, service-connect, app-mesh."
    condition     = contains(["lattice", "service-connect", "app-mesh"], var.mesh)
  }
  default = "lattice"
}

variable "logs_key_arn" {
  description = "The key of the flow log group."
  type        = string
  validation {
    error_message = "logs_key_arn: expected text that matches ^arn:aws[a-z-]*:."
    condition     = can(regex("^arn:aws[a-z-]*:", var.logs_key_arn))
  }
}

variable "log_retention_days" {
  description = "Days that log events are kept."
  type        = number
  validation {
    error_message = "log_retention_days: expected one of 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 3653."
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 3653], var.log_retention_days)
  }
}
data "aws_caller_identity" "current" {
}
data "aws_region" "current_region" {
}
data "aws_partition" "current_partition" {
}
resource "aws_vpc" "main" {
  cidr_block           = var.cidr
  enable_dns_hostnames = true
  enable_dns_support   = true
  tags = {
    Name = "${var.name_prefix}-vpc"
  }
}
resource "aws_subnet" "public" {
  availability_zone       = each.key
  cidr_block              = cidrsubnet(var.cidr, 4, 0 + each.value)
  map_public_ip_on_launch = false
  tags = {
    Name = "${var.name_prefix}-public-${each.key}"
  }
  vpc_id   = aws_vpc.main.id
  for_each = { for index, zone in var.availability_zones : zone => index }
}
resource "aws_route_table" "public_routes" {
  tags = {
    Name = "${var.name_prefix}-public-${each.key}"
  }
  vpc_id   = aws_vpc.main.id
  for_each = { for index, zone in var.availability_zones : zone => index }
}
resource "aws_route_table_association" "public_association" {
  route_table_id = aws_route_table.public_routes[each.key].id
  subnet_id      = aws_subnet.public[each.key].id
  for_each       = { for index, zone in var.availability_zones : zone => index }
}
resource "aws_subnet" "private" {
  availability_zone       = each.key
  cidr_block              = cidrsubnet(var.cidr, 4, 4 + each.value)
  map_public_ip_on_launch = false
  tags = {
    Name = "${var.name_prefix}-private-${each.key}"
  }
  vpc_id   = aws_vpc.main.id
  for_each = { for index, zone in var.availability_zones : zone => index }
}
resource "aws_route_table" "private_routes" {
  tags = {
    Name = "${var.name_prefix}-private-${each.key}"
  }
  vpc_id   = aws_vpc.main.id
  for_each = { for index, zone in var.availability_zones : zone => index }
}
resource "aws_route_table_association" "private_association" {
  route_table_id = aws_route_table.private_routes[each.key].id
  subnet_id      = aws_subnet.private[each.key].id
  for_each       = { for index, zone in var.availability_zones : zone => index }
}
resource "aws_subnet" "axon_runtime" {
  availability_zone       = each.key
  cidr_block              = cidrsubnet(var.cidr, 4, 8 + each.value)
  map_public_ip_on_launch = false
  tags = {
    Name = "${var.name_prefix}-axon-runtime-${each.key}"
  }
  vpc_id   = aws_vpc.main.id
  for_each = { for index, zone in var.availability_zones : zone => index }
}
resource "aws_route_table" "axon_runtime_routes" {
  tags = {
    Name = "${var.name_prefix}-axon-runtime-${each.key}"
  }
  vpc_id   = aws_vpc.main.id
  for_each = { for index, zone in var.availability_zones : zone => index }
}
resource "aws_route_table_association" "axon_runtime_association" {
  route_table_id = aws_route_table.axon_runtime_routes[each.key].id
  subnet_id      = aws_subnet.axon_runtime[each.key].id
  for_each       = { for index, zone in var.availability_zones : zone => index }
}
resource "aws_default_route_table" "locked_routes" {
  default_route_table_id = aws_vpc.main.default_route_table_id
  tags = {
    Name = "${var.name_prefix}-locked"
  }
}
resource "aws_internet_gateway" "internet" {
  tags = {
    Name = "${var.name_prefix}-internet"
  }
  vpc_id = aws_vpc.main.id
  count  = var.nat != "none" ? 1 : 0
}
resource "aws_eip" "nat_address" {
  domain = "vpc"
  tags = {
    Name = "${var.name_prefix}-nat-${each.key}"
  }
  for_each = toset(var.nat == "none" ? [] : var.nat == "single" ? slice(var.availability_zones, 0, 1) : var.availability_zones)
}
resource "aws_nat_gateway" "nat" {
  allocation_id = aws_eip.nat_address[each.key].id
  subnet_id     = aws_subnet.public[each.key].id
  tags = {
    Name = "${var.name_prefix}-nat-${each.key}"
  }
  for_each = toset(var.nat == "none" ? [] : var.nat == "single" ? slice(var.availability_zones, 0, 1) : var.availability_zones)
}
resource "aws_route" "public_internet" {
  destination_cidr_block = "0.0.0.0/0"
  gateway_id             = aws_internet_gateway.internet[0].id
  route_table_id         = aws_route_table.public_routes[each.key].id
  for_each               = { for index, zone in var.availability_zones : zone => index if var.nat != "none" }
}
resource "aws_route" "private_nat" {
  destination_cidr_block = "0.0.0.0/0"
  nat_gateway_id         = aws_nat_gateway.nat[var.nat == "single" ? var.availability_zones[0] : each.key].id
  route_table_id         = aws_route_table.private_routes[each.key].id
  for_each               = { for index, zone in var.availability_zones : zone => index if var.nat != "none" }
}
resource "aws_network_acl" "public_acl" {
  subnet_ids = [for zone in var.availability_zones : aws_subnet.public[zone].id]
  tags = {
    Name = "${var.name_prefix}-public-nacl"
  }
  vpc_id = aws_vpc.main.id
}
resource "aws_network_acl_rule" "public_in_https_from_vpc" {
  cidr_block     = var.cidr
  egress         = false
  from_port      = 443
  network_acl_id = aws_network_acl.public_acl.id
  protocol       = "tcp"
  rule_action    = "allow"
  rule_number    = 100
  to_port        = 443
}
resource "aws_network_acl_rule" "public_in_answers" {
  cidr_block     = "0.0.0.0/0"
  egress         = false
  from_port      = 1024
  network_acl_id = aws_network_acl.public_acl.id
  protocol       = "tcp"
  rule_action    = "allow"
  rule_number    = 200
  to_port        = 65535
}
resource "aws_network_acl_rule" "public_out_https_out" {
  cidr_block     = "0.0.0.0/0"
  egress         = true
  from_port      = 443
  network_acl_id = aws_network_acl.public_acl.id
  protocol       = "tcp"
  rule_action    = "allow"
  rule_number    = 300
  to_port        = 443
}
resource "aws_network_acl_rule" "public_out_answers_to_vpc" {
  cidr_block     = var.cidr
  egress         = true
  from_port      = 1024
  network_acl_id = aws_network_acl.public_acl.id
  protocol       = "tcp"
  rule_action    = "allow"
  rule_number    = 400
  to_port        = 65535
}
resource "aws_network_acl" "private_acl" {
  subnet_ids = [for zone in var.availability_zones : aws_subnet.private[zone].id]
  tags = {
    Name = "${var.name_prefix}-private-nacl"
  }
  vpc_id = aws_vpc.main.id
}
resource "aws_network_acl_rule" "private_in_https_from_vpc" {
  cidr_block     = var.cidr
  egress         = false
  from_port      = 443
  network_acl_id = aws_network_acl.private_acl.id
  protocol       = "tcp"
  rule_action    = "allow"
  rule_number    = 100
  to_port        = 443
}
resource "aws_network_acl_rule" "private_in_https_from_callers" {
  cidr_block     = each.value
  egress         = false
  from_port      = 443
  network_acl_id = aws_network_acl.private_acl.id
  protocol       = "tcp"
  rule_action    = "allow"
  rule_number    = 200 + tonumber(each.key)
  to_port        = 443
  for_each       = { for index, cidr in var.caller_cidrs : tostring(index) => cidr }
}
resource "aws_network_acl_rule" "private_in_tasks_from_vpc" {
  cidr_block     = var.cidr
  egress         = false
  from_port      = 8443
  network_acl_id = aws_network_acl.private_acl.id
  protocol       = "tcp"
  rule_action    = "allow"
  rule_number    = 300
  to_port        = 8443
}
resource "aws_network_acl_rule" "private_in_tests_from_vpc" {
  cidr_block     = var.cidr
  egress         = false
  from_port      = 9443
  network_acl_id = aws_network_acl.private_acl.id
  protocol       = "tcp"
  rule_action    = "allow"
  rule_number    = 400
  to_port        = 9444
}
resource "aws_network_acl_rule" "private_in_mesh" {
  cidr_block     = "169.254.171.0/24"
  egress         = false
  from_port      = 8443
  network_acl_id = aws_network_acl.private_acl.id
  protocol       = "tcp"
  rule_action    = "allow"
  rule_number    = 500
  to_port        = 8443
}
resource "aws_network_acl_rule" "private_in_answers" {
  cidr_block     = "0.0.0.0/0"
  egress         = false
  from_port      = 1024
  network_acl_id = aws_network_acl.private_acl.id
  protocol       = "tcp"
  rule_action    = "allow"
  rule_number    = 600
  to_port        = 65535
}
resource "aws_network_acl_rule" "private_out_https_out" {
  cidr_block     = "0.0.0.0/0"
  egress         = true
  from_port      = 443
  network_acl_id = aws_network_acl.private_acl.id
  protocol       = "tcp"
  rule_action    = "allow"
  rule_number    = 700
  to_port        = 443
}
resource "aws_network_acl_rule" "private_out_tasks_to_vpc" {
  cidr_block     = var.cidr
  egress         = true
  from_port      = 8443
  network_acl_id = aws_network_acl.private_acl.id
  protocol       = "tcp"
  rule_action    = "allow"
  rule_number    = 800
  to_port        = 8443
}
resource "aws_network_acl_rule" "private_out_answers_to_vpc" {
  cidr_block     = var.cidr
  egress         = true
  from_port      = 1024
  network_acl_id = aws_network_acl.private_acl.id
  protocol       = "tcp"
  rule_action    = "allow"
  rule_number    = 900
  to_port        = 65535
}
resource "aws_network_acl_rule" "private_out_answers_to_callers" {
  cidr_block     = each.value
  egress         = true
  from_port      = 1024
  network_acl_id = aws_network_acl.private_acl.id
  protocol       = "tcp"
  rule_action    = "allow"
  rule_number    = 1000 + tonumber(each.key)
  to_port        = 65535
  for_each       = { for index, cidr in var.caller_cidrs : tostring(index) => cidr }
}
resource "aws_network_acl_rule" "private_out_answers_to_mesh" {
  cidr_block     = "169.254.171.0/24"
  egress         = true
  from_port      = 1024
  network_acl_id = aws_network_acl.private_acl.id
  protocol       = "tcp"
  rule_action    = "allow"
  rule_number    = 1100
  to_port        = 65535
}
resource "aws_network_acl" "axon_runtime_acl" {
  subnet_ids = [for zone in var.availability_zones : aws_subnet.axon_runtime[zone].id]
  tags = {
    Name = "${var.name_prefix}-axon-runtime-nacl"
  }
  vpc_id = aws_vpc.main.id
}
resource "aws_network_acl_rule" "axon_runtime_in_tasks_from_vpc" {
  cidr_block     = var.cidr
  egress         = false
  from_port      = 8443
  network_acl_id = aws_network_acl.axon_runtime_acl.id
  protocol       = "tcp"
  rule_action    = "allow"
  rule_number    = 100
  to_port        = 8443
}
resource "aws_network_acl_rule" "axon_runtime_in_answers" {
  cidr_block     = "0.0.0.0/0"
  egress         = false
  from_port      = 32768
  network_acl_id = aws_network_acl.axon_runtime_acl.id
  protocol       = "tcp"
  rule_action    = "allow"
  rule_number    = 200
  to_port        = 60999
}
resource "aws_network_acl_rule" "axon_runtime_out_https_out" {
  cidr_block     = "0.0.0.0/0"
  egress         = true
  from_port      = 443
  network_acl_id = aws_network_acl.axon_runtime_acl.id
  protocol       = "tcp"
  rule_action    = "allow"
  rule_number    = 300
  to_port        = 443
}
resource "aws_network_acl_rule" "axon_runtime_out_answers_to_vpc" {
  cidr_block     = var.cidr
  egress         = true
  from_port      = 1024
  network_acl_id = aws_network_acl.axon_runtime_acl.id
  protocol       = "tcp"
  rule_action    = "allow"
  rule_number    = 400
  to_port        = 65535
}
resource "aws_default_network_acl" "locked_acl" {
  default_network_acl_id = aws_vpc.main.default_network_acl_id
  tags = {
    Name = "${var.name_prefix}-locked-nacl"
  }
}
resource "aws_security_group" "load_balancer" {
  description = "Internal load balancer."
  name        = "${var.name_prefix}-load-balancer"
  tags = {
    Name = "${var.name_prefix}-load-balancer"
  }
  vpc_id = aws_vpc.main.id
}
resource "aws_security_group" "orbit" {
  description = "Tasks of Orbit."
  name        = "${var.name_prefix}-orbit"
  tags = {
    Name = "${var.name_prefix}-orbit"
  }
  vpc_id = aws_vpc.main.id
}
resource "aws_security_group" "axon" {
  description = "Tasks of Axon."
  name        = "${var.name_prefix}-axon"
  tags = {
    Name = "${var.name_prefix}-axon"
  }
  vpc_id = aws_vpc.main.id
}
resource "aws_security_group" "endpoints" {
  description = "Interface endpoints."
  name        = "${var.name_prefix}-endpoints"
  tags = {
    Name = "${var.name_prefix}-endpoints"
  }
  vpc_id = aws_vpc.main.id
}
resource "aws_security_group" "functions" {
  description = "Functions in the VPC."
  name        = "${var.name_prefix}-functions"
  tags = {
    Name = "${var.name_prefix}-functions"
  }
  vpc_id = aws_vpc.main.id
}
resource "aws_security_group" "mesh" {
  description = "Association of the VPC with the service network."
  name        = "${var.name_prefix}-mesh"
  tags = {
    Name = "${var.name_prefix}-mesh"
  }
  vpc_id = aws_vpc.main.id
}
resource "aws_default_security_group" "locked_group" {
  tags = {
    Name = "${var.name_prefix}-locked"
  }
  vpc_id = aws_vpc.main.id
}
resource "aws_vpc_security_group_ingress_rule" "load_balancer_from_callers" {
  cidr_ipv4         = each.value
  from_port         = 443
  ip_protocol       = "tcp"
  security_group_id = aws_security_group.load_balancer.id
  to_port           = 443
  for_each          = toset(concat([var.cidr], var.caller_cidrs))
}
resource "aws_vpc_security_group_egress_rule" "load_balancer_to_orbit_out" {
  from_port                    = 8443
  ip_protocol                  = "tcp"
  referenced_security_group_id = aws_security_group.orbit.id
  security_group_id            = aws_security_group.load_balancer.id
  to_port                      = 8443
}
resource "aws_vpc_security_group_ingress_rule" "load_balancer_to_orbit_in" {
  from_port                    = 8443
  ip_protocol                  = "tcp"
  referenced_security_group_id = aws_security_group.load_balancer.id
  security_group_id            = aws_security_group.orbit.id
  to_port                      = 8443
}
resource "aws_vpc_security_group_egress_rule" "functions_to_orbit_out" {
  from_port                    = 443
  ip_protocol                  = "tcp"
  referenced_security_group_id = aws_security_group.load_balancer.id
  security_group_id            = aws_security_group.functions.id
  to_port                      = 443
}
resource "aws_vpc_security_group_ingress_rule" "functions_to_orbit_in" {
  from_port                    = 443
  ip_protocol                  = "tcp"
  referenced_security_group_id = aws_security_group.functions.id
  security_group_id            = aws_security_group.load_balancer.id
  to_port                      = 443
}
resource "aws_vpc_security_group_egress_rule" "functions_to_orbit_test_out" {
  from_port                    = 9443
  ip_protocol                  = "tcp"
  referenced_security_group_id = aws_security_group.load_balancer.id
  security_group_id            = aws_security_group.functions.id
  to_port                      = 9443
}
resource "aws_vpc_security_group_ingress_rule" "functions_to_orbit_test_in" {
  from_port                    = 9443
  ip_protocol                  = "tcp"
  referenced_security_group_id = aws_security_group.functions.id
  security_group_id            = aws_security_group.load_balancer.id
  to_port                      = 9443
}
resource "aws_vpc_security_group_egress_rule" "functions_to_axon_test_out" {
  from_port                    = 9444
  ip_protocol                  = "tcp"
  referenced_security_group_id = aws_security_group.load_balancer.id
  security_group_id            = aws_security_group.functions.id
  to_port                      = 9444
}
resource "aws_vpc_security_group_ingress_rule" "functions_to_axon_test_in" {
  from_port                    = 9444
  ip_protocol                  = "tcp"
  referenced_security_group_id = aws_security_group.functions.id
  security_group_id            = aws_security_group.load_balancer.id
  to_port                      = 9444
}
data "aws_ec2_managed_prefix_list" "lattice" {
  name  = "com.amazonaws.${data.aws_region.current_region.name}.vpc-lattice"
  count = var.mesh == "lattice" ? 1 : 0
}
resource "aws_vpc_security_group_ingress_rule" "load_balancer_from_lattice" {
  from_port         = 8443
  ip_protocol       = "tcp"
  prefix_list_id    = one(data.aws_ec2_managed_prefix_list.lattice[*].id)
  security_group_id = aws_security_group.load_balancer.id
  to_port           = 8443
  count             = var.mesh == "lattice" ? 1 : 0
}
resource "aws_vpc_security_group_egress_rule" "orbit_to_lattice" {
  from_port         = 443
  ip_protocol       = "tcp"
  prefix_list_id    = one(data.aws_ec2_managed_prefix_list.lattice[*].id)
  security_group_id = aws_security_group.orbit.id
  to_port           = 443
  count             = var.mesh == "lattice" ? 1 : 0
}
resource "aws_vpc_security_group_ingress_rule" "mesh_from_orbit" {
  from_port                    = 443
  ip_protocol                  = "tcp"
  referenced_security_group_id = aws_security_group.orbit.id
  security_group_id            = aws_security_group.mesh.id
  to_port                      = 443
  count                        = var.mesh == "lattice" ? 1 : 0
}
resource "aws_vpc_security_group_egress_rule" "orbit_to_load_balancer_out" {
  from_port                    = 8443
  ip_protocol                  = "tcp"
  referenced_security_group_id = aws_security_group.load_balancer.id
  security_group_id            = aws_security_group.orbit.id
  to_port                      = 8443
  count                        = var.mesh == "app-mesh" ? 1 : 0
}
resource "aws_vpc_security_group_ingress_rule" "orbit_to_load_balancer_in" {
  from_port                    = 8443
  ip_protocol                  = "tcp"
  referenced_security_group_id = aws_security_group.orbit.id
  security_group_id            = aws_security_group.load_balancer.id
  to_port                      = 8443
  count                        = var.mesh == "app-mesh" ? 1 : 0
}
resource "aws_vpc_security_group_egress_rule" "load_balancer_to_axon_out" {
  from_port                    = 8443
  ip_protocol                  = "tcp"
  referenced_security_group_id = aws_security_group.axon.id
  security_group_id            = aws_security_group.load_balancer.id
  to_port                      = 8443
  count                        = var.mesh != "service-connect" ? 1 : 0
}
resource "aws_vpc_security_group_ingress_rule" "load_balancer_to_axon_in" {
  from_port                    = 8443
  ip_protocol                  = "tcp"
  referenced_security_group_id = aws_security_group.load_balancer.id
  security_group_id            = aws_security_group.axon.id
  to_port                      = 8443
  count                        = var.mesh != "service-connect" ? 1 : 0
}
resource "aws_vpc_security_group_egress_rule" "orbit_to_axon_out" {
  from_port                    = 8443
  ip_protocol                  = "tcp"
  referenced_security_group_id = aws_security_group.axon.id
  security_group_id            = aws_security_group.orbit.id
  to_port                      = 8443
  count                        = var.mesh == "service-connect" ? 1 : 0
}
resource "aws_vpc_security_group_ingress_rule" "orbit_to_axon_in" {
  from_port                    = 8443
  ip_protocol                  = "tcp"
  referenced_security_group_id = aws_security_group.orbit.id
  security_group_id            = aws_security_group.axon.id
  to_port                      = 8443
  count                        = var.mesh == "service-connect" ? 1 : 0
}
resource "aws_vpc_security_group_egress_rule" "orbit_to_endpoints_out" {
  from_port                    = 443
  ip_protocol                  = "tcp"
  referenced_security_group_id = aws_security_group.endpoints.id
  security_group_id            = aws_security_group.orbit.id
  to_port                      = 443
}
resource "aws_vpc_security_group_ingress_rule" "orbit_to_endpoints_in" {
  from_port                    = 443
  ip_protocol                  = "tcp"
  referenced_security_group_id = aws_security_group.orbit.id
  security_group_id            = aws_security_group.endpoints.id
  to_port                      = 443
}
resource "aws_vpc_security_group_egress_rule" "orbit_to_s3" {
  from_port         = 443
  ip_protocol       = "tcp"
  prefix_list_id    = aws_vpc_endpoint.s3.prefix_list_id
  security_group_id = aws_security_group.orbit.id
  to_port           = 443
}
resource "aws_vpc_security_group_egress_rule" "axon_to_endpoints_out" {
  from_port                    = 443
  ip_protocol                  = "tcp"
  referenced_security_group_id = aws_security_group.endpoints.id
  security_group_id            = aws_security_group.axon.id
  to_port                      = 443
}
resource "aws_vpc_security_group_ingress_rule" "axon_to_endpoints_in" {
  from_port                    = 443
  ip_protocol                  = "tcp"
  referenced_security_group_id = aws_security_group.axon.id
  security_group_id            = aws_security_group.endpoints.id
  to_port                      = 443
}
resource "aws_vpc_security_group_egress_rule" "axon_to_s3" {
  from_port         = 443
  ip_protocol       = "tcp"
  prefix_list_id    = aws_vpc_endpoint.s3.prefix_list_id
  security_group_id = aws_security_group.axon.id
  to_port           = 443
}
resource "aws_vpc_security_group_egress_rule" "axon_to_dynamodb" {
  from_port         = 443
  ip_protocol       = "tcp"
  prefix_list_id    = aws_vpc_endpoint.dynamodb.prefix_list_id
  security_group_id = aws_security_group.axon.id
  to_port           = 443
}
resource "aws_vpc_security_group_egress_rule" "functions_to_endpoints_out" {
  from_port                    = 443
  ip_protocol                  = "tcp"
  referenced_security_group_id = aws_security_group.endpoints.id
  security_group_id            = aws_security_group.functions.id
  to_port                      = 443
}
resource "aws_vpc_security_group_ingress_rule" "functions_to_endpoints_in" {
  from_port                    = 443
  ip_protocol                  = "tcp"
  referenced_security_group_id = aws_security_group.functions.id
  security_group_id            = aws_security_group.endpoints.id
  to_port                      = 443
}
resource "aws_vpc_security_group_egress_rule" "functions_to_dynamodb" {
  from_port         = 443
  ip_protocol       = "tcp"
  prefix_list_id    = aws_vpc_endpoint.dynamodb.prefix_list_id
  security_group_id = aws_security_group.functions.id
  to_port           = 443
}
resource "aws_vpc_security_group_egress_rule" "orbit_to_token_issuer" {
  cidr_ipv4         = each.value
  from_port         = 443
  ip_protocol       = "tcp"
  security_group_id = aws_security_group.orbit.id
  to_port           = 443
  for_each          = toset(var.token_issuer_cidrs)
}
resource "aws_vpc_security_group_egress_rule" "functions_to_token_issuer" {
  cidr_ipv4         = each.value
  from_port         = 443
  ip_protocol       = "tcp"
  security_group_id = aws_security_group.functions.id
  to_port           = 443
  for_each          = toset(var.token_issuer_cidrs)
}
data "aws_iam_policy_document" "s3_endpoint_policy" {
  statement {
    actions = [
      "*"
    ]
    resources = [
      "*"
    ]
    sid = "PrincipalsAndResourcesOfThisAccount"
    condition {
      test = "StringEquals"
      values = [
        "${data.aws_caller_identity.current.account_id}"
      ]
      variable = "aws:PrincipalAccount"
    }
    condition {
      test = "StringEquals"
      values = [
        "${data.aws_caller_identity.current.account_id}"
      ]
      variable = "aws:ResourceAccount"
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
      "s3:GetObject"
    ]
    resources = [
      "arn:${data.aws_partition.current_partition.partition}:s3:::prod-${data.aws_region.current_region.name}-starport-layer-bucket/*"
    ]
    sid = "ImageLayersOfEcr"
    principals {
      identifiers = [
        "*"
      ]
      type = "AWS"
    }
  }
}
data "aws_iam_policy_document" "dynamodb_endpoint_policy" {
  statement {
    actions = [
      "*"
    ]
    resources = [
      "*"
    ]
    sid = "PrincipalsAndResourcesOfThisAccount"
    condition {
      test = "StringEquals"
      values = [
        "${data.aws_caller_identity.current.account_id}"
      ]
      variable = "aws:PrincipalAccount"
    }
    condition {
      test = "StringEquals"
      values = [
        "${data.aws_caller_identity.current.account_id}"
      ]
      variable = "aws:ResourceAccount"
    }
    principals {
      identifiers = [
        "*"
      ]
      type = "AWS"
    }
  }
}
resource "aws_vpc_endpoint" "s3" {
  policy          = data.aws_iam_policy_document.s3_endpoint_policy.json
  route_table_ids = concat([for zone in var.availability_zones : aws_route_table.private_routes[zone].id], [for zone in var.availability_zones : aws_route_table.axon_runtime_routes[zone].id])
  service_name    = "com.amazonaws.${data.aws_region.current_region.name}.s3"
  tags = {
    Name = "${var.name_prefix}-s3"
  }
  vpc_endpoint_type = "Gateway"
  vpc_id            = aws_vpc.main.id
}
resource "aws_vpc_endpoint" "dynamodb" {
  policy          = data.aws_iam_policy_document.dynamodb_endpoint_policy.json
  route_table_ids = concat([for zone in var.availability_zones : aws_route_table.private_routes[zone].id], [for zone in var.availability_zones : aws_route_table.axon_runtime_routes[zone].id])
  service_name    = "com.amazonaws.${data.aws_region.current_region.name}.dynamodb"
  tags = {
    Name = "${var.name_prefix}-dynamodb"
  }
  vpc_endpoint_type = "Gateway"
  vpc_id            = aws_vpc.main.id
}
data "aws_iam_policy_document" "interface_endpoint_policy" {
  statement {
    actions = [
      "*"
    ]
    resources = [
      "*"
    ]
    sid = "PrincipalsAndResourcesOfThisAccount"
    condition {
      test = "StringEquals"
      values = [
        "${data.aws_caller_identity.current.account_id}"
      ]
      variable = "aws:PrincipalAccount"
    }
    condition {
      test = "StringEqualsIfExists"
      values = [
        "${data.aws_caller_identity.current.account_id}"
      ]
      variable = "aws:ResourceAccount"
    }
    principals {
      identifiers = [
        "*"
      ]
      type = "AWS"
    }
  }
}
resource "aws_vpc_endpoint" "interface" {
  policy              = data.aws_iam_policy_document.interface_endpoint_policy.json
  private_dns_enabled = true
  security_group_ids = [
    "${aws_security_group.endpoints.id}"
  ]
  service_name = "com.amazonaws.${data.aws_region.current_region.name}.${each.value}"
  subnet_ids   = [for zone in var.availability_zones : aws_subnet.private[zone].id]
  tags = {
    Name = "${var.name_prefix}-${each.value}"
  }
  vpc_endpoint_type = "Interface"
  vpc_id            = aws_vpc.main.id
  for_each          = toset(concat(["ecr.api", "ecr.dkr", "logs", "secretsmanager", "kms", "sts", "lambda"], var.mesh == "app-mesh" ? ["appmesh-envoy-management"] : [], var.optional_endpoints))
}
data "aws_iam_policy_document" "bedrock_endpoint_policy" {
  statement {
    actions = [
      "bedrock:InvokeModel",
      "bedrock:InvokeModelWithResponseStream"
    ]
    resources = [
      "arn:${data.aws_partition.current_partition.partition}:bedrock:*::foundation-model/*",
      "arn:${data.aws_partition.current_partition.partition}:bedrock:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:*"
    ]
    sid = "PrincipalsOfThisAccount"
    condition {
      test = "StringEquals"
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
resource "aws_vpc_endpoint" "bedrock" {
  policy              = data.aws_iam_policy_document.bedrock_endpoint_policy.json
  private_dns_enabled = true
  security_group_ids = [
    "${aws_security_group.endpoints.id}"
  ]
  service_name = "com.amazonaws.${data.aws_region.current_region.name}.bedrock-runtime"
  subnet_ids   = [for zone in var.availability_zones : aws_subnet.private[zone].id]
  tags = {
    Name = "${var.name_prefix}-bedrock-runtime"
  }
  vpc_endpoint_type = "Interface"
  vpc_id            = aws_vpc.main.id
}
resource "aws_cloudwatch_log_group" "flow_logs" {
  kms_key_id        = var.logs_key_arn
  name              = "/aws/vpc/${var.name_prefix}-flow-logs"
  retention_in_days = var.log_retention_days
}
data "aws_iam_policy_document" "flow_logs_boundary_document" {
  statement {
    actions = [
      "logs:CreateLogStream",
      "logs:PutLogEvents"
    ]
    resources = [
      "arn:${data.aws_partition.current_partition.partition}:logs:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:log-group:/aws/vpc/${var.name_prefix}-flow-logs:log-stream:*"
    ]
    sid = "WriteLogs"
  }
  statement {
    actions = [
      "logs:DescribeLogStreams"
    ]
    resources = [
      "arn:${data.aws_partition.current_partition.partition}:logs:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:log-group:/aws/vpc/${var.name_prefix}-flow-logs:*"
    ]
    sid = "FindLogStreams"
  }
  statement {
    actions = [
      "logs:DescribeLogGroups"
    ]
    resources = [
      "arn:${data.aws_partition.current_partition.partition}:logs:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:log-group:*"
    ]
    sid = "FindLogGroup"
  }
}
resource "aws_iam_policy" "flow_logs_boundary" {
  description = "The most that flow-logs may ever do."
  name        = "${var.name_prefix}-flow-logs-boundary"
  policy      = data.aws_iam_policy_document.flow_logs_boundary_document.json
}
data "aws_iam_policy_document" "flow_logs_trust_document" {
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
        "arn:${data.aws_partition.current_partition.partition}:ec2:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:vpc-flow-log/*"
      ]
      variable = "aws:SourceArn"
    }
    principals {
      identifiers = [
        "vpc-flow-logs.amazonaws.com"
      ]
      type = "Service"
    }
  }
}
resource "aws_iam_role" "flow_logs" {
  assume_role_policy   = data.aws_iam_policy_document.flow_logs_trust_document.json
  description          = "VPC flow logs: writes to its log group."
  max_session_duration = 3600
  name                 = "${var.name_prefix}-flow-logs-role"
  permissions_boundary = aws_iam_policy.flow_logs_boundary.arn
}
data "aws_iam_policy_document" "flow_logs_permissions_document" {
  statement {
    actions = [
      "logs:CreateLogStream",
      "logs:PutLogEvents"
    ]
    resources = [
      "arn:${data.aws_partition.current_partition.partition}:logs:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:log-group:/aws/vpc/${var.name_prefix}-flow-logs:log-stream:*"
    ]
    sid = "WriteLogs"
  }
  statement {
    actions = [
      "logs:DescribeLogStreams"
    ]
    resources = [
      "arn:${data.aws_partition.current_partition.partition}:logs:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:log-group:/aws/vpc/${var.name_prefix}-flow-logs:*"
    ]
    sid = "FindLogStreams"
  }
  statement {
    actions = [
      "logs:DescribeLogGroups"
    ]
    resources = [
      "arn:${data.aws_partition.current_partition.partition}:logs:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:log-group:*"
    ]
    sid = "FindLogGroup"
  }
}
resource "aws_iam_role_policy" "flow_logs_permissions" {
  name   = "permissions"
  policy = data.aws_iam_policy_document.flow_logs_permissions_document.json
  role   = aws_iam_role.flow_logs.name
}
resource "aws_flow_log" "all_traffic" {
  iam_role_arn             = aws_iam_role.flow_logs.arn
  log_destination          = aws_cloudwatch_log_group.flow_logs.arn
  max_aggregation_interval = 60
  tags = {
    Name = "${var.name_prefix}-flow-logs"
  }
  traffic_type = "ALL"
  vpc_id       = aws_vpc.main.id
}

output "vpc_id" {
  value       = aws_vpc.main.id
  description = "The VPC."
}

output "public_subnet_ids" {
  value       = [for zone in var.availability_zones : aws_subnet.public[zone].id]
  description = "Subnets of NAT gateways; no workload is in them."
}

output "private_subnet_ids" {
  value       = [for zone in var.availability_zones : aws_subnet.private[zone].id]
  description = "Subnets of the load balancer, Orbit and the endpoints."
}

output "axon_runtime_subnet_ids" {
  value       = [for zone in var.availability_zones : aws_subnet.axon_runtime[zone].id]
  description = "Subnets of Axon."
}

output "private_route_table_ids" {
  value       = [for zone in var.availability_zones : aws_route_table.private_routes[zone].id]
  description = "For routes to the networks of callers and the token issuer: by peering, a transit gateway, a VPN."
}

output "load_balancer_security_group_id" {
  value       = aws_security_group.load_balancer.id
  description = "Of the load balancer."
}

output "orbit_security_group_id" {
  value       = aws_security_group.orbit.id
  description = "Of Orbit's tasks."
}

output "axon_security_group_id" {
  value       = aws_security_group.axon.id
  description = "Of Axon's tasks."
}

output "endpoints_security_group_id" {
  value       = aws_security_group.endpoints.id
  description = "Of the interface endpoints."
}

output "functions_security_group_id" {
  value       = aws_security_group.functions.id
  description = "Of functions in the VPC."
}

output "mesh_security_group_id" {
  value       = aws_security_group.mesh.id
  description = "Of the association of the VPC with the service network."
}
