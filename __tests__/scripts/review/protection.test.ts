// What no longer protects, records or keeps: attributes that go, blocks that go, guards that leave, rules that delete.
// Next: scripts/review/attribute-findings.ts and scripts/review/expiry-findings.ts.
import { describe, expect, test } from 'vitest';
import { lossesOf, type Planned, resource, securityOf } from './planned.ts';

const open = {
  block_public_acls: true,
  block_public_policy: true,
  ignore_public_acls: true,
  restrict_public_buckets: true,
};

const findings: readonly (readonly [what: string, Planned, said: string])[] = [
  [
    'encryption whose block goes',
    resource('aws_dynamodb_table', { server_side_encryption: [{ enabled: true }] }, { server_side_encryption: [] }),
    'widens loud: `aws_dynamodb_table.one` is no longer encrypted with a key of its own',
  ],
  [
    'a disk of which no one says that it is encrypted',
    resource('aws_ebs_volume', null, {}, { unknown: { encrypted: true }, expressions: {} }),
    'widens loud: `aws_ebs_volume.one` is not encrypted',
  ],
  [
    'a secret in clear',
    resource('aws_ssm_parameter', { type: 'SecureString' }, { type: 'String' }),
    'widens loud: `aws_ssm_parameter.one` keeps its value in clear',
  ],
  [
    'a key that its account may lose',
    resource(
      'aws_kms_key',
      { bypass_policy_lockout_safety_check: false },
      { bypass_policy_lockout_safety_check: true },
    ),
    'widens loud: `aws_kms_key.one` takes a policy that locks',
  ],
  [
    'a service that no one says asks its callers',
    resource('aws_vpclattice_service', null, {}, { unknown: { auth_type: true }, expressions: {} }),
    'widens loud: `aws_vpclattice_service.one` asks no caller who it is',
  ],
  [
    'a route that asks no one',
    resource('aws_apigatewayv2_route', null, { authorization_type: 'NONE' }),
    'widens loud: `aws_apigatewayv2_route.one` asks no caller who it is',
  ],
  [
    'a list that lets everyone in',
    resource(
      'aws_s3_bucket_acl',
      { access_control_policy: [] },
      {
        access_control_policy: [{ grant: [{ grantee: [{ uri: 'http://acs.amazonaws.com/groups/global/AllUsers' }] }] }],
      },
    ),
    'widens loud: `aws_s3_bucket_acl.one` lets everyone in by its access control list',
  ],
  [
    'a public bucket of the old kind',
    resource('aws_s3_bucket', { acl: 'private' }, { acl: 'public-read' }),
    'widens loud: `aws_s3_bucket.one` makes the bucket public',
  ],
  [
    'lists that count again',
    resource(
      'aws_s3_bucket_ownership_controls',
      { rule: [{ object_ownership: 'BucketOwnerEnforced' }] },
      { rule: [{ object_ownership: 'ObjectWriter' }] },
    ),
    'widens loud: `aws_s3_bucket_ownership_controls.one` takes access control lists again',
  ],
  [
    'a block that leaves its bucket',
    resource(
      'aws_s3_bucket_public_access_block',
      { ...open, bucket: 'a' },
      { ...open, bucket: 'b' },
      { replacedBy: ['bucket'] },
    ),
    'widens loud: `aws_s3_bucket_public_access_block.one` leaves `a` for `b`: nothing holds back public access any more',
  ],
  [
    'versions',
    resource('aws_s3_bucket_versioning', { bucket: 'a' }, null),
    'widens loud: `aws_s3_bucket_versioning.one` goes: earlier versions are no longer kept',
  ],
  [
    'a lock',
    resource('aws_s3_bucket_object_lock_configuration', { bucket: 'a' }, null),
    'goes: new objects can be deleted at any time',
  ],
  [
    'a shorter lock',
    resource(
      'aws_s3_bucket_object_lock_configuration',
      { rule: [{ default_retention: [{ days: 365 }] }] },
      { rule: [{ default_retention: [{ days: 1 }] }] },
    ),
    'changes loud: `aws_s3_bucket_object_lock_configuration.one` changes `rule`',
  ],
  [
    'records of one region',
    resource('aws_cloudtrail', { is_multi_region_trail: true }, { is_multi_region_trail: false }),
    'widens loud: `aws_cloudtrail.one` records one region alone',
  ],
  [
    'records of less',
    resource(
      'aws_cloudtrail',
      { event_selector: [{ read_write_type: 'All' }] },
      { event_selector: [{ read_write_type: 'WriteOnly' }] },
    ),
    'changes `event_selector`',
  ],
  [
    'connections that are not recorded',
    resource('aws_flow_log', { traffic_type: 'ALL' }, { traffic_type: 'REJECT' }),
    'widens loud: `aws_flow_log.one` does not record all connections',
  ],
  [
    'requests that are not recorded',
    resource('aws_lb', { internal: true, access_logs: [{ enabled: true }] }, { internal: true, access_logs: [] }),
    'widens loud: `aws_lb.one` no longer records its requests',
  ],
  [
    'malformed headers',
    resource(
      'aws_lb',
      { internal: true, drop_invalid_header_fields: true },
      { internal: true, drop_invalid_header_fields: false },
    ),
    'lets malformed headers through',
  ],
  [
    'ambiguous requests',
    resource(
      'aws_lb',
      { internal: true, desync_mitigation_mode: 'defensive' },
      { internal: true, desync_mitigation_mode: 'monitor' },
    ),
    'lets ambiguous requests through',
  ],
  [
    'an alarm that calls no one',
    resource('aws_cloudwatch_metric_alarm', { alarm_actions: ['a'] }, { alarm_actions: [] }),
    'widens loud: `aws_cloudwatch_metric_alarm.one` calls no one any more',
  ],
  [
    'code that no one signed',
    resource(
      'aws_lambda_code_signing_config',
      { policies: [{ untrusted_artifact_on_deployment: 'Enforce' }] },
      { policies: [{ untrusted_artifact_on_deployment: 'Warn' }] },
    ),
    'widens loud: `aws_lambda_code_signing_config.one` lets code through that no one signed',
  ],
  [
    'failures that stay',
    resource(
      'aws_codedeploy_deployment_group',
      { auto_rollback_configuration: [{ enabled: true }] },
      { auto_rollback_configuration: [] },
    ),
    'no longer takes back a deployment that fails',
  ],
  [
    'the host of a task',
    resource(
      'aws_ecs_task_definition',
      { network_mode: 'awsvpc', volume: [], container_definitions: '[]' },
      { network_mode: 'host', pid_mode: 'host', volume: [{ host_path: '/' }], container_definitions: '[]' },
    ),
    'widens loud: `aws_ecs_task_definition.one` mounts a folder of its host',
  ],
  [
    'a rotation that waits',
    resource(
      'aws_secretsmanager_secret_rotation',
      { rotation_rules: [{ automatically_after_days: 7 }] },
      { rotation_rules: [{ automatically_after_days: 900 }] },
    ),
    'changes `rotation_rules`',
  ],
];

