// Policies that open more than they seem to: by what they exclude, by patterns, by where they move, by not being there.
// Next: scripts/review/policy-findings.ts and scripts/review/policy-dangers.ts.
import { describe, expect, test } from 'vitest';
import { type Planned, policy, resource, securityOf } from './planned.ts';
import { gains, identity, onQueue, read, send, subject, token, trust } from './planned-policies.ts';

const everyOne = { Action: '*', Resource: '*' };

const loud: readonly (readonly [what: string, Planned, words: string])[] = [
  ['all actions but some', gains({ NotAction: 'iam:*', Resource: '*' }), 'all but iam:*'],
  [
    'fewer actions excluded',
    identity([{ NotAction: ['iam:*', 'kms:*'], Resource: '*' }], [{ NotAction: 'iam:*', Resource: '*' }]),
    'may now also do `all but iam:*`',
  ],
  [
    'a deny that excludes more',
    identity(
      [{ Effect: 'Deny', NotAction: 'a:b', Resource: '*' }],
      [{ Effect: 'Deny', NotAction: ['a:b', 'iam:*'], Resource: '*' }],
    ),
    'no longer denied `all but a:b`',
  ],
  [
    'all resources but some',
    gains({ ...read, Resource: undefined, NotResource: 'arn:aws:s3:::secret/*' }),
    'On every resource.',
  ],
  [
    'all principals but some',
    onQueue(
      { ...send, Principal: { AWS: 'arn:aws:iam::1:role/x' } },
      { ...send, NotPrincipal: { AWS: 'arn:aws:iam::1:role/x' } },
    ),
    'Everyone but those named.',
  ],
  ['a pattern of services', gains({ Action: '*:*', Resource: 'arn:x' }), 'Every action that the pattern matches.'],
  [
    'a pattern that holds an escalation',
    gains({ Action: 'iam:Pass*', Resource: 'arn:aws:iam::1:role/x' }),
    'Can lead to more permissions.',
  ],
  ['a shell', gains({ Action: 'ecs:ExecuteCommand', Resource: 'arn:x' }), 'Can lead to more permissions.'],
  ['a star twice', gains({ Action: 'dynamodb:DeleteTable', Resource: '**' }), 'On every resource.'],
  ['every ARN', gains({ Action: 'dynamodb:DeleteTable', Resource: 'arn:*:*:*:*:*' }), 'On every resource.'],
  ['every bucket', gains({ Action: 's3:PutObject', Resource: 'arn:aws:s3:::*' }), 'On every resource.'],
  [
    'every function',
    gains({ Action: 'lambda:InvokeFunction', Resource: 'arn:aws:lambda:*:123456789012:function:*' }),
    'On every one of its kind.',
  ],
  ['every secret, read', gains({ Action: 'secretsmanager:GetSecretValue', Resource: '*' }), 'On every resource.'],
  ['every object, by a pattern of reads', gains({ Action: 's3:Get*', Resource: '*' }), 'On every resource.'],
  [
    'a condition that anything meets',
    gains({ Action: 'dynamodb:DeleteTable', Resource: '*', Condition: { StringLike: { 'aws:PrincipalArn': '*' } } }),
    'On every resource.',
  ],
  [
    'an element of a statement that is spelled otherwise',
    identity([read], [read, { action: '*', Resource: '*' }]),
    'cannot be judged',
  ],
  [
    'policies in blocks of a role',
    resource(
      'aws_iam_role',
      { name: 'worker', inline_policy: [] },
      {
        name: 'worker',
        inline_policy: [
          { name: 'a', policy: policy(read) },
          { name: 'b', policy: policy(everyOne) },
        ],
      },
    ),
    'role `worker` may now also do `*` on `*`',
  ],
  [
    'an endpoint without a policy',
    resource(
      'aws_vpc_endpoint',
      null,
      { service_name: 's3' },
      { unknown: { policy: true }, expressions: { service_name: {} } },
    ),
    'may now do `*` on `*`',
  ],
  [
    'an endpoint that loses its policy',
    resource('aws_vpc_endpoint', { policy: policy({ ...read, Principal: '*' }) }, { policy: null }),
    'may now also do `*` on `*`',
  ],
  [
    'an endpoint that is made anew without its policy',
    resource(
      'aws_vpc_endpoint',
      { policy: policy({ ...read, Principal: '*' }) },
      {},
      { unknown: { policy: true }, expressions: {}, replacedBy: ['service_name'] },
    ),
    'may now also do `*` on `*`',
  ],
  [
    'the policy of an endpoint that goes',
    resource(
      'aws_vpc_endpoint_policy',
      { vpc_endpoint_id: 'vpce-1', policy: policy({ ...read, Principal: '*' }) },
      null,
    ),
    'may now also do `*` on `*`',
  ],
  [
    'a policy that comes to another role',
    resource(
      'aws_iam_role_policy',
      { role: 'a', policy: policy(everyOne) },
      { role: 'b', policy: policy(everyOne) },
      { replacedBy: ['role'] },
    ),
    'role `b` may now also do `*`',
  ],
  [
    'a deny that leaves its bucket',
    resource(
      'aws_s3_bucket_policy',
      { bucket: 'a', policy: policy({ ...read, Effect: 'Deny', Principal: '*' }) },
      { bucket: 'b', policy: policy({ ...read, Effect: 'Deny', Principal: '*' }) },
      { replacedBy: ['bucket'] },
    ),
    'bucket policy of `a`: **anyone** is no longer denied',
  ],
  [
    'a deny that goes to a bucket no one knows',
    resource(
      'aws_s3_bucket_policy',
      { bucket: 'a', policy: policy({ ...read, Effect: 'Deny', Principal: '*' }) },
      { policy: policy({ ...read, Effect: 'Deny', Principal: '*' }) },
      { unknown: { bucket: true }, replacedBy: ['bucket'] },
    ),
    'bucket policy of `a`: **anyone** is no longer denied',
  ],
];

