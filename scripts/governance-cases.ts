// The cases of scripts/test-governance.sh: a caller's, and an attacker's who holds all that Orbit holds.
// Next: services/orbit/dispatch.ts and services/axon/verify.ts, which decide how each ends.
import { Agent, request as httpRequest } from 'undici';
import { type Decision } from '../governance/contract.ts';
import { sha256Base64url } from '../governance/token.ts';
import { createAxonClient } from '../services/orbit/axon-client.ts';
import { createGovernanceClient } from '../services/orbit/governance-client.ts';
import { createProofKey } from '../services/orbit/proof-key.ts';
import { fromDefaultChain } from '../services/shared/aws-credentials.ts';
import { correlationOf } from '../services/shared/correlation.ts';

interface Case {
  readonly name: string;
  readonly expected: string;
  readonly run: () => Promise<string>;
}

const timeoutMs = 15_000;
const dispatcher = new Agent();
const setting = (name: string): string => {
  const value = process.env[name];
  if (value === undefined || value === '') throw new Error(`got no ${name}, expected it in the environment`);
  return value;
};
const input = (more: object = {}) => ({ intent: 'call_reasoning', input: { prompt: 'ping', maxTokens: 64, ...more } });
const run = `${Date.now()}`;

const cases: readonly Case[] = [
  { name: 'permitted', expected: '200 permitted', run: () => dispatched('default', `user:ada-${run}`, input()) },
  {
    name: 'denied by rule',
    expected: '403 forbidden_by_rule',
    run: () => dispatched('default', `user:ada-${run}`, input({ maxTokens: 5000 })),
  },
  { name: 'denied by quota', expected: '429 quota_exceeded', run: exhaustQuota },
  {
    name: 'unknown intent',
    expected: '403 no_matching_permit',
    run: () => dispatched('default', `user:ada-${run}`, { intent: 'launch_missiles', input: {} }),
  },
  { name: 'wrong tenant', expected: '403 unknown_tenant', run: () => dispatched('nobody', `user:ada-${run}`, input()) },
  {
    name: 'no token',
    expected: '401 unauthenticated',
    run: () => post(`${setting('ORBIT_URL')}/dispatch`, {}, JSON.stringify(input())),
  },
  {
    name: 'tenant in the body',
    expected: '400 request_invalid',
    run: () => dispatched('default', `user:ada-${run}`, { ...input(), tenant: 'acme' }),
  },
  {
    name: 'direct call to axon without grant',
    expected: '401 grant_missing',
    run: () => post(`${setting('AXON_DIRECT_URL')}/reason`, {}, JSON.stringify({ prompt: 'ping' })),
  },
  {
    name: 'through the mesh without signature',
    expected: '403 refused by the mesh',
    run: () => post(`${setting('AXON_URL')}/reason`, {}, JSON.stringify({ prompt: 'ping' })),
  },
  { name: 'replayed grant', expected: '200, then 403 replayed', run: replayed },
  {
    name: 'tampered body',
    expected: '403 body_mismatch',
    run: () => granted().then((call) => call.send({ body: '{"prompt":"pong","maxTokens":64}' })),
  },
  {
    name: 'proof by another key',
    expected: '403 proof_key_mismatch',
    run: () => granted().then((call) => call.send({ key: createProofKey() })),
  },
  { name: 'expired grant', expected: '403 grant_expired', run: expired },
];

/** Starts waiting at once; the case reads the outcome when its turn comes. */
const waiting = granted().catch((error: unknown) => error);
process.exitCode = (await runCases()) === 0 ? 0 : 1;
await dispatcher.close();

async function runCases(): Promise<number> {
  const width = Math.max(...cases.map(({ name }) => name.length));
  let failures = 0;
  for (const { name, expected, run: runCase } of cases) {
    const got = await runCase().catch((error: unknown) => (error instanceof Error ? error.message : String(error)));
    if (got !== expected) failures += 1;
    process.stdout.write(
      `${got === expected ? 'ok  ' : 'FAIL'}  ${name.padEnd(width)}  expected ${expected}${got === expected ? '' : `, got ${got}`}\n`,
    );
  }
  process.stdout.write(`${cases.length - failures} of ${cases.length} as expected\n`);
  return failures;
}

async function dispatched(tenant: string, subject: string, body: object): Promise<string> {
  return post(
    `${setting('ORBIT_URL')}/dispatch`,
    { authorization: `Bearer ${await tokenOf(tenant, subject)}` },
    JSON.stringify(body),
  );
}

