// Broken requests as bytes to the real processes: each is answered with a 4xx that says what to mend, and neither dies of one.
// Next: __tests__/flow/broken-input.test.ts, the same bodies by the thousand; services/shared/server.ts, which answers these.
import * as fc from 'fast-check';
import { Agent } from 'undici';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { sha256Base64url } from '../../governance/token.ts';
import { reasonLimits } from '../../services/axon/contract.ts';
import { dispatchBodyBytes } from '../../services/orbit/contract.ts';
import { createGovernanceClient } from '../../services/orbit/governance-client.ts';
import { createProofKey } from '../../services/orbit/proof-key.ts';
import { expectRefusal, type SeenAnswer } from '../support/broken-bodies.ts';
import { chunked, rawBytes, type RawCall, sendRaw } from '../support/raw-call.ts';
import { type SocketRuntime, startSocketRuntime } from '../support/socket-runtime.ts';
import { correlationOf } from '../../services/shared/correlation.ts';

type HeaderLine = readonly [string, string | Uint8Array];
const jsonType: HeaderLine = ['content-type', 'application/json'];
const dispatcher = new Agent();
const proofKey = createProofKey();
let runtime: SocketRuntime;
let askGovernance: ReturnType<typeof createGovernanceClient>;
let bearer: string;

beforeAll(async () => {
  runtime = await startSocketRuntime({ grantSeconds: 30 });
  bearer = await runtime.token('user:ada', 'default');
  askGovernance = createGovernanceClient({
    functionName: runtime.platform.synthesized.functionName,
    alias: 'orbit',
    region: runtime.platform.synthesized.region,
    endpoint: runtime.platform.urls.lambda,
    credentials: () => Promise.resolve(runtime.platform.principals.credentialsOf('orbit')),
    timeoutMs: 3000,
    dispatcher,
    log: { warn: () => undefined },
  });
});
afterAll(async () => {
  await runtime.stop();
  await dispatcher.close();
});
afterEach(expectServing);

const services = {
  orbit: {
    path: '/dispatch',
    limit: dispatchBodyBytes,
    valid: Buffer.from('{"intent":"call_reasoning","input":{"prompt":"ping"}}'),
    url: () => runtime.orbitUrl,
    admission: (): Promise<HeaderLine[]> => Promise.resolve([['authorization', `Bearer ${bearer}`]]),
  },
  axon: {
    path: '/reason',
    limit: reasonLimits.bodyBytes,
    valid: Buffer.from('{"prompt":"ping"}'),
    url: () => runtime.axonUrl,
    admission: grantFor,
  },
};

/** Both answer, are the processes that were started, and met no error of ours on the way. */
async function expectServing(): Promise<void> {
  for (const url of [runtime.orbitUrl, runtime.axonUrl]) expect((await fetch(`${url}/health`)).status).toBe(200);
  expect(runtime.lines.filter((line) => /"level":"(error|fatal)"|ended with code/.test(line))).toEqual([]);
}

/** What admits a body to Axon: a grant for exactly these bytes, and the identity the mesh would add. */
async function grantFor(body: Uint8Array): Promise<HeaderLine[]> {
  const binding = { method: 'POST', path: '/reason', bodySha256: sha256Base64url(body), jkt: proofKey.jkt } as const;
  const { grant = '', certificate = '' } = await askGovernance(
    {
      service: 'orbit',
      intent: 'call_reasoning',
      tenant: 'default',
      context: { maxTokens: 64, promptLength: 4, stream: false },
      binding,
    },
    { signal: AbortSignal.timeout(5000), remainingMs: 3000, correlation: correlationOf() },
  );
  const role = runtime.platform.principals
    .roleArn('orbit')
    .replace(':iam:', ':sts:')
    .replace(':role/', ':assumed-role/');
  return [
    ['governance-grant', grant],
    ['governance-certificate', certificate],
    ['dpop', proofKey.prove({ ...binding, grant })],
    ['x-amzn-lattice-identity', `Principal=${role}/task;SessionName=task;Type=AWS_IAM`],
  ];
}

