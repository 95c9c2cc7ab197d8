// Two environments of the whole function on one account: what they count together, and what they answer when a table fails.
// Next: governance/lambda/main.ts, what each of them runs.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Decision } from '../../../governance/contract.ts';
import { createLambdaWorker, type LambdaWorker } from '../../../services/local/lambda-worker.ts';
import { type DynamoAccount, type Fault, startDynamoAccount, tableNames } from '../../support/dynamo-account.ts';
import { draft, permit, platformDraft } from '../../support/policy-fixtures.ts';

const limit = 100;
const quotas = { burst: { limit, windowSeconds: 86_400, per: ['tenant'] } };
const binding = { method: 'POST', path: '/reason', bodySha256: 'b'.repeat(43), jkt: 'j'.repeat(43) };
const event = { service: 'orbit', intent: 'act', tenant: 't1', context: {}, binding };
const context = {
  invokedFunctionArn: 'arn:aws:lambda:eu-central-1:123456789012:function:governance:orbit',
  awsRequestId: '1',
  functionName: 'governance',
  functionVersion: '1',
};

let account: DynamoAccount;
let environments: LambdaWorker[];
let records: string[];
beforeEach(async () => {
  account = await startDynamoAccount(['Sign', 'GetPublicKey']);
  await account.publish(platformDraft([]));
  await account.publish(draft([permit('counted', { quotas: ['burst'] })], { quotas }));
  const { dynamodb, kms } = account.accountOf('governance');
  const env = {
    AWS_REGION: account.region,
    AWS_ACCESS_KEY_ID: dynamodb.accessKeyId,
    AWS_SECRET_ACCESS_KEY: dynamodb.secretAccessKey,
    AWS_SESSION_TOKEN: dynamodb.sessionToken ?? '',
    AWS_ENDPOINT_URL_DYNAMODB: dynamodb.endpoint ?? '',
    AWS_ENDPOINT_URL_KMS: kms.endpoint ?? '',
    GOVERNANCE_SIGNING_KEY: account.kms.createKey(),
    POLICY_TABLE: tableNames.policies,
    POLICY_PUBLISHER_KEYS: account.publisherKey,
    POLICY_REFRESH_SECONDS: '1',
    POLICY_MAX_STALE_SECONDS: '2',
    QUOTA_TABLE: tableNames.quotas,
  };
  records = [];
  const entry = new URL('../../../governance/lambda/main.ts', import.meta.url);
  environments = [1, 2].map(() => createLambdaWorker({ entry, env, onLine: (line) => void records.push(line) }));
});
afterEach(() => Promise.all(environments.map((environment) => environment.stop())));

const decide = async (environment: LambdaWorker | undefined, request: object = event): Promise<Decision> =>
  (await environment?.invoke(request, context)) as Decision;

describe('two environments', () => {
  it('let exactly 100 of 1,000 concurrent decisions through a limit of 100, each with a grant and a record', async () => {
    const decisions = await Promise.all(Array.from({ length: 1000 }, (_, index) => decide(environments[index % 2])));
    const permitted = decisions.filter(({ allowed }) => allowed);
    expect(permitted).toHaveLength(limit);
    expect(new Set(permitted.map(({ grant }) => grant)).size).toBe(limit);
    expect(new Set(decisions.map(({ reason }) => reason))).toEqual(new Set(['permitted', 'quota_exceeded']));
    expect(decisions.filter(({ allowed, grant }) => !allowed && grant !== undefined)).toEqual([]);
    // Lines come by a pipe, behind the answers.
    await vi.waitFor(() => expect(records.filter((line) => line.includes('"message":"decision"'))).toHaveLength(1000));
  }, 60_000);

  it('follow a publication within the refresh time, both of them', async () => {
    for (const environment of environments) expect((await decide(environment)).policy?.revision).toBe(1);
    await account.publish(draft([], { revision: 2 }));
    await new Promise((resolve) => setTimeout(resolve, 1100));
    for (const environment of environments)
      expect(await decide(environment)).toMatchObject({ reason: 'no_matching_permit', policy: { revision: 2 } });
  });
});

describe('a function whose table fails', () => {
  const dryRun = { ...event, binding: undefined };
  const failing =
    (fault: Fault, ...operations: string[]) =>
    (operation: string): Fault | undefined =>
      operations.includes(operation) ? fault : undefined;

  it.each<[string, Fault]>([
    ['throttles', { status: 400, type: 'ProvisionedThroughputExceededException' }],
    ['errs', { status: 500, type: 'InternalServerError' }],
    ['is silent', 'hang'],
    ['is forbidden', { status: 400, type: 'AccessDeniedException' }],
  ])('serves on, then denies as stale, when the policy table %s', async (_name, fault) => {
    const [environment] = environments;
    expect((await decide(environment, dryRun)).reason).toBe('permitted');
    account.faults.next = failing(fault, 'GetItem', 'Query');
    await new Promise((resolve) => setTimeout(resolve, 1100));
    expect((await decide(environment, dryRun)).reason).toBe('permitted');
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(await decide(environment, dryRun)).toMatchObject({ allowed: false, reason: 'policy_stale' });
    expect(await decide(environments[1], dryRun)).toMatchObject({ allowed: false });
    account.faults.next = () => undefined;
    await new Promise((resolve) => setTimeout(resolve, 1100));
    expect((await decide(environment, dryRun)).reason).toBe('permitted');
  });

  it.each<[string, Fault]>([
    ['throttles', { status: 400, type: 'ProvisionedThroughputExceededException' }],
    ['errs', { status: 500, type: 'InternalServerError' }],
    ['is silent', 'hang'],
  ])('denies what is counted when the quota table %s, and nothing is granted', async (_name, fault) => {
    const [environment] = environments;
    account.faults.next = failing(fault, 'TransactWriteItems');
    const decision = await decide(environment);
    expect(decision).toMatchObject({ allowed: false, reason: 'governance_unavailable' });
    expect(decision.grant).toBeUndefined();
    account.faults.next = () => undefined;
    expect(await decide(environment)).toMatchObject({ allowed: true, quota: { remaining: limit - 1 } });
  });

  it('counts once what was carried out and whose answer was lost', async () => {
    const [environment] = environments;
    let lost = 1;
    account.faults.next = (operation) => (operation === 'TransactWriteItems' && lost-- > 0 ? 'lost' : undefined);
    expect(await decide(environment)).toMatchObject({ allowed: true });
    expect(await decide(environment)).toMatchObject({ quota: { remaining: limit - 2 } });
  });
});
