// The three hops in process: what a caller gets for each outcome, and that nothing reaches Axon unless permitted.
// Next: services/orbit/dispatch.ts.
import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type Decision } from '../../governance/contract.ts';
import { verifyAudit } from '../../governance/lambda/audit-verify.ts';
import { signToken } from '../../governance/token.ts';
import { type GovernanceClient } from '../../services/orbit/governance-client.ts';
import { type Reasoner, ReasonerError } from '../../services/axon/reasoners/reasoner.ts';
import {
  createRuntime,
  createTestSigner,
  governedRequest,
  type Runtime,
  type RuntimeOptions,
  send,
} from '../support/in-process-runtime.ts';

const uuid = '01890a5d-ac96-774b-bcce-b302099a8057';
const call = { intent: 'call_reasoning', input: { prompt: 'what is up?', maxTokens: 64 } };

async function dispatched(body: unknown, options: RuntimeOptions = {}, headers: Record<string, string> = {}) {
  const runtime = await createRuntime(options);
  const response = await runtime.orbitApp.request('/dispatch', {
    method: 'POST',
    headers: { authorization: 'Bearer t', 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  runtime.close();
  const json = text.startsWith('{') ? (JSON.parse(text) as Record<string, unknown>) : {};
  return { runtime, response, text, json };
}

const reachedAxon = ({ axonCalls, reasonerCalls }: Runtime) => axonCalls.length + reasonerCalls.length;

describe('a permitted dispatch', () => {
  it('answers the result with its decision and correlation', async () => {
    const { response, json, runtime } = await dispatched(
      call,
      {},
      {
        'x-correlation-id': 'my-correlation-1',
        traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      },
    );
    expect(response.status).toBe(200);
    expect(json).toMatchObject({
      result: { model: 'heartbeat', stopReason: 'end' },
      decision: {
        reason: 'permitted',
        rule: 'orbit-may-reason',
        obligations: [{ type: 'limit', field: 'maxTokens', max: 2048 }],
      },
      correlationId: 'my-correlation-1',
    });
    expect(response.headers.get('x-correlation-id')).toBe('my-correlation-1');
    expect(response.headers.get('traceparent')).toMatch(/^00-0af7651916cd43dd8448eb211c80319c-/);
    expect(runtime.axonCalls[0]?.headers).toMatchObject({
      'x-correlation-id': 'my-correlation-1',
      traceparent: expect.stringContaining('0af7651916cd43dd8448eb211c80319c'),
    });
    expect(JSON.parse(runtime.auditLines[0] ?? '')).toMatchObject({
      correlationId: 'my-correlation-1',
      request: { subject: 'user:ada', context: { maxTokens: 64, promptLength: 11, stream: false } },
    });
  });

  it('streams the decision first, then the deltas, then done', async () => {
    const { text, response } = await dispatched(call, {}, { accept: 'text/event-stream' });
    const events = [...text.matchAll(/^event: (\w+)$/gm)].map(([, name]) => name);
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    expect(events[0]).toBe('decision');
    expect(events.at(-1)).toBe('done');
    expect(new Set(events.slice(1, -1))).toEqual(new Set(['delta']));
  });

  it('reaches the heartbeat without a model', async () => {
    const { json, runtime } = await dispatched({ intent: 'check_reasoning' });
    expect(json).toMatchObject({
      result: { message: 'Axon heartbeat OK', tenant: 'default' },
      decision: { rule: 'orbit-may-check' },
    });
    expect(runtime.reasonerCalls).toEqual([]);
  });

  it('has Axon cap and redact what the grant obliges to, whatever Orbit sends', async () => {
    const limited = await dispatched({ intent: 'call_reasoning', input: { prompt: 'p', maxTokens: 4000 } });
    expect(JSON.parse(limited.runtime.reasonerCalls[0] ?? '').maxTokens).toBe(2048);
    const ledger = { claim: () => Promise.resolve('first' as const) };
    const redacted = await dispatched(
      {
        intent: 'call_reasoning',
        input: { prompt: 'p', system: 'secret instructions', maxTokens: 4000 },
        context: { tags: ['confidential'], sourceIp: '10.1.2.3' },
      },
      { caller: { tenant: 'acme', subject: 'user:ada' }, singleUse: ledger },
    );
    expect(redacted.response.status).toBe(200);
    expect(JSON.parse(redacted.runtime.reasonerCalls[0] ?? '')).toEqual({ prompt: 'p', maxTokens: 1024 });
    expect(redacted.runtime.auditLines[0]).not.toContain('10.1.2.3');
  });
});

describe('nothing reaches Axon', () => {
  it.each([
    ['a deny by rule', { ...call, input: { prompt: 'p', maxTokens: 5000 } }, 403, 'forbidden_by_rule'],
    ['an unknown intent', { intent: 'launch_missiles', input: {} }, 403, 'no_matching_permit'],
    ['an attribute the policy does not declare', { ...call, context: { colour: 'red' } }, 403, 'request_invalid'],
    ['a claimed attribute that is derived', { ...call, context: { maxTokens: 1 } }, 400, 'context_conflict'],
    ['an input that does not fit', { ...call, input: { prompt: '', maxTokens: 0 } }, 400, 'request_invalid'],
    ['a tenant in the body', { ...call, tenant: 'acme' }, 400, 'request_invalid'],
    ['a service in the body', { ...call, service: 'axon' }, 400, 'request_invalid'],
  ])('on %s', async (_name, body, status, code) => {
    const { response, json, runtime } = await dispatched(body);
    expect([response.status, json['code']]).toEqual([status, code]);
    expect(reachedAxon(runtime)).toBe(0);
    if (status === 403) expect(json).toMatchObject({ reason: code, decisionId: expect.any(String) });
  });

  const decision: Decision = {
    allowed: false,
    reason: 'governance_unavailable',
    decisionId: '01890a5d-ac96-774b-bcce-b302099a8057',
    rule: null,
    policy: null,
    obligations: [],
    shadow: [],
    issuedAt: '2026-06-01T10:00:00.000Z',
    decisionMicros: 0,
  };
  it.each<[string, Partial<Decision>, number, string, string | null]>([
    ['governance is unavailable', {}, 503, 'governance_unavailable', '1'],
    ['the policy is unavailable', { reason: 'policy_unavailable' }, 503, 'policy_unavailable', '1'],
    ['the policy is stale', { reason: 'policy_stale' }, 403, 'policy_stale', null],
    [
      'a quota is used up',
      { reason: 'quota_exceeded', quota: { id: 'default/q', limit: 5, remaining: 0, retryAfterSeconds: 17 } },
      429,
      'quota_exceeded',
      '17',
    ],
  ])('when %s', async (_name, change, status, code, retryAfter) => {
    const { response, json, runtime } = await dispatched(call, {
      askGovernance: () => Promise.resolve({ ...decision, ...change }),
    });
    expect([response.status, json['code'], response.headers.get('retry-after')]).toEqual([status, code, retryAfter]);
    expect(reachedAxon(runtime)).toBe(0);
  });

  it('when the deadline passes while Governance thinks', async () => {
    const slow: RuntimeOptions = {
      askGovernance: () =>
        new Promise((resolve) => setTimeout(() => resolve({ ...decision, allowed: true, reason: 'permitted' }), 150)),
    };
    const { response, runtime } = await dispatched(call, slow, { 'x-request-timeout-ms': '50' });
    expect([502, 504]).toContain(response.status);
    expect(reachedAxon(runtime)).toBe(0);
  });

  it.each<[string, (honest: Runtime) => Promise<Decision>]>([
    ['a permit without grant', () => Promise.resolve({ ...decision, allowed: true, reason: 'permitted' })],
    ['a grant of another tenant', (honest) => grantFor(honest, { tenant: 'acme' })],
    ['a grant for another body', (honest) => grantFor(honest, {})],
  ])('on %s', async (_name, answer) => {
    const honest = await createRuntime();
    const { response, runtime } = await dispatched(call, { askGovernance: () => answer(honest) });
    expect(response.status).toBeGreaterThanOrEqual(403);
    expect(reachedAxon(runtime)).toBe(0);
    honest.close();
  });

  async function grantFor(honest: Runtime, change: object): Promise<Decision> {
    return honest.decide({
      service: 'orbit',
      intent: 'call_reasoning',
      context: { maxTokens: 1, promptLength: 1, stream: false },
      binding: { method: 'POST', path: '/reason', bodySha256: 'A'.repeat(43), jkt: honest.proofKey.jkt },
      ...change,
    });
  }
});

describe('what Orbit itself refuses under a permit', () => {
  const key = generateKeyPairSync('ed25519').privateKey;
  const permit =
    (obligations: object[]): GovernanceClient =>
    (asked) => {
      const { service, tenant, intent, binding } = asked;
      const bound = binding && {
        htm: binding.method,
        htu: binding.path,
        bsh: binding.bodySha256,
        cnf: { jkt: binding.jkt },
      };
      const claims = {
        iss: 'i',
        aud: 'axon',
        sub: service,
        tnt: tenant,
        int: intent,
        ...bound,
        did: uuid,
        pol: { revision: 1, digest: 'd' },
        obl: obligations,
        jti: 'j',
        iat: 0,
        exp: 1,
      };
      const grant = signToken({ typ: 'govern-grant+jwt' }, claims, key);
      return Promise.resolve({
        allowed: true,
        reason: 'permitted',
        decisionId: uuid,
        rule: 'r',
        policy: null,
        obligations: obligations as Decision['obligations'],
        shadow: [],
        issuedAt: '2026-06-01T10:00:00.000Z',
        decisionMicros: 0,
        grant,
        certificate: 'c',
      });
    };

  it('an obligation it does not know', async () => {
    const { response, runtime } = await dispatched(call, { askGovernance: permit([{ type: 'watermark' }]) });
    expect([response.status, reachedAxon(runtime)]).toEqual([403, 0]);
  });

  it('an intent it has no route for', async () => {
    const { json, runtime } = await dispatched({ intent: 'launch_missiles' }, { askGovernance: permit([]) });
    expect([json['code'], reachedAxon(runtime)]).toEqual(['unprocessable', 0]);
  });

  it('and nothing of a permit that fits: Axon then refuses what nobody certified', async () => {
    const { response, runtime } = await dispatched(call, { askGovernance: permit([]) });
    expect([response.status, runtime.axonCalls.length, runtime.reasonerCalls.length]).toEqual([403, 1, 0]);
  });
});

describe('what Axon could not do', () => {
  const failing = (code: ReasonerError['code']): Reasoner => ({
    name: 'failing',
    reason: () => Promise.reject(new ReasonerError(code, 'secret host 10.0.0.1', { retryAfterMs: 2500 })),
    async *stream() {
      yield { type: 'delta', text: 'begun' };
      throw new ReasonerError(code, 'secret host 10.0.0.1');
    },
  });
  it.each([
    ['throttled', 503, '3'],
    ['unavailable', 502, null],
    ['protocol', 502, null],
    ['deadline', 504, null],
    ['rejected', 422, null],
  ] as const)('%s is told as %i', async (code, status, retryAfter) => {
    const { response, text } = await dispatched(call, { reasoner: failing(code) });
    expect([response.status, response.headers.get('retry-after')]).toEqual([status, retryAfter]);
    if (status >= 500) expect(text).not.toContain('10.0.0.1');
  });

  it('a stream that breaks ends with an error event and no done', async () => {
    const { text } = await dispatched(call, { reasoner: failing('protocol') }, { accept: 'text/event-stream' });
    expect([...text.matchAll(/^event: (\w+)$/gm)].map(([, name]) => name)).toEqual(['decision', 'delta', 'error']);
    expect(text).toContain('upstream_failed');
    expect(text).not.toContain('10.0.0.1');
  });
});

describe('single_use grants', () => {
  const confidential = {
    intent: 'call_reasoning',
    input: { prompt: 'p', maxTokens: 64 },
    context: { tags: ['confidential'], sourceIp: '10.0.0.9' },
  };
  const caller = { tenant: 'acme', subject: 'user:ada' };
  it.each([
    ['without a table', null, 403],
    ['that another task accepted', { claim: () => Promise.resolve('replayed' as const) }, 403],
    ['when the table does not answer', { claim: () => Promise.reject(new Error('down')) }, 503],
  ])('are refused %s', async (_name, singleUse, status) => {
    const { response, runtime } = await dispatched(confidential, { caller, singleUse });
    expect(response.status).toBe(status);
    expect(runtime.reasonerCalls).toEqual([]);
  });
});

it('rotates the KMS key without a failed request while both keys are trusted', async () => {
  const [one, two] = [createTestSigner('arn:one'), createTestSigner('arn:two')];
  const trusted = new Map([
    [one.keyId, one.publicKey],
    [two.keyId, two.publicKey],
  ]);
  let current = one;
  let nowMs = Date.parse('2026-06-01T10:00:00Z');
  const runtime = await createRuntime({
    signer: { keyId: 'alias/signing', sign: (message) => current.sign(message) },
    trusted,
    nowMs: () => nowMs,
  });
  const kids = new Set<unknown>();
  for (let minute = 0; minute < 40; minute += 1) {
    if (minute === 10) current = two;
    const request = await governedRequest(runtime);
    kids.add(
      JSON.parse(Buffer.from(request.headers['governance-certificate']?.split('.')[0] ?? '', 'base64url').toString())
        .kid,
    );
    expect((await send(runtime, request)).status).toBe(200);
    nowMs += 60_000;
  }
  expect(kids).toEqual(new Set(['arn:one', 'arn:two']));
  trusted.delete('arn:two');
  expect(((await (await send(runtime, await governedRequest(runtime))).json()) as { code: string }).code).toBe(
    'certificate_untrusted',
  );
  await runtime.audit.checkpoint();
  trusted.set('arn:two', two.publicKey);
  expect(verifyAudit(runtime.auditLines, trusted)).toMatchObject({ ok: true });
  runtime.close();
});
