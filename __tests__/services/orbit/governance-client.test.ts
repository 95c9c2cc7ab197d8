// The client of Governance against a Lambda that misbehaves: every way to fail is a deny, and no call is repeated.
// Next: services/orbit/governance-client.ts.
import { type RequestListener } from 'node:http';
import { Agent } from 'undici';
import { afterEach, describe, expect, it } from 'vitest';
import { type Decision } from '../../../governance/contract.ts';
import { listenLoopback, type LoopbackServer, sendJson } from '../../../services/local/loopback-server.ts';
import { createGovernanceClient } from '../../../services/orbit/governance-client.ts';
import { correlationOf } from '../../../services/shared/correlation.ts';

const servers: LoopbackServer[] = [];
afterEach(() => Promise.all(servers.splice(0).map((server) => server.close())));

const decision: Decision = {
  allowed: true,
  reason: 'permitted',
  decisionId: '01890a5d-ac96-774b-bcce-b302099a8057',
  rule: 'r',
  policy: null,
  obligations: [],
  shadow: [],
  grant: 'g',
  certificate: 'c',
  issuedAt: '2026-06-01T10:00:00.000Z',
  decisionMicros: 1,
};
const request = {
  service: 'orbit',
  intent: 'call_reasoning',
  tenant: 'default',
  context: {},
  binding: { method: 'POST', path: '/reason', bodySha256: 'A'.repeat(43), jkt: 'A'.repeat(43) },
} as const;

async function clientOf(handler: RequestListener, timeoutMs = 300) {
  let calls = 0;
  const server = await listenLoopback(
    (incoming, outgoing) => {
      calls += 1;
      handler(incoming, outgoing);
    },
    0,
    { name: 'lambda', setting: 'none' },
  );
  servers.push(server);
  const ask = createGovernanceClient({
    functionName: 'gov',
    alias: 'orbit',
    region: 'eu-central-1',
    endpoint: server.url,
    timeoutMs,
    dispatcher: new Agent(),
    log: { warn: () => undefined },
    credentials: () => Promise.resolve({ accessKeyId: 'ASIA', secretAccessKey: 's', sessionToken: 't' }),
  });
  return {
    ask: () => ask(request, { signal: AbortSignal.timeout(5000), remainingMs: 5000, correlation: correlationOf() }),
    calls: () => calls,
  };
}

describe('the governance client', () => {
  it('signs an invocation of its own alias and answers the decision', async () => {
    const seen: string[] = [];
    const { ask } = await clientOf((incoming, outgoing) => {
      seen.push(incoming.url ?? '', incoming.headers.authorization ?? '');
      sendJson(outgoing, 200, decision);
    });
    expect(await ask()).toEqual(decision);
    expect(seen[0]).toBe('/2015-03-31/functions/gov/invocations?Qualifier=orbit');
    expect(seen[1]).toMatch(/^AWS4-HMAC-SHA256 Credential=ASIA\/\d{8}\/eu-central-1\/lambda\/aws4_request/);
  });

  it.each<[string, RequestListener]>([
    ['an error status', (_incoming, outgoing) => sendJson(outgoing, 500, { message: 'x' })],
    [
      'a throttle',
      (_incoming, outgoing) => sendJson(outgoing, 429, { Reason: 'ReservedFunctionConcurrentInvocationLimitExceeded' }),
    ],
    ['access denied', (_incoming, outgoing) => sendJson(outgoing, 403, { Message: 'no' })],
    ['a permit with an error status', (_incoming, outgoing) => sendJson(outgoing, 202, decision)],
    [
      'a permit that is a function error',
      (_incoming, outgoing) => sendJson(outgoing, 200, decision, { 'x-amz-function-error': 'Unhandled' }),
    ],
    ['no JSON', (_incoming, outgoing) => outgoing.end('permitted')],
    ['null', (_incoming, outgoing) => sendJson(outgoing, 200, null)],
    [
      'allowed with a denying reason',
      (_incoming, outgoing) => sendJson(outgoing, 200, { ...decision, reason: 'forbidden_by_rule' }),
    ],
    ['a reason nobody knows', (_incoming, outgoing) => sendJson(outgoing, 200, { ...decision, reason: 'fine' })],
    ['a permit without grant', (_incoming, outgoing) => sendJson(outgoing, 200, { ...decision, grant: undefined })],
    ['an endless answer', (_incoming, outgoing) => outgoing.end('x'.repeat(200_000))],
    [
      'a cut answer',
      (_incoming, outgoing) => {
        outgoing.writeHead(200, { 'content-length': '1000' });
        outgoing.write('{"allowed":true');
        setTimeout(() => outgoing.destroy(), 20);
      },
    ],
    ['silence', () => undefined],
    ['a closed connection', (incoming) => incoming.socket.destroy()],
  ])('denies on %s, without a second call', async (_name, handler) => {
    const { ask, calls } = await clientOf(handler);
    expect(await ask()).toMatchObject({
      allowed: false,
      reason: 'governance_unavailable',
      rule: null,
      obligations: [],
    });
    expect(calls()).toBe(1);
  });

  it('stops asking for a moment after ten failures in a row, denying meanwhile, and then asks again', async () => {
    let broken = true;
    const { ask, calls } = await clientOf((_incoming, outgoing) => sendJson(outgoing, broken ? 500 : 200, decision));
    for (let call = 0; call < 15; call += 1) expect((await ask()).allowed).toBe(false);
    expect(calls()).toBe(10);
    broken = false;
    await new Promise((resolve) => setTimeout(resolve, 1100));
    expect((await ask()).allowed).toBe(true);
  });
});
