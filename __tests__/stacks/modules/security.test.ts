// The watchers' claims: each is there by its option, and what they write nobody else can.
// Next: stacks/modules/security.ts.
import { describe, expect, test } from 'vitest';
import { security } from '../../../stacks/modules/security.ts';
import { accountId, arn, configurationOf, prefix, region } from '../../support/account-policies.ts';
import { evaluateAccess, type Verdict } from '../../support/iam-evaluator.ts';
import { resolveDocument } from '../../support/policy-documents.ts';

const configuration = configurationOf(security);
const { resource = {}, variable = {} } = configuration;
const known = {
  'data.aws_caller_identity.current.account_id': accountId,
  'data.aws_region.current_region.name': region,
  'data.aws_partition.current_partition.partition': 'aws',
  'var.name_prefix': prefix,
};
const stranger = '444455556666';

/** Whether a bucket's policy lets a service of AWS write an object. */
function writes(
  bucket: 'trail' | 'records',
  request: { service: string; path?: string; context?: Record<string, string> },
): Verdict {
  const { service, path = `AWSLogs/${accountId}/Config/file.gz`, context = {} } = request;
  const name = `${prefix}-${bucket === 'trail' ? 'trail' : 'config'}-${accountId}`;
  return evaluateAccess(
    {
      caller: { service },
      action: 's3:PutObject',
      resource: `arn:aws:s3:::${name}/${path}`,
      context: { 'aws:SecureTransport': 'true', 's3:x-amz-acl': 'bucket-owner-full-control', ...context },
    },
    { resource: resolveDocument(configuration, `${bucket}_policy_document`, known) },
  );
}

describe('every watcher', () => {
  test.each([
    ['aws_cloudtrail', 'audit', 'var.cloud_trail'],
    ['aws_s3_bucket', 'trail', 'var.cloud_trail'],
    ['aws_guardduty_detector', 'threats', 'var.guard_duty'],
    ['aws_securityhub_account', 'hub', 'var.security_hub'],
    ['aws_securityhub_standards_subscription', 'foundational', 'var.security_hub'],
    ['aws_config_configuration_recorder', 'recorder', 'var.config'],
    ['aws_config_delivery_channel', 'channel', 'var.config'],
    ['aws_s3_bucket', 'records', 'var.config'],
    ['aws_accessanalyzer_analyzer', 'analyzer', 'var.access_analyzer'],
    ['aws_s3_account_public_access_block', 'no_public_buckets', 'var.public_access_block'],
  ])('%s.%s is there by %s, and by default', (type, name, option) => {
    expect(resource[type]?.[name]).toMatchObject({ count: `\${${option} ? 1 : 0}` });
    expect(variable[option.replace('var.', '')]).toMatchObject({ type: 'bool', default: true });
  });

  test('whose option is off leaves nothing behind: each resource of the module has a count', () => {
    const standing = Object.entries(resource).flatMap(([type, blocks]) =>
      Object.entries(blocks).flatMap(([name, { count }]) => (count === undefined ? [`${type}.${name}`] : [])),
    );
    expect(standing).toEqual([]);
  });
});

describe('the trail', () => {
  test('holds every region, in files that cannot be changed unseen, under its own key', () => {
    expect(resource['aws_cloudtrail']?.['audit']).toMatchObject({
      name: '${var.name_prefix}-trail',
      is_multi_region_trail: true,
      include_global_service_events: true,
      enable_log_file_validation: true,
      enable_logging: true,
      kms_key_id: '${var.audit_key_arn}',
      depends_on: ['aws_s3_bucket_policy.trail_policy'],
    });
  });

  test('alone writes to its bucket: no other trail, account, service or place', () => {
    const own = { 'aws:SourceArn': arn('cloudtrail', `trail/${prefix}-trail`) };
    const service = 'cloudtrail.amazonaws.com';
    expect(writes('trail', { service, context: own })).toEqual({ allowed: true });
    const others = {
      'another trail': { service, context: { 'aws:SourceArn': arn('cloudtrail', 'trail/another') } },
      'another account': { service, context: { 'aws:SourceArn': own['aws:SourceArn'].replace(accountId, stranger) } },
      'no source': { service },
      'another service': { service: 'config.amazonaws.com', context: own },
      'another place': { service, context: own, path: `AWSLogs/${stranger}/CloudTrail/file.gz` },
    };
    for (const [what, request] of Object.entries(others))
      expect(writes('trail', request), what).toMatchObject({ allowed: false });
  });
});

describe('AWS Config', () => {
  test('records everything and delivers it under the audit key, once there is somewhere to deliver to', () => {
    expect(resource['aws_config_configuration_recorder']?.['recorder']).toMatchObject({
      recording_group: { all_supported: true, include_global_resource_types: true },
    });
    expect(resource['aws_config_delivery_channel']?.['channel']).toMatchObject({
      s3_kms_key_arn: '${var.audit_key_arn}',
    });
    expect(resource['aws_config_configuration_recorder_status']?.['recording']).toMatchObject({
      is_enabled: true,
      depends_on: ['aws_config_delivery_channel.channel'],
    });
  });

  test('alone writes to its bucket, for this account', () => {
    const service = 'config.amazonaws.com';
    expect(writes('records', { service, context: { 'aws:SourceAccount': accountId } })).toEqual({ allowed: true });
    const others = {
      'another account': { service, context: { 'aws:SourceAccount': stranger } },
      'no account': { service },
      'another service': { service: 'cloudtrail.amazonaws.com', context: { 'aws:SourceAccount': accountId } },
      'another place': { service, context: { 'aws:SourceAccount': accountId }, path: `AWSLogs/${stranger}/Config/f` },
    };
    for (const [what, request] of Object.entries(others))
      expect(writes('records', request), what).toMatchObject({ allowed: false });
  });

  test('acts as its service-linked role, which is not made where the account has it', () => {
    expect(resource['aws_iam_role']).toBeUndefined();
    expect(resource['aws_iam_service_linked_role']?.['config_role']).toMatchObject({
      aws_service_name: 'config.amazonaws.com',
      count: '${var.config && var.create_config_role ? 1 : 0}',
    });
    expect(resource['aws_config_configuration_recorder']?.['recorder']).toMatchObject({
      role_arn: expect.stringMatching(/:role\/aws-service-role\/config\.amazonaws\.com\/AWSServiceRoleForConfig$/),
      depends_on: ['aws_iam_service_linked_role.config_role'],
    });
  });
});

describe('the account', () => {
  test('is looked at by Access Analyzer, GuardDuty and the foundational practices of Security Hub', () => {
    expect(resource['aws_accessanalyzer_analyzer']?.['analyzer']).toMatchObject({
      analyzer_name: '${var.name_prefix}-analyzer',
      type: 'ACCOUNT',
    });
    expect(resource['aws_guardduty_detector']?.['threats']).toMatchObject({ enable: true });
    expect(resource['aws_securityhub_standards_subscription']?.['foundational']?.['standards_arn']).toMatch(
      /::standards\/aws-foundational-security-best-practices\//,
    );
  });

  test('has no public bucket', () => {
    expect(resource['aws_s3_account_public_access_block']?.['no_public_buckets']).toMatchObject({
      block_public_acls: true,
      block_public_policy: true,
      ignore_public_acls: true,
      restrict_public_buckets: true,
    });
  });
});
