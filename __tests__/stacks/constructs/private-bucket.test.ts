// What every bucket has, shown on those of the modules that make one; each claim by the policy that AWS would evaluate.
// Next: stacks/constructs/private-bucket.ts.
import { describe, expect, test } from 'vitest';
import { type TerraformBlock } from '../../../stacks/terraform-json.ts';
import { alb } from '../../../stacks/modules/alb.ts';
import { cost } from '../../../stacks/modules/cost.ts';
import { security } from '../../../stacks/modules/security.ts';
import { accountId, administratorArn, configurationOf, prefix, region } from '../../support/account-policies.ts';
import { evaluateAccess, type PolicyDocument } from '../../support/iam-evaluator.ts';
import { resolveDocument } from '../../support/policy-documents.ts';

const known = {
  'data.aws_caller_identity.current.account_id': accountId,
  'data.aws_region.current_region.name': region,
  'data.aws_partition.current_partition.partition': 'aws',
  'var.name_prefix': prefix,
};
const configurations = { alb: configurationOf(alb), cost: configurationOf(cost), security: configurationOf(security) };
const everything: PolicyDocument = { Statement: { Effect: 'Allow', Action: 's3:*', Resource: '*' } };

describe.each([
  { module: 'alb', id: 'access_logs', name: `${prefix}-alb-logs-${accountId}`, key: null },
  { module: 'security', id: 'trail', name: `${prefix}-trail-${accountId}`, key: '${var.audit_key_arn}' },
  { module: 'security', id: 'records', name: `${prefix}-config-${accountId}`, key: '${var.audit_key_arn}' },
  { module: 'cost', id: 'archive', name: `${prefix}-log-archive-${accountId}`, key: '${var.logs_key_arn}' },
] as const)('the bucket $id of $module', ({ module, id, name, key }) => {
  const { resource = {} } = configurations[module];
  const part = (type: string, suffix: string): TerraformBlock | undefined => resource[type]?.[`${id}${suffix}`];
  const policy = resolveDocument(configurations[module], `${id}_policy_document`, known);
  const judge = (action: string, context: Record<string, string>) =>
    evaluateAccess(
      { caller: { role: administratorArn }, action, resource: `arn:aws:s3:::${name}/object`, context },
      { identity: [everything], resource: policy },
    );

  test('answers to nobody without TLS, whatever IAM allows', () => {
    for (const action of ['s3:GetObject', 's3:PutObject', 's3:DeleteObject', 's3:ListBucket']) {
      expect(judge(action, { 'aws:SecureTransport': 'false' })).toMatchObject({ denial: 'explicit', by: 'resource' });
      expect(judge(action, { 'aws:SecureTransport': 'true' })).toEqual({ allowed: true });
    }
  });

  test("is never public, and everything in it is its owner's", () => {
    expect(part('aws_s3_bucket_public_access_block', '_public_access')).toMatchObject({
      block_public_acls: true,
      block_public_policy: true,
      ignore_public_acls: true,
      restrict_public_buckets: true,
    });
    expect(part('aws_s3_bucket_ownership_controls', '_ownership')).toMatchObject({
      rule: { object_ownership: 'BucketOwnerEnforced' },
    });
  });

  test('is encrypted with its key, or by S3 itself where that is all its writer can', () => {
    expect(part('aws_s3_bucket_server_side_encryption_configuration', '_encryption')?.['rule']).toEqual([
      key === null
        ? { apply_server_side_encryption_by_default: { sse_algorithm: 'AES256' } }
        : {
            apply_server_side_encryption_by_default: { sse_algorithm: 'aws:kms', kms_master_key_id: key },
            bucket_key_enabled: true,
          },
    ]);
  });

  test('keeps versions, and ends what is old, unfinished or no longer current', () => {
    expect(part('aws_s3_bucket_versioning', '_versioning')).toMatchObject({
      versioning_configuration: { status: 'Enabled' },
    });
    expect(part('aws_s3_bucket_lifecycle_configuration', '_lifecycle')).toMatchObject({
      depends_on: [`aws_s3_bucket_versioning.${id}_versioning`],
      rule: [
        {
          status: 'Enabled',
          expiration: [{ days: expect.stringMatching(/^\$\{var\.\w+_days\}$/) }],
          noncurrent_version_expiration: [{ noncurrent_days: 30 }],
          abort_incomplete_multipart_upload: [{ days_after_initiation: 7 }],
        },
      ],
    });
  });

  test('is destroyed with what it holds only when asked', () => {
    const input = /^\$\{var\.(\w+)\}$/.exec(String(part('aws_s3_bucket', '')?.['force_destroy']))?.[1] ?? '';
    expect(configurations[module].variable?.[input]).toMatchObject({ type: 'bool', default: false });
  });
});
