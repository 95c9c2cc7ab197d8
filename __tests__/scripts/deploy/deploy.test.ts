// `npm run deploy` as a pipeline runs it, against ECS and CodeDeploy that end as a deployment can end.
// Next: scripts/deploy/main.ts, the command.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type CodeDeployServer, startCodeDeployServer } from '../../support/code-deploy-server.ts';
import { runDeploy, writeRelease } from '../../support/deploy-command.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const imageOf = (letter: string): string =>
  `000000000000.dkr.ecr.eu-central-1.amazonaws.com/agent-runtime-dev/orbit@sha256:${letter.repeat(64)}`;
const image = imageOf('a');
const deployed = 'arn:aws:ecs:eu-central-1:000000000000:task-definition/agent-runtime-dev-orbit:5';
const success = [{ status: 'Created' }, { status: 'InProgress' }, { status: 'Succeeded' }];

let server: CodeDeployServer;
beforeEach(async () => {
  server = await startCodeDeployServer();
  server.course = { states: success };
});
afterEach(() => server.close());

const deploy = (...args: string[]) => runDeploy(server, ...args);
const bodyOf = (operation: string) => server.calls.find((call) => call.operation === operation)?.body ?? {};
const operations = () => server.calls.map(({ operation }) => operation);

describe('a deployment that succeeds', () => {
  test('registers the newest task definition with the new image and nothing else changed, and shifts to it', async () => {
    const { code, stdout, stderr } = await deploy('service', 'dev', 'orbit', image);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout.split('\n')).toEqual([
      `orbit: registered ${deployed}`,
      'd-1 Created',
      'd-1 InProgress',
      'd-1 Succeeded',
      `orbit: ${deployed} has the traffic`,
      '',
    ]);
    expect(bodyOf('RegisterTaskDefinition')).toEqual({
      family: 'agent-runtime-dev-orbit',
      networkMode: 'awsvpc',
      executionRoleArn: 'arn:aws:iam::000000000000:role/agent-runtime-dev-execution-orbit-role',
      containerDefinitions: [
        { name: 'orbit', image, readonlyRootFilesystem: true, environment: [] },
        { name: 'collector', image: 'registry.example/collector@sha256:kept' },
      ],
      volumes: [],
      requiresCompatibilities: ['FARGATE'],
      cpu: '256',
      memory: '512',
      tags: [{ key: 'Service', value: 'orbit' }],
    });
  });

  test('goes to the group of the service, behind the smoke function', async () => {
    await deploy('service', 'dev', 'orbit', image);
    const { revision, ...order } = bodyOf('CreateDeployment');
    expect(order).toEqual({
      applicationName: 'agent-runtime-dev-services',
      deploymentGroupName: 'agent-runtime-dev-orbit',
      description: 'agent-runtime-dev-orbit:4 to agent-runtime-dev-orbit:5',
    });
    const { appSpecContent } = revision as { appSpecContent: { content: string } };
    expect(JSON.parse(appSpecContent.content)).toEqual({
      version: 0,
      Resources: [
        {
          TargetService: {
            Type: 'AWS::ECS::Service',
            Properties: {
              TaskDefinition: deployed,
              LoadBalancerInfo: { ContainerName: 'orbit', ContainerPort: 8443 },
            },
          },
        },
      ],
      Hooks: [{ AfterAllowTestTraffic: 'agent-runtime-dev-smoke' }],
    });
  });

  test('takes along what an apply has changed of the task; with the same image too', async () => {
    server.services.apply('agent-runtime-dev-orbit', { cpu: '1024' });
    expect((await deploy('service', 'dev', 'orbit', image)).code).toBe(0);
    expect(bodyOf('RegisterTaskDefinition')).toMatchObject({ cpu: '1024' });
    server.services.apply('agent-runtime-dev-orbit', { cpu: '2048' });
    const { code, stdout } = await deploy('service', 'dev', 'orbit', image);
    expect([code, operations().filter((each) => each === 'RegisterTaskDefinition')]).toEqual([
      0,
      ['RegisterTaskDefinition'],
    ]);
    expect(stdout).toContain('agent-runtime-dev-orbit:7 has the traffic');
    expect((await deploy('service', 'dev', 'orbit', image)).stdout).toContain('orbit: runs that image already\n');
  });

  test('waits for another one of its group', async () => {
    let begun = 0;
    server.onCall = (operation) => {
      if (operation !== 'CreateDeployment') return;
      begun += 1;
      if (begun <= 2) server.failing.push([400, 'DeploymentLimitExceededException']);
    };
    const { code, stdout } = await deploy('service', 'dev', 'orbit', image);
    expect([code, begun]).toEqual([0, 3]);
    expect(stdout.match(/another deployment is under way/gu)).toHaveLength(1);
  });

  test('is followed through a throttled answer', async () => {
    server.failing.push([400, 'ThrottlingException']);
    expect((await deploy('service', 'dev', 'orbit', image)).code).toBe(0);
  });
});

