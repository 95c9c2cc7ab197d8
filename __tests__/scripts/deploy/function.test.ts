// `npm run deploy -- function` against Lambda and CodeDeploy that end as a deployment can end: who decides afterwards.
// Next: scripts/deploy/function.ts.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type CodeDeployServer, startCodeDeployServer } from '../../support/code-deploy-server.ts';
import { runDeploy, writeRelease } from '../../support/deploy-command.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const folder = temporaryFolder('release');
const manifest = writeRelease(folder);
const check = (ok: boolean) => ({ check: 'governance_permit', ok, durationMs: 3 });

let server: CodeDeployServer;
beforeEach(async () => {
  server = await startCodeDeployServer();
  server.course = { states: [{ status: 'InProgress' }, { status: 'Succeeded' }] };
  server.verification = { status: 200, body: { ok: true, correlationId: 'smoke-1', checks: [check(true)] } };
});
afterEach(() => server.close());

const deploy = (...args: string[]) => runDeploy(server, ...args);

/** Alias, from, to and configuration of each deployment that was begun. */
const shifts = () =>
  server.calls.flatMap(({ operation, body }) => {
    if (operation !== 'CreateDeployment') return [];
    const { appSpecContent } = body['revision'] as { appSpecContent: { content: string } };
    const { Resources: resources } = JSON.parse(appSpecContent.content) as {
      Resources: [{ governance: { Properties: Record<string, string> } }];
    };
    const { Name: name, Alias: alias, CurrentVersion: from, TargetVersion: to } = resources[0].governance.Properties;
    expect([name, body['applicationName'], body['deploymentGroupName']]).toEqual([
      'agent-runtime-dev-governance',
      'agent-runtime-dev-functions',
      'agent-runtime-dev-governance',
    ]);
    const how = body['deploymentConfigName'] ?? 'canary';
    expect(['canary', 'CodeDeployDefault.LambdaAllAtOnce']).toContain(how);
    const said = `${alias} ${from} to ${alias} ${to}`;
    expect([said, `rollback: ${said}`]).toContain(body['description']);
    return [`${alias} ${from} to ${to}${how === 'canary' ? ' by canary' : ''}`];
  });

describe('a deployment of Governance', () => {
  test('is looked at by the smoke function, then shifted by canary; dry runs follow', async () => {
    const { code, stdout, stderr } = await deploy('function', 'dev', manifest);
    expect([code, stderr]).toEqual([0, '']);
    expect(shifts()).toEqual(['smoke 2 to 3', 'orbit 2 to 3 by canary', 'live 2 to 3']);
    expect(server.governance.aliases).toEqual({ smoke: '3', orbit: '3', live: '3' });
    expect(stdout).toMatch(/published version 3\n[^]*1 of 1 passed[^]*governance: version 3 has the traffic\n$/);
    const begun = server.calls.map(({ operation }) => operation);
    expect(begun.indexOf('Invoke agent-runtime-dev-smoke')).toBeLessThan(begun.lastIndexOf('CreateDeployment'));
  });

  test('of what decides already begins nothing', async () => {
    await deploy('function', 'dev', manifest);
    server.calls.length = 0;
    const { code, stdout } = await deploy('function', 'dev', manifest);
    expect([code, shifts()]).toEqual([0, []]);
    expect(stdout).toContain('governance: runs that code already');
  });
});

test('what an apply has changed of the function goes along, with the same code too', async () => {
  await deploy('function', 'dev', manifest);
  server.governance.apply();
  server.calls.length = 0;
  const { code } = await deploy('function', 'dev', manifest);
  expect([code, shifts()]).toEqual([0, ['smoke 3 to 4', 'orbit 3 to 4 by canary', 'live 3 to 4']]);
});

test('what was cut off half-way goes on where it stopped', async () => {
  await deploy('function', 'dev', manifest);
  server.calls.length = 0;
  server.governance.aliases['live'] = '2';
  const { code } = await deploy('function', 'dev', manifest);
  expect([code, shifts()]).toEqual([0, ['live 2 to 3']]);
});

