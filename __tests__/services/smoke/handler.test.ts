// The smoke function against a good deployment and against broken ones, each of which it has to fail by the right check.
// Next: services/smoke/handler.ts.
import { describe, expect, onTestFinished, test } from 'vitest';
import { governedRequest, send } from '../../support/in-process-runtime.ts';
import { type Broken, startDeployment } from './deployment.ts';

const hook = { DeploymentId: 'd-ABCDEF123', LifecycleEventHookExecutionId: 'hook-execution-1' };
const all = [
  'orbit_health',
  'orbit_permitted_call',
  'orbit_without_token',
  'axon_health',
  'axon_without_grant',
  'axon_replayed_grant',
  'axon_tampered_body',
];

async function deploy(broken?: Broken) {
  const deployment = await startDeployment(broken);
  onTestFinished(() => deployment.stop());
  return deployment;
}

test('passes a good deployment, and reports it once in the form CodeDeploy takes', async () => {
  const { invoke, reports } = await deploy();
  const { checks, ok } = await invoke(hook);
  expect(checks.filter((check) => !check.ok)).toEqual([]);
  expect(checks.map(({ check }) => check)).toEqual(all);
  expect(ok).toBe(true);
  expect(reports).toEqual([
    {
      target: 'CodeDeploy_20141006.PutLifecycleEventHookExecutionStatus',
      authorization: expect.stringMatching(
        /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-central-1\/codedeploy\/aws4_request, SignedHeaders=[a-z0-9;-]*host[a-z0-9;-]*, Signature=[0-9a-f]{64}$/,
      ),
      contentType: 'application/x-amz-json-1.1',
      body: { deploymentId: 'd-ABCDEF123', lifecycleEventHookExecutionId: 'hook-execution-1', status: 'Succeeded' },
    },
  ]);
});

interface Breakage {
  readonly name: string;
  readonly broken: Broken;
  readonly fails: readonly string[];
}
const axonNames = all.filter((name) => name.startsWith('axon_'));
const pass = () => Response.json({ message: 'Axon heartbeat OK' });

const breakages: readonly Breakage[] = [
  { name: 'Orbit is down', broken: { down: 'orbit' }, fails: all.filter((name) => name.startsWith('orbit_')) },
  { name: 'Axon is down', broken: { down: 'axon' }, fails: axonNames },
  {
    name: 'Orbit answers without a token',
    broken: {
      orbit: (real) => (request) => {
        const headers = new Headers(request.headers);
        if (!headers.has('authorization')) headers.set('authorization', 'Bearer t');
        return real(new Request(request, { headers }));
      },
    },
    fails: ['orbit_without_token'],
  },
  {
    name: 'Orbit refuses for another reason',
    broken: {
      orbit: (real) => (request) =>
        request.headers.has('authorization') || request.method === 'GET'
          ? real(request)
          : Response.json({ code: 'forbidden' }, { status: 403 }),
    },
    fails: ['orbit_without_token'],
  },
  {
    name: 'Axon verifies nothing',
    broken: { axon: (real) => (request) => (request.url.endsWith('/reason') ? pass() : real(request)) },
    fails: ['axon_without_grant', 'axon_replayed_grant', 'axon_tampered_body'],
  },
  {
    name: 'Axon forgets what was used',
    broken: {
      axon: (real) => async (request) => {
        const answer = await real(request.clone());
        const { code } = (await answer.clone().json()) as { code?: string };
        return code === 'replayed' ? pass() : answer;
      },
    },
    fails: ['axon_replayed_grant'],
  },
  {
    name: 'Axon does not look at the body',
    broken: {
      // The call goes on with a body that its grant is for.
      axon: (real, runtime) => async (request) =>
        request.method === 'POST' ? await send(runtime, await governedRequest(runtime)) : await real(request),
    },
    fails: ['axon_tampered_body'],
  },
  {
    name: 'Axon refuses every call',
    broken: {
      axon: (real) => (request) =>
        request.url.endsWith('/reason') ? Response.json({ code: 'grant_missing' }, { status: 401 }) : real(request),
    },
    fails: ['axon_replayed_grant', 'axon_tampered_body'],
  },
  {
    name: 'Governance denies the permitted call',
    broken: { tenant: 'nobody' },
    fails: ['orbit_permitted_call'],
  },
  {
    name: 'health hangs',
    broken: {
      axon: (real) => (request) => (request.url.endsWith('/health') ? new Promise<Response>(() => {}) : real(request)),
    },
    fails: ['axon_health'],
  },
  {
    name: 'the credentials are of another form',
    broken: { secret: '{"clientId":"smoke"}' },
    fails: ['orbit_permitted_call', 'axon_without_grant'],
  },
];

