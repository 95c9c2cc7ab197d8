// The AWS JSON protocol under KMS and DynamoDB: nothing is answered, and nothing told, before the signature holds.
// Next: endpoints.test.ts, for what the operations answer.
import { describe, expect, it } from 'vitest';
import { AwsFault, createAwsJsonEndpoint } from '../../../services/local/aws-json-endpoint.ts';
import { region, serve, signedFetch, testPrincipals } from './signed-fetch.ts';

const target = (name: string) => ({ 'x-amz-target': name });

/** A service with an operation that answers, one that refuses and one that breaks, and who called any of them. */
async function startService() {
  const principals = testPrincipals();
  const callers: string[] = [];
  const url = await serve(
    createAwsJsonEndpoint({
      service: 'kms',
      region,
      targetPrefix: 'TrentService',
      jsonVersion: '1.1',
      principals,
      operations: {
        Echo: (input, { name }) => {
          callers.push(name);
          return { input };
        },
        Refuse: () => {
          throw new AwsFault('AccessDeniedException', 'not you');
        },
        Break: () => {
          throw new Error('a secret of the inside');
        },
      },
    }),
  );
  type Call = Partial<Parameters<typeof signedFetch>[0]>;
  const call = (changed: Call = {}, spoil?: Parameters<typeof signedFetch>[1]) =>
    signedFetch(
      {
        url: `${url}/`,
        service: 'kms',
        credentials: principals.credentialsOf('orbit'),
        body: '{"a":1}',
        headers: target('TrentService.Echo'),
        ...changed,
      },
      spoil,
    );
  return { call, callers, principals };
}

describe('a signed call', () => {
  it('reaches its operation with its input and its caller', async () => {
    const { call, callers } = await startService();
    const answer = await call();
    expect(answer).toMatchObject({ status: 200, json: { input: { a: 1 } } });
    expect(answer.headers.get('content-type')).toBe('application/x-amz-json-1.1');
    expect(callers).toEqual(['orbit']);
  });
});

describe('no operation is reached', () => {
  const invalid = 'InvalidSignatureException';
  type Spoil = (headers: Record<string, string>) => Record<string, string>;
  it.each<[string, string, Spoil]>([
    ['without a signature', 'MissingAuthenticationTokenException', (headers) => without(headers, 'authorization')],
    [
      'with a spoilt signature',
      invalid,
      (headers) => ({ ...headers, authorization: (headers['authorization'] ?? '').replace(/.{4}$/, '0000') }),
    ],
    ['by another target than was signed', invalid, (headers) => ({ ...headers, ...target('TrentService.Refuse') })],
    ['with a header more', 'IncompleteSignatureException', (headers) => ({ ...headers, 'x-amz-more': '1' })],
    ['without the session', 'IncompleteSignatureException', (headers) => without(headers, 'x-amz-security-token')],
  ])('%s', async (_, type, spoil) => {
    const { call, callers } = await startService();
    expect(await call({}, spoil)).toMatchObject({ status: 400, json: { __type: type } });
    expect(callers).toEqual([]);
  });

  it.each([
    ['by a signature for another service', { service: 'dynamodb' }],
    ['by a signature that is too old', { nowMs: Date.now() - 301_000 }],
  ])('%s', async (_, changed) => {
    const { call, callers } = await startService();
    expect(await call(changed)).toMatchObject({ status: 400, json: { __type: invalid } });
    expect(callers).toEqual([]);
  });

  it('by a key of somewhere else', async () => {
    const { call, callers } = await startService();
    const credentials = testPrincipals().credentialsOf('orbit');
    expect(await call({ credentials })).toMatchObject({
      status: 400,
      json: { __type: 'UnrecognizedClientException' },
    });
    expect(callers).toEqual([]);
  });

  it('with a body beyond a MiB', async () => {
    const { call, callers } = await startService();
    const bodyOf = (bytes: number) => JSON.stringify('x'.repeat(bytes - 2));
    expect((await call({ body: bodyOf(1024 * 1024) })).status).toBe(200);
    expect((await call({ body: bodyOf(1024 * 1024 + 1) })).status).toBe(400);
    expect(callers).toHaveLength(1);
  });

  it.each(['TrentService.Other', 'TrentService.toString', 'TrentService.', 'Echo', 'Other.Echo', 'TrentServiceXEcho'])(
    'by a target that is not there: %s',
    async (name) => {
      const { call, callers } = await startService();
      expect(await call({ headers: target(name) })).toMatchObject({
        status: 400,
        json: { __type: 'UnknownOperationException' },
      });
      expect(callers).toEqual([]);
    },
  );
});

describe('an error', () => {
  it('of the service is answered by its type, always as a 400', async () => {
    const { call } = await startService();
    expect(await call({ headers: target('TrentService.Refuse') })).toMatchObject({
      status: 400,
      json: { __type: 'AccessDeniedException', message: 'not you' },
    });
  });

  it.each([
    ['of ours', { headers: target('TrentService.Break') }],
    ['of a body that is no JSON', { body: '{' }],
  ])('%s is told by its kind alone', async (_, changed) => {
    const { call } = await startService();
    expect(await call(changed)).toMatchObject({
      status: 400,
      json: { __type: 'ValidationException', message: 'got a request that cannot be read' },
    });
  });
});

function without(headers: Record<string, string>, name: string): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([header]) => header !== name));
}
