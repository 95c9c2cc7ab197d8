// Every guard against the mistake it is there for, and against the same thing done right.
// Next: stacks/guards/guard.ts.
import { describe, expect, test } from 'vitest';
import { guards, judge } from '../../../stacks/guards/guard.ts';
import { type TerraformBlock, type TerraformConfiguration } from '../../../stacks/terraform-json.ts';

interface GuardCase {
  readonly guard: keyof typeof guards;
  readonly what: string;
  readonly bad: TerraformConfiguration;
  /** What the problem must say, after the address. */
  readonly says: string;
  /** The same, mended. */
  readonly good: TerraformConfiguration;
}

const allow = (statement: TerraformBlock): TerraformConfiguration => ({
  data: { aws_iam_policy_document: { it: { statement: [statement] } } },
});
const resource = (type: string, block: TerraformBlock): TerraformConfiguration => ({
  resource: { [type]: { it: block } },
});
const bucketArn = 'arn:aws:s3:::b/*';

const cases: readonly GuardCase[] = [
  {
    guard: 'wildcardPermissions',
    what: 'a wildcard action',
    bad: allow({ actions: ['s3:Get*'], resources: [bucketArn] }),
    says: 'got action s3:Get*, expected actions by name',
    good: allow({ actions: ['s3:GetObject'], resources: [bucketArn] }),
  },
  {
    guard: 'wildcardPermissions',
    what: 'every action',
    bad: allow({ actions: ['*'], resources: [bucketArn] }),
    says: 'got action *, expected actions by name',
    good: {
      data: { aws_iam_policy_document: { it: { statement: [{ effect: 'Deny', actions: ['*'], resources: ['*'] }] } } },
    },
  },
  {
    guard: 'wildcardPermissions',
    what: 'every resource',
    bad: allow({ actions: ['kms:Decrypt', 'ecr:GetAuthorizationToken'], resources: ['*'] }),
    says: 'got resource * for kms:Decrypt, expected ARNs',
    good: allow({ actions: ['ecr:GetAuthorizationToken'], resources: ['*'] }),
  },
  {
    guard: 'wildcardPermissions',
    what: 'all but some actions',
    bad: allow({ not_actions: ['iam:PassRole'], resources: [bucketArn] }),
    says: 'got not_actions in an allow, expected actions by name',
    good: allow({ effect: 'Deny', not_actions: ['iam:PassRole'], resources: [bucketArn] }),
  },
  {
    guard: 'wildcardPermissions',
    what: 'all but some resources',
    bad: allow({ actions: ['s3:GetObject'], not_resources: [bucketArn] }),
    says: 'got not_resources in an allow, expected resources',
    good: allow({ effect: 'Deny', actions: ['s3:GetObject'], not_resources: [bucketArn] }),
  },
  {
    guard: 'wildcardPermissions',
    what: 'everybody, unconditionally',
    bad: allow({
      actions: ['s3:GetObject'],
      resources: [bucketArn],
      principals: [{ type: 'AWS', identifiers: ['*'] }],
    }),
    says: 'got principal * without a condition',
    good: allow({
      actions: ['s3:GetObject'],
      resources: [bucketArn],
      principals: [{ type: 'AWS', identifiers: ['*'] }],
      condition: [{ test: 'StringEquals', variable: 'aws:PrincipalAccount', values: ['1'] }],
    }),
  },
  {
    guard: 'wildcardPermissions',
    what: 'a policy as text',
    bad: resource('aws_iam_role_policy', { policy: '{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}' }),
    says: 'got policy as text, expected an aws_iam_policy_document',
    good: resource('aws_iam_role_policy', { policy: '${data.aws_iam_policy_document.it.json}' }),
  },
  {
    guard: 'publicIngress',
    what: 'a rule from everywhere',
    bad: resource('aws_vpc_security_group_ingress_rule', { cidr_ipv4: '0.0.0.0/0', from_port: 443 }),
    says: 'got ingress from everywhere',
    good: resource('aws_vpc_security_group_ingress_rule', { referenced_security_group_id: 'sg-1', from_port: 443 }),
  },
  {
    guard: 'publicIngress',
    what: 'a rule from everywhere in IPv6',
    bad: resource('aws_vpc_security_group_ingress_rule', { cidr_ipv6: '::/0', from_port: 443 }),
    says: 'got ingress from everywhere',
    good: resource('aws_vpc_security_group_ingress_rule', { cidr_ipv4: '10.0.0.0/16', from_port: 443 }),
  },
  {
    guard: 'publicIngress',
    what: 'inline ingress from everywhere',
    bad: resource('aws_security_group', { ingress: [{ cidr_blocks: ['0.0.0.0/0'] }] }),
    says: 'got inline ingress from everywhere',
    good: resource('aws_security_group', {}),
  },
  {
    guard: 'publicIngress',
    what: 'a network ACL that lets everybody call',
    bad: resource('aws_network_acl_rule', {
      rule_action: 'allow',
      egress: false,
      cidr_block: '0.0.0.0/0',
      from_port: 443,
    }),
    says: 'expected only answers, to ports from 1024',
    good: resource('aws_network_acl_rule', {
      rule_action: 'allow',
      egress: false,
      cidr_block: '0.0.0.0/0',
      from_port: 1024,
    }),
  },
  {
    guard: 'openEgress',
    what: 'egress to everywhere',
    bad: resource('aws_vpc_security_group_egress_rule', { cidr_ipv4: '0.0.0.0/0', ip_protocol: '-1' }),
    says: 'got egress to everywhere',
    good: resource('aws_vpc_security_group_egress_rule', { prefix_list_id: 'pl-1', ip_protocol: 'tcp' }),
  },
  {
    guard: 'openEgress',
    what: 'inline egress to everywhere',
    bad: resource('aws_security_group', { egress: { cidr_blocks: ['0.0.0.0/0'] } }),
    says: 'got egress to everywhere',
    good: resource('aws_security_group', { egress: [] }),
  },
  {
    guard: 'boundedRoles',
    what: 'a role without boundary',
    bad: resource('aws_iam_role', { name: 'r' }),
    says: 'got no permissions_boundary',
    good: resource('aws_iam_role', { name: 'r', permissions_boundary: '${aws_iam_policy.b.arn}' }),
  },
  {
    guard: 'boundedRoles',
    what: 'a long-lived access key',
    bad: resource('aws_iam_access_key', { user: 'u' }),
    says: 'got a long-lived access key',
    good: {},
  },
  ...['aws_cloudwatch_log_group', 'aws_cloudtrail', 'aws_secretsmanager_secret'].map((type): GuardCase => ({
    guard: 'encryptedStores',
    what: `${type} without its key`,
    bad: resource(type, { name: 'n' }),
    says: 'got no KMS key',
    good: resource(type, { name: 'n', kms_key_id: '${var.key}' }),
  })),
  ...['aws_sns_topic', 'aws_sqs_queue'].map((type): GuardCase => ({
    guard: 'encryptedStores',
    what: `${type} without its key`,
    bad: resource(type, { name: 'n', sqs_managed_sse_enabled: true }),
    says: 'got no KMS key',
    good: resource(type, { name: 'n', kms_master_key_id: '${var.key}' }),
  })),
  {
    guard: 'encryptedStores',
    what: 'a table with the key of AWS',
    bad: resource('aws_dynamodb_table', { server_side_encryption: { enabled: true } }),
    says: 'got no KMS key',
    good: resource('aws_dynamodb_table', { server_side_encryption: [{ enabled: true, kms_key_arn: '${var.key}' }] }),
  },
  {
    guard: 'encryptedStores',
    what: 'a bucket without encryption configuration',
    bad: resource('aws_s3_bucket', { bucket: 'b' }),
    says: 'got no encryption configuration',
    good: bucketWith({ sse_algorithm: 'aws:kms', kms_master_key_id: '${var.key}' }),
  },
  {
    guard: 'encryptedStores',
    what: 'a bucket with the key of AWS',
    bad: bucketWith({ sse_algorithm: 'AES256' }),
    says: 'got no KMS key',
    good: bucketWith({ sse_algorithm: 'aws:kms', kms_master_key_id: '${var.key}' }),
  },
  {
    guard: 'privateWorkloads',
    what: 'a task with a public address',
    bad: resource('aws_ecs_service', { network_configuration: { assign_public_ip: true } }),
    says: 'got assign_public_ip',
    good: resource('aws_ecs_service', { network_configuration: { assign_public_ip: false } }),
  },
  {
    guard: 'privateWorkloads',
    what: 'a service in a public subnet',
    bad: resource('aws_ecs_service', { network_configuration: { subnets: '${aws_subnet.public[*].id}' } }),
    says: 'got a public subnet',
    good: resource('aws_ecs_service', { network_configuration: { subnets: '${var.private_subnet_ids}' } }),
  },
  {
    guard: 'privateWorkloads',
    what: 'a load balancer on the internet',
    bad: resource('aws_lb', { internal: false }),
    says: 'got a load balancer that is not internal',
    good: resource('aws_lb', { internal: true }),
  },
  {
    guard: 'privateWorkloads',
    what: 'a subnet that hands out public addresses',
    bad: resource('aws_subnet', { map_public_ip_on_launch: true }),
    says: 'got map_public_ip_on_launch',
    good: resource('aws_subnet', { map_public_ip_on_launch: false }),
  },
  {
    guard: 'privateWorkloads',
    what: 'a module that is given the public subnets',
    bad: { module: { alb: { subnet_ids: '${module.networking.public_subnet_ids}' } } },
    says: 'got public_subnet_ids',
    good: { module: { alb: { subnet_ids: '${module.networking.private_subnet_ids}' } } },
  },
];