describe.each(breakages)('a deployment where $name', ({ broken, fails }) => {
  test(`fails by ${fails.join(', ')}`, async () => {
    const { invoke, reports } = await deploy(broken);
    await expect(invoke(hook)).rejects.toThrow(`got failed checks ${fails.join(', ')}, expected none`);
    expect(reports.map(({ body }) => body['status'])).toEqual(['Failed']);
  });
});

describe('the report', () => {
  test('that CodeDeploy refuses is a fault', async () => {
    const { invoke, reports } = await deploy({
      codeDeploy: { status: 400, body: { __type: 'InvalidLifecycleEventHookExecutionIdException', message: 'no' } },
    });
    await expect(invoke(hook)).rejects.toThrow(/^no$/);
    expect(reports).toHaveLength(1);
  });

  test('is tried again when CodeDeploy throttles, and is a fault in the end', async () => {
    const { invoke, reports } = await deploy({
      codeDeploy: { status: 400, body: { __type: 'ThrottlingException', message: 'slow down' } },
    });
    await expect(invoke(hook)).rejects.toThrow('slow down');
    expect(reports).toHaveLength(3);
  });

  test('is made in time when the time runs short', async () => {
    const { invoke, reports } = await deploy();
    await expect(invoke(hook, { getRemainingTimeInMillis: () => 2000 })).rejects.toThrow(
      `got failed checks ${all.join(', ')}, expected none`,
    );
    expect(reports.map(({ body }) => body['status'])).toEqual(['Failed']);
  });

  test('is made when the function itself fails', async () => {
    const { invoke, reports } = await deploy();
    const broken = {
      getRemainingTimeInMillis: (): number => {
        throw new Error('no clock');
      },
    };
    await expect(invoke(hook, broken)).rejects.toThrow('got no result of the checks');
    expect(reports.map(({ body }) => body['status'])).toEqual(['Failed']);
  });
});

describe('asked by hand', () => {
  test('gives the table and reports nothing', async () => {
    const { invoke, reports } = await deploy({ down: 'axon' });
    const { ok, listener, checks } = await invoke({ verify: true });
    expect({ ok, listener, failed: checks.filter((check) => !check.ok).map(({ check }) => check) }).toEqual({
      ok: false,
      listener: 'test',
      failed: axonNames,
    });
    expect(reports).toEqual([]);
  });

  test('checks production by Orbit alone', async () => {
    const { invoke } = await deploy({ down: 'axon' });
    const { ok, checks } = await invoke({ verify: true, listener: 'production' });
    expect({ ok, checks: checks.map(({ check }) => check) }).toEqual({ ok: true, checks: all.slice(0, 3) });
  });

  test.each([{}, null, { verify: false }, { verify: true, listener: 'elsewhere' }])('refuses %j', async (event) => {
    const { invoke, reports } = await deploy();
    await expect(invoke(event)).rejects.toThrow('got an event that is neither');
    expect(reports).toEqual([]);
  });
});

test.each([undefined, { down: 'axon' } as const])(
  'writes a line for each check and never a token or grant (%j)',
  async (broken) => {
    const { invoke, lines, secrets } = await deploy(broken);
    const { checks, correlationId } = await invoke({ verify: true });
    const logged = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(logged.map(({ check, correlationId: id }) => [check, id])).toEqual(all.map((name) => [name, correlationId]));
    const text = [...lines, JSON.stringify(checks)].join('\n');
    const known = secrets();
    expect(known.length).toBeGreaterThan(4);
    for (const secret of known) expect(text).not.toContain(secret);
    expect(text).not.toMatch(/eyJ[\w-]+\./);
  },
);
