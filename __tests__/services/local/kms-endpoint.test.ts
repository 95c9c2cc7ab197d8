// The local KMS: signatures that verify elsewhere, aliases that move, and each role its own actions on its own keys.
// Next: dynamodb-endpoint.test.ts, the other service of the AWS JSON protocol.
import { createPublicKey, verify } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createLocalKms, type KmsAction, type KmsPermission } from '../../../services/local/kms-endpoint.ts';
import { type Principals } from '../../../services/local/principals.ts';
import { account, region, serve, signedFetch, testPrincipals } from './signed-fetch.ts';

const alias = 'alias/test-signing';
const message = Buffer.from('header.payload');
const signInput = { Message: message.toString('base64'), MessageType: 'RAW', SigningAlgorithm: 'ECDSA_SHA_256' };

/** Governance may do all unless the test says who may do what. */
async function startKms(
  permit: (principals: Principals) => ReadonlyMap<string, readonly KmsPermission[]> = ({ roleArn }) =>
    new Map([[roleArn('governance'), ['Sign', 'GetPublicKey', 'DescribeKey']]]),
) {
  const principals = testPrincipals();
  const kms = createLocalKms({ account, region, principals, allowed: permit(principals) });
  const url = await serve(kms.handler);

  async function call(
    action: string,
    input: object | string,
    { as = 'governance', service = 'kms' } = {},
    spoil?: (headers: Record<string, string>) => Record<string, string>,
  ) {
    const { status, headers, json } = await signedFetch(
      {
        url,
        service,
        credentials: principals.credentialsOf(as),
        body: typeof input === 'string' ? input : JSON.stringify(input),
        headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `TrentService.${action}` },
      },
      spoil,
    );
    return { status, headers, json: json as Record<string, unknown> };
  }
  const sign = (KeyId: string, as?: string) => call('Sign', { ...signInput, KeyId }, as === undefined ? {} : { as });
  return { ...kms, url, call, sign };
}

/** DER, as KMS answers it and as OpenSSL reads it. */
const verifies = (spki: unknown, signature: unknown, of = message) =>
  verify(
    'sha256',
    of,
    createPublicKey({ key: Buffer.from(String(spki), 'base64'), format: 'der', type: 'spki' }),
    Buffer.from(String(signature), 'base64'),
  );

describe('a signature', () => {
  it('verifies by the public key that KMS gives, for its message alone', async () => {
    const { call, sign, createKey } = await startKms();
    const key = createKey();
    const { status, headers, json } = await sign(key);
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('application/x-amz-json-1.1');
    expect(json).toMatchObject({ KeyId: key, SigningAlgorithm: 'ECDSA_SHA_256' });
    const { json: published } = await call('GetPublicKey', { KeyId: key });
    expect(published).toMatchObject({
      KeyId: key,
      KeySpec: 'ECC_NIST_P256',
      KeyUsage: 'SIGN_VERIFY',
      SigningAlgorithms: ['ECDSA_SHA_256'],
    });
    expect(verifies(published['PublicKey'], json['Signature'])).toBe(true);
    expect(verifies(published['PublicKey'], json['Signature'], Buffer.from('header.other'))).toBe(false);
    const { json: stranger } = await call('GetPublicKey', { KeyId: createKey() });
    expect(verifies(stranger['PublicKey'], json['Signature'])).toBe(false);
  });

  it('is by a key named by id, ARN, alias or alias ARN, and KMS answers its ARN', async () => {
    const { sign, createKey, pointAlias } = await startKms();
    const key = createKey();
    pointAlias(alias, key);
    for (const named of [key, key.split('/')[1] ?? '', alias, `arn:aws:kms:${region}:${account}:${alias}`])
      expect(await sign(named)).toMatchObject({ status: 200, json: { KeyId: key } });
  });

  it('is for what one certificate needs: a message up to 4096 bytes, RAW, ECDSA_SHA_256', async () => {
    const { call, createKey } = await startKms();
    const KeyId = createKey();
    const messageOf = (bytes: number) => Buffer.alloc(bytes, 'm').toString('base64');
    const answer = async (change: object) => {
      const { status, json } = await call('Sign', { ...signInput, KeyId, ...change });
      return [status, json['__type']];
    };
    expect(await answer({ Message: messageOf(4096) })).toEqual([200, undefined]);
    expect(await answer({ Message: messageOf(4097) })).toEqual([400, 'ValidationException']);
    expect(await answer({ Message: '' })).toEqual([400, 'ValidationException']);
    expect(await answer({ Message: 7 })).toEqual([400, 'ValidationException']);
    expect(await answer({ MessageType: 'DIGEST' })).toEqual([400, 'ValidationException']);
    expect(await answer({ SigningAlgorithm: 'ECDSA_SHA_384' })).toEqual([400, 'InvalidKeyUsageException']);
  });
});

describe('an alias', () => {
  it('that moves has the next signature by the new key; the old one verifies still', async () => {
    const { call, sign, createKey, pointAlias } = await startKms();
    const [first, second] = [createKey(), createKey()];
    pointAlias(alias, first);
    const before = await sign(alias);
    pointAlias(alias, second);
    const after = await sign(alias);
    expect([before.json['KeyId'], after.json['KeyId']]).toEqual([first, second]);
    const [old, present] = await Promise.all([first, second].map((KeyId) => call('GetPublicKey', { KeyId })));
    expect(verifies(old?.json['PublicKey'], before.json['Signature'])).toBe(true);
    expect(verifies(present?.json['PublicKey'], after.json['Signature'])).toBe(true);
    expect(verifies(old?.json['PublicKey'], after.json['Signature'])).toBe(false);
    expect((await call('DescribeKey', { KeyId: alias })).json).toMatchObject({
      KeyMetadata: { Arn: second, KeyId: second.split('/')[1], Enabled: true, KeySpec: 'ECC_NIST_P256' },
    });
  });

  it('points at nothing but a key that was created, and is named as one', async () => {
    const { createKey, pointAlias } = await startKms();
    expect(() => pointAlias(alias, 'arn:aws:kms:eu-central-1:000000000000:key/none')).toThrow('expected one that was');
    expect(() => pointAlias('test-signing', createKey())).toThrow('begins with alias/');
  });
});

