// Whatever a body or a header holds, the answer is a 4xx that says what to mend, and nothing behind it has run.
// Next: __tests__/flow/broken-wire.test.ts, the same over sockets; services/shared/body.ts, which reads bodies.
import * as fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sha256Base64url } from '../../governance/token.ts';
import { ReasonRequest, reasonLimits } from '../../services/axon/contract.ts';
import { dispatchBodyBytes, DispatchRequest } from '../../services/orbit/contract.ts';
import { brokenBodies, expectRefusal, readStrictly } from '../support/broken-bodies.ts';
import { createRuntime, governedRequest, type Runtime } from '../support/in-process-runtime.ts';

const runs = { numRuns: 1000, seed: 20_260_601 };
const json = 'application/json';
/** How often a generator must make each kind of body at least. */
const many = expect.toSatisfy((count: number) => count > 50) as number;
const reasonBodies = [
  { prompt: 'what is up?' },
  { prompt: 'p', system: 's', maxTokens: 64, temperature: 0.5, model: 'heartbeat' },
];
const dispatchBodies = [
  ...reasonBodies.map((input) => ({ intent: 'call_reasoning', input, context: { tags: ['incident'] } })),
  { intent: 'check_reasoning', input: {}, context: {} },
  { intent: 'call_reasoning', input: { prompt: 'p' }, context: { a: 'text', b: 1, c: true, d: [] } },
];

let runtime: Runtime;
beforeAll(async () => {
  runtime = await createRuntime({ replayCapacity: 1_000_000 });
});
afterAll(() => runtime.close());
beforeEach(() => {
  runtime.axonCalls.length = 0;
  runtime.reasonerCalls.length = 0;
});

type Headers = Record<string, string>;
const services = { orbit: { send: toOrbit, valid: dispatchBodies }, axon: { send: toAxon, valid: reasonBodies } };
const both = ['orbit', 'axon'] as const;

function toOrbit(body: Uint8Array, headers: Headers = { 'content-type': json }) {
  return answered(
    runtime.orbitApp.request('/dispatch', { method: 'POST', headers: { authorization: 'Bearer t', ...headers }, body }),
  );
}

/** With a valid grant for exactly these bytes, so that they are parsed at all. */
async function toAxon(body: Uint8Array, headers: Headers = { 'content-type': json }) {
  // Only the hash of the body is asked about, and the proof is made for the same.
  const binding = { method: 'POST', path: '/reason', bodySha256: sha256Base64url(body) } as const;
  const { proofKey } = runtime;
  const granted = await governedRequest(runtime, {
    request: { binding: { ...binding, jkt: proofKey.jkt } },
    proofKey: { ...proofKey, prove: ({ grant }) => proofKey.prove({ ...binding, grant }) },
  });
  const { 'content-type': _type, ...governed } = granted.headers;
  return answered(runtime.axonApp.request('/reason', { method: 'POST', headers: { ...governed, ...headers }, body }));
}

async function answered(answer: Response | Promise<Response>) {
  const response = await answer;
  const type = response.headers.get('content-type') ?? undefined;
  return { status: response.status, type, body: await response.text(), headers: response.headers };
}

async function expectAlive(): Promise<void> {
  for (const app of [runtime.orbitApp, runtime.axonApp]) expect((await app.request('/health')).status).toBe(200);
}

describe('bodies at random', () => {
  it('Orbit refuses what does not fit, with issues where it is JSON, and asks nobody', async () => {
    const seen = { unread: 0, unfit: 0, fit: 0 };
    await fc.assert(
      fc.asyncProperty(brokenBodies(dispatchBodies), async (body) => {
        const before = [runtime.axonCalls.length, runtime.auditLines.length];
        const answer = await toOrbit(body);
        const reading = readStrictly(body);
        const fits = reading.ok && DispatchRequest.safeParse(reading.value).success;
        seen[fits ? 'fit' : reading.ok ? 'unfit' : 'unread'] += 1;
        if (fits && answer.status === 200) return;
        const { code, issues, status } = expectRefusal(answer);
        if (fits) expect([400, 403, 422]).toContain(status);
        else expect([status, code, issues !== undefined]).toEqual([400, 'request_invalid', reading.ok]);
        if (status === 400) expect([runtime.axonCalls.length, runtime.auditLines.length]).toEqual(before);
      }),
      runs,
    );
    // A generator that has drifted to one kind would prove little.
    expect(seen).toEqual({ unread: many, unfit: many, fit: many });
    await expectAlive();
  }, 60_000);

  it('Axon, given a grant for those very bytes, refuses what does not fit and reasons about what does', async () => {
    const seen = { unread: 0, unfit: 0, fit: 0 };
    await fc.assert(
      fc.asyncProperty(brokenBodies(reasonBodies), async (body) => {
        const before = runtime.reasonerCalls.length;
        const answer = await toAxon(body);
        const reading = readStrictly(body);
        const fits = reading.ok && ReasonRequest.safeParse(reading.value).success;
        seen[fits ? 'fit' : reading.ok ? 'unfit' : 'unread'] += 1;
        expect(runtime.reasonerCalls.length - before).toBe(fits ? 1 : 0);
        if (fits) {
          expect(answer).toMatchObject({ status: 200, type: 'application/json' });
          return;
        }
        const { code, issues, status } = expectRefusal(answer);
        expect([status, code, issues !== undefined]).toEqual([400, 'request_invalid', reading.ok]);
      }),
      runs,
    );
    expect(seen).toEqual({ unread: many, unfit: many, fit: many });
    await expectAlive();
  }, 60_000);
});

