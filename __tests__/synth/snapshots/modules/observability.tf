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

variable "logs_key_arn" {
  description = "Key of the log groups."
  type        = string
  validation {
    error_message = "logs_key_arn: expected text that matches ^arn:aws[a-z-]*:."
    condition     = can(regex("^arn:aws[a-z-]*:", var.logs_key_arn))
  }
}

variable "alerts_key_arn" {
  description = "Key of the topic."
  type        = string
  validation {
    error_message = "alerts_key_arn: expected text that matches ^arn:aws[a-z-]*:."
    condition     = can(regex("^arn:aws[a-z-]*:", var.alerts_key_arn))
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

variable "load_balancer_arn_suffix" {
  description = "The load balancer, as CloudWatch names it."
  type        = string
  validation {
    error_message = "load_balancer_arn_suffix: expected at least 1 characters."
    condition     = length(var.load_balancer_arn_suffix) >= 1
  }
}

variable "target_group_arn_suffixes" {
  description = "The target groups, as CloudWatch names them: orbit-blue and orbit-green, which serve callers; axon-blue, axon-green."
  type        = map(string)
  validation {
    error_message = "target_group_arn_suffixes: expected every element to be at least 1 characters."
    condition     = alltrue([for item in var.target_group_arn_suffixes : length(item) >= 1])
  }
}

variable "certificate_arn" {
  description = "Certificate of the load balancer, whose end is watched."
  type        = string
  validation {
    error_message = "certificate_arn: expected text that matches ^arn:aws[a-z-]*:."
    condition     = can(regex("^arn:aws[a-z-]*:", var.certificate_arn))
  }
}

variable "always_on" {
  description = "Whether tasks run at all hours, so that their silence is an alarm."
  type        = bool

  default = true
}

variable "runbook_url" {
  description = "Where the runbook is, for the links of alarms and dashboards to its sections."
  type        = string
  validation {
    error_message = "runbook_url: expected at least 1 characters."
    condition     = length(var.runbook_url) >= 1
  }
  default = "docs/runbook.md"
}

variable "emails" {
  description = "Addresses that are told of alarms; each has to confirm."
  type        = list(string)
  validation {
    error_message = "emails: expected every element to be text that matches ^[^@ ]+@[^@ ]+$."
    condition     = alltrue([for item in var.emails : can(regex("^[^@ ]+@[^@ ]+$", item))])
  }
  default = [
  ]
}

variable "pager_duty_url" {
  description = "Integration URL of PagerDuty; null for none."
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
resource "aws_cloudwatch_log_group" "orbit_logs" {
  kms_key_id        = var.logs_key_arn
  name              = "/ecs/${var.name_prefix}-orbit"
  retention_in_days = var.log_retention_days
}
resource "aws_cloudwatch_log_group" "axon_logs" {
  kms_key_id        = var.logs_key_arn
  name              = "/ecs/${var.name_prefix}-axon"
  retention_in_days = var.log_retention_days
}
resource "aws_cloudwatch_log_group" "governance_logs" {
  kms_key_id        = var.logs_key_arn
  name              = "/aws/lambda/${var.name_prefix}-governance"
  retention_in_days = var.log_retention_days
}
resource "aws_cloudwatch_log_group" "rotation_logs" {
  kms_key_id        = var.logs_key_arn
  name              = "/aws/lambda/${var.name_prefix}-secrets-rotation"
  retention_in_days = var.log_retention_days
}
resource "aws_cloudwatch_log_group" "smoke_logs" {
  kms_key_id        = var.logs_key_arn
  name              = "/aws/lambda/${var.name_prefix}-smoke"
  retention_in_days = var.log_retention_days
}
resource "aws_cloudwatch_log_group" "mesh_logs" {
  kms_key_id        = var.logs_key_arn
  name              = "/aws/vpc-lattice/${var.name_prefix}-mesh"
  retention_in_days = var.log_retention_days
}
resource "aws_sns_topic" "pages" {
  kms_master_key_id = var.alerts_key_arn
  name              = "${var.name_prefix}-pages"
}
data "aws_iam_policy_document" "pages_policy_document" {
  statement {
    actions = [
      "sns:Publish"
    ]
    resources = [
      "${aws_sns_topic.pages.arn}"
    ]
    sid = "AlertsOfThisAccount"
    condition {
      test = "StringEquals"
      values = [
        "${data.aws_caller_identity.current.account_id}"
      ]
      variable = "aws:SourceAccount"
    }
    principals {
      identifiers = [
        "cloudwatch.amazonaws.com"
      ]
      type = "Service"
    }
  }
  statement {
    actions = [
      "sns:Publish",
      "sns:Subscribe"
    ]
    effect = "Deny"
    resources = [
      "${aws_sns_topic.pages.arn}"
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
}
resource "aws_sns_topic_policy" "pages_policy" {
  arn    = aws_sns_topic.pages.arn
  policy = data.aws_iam_policy_document.pages_policy_document.json
}
resource "aws_sns_topic_subscription" "pages_email" {
  endpoint  = each.value
  protocol  = "email"
  topic_arn = aws_sns_topic.pages.arn
  for_each  = toset(var.emails)
}
resource "aws_sns_topic" "alerts" {
  kms_master_key_id = var.alerts_key_arn
  name              = "${var.name_prefix}-alerts"
}
data "aws_iam_policy_document" "alerts_policy_document" {
  statement {
    actions = [
      "sns:Publish"
    ]
    resources = [
      "${aws_sns_topic.alerts.arn}"
    ]
    sid = "AlertsOfThisAccount"
    condition {
      test = "StringEquals"
      values = [
        "${data.aws_caller_identity.current.account_id}"
      ]
      variable = "aws:SourceAccount"
    }
    principals {
      identifiers = [
        "cloudwatch.amazonaws.com",
        "budgets.amazonaws.com",
        "costalerts.amazonaws.com"
      ]
      type = "Service"
    }
  }
  statement {
    actions = [
      "sns:Publish",
      "sns:Subscribe"
    ]
    effect = "Deny"
    resources = [
      "${aws_sns_topic.alerts.arn}"
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
}
resource "aws_sns_topic_policy" "alerts_policy" {
  arn    = aws_sns_topic.alerts.arn
  policy = data.aws_iam_policy_document.alerts_policy_document.json
}
resource "aws_sns_topic_subscription" "alerts_email" {
  endpoint  = each.value
  protocol  = "email"
  topic_arn = aws_sns_topic.alerts.arn
  for_each  = toset(var.emails)
}
resource "aws_sns_topic_subscription" "pager_duty" {
  endpoint               = var.pager_duty_url
  endpoint_auto_confirms = true
  protocol               = "https"
  topic_arn              = aws_sns_topic.pages.arn
  count                  = nonsensitive(var.pager_duty_url != null) ? 1 : 0
}
resource "aws_cloudwatch_log_metric_filter" "count_unrecordeddecisions" {
  log_group_name = aws_cloudwatch_log_group.governance_logs.name
  name           = "UnrecordedDecisions"
  pattern        = "{ $.message = \"audit record could not be written\" }"
  metric_transformation {
    default_value = "0"
    name          = "UnrecordedDecisions"
    namespace     = "AgentRuntime/${var.name_prefix}"
    unit          = "Count"
    value         = "1"
  }
}
resource "aws_cloudwatch_log_metric_filter" "count_auditrecords" {
  log_group_name = aws_cloudwatch_log_group.governance_logs.name
  name           = "AuditRecords"
  pattern        = "{ ($.message = \"decision\") && ($.chain = \"*\") }"
  metric_transformation {
    default_value = "0"
    name          = "AuditRecords"
    namespace     = "AgentRuntime/${var.name_prefix}"
    unit          = "Count"
    value         = "1"
  }
}
resource "aws_cloudwatch_log_metric_filter" "count_measureddecisions" {
  log_group_name = aws_cloudwatch_log_group.governance_logs.name
  name           = "MeasuredDecisions"
  pattern        = "{ $.Permits >= 0 }"
  metric_transformation {
    default_value = "0"
    name          = "MeasuredDecisions"
    namespace     = "AgentRuntime/${var.name_prefix}"
    unit          = "Count"
    value         = "1"
  }
}
resource "aws_cloudwatch_log_metric_filter" "count_orbiterrors" {
  log_group_name = aws_cloudwatch_log_group.orbit_logs.name
  name           = "OrbitErrors"
  pattern        = "{ ($.level = \"error\") || ($.level = \"fatal\") }"
  metric_transformation {
    default_value = "0"
    name          = "OrbitErrors"
    namespace     = "AgentRuntime/${var.name_prefix}"
    unit          = "Count"
    value         = "1"
  }
}
resource "aws_cloudwatch_log_metric_filter" "count_axonerrors" {
  log_group_name = aws_cloudwatch_log_group.axon_logs.name
  name           = "AxonErrors"
  pattern        = "{ ($.level = \"error\") || ($.level = \"fatal\") }"
  metric_transformation {
    default_value = "0"
    name          = "AxonErrors"
    namespace     = "AgentRuntime/${var.name_prefix}"
    unit          = "Count"
    value         = "1"
  }
}
resource "aws_cloudwatch_log_metric_filter" "count_meshrefusals" {
  log_group_name = aws_cloudwatch_log_group.mesh_logs.name
  name           = "MeshRefusals"
  pattern        = "{ ($.authDeniedReason = \"*\") && ($.authDeniedReason != \"-\") }"
  metric_transformation {
    default_value = "0"
    name          = "MeshRefusals"
    namespace     = "AgentRuntime/${var.name_prefix}"
    unit          = "Count"
    value         = "1"
  }
}
resource "aws_cloudwatch_query_definition" "query_denials_by_rule" {
  log_group_names = [
    "/aws/lambda/${var.name_prefix}-governance"
  ]
  name         = "${var.name_prefix}/denials-by-rule"
  query_string = "filter allowed = 0 | stats count(*) as denials by reason, rule, tenant | sort denials desc"
}
resource "aws_cloudwatch_query_definition" "query_denials_of_a_tenant" {
  log_group_names = [
    "/aws/lambda/${var.name_prefix}-governance"
  ]
  name         = "${var.name_prefix}/denials-of-a-tenant"
  query_string = "filter allowed = 0 and tenant = \"paste it here\" | stats count(*) as denials by reason, rule, request.intent | sort denials desc"
}
resource "aws_cloudwatch_query_definition" "query_one_request" {
  log_group_names = [
    "/ecs/${var.name_prefix}-orbit",
    "/ecs/${var.name_prefix}-axon",
    "/aws/lambda/${var.name_prefix}-governance"
  ]
  name         = "${var.name_prefix}/one-request"
  query_string = "filter correlationId = \"paste it here\" | sort @timestamp asc | display @timestamp, service, message, reason, refusal, status"
}
resource "aws_cloudwatch_query_definition" "query_one_decision" {
  log_group_names = [
    "/ecs/${var.name_prefix}-orbit",
    "/ecs/${var.name_prefix}-axon",
    "/aws/lambda/${var.name_prefix}-governance"
  ]
  name         = "${var.name_prefix}/one-decision"
  query_string = "filter decisionId = \"paste it here\" | sort @timestamp asc | display @timestamp, service, message, tenant, reason, rule, refusal, status, durationMs"
}
resource "aws_cloudwatch_query_definition" "query_calls_through_the_mesh" {
  log_group_names = [
    "/aws/vpc-lattice/${var.name_prefix}-mesh"
  ]
  name         = "${var.name_prefix}/calls-through-the-mesh"
  query_string = "stats count(*) as calls by callerPrincipal, requestMethod, requestPath, responseCode, authDeniedReason | sort calls desc"
}
resource "aws_cloudwatch_query_definition" "query_refusals_by_code" {
  log_group_names = [
    "/ecs/${var.name_prefix}-axon"
  ]
  name         = "${var.name_prefix}/refusals-by-code"
  query_string = "filter ispresent(refusal) | stats count(*) as refusals by refusal | sort refusals desc"
}
resource "aws_cloudwatch_query_definition" "query_slowest_requests" {
  log_group_names = [
    "/ecs/${var.name_prefix}-orbit",
    "/ecs/${var.name_prefix}-axon"
  ]
  name         = "${var.name_prefix}/slowest-requests"
  query_string = "filter message = \"request\" | sort durationMs desc | limit 25 | display @timestamp, service, route, status, durationMs, tenant, correlationId"
}
resource "aws_cloudwatch_query_definition" "query_slowest_decisions" {
  log_group_names = [
    "/aws/lambda/${var.name_prefix}-governance"
  ]
  name         = "${var.name_prefix}/slowest-decisions"
  query_string = "filter message = \"decision\" | sort decisionMicros desc | limit 25 | display @timestamp, decisionMicros, tenant, reason, decisionId"
}
resource "aws_cloudwatch_query_definition" "query_audit_chains" {
  log_group_names = [
    "/aws/lambda/${var.name_prefix}-governance"
  ]
  name         = "${var.name_prefix}/audit-chains"
  query_string = "filter ispresent(chain) | stats count(*) as records, min(seq) as first, max(seq) as last by chain | sort records desc"
}
resource "aws_cloudwatch_query_definition" "query_policies_loaded" {
  log_group_names = [
    "/aws/lambda/${var.name_prefix}-governance"
  ]
  name         = "${var.name_prefix}/policies-loaded"
  query_string = "filter message = \"policy loaded\" | sort @timestamp desc | limit 100 | display @timestamp, policyTenant, revision, rules, digest"
}
resource "aws_cloudwatch_query_definition" "query_revisions_that_decide" {
  log_group_names = [
    "/aws/lambda/${var.name_prefix}-governance"
  ]
  name         = "${var.name_prefix}/revisions-that-decide"
  query_string = "filter message = \"decision\" and ispresent(policy.tenant) | stats count(*) as decisions by policy.tenant, policy.revision, policy.digest | sort decisions desc"
}
resource "aws_cloudwatch_query_definition" "query_quotas" {
  log_group_names = [
    "/aws/lambda/${var.name_prefix}-governance"
  ]
  name         = "${var.name_prefix}/quotas"
  query_string = "filter ispresent(quota.id) | stats count(*) as charged, min(quota.remaining) as left by quota.id | sort charged desc"
}
resource "aws_cloudwatch_query_definition" "query_errors_by_type" {
  log_group_names = [
    "/ecs/${var.name_prefix}-orbit",
    "/ecs/${var.name_prefix}-axon"
  ]
  name         = "${var.name_prefix}/errors-by-type"
  query_string = "filter level = \"error\" or level = \"fatal\" | stats count(*) as errors by service, message | sort errors desc"
}
resource "aws_cloudwatch_metric_alarm" "alarm_orbit_down" {
  alarm_actions = [

  ]
  alarm_description   = "P0: No task of orbit runs: nobody is served. ${var.runbook_url}#orbit-down"
  alarm_name          = "${var.name_prefix}-orbit-down"
  comparison_operator = "LessThanThreshold"
  datapoints_to_alarm = 3
  evaluation_periods  = 3
  ok_actions = [

  ]
  threshold          = 1
  treat_missing_data = var.always_on ? "breaching" : "notBreaching"
  metric_query {
    id          = "tasks"
    return_data = true
    metric {
      dimensions = {
        ClusterName = "${var.name_prefix}-cluster"
        ServiceName = "${var.name_prefix}-orbit"
      }
      metric_name = "CPUUtilization"
      namespace   = "AWS/ECS"
      period      = 60
      stat        = "SampleCount"
    }
  }
}
resource "aws_cloudwatch_metric_alarm" "alarm_axon_down" {
  alarm_actions = [

  ]
  alarm_description   = "P0: No task of axon runs: nobody is served. ${var.runbook_url}#axon-down"
  alarm_name          = "${var.name_prefix}-axon-down"
  comparison_operator = "LessThanThreshold"
  datapoints_to_alarm = 3
  evaluation_periods  = 3
  ok_actions = [

  ]
  threshold          = 1
  treat_missing_data = var.always_on ? "breaching" : "notBreaching"
  metric_query {
    id          = "tasks"
    return_data = true
    metric {
      dimensions = {
        ClusterName = "${var.name_prefix}-cluster"
        ServiceName = "${var.name_prefix}-axon"
      }
      metric_name = "CPUUtilization"
      namespace   = "AWS/ECS"
      period      = 60
      stat        = "SampleCount"
    }
  }
}
resource "aws_cloudwatch_metric_alarm" "alarm_error_rate" {
  alarm_actions = [

  ]
  alarm_description   = "P1: More than 5% of requests end in a server error, from a task or because there was none. ${var.runbook_url}#error-rate"
  alarm_name          = "${var.name_prefix}-error-rate"
  comparison_operator = "GreaterThanThreshold"
  datapoints_to_alarm = 3
  evaluation_periods  = 5
  ok_actions = [

  ]
  threshold          = 5
  treat_missing_data = "notBreaching"
  metric_query {
    id          = "balancer"
    return_data = false
    metric {
      dimensions = {
        LoadBalancer = "${var.load_balancer_arn_suffix}"
      }
      metric_name = "HTTPCode_ELB_5XX_Count"
      namespace   = "AWS/ApplicationELB"
      period      = 60
      stat        = "Sum"
    }
  }
  metric_query {
    id          = "blue"
    return_data = false
    metric {
      dimensions = {
        LoadBalancer = "${var.load_balancer_arn_suffix}"
        TargetGroup  = "${var.target_group_arn_suffixes.orbit-blue}"
      }
      metric_name = "RequestCount"
      namespace   = "AWS/ApplicationELB"
      period      = 60
      stat        = "Sum"
    }
  }
  metric_query {
    id          = "green"
    return_data = false
    metric {
      dimensions = {
        LoadBalancer = "${var.load_balancer_arn_suffix}"
        TargetGroup  = "${var.target_group_arn_suffixes.orbit-green}"
      }
      metric_name = "RequestCount"
      namespace   = "AWS/ApplicationELB"
      period      = 60
      stat        = "Sum"
    }
  }
  metric_query {
    id          = "blueerrors"
    return_data = false
    metric {
      dimensions = {
        LoadBalancer = "${var.load_balancer_arn_suffix}"
        TargetGroup  = "${var.target_group_arn_suffixes.orbit-blue}"
      }
      metric_name = "HTTPCode_Target_5XX_Count"
      namespace   = "AWS/ApplicationELB"
      period      = 60
      stat        = "Sum"
    }
  }
  metric_query {
    id          = "greenerrors"
    return_data = false
    metric {
      dimensions = {
        LoadBalancer = "${var.load_balancer_arn_suffix}"
        TargetGroup  = "${var.target_group_arn_suffixes.orbit-green}"
      }
      metric_name = "HTTPCode_Target_5XX_Count"
      namespace   = "AWS/ApplicationELB"
      period      = 60
      stat        = "Sum"
    }
  }
  metric_query {
    expression  = "IF((FILL(blueerrors, 0) + FILL(greenerrors, 0) + FILL(balancer, 0)) > 2, 100 * (FILL(blueerrors, 0) + FILL(greenerrors, 0) + FILL(balancer, 0)) / (FILL(blue, 0) + FILL(green, 0) + FILL(balancer, 0)), 0)"
    id          = "judged"
    label       = "error-rate"
    return_data = true
  }
}
resource "aws_cloudwatch_metric_alarm" "alarm_slo_burn_fast_long" {
  alarm_actions = [

  ]
  alarm_description   = "P1: Callers' errors spend the error budget 14.4 times as fast as it lasts. ${var.runbook_url}#slo-burn-fast"
  alarm_name          = "${var.name_prefix}-slo-burn-fast-long"
  comparison_operator = "GreaterThanThreshold"
  datapoints_to_alarm = 1
  evaluation_periods  = 1
  ok_actions = [

  ]
  threshold          = 1.44
  treat_missing_data = "notBreaching"
  metric_query {
    id          = "balancer"
    return_data = false
    metric {
      dimensions = {
        LoadBalancer = "${var.load_balancer_arn_suffix}"
      }
      metric_name = "HTTPCode_ELB_5XX_Count"
      namespace   = "AWS/ApplicationELB"
      period      = 3600
      stat        = "Sum"
    }
  }
  metric_query {
    id          = "blue"
    return_data = false
    metric {
      dimensions = {
        LoadBalancer = "${var.load_balancer_arn_suffix}"
        TargetGroup  = "${var.target_group_arn_suffixes.orbit-blue}"
      }
      metric_name = "RequestCount"
      namespace   = "AWS/ApplicationELB"
      period      = 3600
      stat        = "Sum"
    }
  }
  metric_query {
    id          = "green"
    return_data = false
    metric {
      dimensions = {
        LoadBalancer = "${var.load_balancer_arn_suffix}"
        TargetGroup  = "${var.target_group_arn_suffixes.orbit-green}"
      }
      metric_name = "RequestCount"
      namespace   = "AWS/ApplicationELB"
      period      = 3600
      stat        = "Sum"
    }
  }
  metric_query {
    id          = "blueerrors"
    return_data = false
    metric {
      dimensions = {
        LoadBalancer = "${var.load_balancer_arn_suffix}"
        TargetGroup  = "${var.target_group_arn_suffixes.orbit-blue}"
      }
      metric_name = "HTTPCode_Target_5XX_Count"
      namespace   = "AWS/ApplicationELB"
      period      = 3600
      stat        = "Sum"
    }
  }
  metric_query {
    id          = "greenerrors"
    return_data = false
    metric {
      dimensions = {
        LoadBalancer = "${var.load_balancer_arn_suffix}"
        TargetGroup  = "${var.target_group_arn_suffixes.orbit-green}"
      }
      metric_name = "HTTPCode_Target_5XX_Count"
      namespace   = "AWS/ApplicationELB"
      period      = 3600
      stat        = "Sum"
    }
  }
  metric_query {
    expression  = "IF((FILL(blueerrors, 0) + FILL(greenerrors, 0) + FILL(balancer, 0)) > 5, 100 * (FILL(blueerrors, 0) + FILL(greenerrors, 0) + FILL(balancer, 0)) / (FILL(blue, 0) + FILL(green, 0) + FILL(balancer, 0)), 0)"
    id          = "judged"
    label       = "slo-burn-fast"
    return_data = true
  }
}
resource "aws_cloudwatch_metric_alarm" "alarm_slo_burn_fast_short" {
  alarm_actions = [

  ]
  alarm_description   = "P1: Callers' errors spend the error budget 14.4 times as fast as it lasts. ${var.runbook_url}#slo-burn-fast"
  alarm_name          = "${var.name_prefix}-slo-burn-fast-short"
  comparison_operator = "GreaterThanThreshold"
  datapoints_to_alarm = 1
  evaluation_periods  = 1
  ok_actions = [

  ]
  threshold          = 1.44
  treat_missing_data = "notBreaching"
  metric_query {
    id          = "balancer"
    return_data = false
    metric {
      dimensions = {
        LoadBalancer = "${var.load_balancer_arn_suffix}"
      }
      metric_name = "HTTPCode_ELB_5XX_Count"
      namespace   = "AWS/ApplicationELB"
      period      = 300
      stat        = "Sum"
    }
  }
  metric_query {
    id          = "blue"
    return_data = false
    metric {
      dimensions = {
        LoadBalancer = "${var.load_balancer_arn_suffix}"
        TargetGroup  = "${var.target_group_arn_suffixes.orbit-blue}"
      }
      metric_name = "RequestCount"
      namespace   = "AWS/ApplicationELB"
      period      = 300
      stat        = "Sum"
    }
  }
  metric_query {
    id          = "green"
    return_data = false
    metric {
      dimensions = {
        LoadBalancer = "${var.load_balancer_arn_suffix}"
        TargetGroup  = "${var.target_group_arn_suffixes.orbit-green}"
      }
      metric_name = "RequestCount"
      namespace   = "AWS/ApplicationELB"
      period      = 300
      stat        = "Sum"
    }
  }
  metric_query {
    id          = "blueerrors"
    return_data = false
    metric {
      dimensions = {
        LoadBalancer = "${var.load_balancer_arn_suffix}"
        TargetGroup  = "${var.target_group_arn_suffixes.orbit-blue}"
      }
      metric_name = "HTTPCode_Target_5XX_Count"
      namespace   = "AWS/ApplicationELB"
      period      = 300
      stat        = "Sum"
    }
  }
  metric_query {
    id          = "greenerrors"
    return_data = false
    metric {
      dimensions = {
        LoadBalancer = "${var.load_balancer_arn_suffix}"
        TargetGroup  = "${var.target_group_arn_suffixes.orbit-green}"
      }
      metric_name = "HTTPCode_Target_5XX_Count"
      namespace   = "AWS/ApplicationELB"
      period      = 300
      stat        = "Sum"
    }
  }
  metric_query {
    expression  = "IF((FILL(blueerrors, 0) + FILL(greenerrors, 0) + FILL(balancer, 0)) > 5, 100 * (FILL(blueerrors, 0) + FILL(greenerrors, 0) + FILL(balancer, 0)) / (FILL(blue, 0) + FILL(green, 0) + FILL(balancer, 0)), 0)"
    id          = "judged"
    label       = "slo-burn-fast"
    return_data = true
  }
}
resource "aws_cloudwatch_composite_alarm" "alarm_slo_burn_fast" {
  alarm_actions = [

  ]
  alarm_description = "P1: Callers' errors spend the error budget 14.4 times as fast as it lasts. ${var.runbook_url}#slo-burn-fast"
  alarm_name        = "${var.name_prefix}-slo-burn-fast"
  alarm_rule        = "ALARM(\"${aws_cloudwatch_metric_alarm.alarm_slo_burn_fast_long.alarm_name}\") AND ALARM(\"${aws_cloudwatch_metric_alarm.alarm_slo_burn_fast_short.alarm_name}\")"
  ok_actions = [

  ]
}
resource "aws_cloudwatch_metric_alarm" "alarm_slo_burn_slow_long" {
  alarm_actions = [

  ]
  alarm_description   = "P1: Callers' errors spend the error budget 6 times as fast as it lasts. ${var.runbook_url}#slo-burn-slow"
  alarm_name          = "${var.name_prefix}-slo-burn-slow-long"
  comparison_operator = "GreaterThanThreshold"
  datapoints_to_alarm = 1
  evaluation_periods  = 1
  ok_actions = [

  ]
  threshold          = 0.6
  treat_missing_data = "notBreaching"
  metric_query {
    id          = "balancer"
    return_data = false
    metric {
      dimensions = {
        LoadBalancer = "${var.load_balancer_arn_suffix}"
      }
      metric_name = "HTTPCode_ELB_5XX_Count"
      namespace   = "AWS/ApplicationELB"
      period      = 21600
      stat        = "Sum"
    }
  }
  metric_query {
    id          = "blue"
    return_data = false
    metric {
      dimensions = {
        LoadBalancer = "${var.load_balancer_arn_suffix}"
        TargetGroup  = "${var.target_group_arn_suffixes.orbit-blue}"
      }
      metric_name = "RequestCount"
      namespace   = "AWS/ApplicationELB"
      period      = 21600
      stat        = "Sum"
    }
  }
  metric_query {
    id          = "green"
    return_data = false
    metric {
      dimensions = {
        LoadBalancer = "${var.load_balancer_arn_suffix}"
        TargetGroup  = "${var.target_group_arn_suffixes.orbit-green}"
      }
      metric_name = "RequestCount"
      namespace   = "AWS/ApplicationELB"
      period      = 21600
      stat        = "Sum"
    }
  }
  metric_query {
    id          = "blueerrors"
    return_data = false
    metric {
      dimensions = {
        LoadBalancer = "${var.load_balancer_arn_suffix}"
        TargetGroup  = "${var.target_group_arn_suffixes.orbit-blue}"
      }
      metric_name = "HTTPCode_Target_5XX_Count"
      namespace   = "AWS/ApplicationELB"
      period      = 21600
      stat        = "Sum"
    }
  }
  metric_query {
    id          = "greenerrors"
    return_data = false
    metric {
      dimensions = {
        LoadBalancer = "${var.load_balancer_arn_suffix}"
        TargetGroup  = "${var.target_group_arn_suffixes.orbit-green}"
      }
      metric_name = "HTTPCode_Target_5XX_Count"
      namespace   = "AWS/ApplicationELB"
      period      = 21600
      stat        = "Sum"
    }
  }
  metric_query {
    expression  = "IF((FILL(blueerrors, 0) + FILL(greenerrors, 0) + FILL(balancer, 0)) > 5, 100 * (FILL(blueerrors, 0) + FILL(greenerrors, 0) + FILL(balancer, 0)) / (FILL(blue, 0) + FILL(green, 0) + FILL(balancer, 0)), 0)"
    id          = "judged"
    label       = "slo-burn-slow"
    return_data = true
  }
}
resource "aws_cloudwatch_metric_alarm" "alarm_slo_burn_slow_short" {
  alarm_actions = [

  ]
  alarm_description   = "P1: Callers' errors spend the error budget 6 times as fast as it lasts. ${var.runbook_url}#slo-burn-slow"
  alarm_name          = "${var.name_prefix}-slo-burn-slow-short"
  comparison_operator = "GreaterThanThreshold"
  datapoints_to_alarm = 1
  evaluation_periods  = 1
  ok_actions = [

  ]
  threshold          = 0.6
  treat_missing_data = "notBreaching"
  metric_query {
    id          = "balancer"
    return_data = false
    metric {
      dimensions = {
        LoadBalancer = "${var.load_balancer_arn_suffix}"
      }
      metric_name = "HTTPCode_ELB_5XX_Count"
      namespace   = "AWS/ApplicationELB"
      period      = 1800
      stat        = "Sum"
    }
  }
  metric_query {
    id          = "blue"
    return_data = false
    metric {
      dimensions = {
        LoadBalancer = "${var.load_balancer_arn_suffix}"
        TargetGroup  = "${var.target_group_arn_suffixes.orbit-blue}"
      }
      metric_name = "RequestCount"
      namespace   = "AWS/ApplicationELB"
      period      = 1800
      stat        = "Sum"
    }
  }
  metric_query {
    id          = "green"
    return_data = false
    metric {
      dimensions = {
        LoadBalancer = "${var.load_balancer_arn_suffix}"
        TargetGroup  = "${var.target_group_arn_suffixes.orbit-green}"
      }
      metric_name = "RequestCount"
      namespace   = "AWS/ApplicationELB"
      period      = 1800
      stat        = "Sum"
    }
  }
  metric_query {
    id          = "blueerrors"
    return_data = false
    metric {
      dimensions = {
        LoadBalancer = "${var.load_balancer_arn_suffix}"
        TargetGroup  = "${var.target_group_arn_suffixes.orbit-blue}"
      }
      metric_name = "HTTPCode_Target_5XX_Count"
      namespace   = "AWS/ApplicationELB"
      period      = 1800
      stat        = "Sum"
    }
  }
  metric_query {
    id          = "greenerrors"
    return_data = false
    metric {
      dimensions = {
        LoadBalancer = "${var.load_balancer_arn_suffix}"
        TargetGroup  = "${var.target_group_arn_suffixes.orbit-green}"
      }
      metric_name = "HTTPCode_Target_5XX_Count"
      namespace   = "AWS/ApplicationELB"
      period      = 1800
      stat        = "Sum"
    }
  }
  metric_query {
    expression  = "IF((FILL(blueerrors, 0) + FILL(greenerrors, 0) + FILL(balancer, 0)) > 5, 100 * (FILL(blueerrors, 0) + FILL(greenerrors, 0) + FILL(balancer, 0)) / (FILL(blue, 0) + FILL(green, 0) + FILL(balancer, 0)), 0)"
    id          = "judged"
    label       = "slo-burn-slow"
    return_data = true
  }
}
resource "aws_cloudwatch_composite_alarm" "alarm_slo_burn_slow" {
  alarm_actions = [

  ]
  alarm_description = "P1: Callers' errors spend the error budget 6 times as fast as it lasts. ${var.runbook_url}#slo-burn-slow"
  alarm_name        = "${var.name_prefix}-slo-burn-slow"
  alarm_rule        = "ALARM(\"${aws_cloudwatch_metric_alarm.alarm_slo_burn_slow_long.alarm_name}\") AND ALARM(\"${aws_cloudwatch_metric_alarm.alarm_slo_burn_slow_short.alarm_name}\")"
  ok_actions = [

  ]
}
resource "aws_cloudwatch_metric_alarm" "alarm_slo_burn_lasting_long" {
  alarm_actions = [

  ]
  alarm_description   = "P2: Callers' errors spend the error budget 3 times as fast as it lasts. ${var.runbook_url}#slo-burn-lasting"
  alarm_name          = "${var.name_prefix}-slo-burn-lasting-long"
  comparison_operator = "GreaterThanThreshold"
  datapoints_to_alarm = 1
  evaluation_periods  = 1
  ok_actions = [

  ]
  threshold          = 0.3
  treat_missing_data = "notBreaching"
  metric_query {
    id          = "balancer"
    return_data = false
    metric {
      dimensions = {
        LoadBalancer = "${var.load_balancer_arn_suffix}"
      }
      metric_name = "HTTPCode_ELB_5XX_Count"
      namespace   = "AWS/ApplicationELB"
      period      = 86400
      stat        = "Sum"
    }
  }
  metric_query {
    id          = "blue"
    return_data = false
    metric {
      dimensions = {
        LoadBalancer = "${var.load_balancer_arn_suffix}"
        TargetGroup  = "${var.target_group_arn_suffixes.orbit-blue}"
      }
      metric_name = "RequestCount"
      namespace   = "AWS/ApplicationELB"
      period      = 86400
      stat        = "Sum"
    }
  }
  metric_query {
    id          = "green"
    return_data = false
    metric {
      dimensions = {
        LoadBalancer = "${var.load_balancer_arn_suffix}"
        TargetGroup  = "${var.target_group_arn_suffixes.orbit-green}"
      }
      metric_name = "RequestCount"
      namespace   = "AWS/ApplicationELB"
      period      = 86400
      stat        = "Sum"
    }
  }
  metric_query {
    id          = "blueerrors"
    return_data = false
    metric {
      dimensions = {
        LoadBalancer = "${var.load_balancer_arn_suffix}"
        TargetGroup  = "${var.target_group_arn_suffixes.orbit-blue}"
      }
      metric_name = "HTTPCode_Target_5XX_Count"
      namespace   = "AWS/ApplicationELB"
      period      = 86400
      stat        = "Sum"
    }
  }
  metric_query {
    id          = "greenerrors"
    return_data = false
    metric {
      dimensions = {
        LoadBalancer = "${var.load_balancer_arn_suffix}"
        TargetGroup  = "${var.target_group_arn_suffixes.orbit-green}"
      }
      metric_name = "HTTPCode_Target_5XX_Count"
      namespace   = "AWS/ApplicationELB"
      period      = 86400
      stat        = "Sum"
    }
  }
  metric_query {
    expression  = "IF((FILL(blueerrors, 0) + FILL(greenerrors, 0) + FILL(balancer, 0)) > 5, 100 * (FILL(blueerrors, 0) + FILL(greenerrors, 0) + FILL(balancer, 0)) / (FILL(blue, 0) + FILL(green, 0) + FILL(balancer, 0)), 0)"
    id          = "judged"
    label       = "slo-burn-lasting"
    return_data = true
  }
}
resource "aws_cloudwatch_metric_alarm" "alarm_slo_burn_lasting_short" {
  alarm_actions = [

  ]
  alarm_description   = "P2: Callers' errors spend the error budget 3 times as fast as it lasts. ${var.runbook_url}#slo-burn-lasting"
  alarm_name          = "${var.name_prefix}-slo-burn-lasting-short"
  comparison_operator = "GreaterThanThreshold"
  datapoints_to_alarm = 1
  evaluation_periods  = 1
  ok_actions = [

  ]
  threshold          = 0.3
  treat_missing_data = "notBreaching"
  metric_query {
    id          = "balancer"
    return_data = false
    metric {
      dimensions = {
        LoadBalancer = "${var.load_balancer_arn_suffix}"
      }
      metric_name = "HTTPCode_ELB_5XX_Count"
      namespace   = "AWS/ApplicationELB"
      period      = 7200
      stat        = "Sum"
    }
  }
  metric_query {
    id          = "blue"
    return_data = false
    metric {
      dimensions = {
        LoadBalancer = "${var.load_balancer_arn_suffix}"
        TargetGroup  = "${var.target_group_arn_suffixes.orbit-blue}"
      }
      metric_name = "RequestCount"
      namespace   = "AWS/ApplicationELB"
      period      = 7200
      stat        = "Sum"
    }
  }
  metric_query {
    id          = "green"
    return_data = false
    metric {
      dimensions = {
        LoadBalancer = "${var.load_balancer_arn_suffix}"
        TargetGroup  = "${var.target_group_arn_suffixes.orbit-green}"
      }
      metric_name = "RequestCount"
      namespace   = "AWS/ApplicationELB"
      period      = 7200
      stat        = "Sum"
    }
  }
  metric_query {
    id          = "blueerrors"
    return_data = false
    metric {
      dimensions = {
        LoadBalancer = "${var.load_balancer_arn_suffix}"
        TargetGroup  = "${var.target_group_arn_suffixes.orbit-blue}"
      }
      metric_name = "HTTPCode_Target_5XX_Count"
      namespace   = "AWS/ApplicationELB"
      period      = 7200
      stat        = "Sum"
    }
  }
  metric_query {
    id          = "greenerrors"
    return_data = false
    metric {
      dimensions = {
        LoadBalancer = "${var.load_balancer_arn_suffix}"
        TargetGroup  = "${var.target_group_arn_suffixes.orbit-green}"
      }
      metric_name = "HTTPCode_Target_5XX_Count"
      namespace   = "AWS/ApplicationELB"
      period      = 7200
      stat        = "Sum"
    }
  }
  metric_query {
    expression  = "IF((FILL(blueerrors, 0) + FILL(greenerrors, 0) + FILL(balancer, 0)) > 5, 100 * (FILL(blueerrors, 0) + FILL(greenerrors, 0) + FILL(balancer, 0)) / (FILL(blue, 0) + FILL(green, 0) + FILL(balancer, 0)), 0)"
    id          = "judged"
    label       = "slo-burn-lasting"
    return_data = true
  }
}
resource "aws_cloudwatch_composite_alarm" "alarm_slo_burn_lasting" {
  alarm_actions = [
    "${aws_sns_topic.alerts.arn}"
  ]
  alarm_description = "P2: Callers' errors spend the error budget 3 times as fast as it lasts. ${var.runbook_url}#slo-burn-lasting"
  alarm_name        = "${var.name_prefix}-slo-burn-lasting"
  alarm_rule        = "ALARM(\"${aws_cloudwatch_metric_alarm.alarm_slo_burn_lasting_long.alarm_name}\") AND ALARM(\"${aws_cloudwatch_metric_alarm.alarm_slo_burn_lasting_short.alarm_name}\")"
  ok_actions = [
    "${aws_sns_topic.alerts.arn}"
  ]
}
resource "aws_cloudwatch_metric_alarm" "alarm_slow" {
  alarm_actions = [
    "${aws_sns_topic.alerts.arn}"
  ]
  alarm_description   = "P2: One request in a hundred waits longer than a second for the head of its answer. ${var.runbook_url}#slow"
  alarm_name          = "${var.name_prefix}-slow"
  comparison_operator = "GreaterThanThreshold"
  datapoints_to_alarm = 5
  evaluation_periods  = 10
  ok_actions = [
    "${aws_sns_topic.alerts.arn}"
  ]
  threshold          = 1
  treat_missing_data = "notBreaching"
  metric_query {
    id          = "blue"
    return_data = false
    metric {
      dimensions = {
        LoadBalancer = "${var.load_balancer_arn_suffix}"
        TargetGroup  = "${var.target_group_arn_suffixes.orbit-blue}"
      }
      metric_name = "TargetResponseTime"
      namespace   = "AWS/ApplicationELB"
      period      = 60
      stat        = "p99"
    }
  }
  metric_query {
    id          = "green"
    return_data = false
    metric {
      dimensions = {
        LoadBalancer = "${var.load_balancer_arn_suffix}"
        TargetGroup  = "${var.target_group_arn_suffixes.orbit-green}"
      }
      metric_name = "TargetResponseTime"
      namespace   = "AWS/ApplicationELB"
      period      = 60
      stat        = "p99"
    }
  }
  metric_query {
    expression  = "MAX([FILL(blue, 0), FILL(green, 0)])"
    id          = "judged"
    label       = "slow"
    return_data = true
  }
}
resource "aws_cloudwatch_metric_alarm" "alarm_unhealthy_tasks" {
  alarm_actions = [
    "${aws_sns_topic.alerts.arn}"
  ]
  alarm_description   = "P2: Tasks of a target group do not answer that they are ready. ${var.runbook_url}#unhealthy-tasks"
  alarm_name          = "${var.name_prefix}-unhealthy-tasks-${each.key}"
  comparison_operator = "GreaterThanThreshold"
  datapoints_to_alarm = 3
  evaluation_periods  = 5
  ok_actions = [
    "${aws_sns_topic.alerts.arn}"
  ]
  threshold          = 0
  treat_missing_data = "notBreaching"
  metric_query {
    id          = "unhealthy"
    return_data = true
    metric {
      dimensions = {
        LoadBalancer = "${var.load_balancer_arn_suffix}"
        TargetGroup  = "${each.value}"
      }
      metric_name = "UnHealthyHostCount"
      namespace   = "AWS/ApplicationELB"
      period      = 60
      stat        = "Maximum"
    }
  }
  for_each = var.target_group_arn_suffixes
}
resource "aws_cloudwatch_metric_alarm" "alarm_governance_unanswered" {
  alarm_actions = [

  ]
  alarm_description   = "P1: Orbit had no answer from Governance in time, and denied. ${var.runbook_url}#governance-unanswered"
  alarm_name          = "${var.name_prefix}-governance-unanswered"
  comparison_operator = "GreaterThanThreshold"
  datapoints_to_alarm = 2
  evaluation_periods  = 3
  ok_actions = [

  ]
  threshold          = 5
  treat_missing_data = "notBreaching"
  metric_query {
    id          = "unanswered"
    return_data = true
    metric {
      dimensions = {

      }
      metric_name = "UnansweredQuestions"
      namespace   = "AgentRuntime/${var.name_prefix}"
      period      = 60
      stat        = "Sum"
    }
  }
}
resource "aws_cloudwatch_metric_alarm" "alarm_orbit_errors" {
  alarm_actions = [
    "${aws_sns_topic.alerts.arn}"
  ]
  alarm_description   = "P2: orbit logs errors: requests that ended in a 5xx, and what no request answers for. ${var.runbook_url}#orbit-errors"
  alarm_name          = "${var.name_prefix}-orbit-errors"
  comparison_operator = "GreaterThanThreshold"
  datapoints_to_alarm = 2
  evaluation_periods  = 2
  ok_actions = [
    "${aws_sns_topic.alerts.arn}"
  ]
  threshold          = 10
  treat_missing_data = "notBreaching"
  metric_query {
    id          = "errors"
    return_data = true
    metric {
      dimensions = {

      }
      metric_name = "OrbitErrors"
      namespace   = "AgentRuntime/${var.name_prefix}"
      period      = 300
      stat        = "Sum"
    }
  }
}
resource "aws_cloudwatch_metric_alarm" "alarm_orbit_cpu" {
  alarm_actions = [
    "${aws_sns_topic.alerts.arn}"
  ]
  alarm_description   = "P3: Tasks of orbit use more than 90% of their CPU, and scaling does not help. ${var.runbook_url}#orbit-cpu"
  alarm_name          = "${var.name_prefix}-orbit-cpu"
  comparison_operator = "GreaterThanThreshold"
  datapoints_to_alarm = 10
  evaluation_periods  = 10
  ok_actions = [
    "${aws_sns_topic.alerts.arn}"
  ]
  threshold          = 90
  treat_missing_data = "notBreaching"
  metric_query {
    id          = "cpu"
    return_data = true
    metric {
      dimensions = {
        ClusterName = "${var.name_prefix}-cluster"
        ServiceName = "${var.name_prefix}-orbit"
      }
      metric_name = "CPUUtilization"
      namespace   = "AWS/ECS"
      period      = 60
      stat        = "Average"
    }
  }
}
resource "aws_cloudwatch_metric_alarm" "alarm_orbit_saturated" {
  alarm_actions = [
    "${aws_sns_topic.alerts.arn}"
  ]
  alarm_description   = "P2: A task of orbit is at work nearly all the time: requests wait for each other. ${var.runbook_url}#orbit-saturated"
  alarm_name          = "${var.name_prefix}-orbit-saturated"
  comparison_operator = "GreaterThanThreshold"
  datapoints_to_alarm = 5
  evaluation_periods  = 5
  ok_actions = [
    "${aws_sns_topic.alerts.arn}"
  ]
  threshold          = 85
  treat_missing_data = "notBreaching"
  metric_query {
    id          = "busy"
    return_data = true
    metric {
      dimensions = {

      }
      metric_name = "OrbitSaturation"
      namespace   = "AgentRuntime/${var.name_prefix}"
      period      = 60
      stat        = "Maximum"
    }
  }
}
resource "aws_cloudwatch_metric_alarm" "alarm_orbit_memory" {
  alarm_actions = [
    "${aws_sns_topic.alerts.arn}"
  ]
  alarm_description   = "P2: Tasks of orbit use more than 90% of their memory: the next are killed. ${var.runbook_url}#orbit-memory"
  alarm_name          = "${var.name_prefix}-orbit-memory"
  comparison_operator = "GreaterThanThreshold"
  datapoints_to_alarm = 3
  evaluation_periods  = 5
  ok_actions = [
    "${aws_sns_topic.alerts.arn}"
  ]
  threshold          = 90
  treat_missing_data = "notBreaching"
  metric_query {
    id          = "memory"
    return_data = true
    metric {
      dimensions = {
        ClusterName = "${var.name_prefix}-cluster"
        ServiceName = "${var.name_prefix}-orbit"
      }
      metric_name = "MemoryUtilization"
      namespace   = "AWS/ECS"
      period      = 60
      stat        = "Maximum"
    }
  }
}
resource "aws_cloudwatch_metric_alarm" "alarm_axon_errors" {
  alarm_actions = [
    "${aws_sns_topic.alerts.arn}"
  ]
  alarm_description   = "P2: axon logs errors: requests that ended in a 5xx, and what no request answers for. ${var.runbook_url}#axon-errors"
  alarm_name          = "${var.name_prefix}-axon-errors"
  comparison_operator = "GreaterThanThreshold"
  datapoints_to_alarm = 2
  evaluation_periods  = 2
  ok_actions = [
    "${aws_sns_topic.alerts.arn}"
  ]
  threshold          = 10
  treat_missing_data = "notBreaching"
  metric_query {
    id          = "errors"
    return_data = true
    metric {
      dimensions = {

      }
      metric_name = "AxonErrors"
      namespace   = "AgentRuntime/${var.name_prefix}"
      period      = 300
      stat        = "Sum"
    }
  }
}
resource "aws_cloudwatch_metric_alarm" "alarm_axon_cpu" {
  alarm_actions = [
    "${aws_sns_topic.alerts.arn}"
  ]
  alarm_description   = "P3: Tasks of axon use more than 90% of their CPU, and scaling does not help. ${var.runbook_url}#axon-cpu"
  alarm_name          = "${var.name_prefix}-axon-cpu"
  comparison_operator = "GreaterThanThreshold"
  datapoints_to_alarm = 10
  evaluation_periods  = 10
  ok_actions = [
    "${aws_sns_topic.alerts.arn}"
  ]
  threshold          = 90
  treat_missing_data = "notBreaching"
  metric_query {
    id          = "cpu"
    return_data = true
    metric {
      dimensions = {
        ClusterName = "${var.name_prefix}-cluster"
        ServiceName = "${var.name_prefix}-axon"
      }
      metric_name = "CPUUtilization"
      namespace   = "AWS/ECS"
      period      = 60
      stat        = "Average"
    }
  }
}
resource "aws_cloudwatch_metric_alarm" "alarm_axon_saturated" {
  alarm_actions = [
    "${aws_sns_topic.alerts.arn}"
  ]
  alarm_description   = "P2: A task of axon is at work nearly all the time: requests wait for each other. ${var.runbook_url}#axon-saturated"
  alarm_name          = "${var.name_prefix}-axon-saturated"
  comparison_operator = "GreaterThanThreshold"
  datapoints_to_alarm = 5
  evaluation_periods  = 5
  ok_actions = [
    "${aws_sns_topic.alerts.arn}"
  ]
  threshold          = 85
  treat_missing_data = "notBreaching"
  metric_query {
    id          = "busy"
    return_data = true
    metric {
      dimensions = {

      }
      metric_name = "AxonSaturation"
      namespace   = "AgentRuntime/${var.name_prefix}"
      period      = 60
      stat        = "Maximum"
    }
  }
}
resource "aws_cloudwatch_metric_alarm" "alarm_axon_memory" {
  alarm_actions = [
    "${aws_sns_topic.alerts.arn}"
  ]
  alarm_description   = "P2: Tasks of axon use more than 90% of their memory: the next are killed. ${var.runbook_url}#axon-memory"
  alarm_name          = "${var.name_prefix}-axon-memory"
  comparison_operator = "GreaterThanThreshold"
  datapoints_to_alarm = 3
  evaluation_periods  = 5
  ok_actions = [
    "${aws_sns_topic.alerts.arn}"
  ]
  threshold          = 90
  treat_missing_data = "notBreaching"
  metric_query {
    id          = "memory"
    return_data = true
    metric {
      dimensions = {
        ClusterName = "${var.name_prefix}-cluster"
        ServiceName = "${var.name_prefix}-axon"
      }
      metric_name = "MemoryUtilization"
      namespace   = "AWS/ECS"
      period      = 60
      stat        = "Maximum"
    }
  }
}
resource "aws_cloudwatch_metric_alarm" "alarm_orbit_unmeasured" {
  alarm_actions = [
    "${aws_sns_topic.alerts.arn}"
  ]
  alarm_description   = "P2: No metric of orbit arrives, though each task writes some every ten seconds: its alarms are blind. ${var.runbook_url}#orbit-unmeasured"
  alarm_name          = "${var.name_prefix}-orbit-unmeasured"
  comparison_operator = "LessThanThreshold"
  datapoints_to_alarm = 5
  evaluation_periods  = 5
  ok_actions = [
    "${aws_sns_topic.alerts.arn}"
  ]
  threshold          = 1
  treat_missing_data = var.always_on ? "breaching" : "notBreaching"
  metric_query {
    id          = "looks"
    return_data = true
    metric {
      dimensions = {

      }
      metric_name = "OrbitSaturation"
      namespace   = "AgentRuntime/${var.name_prefix}"
      period      = 60
      stat        = "SampleCount"
    }
  }
}
resource "aws_cloudwatch_metric_alarm" "alarm_axon_unmeasured" {
  alarm_actions = [
    "${aws_sns_topic.alerts.arn}"
  ]
  alarm_description   = "P2: No metric of axon arrives, though each task writes some every ten seconds: its alarms are blind. ${var.runbook_url}#axon-unmeasured"
  alarm_name          = "${var.name_prefix}-axon-unmeasured"
  comparison_operator = "LessThanThreshold"
  datapoints_to_alarm = 5
  evaluation_periods  = 5
  ok_actions = [
    "${aws_sns_topic.alerts.arn}"
  ]
  threshold          = 1
  treat_missing_data = var.always_on ? "breaching" : "notBreaching"
  metric_query {
    id          = "looks"
    return_data = true
    metric {
      dimensions = {

      }
      metric_name = "AxonSaturation"
      namespace   = "AgentRuntime/${var.name_prefix}"
      period      = 60
      stat        = "SampleCount"
    }
  }
}
resource "aws_cloudwatch_metric_alarm" "alarm_replay_set_filling" {
  alarm_actions = [

  ]
  alarm_description   = "P1: A task of axon remembers four fifths of the grants it can; when it is full it refuses all. ${var.runbook_url}#replay-set-filling"
  alarm_name          = "${var.name_prefix}-replay-set-filling"
  comparison_operator = "GreaterThanThreshold"
  datapoints_to_alarm = 1
  evaluation_periods  = 1
  ok_actions = [

  ]
  threshold          = 80
  treat_missing_data = "notBreaching"
  metric_query {
    id          = "use"
    return_data = true
    metric {
      dimensions = {

      }
      metric_name = "ReplaySetUse"
      namespace   = "AgentRuntime/${var.name_prefix}"
      period      = 60
      stat        = "Maximum"
    }
  }
}
resource "aws_cloudwatch_metric_alarm" "alarm_tls_certificate_expiring" {
  alarm_actions = [
    "${aws_sns_topic.alerts.arn}"
  ]
  alarm_description   = "P2: The certificate of the load balancer ends within 30 days, and was not renewed. ${var.runbook_url}#tls-certificate-expiring"
  alarm_name          = "${var.name_prefix}-tls-certificate-expiring"
  comparison_operator = "LessThanThreshold"
  datapoints_to_alarm = 1
  evaluation_periods  = 1
  ok_actions = [
    "${aws_sns_topic.alerts.arn}"
  ]
  threshold          = 30
  treat_missing_data = "notBreaching"
  metric_query {
    id          = "days"
    return_data = true
    metric {
      dimensions = {
        CertificateArn = "${var.certificate_arn}"
      }
      metric_name = "DaysToExpiry"
      namespace   = "AWS/CertificateManager"
      period      = 86400
      stat        = "Minimum"
    }
  }
}
resource "aws_cloudwatch_metric_alarm" "alarm_governance_errors" {
  alarm_actions = [

  ]
  alarm_description   = "P1: Governance fails: everything is denied while it does. ${var.runbook_url}#governance-errors"
  alarm_name          = "${var.name_prefix}-governance-errors"
  comparison_operator = "GreaterThanThreshold"
  datapoints_to_alarm = 2
  evaluation_periods  = 3
  ok_actions = [

  ]
  threshold          = 0
  treat_missing_data = "notBreaching"
  metric_query {
    id          = "errors"
    return_data = true
    metric {
      dimensions = {
        FunctionName = "${var.name_prefix}-governance"
      }
      metric_name = "Errors"
      namespace   = "AWS/Lambda"
      period      = 60
      stat        = "Sum"
    }
  }
}
resource "aws_cloudwatch_metric_alarm" "alarm_governance_throttled" {
  alarm_actions = [

  ]
  alarm_description   = "P1: Governance has no free execution: raise its reserved concurrency. ${var.runbook_url}#governance-throttled"
  alarm_name          = "${var.name_prefix}-governance-throttled"
  comparison_operator = "GreaterThanThreshold"
  datapoints_to_alarm = 2
  evaluation_periods  = 3
  ok_actions = [

  ]
  threshold          = 0
  treat_missing_data = "notBreaching"
  metric_query {
    id          = "throttles"
    return_data = true
    metric {
      dimensions = {
        FunctionName = "${var.name_prefix}-governance"
      }
      metric_name = "Throttles"
      namespace   = "AWS/Lambda"
      period      = 60
      stat        = "Sum"
    }
  }
}
resource "aws_cloudwatch_metric_alarm" "alarm_governance_slow" {
  alarm_actions = [
    "${aws_sns_topic.alerts.arn}"
  ]
  alarm_description   = "P2: One decision in a hundred takes longer than 250 ms. ${var.runbook_url}#governance-slow"
  alarm_name          = "${var.name_prefix}-governance-slow"
  comparison_operator = "GreaterThanThreshold"
  datapoints_to_alarm = 5
  evaluation_periods  = 10
  ok_actions = [
    "${aws_sns_topic.alerts.arn}"
  ]
  threshold          = 250
  treat_missing_data = "notBreaching"
  metric_query {
    id          = "duration"
    return_data = true
    metric {
      dimensions = {
        FunctionName = "${var.name_prefix}-governance"
      }
      metric_name = "Duration"
      namespace   = "AWS/Lambda"
      period      = 60
      stat        = "p99"
    }
  }
}
resource "aws_cloudwatch_metric_alarm" "alarm_decisions_failed" {
  alarm_actions = [

  ]
  alarm_description   = "P1: Decisions are denied because a policy is missing, stale, expired or not signed. ${var.runbook_url}#decisions-failed"
  alarm_name          = "${var.name_prefix}-decisions-failed"
  comparison_operator = "GreaterThanThreshold"
  datapoints_to_alarm = 2
  evaluation_periods  = 3
  ok_actions = [

  ]
  threshold          = 0
  treat_missing_data = "notBreaching"
  metric_query {
    id          = "failed"
    return_data = true
    metric {
      dimensions = {

      }
      metric_name = "FailedDecisions"
      namespace   = "AgentRuntime/${var.name_prefix}"
      period      = 300
      stat        = "Sum"
    }
  }
}
resource "aws_cloudwatch_metric_alarm" "alarm_denials_spike" {
  alarm_actions = [
    "${aws_sns_topic.alerts.arn}"
  ]
  alarm_description   = "P2: Many more denials than is usual at this hour. ${var.runbook_url}#denials-spike"
  alarm_name          = "${var.name_prefix}-denials-spike"
  comparison_operator = "GreaterThanUpperThreshold"
  datapoints_to_alarm = 3
  evaluation_periods  = 3
  ok_actions = [
    "${aws_sns_topic.alerts.arn}"
  ]
  threshold_metric_id = "usual"
  treat_missing_data  = "notBreaching"
  metric_query {
    id          = "denials"
    return_data = true
    metric {
      dimensions = {

      }
      metric_name = "Denials"
      namespace   = "AgentRuntime/${var.name_prefix}"
      period      = 300
      stat        = "Sum"
    }
  }
  metric_query {
    expression  = "ANOMALY_DETECTION_BAND(denials, 4)"
    id          = "usual"
    label       = "usual"
    return_data = true
  }
}
resource "aws_cloudwatch_metric_alarm" "alarm_denials_rate" {
  alarm_actions = [
    "${aws_sns_topic.alerts.arn}"
  ]
  alarm_description   = "P2: More than half of at least a hundred decisions are denials. ${var.runbook_url}#denials-rate"
  alarm_name          = "${var.name_prefix}-denials-rate"
  comparison_operator = "GreaterThanThreshold"
  datapoints_to_alarm = 2
  evaluation_periods  = 2
  ok_actions = [
    "${aws_sns_topic.alerts.arn}"
  ]
  threshold          = 50
  treat_missing_data = "notBreaching"
  metric_query {
    id          = "denials"
    return_data = false
    metric {
      dimensions = {

      }
      metric_name = "Denials"
      namespace   = "AgentRuntime/${var.name_prefix}"
      period      = 300
      stat        = "Sum"
    }
  }
  metric_query {
    id          = "permits"
    return_data = false
    metric {
      dimensions = {

      }
      metric_name = "Permits"
      namespace   = "AgentRuntime/${var.name_prefix}"
      period      = 300
      stat        = "Sum"
    }
  }
  metric_query {
    expression  = "IF(denials + permits > 100, 100 * denials / (denials + permits), 0)"
    id          = "judged"
    label       = "denials-rate"
    return_data = true
  }
}
resource "aws_cloudwatch_metric_alarm" "alarm_grants_refused" {
  alarm_actions = [

  ]
  alarm_description   = "P1: Axon refuses grants or proofs: somebody calls it without a decision, or keys are out of step. ${var.runbook_url}#grants-refused"
  alarm_name          = "${var.name_prefix}-grants-refused"
  comparison_operator = "GreaterThanThreshold"
  datapoints_to_alarm = 1
  evaluation_periods  = 1
  ok_actions = [

  ]
  threshold          = 5
  treat_missing_data = "notBreaching"
  metric_query {
    id          = "refusals"
    return_data = true
    metric {
      dimensions = {

      }
      metric_name = "Refusals"
      namespace   = "AgentRuntime/${var.name_prefix}"
      period      = 300
      stat        = "Sum"
    }
  }
}
resource "aws_cloudwatch_metric_alarm" "alarm_grants_replayed" {
  alarm_actions = [

  ]
  alarm_description   = "P1: Grants come a second time, more often than the smoke test tries: Orbit never sends one twice. ${var.runbook_url}#grants-replayed"
  alarm_name          = "${var.name_prefix}-grants-replayed"
  comparison_operator = "GreaterThanThreshold"
  datapoints_to_alarm = 1
  evaluation_periods  = 1
  ok_actions = [

  ]
  threshold          = 2
  treat_missing_data = "notBreaching"
  metric_query {
    id          = "replays"
    return_data = true
    metric {
      dimensions = {

      }
      metric_name = "Replays"
      namespace   = "AgentRuntime/${var.name_prefix}"
      period      = 300
      stat        = "Sum"
    }
  }
}
resource "aws_cloudwatch_metric_alarm" "alarm_policy_stale" {
  alarm_actions = [
    "${aws_sns_topic.alerts.arn}"
  ]
  alarm_description   = "P2: Decisions rest on a policy not confirmed for half a minute; after a whole one they are denials. ${var.runbook_url}#policy-stale"
  alarm_name          = "${var.name_prefix}-policy-stale"
  comparison_operator = "GreaterThanThreshold"
  datapoints_to_alarm = 3
  evaluation_periods  = 5
  ok_actions = [
    "${aws_sns_topic.alerts.arn}"
  ]
  threshold          = 30
  treat_missing_data = "notBreaching"
  metric_query {
    id          = "age"
    return_data = true
    metric {
      dimensions = {

      }
      metric_name = "PolicyAge"
      namespace   = "AgentRuntime/${var.name_prefix}"
      period      = 60
      stat        = "Maximum"
    }
  }
}
resource "aws_cloudwatch_metric_alarm" "alarm_signing_certificate_old" {
  alarm_actions = [

  ]
  alarm_description   = "P1: No key that signs grants was certified anew for 12 minutes; after 15 nothing is permitted. ${var.runbook_url}#signing-certificate-old"
  alarm_name          = "${var.name_prefix}-signing-certificate-old"
  comparison_operator = "GreaterThanThreshold"
  datapoints_to_alarm = 2
  evaluation_periods  = 3
  ok_actions = [

  ]
  threshold          = 720
  treat_missing_data = "notBreaching"
  metric_query {
    id          = "age"
    return_data = true
    metric {
      dimensions = {

      }
      metric_name = "CertificateAge"
      namespace   = "AgentRuntime/${var.name_prefix}"
      period      = 60
      stat        = "Minimum"
    }
  }
}
resource "aws_cloudwatch_metric_alarm" "alarm_dead_letters" {
  alarm_actions = [
    "${aws_sns_topic.alerts.arn}"
  ]
  alarm_description   = "P2: Invocations failed for good and wait in the queue. ${var.runbook_url}#dead-letters"
  alarm_name          = "${var.name_prefix}-dead-letters"
  comparison_operator = "GreaterThanThreshold"
  datapoints_to_alarm = 1
  evaluation_periods  = 1
  ok_actions = [
    "${aws_sns_topic.alerts.arn}"
  ]
  threshold          = 0
  treat_missing_data = "notBreaching"
  metric_query {
    id          = "letters"
    return_data = true
    metric {
      dimensions = {
        QueueName = "${var.name_prefix}-governance-dead-letters"
      }
      metric_name = "ApproximateNumberOfMessagesVisible"
      namespace   = "AWS/SQS"
      period      = 300
      stat        = "Maximum"
    }
  }
}
resource "aws_cloudwatch_metric_alarm" "alarm_identity_mismatch" {
  alarm_actions = [

  ]
  alarm_description   = "P1: A caller named a service that it is not: no program of ours does. ${var.runbook_url}#identity-mismatch"
  alarm_name          = "${var.name_prefix}-identity-mismatch"
  comparison_operator = "GreaterThanThreshold"
  datapoints_to_alarm = 1
  evaluation_periods  = 1
  ok_actions = [

  ]
  threshold          = 0
  treat_missing_data = "notBreaching"
  metric_query {
    id          = "mismatches"
    return_data = true
    metric {
      dimensions = {

      }
      metric_name = "IdentityMismatches"
      namespace   = "AgentRuntime/${var.name_prefix}"
      period      = 60
      stat        = "Sum"
    }
  }
}
resource "aws_cloudwatch_metric_alarm" "alarm_decisions_unrecorded" {
  alarm_actions = [

  ]
  alarm_description   = "P1: An audit record could not be written; the decision became a deny. ${var.runbook_url}#decisions-unrecorded"
  alarm_name          = "${var.name_prefix}-decisions-unrecorded"
  comparison_operator = "GreaterThanThreshold"
  datapoints_to_alarm = 1
  evaluation_periods  = 1
  ok_actions = [

  ]
  threshold          = 0
  treat_missing_data = "notBreaching"
  metric_query {
    id          = "unrecorded"
    return_data = true
    metric {
      dimensions = {

      }
      metric_name = "UnrecordedDecisions"
      namespace   = "AgentRuntime/${var.name_prefix}"
      period      = 60
      stat        = "Sum"
    }
  }
}
resource "aws_cloudwatch_metric_alarm" "alarm_audit_gap" {
  alarm_actions = [

  ]
  alarm_description   = "P1: Decisions were given whose records are not in the log: something answers without recording. ${var.runbook_url}#audit-gap"
  alarm_name          = "${var.name_prefix}-audit-gap"
  comparison_operator = "GreaterThanThreshold"
  datapoints_to_alarm = 1
  evaluation_periods  = 1
  ok_actions = [

  ]
  threshold          = 0
  treat_missing_data = "notBreaching"
  metric_query {
    id          = "decisions"
    return_data = false
    metric {
      dimensions = {

      }
      metric_name = "MeasuredDecisions"
      namespace   = "AgentRuntime/${var.name_prefix}"
      period      = 300
      stat        = "Sum"
    }
  }
  metric_query {
    id          = "records"
    return_data = false
    metric {
      dimensions = {

      }
      metric_name = "AuditRecords"
      namespace   = "AgentRuntime/${var.name_prefix}"
      period      = 300
      stat        = "Sum"
    }
  }
  metric_query {
    id          = "atonce"
    return_data = false
    metric {
      dimensions = {
        FunctionName = "${var.name_prefix}-governance"
      }
      metric_name = "ConcurrentExecutions"
      namespace   = "AWS/Lambda"
      period      = 300
      stat        = "Maximum"
    }
  }
  metric_query {
    expression  = "IF((FILL(decisions, 0) - FILL(records, 0)) > FILL(atonce, 1), (FILL(decisions, 0) - FILL(records, 0)), 0)"
    id          = "judged"
    label       = "audit-gap"
    return_data = true
  }
}
resource "aws_cloudwatch_metric_alarm" "alarm_audit_lost" {
  alarm_actions = [

  ]
  alarm_description   = "P1: Lambda ran Governance for a quarter of an hour, and records of it are not in the log. ${var.runbook_url}#audit-lost"
  alarm_name          = "${var.name_prefix}-audit-lost"
  comparison_operator = "GreaterThanThreshold"
  datapoints_to_alarm = 3
  evaluation_periods  = 3
  ok_actions = [

  ]
  threshold          = 0
  treat_missing_data = "notBreaching"
  metric_query {
    id          = "invocations"
    return_data = false
    metric {
      dimensions = {
        FunctionName = "${var.name_prefix}-governance"
      }
      metric_name = "Invocations"
      namespace   = "AWS/Lambda"
      period      = 300
      stat        = "Sum"
    }
  }
  metric_query {
    id          = "errors"
    return_data = false
    metric {
      dimensions = {
        FunctionName = "${var.name_prefix}-governance"
      }
      metric_name = "Errors"
      namespace   = "AWS/Lambda"
      period      = 300
      stat        = "Sum"
    }
  }
  metric_query {
    id          = "records"
    return_data = false
    metric {
      dimensions = {

      }
      metric_name = "AuditRecords"
      namespace   = "AgentRuntime/${var.name_prefix}"
      period      = 300
      stat        = "Sum"
    }
  }
  metric_query {
    id          = "atonce"
    return_data = false
    metric {
      dimensions = {
        FunctionName = "${var.name_prefix}-governance"
      }
      metric_name = "ConcurrentExecutions"
      namespace   = "AWS/Lambda"
      period      = 300
      stat        = "Maximum"
    }
  }
  metric_query {
    expression  = "IF((FILL(invocations, 0) - FILL(errors, 0) - FILL(records, 0)) > FILL(atonce, 1), (FILL(invocations, 0) - FILL(errors, 0) - FILL(records, 0)), 0)"
    id          = "judged"
    label       = "audit-lost"
    return_data = true
  }
}
resource "aws_cloudwatch_metric_alarm" "alarm_governance_unmeasured" {
  alarm_actions = [
    "${aws_sns_topic.alerts.arn}"
  ]
  alarm_description   = "P2: Lambda ran Governance for a quarter of an hour, and its metrics did not arrive: its alarms are blind. ${var.runbook_url}#governance-unmeasured"
  alarm_name          = "${var.name_prefix}-governance-unmeasured"
  comparison_operator = "GreaterThanThreshold"
  datapoints_to_alarm = 3
  evaluation_periods  = 3
  ok_actions = [
    "${aws_sns_topic.alerts.arn}"
  ]
  threshold          = 0
  treat_missing_data = "notBreaching"
  metric_query {
    id          = "invocations"
    return_data = false
    metric {
      dimensions = {
        FunctionName = "${var.name_prefix}-governance"
      }
      metric_name = "Invocations"
      namespace   = "AWS/Lambda"
      period      = 300
      stat        = "Sum"
    }
  }
  metric_query {
    id          = "errors"
    return_data = false
    metric {
      dimensions = {
        FunctionName = "${var.name_prefix}-governance"
      }
      metric_name = "Errors"
      namespace   = "AWS/Lambda"
      period      = 300
      stat        = "Sum"
    }
  }
  metric_query {
    id          = "decisions"
    return_data = false
    metric {
      dimensions = {

      }
      metric_name = "Permits"
      namespace   = "AgentRuntime/${var.name_prefix}"
      period      = 300
      stat        = "SampleCount"
    }
  }
  metric_query {
    id          = "atonce"
    return_data = false
    metric {
      dimensions = {
        FunctionName = "${var.name_prefix}-governance"
      }
      metric_name = "ConcurrentExecutions"
      namespace   = "AWS/Lambda"
      period      = 300
      stat        = "Maximum"
    }
  }
  metric_query {
    expression  = "IF((FILL(invocations, 0) - FILL(errors, 0) - FILL(decisions, 0)) > FILL(atonce, 1), (FILL(invocations, 0) - FILL(errors, 0) - FILL(decisions, 0)), 0)"
    id          = "judged"
    label       = "governance-unmeasured"
    return_data = true
  }
}
resource "aws_cloudwatch_metric_alarm" "alarm_mesh_refused" {
  alarm_actions = [

  ]
  alarm_description   = "P1: The mesh refused a call by its policies: somebody other than Orbit tried, or Orbit tried something else. ${var.runbook_url}#mesh-refused"
  alarm_name          = "${var.name_prefix}-mesh-refused"
  comparison_operator = "GreaterThanThreshold"
  datapoints_to_alarm = 1
  evaluation_periods  = 1
  ok_actions = [

  ]
  threshold          = 0
  treat_missing_data = "notBreaching"
  metric_query {
    id          = "refusals"
    return_data = true
    metric {
      dimensions = {

      }
      metric_name = "MeshRefusals"
      namespace   = "AgentRuntime/${var.name_prefix}"
      period      = 300
      stat        = "Sum"
    }
  }
}
resource "aws_cloudwatch_metric_alarm" "alarm_policies_throttled" {
  alarm_actions = [
    "${aws_sns_topic.alerts.arn}"
  ]
  alarm_description   = "P2: Reads of the policy table are throttled: policies become stale. ${var.runbook_url}#policies-throttled"
  alarm_name          = "${var.name_prefix}-policies-throttled"
  comparison_operator = "GreaterThanThreshold"
  datapoints_to_alarm = 3
  evaluation_periods  = 5
  ok_actions = [
    "${aws_sns_topic.alerts.arn}"
  ]
  threshold          = 0
  treat_missing_data = "notBreaching"
  metric_query {
    id          = "throttles"
    return_data = true
    metric {
      dimensions = {
        TableName = "${var.name_prefix}-governance-policies"
      }
      metric_name = "ReadThrottleEvents"
      namespace   = "AWS/DynamoDB"
      period      = 60
      stat        = "Sum"
    }
  }
}
resource "aws_cloudwatch_metric_alarm" "alarm_quotas_throttled" {
  alarm_actions = [
    "${aws_sns_topic.alerts.arn}"
  ]
  alarm_description   = "P2: Writes to the quota table are throttled: charged decisions become denials. ${var.runbook_url}#quotas-throttled"
  alarm_name          = "${var.name_prefix}-quotas-throttled"
  comparison_operator = "GreaterThanThreshold"
  datapoints_to_alarm = 3
  evaluation_periods  = 5
  ok_actions = [
    "${aws_sns_topic.alerts.arn}"
  ]
  threshold          = 0
  treat_missing_data = "notBreaching"
  metric_query {
    id          = "throttles"
    return_data = true
    metric {
      dimensions = {
        TableName = "${var.name_prefix}-governance-quotas"
      }
      metric_name = "WriteThrottleEvents"
      namespace   = "AWS/DynamoDB"
      period      = 60
      stat        = "Sum"
    }
  }
}
resource "aws_cloudwatch_metric_alarm" "alarm_grants_throttled" {
  alarm_actions = [
    "${aws_sns_topic.alerts.arn}"
  ]
  alarm_description   = "P2: Writes to the grant table are throttled: single-use grants are refused. ${var.runbook_url}#grants-throttled"
  alarm_name          = "${var.name_prefix}-grants-throttled"
  comparison_operator = "GreaterThanThreshold"
  datapoints_to_alarm = 3
  evaluation_periods  = 5
  ok_actions = [
    "${aws_sns_topic.alerts.arn}"
  ]
  threshold          = 0
  treat_missing_data = "notBreaching"
  metric_query {
    id          = "throttles"
    return_data = true
    metric {
      dimensions = {
        TableName = "${var.name_prefix}-governance-grants"
      }
      metric_name = "WriteThrottleEvents"
      namespace   = "AWS/DynamoDB"
      period      = 60
      stat        = "Sum"
    }
  }
}
resource "aws_cloudwatch_metric_alarm" "alarm_rotation_failed" {
  alarm_actions = [
    "${aws_sns_topic.alerts.arn}"
  ]
  alarm_description   = "P2: A secret could not be rotated. ${var.runbook_url}#rotation-failed"
  alarm_name          = "${var.name_prefix}-rotation-failed"
  comparison_operator = "GreaterThanThreshold"
  datapoints_to_alarm = 1
  evaluation_periods  = 1
  ok_actions = [
    "${aws_sns_topic.alerts.arn}"
  ]
  threshold          = 0
  treat_missing_data = "notBreaching"
  metric_query {
    id          = "errors"
    return_data = true
    metric {
      dimensions = {
        FunctionName = "${var.name_prefix}-secrets-rotation"
      }
      metric_name = "Errors"
      namespace   = "AWS/Lambda"
      period      = 300
      stat        = "Sum"
    }
  }
}
resource "aws_cloudwatch_composite_alarm" "urgent" {
  alarm_actions = [
    "${aws_sns_topic.pages.arn}"
  ]
  alarm_description = "P0, P1: The runtime fails its callers; look at the dashboard service-health first. ${var.runbook_url}#urgent"
  alarm_name        = "${var.name_prefix}-urgent"
  alarm_rule        = "ALARM(\"${aws_cloudwatch_metric_alarm.alarm_orbit_down.alarm_name}\") OR ALARM(\"${aws_cloudwatch_metric_alarm.alarm_axon_down.alarm_name}\") OR ALARM(\"${aws_cloudwatch_metric_alarm.alarm_error_rate.alarm_name}\") OR ALARM(\"${aws_cloudwatch_composite_alarm.alarm_slo_burn_fast.alarm_name}\") OR ALARM(\"${aws_cloudwatch_composite_alarm.alarm_slo_burn_slow.alarm_name}\") OR ALARM(\"${aws_cloudwatch_metric_alarm.alarm_governance_unanswered.alarm_name}\") OR ALARM(\"${aws_cloudwatch_metric_alarm.alarm_replay_set_filling.alarm_name}\") OR ALARM(\"${aws_cloudwatch_metric_alarm.alarm_governance_errors.alarm_name}\") OR ALARM(\"${aws_cloudwatch_metric_alarm.alarm_governance_throttled.alarm_name}\") OR ALARM(\"${aws_cloudwatch_metric_alarm.alarm_decisions_failed.alarm_name}\") OR ALARM(\"${aws_cloudwatch_metric_alarm.alarm_signing_certificate_old.alarm_name}\") OR ALARM(\"${aws_cloudwatch_metric_alarm.alarm_decisions_unrecorded.alarm_name}\") OR ALARM(\"${aws_cloudwatch_metric_alarm.alarm_audit_gap.alarm_name}\") OR ALARM(\"${aws_cloudwatch_metric_alarm.alarm_audit_lost.alarm_name}\")"
  ok_actions = [
    "${aws_sns_topic.pages.arn}"
  ]
}
resource "aws_cloudwatch_composite_alarm" "intrusion" {
  alarm_actions = [
    "${aws_sns_topic.pages.arn}"
  ]
  alarm_description = "P0, P1: Somebody tries what no program does; look at the dashboard governance-decisions first. ${var.runbook_url}#intrusion"
  alarm_name        = "${var.name_prefix}-intrusion"
  alarm_rule        = "ALARM(\"${aws_cloudwatch_metric_alarm.alarm_grants_refused.alarm_name}\") OR ALARM(\"${aws_cloudwatch_metric_alarm.alarm_grants_replayed.alarm_name}\") OR ALARM(\"${aws_cloudwatch_metric_alarm.alarm_identity_mismatch.alarm_name}\") OR ALARM(\"${aws_cloudwatch_metric_alarm.alarm_mesh_refused.alarm_name}\")"
  ok_actions = [
    "${aws_sns_topic.pages.arn}"
  ]
}
resource "aws_cloudwatch_dashboard" "dashboard_service_health" {
  dashboard_body = "{\"widgets\":[{\"type\":\"text\",\"x\":0,\"y\":0,\"width\":24,\"height\":2,\"properties\":{\"markdown\":\"# Service health\nAre callers served? Look here first. [Runbook](${var.runbook_url}#service-health)\"}},{\"x\":0,\"y\":2,\"width\":12,\"height\":6,\"type\":\"alarm\",\"properties\":{\"title\":\"Alarms of the services\",\"alarms\":[\"arn:${data.aws_partition.current_partition.partition}:cloudwatch:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:alarm:${var.name_prefix}-urgent\",\"arn:${data.aws_partition.current_partition.partition}:cloudwatch:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:alarm:${var.name_prefix}-intrusion\",\"arn:${data.aws_partition.current_partition.partition}:cloudwatch:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:alarm:${var.name_prefix}-orbit-down\",\"arn:${data.aws_partition.current_partition.partition}:cloudwatch:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:alarm:${var.name_prefix}-axon-down\",\"arn:${data.aws_partition.current_partition.partition}:cloudwatch:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:alarm:${var.name_prefix}-error-rate\",\"arn:${data.aws_partition.current_partition.partition}:cloudwatch:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:alarm:${var.name_prefix}-slo-burn-fast\",\"arn:${data.aws_partition.current_partition.partition}:cloudwatch:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:alarm:${var.name_prefix}-slo-burn-slow\",\"arn:${data.aws_partition.current_partition.partition}:cloudwatch:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:alarm:${var.name_prefix}-slow\",\"arn:${data.aws_partition.current_partition.partition}:cloudwatch:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:alarm:${var.name_prefix}-governance-unanswered\"]}},{\"x\":12,\"y\":2,\"width\":12,\"height\":6,\"type\":\"metric\",\"properties\":{\"title\":\"Now, in a minute\",\"region\":\"${data.aws_region.current_region.name}\",\"period\":60,\"metrics\":[[\"AWS/ApplicationELB\",\"HTTPCode_ELB_5XX_Count\",\"LoadBalancer\",\"${var.load_balancer_arn_suffix}\",{\"id\":\"balancer\",\"stat\":\"Sum\",\"label\":\"balancer\",\"visible\":false}],[\"AWS/ApplicationELB\",\"RequestCount\",\"LoadBalancer\",\"${var.load_balancer_arn_suffix}\",\"TargetGroup\",\"${var.target_group_arn_suffixes.orbit-blue}\",{\"id\":\"blue\",\"stat\":\"Sum\",\"label\":\"blue\",\"visible\":false}],[\"AWS/ApplicationELB\",\"RequestCount\",\"LoadBalancer\",\"${var.load_balancer_arn_suffix}\",\"TargetGroup\",\"${var.target_group_arn_suffixes.orbit-green}\",{\"id\":\"green\",\"stat\":\"Sum\",\"label\":\"green\",\"visible\":false}],[\"AWS/ApplicationELB\",\"HTTPCode_Target_5XX_Count\",\"LoadBalancer\",\"${var.load_balancer_arn_suffix}\",\"TargetGroup\",\"${var.target_group_arn_suffixes.orbit-blue}\",{\"id\":\"blueerrors\",\"stat\":\"Sum\",\"label\":\"blueerrors\",\"visible\":false}],[\"AWS/ApplicationELB\",\"HTTPCode_Target_5XX_Count\",\"LoadBalancer\",\"${var.load_balancer_arn_suffix}\",\"TargetGroup\",\"${var.target_group_arn_suffixes.orbit-green}\",{\"id\":\"greenerrors\",\"stat\":\"Sum\",\"label\":\"greenerrors\",\"visible\":false}],[\"AgentRuntime/${var.name_prefix}\",\"Permits\",{\"id\":\"permits\",\"stat\":\"Sum\",\"label\":\"permits\",\"visible\":false}],[\"AgentRuntime/${var.name_prefix}\",\"Denials\",{\"id\":\"denials\",\"stat\":\"Sum\",\"label\":\"denials\",\"visible\":false}],[{\"id\":\"e1\",\"expression\":\"(FILL(blue, 0) + FILL(green, 0) + FILL(balancer, 0))\",\"label\":\"requests\"}],[{\"id\":\"e2\",\"expression\":\"(FILL(blueerrors, 0) + FILL(greenerrors, 0) + FILL(balancer, 0))\",\"label\":\"server errors\"}],[{\"id\":\"e3\",\"expression\":\"FILL(permits, 0)\",\"label\":\"permitted\"}],[{\"id\":\"e4\",\"expression\":\"FILL(denials, 0)\",\"label\":\"denied\"}]],\"view\":\"singleValue\"}},{\"x\":0,\"y\":8,\"width\":12,\"height\":6,\"type\":\"metric\",\"properties\":{\"title\":\"Requests of callers, and server errors\",\"region\":\"${data.aws_region.current_region.name}\",\"period\":60,\"metrics\":[[\"AWS/ApplicationELB\",\"HTTPCode_ELB_5XX_Count\",\"LoadBalancer\",\"${var.load_balancer_arn_suffix}\",{\"id\":\"balancer\",\"stat\":\"Sum\",\"label\":\"balancer\",\"visible\":false}],[\"AWS/ApplicationELB\",\"RequestCount\",\"LoadBalancer\",\"${var.load_balancer_arn_suffix}\",\"TargetGroup\",\"${var.target_group_arn_suffixes.orbit-blue}\",{\"id\":\"blue\",\"stat\":\"Sum\",\"label\":\"blue\",\"visible\":false}],[\"AWS/ApplicationELB\",\"RequestCount\",\"LoadBalancer\",\"${var.load_balancer_arn_suffix}\",\"TargetGroup\",\"${var.target_group_arn_suffixes.orbit-green}\",{\"id\":\"green\",\"stat\":\"Sum\",\"label\":\"green\",\"visible\":false}],[\"AWS/ApplicationELB\",\"HTTPCode_Target_5XX_Count\",\"LoadBalancer\",\"${var.load_balancer_arn_suffix}\",\"TargetGroup\",\"${var.target_group_arn_suffixes.orbit-blue}\",{\"id\":\"blueerrors\",\"stat\":\"Sum\",\"label\":\"blueerrors\",\"visible\":false}],[\"AWS/ApplicationELB\",\"HTTPCode_Target_5XX_Count\",\"LoadBalancer\",\"${var.load_balancer_arn_suffix}\",\"TargetGroup\",\"${var.target_group_arn_suffixes.orbit-green}\",{\"id\":\"greenerrors\",\"stat\":\"Sum\",\"label\":\"greenerrors\",\"visible\":false}],[{\"id\":\"e1\",\"expression\":\"(FILL(blue, 0) + FILL(green, 0) + FILL(balancer, 0))\",\"label\":\"requests\"}],[{\"id\":\"e2\",\"expression\":\"(FILL(blueerrors, 0) + FILL(greenerrors, 0))\",\"label\":\"server errors of tasks\"}],[{\"id\":\"e3\",\"expression\":\"FILL(balancer, 0)\",\"label\":\"server errors of the balancer\"}]],\"view\":\"timeSeries\",\"stacked\":false,\"yAxis\":{\"left\":{\"label\":\"Count\",\"min\":0,\"showUnits\":false}}}},{\"x\":12,\"y\":8,\"width\":12,\"height\":6,\"type\":\"metric\",\"properties\":{\"title\":\"Available: answered without a server error\",\"region\":\"${data.aws_region.current_region.name}\",\"period\":60,\"metrics\":[[\"AWS/ApplicationELB\",\"HTTPCode_ELB_5XX_Count\",\"LoadBalancer\",\"${var.load_balancer_arn_suffix}\",{\"id\":\"balancer\",\"stat\":\"Sum\",\"label\":\"balancer\",\"visible\":false}],[\"AWS/ApplicationELB\",\"RequestCount\",\"LoadBalancer\",\"${var.load_balancer_arn_suffix}\",\"TargetGroup\",\"${var.target_group_arn_suffixes.orbit-blue}\",{\"id\":\"blue\",\"stat\":\"Sum\",\"label\":\"blue\",\"visible\":false}],[\"AWS/ApplicationELB\",\"RequestCount\",\"LoadBalancer\",\"${var.load_balancer_arn_suffix}\",\"TargetGroup\",\"${var.target_group_arn_suffixes.orbit-green}\",{\"id\":\"green\",\"stat\":\"Sum\",\"label\":\"green\",\"visible\":false}],[\"AWS/ApplicationELB\",\"HTTPCode_Target_5XX_Count\",\"LoadBalancer\",\"${var.load_balancer_arn_suffix}\",\"TargetGroup\",\"${var.target_group_arn_suffixes.orbit-blue}\",{\"id\":\"blueerrors\",\"stat\":\"Sum\",\"label\":\"blueerrors\",\"visible\":false}],[\"AWS/ApplicationELB\",\"HTTPCode_Target_5XX_Count\",\"LoadBalancer\",\"${var.load_balancer_arn_suffix}\",\"TargetGroup\",\"${var.target_group_arn_suffixes.orbit-green}\",{\"id\":\"greenerrors\",\"stat\":\"Sum\",\"label\":\"greenerrors\",\"visible\":false}],[{\"id\":\"e1\",\"expression\":\"100 - 100 * (FILL(blueerrors, 0) + FILL(greenerrors, 0) + FILL(balancer, 0)) / (FILL(blue, 0) + FILL(green, 0) + FILL(balancer, 0))\",\"label\":\"available\"}]],\"view\":\"timeSeries\",\"stacked\":false,\"yAxis\":{\"left\":{\"label\":\"% of requests\",\"min\":0,\"showUnits\":false}}}},{\"x\":0,\"y\":14,\"width\":12,\"height\":6,\"type\":\"metric\",\"properties\":{\"title\":\"Until callers have the head of the answer\",\"region\":\"${data.aws_region.current_region.name}\",\"period\":60,\"metrics\":[[\"AWS/ApplicationELB\",\"TargetResponseTime\",\"LoadBalancer\",\"${var.load_balancer_arn_suffix}\",\"TargetGroup\",\"${var.target_group_arn_suffixes.orbit-blue}\",{\"id\":\"bluep50\",\"stat\":\"p50\",\"label\":\"bluep50\",\"visible\":false}],[\"AWS/ApplicationELB\",\"TargetResponseTime\",\"LoadBalancer\",\"${var.load_balancer_arn_suffix}\",\"TargetGroup\",\"${var.target_group_arn_suffixes.orbit-green}\",{\"id\":\"greenp50\",\"stat\":\"p50\",\"label\":\"greenp50\",\"visible\":false}],[\"AWS/ApplicationELB\",\"TargetResponseTime\",\"LoadBalancer\",\"${var.load_balancer_arn_suffix}\",\"TargetGroup\",\"${var.target_group_arn_suffixes.orbit-blue}\",{\"id\":\"bluep95\",\"stat\":\"p95\",\"label\":\"bluep95\",\"visible\":false}],[\"AWS/ApplicationELB\",\"TargetResponseTime\",\"LoadBalancer\",\"${var.load_balancer_arn_suffix}\",\"TargetGroup\",\"${var.target_group_arn_suffixes.orbit-green}\",{\"id\":\"greenp95\",\"stat\":\"p95\",\"label\":\"greenp95\",\"visible\":false}],[\"AWS/ApplicationELB\",\"TargetResponseTime\",\"LoadBalancer\",\"${var.load_balancer_arn_suffix}\",\"TargetGroup\",\"${var.target_group_arn_suffixes.orbit-blue}\",{\"id\":\"bluep99\",\"stat\":\"p99\",\"label\":\"bluep99\",\"visible\":false}],[\"AWS/ApplicationELB\",\"TargetResponseTime\",\"LoadBalancer\",\"${var.load_balancer_arn_suffix}\",\"TargetGroup\",\"${var.target_group_arn_suffixes.orbit-green}\",{\"id\":\"greenp99\",\"stat\":\"p99\",\"label\":\"greenp99\",\"visible\":false}],[{\"id\":\"e1\",\"expression\":\"MAX([FILL(bluep50, 0), FILL(greenp50, 0)])\",\"label\":\"p50\"}],[{\"id\":\"e2\",\"expression\":\"MAX([FILL(bluep95, 0), FILL(greenp95, 0)])\",\"label\":\"p95\"}],[{\"id\":\"e3\",\"expression\":\"MAX([FILL(bluep99, 0), FILL(greenp99, 0)])\",\"label\":\"p99\"}]],\"view\":\"timeSeries\",\"stacked\":false,\"yAxis\":{\"left\":{\"label\":\"Seconds\",\"min\":0,\"showUnits\":false}}}},{\"x\":12,\"y\":14,\"width\":12,\"height\":6,\"type\":\"metric\",\"properties\":{\"title\":\"Errors logged, and questions without an answer\",\"region\":\"${data.aws_region.current_region.name}\",\"period\":60,\"metrics\":[[\"AgentRuntime/${var.name_prefix}\",\"OrbitErrors\",{\"id\":\"m1\",\"stat\":\"Sum\",\"label\":\"orbit\"}],[\"AgentRuntime/${var.name_prefix}\",\"AxonErrors\",{\"id\":\"m2\",\"stat\":\"Sum\",\"label\":\"axon\"}],[\"AgentRuntime/${var.name_prefix}\",\"UnansweredQuestions\",{\"id\":\"m3\",\"stat\":\"Sum\",\"label\":\"governance did not answer\"}]],\"view\":\"timeSeries\",\"stacked\":false,\"yAxis\":{\"left\":{\"label\":\"Count\",\"min\":0,\"showUnits\":false}}}},{\"x\":0,\"y\":20,\"width\":12,\"height\":6,\"type\":\"metric\",\"properties\":{\"title\":\"Tasks that run\",\"region\":\"${data.aws_region.current_region.name}\",\"period\":60,\"metrics\":[[\"AWS/ECS\",\"CPUUtilization\",\"ClusterName\",\"${var.name_prefix}-cluster\",\"ServiceName\",\"${var.name_prefix}-orbit\",{\"id\":\"m1\",\"stat\":\"SampleCount\",\"label\":\"orbit\"}],[\"AWS/ECS\",\"CPUUtilization\",\"ClusterName\",\"${var.name_prefix}-cluster\",\"ServiceName\",\"${var.name_prefix}-axon\",{\"id\":\"m2\",\"stat\":\"SampleCount\",\"label\":\"axon\"}]],\"view\":\"timeSeries\",\"stacked\":false,\"yAxis\":{\"left\":{\"label\":\"tasks\",\"min\":0,\"showUnits\":false}}}},{\"x\":12,\"y\":20,\"width\":12,\"height\":6,\"type\":\"metric\",\"properties\":{\"title\":\"Lines of metrics that arrive\",\"region\":\"${data.aws_region.current_region.name}\",\"period\":60,\"metrics\":[[\"AgentRuntime/${var.name_prefix}\",\"OrbitSaturation\",{\"id\":\"m1\",\"stat\":\"SampleCount\",\"label\":\"orbit\"}],[\"AgentRuntime/${var.name_prefix}\",\"AxonSaturation\",{\"id\":\"m2\",\"stat\":\"SampleCount\",\"label\":\"axon\"}]],\"view\":\"timeSeries\",\"stacked\":false,\"yAxis\":{\"left\":{\"label\":\"lines\",\"min\":0,\"showUnits\":false}}}}]}"
  dashboard_name = "${var.name_prefix}-service-health"
}
resource "aws_cloudwatch_dashboard" "dashboard_latency" {
  dashboard_body = "{\"widgets\":[{\"type\":\"text\",\"x\":0,\"y\":0,\"width\":24,\"height\":2,\"properties\":{\"markdown\":\"# Latency by hop\nWhich hop is slow? Each includes those behind it, except that Governance and Axon are beside each other. [Runbook](${var.runbook_url}#latency)\"}},{\"x\":0,\"y\":2,\"width\":12,\"height\":6,\"type\":\"metric\",\"properties\":{\"title\":\"Alarm slow, P2\",\"region\":\"${data.aws_region.current_region.name}\",\"period\":60,\"view\":\"timeSeries\",\"stacked\":false,\"yAxis\":{\"left\":{\"label\":\"Seconds\",\"min\":0,\"showUnits\":false}},\"metrics\":[[\"AWS/ApplicationELB\",\"TargetResponseTime\",\"LoadBalancer\",\"${var.load_balancer_arn_suffix}\",\"TargetGroup\",\"${var.target_group_arn_suffixes.orbit-blue}\",{\"id\":\"blue\",\"stat\":\"p99\",\"label\":\"blue\",\"visible\":false}],[\"AWS/ApplicationELB\",\"TargetResponseTime\",\"LoadBalancer\",\"${var.load_balancer_arn_suffix}\",\"TargetGroup\",\"${var.target_group_arn_suffixes.orbit-green}\",{\"id\":\"green\",\"stat\":\"p99\",\"label\":\"green\",\"visible\":false}],[{\"id\":\"judged\",\"expression\":\"MAX([FILL(blue, 0), FILL(green, 0)])\",\"label\":\"slow\"}]],\"annotations\":{\"horizontal\":[{\"label\":\"alarm above 1\",\"value\":1,\"color\":\"#d62728\"}]}}},{\"x\":12,\"y\":2,\"width\":12,\"height\":6,\"type\":\"metric\",\"properties\":{\"title\":\"Callers, at the load balancer\",\"region\":\"${data.aws_region.current_region.name}\",\"period\":60,\"metrics\":[[\"AWS/ApplicationELB\",\"TargetResponseTime\",\"LoadBalancer\",\"${var.load_balancer_arn_suffix}\",\"TargetGroup\",\"${var.target_group_arn_suffixes.orbit-blue}\",{\"id\":\"bluep50\",\"stat\":\"p50\",\"label\":\"bluep50\",\"visible\":false}],[\"AWS/ApplicationELB\",\"TargetResponseTime\",\"LoadBalancer\",\"${var.load_balancer_arn_suffix}\",\"TargetGroup\",\"${var.target_group_arn_suffixes.orbit-green}\",{\"id\":\"greenp50\",\"stat\":\"p50\",\"label\":\"greenp50\",\"visible\":false}],[\"AWS/ApplicationELB\",\"TargetResponseTime\",\"LoadBalancer\",\"${var.load_balancer_arn_suffix}\",\"TargetGroup\",\"${var.target_group_arn_suffixes.orbit-blue}\",{\"id\":\"bluep95\",\"stat\":\"p95\",\"label\":\"bluep95\",\"visible\":false}],[\"AWS/ApplicationELB\",\"TargetResponseTime\",\"LoadBalancer\",\"${var.load_balancer_arn_suffix}\",\"TargetGroup\",\"${var.target_group_arn_suffixes.orbit-green}\",{\"id\":\"greenp95\",\"stat\":\"p95\",\"label\":\"greenp95\",\"visible\":false}],[\"AWS/ApplicationELB\",\"TargetResponseTime\",\"LoadBalancer\",\"${var.load_balancer_arn_suffix}\",\"TargetGroup\",\"${var.target_group_arn_suffixes.orbit-blue}\",{\"id\":\"bluep99\",\"stat\":\"p99\",\"label\":\"bluep99\",\"visible\":false}],[\"AWS/ApplicationELB\",\"TargetResponseTime\",\"LoadBalancer\",\"${var.load_balancer_arn_suffix}\",\"TargetGroup\",\"${var.target_group_arn_suffixes.orbit-green}\",{\"id\":\"greenp99\",\"stat\":\"p99\",\"label\":\"greenp99\",\"visible\":false}],[{\"id\":\"e1\",\"expression\":\"MAX([FILL(bluep50, 0), FILL(greenp50, 0)])\",\"label\":\"p50\"}],[{\"id\":\"e2\",\"expression\":\"MAX([FILL(bluep95, 0), FILL(greenp95, 0)])\",\"label\":\"p95\"}],[{\"id\":\"e3\",\"expression\":\"MAX([FILL(bluep99, 0), FILL(greenp99, 0)])\",\"label\":\"p99\"}]],\"view\":\"timeSeries\",\"stacked\":false,\"yAxis\":{\"left\":{\"label\":\"Seconds\",\"min\":0,\"showUnits\":false}}}},{\"x\":0,\"y\":8,\"width\":8,\"height\":6,\"type\":\"metric\",\"properties\":{\"title\":\"Orbit: a request\",\"region\":\"${data.aws_region.current_region.name}\",\"period\":60,\"metrics\":[[\"AgentRuntime/${var.name_prefix}\",\"OrbitLatency\",{\"id\":\"m1\",\"stat\":\"p50\",\"label\":\"p50\"}],[\"AgentRuntime/${var.name_prefix}\",\"OrbitLatency\",{\"id\":\"m2\",\"stat\":\"p95\",\"label\":\"p95\"}],[\"AgentRuntime/${var.name_prefix}\",\"OrbitLatency\",{\"id\":\"m3\",\"stat\":\"p99\",\"label\":\"p99\"}]],\"view\":\"timeSeries\",\"stacked\":false,\"yAxis\":{\"left\":{\"label\":\"Milliseconds\",\"min\":0,\"showUnits\":false}}}},{\"x\":8,\"y\":8,\"width\":8,\"height\":6,\"type\":\"metric\",\"properties\":{\"title\":\"Orbit asks Governance\",\"region\":\"${data.aws_region.current_region.name}\",\"period\":60,\"metrics\":[[\"AgentRuntime/${var.name_prefix}\",\"GovernLatency\",{\"id\":\"m1\",\"stat\":\"p50\",\"label\":\"p50\"}],[\"AgentRuntime/${var.name_prefix}\",\"GovernLatency\",{\"id\":\"m2\",\"stat\":\"p95\",\"label\":\"p95\"}],[\"AgentRuntime/${var.name_prefix}\",\"GovernLatency\",{\"id\":\"m3\",\"stat\":\"p99\",\"label\":\"p99\"}]],\"view\":\"timeSeries\",\"stacked\":false,\"yAxis\":{\"left\":{\"label\":\"Milliseconds\",\"min\":0,\"showUnits\":false}}}},{\"x\":16,\"y\":8,\"width\":8,\"height\":6,\"type\":\"metric\",\"properties\":{\"title\":\"Orbit calls Axon\",\"region\":\"${data.aws_region.current_region.name}\",\"period\":60,\"metrics\":[[\"AgentRuntime/${var.name_prefix}\",\"ActLatency\",{\"id\":\"m1\",\"stat\":\"p50\",\"label\":\"p50\"}],[\"AgentRuntime/${var.name_prefix}\",\"ActLatency\",{\"id\":\"m2\",\"stat\":\"p95\",\"label\":\"p95\"}],[\"AgentRuntime/${var.name_prefix}\",\"ActLatency\",{\"id\":\"m3\",\"stat\":\"p99\",\"label\":\"p99\"}]],\"view\":\"timeSeries\",\"stacked\":false,\"yAxis\":{\"left\":{\"label\":\"Milliseconds\",\"min\":0,\"showUnits\":false}}}},{\"x\":0,\"y\":14,\"width\":8,\"height\":6,\"type\":\"metric\",\"properties\":{\"title\":\"Axon: a request\",\"region\":\"${data.aws_region.current_region.name}\",\"period\":60,\"metrics\":[[\"AgentRuntime/${var.name_prefix}\",\"AxonLatency\",{\"id\":\"m1\",\"stat\":\"p50\",\"label\":\"p50\"}],[\"AgentRuntime/${var.name_prefix}\",\"AxonLatency\",{\"id\":\"m2\",\"stat\":\"p95\",\"label\":\"p95\"}],[\"AgentRuntime/${var.name_prefix}\",\"AxonLatency\",{\"id\":\"m3\",\"stat\":\"p99\",\"label\":\"p99\"}]],\"view\":\"timeSeries\",\"stacked\":false,\"yAxis\":{\"left\":{\"label\":\"Milliseconds\",\"min\":0,\"showUnits\":false}}}},{\"x\":8,\"y\":14,\"width\":8,\"height\":6,\"type\":\"metric\",\"properties\":{\"title\":\"Axon verifies the grant\",\"region\":\"${data.aws_region.current_region.name}\",\"period\":60,\"metrics\":[[\"AgentRuntime/${var.name_prefix}\",\"VerifyLatency\",{\"id\":\"m1\",\"stat\":\"p50\",\"label\":\"p50\"}],[\"AgentRuntime/${var.name_prefix}\",\"VerifyLatency\",{\"id\":\"m2\",\"stat\":\"p95\",\"label\":\"p95\"}],[\"AgentRuntime/${var.name_prefix}\",\"VerifyLatency\",{\"id\":\"m3\",\"stat\":\"p99\",\"label\":\"p99\"}]],\"view\":\"timeSeries\",\"stacked\":false,\"yAxis\":{\"left\":{\"label\":\"Milliseconds\",\"min\":0,\"showUnits\":false}}}},{\"x\":16,\"y\":14,\"width\":8,\"height\":6,\"type\":\"metric\",\"properties\":{\"title\":\"The model\",\"region\":\"${data.aws_region.current_region.name}\",\"period\":60,\"metrics\":[[\"AgentRuntime/${var.name_prefix}\",\"ReasonLatency\",{\"id\":\"m1\",\"stat\":\"p50\",\"label\":\"p50\"}],[\"AgentRuntime/${var.name_prefix}\",\"ReasonLatency\",{\"id\":\"m2\",\"stat\":\"p95\",\"label\":\"p95\"}],[\"AgentRuntime/${var.name_prefix}\",\"ReasonLatency\",{\"id\":\"m3\",\"stat\":\"p99\",\"label\":\"p99\"}]],\"view\":\"timeSeries\",\"stacked\":false,\"yAxis\":{\"left\":{\"label\":\"Milliseconds\",\"min\":0,\"showUnits\":false}}}},{\"x\":0,\"y\":20,\"width\":8,\"height\":6,\"type\":\"metric\",\"properties\":{\"title\":\"Governance: the decision\",\"region\":\"${data.aws_region.current_region.name}\",\"period\":60,\"metrics\":[[\"AgentRuntime/${var.name_prefix}\",\"DecisionLatency\",{\"id\":\"m1\",\"stat\":\"p50\",\"label\":\"p50\"}],[\"AgentRuntime/${var.name_prefix}\",\"DecisionLatency\",{\"id\":\"m2\",\"stat\":\"p95\",\"label\":\"p95\"}],[\"AgentRuntime/${var.name_prefix}\",\"DecisionLatency\",{\"id\":\"m3\",\"stat\":\"p99\",\"label\":\"p99\"}]],\"view\":\"timeSeries\",\"stacked\":false,\"yAxis\":{\"left\":{\"label\":\"Milliseconds\",\"min\":0,\"showUnits\":false}}}},{\"x\":8,\"y\":20,\"width\":8,\"height\":6,\"type\":\"metric\",\"properties\":{\"title\":\"Governance: the function\",\"region\":\"${data.aws_region.current_region.name}\",\"period\":60,\"metrics\":[[\"AWS/Lambda\",\"Duration\",\"FunctionName\",\"${var.name_prefix}-governance\",{\"id\":\"m1\",\"stat\":\"p50\",\"label\":\"p50\"}],[\"AWS/Lambda\",\"Duration\",\"FunctionName\",\"${var.name_prefix}-governance\",{\"id\":\"m2\",\"stat\":\"p95\",\"label\":\"p95\"}],[\"AWS/Lambda\",\"Duration\",\"FunctionName\",\"${var.name_prefix}-governance\",{\"id\":\"m3\",\"stat\":\"p99\",\"label\":\"p99\"}]],\"view\":\"timeSeries\",\"stacked\":false,\"yAxis\":{\"left\":{\"label\":\"Milliseconds\",\"min\":0,\"showUnits\":false}}}},{\"x\":16,\"y\":20,\"width\":8,\"height\":6,\"type\":\"metric\",\"properties\":{\"title\":\"Alarm governance-slow, P2\",\"region\":\"${data.aws_region.current_region.name}\",\"period\":60,\"view\":\"timeSeries\",\"stacked\":false,\"yAxis\":{\"left\":{\"label\":\"Milliseconds\",\"min\":0,\"showUnits\":false}},\"metrics\":[[\"AWS/Lambda\",\"Duration\",\"FunctionName\",\"${var.name_prefix}-governance\",{\"id\":\"duration\",\"stat\":\"p99\",\"label\":\"governance-slow\"}]],\"annotations\":{\"horizontal\":[{\"label\":\"alarm above 250\",\"value\":250,\"color\":\"#d62728\"}]}}}]}"
  dashboard_name = "${var.name_prefix}-latency"
}
resource "aws_cloudwatch_dashboard" "dashboard_error_rates" {
  dashboard_body = "{\"widgets\":[{\"type\":\"text\",\"x\":0,\"y\":0,\"width\":24,\"height\":2,\"properties\":{\"markdown\":\"# Error rates\nWhat fails, and how much of the 0.1% that may fail is used? A burn of 1 uses a budget just up. [Runbook](${var.runbook_url}#error-rates)\"}},{\"x\":0,\"y\":2,\"width\":12,\"height\":6,\"type\":\"metric\",\"properties\":{\"title\":\"Alarm error-rate, P1\",\"region\":\"${data.aws_region.current_region.name}\",\"period\":60,\"view\":\"timeSeries\",\"stacked\":false,\"yAxis\":{\"left\":{\"label\":\"Percent\",\"min\":0,\"showUnits\":false}},\"metrics\":[[\"AWS/ApplicationELB\",\"HTTPCode_ELB_5XX_Count\",\"LoadBalancer\",\"${var.load_balancer_arn_suffix}\",{\"id\":\"balancer\",\"stat\":\"Sum\",\"label\":\"balancer\",\"visible\":false}],[\"AWS/ApplicationELB\",\"RequestCount\",\"LoadBalancer\",\"${var.load_balancer_arn_suffix}\",\"TargetGroup\",\"${var.target_group_arn_suffixes.orbit-blue}\",{\"id\":\"blue\",\"stat\":\"Sum\",\"label\":\"blue\",\"visible\":false}],[\"AWS/ApplicationELB\",\"RequestCount\",\"LoadBalancer\",\"${var.load_balancer_arn_suffix}\",\"TargetGroup\",\"${var.target_group_arn_suffixes.orbit-green}\",{\"id\":\"green\",\"stat\":\"Sum\",\"label\":\"green\",\"visible\":false}],[\"AWS/ApplicationELB\",\"HTTPCode_Target_5XX_Count\",\"LoadBalancer\",\"${var.load_balancer_arn_suffix}\",\"TargetGroup\",\"${var.target_group_arn_suffixes.orbit-blue}\",{\"id\":\"blueerrors\",\"stat\":\"Sum\",\"label\":\"blueerrors\",\"visible\":false}],[\"AWS/ApplicationELB\",\"HTTPCode_Target_5XX_Count\",\"LoadBalancer\",\"${var.load_balancer_arn_suffix}\",\"TargetGroup\",\"${var.target_group_arn_suffixes.orbit-green}\",{\"id\":\"greenerrors\",\"stat\":\"Sum\",\"label\":\"greenerrors\",\"visible\":false}],[{\"id\":\"judged\",\"expression\":\"IF((FILL(blueerrors, 0) + FILL(greenerrors, 0) + FILL(balancer, 0)) > 2, 100 * (FILL(blueerrors, 0) + FILL(greenerrors, 0) + FILL(balancer, 0)) / (FILL(blue, 0) + FILL(green, 0) + FILL(balancer, 0)), 0)\",\"label\":\"error-rate\"}]],\"annotations\":{\"horizontal\":[{\"label\":\"alarm above 5\",\"value\":5,\"color\":\"#d62728\"}]}}},{\"x\":12,\"y\":2,\"width\":12,\"height\":6,\"type\":\"metric\",\"properties\":{\"title\":\"Burn of the error budget, 99.9%\",\"region\":\"${data.aws_region.current_region.name}\",\"period\":60,\"metrics\":[[\"AWS/ApplicationELB\",\"HTTPCode_ELB_5XX_Count\",\"LoadBalancer\",\"${var.load_balancer_arn_suffix}\",{\"id\":\"balancer\",\"stat\":\"Sum\",\"label\":\"balancer\",\"visible\":false}],[\"AWS/ApplicationELB\",\"RequestCount\",\"LoadBalancer\",\"${var.load_balancer_arn_suffix}\",\"TargetGroup\",\"${var.target_group_arn_suffixes.orbit-blue}\",{\"id\":\"blue\",\"stat\":\"Sum\",\"label\":\"blue\",\"visible\":false}],[\"AWS/ApplicationELB\",\"RequestCount\",\"LoadBalancer\",\"${var.load_balancer_arn_suffix}\",\"TargetGroup\",\"${var.target_group_arn_suffixes.orbit-green}\",{\"id\":\"green\",\"stat\":\"Sum\",\"label\":\"green\",\"visible\":false}],[\"AWS/ApplicationELB\",\"HTTPCode_Target_5XX_Count\",\"LoadBalancer\",\"${var.load_balancer_arn_suffix}\",\"TargetGroup\",\"${var.target_group_arn_suffixes.orbit-blue}\",{\"id\":\"blueerrors\",\"stat\":\"Sum\",\"label\":\"blueerrors\",\"visible\":false}],[\"AWS/ApplicationELB\",\"HTTPCode_Target_5XX_Count\",\"LoadBalancer\",\"${var.load_balancer_arn_suffix}\",\"TargetGroup\",\"${var.target_group_arn_suffixes.orbit-green}\",{\"id\":\"greenerrors\",\"stat\":\"Sum\",\"label\":\"greenerrors\",\"visible\":false}],[{\"id\":\"e1\",\"expression\":\"(FILL(blueerrors, 0) + FILL(greenerrors, 0) + FILL(balancer, 0)) / (FILL(blue, 0) + FILL(green, 0) + FILL(balancer, 0)) / 0.001\",\"label\":\"burn\"}]],\"view\":\"timeSeries\",\"stacked\":false,\"yAxis\":{\"left\":{\"label\":\"times the budget\",\"min\":0,\"showUnits\":false}}}},{\"x\":0,\"y\":8,\"width\":12,\"height\":6,\"type\":\"log\",\"properties\":{\"title\":\"Requests of callers by status\",\"region\":\"${data.aws_region.current_region.name}\",\"view\":\"bar\",\"query\":\"SOURCE '/ecs/${var.name_prefix}-orbit' | filter message = \"request\" and route = \"/dispatch\" | stats count(*) as requests by status | sort requests desc\"}},{\"x\":12,\"y\":8,\"width\":12,\"height\":6,\"type\":\"log\",\"properties\":{\"title\":\"Refusals of Axon by code\",\"region\":\"${data.aws_region.current_region.name}\",\"view\":\"bar\",\"query\":\"SOURCE '/ecs/${var.name_prefix}-axon' | filter ispresent(refusal) | stats count(*) as refusals by refusal | sort refusals desc\"}},{\"x\":0,\"y\":14,\"width\":12,\"height\":6,\"type\":\"metric\",\"properties\":{\"title\":\"Problems that Orbit answers, by code\",\"region\":\"${data.aws_region.current_region.name}\",\"period\":60,\"view\":\"timeSeries\",\"stacked\":false,\"yAxis\":{\"left\":{\"label\":\"Count\",\"min\":0,\"showUnits\":false}},\"metrics\":[[{\"id\":\"e1\",\"expression\":\"SEARCH('{\"AgentRuntime/${var.name_prefix}\",\"code\"} MetricName=\"OrbitProblems\"', 'Sum', 60)\",\"label\":\"code\"}]]}},{\"x\":12,\"y\":14,\"width\":12,\"height\":6,\"type\":\"metric\",\"properties\":{\"title\":\"Problems that Axon answers, by code\",\"region\":\"${data.aws_region.current_region.name}\",\"period\":60,\"view\":\"timeSeries\",\"stacked\":false,\"yAxis\":{\"left\":{\"label\":\"Count\",\"min\":0,\"showUnits\":false}},\"metrics\":[[{\"id\":\"e1\",\"expression\":\"SEARCH('{\"AgentRuntime/${var.name_prefix}\",\"code\"} MetricName=\"AxonProblems\"', 'Sum', 60)\",\"label\":\"code\"}]]}},{\"x\":0,\"y\":20,\"width\":8,\"height\":6,\"type\":\"metric\",\"properties\":{\"title\":\"Alarm grants-refused, P1\",\"region\":\"${data.aws_region.current_region.name}\",\"period\":300,\"view\":\"timeSeries\",\"stacked\":false,\"yAxis\":{\"left\":{\"label\":\"Count\",\"min\":0,\"showUnits\":false}},\"metrics\":[[\"AgentRuntime/${var.name_prefix}\",\"Refusals\",{\"id\":\"refusals\",\"stat\":\"Sum\",\"label\":\"grants-refused\"}]],\"annotations\":{\"horizontal\":[{\"label\":\"alarm above 5\",\"value\":5,\"color\":\"#d62728\"}]}}},{\"x\":8,\"y\":20,\"width\":8,\"height\":6,\"type\":\"metric\",\"properties\":{\"title\":\"Alarm orbit-errors, P2\",\"region\":\"${data.aws_region.current_region.name}\",\"period\":300,\"view\":\"timeSeries\",\"stacked\":false,\"yAxis\":{\"left\":{\"label\":\"Count\",\"min\":0,\"showUnits\":false}},\"metrics\":[[\"AgentRuntime/${var.name_prefix}\",\"OrbitErrors\",{\"id\":\"errors\",\"stat\":\"Sum\",\"label\":\"orbit-errors\"}]],\"annotations\":{\"horizontal\":[{\"label\":\"alarm above 10\",\"value\":10,\"color\":\"#d62728\"}]}}},{\"x\":16,\"y\":20,\"width\":8,\"height\":6,\"type\":\"metric\",\"properties\":{\"title\":\"Alarm axon-errors, P2\",\"region\":\"${data.aws_region.current_region.name}\",\"period\":300,\"view\":\"timeSeries\",\"stacked\":false,\"yAxis\":{\"left\":{\"label\":\"Count\",\"min\":0,\"showUnits\":false}},\"metrics\":[[\"AgentRuntime/${var.name_prefix}\",\"AxonErrors\",{\"id\":\"errors\",\"stat\":\"Sum\",\"label\":\"axon-errors\"}]],\"annotations\":{\"horizontal\":[{\"label\":\"alarm above 10\",\"value\":10,\"color\":\"#d62728\"}]}}},{\"x\":0,\"y\":26,\"width\":12,\"height\":6,\"type\":\"metric\",\"properties\":{\"title\":\"Governance: the function\",\"region\":\"${data.aws_region.current_region.name}\",\"period\":60,\"metrics\":[[\"AWS/Lambda\",\"Errors\",\"FunctionName\",\"${var.name_prefix}-governance\",{\"id\":\"m1\",\"stat\":\"Sum\",\"label\":\"errors\"}],[\"AWS/Lambda\",\"Throttles\",\"FunctionName\",\"${var.name_prefix}-governance\",{\"id\":\"m2\",\"stat\":\"Sum\",\"label\":\"throttles\"}]],\"view\":\"timeSeries\",\"stacked\":false,\"yAxis\":{\"left\":{\"label\":\"Count\",\"min\":0,\"showUnits\":false}}}},{\"x\":12,\"y\":26,\"width\":12,\"height\":6,\"type\":\"metric\",\"properties\":{\"title\":\"Secrets and dead letters\",\"region\":\"${data.aws_region.current_region.name}\",\"period\":60,\"metrics\":[[\"AWS/Lambda\",\"Errors\",\"FunctionName\",\"${var.name_prefix}-secrets-rotation\",{\"id\":\"m1\",\"stat\":\"Sum\",\"label\":\"rotations failed\"}],[\"AWS/SQS\",\"ApproximateNumberOfMessagesVisible\",\"QueueName\",\"${var.name_prefix}-governance-dead-letters\",{\"id\":\"m2\",\"stat\":\"Maximum\",\"label\":\"dead letters\"}]],\"view\":\"timeSeries\",\"stacked\":false,\"yAxis\":{\"left\":{\"label\":\"Count\",\"min\":0,\"showUnits\":false}}}}]}"
  dashboard_name = "${var.name_prefix}-error-rates"
}
resource "aws_cloudwatch_dashboard" "dashboard_resource_use" {
  dashboard_body = "{\"widgets\":[{\"type\":\"text\",\"x\":0,\"y\":0,\"width\":24,\"height\":2,\"properties\":{\"markdown\":\"# Resource use\nWhat runs out, and how far is it from that? [Runbook](${var.runbook_url}#resource-use)\"}},{\"x\":0,\"y\":2,\"width\":12,\"height\":6,\"type\":\"metric\",\"properties\":{\"title\":\"Alarm orbit-cpu, P3\",\"region\":\"${data.aws_region.current_region.name}\",\"period\":60,\"view\":\"timeSeries\",\"stacked\":false,\"yAxis\":{\"left\":{\"label\":\"Percent\",\"min\":0,\"showUnits\":false}},\"metrics\":[[\"AWS/ECS\",\"CPUUtilization\",\"ClusterName\",\"${var.name_prefix}-cluster\",\"ServiceName\",\"${var.name_prefix}-orbit\",{\"id\":\"cpu\",\"stat\":\"Average\",\"label\":\"orbit-cpu\"}]],\"annotations\":{\"horizontal\":[{\"label\":\"alarm above 90\",\"value\":90,\"color\":\"#d62728\"}]}}},{\"x\":12,\"y\":2,\"width\":12,\"height\":6,\"type\":\"metric\",\"properties\":{\"title\":\"Alarm axon-cpu, P3\",\"region\":\"${data.aws_region.current_region.name}\",\"period\":60,\"view\":\"timeSeries\",\"stacked\":false,\"yAxis\":{\"left\":{\"label\":\"Percent\",\"min\":0,\"showUnits\":false}},\"metrics\":[[\"AWS/ECS\",\"CPUUtilization\",\"ClusterName\",\"${var.name_prefix}-cluster\",\"ServiceName\",\"${var.name_prefix}-axon\",{\"id\":\"cpu\",\"stat\":\"Average\",\"label\":\"axon-cpu\"}]],\"annotations\":{\"horizontal\":[{\"label\":\"alarm above 90\",\"value\":90,\"color\":\"#d62728\"}]}}},{\"x\":0,\"y\":8,\"width\":12,\"height\":6,\"type\":\"metric\",\"properties\":{\"title\":\"Alarm orbit-memory, P2\",\"region\":\"${data.aws_region.current_region.name}\",\"period\":60,\"view\":\"timeSeries\",\"stacked\":false,\"yAxis\":{\"left\":{\"label\":\"Percent\",\"min\":0,\"showUnits\":false}},\"metrics\":[[\"AWS/ECS\",\"MemoryUtilization\",\"ClusterName\",\"${var.name_prefix}-cluster\",\"ServiceName\",\"${var.name_prefix}-orbit\",{\"id\":\"memory\",\"stat\":\"Maximum\",\"label\":\"orbit-memory\"}]],\"annotations\":{\"horizontal\":[{\"label\":\"alarm above 90\",\"value\":90,\"color\":\"#d62728\"}]}}},{\"x\":12,\"y\":8,\"width\":12,\"height\":6,\"type\":\"metric\",\"properties\":{\"title\":\"Alarm axon-memory, P2\",\"region\":\"${data.aws_region.current_region.name}\",\"period\":60,\"view\":\"timeSeries\",\"stacked\":false,\"yAxis\":{\"left\":{\"label\":\"Percent\",\"min\":0,\"showUnits\":false}},\"metrics\":[[\"AWS/ECS\",\"MemoryUtilization\",\"ClusterName\",\"${var.name_prefix}-cluster\",\"ServiceName\",\"${var.name_prefix}-axon\",{\"id\":\"memory\",\"stat\":\"Maximum\",\"label\":\"axon-memory\"}]],\"annotations\":{\"horizontal\":[{\"label\":\"alarm above 90\",\"value\":90,\"color\":\"#d62728\"}]}}},{\"x\":0,\"y\":14,\"width\":8,\"height\":6,\"type\":\"metric\",\"properties\":{\"title\":\"Alarm orbit-saturated, P2\",\"region\":\"${data.aws_region.current_region.name}\",\"period\":60,\"view\":\"timeSeries\",\"stacked\":false,\"yAxis\":{\"left\":{\"label\":\"Percent\",\"min\":0,\"showUnits\":false}},\"metrics\":[[\"AgentRuntime/${var.name_prefix}\",\"OrbitSaturation\",{\"id\":\"busy\",\"stat\":\"Maximum\",\"label\":\"orbit-saturated\"}]],\"annotations\":{\"horizontal\":[{\"label\":\"alarm above 85\",\"value\":85,\"color\":\"#d62728\"}]}}},{\"x\":8,\"y\":14,\"width\":8,\"height\":6,\"type\":\"metric\",\"properties\":{\"title\":\"Alarm axon-saturated, P2\",\"region\":\"${data.aws_region.current_region.name}\",\"period\":60,\"view\":\"timeSeries\",\"stacked\":false,\"yAxis\":{\"left\":{\"label\":\"Percent\",\"min\":0,\"showUnits\":false}},\"metrics\":[[\"AgentRuntime/${var.name_prefix}\",\"AxonSaturation\",{\"id\":\"busy\",\"stat\":\"Maximum\",\"label\":\"axon-saturated\"}]],\"annotations\":{\"horizontal\":[{\"label\":\"alarm above 85\",\"value\":85,\"color\":\"#d62728\"}]}}},{\"x\":16,\"y\":14,\"width\":8,\"height\":6,\"type\":\"metric\",\"properties\":{\"title\":\"Alarm replay-set-filling, P1\",\"region\":\"${data.aws_region.current_region.name}\",\"period\":60,\"view\":\"timeSeries\",\"stacked\":false,\"yAxis\":{\"left\":{\"label\":\"Percent\",\"min\":0,\"showUnits\":false}},\"metrics\":[[\"AgentRuntime/${var.name_prefix}\",\"ReplaySetUse\",{\"id\":\"use\",\"stat\":\"Maximum\",\"label\":\"replay-set-filling\"}]],\"annotations\":{\"horizontal\":[{\"label\":\"alarm above 80\",\"value\":80,\"color\":\"#d62728\"}]}}},{\"x\":0,\"y\":20,\"width\":8,\"height\":6,\"type\":\"metric\",\"properties\":{\"title\":\"Network, with Container Insights\",\"region\":\"${data.aws_region.current_region.name}\",\"period\":60,\"metrics\":[[\"ECS/ContainerInsights\",\"NetworkRxBytes\",\"ClusterName\",\"${var.name_prefix}-cluster\",\"ServiceName\",\"${var.name_prefix}-orbit\",{\"id\":\"m1\",\"stat\":\"Average\",\"label\":\"orbit receives\"}],[\"ECS/ContainerInsights\",\"NetworkTxBytes\",\"ClusterName\",\"${var.name_prefix}-cluster\",\"ServiceName\",\"${var.name_prefix}-orbit\",{\"id\":\"m2\",\"stat\":\"Average\",\"label\":\"orbit sends\"}],[\"ECS/ContainerInsights\",\"NetworkRxBytes\",\"ClusterName\",\"${var.name_prefix}-cluster\",\"ServiceName\",\"${var.name_prefix}-axon\",{\"id\":\"m3\",\"stat\":\"Average\",\"label\":\"axon receives\"}],[\"ECS/ContainerInsights\",\"NetworkTxBytes\",\"ClusterName\",\"${var.name_prefix}-cluster\",\"ServiceName\",\"${var.name_prefix}-axon\",{\"id\":\"m4\",\"stat\":\"Average\",\"label\":\"axon sends\"}]],\"view\":\"timeSeries\",\"stacked\":false,\"yAxis\":{\"left\":{\"label\":\"Bytes/Second\",\"min\":0,\"showUnits\":false}}}},{\"x\":8,\"y\":20,\"width\":8,\"height\":6,\"type\":\"metric\",\"properties\":{\"title\":\"Governance: executions at once\",\"region\":\"${data.aws_region.current_region.name}\",\"period\":60,\"metrics\":[[\"AWS/Lambda\",\"ConcurrentExecutions\",\"FunctionName\",\"${var.name_prefix}-governance\",{\"id\":\"m1\",\"stat\":\"Maximum\",\"label\":\"executions\"}]],\"view\":\"timeSeries\",\"stacked\":false,\"yAxis\":{\"left\":{\"label\":\"Count\",\"min\":0,\"showUnits\":false}}}},{\"x\":16,\"y\":20,\"width\":8,\"height\":6,\"type\":\"metric\",\"properties\":{\"title\":\"Alarm tls-certificate-expiring, P2\",\"region\":\"${data.aws_region.current_region.name}\",\"period\":86400,\"view\":\"timeSeries\",\"stacked\":false,\"yAxis\":{\"left\":{\"label\":\"\",\"min\":0,\"showUnits\":false}},\"metrics\":[[\"AWS/CertificateManager\",\"DaysToExpiry\",\"CertificateArn\",\"${var.certificate_arn}\",{\"id\":\"days\",\"stat\":\"Minimum\",\"label\":\"tls-certificate-expiring\"}]],\"annotations\":{\"horizontal\":[{\"label\":\"alarm below 30\",\"value\":30,\"color\":\"#d62728\"}]}}},{\"x\":0,\"y\":26,\"width\":8,\"height\":6,\"type\":\"metric\",\"properties\":{\"title\":\"Load: requests and invocations\",\"region\":\"${data.aws_region.current_region.name}\",\"period\":60,\"metrics\":[[\"AWS/ApplicationELB\",\"HTTPCode_ELB_5XX_Count\",\"LoadBalancer\",\"${var.load_balancer_arn_suffix}\",{\"id\":\"balancer\",\"stat\":\"Sum\",\"label\":\"balancer\",\"visible\":false}],[\"AWS/ApplicationELB\",\"RequestCount\",\"LoadBalancer\",\"${var.load_balancer_arn_suffix}\",\"TargetGroup\",\"${var.target_group_arn_suffixes.orbit-blue}\",{\"id\":\"blue\",\"stat\":\"Sum\",\"label\":\"blue\",\"visible\":false}],[\"AWS/ApplicationELB\",\"RequestCount\",\"LoadBalancer\",\"${var.load_balancer_arn_suffix}\",\"TargetGroup\",\"${var.target_group_arn_suffixes.orbit-green}\",{\"id\":\"green\",\"stat\":\"Sum\",\"label\":\"green\",\"visible\":false}],[\"AWS/Lambda\",\"Invocations\",\"FunctionName\",\"${var.name_prefix}-governance\",{\"id\":\"invocations\",\"stat\":\"Sum\",\"label\":\"invocations\",\"visible\":false}],[{\"id\":\"e1\",\"expression\":\"(FILL(blue, 0) + FILL(green, 0) + FILL(balancer, 0))\",\"label\":\"requests\"}],[{\"id\":\"e2\",\"expression\":\"FILL(invocations, 0)\",\"label\":\"invocations\"}]],\"view\":\"timeSeries\",\"stacked\":false,\"yAxis\":{\"left\":{\"label\":\"Count\",\"min\":0,\"showUnits\":false}}}},{\"x\":8,\"y\":26,\"width\":8,\"height\":6,\"type\":\"metric\",\"properties\":{\"title\":\"Saturation: throttled\",\"region\":\"${data.aws_region.current_region.name}\",\"period\":60,\"metrics\":[[\"AWS/Lambda\",\"Throttles\",\"FunctionName\",\"${var.name_prefix}-governance\",{\"id\":\"m1\",\"stat\":\"Sum\",\"label\":\"invocations\"}],[\"AWS/DynamoDB\",\"ReadThrottleEvents\",\"TableName\",\"${var.name_prefix}-governance-policies\",{\"id\":\"m2\",\"stat\":\"Sum\",\"label\":\"policy reads\"}],[\"AWS/DynamoDB\",\"WriteThrottleEvents\",\"TableName\",\"${var.name_prefix}-governance-quotas\",{\"id\":\"m3\",\"stat\":\"Sum\",\"label\":\"quota writes\"}],[\"AWS/DynamoDB\",\"WriteThrottleEvents\",\"TableName\",\"${var.name_prefix}-governance-grants\",{\"id\":\"m4\",\"stat\":\"Sum\",\"label\":\"grant writes\"}]],\"view\":\"timeSeries\",\"stacked\":false,\"yAxis\":{\"left\":{\"label\":\"Count\",\"min\":0,\"showUnits\":false}}}},{\"x\":16,\"y\":26,\"width\":8,\"height\":6,\"type\":\"metric\",\"properties\":{\"title\":\"Unhealthy dependencies\",\"region\":\"${data.aws_region.current_region.name}\",\"period\":60,\"metrics\":[[\"AgentRuntime/${var.name_prefix}\",\"UnansweredQuestions\",{\"id\":\"m1\",\"stat\":\"Sum\",\"label\":\"questions unanswered\"}],[\"AWS/SQS\",\"ApproximateNumberOfMessagesVisible\",\"QueueName\",\"${var.name_prefix}-governance-dead-letters\",{\"id\":\"m2\",\"stat\":\"Maximum\",\"label\":\"dead letters\"}]],\"view\":\"timeSeries\",\"stacked\":false,\"yAxis\":{\"left\":{\"label\":\"Count\",\"min\":0,\"showUnits\":false}}}}]}"
  dashboard_name = "${var.name_prefix}-resource-use"
}
resource "aws_cloudwatch_dashboard" "dashboard_governance_decisions" {
  dashboard_body = "{\"widgets\":[{\"type\":\"text\",\"x\":0,\"y\":0,\"width\":24,\"height\":2,\"properties\":{\"markdown\":\"# Governance decisions\nWhat is decided, for which reason, by which revision, and did somebody try? [Runbook](${var.runbook_url}#governance-decisions)\"}},{\"x\":0,\"y\":2,\"width\":12,\"height\":6,\"type\":\"alarm\",\"properties\":{\"title\":\"Alarms of deciding\",\"alarms\":[\"arn:${data.aws_partition.current_partition.partition}:cloudwatch:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:alarm:${var.name_prefix}-intrusion\",\"arn:${data.aws_partition.current_partition.partition}:cloudwatch:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:alarm:${var.name_prefix}-governance-errors\",\"arn:${data.aws_partition.current_partition.partition}:cloudwatch:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:alarm:${var.name_prefix}-governance-throttled\",\"arn:${data.aws_partition.current_partition.partition}:cloudwatch:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:alarm:${var.name_prefix}-governance-slow\",\"arn:${data.aws_partition.current_partition.partition}:cloudwatch:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:alarm:${var.name_prefix}-decisions-failed\",\"arn:${data.aws_partition.current_partition.partition}:cloudwatch:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:alarm:${var.name_prefix}-denials-spike\",\"arn:${data.aws_partition.current_partition.partition}:cloudwatch:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:alarm:${var.name_prefix}-audit-gap\",\"arn:${data.aws_partition.current_partition.partition}:cloudwatch:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:alarm:${var.name_prefix}-audit-lost\",\"arn:${data.aws_partition.current_partition.partition}:cloudwatch:${data.aws_region.current_region.name}:${data.aws_caller_identity.current.account_id}:alarm:${var.name_prefix}-decisions-unrecorded\"]}},{\"x\":12,\"y\":2,\"width\":12,\"height\":6,\"type\":\"metric\",\"properties\":{\"title\":\"Decisions\",\"region\":\"${data.aws_region.current_region.name}\",\"period\":60,\"metrics\":[[\"AgentRuntime/${var.name_prefix}\",\"Permits\",{\"id\":\"m1\",\"stat\":\"Sum\",\"label\":\"permitted\"}],[\"AgentRuntime/${var.name_prefix}\",\"Denials\",{\"id\":\"m2\",\"stat\":\"Sum\",\"label\":\"denied\"}],[\"AgentRuntime/${var.name_prefix}\",\"FailedDecisions\",{\"id\":\"m3\",\"stat\":\"Sum\",\"label\":\"denied by failure\"}]],\"view\":\"timeSeries\",\"stacked\":false,\"yAxis\":{\"left\":{\"label\":\"Count\",\"min\":0,\"showUnits\":false}}}},{\"x\":0,\"y\":8,\"width\":12,\"height\":6,\"type\":\"metric\",\"properties\":{\"title\":\"Decisions by reason\",\"region\":\"${data.aws_region.current_region.name}\",\"period\":60,\"view\":\"timeSeries\",\"stacked\":false,\"yAxis\":{\"left\":{\"label\":\"Count\",\"min\":0,\"showUnits\":false}},\"metrics\":[[{\"id\":\"e1\",\"expression\":\"SEARCH('{\"AgentRuntime/${var.name_prefix}\",\"reason\"} MetricName=\"Decisions\"', 'Sum', 60)\",\"label\":\"reason\"}]]}},{\"x\":12,\"y\":8,\"width\":12,\"height\":6,\"type\":\"metric\",\"properties\":{\"title\":\"Time to decide\",\"region\":\"${data.aws_region.current_region.name}\",\"period\":60,\"metrics\":[[\"AgentRuntime/${var.name_prefix}\",\"DecisionLatency\",{\"id\":\"m1\",\"stat\":\"p50\",\"label\":\"p50\"}],[\"AgentRuntime/${var.name_prefix}\",\"DecisionLatency\",{\"id\":\"m2\",\"stat\":\"p95\",\"label\":\"p95\"}],[\"AgentRuntime/${var.name_prefix}\",\"DecisionLatency\",{\"id\":\"m3\",\"stat\":\"p99\",\"label\":\"p99\"}]],\"view\":\"timeSeries\",\"stacked\":false,\"yAxis\":{\"left\":{\"label\":\"Milliseconds\",\"min\":0,\"showUnits\":false}}}},{\"x\":0,\"y\":14,\"width\":8,\"height\":6,\"type\":\"metric\",\"properties\":{\"title\":\"Alarm policy-stale, P2\",\"region\":\"${data.aws_region.current_region.name}\",\"period\":60,\"view\":\"timeSeries\",\"stacked\":false,\"yAxis\":{\"left\":{\"label\":\"Seconds\",\"min\":0,\"showUnits\":false}},\"metrics\":[[\"AgentRuntime/${var.name_prefix}\",\"PolicyAge\",{\"id\":\"age\",\"stat\":\"Maximum\",\"label\":\"policy-stale\"}]],\"annotations\":{\"horizontal\":[{\"label\":\"alarm above 30\",\"value\":30,\"color\":\"#d62728\"}]}}},{\"x\":8,\"y\":14,\"width\":8,\"height\":6,\"type\":\"metric\",\"properties\":{\"title\":\"Policy revision by tenant\",\"region\":\"${data.aws_region.current_region.name}\",\"period\":60,\"view\":\"timeSeries\",\"stacked\":false,\"yAxis\":{\"left\":{\"label\":\"\",\"min\":0,\"showUnits\":false}},\"metrics\":[[{\"id\":\"e1\",\"expression\":\"SEARCH('{\"AgentRuntime/${var.name_prefix}\",\"tenant\"} MetricName=\"PolicyRevision\"', 'Maximum', 60)\",\"label\":\"tenant\"}]]}},{\"x\":16,\"y\":14,\"width\":8,\"height\":6,\"type\":\"metric\",\"properties\":{\"title\":\"Alarm signing-certificate-old, P1\",\"region\":\"${data.aws_region.current_region.name}\",\"period\":60,\"view\":\"timeSeries\",\"stacked\":false,\"yAxis\":{\"left\":{\"label\":\"Seconds\",\"min\":0,\"showUnits\":false}},\"metrics\":[[\"AgentRuntime/${var.name_prefix}\",\"CertificateAge\",{\"id\":\"age\",\"stat\":\"Minimum\",\"label\":\"signing-certificate-old\"}]],\"annotations\":{\"horizontal\":[{\"label\":\"alarm above 720\",\"value\":720,\"color\":\"#d62728\"}]}}},{\"x\":0,\"y\":20,\"width\":12,\"height\":6,\"type\":\"log\",\"properties\":{\"title\":\"Policy revisions that decide\",\"region\":\"${data.aws_region.current_region.name}\",\"view\":\"table\",\"query\":\"SOURCE '/aws/lambda/${var.name_prefix}-governance' | filter message = \"decision\" and ispresent(policy.tenant) | stats count(*) as decisions by policy.tenant, policy.revision | sort decisions desc\"}},{\"x\":12,\"y\":20,\"width\":12,\"height\":6,\"type\":\"log\",\"properties\":{\"title\":\"Quotas charged, and the least that was left\",\"region\":\"${data.aws_region.current_region.name}\",\"view\":\"table\",\"query\":\"SOURCE '/aws/lambda/${var.name_prefix}-governance' | filter ispresent(quota.id) | stats count(*) as charged, min(quota.remaining) as left by quota.id | sort charged desc\"}},{\"x\":0,\"y\":26,\"width\":12,\"height\":6,\"type\":\"metric\",\"properties\":{\"title\":\"Somebody tried\",\"region\":\"${data.aws_region.current_region.name}\",\"period\":60,\"metrics\":[[\"AgentRuntime/${var.name_prefix}\",\"Refusals\",{\"id\":\"m1\",\"stat\":\"Sum\",\"label\":\"refused by Axon\"}],[\"AgentRuntime/${var.name_prefix}\",\"Replays\",{\"id\":\"m2\",\"stat\":\"Sum\",\"label\":\"of these, replayed\"}],[\"AgentRuntime/${var.name_prefix}\",\"MeshRefusals\",{\"id\":\"m3\",\"stat\":\"Sum\",\"label\":\"refused by the mesh\"}],[\"AgentRuntime/${var.name_prefix}\",\"IdentityMismatches\",{\"id\":\"m4\",\"stat\":\"Sum\",\"label\":\"named another\"}]],\"view\":\"timeSeries\",\"stacked\":false,\"yAxis\":{\"left\":{\"label\":\"Count\",\"min\":0,\"showUnits\":false}}}},{\"x\":12,\"y\":26,\"width\":12,\"height\":6,\"type\":\"metric\",\"properties\":{\"title\":\"On record\",\"region\":\"${data.aws_region.current_region.name}\",\"period\":60,\"metrics\":[[\"AWS/Lambda\",\"Invocations\",\"FunctionName\",\"${var.name_prefix}-governance\",{\"id\":\"invocations\",\"stat\":\"Sum\",\"label\":\"invocations\",\"visible\":false}],[\"AgentRuntime/${var.name_prefix}\",\"Permits\",{\"id\":\"decisions\",\"stat\":\"SampleCount\",\"label\":\"decisions\",\"visible\":false}],[\"AgentRuntime/${var.name_prefix}\",\"AuditRecords\",{\"id\":\"records\",\"stat\":\"Sum\",\"label\":\"records\",\"visible\":false}],[\"AgentRuntime/${var.name_prefix}\",\"UnrecordedDecisions\",{\"id\":\"unrecorded\",\"stat\":\"Sum\",\"label\":\"unrecorded\",\"visible\":false}],[{\"id\":\"e1\",\"expression\":\"FILL(invocations, 0)\",\"label\":\"invocations\"}],[{\"id\":\"e2\",\"expression\":\"FILL(decisions, 0)\",\"label\":\"decisions\"}],[{\"id\":\"e3\",\"expression\":\"FILL(records, 0)\",\"label\":\"audit records\"}],[{\"id\":\"e4\",\"expression\":\"FILL(unrecorded, 0)\",\"label\":\"could not be written\"}]],\"view\":\"timeSeries\",\"stacked\":false,\"yAxis\":{\"left\":{\"label\":\"Count\",\"min\":0,\"showUnits\":false}}}},{\"x\":0,\"y\":32,\"width\":12,\"height\":6,\"type\":\"metric\",\"properties\":{\"title\":\"Alarm denials-spike, P2\",\"region\":\"${data.aws_region.current_region.name}\",\"period\":300,\"view\":\"timeSeries\",\"stacked\":false,\"yAxis\":{\"left\":{\"label\":\"Count\",\"min\":0,\"showUnits\":false}},\"metrics\":[[\"AgentRuntime/${var.name_prefix}\",\"Denials\",{\"id\":\"denials\",\"stat\":\"Sum\",\"label\":\"denials-spike\"}],[{\"id\":\"usual\",\"expression\":\"ANOMALY_DETECTION_BAND(denials, 4)\",\"label\":\"usual\"}]]}},{\"x\":12,\"y\":32,\"width\":12,\"height\":6,\"type\":\"metric\",\"properties\":{\"title\":\"Alarm denials-rate, P2\",\"region\":\"${data.aws_region.current_region.name}\",\"period\":300,\"view\":\"timeSeries\",\"stacked\":false,\"yAxis\":{\"left\":{\"label\":\"Percent\",\"min\":0,\"showUnits\":false}},\"metrics\":[[\"AgentRuntime/${var.name_prefix}\",\"Denials\",{\"id\":\"denials\",\"stat\":\"Sum\",\"label\":\"denials\",\"visible\":false}],[\"AgentRuntime/${var.name_prefix}\",\"Permits\",{\"id\":\"permits\",\"stat\":\"Sum\",\"label\":\"permits\",\"visible\":false}],[{\"id\":\"judged\",\"expression\":\"IF(denials + permits > 100, 100 * denials / (denials + permits), 0)\",\"label\":\"denials-rate\"}]],\"annotations\":{\"horizontal\":[{\"label\":\"alarm above 50\",\"value\":50,\"color\":\"#d62728\"}]}}}]}"
  dashboard_name = "${var.name_prefix}-governance-decisions"
}
resource "aws_cloudwatch_dashboard" "dashboard_tenants" {
  dashboard_body = "{\"widgets\":[{\"type\":\"text\",\"x\":0,\"y\":0,\"width\":24,\"height\":2,\"properties\":{\"markdown\":\"# Tenants\nWho asks for what, who is denied, and by which rule? [Runbook](${var.runbook_url}#tenants)\"}},{\"x\":0,\"y\":2,\"width\":12,\"height\":6,\"type\":\"metric\",\"properties\":{\"title\":\"Decisions by tenant\",\"region\":\"${data.aws_region.current_region.name}\",\"period\":60,\"view\":\"timeSeries\",\"stacked\":false,\"yAxis\":{\"left\":{\"label\":\"Count\",\"min\":0,\"showUnits\":false}},\"metrics\":[[{\"id\":\"e1\",\"expression\":\"SEARCH('{\"AgentRuntime/${var.name_prefix}\",\"tenant\"} MetricName=\"TenantDecisions\"', 'Sum', 60)\",\"label\":\"tenant\"}]]}},{\"x\":12,\"y\":2,\"width\":12,\"height\":6,\"type\":\"metric\",\"properties\":{\"title\":\"Denials by tenant\",\"region\":\"${data.aws_region.current_region.name}\",\"period\":60,\"view\":\"timeSeries\",\"stacked\":false,\"yAxis\":{\"left\":{\"label\":\"Count\",\"min\":0,\"showUnits\":false}},\"metrics\":[[{\"id\":\"e1\",\"expression\":\"SEARCH('{\"AgentRuntime/${var.name_prefix}\",\"tenant\"} MetricName=\"TenantDenials\"', 'Sum', 60)\",\"label\":\"tenant\"}]]}},{\"x\":0,\"y\":8,\"width\":12,\"height\":6,\"type\":\"log\",\"properties\":{\"title\":\"Most denied: tenant, reason and rule\",\"region\":\"${data.aws_region.current_region.name}\",\"view\":\"table\",\"query\":\"SOURCE '/aws/lambda/${var.name_prefix}-governance' | filter allowed = 0 | stats count(*) as denials by tenant, reason, rule | sort denials desc | limit 10\"}},{\"x\":12,\"y\":8,\"width\":12,\"height\":6,\"type\":\"log\",\"properties\":{\"title\":\"Slowest tenants at Orbit, milliseconds\",\"region\":\"${data.aws_region.current_region.name}\",\"view\":\"table\",\"query\":\"SOURCE '/ecs/${var.name_prefix}-orbit' | filter message = \"request\" and ispresent(tenant) | stats count(*) as requests, pct(durationMs, 99) as p99 by tenant | sort p99 desc | limit 10\"}}]}"
  dashboard_name = "${var.name_prefix}-tenants"
}

output "orbit_log_group_name" {
  value       = aws_cloudwatch_log_group.orbit_logs.name
  description = "Log group of orbit."
}

output "orbit_log_group_arn" {
  value       = aws_cloudwatch_log_group.orbit_logs.arn
  description = "ARN of the log group of orbit."
}

output "axon_log_group_name" {
  value       = aws_cloudwatch_log_group.axon_logs.name
  description = "Log group of axon."
}

output "axon_log_group_arn" {
  value       = aws_cloudwatch_log_group.axon_logs.arn
  description = "ARN of the log group of axon."
}

output "governance_log_group_name" {
  value       = aws_cloudwatch_log_group.governance_logs.name
  description = "Log group of governance."
}

output "governance_log_group_arn" {
  value       = aws_cloudwatch_log_group.governance_logs.arn
  description = "ARN of the log group of governance."
}

output "rotation_log_group_name" {
  value       = aws_cloudwatch_log_group.rotation_logs.name
  description = "Log group of rotation."
}

output "rotation_log_group_arn" {
  value       = aws_cloudwatch_log_group.rotation_logs.arn
  description = "ARN of the log group of rotation."
}

output "smoke_log_group_name" {
  value       = aws_cloudwatch_log_group.smoke_logs.name
  description = "Log group of smoke."
}

output "smoke_log_group_arn" {
  value       = aws_cloudwatch_log_group.smoke_logs.arn
  description = "ARN of the log group of smoke."
}

output "mesh_log_group_name" {
  value       = aws_cloudwatch_log_group.mesh_logs.name
  description = "Log group of mesh."
}

output "mesh_log_group_arn" {
  value       = aws_cloudwatch_log_group.mesh_logs.arn
  description = "ARN of the log group of mesh."
}

output "alerts_topic_arn" {
  value       = aws_sns_topic.alerts.arn
  description = "Topic of alarms of severity P2 and P3."
}

output "pages_topic_arn" {
  value       = aws_sns_topic.pages.arn
  description = "Topic of alarms of severity P0 and P1."
}

output "rollback_alarm_names" {
  value       = concat([aws_cloudwatch_metric_alarm.alarm_error_rate.alarm_name], [for alarm in aws_cloudwatch_metric_alarm.alarm_unhealthy_tasks : alarm.alarm_name], [aws_cloudwatch_metric_alarm.alarm_governance_unanswered.alarm_name], [aws_cloudwatch_metric_alarm.alarm_governance_errors.alarm_name], [aws_cloudwatch_metric_alarm.alarm_governance_slow.alarm_name], [aws_cloudwatch_metric_alarm.alarm_decisions_unrecorded.alarm_name])
  description = "Alarms that roll a deployment back."
}