describe('who may do what', () => {
  const roles = ['governance', 'axon', 'orbit'];
  const actions: readonly KmsAction[] = ['Sign', 'GetPublicKey', 'DescribeKey'];
  const may = new Map([
    ['governance', 'Sign'],
    ['axon', 'GetPublicKey'],
  ]);
  it.each(roles.flatMap((as) => actions.map((action) => ({ as, action }))))(
    '$as and $action: only what its role says',
    async ({ as, action }) => {
      const { call, createKey } = await startKms(
        ({ roleArn }) =>
          new Map([
            [roleArn('governance'), ['Sign']],
            [roleArn('axon'), ['GetPublicKey']],
          ]),
      );
      const { status, json } = await call(action, { ...signInput, KeyId: createKey() }, { as });
      const expected = may.get(as) === action ? [200, undefined] : [400, 'AccessDeniedException'];
      expect([status, json['__type']]).toEqual(expected);
    },
  );

  it('a role that may sign with an alias may with the key it points to now, and with no other', async () => {
    const { call, sign, createKey, pointAlias } = await startKms(
      ({ roleArn }) => new Map([[roleArn('governance'), [{ action: 'Sign', keys: [alias] }]]]),
    );
    const [first, second] = [createKey(), createKey()];
    const statuses = async () => [(await sign(alias)).status, (await sign(first)).status, (await sign(second)).status];
    expect(await statuses()).toEqual([400, 400, 400]);
    pointAlias(alias, first);
    expect(await statuses()).toEqual([200, 200, 400]);
    pointAlias(alias, second);
    expect(await statuses()).toEqual([200, 400, 200]);
    expect((await call('GetPublicKey', { KeyId: alias })).json).toMatchObject({ __type: 'AccessDeniedException' });
  });

  it('a role that may use a key by ARN may use it by any name, and no other key', async () => {
    const keys: string[] = [];
    const { sign, createKey, pointAlias } = await startKms(
      ({ roleArn }) => new Map([[roleArn('governance'), [{ action: 'Sign', keys }]]]),
    );
    const [own, other] = [createKey(), createKey()];
    keys.push(own);
    pointAlias(alias, own);
    expect([(await sign(own)).status, (await sign(alias)).status, (await sign(other)).status]).toEqual([200, 200, 400]);
    pointAlias(alias, other);
    expect((await sign(alias)).status).toBe(400);
  });

  it('a stranger does not learn which keys there are', async () => {
    const { sign, createKey } = await startKms();
    const [known, unknown] = [await sign(createKey(), 'orbit'), await sign('alias/none', 'orbit')];
    expect([known.json, unknown.json].map(({ __type }) => __type)).toEqual(
      Array.from({ length: 2 }, () => 'AccessDeniedException'),
    );
    expect(known.json['message']).toBe(unknown.json['message']);
  });
});

describe('what is not there or not right', () => {
  it.each([
    ['an alias that points nowhere', 'alias/none'],
    ['a key of another account', 'arn:aws:kms:eu-central-1:999999999999:key/none'],
    ['the alias in another region', `arn:aws:kms:us-east-1:000000000000:${alias}`],
    ['a language feature', 'constructor'],
  ])('%s is NotFoundException', async (_, named) => {
    const { sign, createKey, pointAlias } = await startKms();
    pointAlias(alias, createKey());
    expect(await sign(named)).toMatchObject({ status: 400, json: { __type: 'NotFoundException' } });
  });

  it.each(['Decrypt', 'toString', '', 'Sign.Sign'])('operation "%s" is UnknownOperationException', async (action) => {
    const { call } = await startKms();
    expect(await call(action, {})).toMatchObject({ status: 400, json: { __type: 'UnknownOperationException' } });
  });

  it.each(['', '{', 'null'])('a body of "%s" is ValidationException', async (body) => {
    const { call } = await startKms();
    expect(await call('Sign', body)).toMatchObject({ status: 400, json: { __type: 'ValidationException' } });
  });

  it.each<[string, (headers: Record<string, string>) => Record<string, string>, string]>([
    [
      'no signature',
      (headers) => Object.fromEntries(Object.entries(headers).filter(([name]) => name !== 'authorization')),
      'MissingAuthenticationTokenException',
    ],
    [
      'a spoilt signature',
      ({ authorization = '', ...headers }) => {
        const last = authorization.endsWith('0') ? '1' : '0';
        return { ...headers, authorization: `${authorization.slice(0, -1)}${last}` };
      },
      'InvalidSignatureException',
    ],
    [
      'another operation than was signed',
      (headers) => ({ ...headers, 'x-amz-target': 'TrentService.DescribeKey' }),
      'InvalidSignatureException',
    ],
  ])('%s is refused', async (_, spoil, type) => {
    const { call, createKey } = await startKms();
    const { status, json } = await call('Sign', { ...signInput, KeyId: createKey() }, {}, spoil);
    expect([status, json['__type'], json['Signature']]).toEqual([400, type, undefined]);
  });

  it('a signature for another service is refused', async () => {
    const { call, createKey } = await startKms();
    const answer = await call('Sign', { ...signInput, KeyId: createKey() }, { service: 'lambda' });
    expect(answer).toMatchObject({ status: 400, json: { __type: 'InvalidSignatureException' } });
  });
});
