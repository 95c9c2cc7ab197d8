// Every check of a deployment, in order: health, one permitted call, and what has to be refused, each for its own reason.
// Next: services/smoke/handler.ts, which runs them.
import { type MakeDirectCall } from './direct-call.ts';
import { type Probe, type ProbeAnswer, type SendProbe } from './probe.ts';

/** What the checks act through. */
export interface CheckScope {
  readonly orbitUrl: string;
  /** Undefined where Axon cannot be reached past the mesh: its checks are left out. */
  readonly axonUrl: string | undefined;
  readonly correlationId: string;
  readonly send: SendProbe;
  /** An access token of the smoke tenant. */
  readonly token: (signal: AbortSignal) => Promise<string>;
  readonly directCall: MakeDirectCall;
}

/** One check. `run` gives undefined when all is well, else what was got and what was expected. */
export interface Check {
  readonly name: string;
  readonly run: (signal: AbortSignal) => Promise<string | undefined>;
}

/** The checks of Orbit, and of Axon where it can be reached. */
export function listChecks(scope: CheckScope): readonly Check[] {
  return scope.axonUrl === undefined
    ? orbitChecks(scope)
    : [...orbitChecks(scope), ...axonChecks(scope, scope.axonUrl)];
}

function orbitChecks({ orbitUrl, correlationId, send, token }: CheckScope): readonly Check[] {
  const dispatch = (headers: Readonly<Record<string, string>>): Probe => ({
    method: 'POST',
    url: new URL('/dispatch', orbitUrl).href,
    headers: { 'content-type': 'application/json', 'x-correlation-id': correlationId, ...headers },
    body: JSON.stringify({ intent: 'check_reasoning' }),
  });
  return [
    { name: 'orbit_health', run: async (signal) => unhealthy(await send(health(orbitUrl, correlationId), signal)) },
    {
      name: 'orbit_permitted_call',
      run: async (signal) => {
        const answer = await send(dispatch({ authorization: `Bearer ${await token(signal)}` }), signal);
        const { reason } = (answer.body['decision'] ?? {}) as { reason?: unknown };
        if (answer.status === 200 && reason === 'permitted') return undefined;
        return `got ${described(answer)}, expected 200 under a decision permitted`;
      },
    },
    {
      name: 'orbit_without_token',
      run: async (signal) => unlessRefused(await send(dispatch({}), signal), 401, 'unauthenticated'),
    },
  ];
}

function axonChecks({ correlationId, send, token, directCall }: CheckScope, axonUrl: string): readonly Check[] {
  const probe = (method: 'GET' | 'POST', headers: Readonly<Record<string, string>>, body?: string): Probe => ({
    method,
    url: new URL('/reason', axonUrl).href,
    headers: {
      'x-correlation-id': correlationId,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body }),
  });
  const prompt = (text: string) => JSON.stringify({ prompt: text, maxTokens: 1 });
  return [
    { name: 'axon_health', run: async (signal) => unhealthy(await send(health(axonUrl, correlationId), signal)) },
    {
      name: 'axon_without_grant',
      run: async (signal) => {
        const authorization = `Bearer ${await token(signal)}`;
        return unlessRefused(await send(probe('GET', { authorization }), signal), 401, 'grant_missing');
      },
    },
    {
      name: 'axon_replayed_grant',
      run: async (signal) => {
        const { headers } = await directCall('GET', '', signal);
        const first = await send(probe('GET', headers), signal);
        if (first.status !== 200) return `got ${described(first)} for a fresh grant, expected 200`;
        return unlessRefused(await send(probe('GET', headers), signal), 403, 'replayed');
      },
    },
    {
      name: 'axon_tampered_body',
      run: async (signal) => {
        const { headers } = await directCall('POST', prompt('granted'), signal);
        return unlessRefused(await send(probe('POST', headers, prompt('tampered')), signal), 403, 'body_mismatch');
      },
    },
  ];
}

function health(base: string, correlationId: string): Probe {
  return { method: 'GET', url: new URL('/health', base).href, headers: { 'x-correlation-id': correlationId } };
}

function unhealthy(answer: ProbeAnswer): string | undefined {
  if (answer.status === 200 && answer.body['status'] === 'healthy') return undefined;
  return `got ${described(answer)}, expected 200 healthy`;
}

/** INVARIANT: a refusal for another reason is a failure too, since it would hide that this one is not checked. */
function unlessRefused(answer: ProbeAnswer, status: number, code: string): string | undefined {
  if (answer.status === status && answer.body['code'] === code) return undefined;
  return `got ${described(answer)}, expected ${status} ${code}`;
}

/** Status and code alone: the body of an answer may hold what no log should. */
function described({ status, body: { code } }: ProbeAnswer): string {
  return typeof code === 'string' && /^[a-z_]{1,64}$/.test(code) ? `${status} ${code}` : `${status}`;
}
