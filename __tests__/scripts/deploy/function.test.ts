// `npm run deploy -- function` against Lambda and CodeDeploy that end as a deployment can end: who decides afterwards.
// Next: scripts/deploy/function.ts.
import { execFile } from 'node:child_process';
import { hash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type CodeDeployServer, startCodeDeployServer } from '../../support/code-deploy-server.ts';
import { repositoryRoot } from '../../support/repository-files.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const folder = temporaryFolder('release');
const manifest = path.join(folder, 'release.json');
const pack = (file: string) => {
  writeFileSync(path.join(folder, file), file);
  return { file, sha256: hash('sha256', file) };
};
const digest = `sha256:${'a'.repeat(64)}`;
writeFileSync(
  manifest,
  JSON.stringify({
    version: '1.2.3',
    commit: 'd'.repeat(40),
    images: { orbit: digest, axon: digest },
    functions: { governance: pack('governance.zip'), rotation: pack('rotation.zip') },
  }),
);
const check = (ok: boolean) => ({ check: 'governance_permit', ok, durationMs: 3 });

let server: CodeDeployServer;
beforeEach(async () => {
  server = await startCodeDeployServer();
  server.course = { states: [{ status: 'InProgress' }, { status: 'Succeeded' }] };
  server.verification = { status: 200, body: { ok: true, correlationId: 'smoke-1', checks: [check(true)] } };
});
afterEach(() => server.close());

async function deploy(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const env = {
    PATH: process.env['PATH'],
    AWS_REGION: 'eu-central-1',
    AWS_ENDPOINT_URL: server.url,
    AWS_ACCESS_KEY_ID: 'emulated',
    AWS_SECRET_ACCESS_KEY: 'emulated',
    DEPLOY_INTERVAL_MS: '5',
  };
  const main = path.join(repositoryRoot, 'scripts/deploy/main.ts');
  const ran = promisify(execFile)(process.execPath, [main, ...args], { env });
  return ran.then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    (failure: { code: number; stdout: string; stderr: string }) => failure,
  );
}

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
    return [`${alias} ${from} to ${to}${body['deploymentConfigName'] === undefined ? ' by canary' : ''}`];
  });

describe('a deployment of Governance', () => {
  test('is looked at by the smoke function, then shifted by canary; dry runs follow', async () => {
    const { code, stdout, stderr } = await deploy('function', 'dev', manifest);
    expect([code, stderr]).toEqual([0, '']);
    expect(shifts()).toEqual(['smoke 2 to 3', 'orbit 2 to 3 by canary', 'live 2 to 3']);
    expect(server.governance.aliases).toEqual({ smoke: '3', orbit: '3', live: '3' });
    expect(stdout).toMatch(/published version 3\n[^]*1 of 1 passed[^]*governance: version 3 decides\n$/);
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
    const rollbackInfo = { rollbackDeploymentId: 'd-2', rollbackMessage: 'alarm agent-runtime-dev-governance-errors' };
    server.courses = { orbit: { states: [{ status: 'Succeeded', rollbackInfo }], shifts: false } };
    const { code, stderr } = await deploy('function', 'dev', manifest);
    expect(code).toBe(1);
    expect(stderr).toContain('rolled back by d-2: alarm agent-runtime-dev-governance-errors');
    expect(server.governance.aliases).toEqual({ smoke: '2', orbit: '2', live: '2' });
  });

  test('when CodeDeploy says success and the alias is where it was', async () => {
    server.courses = { orbit: { states: [{ status: 'Succeeded' }], shifts: false } };
    const { code, stderr } = await deploy('function', 'dev', manifest);
    expect([code, stderr]).toEqual([1, 'governance: got orbit at version 2, expected 3\n']);
    expect(server.governance.aliases).toEqual({ smoke: '2', orbit: '2', live: '2' });
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
    writeFileSync(path.join(folder, 'governance.zip'), 'governance.zip');
    expect([code, server.calls]).toEqual([1, []]);
    expect(stderr).toContain('got governance.zip with sha256');
  });
});

describe('a rollback of Governance', () => {
  test('is at once, Orbit first', async () => {
    const { code, stdout } = await deploy('rollback', 'dev', 'governance');
    expect([code, shifts()]).toEqual([0, ['orbit 2 to 1', 'smoke 2 to 1', 'live 2 to 1']]);
    expect(stdout).toContain('governance: from version 2 back to 1\n');
  });

  test.each(['2', '0', 'x'])('to %s is refused before anything is begun', async (to) => {
    const { code, stderr } = await deploy('rollback', 'dev', 'governance', '--to', to);
    expect([code, shifts()]).toEqual([1, []]);
    expect(stderr).toMatch(/expected (?:an earlier one than 2|the number of a revision)/);
  });
});
