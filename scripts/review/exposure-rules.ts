// Attributes that let someone in, or keep from seeing who came: each with the values that do and the words for it. Data.
// Next: scripts/review/protection-rules.ts, what no longer protects data.
import { type AttributeRule, is, isOff, isUnset, rule } from './attribute-rules.ts';
import { isSet } from './values.ts';

const exposure: readonly AttributeRule[] = [
  rule('exposure', /^aws_(?:a?lb|elb)$/, 'internal', isOff, ['faces the internet', 'is internal again'], {
    badUnset: () => true,
  }),
  rule('exposure', /^aws_subnet$/, 'map_public_ip_on_launch', is(true), [
    'gives public addresses to what starts in it',
    'gives no public addresses any more',
  ]),
  rule('exposure', /^aws_(?:instance|launch_configuration)$/, 'associate_public_ip_address', is(true), [
    'gets a public address',
    'gets no public address any more',
  ]),
  rule('exposure', /^aws_launch_template$/, 'network_interfaces.*.associate_public_ip_address', is(true, 'true'), [
    'gets a public address',
    'gets no public address any more',
  ]),
  rule('exposure', /^aws_ecs_service$/, 'network_configuration.*.assign_public_ip', is(true), [
    'gives its tasks public addresses',
    'gives its tasks no public addresses any more',
  ]),
  rule(
    'exposure',
    /^aws_(?:db_instance|rds_cluster_instance|redshift_cluster|dms_replication_instance|mq_broker)$/,
    'publicly_accessible',
    is(true),
    ['is reachable from the internet', 'is no longer reachable from the internet'],
  ),
  rule('exposure', /^aws_eks_cluster$/, 'vpc_config.*.endpoint_public_access', is(true), [
    'has a public endpoint',
    'has no public endpoint any more',
  ]),
  rule('exposure', /^aws_lambda_function_url$/, 'authorization_type', is('NONE'), [
    'is a URL that anyone may call',
    'asks for IAM again',
  ]),
  rule('exposure', /^aws_s3_bucket(?:_acl)?$/, 'acl', is('public-read', 'public-read-write', 'authenticated-read'), [
    'makes the bucket public',
    'makes the bucket private again',
  ]),
  rule(
    'exposure',
    /^aws_s3_bucket(?:_acl)?$/,
    ['access_control_policy.*.grant.*.grantee.*.uri', 'grant.*.uri'],
    (value) => typeof value === 'string' && /\/(?:AllUsers|AuthenticatedUsers)$/.test(value),
    ['lets everyone in by its access control list', 'lets everyone in by its access control list no longer'],
  ),
  rule(
    'exposure',
    /^aws_s3_bucket_ownership_controls$/,
    'rule.*.object_ownership',
    is('ObjectWriter', 'BucketOwnerPreferred'),
    ['takes access control lists again', 'takes no access control lists any more'],
  ),
  ...['block_public_acls', 'block_public_policy', 'ignore_public_acls', 'restrict_public_buckets'].map((path) =>
    rule('exposure', /^aws_s3_(?:bucket|account)_public_access_block$/, path, isOff, [
      `does not hold back public access (\`${path}\` is off)`,
      `holds back public access (\`${path}\` is on)`,
    ]),
  ),
  rule(
    'exposure',
    /^aws_vpclattice_(?:service|service_network)$/,
    'auth_type',
    is('NONE', undefined, null),
    ['asks no caller who it is (`auth_type` is `NONE`)', 'asks callers who they are'],
    { badUnset: () => true },
  ),
  rule(
    'exposure',
    /^aws_(?:api_gateway_method|apigatewayv2_route)$/,
    ['authorization', 'authorization_type'],
    is('NONE'),
    ['asks no caller who it is', 'asks callers who they are'],
  ),
  rule('exposure', /^aws_(?:instance|launch_template)$/, 'metadata_options.*.http_tokens', is('optional'), [
    'gives its credentials to requests without a session (IMDSv1)',
    'asks for a session (IMDSv2)',
  ]),
  rule(
    'exposure',
    /^aws_ecs_service$/,
    'enable_execute_command',
    is(true),
    ['lets operators open a shell in its tasks', 'lets no one open a shell in its tasks any more'],
    { loud: false },
  ),
];

