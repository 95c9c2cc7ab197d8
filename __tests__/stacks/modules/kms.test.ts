// Who uses which key, through what: every role, every way and every key against one table, and each service of AWS.
// Next: stacks/modules/kms.ts.
import { describe, expect, test } from 'vitest';
import { workloads } from '../../../stacks/naming.ts';
import {
  accountId,
  administratorArn,
  arn,
  configurations,
  keyArn,
  keyPolicyOf,
  ofSecret,
  ofTable,
  open,
  prefix,
  region,
  roleArn,
  secretArn,
  via,
} from '../../support/account-policies.ts';
import { type RequestContext } from '../../support/iam-conditions.ts';
import { type Caller, evaluateAccess, type Verdict } from '../../support/iam-evaluator.ts';

const dataKeys = ['orbit', 'axon', 'governance', 'logs', 'alerts', 'audit'];
const signingKeys = ['policy-publisher', 'governance-signing'];
const roles = [
  ...workloads,
  'github-actions-infra',
  'github-actions-app',
  'github-actions-plan',
  'service-connect-tls',
];
const inItsName = { 'kms:GrantIsForAWSResource': 'true' };
const through = (service: string) => ({ ...inItsName, ...via(service) });
/** How a request may reach KMS. */
const ways: Readonly<Record<string, RequestContext>> = {
  directly: {},
  "orbit's secret": { ...inItsName, ...ofSecret(secretArn('orbit')) },
  "axon's secret": { ...inItsName, ...ofSecret(secretArn('axon')) },
  'the trial of a secret': {
    ...inItsName,
    ...ofSecret(arn('secretsmanager', 'secret:a-new-one-aB3xYz'), 'RequestToValidateKeyAccess'),
  },
  policies: { ...inItsName, ...ofTable('policies') },
  quotas: { ...inItsName, ...ofTable('quotas') },
  grants: { ...inItsName, ...ofTable('grants') },
  lambda: through('lambda'),
  sqs: through('sqs'),
  ecr: through('ecr'),
  ssm: through('ssm'),
  s3: through('s3'),
};
const everyWay = Object.keys(ways);
const uses = ['CreateGrant', 'Decrypt', 'Encrypt', 'GenerateDataKey', 'GetPublicKey', 'ReEncryptFrom', 'Sign'];

/** What a key's policy alone says, with IAM opened. */
function judge(purpose: string, caller: Caller, action: string, context: RequestContext = {}): Verdict {
  const request = { caller, action: `kms:${action}`, resource: keyArn(purpose), context };
  return evaluateAccess(request, { identity: [open], key: keyPolicyOf(purpose) });
}

/** `role action` → the ways it may go, for every role and use. */
function usersOf(purpose: string): Record<string, string[]> {
  const found: Record<string, string[]> = {};
  for (const role of roles)
    for (const use of uses)
      for (const [way, context] of Object.entries(ways)) {
        const asked = { 'kms:SigningAlgorithm': 'ECDSA_SHA_256', ...context };
        if (judge(purpose, { role: roleArn(role) }, use, asked).allowed) (found[`${role} ${use}`] ??= []).push(way);
      }
  return found;
}

const tables = ['policies', 'quotas', 'grants'];
const creation = [...tables, 'lambda', 'ssm'];
const serviceKey = (service: 'orbit' | 'axon') => ({
  [`${service} Decrypt`]: [`${service}'s secret`],
  'secrets-rotation Decrypt': [`${service}'s secret`],
  'secrets-rotation GenerateDataKey': [`${service}'s secret`],
  'github-actions-infra Decrypt': ['the trial of a secret'],
  'github-actions-infra GenerateDataKey': ['the trial of a secret'],
  'github-actions-infra CreateGrant': ['ecr'],
});