async function tokenOf(tenant: string, subject: string): Promise<string> {
  const given = process.env[tenant === 'default' ? 'TOKEN_DEFAULT' : 'TOKEN_UNKNOWN_TENANT'];
  if (given !== undefined) return given;
  const response = await httpRequest(setting('TOKEN_URL'), {
    method: 'POST',
    body: JSON.stringify({ subject, tenant }),
    dispatcher,
  });
  const { access_token: token } = (await response.body.json()) as { access_token: string };
  return token;
}

/** Calls tagged as a burst are counted: five a minute for each subject. */
async function exhaustQuota(): Promise<string> {
  const burst = { ...input(), context: { tags: ['burst'] } };
  for (let call = 1; call <= 5; call += 1) {
    const got = await dispatched('default', `user:burst-${run}`, burst);
    if (got !== '200 permitted') return `${got} at call ${call}`;
  }
  return dispatched('default', `user:burst-${run}`, burst);
}

async function replayed(): Promise<string> {
  const call = await granted();
  const first = await call.send();
  return `${first.slice(0, 3)}, then ${await call.send()}`;
}

async function expired(): Promise<string> {
  const call = await waiting;
  if (call instanceof Error || typeof call !== 'object' || call === null || !('decision' in call)) throw call;
  const { decision, send } = call as Granted;
  const skewMs = 5500;
  const waitMs = Date.parse(decision.expiresAt ?? '') + skewMs - Date.now();
  await new Promise((resolve) => setTimeout(resolve, Math.max(0, waitMs)));
  return send();
}

interface Granted {
  readonly decision: Decision;
  send(change?: { body?: string; key?: ReturnType<typeof createProofKey> }): Promise<string>;
}

/** Plays Orbit: its role's credentials, a grant of Governance, a proof key of its own, the way through the mesh. */
async function granted(): Promise<Granted> {
  const credentials = fromDefaultChain();
  const region = setting('AWS_REGION');
  const log = { warn: () => undefined };
  const governance = createGovernanceClient({
    functionName: setting('GOVERNANCE_FUNCTION'),
    alias: 'orbit',
    region,
    endpoint: process.env['AWS_ENDPOINT_URL_LAMBDA'],
    credentials,
    timeoutMs,
    dispatcher,
    log,
  });
  const axon = createAxonClient({ url: setting('AXON_URL'), mesh: 'lattice', region, credentials, dispatcher });
  const own = createProofKey();
  const body = '{"prompt":"ping","maxTokens":64}';
  const bodySha256 = sha256Base64url(body);
  const binding = { method: 'POST', path: '/reason', bodySha256, jkt: own.jkt } as const;
  const context = { maxTokens: 64, promptLength: 4, stream: false };
  const signal = AbortSignal.timeout(120_000);
  const decision = await governance(
    { service: 'orbit', intent: 'call_reasoning', tenant: 'default', context, binding },
    { signal, remainingMs: timeoutMs, correlation: correlationOf() },
  );
  const { grant = '', certificate = '' } = decision;
  if (grant === '') throw new Error(`got ${decision.reason}, expected a grant`);
  return {
    decision,
    async send({ body: sent = body, key = own } = {}) {
      const proof = key.prove({ method: 'POST', path: '/reason', bodySha256: sha256Base64url(sent), grant });
      const call = { method: 'POST', path: '/reason', body: Buffer.from(sent) } as const;
      const response = await axon({
        call,
        grant,
        certificate,
        proof,
        tenant: 'default',
        correlation: correlationOf(),
        accept: 'application/json',
        signal,
        remainingMs: timeoutMs,
      });
      return outcomeOf(response.statusCode, await response.body.text());
    },
  };
}

async function post(url: string, headers: Record<string, string>, body: string): Promise<string> {
  const response = await httpRequest(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
    dispatcher,
    headersTimeout: timeoutMs,
  });
  return outcomeOf(response.statusCode, await response.body.text());
}

/** The status and the word that explains it: a problem's code, a decision's reason, or the mesh's plain refusal. */
function outcomeOf(status: number, text: string): string {
  if (text.startsWith('AccessDeniedException')) return `${status} refused by the mesh`;
  const { code, decision } = JSON.parse(text) as { code?: string; decision?: { reason: string } };
  return `${status} ${code ?? decision?.reason ?? 'without decision'}`;
}