describe('is a failure, and Orbit asks whom it asked', () => {
  test('when the smoke function is not content', async () => {
    server.verification = { status: 200, body: { ok: false, correlationId: 'smoke-1', checks: [check(false)] } };
    const { code, stderr } = await deploy('function', 'dev', manifest);
    expect(code).toBe(1);
    expect(stderr).toContain("did not pass the smoke function's checks");
    expect(shifts()).toEqual(['smoke 2 to 3', 'smoke 3 to 2']);
    expect(server.governance.aliases).toEqual({ smoke: '2', orbit: '2', live: '2' });
  });

  test('when the canary is rolled back, whatever its state says', async () => {
    const rollbackInfo = {
      rollbackDeploymentId: 'd-undo',
      rollbackMessage: 'alarm agent-runtime-dev-governance-errors',
    };
    server.courses = { orbit: { states: [{ status: 'Succeeded', rollbackInfo }], shifts: false } };
    const { code, stderr } = await deploy('function', 'dev', manifest);
    expect(code).toBe(1);
    expect(stderr).toContain('alarm agent-runtime-dev-governance-errors; rolled back by d-undo, which succeeded');
    expect(server.governance.aliases).toEqual({ smoke: '2', orbit: '2', live: '2' });
  });

  test('when CodeDeploy says success and the alias is where it was', async () => {
    server.courses = { orbit: { states: [{ status: 'Succeeded' }], shifts: false } };
    const { code, stderr } = await deploy('function', 'dev', manifest);
    expect([code, stderr]).toEqual([1, 'governance: got orbit at version 2, expected 3\n']);
    expect(server.governance.aliases).toEqual({ smoke: '2', orbit: '2', live: '2' });
  });

  test('when smoke cannot go back either, and both are said', async () => {
    server.courses = { orbit: { states: [{ status: 'Failed' }] } };
    server.onCall = (operation, body) => {
      if (operation === 'CreateDeployment' && String(body['description']).startsWith('rollback'))
        server.failing.push([400, 'AccessDeniedException']);
    };
    const { code, stderr } = await deploy('function', 'dev', manifest);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^deployment d-2: Failed; and smoke did not go back: .*AccessDeniedException/);
  });

  test('when somebody else is shifting it', async () => {
    server.governance.weights['orbit'] = { 7: 0.1 };
    const { code, stderr } = await deploy('function', 'dev', manifest);
    expect([code, shifts()]).toEqual([1, []]);
    expect(stderr).toBe('governance: got orbit between versions 2 and 7, expected no other deployment\n');
  });

  test('when Lambda has other code than the release', async () => {
    server.governance.published = 'another';
    const { code, stderr } = await deploy('function', 'dev', manifest);
    expect([code, shifts()]).toEqual([1, []]);
    expect(stderr).toContain('got code another in version 3');
  });

  test('when the version does not start', async () => {
    server.governance.state = 'Failed';
    const { code, stderr } = await deploy('function', 'dev', manifest);
    expect([code, shifts()]).toEqual([1, []]);
    expect(stderr).toContain('version 3 is Failed, expected Active');
  });

  test('when the archive is not that of the release', async () => {
    writeFileSync(path.join(folder, 'governance.zip'), 'tampered');
    const { code, stderr } = await deploy('function', 'dev', manifest);
    writeRelease(folder);
    expect([code, server.calls]).toEqual([1, []]);
    expect(stderr).toContain('got governance.zip with sha256');
  });
});

describe('a rollback of Governance', () => {
  test('is at once, Orbit first, to what decided before', async () => {
    await deploy('function', 'dev', manifest);
    // A version that an apply made, and that never decided.
    server.governance.apply();
    const another = writeRelease(temporaryFolder('another-release'), 'another');
    await deploy('function', 'dev', another);
    server.calls.length = 0;
    const { code, stdout } = await deploy('rollback', 'dev', 'governance');
    expect([code, shifts()]).toEqual([0, ['orbit 5 to 3', 'smoke 5 to 3', 'live 5 to 3']]);
    expect(stdout).toContain('governance: from version 5 back to 3\n');
    expect((await deploy('rollback', 'dev', 'governance')).stdout).toContain('from version 3 back to 2\n');
  });

  test('asks for a version when no deployment is on record', async () => {
    const { code, stderr } = await deploy('rollback', 'dev', 'governance');
    expect(code).toBe(1);
    expect(stderr).toBe('got no deployment on record that brought version 2, expected one; name a version: --to N\n');
    expect((await deploy('rollback', 'dev', 'governance', '--to', '1')).code).toBe(0);
    expect(server.governance.aliases).toEqual({ smoke: '1', orbit: '1', live: '1' });
  });

  test.each([
    ['2', 'expected another than what decides'],
    ['0', 'expected the number of a revision'],
    ['x', 'expected the number of a revision'],
    ['9', 'got 404 ResourceNotFoundException'],
  ])('to %s is refused before anything is begun', async (to, says) => {
    const { code, stderr } = await deploy('rollback', 'dev', 'governance', '--to', to);
    expect([code, shifts()]).toEqual([1, []]);
    expect(stderr).toContain(says);
  });
});