describe('is said', () => {
  test.each(findings)('%s', (_, planned, said) => {
    expect(securityOf(planned).join('\n')).toContain(said);
  });
});

test('an attribute that the type has no block for is nothing that went', () => {
  expect(securityOf(resource('aws_lb', { internal: true, tags: {} }, { internal: true, tags: { a: 'b' } }))).toEqual(
    [],
  );
});

describe('what a store deletes by itself', () => {
  const lifecycle = (before: object[] | null, after: object[], bucket = 'kept') =>
    resource('aws_s3_bucket_lifecycle_configuration', before && { bucket, rule: before }, { bucket, rule: after });
  const rule = (id: string, days: number, status = 'Enabled') => ({ id, status, expiration: [{ days }] });

  const losses: readonly (readonly [what: string, Planned, said: string])[] = [
    [
      'by its first rule',
      lifecycle(null, [rule('a', 1)]),
      'deletes objects after 1 days by rule `a`, which it kept before',
    ],
    [
      'by another rule',
      lifecycle([rule('a', 1)], [rule('a', 1), rule('b', 30)]),
      'deletes objects after 30 days by rule `b`, which it kept before',
    ],
    ['by a rule that is switched on', lifecycle([rule('a', 1, 'Disabled')], [rule('a', 1)]), 'by rule `a`'],
    [
      'sooner',
      lifecycle([rule('a', 30)], [rule('a', 7)]),
      'deletes objects after 7 days by rule `a`, before after 30 days',
    ],
    [
      'at a date',
      lifecycle([], [{ id: 'a', status: 'Enabled', expiration: [{ date: '2030-01-01' }] }]),
      'deletes objects on `2030-01-01`',
    ],
    [
      'of its earlier versions',
      lifecycle([], [{ id: 'a', noncurrent_version_expiration: [{ noncurrent_days: 3 }] }]),
      'deletes earlier versions after 3 days',
    ],
    [
      'of its images',
      resource('aws_ecr_lifecycle_policy', { policy: 'a' }, { policy: 'b' }),
      'changes which images are deleted',
    ],
    [
      'its backups, whose block goes',
      resource('aws_dynamodb_table', { point_in_time_recovery: [{ enabled: true }] }, { point_in_time_recovery: [] }),
      'loses its backups',
    ],
  ];
  test.each(losses)('%s', (_, planned, said) => {
    expect(lossesOf(planned).join('\n')).toContain(said);
  });

  test('nothing later, and nothing in a bucket that is new', () => {
    expect(lossesOf(lifecycle([rule('a', 7)], [rule('a', 30)]))).toEqual([]);
    const bucket = resource('aws_s3_bucket', null, { bucket: 'fresh' });
    expect(lossesOf(bucket, lifecycle(null, [rule('a', 1)], 'fresh'))).toEqual([]);
  });
});
