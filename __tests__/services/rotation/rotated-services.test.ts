// Orbit and Axon as processes, reading their secrets with their own roles, through a rotation by the real function.
// Next: services/local/platform-secrets.ts, which rotates.
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startServiceProcess } from '../../../services/local/service-process.ts';
import { readSecretValue } from '../../../services/shared/secret-value.ts';
import { type SocketRuntime, startSocketRuntime } from '../../support/socket-runtime.ts';

const services = ['orbit', 'axon'] as const;
const prompt = 'why is the sky blue, canary-prompt?';
const subject = 'user:canary-ada';

let runtime: SocketRuntime;
/** Every value that was current at some time. */
const keys: string[] = [];

beforeAll(async () => {
  runtime = await startSocketRuntime({
    orbitEnv: { ORBIT_SECRET_REFRESH_SECONDS: '1' },
    axonEnv: { AXON_SECRET_REFRESH_SECONDS: '1' },
  });
}, 20_000);
afterAll(() => runtime.stop());

const secretOf = async (owner: string, role: string = owner): Promise<string> => {
  const { text } = await readSecretValue(
    {
      region: runtime.platform.synthesized.region,
      endpoint: runtime.platform.urls.secrets,
      credentials: () => Promise.resolve(runtime.platform.principals.credentialsOf(role)),
    },
    { secretId: `${runtime.platform.synthesized.prefix}/${owner}` },
  );
  const { logKey } = JSON.parse(text) as { logKey: string };
  keys.push(logKey);
  return logKey;
};

interface RequestLine {
  readonly service: string;
  readonly correlationId: string;
  readonly subjectPseudonym?: string;
  readonly promptPseudonym?: string;
}

/** Dispatches a request that must succeed, and answers the pseudonyms in the request lines of both services. */
async function dispatch(
  as: { subject?: string; tenant?: string; prompt?: string } = {},
): Promise<(string | undefined)[]> {
  const token = await runtime.token(as.subject ?? subject, as.tenant ?? 'default');
  const correlationId = `test-${crypto.randomUUID()}`;
  const response = await fetch(`${runtime.orbitUrl}/dispatch`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      'x-correlation-id': correlationId,
    },
    body: JSON.stringify({ intent: 'call_reasoning', input: { prompt: as.prompt ?? prompt, maxTokens: 64 } }),
  });
  expect(await response.text()).toContain('"reason":"permitted"');
  expect(response.status).toBe(200);
  const find = (service: string): RequestLine | undefined =>
    runtime.lines
      .filter((line) => line.includes(correlationId) && line.includes('"message":"request"'))
      .map((line) => JSON.parse(line) as RequestLine)
      .find((line) => line.service === service);
  return vi.waitFor(() => {
    const [orbit, axon] = [find('orbit'), find('axon')];
    if (orbit === undefined || axon === undefined) throw new Error(`got no lines of ${correlationId}`);
    return [orbit.subjectPseudonym, axon.promptPseudonym];
  });
}

/** Rotates under requests, all of which must succeed, until the service has the new version. */
async function rotate(service: 'orbit' | 'axon'): Promise<void> {
  let versionId: string | undefined;
  const rotated = runtime.platform.rotateSecret(service).then((id) => (versionId = id));
  const has = (line: string) => versionId !== undefined && line.includes(versionId) && isReadBy(line, service);
  const endMs = Date.now() + 8000;
  while (!runtime.lines.some(has) && Date.now() < endMs) await dispatch();
  await rotated;
  expect(runtime.lines.some(has)).toBe(true);
}

function isReadBy(line: string, service: string): boolean {
  return line.includes('"message":"secret read"') && line.includes(`"service":"${service}"`);
}

