// How Terraform is run: which one, with which environment, for how long, and how it is ended. A shell script stands in for it.
// Next: scripts/infra/terraform.ts, the code under test.
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { childEnvironment, openTerraform, type Terraform, TerraformError } from '../../../scripts/infra/terraform.ts';

const version = (text: string): string =>
  `if [ "$1" = version ]; then echo '{"terraform_version":"${text}"}'; exit 0; fi\n`;
let folder: string;
const opened: Terraform[] = [];

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'terraform-test-'));
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((terraform) => terraform.close()));
  rmSync(folder, { recursive: true, force: true });
});

describe('opening Terraform', () => {
  it.each(['1.11.0', '1.14.2', '2.0.0'])('takes %s', async (text) => {
    const terraform = await open(version(text));
    expect(terraform.version).toBe(text);
  });

  it.each(['1.10.5', '1.9.0', '0.15.0'])('refuses %s, which lacks what the modules use', async (text) => {
    await expect(open(version(text))).rejects.toThrow(
      `got terraform ${text}, expected terraform 1.11 or later on PATH`,
    );
  });

  it('says what to do where there is none', async () => {
    await expect(openTerraform({ environment: { PATH: folder } })).rejects.toThrow(
      /^got no terraform, expected .* install it/,
    );
  });
});

describe('the environment of Terraform', () => {
  const environment = {
    PATH: '/bin',
    AWS_PROFILE: 'production',
    AWS_CA_BUNDLE: 'ca.pem',
    TF_CLI_ARGS_apply: '-auto-approve',
    TF_DATA_DIR: 'elsewhere',
    TF_WORKSPACE: 'other',
    TF_VAR_release: '1.2.3',
  };

  it('has nothing of the caller’s account when an account is given', () => {
    expect(childEnvironment({ environment, account: { AWS_ACCESS_KEY_ID: 'emulated' } })).toEqual({
      PATH: '/bin',
      TF_VAR_release: '1.2.3',
      AWS_ACCESS_KEY_ID: 'emulated',
      CHECKPOINT_DISABLE: '1',
      TF_IN_AUTOMATION: '1',
      TF_INPUT: '0',
    });
  });

  it('has the caller’s account otherwise, but not what would change what Terraform does', () => {
    const names = Object.keys(childEnvironment({ environment }));
    expect(names).toContain('AWS_PROFILE');
    expect(names.filter((name) => /CA_BUNDLE|CLI_ARGS|DATA_DIR|WORKSPACE/.test(name))).toEqual([]);
  });
});

describe('running Terraform', () => {
  it('passes lines on as they come and returns all of them', async () => {
    const terraform = await open('echo one; echo two; echo problem >&2; exit 2');
    const lines: string[] = [];
    const result = await run(terraform, { expectedCodes: [0, 2], onLine: (line) => lines.push(line) });
    expect(result).toEqual({ code: 2, stdout: 'one\ntwo', stderr: 'problem\n' });
    expect(lines).toEqual(['one', 'two']);
  });

  it('fails with what it said on an unexpected code', async () => {
    const terraform = await open('echo problem >&2; exit 1');
    await expect(run(terraform)).rejects.toThrow('terraform apply exited with 1: problem');
  });

  it('asks it to end when its time is over', async () => {
    const terraform = await open(`trap 'echo state written; exit 1' INT; ${waits}`);
    const error = await run(terraform, { timeoutMs: 400 }).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(TerraformError);
    expect(error).toMatchObject({
      message: 'terraform apply took longer than 0.4 s and was ended',
      interrupted: false,
      result: { stdout: 'ready\nstate written' },
    });
  });

  it('passes one interruption on, so that the state is written, and starts nothing after it', async () => {
    const soft = new AbortController();
    const script = `trap 'echo state written; exit 1' INT; ${waits}`;
    const terraform = await open(script, { signal: soft.signal, force: new AbortController().signal });
    const error = await run(terraform, { onLine: () => soft.abort() }).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ interrupted: true, result: { stdout: 'ready\nstate written' } });
    await expect(run(terraform)).rejects.toThrow('terraform apply was interrupted');
  });

  it('is killed by the second interruption', async () => {
    const [soft, hard] = [new AbortController(), new AbortController()];
    const script = `trap 'echo still here' INT; ${waits}`;
    const terraform = await open(script, { signal: soft.signal, force: hard.signal });
    const onLine = (line: string): void => (line === 'ready' ? soft.abort() : hard.abort());
    const error = await run(terraform, { onLine }).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ interrupted: true, result: { code: -1 } });
  });
});

/** Waits in steps, because a shell handles a signal only between two commands. */
const waits = 'echo ready; for i in 1 2 3 4 5 6 7 8 9; do for j in 1 2 3 4 5 6 7 8 9; do sleep 0.1; done; done';

async function open(
  script: string,
  interruption?: Parameters<typeof openTerraform>[0]['interruption'],
): Promise<Terraform> {
  const file = path.join(folder, 'terraform');
  writeFileSync(file, `#!/bin/sh\n${script.includes('version') ? '' : version('1.11.4')}${script}\n`);
  chmodSync(file, 0o755);
  const environment = { PATH: `${folder}${path.delimiter}${process.env['PATH']}` };
  const terraform = await openTerraform(interruption === undefined ? { environment } : { environment, interruption });
  opened.push(terraform);
  return terraform;
}

async function run(terraform: Terraform, options: Partial<Parameters<Terraform['run']>[0]> = {}) {
  return terraform.run({ args: ['apply', '-json'], cwd: folder, ...options });
}