/** A smoke function that is content. */
const content = { ok: true, correlationId: 'smoke-1', checks: [{ check: 'orbit_health', ok: true, durationMs: 3 }] };
const rolledBack = { rollbackDeploymentId: 'd-undo', rollbackMessage: 'alarm agent-runtime-dev-error-rate' };
/** Each end that is no success, with what is said of it. */
const failures: readonly { what: string; states: Record<string, unknown>[]; shifts?: boolean; says: string }[] = [
  {
    what: 'the hook failed',
    states: [
      { status: 'InProgress' },
      { status: 'Failed', errorInformation: { code: 'HOOK_EXECUTION_FAILURE', message: 'smoke said no' } },
    ],
    says: 'deployment d-1: Failed: HOOK_EXECUTION_FAILURE: smoke said no',
  },
  {
    what: 'an alarm stopped it and it was rolled back',
    states: [{ status: 'Stopped', rollbackInfo: rolledBack, errorInformation: { code: 'ALARM_ACTIVE' } }],
    says: 'deployment d-1: Stopped: ALARM_ACTIVE: alarm agent-runtime-dev-error-rate; rolled back by d-undo, which succeeded',
  },
  {
    what: 'it was rolled back, and the state says success',
    states: [{ status: 'Succeeded', rollbackInfo: rolledBack }],
    says: 'deployment d-1: Succeeded: alarm agent-runtime-dev-error-rate; rolled back by d-undo, which succeeded',
  },
  {
    what: 'somebody stopped it',
    states: [{ status: 'Stopped', errorInformation: { code: 'MANUAL_STOP' } }],
    says: 'deployment d-1: Stopped: MANUAL_STOP',
  },
  {
    what: 'CodeDeploy says success and the old task definition has the traffic',
    states: success,
    shifts: false,
    says: `got traffic on ${deployed.replace(':5', ':4')}, expected ${deployed}`,
  },
];

test.each(failures)('is a failure: $what', async ({ states, shifts, says }) => {
  server.course = { states, ...(shifts === undefined ? {} : { shifts }) };
  const { code, stdout, stderr } = await deploy('service', 'dev', 'orbit', image);
  expect(code).toBe(1);
  expect(stderr).toContain(says);
  expect(stdout).not.toContain('has the traffic');
  const followed = server.calls.findLast(({ operation }) => operation === 'GetDeployment')?.body;
  expect(followed).toEqual({ deploymentId: says.includes('d-undo') ? 'd-undo' : 'd-1' });
});

describe('a rollback by hand', () => {
  const rollBack = (...args: string[]) => deploy('rollback', 'dev', 'orbit', ...args);
  const primary = () =>
    /orbit:\d+/u.exec(
      JSON.stringify(server.services.answer('DescribeServices', family)).split('PRIMARY')[1] ?? '',
    )?.[0];
  const family = { services: ['agent-runtime-dev-orbit'] };

  test('brings back what had the traffic before the last deployment, never what an alarm took it from', async () => {
    await deploy('service', 'dev', 'orbit', imageOf('a'));
    server.course = { states: [{ status: 'Stopped', rollbackInfo: rolledBack }] };
    await deploy('service', 'dev', 'orbit', imageOf('b'));
    server.course = { states: [{ status: 'Succeeded', rollbackInfo: rolledBack }], shifts: false };
    await deploy('service', 'dev', 'orbit', imageOf('c'));
    server.course = { states: success };
    await deploy('service', 'dev', 'orbit', imageOf('d'));
    expect(primary()).toBe('orbit:8');
    const registered = operations().filter((each) => each === 'RegisterTaskDefinition');
    const { code, stdout } = await rollBack();
    expect(code).toBe(0);
    expect(stdout).toContain('orbit: from agent-runtime-dev-orbit:8 back to agent-runtime-dev-orbit:5\n');
    expect(operations().filter((each) => each === 'RegisterTaskDefinition')).toEqual(registered);
    // Once more is a step further back, not forward again.
    expect((await rollBack()).stdout).toContain('from agent-runtime-dev-orbit:5 back to agent-runtime-dev-orbit:4\n');
    expect(primary()).toBe('orbit:4');
  });

  test('goes by the last of several deployments that brought the present', async () => {
    await deploy('service', 'dev', 'orbit', image);
    await rollBack('--to', '3');
    await deploy('service', 'dev', 'orbit', image);
    expect((await rollBack()).stdout).toContain('from agent-runtime-dev-orbit:5 back to agent-runtime-dev-orbit:3\n');
  });

  test('asks for a revision when no deployment is on record', async () => {
    const { code, stderr } = await rollBack();
    expect(code).toBe(1);
    expect(stderr).toBe(
      'got no deployment on record that brought agent-runtime-dev-orbit:4, expected one; name a revision: --to N\n',
    );
    expect((await rollBack('--to', '3')).code).toBe(0);
    expect(primary()).toBe('orbit:3');
  });

  test.each([
    ['4', 'revision: got 4, expected another than what has the traffic'],
    ['0', '--to: got 0, expected the number of a revision'],
    ['x', '--to: got x, expected the number of a revision'],
  ])('to %s is refused before anything is begun', async (to, says) => {
    const { code, stderr } = await rollBack('--to', to);
    expect(code).toBe(1);
    expect(stderr).toContain(says);
    expect(operations()).not.toContain('CreateDeployment');
  });
});