describe.each(both)('bodies chosen for %s', (name) => {
  const { send, valid } = services[name];
  const body = Buffer.from(JSON.stringify(valid[0]));
  const limit = name === 'orbit' ? dispatchBodyBytes : reasonLimits.bodyBytes;
  const nested = (depth: number, [open, close]: readonly [string, string]) => open.repeat(depth) + close.repeat(depth);

  it('the valid one passes, so that what follows fails for its own reason', async () => {
    expect((await send(body)).status).toBe(200);
  });

  it.each([33, 1000, 100_000])('refuses %d levels of nesting, closed or left open', async (depth) => {
    for (const text of [nested(depth, ['[', ']']), '['.repeat(depth), '{"a":'.repeat(Math.min(depth, 50_000))])
      expect(expectRefusal(await send(Buffer.from(text)))['status']).toBe(400);
  });

  it.each([
    ['nothing', ''],
    ['blanks', ' \n\t '],
    ['a byte order mark', `\ufeff${body.toString()}`],
    ['a second value', `${body.toString()}{}`],
    ['a trailing comma', body.toString().replace(/}$/, ',}')],
    ['a number too large to be one', '{"prompt":"p","maxTokens":1e999}'],
    ['Infinity', '{"prompt":"p","maxTokens":Infinity}'],
    ['a comment', `/* */${body.toString()}`],
    ['single quotes', "{'prompt':'p'}"],
    ['a raw line break in a string', '{"prompt":"a\nb"}'],
    ['an own __proto__', '{"__proto__":{"prompt":"p"}}'],
    ['a form', 'prompt=p&maxTokens=64'],
    ['xml', '<prompt>p</prompt>'],
  ])('refuses %s', async (_name, text) => {
    expect(expectRefusal(await send(Buffer.from(text)))['status']).toBe(400);
  });

  it('answers one byte over the limit with 413, declared or not', async () => {
    const tooLong = Buffer.alloc(limit + 1, 0x20);
    expect(expectRefusal(await send(tooLong))['code']).toBe('payload_too_large');
    const declared = { 'content-type': json, 'content-length': String(limit + 1) };
    expect(expectRefusal(await send(tooLong, declared))['code']).toBe('payload_too_large');
  });

  it('refuses a body whose stream breaks, and repeats nothing of why', async () => {
    const broken = () =>
      new ReadableStream<Uint8Array>({
        pull: (controller) => controller.error(new Error('secret-host refused')),
      });
    const app = name === 'orbit' ? runtime.orbitApp : runtime.axonApp;
    for (const headers of [{}, { 'content-length': '9' }]) {
      const request = {
        method: 'POST',
        body: broken(),
        duplex: 'half' as const,
        headers: { authorization: 'Bearer t', ...headers },
      };
      const answer = await answered(app.request(name === 'orbit' ? '/dispatch' : '/reason', request));
      expect(expectRefusal(answer)['code']).toBe('request_invalid');
      expect(answer.body).not.toContain('secret');
    }
  });

  it('stays brief about huge keys and about many', async () => {
    const hugeKeys = Object.fromEntries(Array.from({ length: 6 }, (_, index) => [`${index}`.repeat(40_000), 1]));
    expect(expectRefusal(await send(Buffer.from(JSON.stringify(hugeKeys))))['code']).toBe('request_invalid');
    const manyKeys = Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`k${index}`, 1]));
    expect(expectRefusal(await send(Buffer.from(JSON.stringify(manyKeys))))['code']).toBe('request_invalid');
  });

  it('refuses every content type but JSON in UTF-8 with 415', async () => {
    const types = [
      undefined,
      '',
      'text/plain',
      'text/json',
      'application/jsonx',
      'application/json; charset=latin1',
      'application/json; charset=utf-8; charset=utf-16',
      'application/json, text/plain',
      'multipart/form-data; boundary=x',
      'application/x-www-form-urlencoded',
      'application/octet-stream',
      `application/json;${'x'.repeat(10_000)}`,
    ];
    for (const type of types)
      expect(expectRefusal(await send(body, type === undefined ? {} : { 'content-type': type }))['status']).toBe(415);
  });

  it('refuses an absurd x-request-timeout-ms', async () => {
    const absurd = fc.oneof(
      fc.constantFrom('', '0', '-1', '1.5', '1e9', '0x10', '٣', '120001', '9'.repeat(10_000), 'NaN', '1,1', 'null'),
      fc.integer({ min: 120_001 }).map(String),
      fc.string({ unit: fc.constantFrom('0', ' ', 'e', '+', '-', '.', ',', '_'), maxLength: 6 }),
    );
    await fc.assert(
      fc.asyncProperty(absurd, async (value) => {
        const headers = { 'content-type': json, 'x-request-timeout-ms': encodeURI(value) };
        expect(expectRefusal(await send(body, headers))).toMatchObject({ status: 400, code: 'request_invalid' });
      }),
      { ...runs, numRuns: 60 },
    );
  }, 30_000);

  it('replaces a malformed correlation id or trace and repeats neither', async () => {
    const noise = fc
      .string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 200 })
      .filter((text) => text.trim() !== '');
    await fc.assert(
      fc.asyncProperty(noise, async (text) => {
        const id = `<${text}`;
        const refused = await send(Buffer.of(), {
          'content-type': json,
          'x-correlation-id': id,
          traceparent: `00-${text}-00`,
          tracestate: id,
        });
        const { correlationId } = expectRefusal(refused);
        expect(correlationId).toMatch(/^[0-9a-f-]{36}$/);
        expect(refused.headers.get('x-correlation-id')).toBe(correlationId);
        expect(refused.headers.get('traceparent')).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]$/);
        expect(refused.body).not.toContain(id);
      }),
      { ...runs, numRuns: 60 },
    );
  }, 30_000);
});
