// What passes the VPC endpoints, judged as AWS judges it: whatever a caller's own policies allow, the endpoint's allow too.
// Next: stacks/modules/networking/endpoints.ts.
import { describe, expect, test } from 'vitest';
import { networking } from '../../../../stacks/modules/networking.ts';
import { accountId, arn, configurationOf, region, roleArn } from '../../../support/account-policies.ts';
import { evaluateAccess, type PolicyDocument } from '../../../support/iam-evaluator.ts';
import { policyOf } from '../../../support/policy-documents.ts';

const configuration = configurationOf(networking);
const stranger = '444455556666';
const everything: PolicyDocument = { Statement: { Effect: 'Allow', Action: '*', Resource: '*' } };

/** A call through an endpoint; `owner` is whose the resource is, where AWS says so. */
function passes(
  endpoint: 's3' | 'dynamodb' | 'interface' | 'bedrock',
  call: { role?: string; action: string; resource: string; owner?: string },
): boolean {
  const policy = policyOf(configuration, `aws_vpc_endpoint.${endpoint}`, 'policy', {
    'data.aws_caller_identity.current.account_id': accountId,
    'data.aws_region.current_region.name': region,
    'data.aws_partition.current_partition.partition': 'aws',
  });
  const { role = roleArn('axon'), action, resource, owner } = call;
  return evaluateAccess(
    { caller: { role }, action, resource, context: owner === undefined ? {} : { 'aws:ResourceAccount': owner } },
    // An endpoint's policy bounds a call like a boundary does; whose resource it is, its conditions say.
    { identity: [everything], boundary: policy, resource: everything },
  ).allowed;
}

const calls = {
  s3: { action: 's3:PutObject', resource: 'arn:aws:s3:::somewhere/object' },
  dynamodb: { action: 'dynamodb:PutItem', resource: arn('dynamodb', 'table/grants') },
  interface: { action: 'secretsmanager:GetSecretValue', resource: arn('secretsmanager', 'secret:one') },
} as const;

describe.each(['s3', 'dynamodb', 'interface'] as const)('the endpoint %s', (endpoint) => {
  const call = calls[endpoint];

  test('passes what this account calls of its own', () => {
    expect(passes(endpoint, { ...call, owner: accountId })).toBe(true);
  });

  test("passes nothing to another account's resource: nobody carries anything out", () => {
    expect(passes(endpoint, { ...call, owner: stranger })).toBe(false);
  });

  test("passes nothing by another account's principal: brought credentials are worth nothing", () => {
    const role = roleArn('axon').replace(accountId, stranger);
    expect(passes(endpoint, { ...call, role, owner: accountId })).toBe(false);
    expect(passes(endpoint, { ...call, role, owner: stranger })).toBe(false);
  });
});

test('calls without a resource pass the interface endpoints, not those of S3 and DynamoDB', () => {
  expect(passes('interface', { action: 'sts:GetCallerIdentity', resource: '*' })).toBe(true);
  for (const endpoint of ['s3', 'dynamodb'] as const) expect(passes(endpoint, calls[endpoint])).toBe(false);
});

describe("ECR's own bucket of layers", () => {
  const layer = `arn:aws:s3:::prod-${region}-starport-layer-bucket/layer`;

  test('is read through the endpoint of S3, by the links that ECR signs', () => {
    expect(
      passes('s3', {
        role: roleArn('axon').replace(accountId, stranger),
        action: 's3:GetObject',
        resource: layer,
        owner: stranger,
      }),
    ).toBe(true);
  });

  test('is not written, and no other bucket of its kind is read', () => {
    expect(passes('s3', { action: 's3:PutObject', resource: layer, owner: stranger })).toBe(false);
    const other = layer.replace('starport', 'another');
    expect(passes('s3', { action: 's3:GetObject', resource: other, owner: stranger })).toBe(false);
  });
});

describe('the endpoint of Bedrock', () => {
  const invoke = (resource: string, role = roleArn('axon')) =>
    passes('bedrock', { role, action: 'bedrock:InvokeModel', resource });

  test('passes calls of foundation models, which are of no account, and of what this account has', () => {
    expect(invoke(`arn:aws:bedrock:${region}::foundation-model/example.model-1`)).toBe(true);
    expect(invoke('arn:aws:bedrock:eu-west-1::foundation-model/example.model-1')).toBe(true);
    expect(invoke(arn('bedrock', 'inference-profile/eu.example.model-1'))).toBe(true);
  });

  test("passes no model of another account, no other account's call, and nothing but calls of models", () => {
    expect(invoke(arn('bedrock', 'custom-model-deployment/one').replace(accountId, stranger))).toBe(false);
    const role = roleArn('axon').replace(accountId, stranger);
    expect(invoke(`arn:aws:bedrock:${region}::foundation-model/example.model-1`, role)).toBe(false);
    const other = { action: 'bedrock:InvokeAgent', resource: arn('bedrock', 'agent/one') };
    expect(passes('bedrock', other)).toBe(false);
  });
});