test.each<[string, Record<string, string[]>]>([
  ['orbit', serviceKey('orbit')],
  [
    'axon',
    {
      ...serviceKey('axon'),
      'service-connect-tls Decrypt': everyWay,
      'service-connect-tls GenerateDataKey': everyWay,
    },
  ],
  [
    'governance',
    {
      'governance Decrypt': ['policies', 'quotas', 'lambda', 'sqs'],
      'governance GenerateDataKey': ['sqs'],
      'secrets-rotation Decrypt': ['lambda', 'sqs'],
      'secrets-rotation GenerateDataKey': ['sqs'],
      'smoke Decrypt': ['lambda'],
      'axon Decrypt': ['grants'],
      'github-actions-app Decrypt': ['policies'],
      'github-actions-plan Decrypt': ['lambda', 'ssm'],
      'github-actions-infra CreateGrant': creation,
      'github-actions-infra Decrypt': ['the trial of a secret', ...creation],
      'github-actions-infra Encrypt': creation,
      'github-actions-infra GenerateDataKey': ['the trial of a secret', ...creation],
      'github-actions-infra ReEncryptFrom': creation,
    },
  ],
  ['logs', {}],
  ['alerts', {}],
  ['audit', {}],
  [
    'policy-publisher',
    {
      'github-actions-app Sign': everyWay,
      'github-actions-app GetPublicKey': everyWay,
      'governance GetPublicKey': everyWay,
    },
  ],
  [
    'governance-signing',
    {
      'governance Sign': everyWay,
      'axon GetPublicKey': everyWay,
      // As an administrator: whoever verifies the audit records.
      'github-actions-infra GetPublicKey': everyWay,
    },
  ],
])('the key of %s is used by exactly these roles, in exactly these ways', (purpose, expected) => {
  expect(usersOf(purpose)).toEqual(expected);
});

describe.each([...dataKeys, ...signingKeys])('the key of %s', (purpose) => {
  test('has an alias of its name, and a policy of its own', () => {
    const name = purpose.replaceAll('-', '_');
    expect(configurations.kms.resource?.['aws_kms_alias']?.[`${name}_alias`]).toMatchObject({
      name: `alias/\${var.name_prefix}-${purpose}`,
      target_key_id: `\${aws_kms_key.${name}.key_id}`,
    });
    expect(configurations.kms.resource?.['aws_kms_key']?.[name]?.['policy']).toBe(
      `\${data.aws_iam_policy_document.${name}_policy.json}`,
    );
  });

  test('is administered by the named roles alone, and given up with a delay', () => {
    for (const action of ['PutKeyPolicy', 'ScheduleKeyDeletion', 'DisableKey', 'UpdateAlias', 'RevokeGrant']) {
      expect(judge(purpose, { role: administratorArn }, action), action).toEqual({ allowed: true });
      for (const role of roles.filter((name) => roleArn(name) !== administratorArn))
        expect(judge(purpose, { role: roleArn(role) }, action), `${role} ${action}`).toMatchObject({ by: 'key' });
    }
    expect(configurations.kms.resource?.['aws_kms_key']?.[purpose.replaceAll('-', '_')]).toMatchObject({
      deletion_window_in_days: '${var.deletion_window_days}',
    });
  });

  test('is looked at by whoever IAM lets, so that a plan needs no administrator, and by nobody else', () => {
    for (const action of ['DescribeKey', 'GetKeyPolicy', 'GetKeyRotationStatus', 'ListResourceTags'])
      expect(judge(purpose, { role: roleArn('github-actions-plan') }, action), action).toEqual({ allowed: true });
    const request = { caller: { role: roleArn('orbit') }, action: 'kms:DescribeKey', resource: keyArn(purpose) };
    expect(evaluateAccess(request, { identity: [], key: keyPolicyOf(purpose) })).toMatchObject({ by: 'identity' });
  });

  test('is shut to other accounts, whatever their IAM allows', () => {
    const role = roleArn('github-actions-infra').replace(accountId, '444455556666');
    for (const action of [...uses, 'DescribeKey', 'PutKeyPolicy'])
      expect(judge(purpose, { role }, action, through('ecr')), action).toMatchObject({ allowed: false, by: 'key' });
  });

  test('names every action, and no principal but the account and services', () => {
    for (const { Action = [], Principal = {} } of [keyPolicyOf(purpose).Statement].flat()) {
      expect([Action].flat().filter((action) => action.includes('*'))).toEqual([]);
      const { AWS, Service, ...others } = Principal as Record<string, string[]>;
      expect(others).toEqual({});
      expect(AWS ?? [`arn:aws:iam::${accountId}:root`]).toEqual([`arn:aws:iam::${accountId}:root`]);
      expect((Service ?? []).filter((service) => service.includes('*'))).toEqual([]);
    }
  });
});

test('data keys are rotated; signing keys are ECC_NIST_P256, which nothing rotates', () => {
  const keys = configurations.kms.resource?.['aws_kms_key'] ?? {};
  for (const purpose of dataKeys) {
    expect(keys[purpose], purpose).toMatchObject({ enable_key_rotation: true });
    expect(keys[purpose], purpose).not.toHaveProperty('key_usage');
  }
  for (const purpose of signingKeys)
    expect(keys[purpose.replaceAll('-', '_')], purpose).toMatchObject({
      key_usage: 'SIGN_VERIFY',
      customer_master_key_spec: 'ECC_NIST_P256',
    });
  expect(Object.keys(keys)).toHaveLength(dataKeys.length + signingKeys.length);
});

