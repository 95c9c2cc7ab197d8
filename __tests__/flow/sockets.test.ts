// The three hops over sockets, as processes: rotation under traffic, streams, drain, raw requests, and attacks on the hops between.
// Next: __tests__/support/socket-runtime.ts, which starts them.
import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { Agent } from 'undici';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { sha256Base64url } from '../../governance/token.ts';
import { createAxonClient } from '../../services/orbit/axon-client.ts';
import { createGovernanceClient } from '../../services/orbit/governance-client.ts';
import { createProofKey } from '../../services/orbit/proof-key.ts';
import { signRequest } from '../../services/shared/aws.ts';
import { correlationOf } from '../../services/shared/correlation.ts';
import { type SocketRuntime, startSocketRuntime } from '../support/socket-runtime.ts';

const call = { intent: 'call_reasoning', input: { prompt: 'what is up?', maxTokens: 64 } };

describe('over sockets', () => {
  let runtime: SocketRuntime;
  beforeAll(async () => {
    runtime = await startSocketRuntime();
  });
  afterAll(() => runtime.stop());

  const dispatch = async (body: object, headers: Record<string, string> = {}, tenant = 'default') =>
    fetch(`${runtime.orbitUrl}/dispatch`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${await runtime.token('user:ada', tenant)}`,
        'content-type': 'application/json',
        ...headers,
      },
      body: JSON.stringify(body),
    });

  it('permits, with one correlation and one trace through every hop', async () => {
    const traceId = '0af7651916cd43dd8448eb211c80319c';
    const response = await dispatch(call, {
      'x-correlation-id': 'sockets-0001',
      traceparent: `00-${traceId}-b7ad6b7169203331-01`,
    });
    expect(response.status).toBe(200);
    await vi.waitFor(() => {
      const seen = runtime.lines
        .filter((line) => line.includes('sockets-0001'))
        .map((line) => JSON.parse(line) as { service: string; message: string });
      expect(new Set(seen.map(({ service }) => service))).toEqual(new Set(['orbit', 'governance', 'axon']));
    });
    expect(runtime.lines.filter((line) => line.includes(traceId) && line.includes('"service":"axon"'))).toHaveLength(1);
  });

  it('streams through: the decision first, deltas as they come, done at the end', async () => {
    const text = await (await dispatch(call, { accept: 'text/event-stream' })).text();
    const events = [...text.matchAll(/^event: (\w+)$/gm)].map(([, name]) => name);
    expect([events[0], events.at(-1), events.length > 3]).toEqual(['decision', 'done', true]);
  });

  it('rotates KMS keys, task credentials and the issuer’s keys under traffic without a failed request', async () => {
    const statuses: number[] = [];
    const until = performance.now() + 2500;
    const drive = async () => {
      while (performance.now() < until) statuses.push((await dispatch(call)).status);
    };
    const rotate = async () => {
      // Orbit fetches the issuer's keys at most once a second; an issuer publishes a key before it signs with it.
      await new Promise((resolve) => setTimeout(resolve, 1100));
      runtime.platform.rotateSigningKey();
      runtime.platform.principals.rotate('orbit');
      await runtime.platform.tokens.rotate();
      // A new environment certifies its key with the new KMS key.
      await runtime.platform.governance?.reload();
    };
    await Promise.all([drive(), drive(), drive(), rotate()]);
    expect(statuses.length).toBeGreaterThan(20);
    expect(statuses.filter((status) => status !== 200)).toEqual([]);
  });

  it('lets exactly one of two concurrent uses of a grant win', async () => {
    const { send } = await playOrbit(runtime);
    const answers = await Promise.all([send(), send()]);
    expect(answers.toSorted()).toEqual(['200', '403 replayed']);
  });

  describe('between the hops', () => {
    it.each([
      ['another role may not invoke Governance', 'axon', `?Qualifier=orbit`, 403],
      ['Orbit may invoke its own alias alone', 'orbit', '?Qualifier=live', 403],
      ['nor the function without alias', 'orbit', '', 403],
    ])('%s', async (_name, principal, qualifier, status) => {
      const url = `${runtime.platform.urls.lambda}/2015-03-31/functions/${runtime.platform.synthesized.functionName}/invocations${qualifier}`;
      const credentials = runtime.platform.principals.credentialsOf(principal);
      const signed = await signRequest({
        method: 'POST',
        url,
        body: '{}',
        service: 'lambda',
        region: runtime.platform.synthesized.region,
        credentials,
        payload: 'signed',
      });
      expect((await fetch(url, { method: 'POST', headers: signed.headers, body: '{}' })).status).toBe(status);
    });

    it('the mesh lets another role’s signature not through, and drops an identity a client claims', async () => {
      const asAxon = await playOrbit(runtime, 'axon');
      expect(await asAxon.send()).toBe('403 refused by the mesh');
      const { send } = await playOrbit(runtime, 'orbit', {
        'x-amzn-lattice-identity': 'Principal=arn:aws:sts::000000000000:assumed-role/agent-runtime-local-orbit-role/x',
      });
      expect(await send()).toBe('200');
    });
  });

  describe('raw requests that confuse signers are refused before anything reads them', () => {
    const raw = (url: string, text: string): Promise<string> =>
      new Promise((resolve, reject) => {
        const socket = connect(Number(new URL(url).port), '127.0.0.1', () => socket.end(text));
        let answer = '';
        socket.on('data', (chunk) => (answer += chunk.toString()));
        socket.on('close', () => resolve(answer));
        socket.on('error', reject);
      });
    it.each([
      ['two Host headers', 'GET /health HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n'],
      [
        'an absolute target for another host',
        'GET http://evil/health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
      ],
      [
        'two Authorization headers',
        'GET /health HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer a\r\nAuthorization: Bearer b\r\nConnection: close\r\n\r\n',
      ],
      [
        'two grants',
        'POST /reason HTTP/1.1\r\nHost: a\r\nGovernance-Grant: a\r\nGovernance-Grant: b\r\nConnection: close\r\n\r\n',
      ],
      ['dots in the path', 'GET /x/../health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'],
      [
        'length and chunks',
        'POST /reason HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n0\r\n\r\n',
      ],
    ])('%s', async (_name, text) => {
      for (const url of [runtime.orbitUrl, runtime.axonUrl]) {
        const answer = await raw(url, text);
        expect(answer).toMatch(/^HTTP\/1\.1 4\d\d /);
        expect(answer).toContain('application/problem+json');
      }
    });
  });
});

describe('with TLS of its own', () => {
  it('Axon shows a certificate made in memory, and the mesh forwards to it without checking, as a load balancer does', async () => {
    const runtime = await startSocketRuntime({ axonEnv: { AXON_TLS: 'true' } });
    try {
      expect(runtime.axonUrl).toMatch(/^https:/);
      await vi.waitFor(
        async () => {
          const response = await fetch(`${runtime.orbitUrl}/dispatch`, {
            method: 'POST',
            headers: {
              authorization: `Bearer ${await runtime.token('user:ada', 'default')}`,
              'content-type': 'application/json',
            },
            body: JSON.stringify(call),
          });
          expect(response.status).toBe(200);
        },
        { timeout: 8000 },
      );
      const subject = await new Promise((resolve, reject) => {
        const socket = connectTls(
          { port: Number(new URL(runtime.axonUrl).port), host: '127.0.0.1', rejectUnauthorized: false },
          () => {
            resolve(socket.getPeerCertificate().subject.CN);
            socket.destroy();
          },
        );
        socket.on('error', reject);
      });
      expect(subject).toBe('axon');
    } finally {
      await runtime.stop();
    }
  });
});

/** Plays Orbit with a principal's credentials: a grant of its own, and a call through the mesh. */
async function playOrbit(
  { platform, meshUrl }: SocketRuntime,
  meshPrincipal = 'orbit',
  extra: Record<string, string> = {},
) {
  const credentialsOf = (name: string) => () => Promise.resolve(platform.principals.credentialsOf(name));
  const dispatcher = new Agent();
  const { region, functionName } = platform.synthesized;
  const ask = createGovernanceClient({
    functionName,
    alias: 'orbit',
    region,
    endpoint: platform.urls.lambda,
    credentials: credentialsOf('orbit'),
    timeoutMs: 3000,
    dispatcher,
    log: { warn: () => undefined },
  });
  const proofKey = createProofKey();
  const body = '{"prompt":"ping","maxTokens":64}';
  const binding = { method: 'POST', path: '/reason', bodySha256: sha256Base64url(body), jkt: proofKey.jkt } as const;
  const signal = AbortSignal.timeout(10_000);
  const { grant = '', certificate = '' } = await ask(
    {
      service: 'orbit',
      intent: 'call_reasoning',
      tenant: 'default',
      context: { maxTokens: 64, promptLength: 4, stream: false },
      binding,
    },
    { signal, remainingMs: 3000, correlation: correlationOf() },
  );
  const withExtra = dispatcher.compose(
    (next) => (options, handler) =>
      next({ ...options, headers: { ...(options.headers as Record<string, string>), ...extra } }, handler),
  );
  const axon = createAxonClient({
    url: meshUrl,
    mesh: 'lattice',
    region,
    credentials: credentialsOf(meshPrincipal),
    dispatcher: withExtra,
  });
  return {
    async send(): Promise<string> {
      const response = await axon({
        call: { method: 'POST', path: '/reason', body: Buffer.from(body) },
        grant,
        certificate,
        proof: proofKey.prove({ ...binding, grant }),
        tenant: 'default',
        correlation: correlationOf(),
        accept: 'application/json',
        signal,
        remainingMs: 5000,
      });
      const text = await response.body.text();
      if (text.startsWith('AccessDenied')) return `${response.statusCode} refused by the mesh`;
      const { code } = JSON.parse(text) as { code?: string };
      return code === undefined ? String(response.statusCode) : `${response.statusCode} ${code}`;
    },
  };
}
