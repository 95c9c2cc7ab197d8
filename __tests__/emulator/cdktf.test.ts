// The CDKTF command line on the emulated account: synth, diff and deploy of dev.
// Next: cdktf.json, main.ts.
import { execFile } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { promisify, stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { completeVariables } from '../../scripts/infra/emulated-release.ts';
import { openTerraform, type Terraform } from '../../scripts/infra/terraform.ts';
import { emulationTimeoutMs } from '../support/emulated-environment.ts';
import { type Emulator, startEmulator } from '../support/emulator/start.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const root = path.resolve(import.meta.dirname, '../..');
const runFile = promisify(execFile);
let emulator: Emulator;
let terraform: Terraform;
let env: Record<string, string>;
let output: string;

beforeAll(async () => {
  emulator = await startEmulator();
  terraform = await openTerraform({ environment: process.env, account: emulator.environment });
  const variables = await completeVariables(path.join(root, 'infra/environments/dev'), {}, emulator);
  const folder = temporaryFolder('cdktf');
  output = path.join(folder, 'deployment/cdktf.out');
  mkdirSync(path.dirname(output));
  env = {
    ...terraform.environment,
    PATH: `${path.dirname(process.execPath)}:${process.env['PATH'] ?? ''}`,
    CHECKPOINT_DISABLE: '1',
    CI: 'true',
    INFRA_FOLDER: path.join(folder, 'infra'),
    ...Object.fromEntries(Object.entries(variables).map(([name, value]) => [`TF_VAR_${name}`, String(value)])),
  };
});
afterAll(async () => {
  await terraform.close();
  await emulator.stop();
});

test('synth lists the environments and no module', async () => {
  expect(await cdktf('synth')).toContain('Generated Terraform code for the stacks: dev, prod, staging');
});

test('diff and deploy of dev: all of it is planned, all of it is made', { timeout: emulationTimeoutMs }, async () => {
  const diff = await cdktf('diff', 'dev', '--skip-provider-lock');
  const planned = Number(/Plan: (\d+) to add, 0 to change, 0 to destroy/.exec(diff)?.[1]);
  expect(planned).toBeGreaterThan(250);
  const deployed = await cdktf('deploy', 'dev', '--auto-approve', '--skip-provider-lock');
  expect(deployed).toContain(`Apply complete! Resources: ${planned} added, 0 changed, 0 destroyed.`);
  expect(deployed).toContain('policies_table_name');
});

async function cdktf(...args: readonly string[]): Promise<string> {
  const command = [path.join(root, 'node_modules/cdktf-cli/bundle/bin/cdktf'), ...args, '--output', output];
  const { stdout } = await runFile(process.execPath, command, {
    cwd: root,
    env,
    maxBuffer: 64 * 1024 * 1024,
    timeout: emulationTimeoutMs,
  });
  return stripVTControlCharacters(stdout);
}
