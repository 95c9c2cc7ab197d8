// What changes for security, in words: for each change of a policy, a rule, a key or a door the sentence, and none for what is none.
// Next: scripts/review/security.ts.
import { describe, expect, test } from 'vitest';
import { type Planned, policy, resource, reviewOf, securityOf } from './planned.ts';

const read = { Action: 's3:GetObject', Resource: 'arn:aws:s3:::reports/*' };
const write = { Action: 's3:PutObject', Resource: 'arn:aws:s3:::reports/*' };
const lambda = { Action: 'sts:AssumeRole', Principal: { Service: 'lambda.amazonaws.com' } };
const otherAccount = { Action: 'sts:AssumeRole', Principal: { AWS: 'arn:aws:iam::999988887777:root' } };

function permissions(before: string | null, after: string | null): Planned {
  const values = (text: string | null) => (text === null ? null : { name: 'p', role: 'worker', policy: text });
  return { address: 'aws_iam_role_policy.worker', before: values(before), after: values(after) };
}

function role(before: object, after: object): Planned {
  const trust = policy(lambda);
  return {
    address: 'aws_iam_role.worker',
    before: { name: 'worker', assume_role_policy: trust, permissions_boundary: 'arn:b', ...before },
    after: { name: 'worker', assume_role_policy: trust, permissions_boundary: 'arn:b', ...after },
  };
}

function ingress(before: object | null, after: object | null): Planned {
  const values = (more: object | null) =>
    more && { security_group_id: 'sg-1', ip_protocol: 'tcp', from_port: 443, to_port: 443, ...more };
  return resource('aws_vpc_security_group_ingress_rule', values(before), values(after));
}

const findings: readonly (readonly [what: string, Planned, readonly string[]])[] = [
  [
    'a permission',
    permissions(policy(read), policy(read, write)),
    ['widens: role `worker` may now also do `s3:PutObject`'],
  ],
  ['every action', permissions(policy(read), policy(read, { Action: '*', Resource: '*' })), ['widens loud:']],
  [
    'a permission that goes',
    permissions(policy(read, write), policy(read)),
    ['narrows: role `worker` may no longer do'],
  ],
  [
    'a deny that goes',
    permissions(policy(read, { ...write, Effect: 'Deny' }), policy(read)),
    ['widens loud: role `worker` is no longer denied `s3:PutObject`'],
  ],
  [
    'a deny that comes',
    permissions(policy(read), policy(read, { ...write, Effect: 'Deny' })),
    ['narrows: role `worker` is now denied `s3:PutObject`'],
  ],
  [
    'a condition that goes',
    permissions(policy({ ...read, Condition: { Bool: { 'aws:SecureTransport': 'true' } } }), policy(read)),
    ['widens loud:', 'no longer only when `Bool aws:SecureTransport = true`'],
  ],
  [
    'a condition that comes',
    permissions(policy(read), policy({ ...read, Condition: { Bool: { 'aws:SecureTransport': 'true' } } })),
    ['narrows:', 'now only when'],
  ],
  [
    'who may become a role',
    role({}, { assume_role_policy: policy(lambda, otherAccount) }),
    ['widens loud: trust of role `worker`: `AWS arn:aws:iam::999988887777:root` may now also do `sts:AssumeRole`'],
  ],
  ['a boundary that goes', role({}, { permissions_boundary: null }), ['widens loud:', 'no permissions boundary']],
  [
    'a key policy',
    resource(
      'aws_kms_key',
      { policy: policy({ ...otherAccount, Action: 'kms:Sign', Resource: '*' }) },
      {
        policy: policy({
          Principal: { AWS: 'arn:aws:iam::999988887777:root' },
          Action: ['kms:Sign', 'kms:Decrypt'],
          Resource: '*',
        }),
      },
    ),
    ['key policy of `aws_kms_key.one`', '`kms:Decrypt`'],
  ],
  [
    'a secret that anyone may read',
    resource(
      'aws_secretsmanager_secret_policy',
      { policy: policy() },
      {
        policy: policy({ Principal: '*', Action: 'secretsmanager:GetSecretValue', Resource: '*' }),
      },
    ),
    ['widens loud:', '**anyone**', 'secretsmanager:GetSecretValue'],
  ],
  [
    'an endpoint that lets more through',
    resource(
      'aws_vpc_endpoint',
      { policy: policy({ ...read, Principal: '*' }) },
      {
        policy: policy({ ...read, Principal: '*' }, { ...write, Principal: '*' }),
      },
    ),
    ['widens', 'endpoint', '`s3:PutObject`'],
  ],
  [
    'a wider network',
    ingress({ cidr_ipv4: '10.9.0.0/24' }, { cidr_ipv4: '10.0.0.0/8' }),
    [
      'widens',
      'now admits TCP 443 from `10.0.0.0/8` (16,777,216 addresses), before from `10.9.0.0/24` (256 addresses)',
    ],
  ],
  ['everybody', ingress(null, { cidr_ipv4: '0.0.0.0/0' }), ['widens loud:', '**everywhere**', 'Open to the internet']],
  ['everybody by IPv6', ingress(null, { cidr_ipv6: '::/0' }), ['widens loud:', '**everywhere**']],
  ['a narrower network', ingress({ cidr_ipv4: '10.0.0.0/8' }, { cidr_ipv4: '10.9.0.0/24' }), ['narrows:']],
  [
    'a network ACL',
    resource('aws_network_acl_rule', null, {
      network_acl_id: 'acl-1',
      egress: false,
      protocol: '6',
      rule_action: 'allow',
      rule_number: 100,
      cidr_block: '0.0.0.0/0',
      from_port: 22,
      to_port: 22,
    }),
    ['widens', 'network ACL', 'TCP 22'],
  ],
  [
    'a listener without TLS',
    resource('aws_lb_listener', { protocol: 'HTTPS', port: 443 }, { protocol: 'HTTP', port: 443 }),
    ['widens loud:', 'carries traffic without TLS'],
  ],
  [
    'a listener with old TLS',
    resource(
      'aws_lb_listener',
      { protocol: 'HTTPS', ssl_policy: 'ELBSecurityPolicy-TLS13-1-3-2021-06' },
      {
        protocol: 'HTTPS',
        ssl_policy: 'ELBSecurityPolicy-2016-08',
      },
    ),
    ['widens loud:', 'accepts TLS older than 1.2'],
  ],
  [
    'a load balancer on the internet',
    resource('aws_lb', { internal: true }, { internal: false }),
    ['faces the internet'],
  ],
  [
    'a URL of a function',
    resource('aws_lambda_function_url', null, { authorization_type: 'NONE' }),
    ['widens loud:', 'anyone may call'],
  ],
  [
    'a bucket without its block',
    resource('aws_s3_bucket_public_access_block', { block_public_policy: true }, null),
    ['widens loud:', 'nothing holds back public access any more'],
  ],
  [
    'a policy that only the apply shows',
    {
      address: 'aws_sqs_queue_policy.jobs',
      before: { queue_url: 'q', policy: policy({ ...read, Principal: '*' }) },
      after: { queue_url: 'q' },
      unknown: { policy: true },
    },
    ['unknown loud:', 'cannot be judged: it is known only after the apply'],
  ],
];