describe.each(['orbit', 'axon'] as const)('%s', (name) => {
  const { path, limit, valid, url, admission } = services[name];

  /** Sends a call that is admitted for the body it was meant to have. */
  async function call(change: Partial<RawCall>, meant: Uint8Array = change.body ?? valid): Promise<SeenAnswer> {
    const headers = [...(await admission(meant)), ...(change.headers ?? [jsonType])];
    const answer = await sendRaw(url(), rawBytes({ path, body: valid, ...change, headers }));
    if (answer === null) throw new Error('got a closed connection, expected an answer');
    return answer;
  }

  it('answers the unbroken call, whole and in chunks', async () => {
    expect((await call({})).status).toBe(200);
    const inChunks: HeaderLine[] = [jsonType, ['transfer-encoding', 'chunked']];
    expect((await call({ headers: inChunks, body: chunked(valid, 5) }, valid)).status).toBe(200);
  });

  it.each([
    ['not utf-8', Buffer.from([0x7b, 0xff, 0xfe, 0x7d])],
    ['noise', Buffer.from(Array.from({ length: 64 }, (_, index) => (index * 37) % 256))],
    ['half a value', Buffer.from('{"prompt":"pi')],
    ['of another shape', Buffer.from('[{"prompt":7}]')],
    ['nested a hundred thousand deep', Buffer.from('['.repeat(100_000))],
    ['empty', Buffer.of()],
  ])('refuses a body that is %s', async (_name, body) => {
    expect(expectRefusal(await call({ body }))).toMatchObject({ status: 400, code: 'request_invalid' });
  });

  it('refuses a body over the limit as soon as it is declared, or has come in chunks', async () => {
    const tooLong = Buffer.alloc(limit + 1, 0x20);
    expect(expectRefusal(await call({ body: tooLong }, valid))['status']).toBe(413);
    expect(expectRefusal(await call({ declaredLength: limit + 1, body: Buffer.of() }, valid))['status']).toBe(413);
    const headers: HeaderLine[] = [jsonType, ['transfer-encoding', 'chunked']];
    expect(expectRefusal(await call({ headers, body: chunked(tooLong, 16_384) }, valid))['status']).toBe(413);
    // Without an end: more might come forever.
    expect(expectRefusal(await call({ headers, body: chunked(tooLong, 16_384, false) }, valid))['status']).toBe(413);
  });

  it('refuses a body that breaks off, declared or in chunks', async () => {
    expect(expectRefusal(await call({ declaredLength: valid.length + 50 }))['status']).toBe(400);
    const headers: HeaderLine[] = [jsonType, ['transfer-encoding', 'chunked']];
    for (const body of [
      chunked(valid, 5, false),
      Buffer.from('5\r\n{"a"'),
      Buffer.from('zz\r\n'),
      Buffer.from('-1\r\n'),
    ])
      expect(expectRefusal(await call({ headers, body }, valid))['status']).toBe(400);
  });

  it.each([[[]], [[['content-type', 'text/plain']]], [[['content-type', 'application/json; charset=utf-16']]]])(
    'refuses content type %j with 415',
    async (headers) => {
      expect(expectRefusal(await call({ headers: headers as unknown as HeaderLine[] }))['status']).toBe(415);
    },
  );

  it.each(['-1', '1e3', '0x10', '1, 1', '99999999999999999999', '١'])('refuses content-length %s', async (length) => {
    expect(expectRefusal(await call({ declaredLength: length }))['status']).toBeOneOf([400, 413]);
  });

  it.each([
    'authorization',
    'governance-grant',
    'governance-certificate',
    'dpop',
    'x-amzn-lattice-identity',
    'x-correlation-id',
    'x-request-timeout-ms',
    'x-tenant',
    'traceparent',
    'tracestate',
    'content-type',
    'content-encoding',
    'accept',
    'cookie',
    'host',
    'expect',
    'connection',
    'upgrade',
    'x-unknown',
  ])('takes 10 kB in %s for what it is, and 20 kB for too much', async (header) => {
    const send = (bytes: number) =>
      sendRaw(url(), rawBytes({ path, headers: [[header, 'x'.repeat(bytes)]], body: Buffer.from('{') }));
    const [ten, twenty] = await Promise.all([send(10_000), send(20_000)]);
    expect(ten && expectRefusal(ten)['status']).toBeGreaterThanOrEqual(400);
    expect(twenty && expectRefusal(twenty)['status']).toBe(431);
  });

  it('refuses a correlation id, trace or timeout of any bytes, or goes on without it', async () => {
    const headerName = fc.constantFrom(
      'x-correlation-id',
      'traceparent',
      'tracestate',
      'x-request-timeout-ms',
      'x-tenant',
    );
    await fc.assert(
      fc.asyncProperty(headerName, fc.uint8Array({ minLength: 1, maxLength: 40 }), async (header, value) => {
        const answer = await call({ body: Buffer.from('{'), headers: [jsonType, [header, value]] });
        expectRefusal(answer);
      }),
      { numRuns: 60, seed: 20_260_601 },
    );
  }, 60_000);

  it('answers a request damaged anywhere with a 4xx, a success or a closed connection', async () => {
    const whole = rawBytes({ path, headers: [...(await admission(valid)), jsonType], body: valid });
    const damage = fc.tuple(fc.nat(whole.length - 1), fc.uint8Array({ maxLength: 3 }), fc.nat(4));
    await fc.assert(
      fc.asyncProperty(fc.array(damage, { minLength: 1, maxLength: 4 }), async (places) => {
        const bytes = places.reduce(
          (all, [at, put, cut]) => Buffer.concat([all.subarray(0, at), put, all.subarray(at + cut)]),
          whole,
        );
        const answer = await sendRaw(url(), bytes, { breakOffMs: 60 });
        if (answer !== null && answer.status !== 200) expectRefusal(answer);
      }),
      { numRuns: 120, seed: 20_260_601 },
    );
  }, 60_000);
});
