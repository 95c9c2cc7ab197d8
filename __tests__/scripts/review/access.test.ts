// Who gets what by being attached, joined, shared with or handed to: policies, groups, keys, permissions, containers.
// Next: scripts/review/presence-rules.ts, scripts/review/watched-rules.ts and scripts/review/container-findings.ts.
import { describe, expect, test } from 'vitest';
import { type Planned, resource, securityOf } from './planned.ts';

const admin = 'arn:aws:iam::aws:policy/AdministratorAccess';
const task = (before: object[] | null, after: object[]) => {
  const definition = (containers: object[]) => ({
    container_definitions: JSON.stringify(
      containers.map((each) => ({ user: '1', readonlyRootFilesystem: true, ...each })),
    ),
  });
  return resource('aws_ecs_task_definition', before && definition(before), definition(after));
};
const invoke = { function_name: 'f', action: 'lambda:InvokeFunction', principal: 'events.amazonaws.com' };

const findings: readonly (readonly [what: string, Planned, said: string])[] = [
  [
    'a policy of AWS',
    resource('aws_iam_role_policy_attachment', null, { role: 'w', policy_arn: admin }),
    'widens loud: role `w` now also has the policy `arn:aws:iam::aws:policy/AdministratorAccess`',
  ],
  [
    'another policy for one',
    resource('aws_iam_role_policy_attachment', { role: 'w', policy_arn: 'a' }, { role: 'w', policy_arn: 'b' }),
    'widens: role `w` now also has the policy `b`',
  ],
  [
    'a policy in the list of a role',
    resource('aws_iam_role', { name: 'w', managed_policy_arns: [] }, { name: 'w', managed_policy_arns: [admin] }),
    'widens loud: role `w` now also has the policy',
  ],
  [
    'a policy for many',
    resource('aws_iam_policy_attachment', null, { users: ['u'], roles: ['w'], policy_arn: 'a' }),
    'widens: user `u` now also has the policy `a`',
  ],
  [
    'a list that is all there may be',
    resource('aws_iam_role_policy_attachments_exclusive', null, { role_name: 'w', policy_arns: [admin] }),
    'widens loud: role `w`',
  ],
  [
    'a group',
    resource('aws_iam_user_group_membership', null, { user: 'u', groups: ['admins'] }),
    'widens: user `u` is now also in group `admins`',
  ],
  [
    'a member',
    resource('aws_iam_group_membership', { group: 'admins', users: ['a'] }, { group: 'admins', users: ['a', 'b'] }),
    'widens: user `b` is now also in group `admins`',
  ],
  [
    'a member that goes',
    resource('aws_iam_group_membership', { group: 'admins', users: ['a', 'b'] }, { group: 'admins', users: ['a'] }),
    'narrows: user `b` is no longer in group `admins`',
  ],
  [
    'a password',
    resource('aws_iam_user_login_profile', null, { user: 'u' }),
    'widens loud: user `u` now has a password for the console',
  ],
  [
    'a user',
    resource('aws_iam_user', null, { name: 'u', permissions_boundary: 'b' }),
    'widens loud: user `u` now has an identity of its own',
  ],
  [
    'another role for a machine',
    resource('aws_iam_instance_profile', { role: 'a' }, { role: 'b' }),
    'changes: `aws_iam_instance_profile.one` changes `role`: `a` to `b`',
  ],
  [
    'another role for a task',
    resource(
      'aws_ecs_task_definition',
      { task_role_arn: null, container_definitions: '[]' },
      { task_role_arn: 'arn:r', container_definitions: '[]' },
    ),
    'changes `task_role_arn`: `null` to `arn:r`',
  ],
  [
    'another boundary',
    resource('aws_iam_role', { permissions_boundary: 'a' }, { permissions_boundary: 'b' }),
    'changes loud: `aws_iam_role.one` changes `permissions_boundary`: `a` to `b`',
  ],
  [
    'longer sessions',
    resource('aws_iam_role', { max_session_duration: 3600 }, { max_session_duration: 43_200 }),
    'changes `max_session_duration`: `3600` to `43200`',
  ],
  [
    'another key',
    resource('aws_cloudwatch_log_group', { kms_key_id: 'a' }, { kms_key_id: 'b' }),
    'changes `kms_key_id`: `a` to `b`',
  ],
  [
    'another key behind a name',
    resource('aws_kms_alias', { target_key_id: 'a' }, { target_key_id: 'b' }),
    'changes `target_key_id`: `a` to `b`',
  ],
  [
    'a grant without its constraint',
    resource(
      'aws_kms_grant',
      {
        key_id: 'k',
        grantee_principal: 'p',
        operations: ['Decrypt'],
        constraints: [{ encryption_context_equals: { a: 'b' } }],
      },
      { key_id: 'k', grantee_principal: 'p', operations: ['Decrypt'], constraints: [] },
      { replacedBy: ['constraints'] },
    ),
    'widens: `p` may now also do `["Decrypt"]` with key `k`',
  ],
  [
    'a grant that grants',
    resource('aws_kms_grant', null, { key_id: 'k', grantee_principal: 'p', operations: ['CreateGrant'] }),
    'widens loud: `p` may now also do',
  ],
  [
    'a service without a source',
    resource('aws_lambda_permission', null, invoke),
    'widens loud: function `f`: `events.amazonaws.com` may now also do `lambda:InvokeFunction` **No source is asked for.**',
  ],
  [
    'a source in any account',
    resource('aws_lambda_permission', null, { ...invoke, source_arn: 'arn:aws:events:*:*:*' }),
    '**No source is asked for.**',
  ],
  [
    'any bucket for a source',
    resource('aws_lambda_permission', null, { ...invoke, source_arn: 'arn:aws:s3:::*' }),
    '**No source is asked for.**',
  ],
  [
    'a source that is no longer asked for',
    resource('aws_lambda_permission', { ...invoke, source_arn: 'arn:aws:events:r:1:rule/a' }, invoke),
    'widens loud: function `f`',
  ],
  [
    'a layer for anyone',
    resource('aws_lambda_layer_version_permission', null, {
      layer_name: 'l',
      principal: '*',
      action: 'lambda:GetLayerVersion',
    }),
    'widens loud: layer `l`: **anyone**',
  ],
  [
    'code of someone else',
    resource('aws_lambda_function', { layers: [] }, { layers: ['arn:aws:lambda:r:9:layer:x:1'] }),
    'changes `layers`',
  ],
  [
    'a share',
    resource('aws_ram_principal_association', null, { resource_share_arn: 's', principal: '9' }),
    'widens loud: resource share `s` is now also shared with `9`',
  ],
  [
    'an image for all',
    resource('aws_ami_launch_permission', null, { image_id: 'i', group: 'all' }),
    'widens loud: image `i` is now also shared with `all`',
  ],
  [
    'a copy of each message',
    resource('aws_sns_topic_subscription', null, { topic_arn: 't', endpoint: 'https://x' }),
    'widens: topic `t` now also sends to `https://x`',
  ],
  [
    'a copy of each line',
    resource('aws_cloudwatch_log_subscription_filter', null, { log_group_name: 'l', destination_arn: 'd' }),
    'widens: log `l` now also sends to `d`',
  ],
  [
    'a copy of each object',
    resource('aws_s3_bucket_replication_configuration', null, {
      bucket: 'b',
      rule: [{ destination: [{ bucket: 'x' }] }],
    }),
    'widens: bucket `b` now also sends to',
  ],
  [
    'an issuer',
    resource('aws_iam_openid_connect_provider', null, { url: 'https://i', client_id_list: ['a'] }),
    'widens: the account now trusts tokens of `https://i`',
  ],
  [
    'an issuer no one knows yet',
    resource('aws_iam_openid_connect_provider', null, { client_id_list: ['a'] }, { unknown: { url: true } }),
    'unknown: the account now trusts tokens of `(known after apply)`',
  ],
  [
    'a container beside the others',
    task([{ name: 'a' }], [{ name: 'a' }, { name: 'b', image: 'x' }]),
    'changes: container `b` of `aws_ecs_task_definition.one` is new and runs `x`',
  ],
  [
    'an image from elsewhere',
    task([{ name: 'a', image: 'own/a@sha256:1' }], [{ name: 'a', image: 'other/a@sha256:1' }]),
    'runs another image: `own/a@sha256:1` to `other/a@sha256:1`',
  ],
  ['another command', task([{ name: 'a' }], [{ name: 'a', command: ['sh'] }]), 'changes `command`: `[]` to `["sh"]`'],
  [
    'another environment',
    task(
      [{ name: 'a', environment: [{ name: 'AUTH', value: 'on' }] }],
      [{ name: 'a', environment: [{ name: 'AUTH', value: 'off' }] }],
    ),
    'gets other values in its environment: `AUTH`',
  ],
];