test('a signature is made with ECDSA_SHA_256 only', () => {
  const caller = { role: roleArn('governance') };
  expect(judge('governance-signing', caller, 'Sign', { 'kms:SigningAlgorithm': 'ECDSA_SHA_256' })).toEqual({
    allowed: true,
  });
  expect(judge('governance-signing', caller, 'Sign', { 'kms:SigningAlgorithm': 'ECDSA_SHA_384' })).toMatchObject({
    by: 'key',
  });
  expect(judge('governance-signing', caller, 'Sign')).toMatchObject({ by: 'key' });
});

test('a grant is given to a service of AWS only, not to whom the creator likes', () => {
  expect(judge('orbit', { role: administratorArn }, 'CreateGrant', through('ecr'))).toEqual({ allowed: true });
  expect(judge('orbit', { role: administratorArn }, 'CreateGrant', via('ecr'))).toMatchObject({ by: 'key' });
  expect(judge('orbit', { role: administratorArn }, 'RetireGrant', through('ecr'))).toEqual({ allowed: true });
});

describe('a service of AWS uses a key for this account and for nothing else', () => {
  const own = { 'aws:SourceAccount': accountId };
  const trail = arn('cloudtrail', `trail/${prefix}-trail`);
  const group = (name: string) => ({ 'kms:EncryptionContext:aws:logs:arn': arn('logs', `log-group:${name}`) });
  const bucket = (name: string) => ({ ...own, 'kms:EncryptionContext:aws:s3:arn': `arn:aws:s3:::${name}` });
  const logs = `logs.${region}.amazonaws.com`;
  test.each<[string, string, string, Record<string, string>, boolean]>([
    ['logs', logs, 'GenerateDataKey', group(`/ecs/${prefix}-orbit`), true],
    ['logs', logs, 'Decrypt', group(`/aws/vpc-lattice/${prefix}-mesh`), true],
    ['logs', logs, 'Decrypt', group('/ecs/another-orbit'), false],
    ['logs', logs, 'GenerateDataKey', { ...own, ...group('/ecs/another-orbit') }, false],
    ['logs', logs, 'Decrypt', {}, false],
    ['logs', logs, 'GenerateDataKey', bucket(`${prefix}-log-archive-${accountId}`), true],
    ['logs', logs, 'GenerateDataKey', bucket('another-bucket'), false],
    ['logs', logs, 'PutKeyPolicy', group(`/ecs/${prefix}-orbit`), false],
    ['alerts', 'cloudwatch.amazonaws.com', 'GenerateDataKey', own, true],
    ['alerts', 'budgets.amazonaws.com', 'Decrypt', own, true],
    ['alerts', 'costalerts.amazonaws.com', 'GenerateDataKey', own, true],
    ['alerts', 'cloudwatch.amazonaws.com', 'GenerateDataKey', { 'aws:SourceAccount': '444455556666' }, false],
    ['alerts', 'events.amazonaws.com', 'GenerateDataKey', own, false],
    ['audit', 'cloudtrail.amazonaws.com', 'DescribeKey', { 'aws:SourceArn': trail }, true],
    [
      'audit',
      'cloudtrail.amazonaws.com',
      'GenerateDataKey',
      { 'aws:SourceArn': trail, 'kms:EncryptionContext:aws:cloudtrail:arn': trail },
      true,
    ],
    ['audit', 'cloudtrail.amazonaws.com', 'GenerateDataKey', { 'aws:SourceArn': trail }, false],
    ['audit', 'cloudtrail.amazonaws.com', 'DescribeKey', { 'aws:SourceArn': `${trail}2` }, false],
    ['audit', 'config.amazonaws.com', 'GenerateDataKey', own, true],
    ['audit', 'config.amazonaws.com', 'GenerateDataKey', {}, false],
    ['orbit', 'secretsmanager.amazonaws.com', 'Decrypt', own, false],
    ['governance-signing', 'lambda.amazonaws.com', 'Sign', own, false],
  ])('%s by %s: %s with %j: %s', (purpose, service, action, context, expected) => {
    expect(judge(purpose, { service }, action, context).allowed).toBe(expected);
  });
});