describe('the services and their secrets', () => {
  it('are read by each service at start, before it is ready', async () => {
    // A service is ready over one connection and writes its lines to another: the line may arrive after the answer.
    for (const service of services)
      await vi.waitFor(() => expect(runtime.lines.filter((line) => isReadBy(line, service))).toHaveLength(1));
  });

  it('join the lines of one subject and one prompt, and keep others apart', async () => {
    const [one, again, otherSubject, otherTenant, otherPrompt] = [
      await dispatch(),
      await dispatch(),
      await dispatch({ subject: 'user:bob' }),
      await dispatch({ tenant: 'acme' }),
      await dispatch({ prompt: 'another' }),
    ];
    expect(one).toEqual([expect.stringMatching(/^[\w-]{22}$/), expect.stringMatching(/^[\w-]{22}$/)]);
    expect(again).toEqual(one);
    expect(otherSubject).toEqual([expect.not.stringContaining(String(one[0])), one[1]]);
    expect(otherTenant[0]).not.toBe(one[0]);
    expect(otherPrompt).toEqual([one[0], expect.not.stringContaining(String(one[1]))]);
  });

  it('are followed through a rotation, each service its own, without a failed request', async () => {
    const [orbitKey, axonKey] = [await secretOf('orbit'), await secretOf('axon')];
    expect(orbitKey).not.toBe(axonKey);
    const before = await dispatch();

    await rotate('orbit');
    expect(await secretOf('orbit')).not.toBe(orbitKey);
    expect(await secretOf('axon')).toBe(axonKey);
    const between = await dispatch();
    expect(between).toEqual([expect.not.stringContaining(String(before[0])), before[1]]);

    await rotate('axon');
    expect(await secretOf('axon')).not.toBe(axonKey);
    const after = await dispatch();
    expect(after).toEqual([between[0], expect.not.stringContaining(String(before[1]))]);
  }, 20_000);

  it.each([
    ['orbit', 'axon'],
    ['axon', 'orbit'],
    ['governance', 'orbit'],
    ['governance', 'axon'],
  ])('are closed: the role of %s does not read the secret of %s', async (role, owner) => {
    await expect(secretOf(owner, role)).rejects.toMatchObject({ type: 'AccessDeniedException' });
  });

  it.each([
    ['orbit', 'axon'],
    ['axon', 'orbit'],
  ] as const)('keep %s from being ready where it cannot read its own, and it says why', async (service, other) => {
    const lines: string[] = [];
    const started = startServiceProcess({
      name: service,
      entry: path.resolve(import.meta.dirname, `../../../services/${service}/main.ts`),
      env: {
        PATH: process.env['PATH'] ?? '',
        ...runtime.platform.environments[service],
        [`${service.toUpperCase()}_SECRET`]: `${runtime.platform.synthesized.prefix}/${other}`,
        [`${service.toUpperCase()}_PORT`]: '0',
        [`${service.toUpperCase()}_DRAIN_DELAY_MS`]: '0',
      },
      onLine: (line) => void lines.push(line),
      onExit: (code) => void lines.push(`ended with code ${code}`),
    });
    try {
      const url = await started.url;
      await vi.waitFor(async () => {
        const ready = await fetch(`${url}/ready`);
        expect([ready.status, await ready.json()]).toEqual([503, expect.objectContaining({ waitingFor: ['secret'] })]);
        expect(lines.join('\n')).toMatch(/"type":"AwsError".*AccessDeniedException.*this process is not ready/);
      }, 5000);
      if (service === 'orbit') {
        const response = await fetch(`${url}/dispatch`, {
          method: 'POST',
          headers: {
            authorization: `Bearer ${await runtime.token(subject, 'default')}`,
            'content-type': 'application/json',
          },
          body: JSON.stringify({ intent: 'call_reasoning', input: { prompt, maxTokens: 64 } }),
        });
        expect([response.status, await response.json()]).toEqual([
          503,
          expect.objectContaining({ code: 'unavailable' }),
        ]);
      }
    } finally {
      await started.stop();
    }
  });

  it('leave nothing in any line: no key, no subject, no prompt', async () => {
    expect(keys.length).toBeGreaterThanOrEqual(5);
    // Governance's audit records name the subject: that is what they are for.
    const own = runtime.lines.filter((line) => !line.includes('"service":"governance","message":"decision"'));
    expect(own.length).toBeGreaterThan(20);
    expect(own.length).toBeLessThan(runtime.lines.length);
    expect(own.filter((line) => line.includes('canary'))).toEqual([]);
    expect(runtime.lines.filter((line) => keys.some((key) => line.includes(key)))).toEqual([]);
  });
});