describe('a guard', () => {
  test.each(cases)('$guard refuses $what', ({ guard, bad, says }) => {
    const problems = guards[guard]?.(bad) ?? [];
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(says);
    expect(judge(bad)).toEqual(problems);
  });

  test.each(cases)('$guard accepts it without $what', ({ good }) => {
    expect(judge(good)).toEqual([]);
  });

  test('there is a case for every guard', () => {
    expect(new Set(cases.map(({ guard }) => guard))).toEqual(new Set(Object.keys(guards)));
  });

  test('the patterns of the pipelines are no way around: not for IAM, not for everything, not under another name', () => {
    const provision = (action: string, sid = 'ProvisionServices') =>
      judge(allow({ sid, actions: [action], resources: ['*'] }));
    expect(provision('ec2:*')).toEqual([]);
    for (const action of ['iam:*', 'sts:*', '*', 'organizations:*'])
      expect.soft(provision(action), action).not.toEqual([]);
    expect(provision('ec2:Describe*', 'ReadConfiguration')).toEqual([]);
    expect(provision('ec2:*', 'ReadConfiguration')).not.toEqual([]);
    expect(provision('ec2:*', 'Other')).not.toEqual([]);
  });

  const usedBy = (type: string, statement: TerraformBlock): TerraformConfiguration => ({
    ...allow(statement),
    resource: { [type]: { it: { policy: '${data.aws_iam_policy_document.it.json}' } } },
  });

  test('a key policy may say * for the key it is attached to', () => {
    expect(judge(usedBy('aws_kms_key', { actions: ['kms:Decrypt'], resources: ['*'] }))).toEqual([]);
    expect(judge(usedBy('aws_sns_topic', { actions: ['sns:Publish'], resources: ['*'] }))).not.toEqual([]);
  });

  test('an endpoint policy may pass everything of one account, and nothing of everybody', () => {
    const statement = { actions: ['*'], resources: ['*'], principals: [{ type: 'AWS', identifiers: ['*'] }] };
    const ofAccount = { test: 'StringEquals', variable: 'aws:PrincipalAccount', values: ['1'] };
    expect(judge(usedBy('aws_vpc_endpoint', { ...statement, condition: [ofAccount] }))).toEqual([]);
    expect(judge(usedBy('aws_vpc_endpoint', statement))).toEqual([
      'data.aws_iam_policy_document.it: statement 0: got action *, expected actions by name',
      'data.aws_iam_policy_document.it: statement 0: got principal * without a condition, expected one that names who is meant',
    ]);
  });
});

function bucketWith(byDefault: TerraformBlock): TerraformConfiguration {
  return {
    resource: {
      aws_s3_bucket: { it: { bucket: 'b' } },
      aws_s3_bucket_server_side_encryption_configuration: {
        it: {
          bucket: '${aws_s3_bucket.it.id}',
          rule: [{ apply_server_side_encryption_by_default: byDefault }],
        },
      },
    },
  };
}
