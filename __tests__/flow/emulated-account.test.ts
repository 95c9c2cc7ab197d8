// The runtime on an applied account: policies from its table, grants by its key, secrets of its own; and nothing without a policy.
// Next: scripts/infra/account.ts, which applies it.
import { execFile } from 'node:child_process';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { policiesFolder } from '../../governance/cli/policy-files.ts';
import {
  type AppliedAccount,
  publishPolicies,
  runPolicyCommand,
  startAppliedAccount,
} from '../../scripts/infra/account.ts';
import { openTerraform, type Terraform } from '../../scripts/infra/terraform.ts';
import { fencedBlocks } from '../support/documentation-pages.ts';
import { runPolicyTool } from '../support/policy-cli.ts';
import { runAppliedSmoke } from '../support/applied-smoke.ts';
import { findObservabilityFaults } from '../support/observability-readback.ts';
import { startSocketRuntime, type SocketRuntime } from '../support/socket-runtime.ts';
import { installPythonTool } from '../support/python-tool.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { emulationTimeoutMs } from '../support/emulated-environment.ts';
import { type Emulator } from '../support/emulator/start.ts';

const runFile = promisify(execFile);
const root = path.resolve(fileURLToPath(new URL('../..', import.meta.url)));
const dev = path.join(root, 'infra/environments/dev');
const wait = { timeout: 30_000, interval: 500 };
/** The blocks of the runbook that say so are run here, each after the first, as the page has it. */
const runHere = fencedBlocks({
  path: 'docs/runbook.md',
  text: readFileSync(path.join(root, 'docs/runbook.md'), 'utf8'),
}).filter(({ text }) => /^# not run: .*emulated-account\.test\.ts runs it on an emulated one$/m.test(text));
let terraform: Terraform;
let emulator: Emulator;
let account: AppliedAccount;
let runtime: SocketRuntime;

beforeAll(async () => {
  ({ account, emulator } = await startAppliedAccount(
    dev,
    async (started) => {
      terraform = await openTerraform({ environment: process.env, account: started.environment });
      return { terraform, output: process.stdout };
    },
    { publish: false },
  ));
  runtime = await startSocketRuntime({ applied: account });
}, emulationTimeoutMs);
afterAll(async () => {
  await runtime.stop();
  await emulator.stop();
  await terraform.close();
});

describe('on an applied account', () => {
  test('everything is denied before a policy is published', async () => {
    expect(await dispatch()).toMatchObject({ status: 503, body: { reason: 'policy_unavailable' } });
  });

  test(
    'a published policy is followed within seconds, and a request is permitted by it',
    { timeout: 60_000 },
    async () => {
      await publishPolicies(account);
      await expect.poll(async () => (await dispatch()).status, wait).toBe(200);
      const { body } = await dispatch();
      expect(body).toMatchObject({ decision: { reason: 'permitted', rule: 'orbit-may-reason' } });
    },
  );

  test('a tenant without a policy in the table is denied', async () => {
    expect(await dispatch('nobody')).toMatchObject({ status: 403, body: { reason: 'unknown_tenant' } });
  });

  test(
    'alarms, dashboards and queries are in it as declared, and one that is gone or changed is noticed',
    { timeout: 120_000 },
    async () => {
      const prefix = 'agent-runtime-dev';
      expect(await findObservabilityFaults(aws, prefix)).toEqual([]);
      const name = `${prefix}-latency`;
      const body = await aws('cloudwatch', 'get-dashboard', '--dashboard-name', name, '--query', 'DashboardBody');
      await aws('cloudwatch', 'put-dashboard', '--dashboard-name', name, '--dashboard-body', '{"widgets":[]}');
      expect(await findObservabilityFaults(aws, prefix)).toEqual([
        expect.stringContaining('dashboard latency: got 0 widgets'),
      ]);
      await aws('cloudwatch', 'put-dashboard', '--dashboard-name', name, '--dashboard-body', String(body));
      const putRule = (rule: string) =>
        aws('cloudwatch', 'put-composite-alarm', '--alarm-name', `${prefix}-slo-burn-fast`, '--alarm-rule', rule);
      const [long, short] = ['long', 'short'].map((window) => `ALARM("${prefix}-slo-burn-fast-${window}")`);
      await putRule(`${long}`);
      expect(await findObservabilityFaults(aws, prefix)).toEqual([
        expect.stringContaining(`composite alarm ${prefix}-slo-burn-fast: got ${prefix}-slo-burn-fast-long behind it`),
      ]);
      await putRule(`${long} AND ${short}`);
    },
  );

  test('the smoke function, as it is applied, is content with it and not with a broken Axon', async () => {
    const options = { aws, account, runtime };
    const good = await runAppliedSmoke(options);
    expect(good.failed).toEqual([]);
    expect(good.checks).toHaveLength(7);
    expect(good.reported).toEqual(['Succeeded']);
    const broken = await runAppliedSmoke({ ...options, trustingAxon: true });
    expect(broken.failed).toEqual(['axon_without_grant', 'axon_replayed_grant', 'axon_tampered_body']);
    expect(broken.reported).toEqual(['Failed']);
    const locked = await runAppliedSmoke({ ...options, clientSecret: 'another' });
    expect(locked.failed).toContain('orbit_permitted_call');
    expect(locked.reported).toEqual(['Failed']);
  });

  test.each([1, 2, 3, 4, 5, 6, 7])(
    'the script of task %i finds in it what the task made',
    { timeout: 120_000 },
    async (number) => {
      const { stdout } = await runFile(
        'bash',
        [path.join(root, `tasks/test-task-${number}.sh`), '--target', 'emulated', '--account-url', account.url],
        {
          env: {
            PATH: `${path.dirname(await installPythonTool('aws'))}:${process.env['PATH']}`,
            HOME: temporaryFolder('home'),
          },
        },
      );
      expect(stdout).toMatch(/\n[1-9]\d* passed, 0 failed\n$/);
    },
  );

  test('publishing the same again changes nothing', async () => {
    expect(await publishPolicies(account)).toContain('unchanged');
  });

  test(
    'a revision that permits nothing denies, and a rollback brings the one before back as a new one',
    { timeout: 90_000 },
    async () => {
      const shipped = JSON.parse(readFileSync(path.join(policiesFolder, 'default.json'), 'utf8')) as object;
      const file = path.join(temporaryFolder('stricter'), 'default.json');
      writeFileSync(file, JSON.stringify({ ...shipped, revision: 2, rules: [] }));
      expect(await runPolicyCommand(account, ['publish', file])).toContain('revision 2');
      await expect.poll(async () => (await dispatch()).body, wait).toMatchObject({ reason: 'no_matching_permit' });

      const rolledBack = await runPolicyCommand(account, ['rollback', '--tenant', 'default', '--to', '1']);
      expect(rolledBack).toMatch(
        /tenant default revision 3 \([0-9a-f]{12}\) published, after 2, with the content of revision 1/,
      );
      await expect.poll(async () => (await dispatch()).status, wait).toBe(200);
    },
  );

  test('what was decided on the way is on record, in order', async () => {
    const log = path.join(temporaryFolder('log'), 'governance.log');
    writeFileSync(log, runtime.lines.map((line) => `${line}\n`).join(''));
    const { code, out } = await runPolicyTool(['audit', 'verify', log, '--links-alone']);
    expect([code, out]).toEqual([0, expect.stringContaining('in order')]);
    expect(runtime.lines.filter((line) => line.includes('"reason":"no_matching_permit"')).length).toBeGreaterThan(0);
  });
});

describe('the runbook on that account', () => {
  const [signIn, ...blocks] = runHere;
  const governance = '/aws/lambda/agent-runtime-dev-governance';

  beforeAll(async () => {
    const records = runtime.lines.filter((line) => line.includes('"chain":'));
    const events = records.map((message) => ({
      message,
      timestamp: Date.parse((JSON.parse(message) as { timestamp: string }).timestamp),
    }));
    const stream = ['--log-group-name', governance, '--log-stream-name', 'runtime'];
    await aws('logs', 'create-log-stream', ...stream);
    await aws('logs', 'put-log-events', ...stream, '--log-events', JSON.stringify(events));
  });

  test('has blocks to run for most of its alarms', () => {
    expect(blocks.length).toBeGreaterThan(35);
  });

  test.each(blocks.map(({ line, text }) => [line, text] as const))(
    'line %i: every command answers, and names what is there',
    { timeout: 60_000 },
    async (_line, text) => {
      const { AWS_PROFILE: _, HTTP_PROXY: __, ...env } = emulator.environment;
      const log = path.join(temporaryFolder('runbook'), 'governance.log');
      const block = text.replaceAll('governance.log', log);
      const { stdout } = await runFile('bash', ['-euo', 'pipefail', '-c', `${signIn?.text}\n${block}`], {
        cwd: root,
        env: { ...env, PATH: `${await emulatedCli()}:${process.env['PATH']}`, HOME: temporaryFolder('home') },
        maxBuffer: 16 * 1024 * 1024,
      });
      expect(stdout).not.toBe('');
      if (text.includes('audit verify')) expect(stdout).toContain('in order');
      if (text.includes('describe-scalable-targets')) expect(stdout).toContain('agent-runtime-dev-orbit');
      if (text.includes('KeyState')) expect(stdout).toContain('Enabled');
    },
  );
});

/** A folder whose `aws` takes the account's address for every service: version 1 does not for SQS. */
async function emulatedCli(): Promise<string> {
  const bin = temporaryFolder('bin');
  const file = path.join(bin, 'aws');
  writeFileSync(file, `#!/bin/sh\nexec '${await installPythonTool('aws')}' --endpoint-url "$AWS_ENDPOINT_URL" "$@"\n`);
  chmodSync(file, 0o755);
  return bin;
}

async function aws(...args: string[]): Promise<unknown> {
  // The CLI takes an empty profile for the name of one.
  const { AWS_PROFILE: _, ...env } = emulator.environment;
  const { stdout } = await runFile(await installPythonTool('aws'), [...args, '--output', 'json'], { env });
  return stdout === '' ? null : JSON.parse(stdout);
}

async function dispatch(tenant = 'default'): Promise<{ status: number; body: unknown }> {
  const response = await fetch(`${runtime.orbitUrl}/dispatch`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${await runtime.token('user:ada', tenant)}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({ intent: 'call_reasoning', input: { prompt: 'Is anybody there?', maxTokens: 64 } }),
  });
  return { status: response.status, body: await response.json() };
}