describe('is said', () => {
  test.each(findings)('%s', (_, planned, words) => {
    const said = securityOf(planned).join('\n');
    for (const word of words) expect(said).toContain(word);
  });
});

describe('is no finding', () => {
  const tags = { tags: { CostCenter: 'a' } };
  const silent: readonly (readonly [string, Planned])[] = [
    ['a tag of a role', role(tags, { tags: { CostCenter: 'b' } })],
    ['a tag of a load balancer', resource('aws_lb', { internal: true, ...tags }, { internal: true, tags: {} })],
    ['the same statements in another order', permissions(policy(read, write), policy(write, read))],
    [
      'the same policy written otherwise',
      permissions(
        policy(read),
        JSON.stringify({ Statement: { Resource: [read.Resource], Action: [read.Action], Effect: 'Allow' } }, null, 2),
      ),
    ],
    [
      'the same actions in one statement or two',
      permissions(policy({ ...read, Action: ['s3:GetObject', 's3:PutObject'] }), policy(read, write)),
    ],
    [
      'a description of a rule',
      ingress({ cidr_ipv4: '10.0.0.0/8' }, { cidr_ipv4: '10.0.0.0/8', description: 'callers' }),
    ],
    ['a name of a metric alarm', resource('aws_cloudwatch_metric_alarm', { threshold: 1 }, { threshold: 2 })],
  ];

  test.each(silent)('%s', (_, planned) => {
    expect(securityOf(planned)).toEqual([]);
  });
});

describe('data that is lost', () => {
  const table = (name: string): Planned => ({
    address: `aws_dynamodb_table.${name}`,
    before: { name, hash_key: 'a' },
    after: { name, hash_key: 'b' },
    replacedBy: ['hash_key'],
  });

  test('comes first, with the reason and what is lost', () => {
    const { losses } = reviewOf(permissions(policy(read), policy({ Action: '*', Resource: '*' })), table('orders'));
    expect(losses.map(({ text }) => text)).toEqual([
      '`aws_dynamodb_table.orders` is **replaced** because `hash_key` cannot change in place. Lost: its items',
    ]);
  });

  test.each([
    [
      'protection that goes',
      { deletion_protection_enabled: true },
      { deletion_protection_enabled: false },
      'can be deleted',
    ],
    [
      'backups that go',
      { point_in_time_recovery: [{ enabled: true }] },
      { point_in_time_recovery: [{ enabled: false }] },
      'loses its backups',
    ],
  ])('%s is a loss to come', (_, before, after, words) => {
    const { losses } = reviewOf(resource('aws_dynamodb_table', before, after));
    expect(losses.map(({ text }) => text).join()).toContain(words);
  });

  test('a rule that is replaced loses nothing', () => {
    expect(
      reviewOf({ ...ingress({ cidr_ipv4: '10.0.0.0/8' }, { cidr_ipv4: '10.0.0.0/8' }), replacedBy: ['x'] }).losses,
    ).toEqual([]);
  });
});
