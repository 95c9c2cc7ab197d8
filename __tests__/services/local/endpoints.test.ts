// The AWS stand-ins over HTTP: who may do what, and the errors AWS would answer.
// Next: services/local/lambda-endpoint.ts, kms-endpoint.ts and dynamodb-endpoint.ts.
import { verify } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createKmsSigner } from '../../../governance/lambda/signer.ts';
import { fetchKmsKey } from '../../../services/axon/kms-key.ts';
import { createSingleUseLedger } from '../../../services/axon/single-use.ts';
import { createLocalDynamo } from '../../../services/local/dynamodb-endpoint.ts';
import { createLocalKms, type LocalKms } from '../../../services/local/kms-endpoint.ts';
import { createLambdaEndpoint } from '../../../services/local/lambda-endpoint.ts';
import { listenLoopback, type LoopbackServer } from '../../../services/local/loopback-server.ts';
import { createPrincipals } from '../../../services/local/principals.ts';
import { callAwsJson, signRequest } from '../../../services/shared/aws.ts';

const account = '111122223333';
const region = 'eu-central-1';
const principals = createPrincipals({ account, prefix: 'p', names: ['orbit', 'axon', 'governance'] });
const credentialsOf = (name: string) => () => Promise.resolve(principals.credentialsOf(name));
const servers: LoopbackServer[] = [];
let kms: LocalKms;
let [lambdaUrl, kmsUrl, dynamodbUrl] = ['', '', ''];

beforeAll(async () => {
  kms = createLocalKms({
    account,
    region,
    principals,
    allowed: new Map([
      [principals.roleArn('governance'), ['Sign']],
      [principals.roleArn('axon'), ['GetPublicKey']],
    ]),
  });
  const lambda = createLambdaEndpoint({
    account,
    region,
    principals,
    functions: {
      gov: {
        aliases: ['live', 'orbit'],
        invoke: (event, { invokedFunctionArn }) =>
          event === 'fail' ? Promise.reject(new Error('planted')) : Promise.resolve({ event, invokedFunctionArn }),
      },
    },
    mayInvoke: [
      { roleArn: principals.roleArn('orbit'), functionArn: `arn:aws:lambda:${region}:${account}:function:gov:orbit` },
      { roleArn: principals.roleArn('orbit'), functionArn: `arn:aws:lambda:${region}:${account}:function:gone:orbit` },
      { roleArn: principals.roleArn('governance'), functionArn: `arn:aws:lambda:${region}:${account}:function:gov` },
    ],
  });
  for (const handler of [
    lambda,
    kms.handler,
    createLocalDynamo({ table: 'grants', writerRoleArn: principals.roleArn('axon'), region, principals }),
  ])
    servers.push(await listenLoopback(handler, 0, { name: 'test', setting: 'none' }));
  [lambdaUrl, kmsUrl, dynamodbUrl] = servers.map(({ url }) => url) as [string, string, string];
});
afterAll(() => Promise.all(servers.map((server) => server.close())));

describe('lambda invoke', () => {
  async function invoke(
    principal: string,
    target: string,
    {
      body = '{"a":1}',
      headers = {},
      tamper = false,
    }: { body?: string; headers?: Record<string, string>; tamper?: boolean } = {},
  ) {
    const url = `${lambdaUrl}/2015-03-31/functions/${target}`;
    const signed = await signRequest({
      method: 'POST',
      url,
      headers,
      body,
      service: 'lambda',
      region,
      credentials: principals.credentialsOf(principal),
      payload: 'signed',
    });
    const response = await fetch(url, { method: 'POST', headers: signed.headers, body: tamper ? `${body} ` : body });
    const text = await response.text();
    return {
      status: response.status,
      type: response.headers.get('x-amzn-errortype'),
      functionError: response.headers.get('x-amz-function-error'),
      json: text === '' ? null : (JSON.parse(text) as unknown),
    };
  }
  const arn = encodeURIComponent(`arn:aws:lambda:${region}:${account}:function:gov`);

  it.each([
    'gov/invocations?Qualifier=orbit',
    `${encodeURIComponent('gov:orbit')}/invocations`,
    `${arn}/invocations?Qualifier=orbit`,
    `${arn}${encodeURIComponent(':orbit')}/invocations`,
  ])('lets Orbit invoke its alias, spelled %s', async (target) => {
    expect(await invoke('orbit', target)).toMatchObject({
      status: 200,
      json: { event: { a: 1 }, invokedFunctionArn: `arn:aws:lambda:${region}:${account}:function:gov:orbit` },
    });
  });

  it.each([
    ['orbit', 'gov/invocations', 403, 'AccessDeniedException'],
    ['orbit', 'gov/invocations?Qualifier=live', 403, 'AccessDeniedException'],
    ['orbit', 'gov/invocations?Qualifier=%24LATEST', 403, 'AccessDeniedException'],
    ['axon', 'gov/invocations?Qualifier=orbit', 403, 'AccessDeniedException'],
    ['governance', 'gov/invocations?Qualifier=orbit', 403, 'AccessDeniedException'],
    ['orbit', 'other/invocations?Qualifier=orbit', 403, 'AccessDeniedException'],
    ['orbit', 'gone/invocations?Qualifier=orbit', 404, 'ResourceNotFoundException'],
    ['orbit', `${encodeURIComponent('gov:live')}/invocations?Qualifier=orbit`, 400, 'InvalidParameterValueException'],
    ['orbit', 'gov/other', 404, 'ResourceNotFoundException'],
  ])('%s calling %s is %i %s', async (principal, target, status, type) =>
    expect(await invoke(principal, target)).toMatchObject({ status, type }),
  );

  it('takes an invocation without alias from who may', async () => {
    expect(await invoke('governance', 'gov/invocations')).toMatchObject({
      status: 200,
      json: { invokedFunctionArn: `arn:aws:lambda:${region}:${account}:function:gov` },
    });
  });

  it('answers a dry run, a function error and a body that is no JSON as Lambda does', async () => {
    const target = 'gov/invocations?Qualifier=orbit';
    expect(await invoke('orbit', target, { headers: { 'x-amz-invocation-type': 'DryRun' } })).toMatchObject({
      status: 204,
      json: null,
    });
    expect(await invoke('orbit', target, { headers: { 'x-amz-invocation-type': 'Event' } })).toMatchObject({
      status: 400,
    });
    expect(await invoke('orbit', target, { body: '"fail"' })).toMatchObject({
      status: 200,
      functionError: 'Unhandled',
      json: { errorMessage: 'planted' },
    });
    expect(await invoke('orbit', target, { body: '{' })).toMatchObject({
      status: 400,
      type: 'InvalidRequestContentException',
    });
    expect(await invoke('orbit', target, { body: `"${'x'.repeat(6 * 1024 * 1024)}"` })).toMatchObject({
      status: 413,
      type: 'RequestTooLargeException',
    });
  });

  it('verifies signatures', async () => {
    expect(await invoke('orbit', 'gov/invocations?Qualifier=orbit', { tamper: true })).toMatchObject({ status: 403 });
    expect(
      (await fetch(`${lambdaUrl}/2015-03-31/functions/gov/invocations?Qualifier=orbit`, { method: 'POST', body: '{}' }))
        .status,
    ).toBe(403);
  });
});