const open: readonly AttributeRule[] = [
  rule(
    'exposure',
    /^aws_a?lb$/,
    'drop_invalid_header_fields',
    isOff,
    ['lets malformed headers through', 'drops malformed headers'],
    { onCreate: false },
  ),
  rule('exposure', /^aws_a?lb$/, 'desync_mitigation_mode', is('monitor'), [
    'lets ambiguous requests through',
    'holds back ambiguous requests',
  ]),
  rule('exposure', /^aws_ecs_task_definition$/, 'network_mode', is('host'), [
    'stands in the network of its host',
    'has a network of its own',
  ]),
  rule('exposure', /^aws_ecs_task_definition$/, ['pid_mode', 'ipc_mode'], is('host'), [
    'sees the processes or the memory of its host',
    'sees nothing of its host',
  ]),
  rule('exposure', /^aws_ecs_task_definition$/, 'volume.*.host_path', (value) => isSet(value), [
    'mounts a folder of its host',
    'mounts no folder of its host',
  ]),
];

const identity: readonly AttributeRule[] = [
  rule('identity', /^aws_iam_(?:role|user)$/, 'permissions_boundary', isUnset, [
    'has no permissions boundary',
    'has a permissions boundary',
  ]),
  rule(
    'identity',
    /^aws_lambda_function$/,
    'code_signing_config_arn',
    isUnset,
    ['takes code that no one signed', 'takes signed code alone'],
    { onCreate: false },
  ),
  rule('identity', /^aws_ecr_repository$/, 'image_tag_mutability', is('MUTABLE'), [
    'lets a tag be moved to another image',
    'lets no tag be moved',
  ]),
];

const detection: readonly AttributeRule[] = [
  rule('detection', /^aws_cloudtrail$/, 'enable_logging', is(false), ['records nothing', 'records again']),
  rule(
    'detection',
    /^aws_cloudtrail$/,
    'enable_log_file_validation',
    isOff,
    ['does not show when its log was altered', 'shows when its log was altered'],
    { loud: false },
  ),
  rule(
    'detection',
    /^aws_cloudtrail$/,
    'is_multi_region_trail',
    isOff,
    ['records one region alone', 'records all regions'],
    { onCreate: false },
  ),
  rule('detection', /^aws_cloudtrail$/, 'include_global_service_events', is(false), [
    'does not record IAM and the like',
    'records IAM and the like',
  ]),
  rule(
    'detection',
    /^aws_a?lb$/,
    'access_logs.*.enabled',
    isOff,
    ['no longer records its requests', 'records its requests'],
    { onCreate: false },
  ),
  rule('detection', /^aws_flow_log$/, 'traffic_type', is('ACCEPT', 'REJECT'), [
    'does not record all connections',
    'records all connections',
  ]),
  rule('detection', /^aws_lambda_code_signing_config$/, 'policies.*.untrusted_artifact_on_deployment', is('Warn'), [
    'lets code through that no one signed',
    'takes signed code alone',
  ]),
  rule(
    'detection',
    /^aws_codedeploy_deployment_group$/,
    'auto_rollback_configuration.*.enabled',
    isOff,
    ['no longer takes back a deployment that fails', 'takes back a deployment that fails'],
    { onCreate: false },
  ),
  rule('detection', /^aws_guardduty_detector$/, 'enable', is(false), ['is off', 'is on again']),
  rule('detection', /^aws_config_configuration_recorder_status$/, 'is_enabled', is(false), ['is off', 'is on again']),
  rule(
    'detection',
    /^aws_ecr_repository$/,
    'image_scanning_configuration.*.scan_on_push',
    isOff,
    ['no longer scans what is pushed', 'scans what is pushed'],
    { loud: false },
  ),
  rule(
    'detection',
    /^aws_cloudwatch_(?:metric|composite)_alarm$/,
    'alarm_actions',
    (value) => isUnset(value) || (Array.isArray(value) && value.length === 0),
    ['calls no one any more', 'calls someone again'],
    { onCreate: false },
  ),
  rule('detection', /^aws_acmpca_certificate_authority$/, 'enabled', is(false), ['signs nothing', 'signs again']),
  rule(
    'detection',
    /^aws_cloudwatch_(?:metric|composite)_alarm$/,
    'actions_enabled',
    is(false),
    ['calls no one', 'calls someone again'],
    { loud: false },
  ),
];

/** Exposure, identity and detection. */
export const exposureRules: readonly AttributeRule[] = [...exposure, ...open, ...identity, ...detection];