describe('is said aloud', () => {
  test.each(loud)('%s', (_, planned, words) => {
    const said = securityOf(planned).filter((line) => /^(?:widens|unknown) loud:/.test(line));
    expect(said.join('\n')).toContain(words);
  });
});

describe('is no finding', () => {
  const silent: readonly (readonly [what: string, ...planned: Planned[]])[] = [
    [
      'an endpoint whose policy is a resource beside it',
      resource('aws_vpc_endpoint', null, {}, { unknown: { policy: true, id: true }, expressions: {} }),
      resource(
        'aws_vpc_endpoint_policy',
        null,
        { policy: policy() },
        { expressions: { vpc_endpoint_id: { references: ['aws_vpc_endpoint.one.id', 'aws_vpc_endpoint.one'] } } },
      ),
    ],
    [
      'a load balancer endpoint, which takes no policy',
      resource(
        'aws_vpc_endpoint',
        null,
        { vpc_endpoint_type: 'GatewayLoadBalancer' },
        { unknown: { policy: true }, expressions: {} },
      ),
    ],
    [
      'a policy that no one sets, of an endpoint that only gets a tag',
      resource(
        'aws_vpc_endpoint',
        { policy: policy(), tags: {} },
        { tags: { a: 'b' } },
        { unknown: { policy: true }, expressions: { tags: {} } },
      ),
    ],
    [
      'a policy that follows its bucket to the new one',
      resource('aws_s3_bucket', { id: 'a', bucket: 'a' }, { bucket: 'b' }, { replacedBy: ['bucket'] }),
      resource(
        'aws_s3_bucket_policy',
        { bucket: 'a', policy: policy(read) },
        { policy: policy(read) },
        {
          unknown: { bucket: true },
          replacedBy: ['bucket'],
          expressions: { bucket: { references: ['aws_s3_bucket.one.id', 'aws_s3_bucket.one'] } },
        },
      ),
    ],
    [
      'the same subjects in another order',
      trust(
        token({ StringEquals: { [subject]: ['repo:o/a', 'repo:o/b'] } }),
        token({ StringEquals: { [subject]: ['repo:o/b', 'repo:o/a'] } }),
      ),
    ],
    [
      'policies that a role repeats of others',
      resource(
        'aws_iam_role',
        { name: 'w', inline_policy: [] },
        { name: 'w', inline_policy: [{ policy: policy(everyOne) }] },
        { expressions: { name: {} } },
      ),
    ],
  ];
  test.each(silent.map(([what, ...planned]) => [what, planned] as const))('%s', (_, planned) => {
    expect(securityOf(...planned)).toEqual([]);
  });
});

test('of many actions those are named that hand out more', () => {
  const many = Array.from({ length: 30 }, (_, index) => `ec2:A${String(index).padStart(2, '0')}`);
  expect(securityOf(gains({ Action: [...many, 'sts:AssumeRole'], Resource: 'arn:x' })).join()).toContain(
    '`sts:AssumeRole`',
  );
});

test('a star that is written as one is no pattern', () => {
  const objects = (name: string) => ({ Action: 's3:GetObject', Resource: `arn:aws:s3:::b/${name}` });
  expect(securityOf(identity([objects('${*}')], [objects('${*}'), objects('${aws:username}')]))).toEqual([
    expect.stringMatching(/^widens: /),
  ]);
});

test('a key of its own account is one that no other account administers', () => {
  const admin = (account: string) => ({ Action: 'kms:*', Resource: '*', Principal: { AWS: account } });
  const key = (...accounts: readonly string[]) => ({
    arn: 'arn:aws:kms:eu-central-1:123456789012:key/k',
    policy: policy(...accounts.map(admin)),
  });
  const said = (account: string) => securityOf(resource('aws_kms_key', key(), key(account))).join();
  expect(said('123456789012')).toMatch(/^widens: /);
  expect(said('999988887777')).toContain('**Another account.** **Every action that the pattern matches.**');
});

test('a policy leaves a bucket that stays for one that no one knows', () => {
  const held = policy({ ...read, Effect: 'Deny', Principal: '*' });
  const bucket = resource(
    'aws_s3_bucket',
    { id: 'a', bucket: 'a', tags: {} },
    { id: 'a', bucket: 'a', tags: { b: 'c' } },
  );
  const moved = resource(
    'aws_s3_bucket_policy',
    { bucket: 'a', policy: held },
    { policy: held },
    {
      unknown: { bucket: true },
      replacedBy: ['bucket'],
      expressions: { bucket: { references: ['aws_s3_bucket.one'] } },
    },
  );
  expect(securityOf(bucket, moved).join()).toContain('bucket policy of `a`: **anyone** is no longer denied');
});