describe('kms', () => {
  const signer = (name: string, keyId: string) =>
    createKmsSigner({ keyId, region, endpoint: kmsUrl, ...principals.credentialsOf(name) });

  it('signs what its public key verifies, and follows its alias to the next key', async () => {
    const [one, two] = [kms.createKey(), kms.createKey()];
    const fetchKey = fetchKmsKey({ region, endpoint: kmsUrl, credentials: credentialsOf('axon') });
    for (const key of [one, two]) {
      kms.pointAlias('alias/signing', key);
      const { keyId, signature } = await signer('governance', 'alias/signing').sign('message');
      const { arn, spki } = await fetchKey(key);
      expect([keyId, arn]).toEqual([key, key]);
      expect(
        verify(
          'sha256',
          Buffer.from('message'),
          { key: Buffer.from(spki), format: 'der', type: 'spki', dsaEncoding: 'ieee-p1363' },
          signature,
        ),
      ).toBe(true);
    }
  });

  it('lets only Governance sign and only Axon read the public key', async () => {
    const key = kms.createKey();
    for (const name of ['orbit', 'axon'])
      await expect(signer(name, key).sign('m')).rejects.toThrow('AccessDeniedException');
    for (const name of ['orbit', 'governance'])
      await expect(
        fetchKmsKey({ region, endpoint: kmsUrl, credentials: credentialsOf(name) })(key),
      ).rejects.toMatchObject({ type: 'AccessDeniedException' });
  });

  it('answers what it does not do, or does not have, with an error', async () => {
    const call = (target: string, body: Record<string, unknown>) =>
      callAwsJson({
        endpoint: kmsUrl,
        service: 'kms',
        target,
        region,
        credentials: credentialsOf('governance'),
        body,
        timeoutMs: 2000,
      });
    const key = kms.createKey();
    const sign = { KeyId: key, Message: 'bQ==', MessageType: 'RAW', SigningAlgorithm: 'ECDSA_SHA_256' };
    await expect(call('TrentService.Decrypt', {})).rejects.toMatchObject({ type: 'UnknownOperationException' });
    await expect(call('TrentService.toString', {})).rejects.toMatchObject({ type: 'UnknownOperationException' });
    await expect(call('TrentService.Sign', { ...sign, KeyId: 'alias/none' })).rejects.toMatchObject({
      type: 'NotFoundException',
    });
    await expect(call('TrentService.Sign', { ...sign, SigningAlgorithm: 'RSASSA_PSS_SHA_256' })).rejects.toMatchObject({
      type: 'InvalidKeyUsageException',
    });
    await expect(call('TrentService.Sign', { ...sign, MessageType: 'DIGEST' })).rejects.toMatchObject({
      type: 'ValidationException',
    });
    await expect(signer('governance', key).sign('x'.repeat(4097))).rejects.toThrow('ValidationException');
  });
});

describe('dynamodb', () => {
  const ledger = (name: string, table = 'grants') =>
    createSingleUseLedger({ table, region, endpoint: dynamodbUrl, credentials: credentialsOf(name) });

  it('lets exactly one of many concurrent puts win', async () => {
    const claims = await Promise.all(
      Array.from({ length: 10 }, () => ledger('axon').claim('jti-1', Date.now() / 1000 + 60)),
    );
    expect(claims.filter((claim) => claim === 'first')).toHaveLength(1);
    expect(await ledger('axon').claim('jti-2', Date.now() / 1000 + 60)).toBe('first');
  });

  it('lets nobody else write, and no other table', async () => {
    await expect(ledger('orbit').claim('jti-3', 1)).rejects.toMatchObject({ type: 'AccessDeniedException' });
    await expect(ledger('axon', 'other').claim('jti-3', 1)).rejects.toMatchObject({
      type: 'ResourceNotFoundException',
    });
  });
});