describe('a release', () => {
  const manifest = writeRelease(temporaryFolder('release'));
  beforeEach(() => {
    server.verification = { status: 200, body: content };
  });
  const release = () => deploy('release', 'dev', manifest, '--registry', 'registry.example');
  const ordered = () =>
    server.calls
      .filter(({ operation }) => operation === 'RegisterTaskDefinition')
      .map(({ body }) => (body['containerDefinitions'] as { image: string }[])[0]?.image);

  test('goes to Axon, Governance, then Orbit, each by what it names; again, nothing is begun', async () => {
    const { code, stdout, stderr } = await release();
    expect([code, stderr]).toEqual([0, '']);
    const images = ['axon@sha256:b', 'orbit@sha256:a'].map(
      (name) => `registry.example/agent-runtime-dev/${name.padEnd(name.length + 63, name.at(-1))}`,
    );
    expect(ordered()).toEqual(images);
    expect(stdout.match(/^\w+(?=: .*has the traffic$)/gmu)).toEqual(['axon', 'governance', 'orbit']);
    const again = await release();
    expect(again.stdout).toContain('axon: runs that image already\n');
    expect(again.stdout).toContain('governance: runs that code already\n');
    expect(ordered()).toHaveLength(2);
  });

  test('stops at Axon when its deployment fails: Orbit stays as it is', async () => {
    server.course = { states: [{ status: 'Failed' }] };
    expect((await release()).code).toBe(1);
    expect(ordered()).toHaveLength(1);
  });

  test('is refused when release.json is not there', async () => {
    const { code, stderr } = await deploy('release', 'dev', `${manifest}.other`, '--registry', 'registry.example');
    expect([code, server.calls]).toEqual([1, []]);
    expect(stderr).toContain('expected the manifest of a release');
  });
});

describe('a verification', () => {
  const passed = { check: 'orbit_health', ok: true, durationMs: 3 };
  const refused = { check: 'axon_replayed_grant', ok: false, detail: 'got 200, expected 403 replayed', durationMs: 4 };
  const answer = (ok: boolean, ...checks: object[]) => ({
    ok,
    listener: 'production',
    correlationId: 'smoke-1',
    checks,
  });

  test('asks the smoke function of the environment, and prints its table', async () => {
    server.verification = { status: 200, body: answer(true, passed, passed) };
    const { code, stdout } = await deploy('verify', 'dev');
    expect(code).toBe(0);
    expect(stdout).toBe(`${'ok    orbit_health  3 ms\n'.repeat(2)}2 of 2 passed, correlation id smoke-1\n`);
    expect(server.calls).toEqual([
      { operation: 'Invoke agent-runtime-dev-smoke', body: { verify: true, listener: 'production' } },
    ]);
  });

  test.each([
    ['a check that failed', { status: 200, body: answer(false, passed, refused) }, 'got 200, expected 403 replayed'],
    ['a whole that hides a failed check', { status: 200, body: answer(true, passed, refused) }, '1 of 2 passed'],
    ['no check at all', { status: 200, body: answer(true) }, 'no table of checks'],
    ['a refusal', { status: 403, body: { message: 'AccessDenied' } }, 'got 403'],
    [
      'a fault of the function',
      { status: 200, headers: { 'x-amz-function-error': 'Unhandled' }, body: { errorMessage: 'out of memory' } },
      'out of memory',
    ],
  ])('fails on %s', async (_, verification, says) => {
    server.verification = verification;
    const { code, stdout, stderr } = await deploy('verify', 'dev', '--listener', 'test');
    expect(code).toBe(1);
    expect(stdout + stderr).toContain(says);
  });
});

test.each(['registry.example/orbit:latest', 'orbit', `registry.example/orbit@sha256:${'a'.repeat(63)}`])(
  'an image that is not named by its digest is refused before anything is asked: %s',
  async (tagged) => {
    const { code, stderr } = await deploy('service', 'dev', 'orbit', tagged);
    expect([code, server.calls]).toEqual([1, []]);
    expect(stderr).toContain(`image: got ${tagged}, expected REGISTRY/NAME@sha256:`);
  },
);

test('a refusal of AWS ends it, with its reason', async () => {
  server.failing.push([400, 'AccessDeniedException']);
  const { code, stderr } = await deploy('service', 'dev', 'orbit', image);
  expect([code, operations()]).toEqual([1, ['DescribeServices']]);
  expect(stderr).toContain('AccessDeniedException');
});

test.each([
  [[]],
  [['service', 'dev', 'governance', image]],
  [['service', 'dev', 'orbit']],
  [['rollback', 'Dev', 'orbit']],
  [['rollback', 'dev', 'smoke']],
  [['function', 'dev']],
])('%j is wrong usage', async (args) => {
  const { code, stderr } = await deploy(...args);
  expect([code, server.calls]).toEqual([2, []]);
  expect(stderr).toContain('usage:');
});