describe('is said', () => {
  test.each(findings)('%s', (_, planned, said) => {
    expect(securityOf(planned).join('\n')).toContain(said);
  });
});

describe('is no finding', () => {
  const silent: readonly (readonly [what: string, Planned])[] = [
    [
      'policies that AWS says a new role has',
      resource(
        'aws_iam_role',
        null,
        { name: 'w', permissions_boundary: 'b' },
        { unknown: { managed_policy_arns: true }, expressions: { name: {} } },
      ),
    ],
    [
      'a release',
      task([{ name: 'a', image: 'own:8080/a:1@sha256:1' }], [{ name: 'a', image: 'own:8080/a:2@sha256:2' }]),
    ],
    [
      'the same environment in another order',
      task(
        [
          {
            name: 'a',
            environment: [
              { name: 'A', value: '1' },
              { name: 'B', value: '2' },
            ],
          },
        ],
        [
          {
            name: 'a',
            environment: [
              { name: 'B', value: '2' },
              { name: 'A', value: '1' },
            ],
          },
        ],
      ),
    ],
    [
      'a key that AWS gives to what is made anew',
      resource(
        'aws_lambda_function',
        { role: 'r', kms_key_arn: 'k' },
        { role: 'r' },
        { unknown: { kms_key_arn: true }, expressions: { role: {} }, replacedBy: ['function_name'] },
      ),
    ],
  ];
  test.each(silent)('%s', (_, planned) => {
    expect(securityOf(planned)).toEqual([]);
  });

  test('what AWS gives to what is made anew', () => {
    const remade = resource(
      'aws_flow_log',
      { traffic_type: 'ALL', log_destination_type: 's3' },
      { traffic_type: 'ALL' },
      { unknown: { log_destination_type: true }, expressions: { traffic_type: {} }, replacedBy: ['vpc_id'] },
    );
    expect(securityOf(remade)).toEqual([]);
  });

  test('a source that is one', () => {
    const permission = resource('aws_lambda_permission', null, { ...invoke, source_arn: 'arn:aws:events:r:1:rule/a' });
    expect(securityOf(permission)).toEqual([expect.stringMatching(/^widens: /)]);
  });
});
