// Attributes of which another value is worth a look, whatever it is: as whom, with which key, behind which certificate. Data.
// Next: scripts/review/watched-findings.ts, which compares them.

/** Attributes of some types. */
export interface WatchedRule {
  readonly types: RegExp;
  readonly attributes: readonly string[];
  readonly kind: 'iam' | 'listener' | 'encryption' | 'network' | 'exposure' | 'detection' | 'code';
  readonly loud: boolean;
  /** Only from one value to another: what it means to have none is said elsewhere. */
  readonly bothSet: boolean;
}

const watch = (
  kind: WatchedRule['kind'],
  types: RegExp,
  attributes: readonly string[],
  { loud = false, bothSet = false }: { loud?: boolean; bothSet?: boolean } = {},
): WatchedRule => ({ types, attributes, kind, loud, bothSet });

/** A policy's or an attachment's `role` is whom it is attached to. */
const notIam = /^aws_(?!iam_)/;

/** All of them. */
export const watchedRules: readonly WatchedRule[] = [
  watch('iam', notIam, [
    'role',
    'role_arn',
    'iam_role_arn',
    'task_role_arn',
    'execution_role_arn',
    'service_role_arn',
    'iam_instance_profile',
  ]),
  watch('iam', /^aws_iam_instance_profile$/, ['role']),
  watch('iam', /^aws_iam_(?:role|user)$/, ['permissions_boundary'], { loud: true, bothSet: true }),
  watch('iam', /^aws_iam_role$/, ['max_session_duration']),
  watch('iam', /^aws_iam_openid_connect_provider$/, ['thumbprint_list']),
  watch('listener', /^aws_(?:a?lb|vpclattice)_listener$/, [
    'port',
    'protocol',
    'ssl_policy',
    'certificate_arn',
    'default_action',
    'alpn_policy',
  ]),
  watch('listener', /^aws_a?lb_listener$/, ['mutual_authentication'], { loud: true }),
  watch('listener', /^aws_(?:a?lb|vpclattice)_listener_rule$/, ['priority', 'action', 'condition', 'match']),
  watch('listener', /^aws_(?:a?lb|vpclattice)_target_group$/, ['port', 'protocol', 'vpc_id']),
  watch('encryption', /^aws_/, ['kms_key_id', 'kms_key_arn', 'kms_master_key_id'], { bothSet: true }),
  watch('encryption', /^aws_kms_alias$/, ['target_key_id'], { bothSet: true }),
  watch('network', /^aws_(?:route_table|network_acl)_association$/, ['route_table_id', 'network_acl_id']),
  watch('network', /^aws_(?:default_)?network_acl$/, ['subnet_ids'], { loud: true }),
  watch('network', /^aws_vpc_endpoint$/, ['service_name', 'private_dns_enabled'], { loud: true, bothSet: true }),
  watch('network', /^aws_lambda_function$/, ['vpc_config']),
  watch('exposure', /^aws_lambda_function_url$/, ['cors']),
  watch('exposure', /^aws_s3_bucket_ownership_controls$/, ['rule']),
  watch('exposure', /^aws_dynamodb_table$/, ['replica']),
  watch('exposure', /^aws_secretsmanager_secret$/, ['replica']),
  watch('code', /^aws_lambda_function$/, ['layers', 'image_uri']),
  watch('code', /^aws_lambda_(?:alias|function)$/, ['code_signing_config_arn'], { bothSet: true, loud: true }),
  watch('detection', /^aws_cloudtrail$/, [
    's3_bucket_name',
    'event_selector',
    'advanced_event_selector',
    'cloud_watch_logs_group_arn',
  ]),
  watch('detection', /^aws_s3_bucket_object_lock_configuration$/, ['rule'], { loud: true }),
  watch('detection', /^aws_flow_log$/, ['log_destination', 'log_destination_type', 'traffic_type']),
  watch('detection', /^aws_cloudwatch_metric_alarm$/, ['alarm_actions']),
  watch('detection', /^aws_secretsmanager_secret_rotation$/, ['rotation_rules', 'rotation_lambda_arn']),
];
