// scripts/setup.sh against machines that lack something: a PATH with stand-ins of chosen versions.
// Next: scripts/setup.sh, the script under test.
import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';

import { repositoryRoot } from '../support/repository-files.ts';

const script = path.join(repositoryRoot, 'scripts/setup.sh');
const bash = findBash();
const complete = {
  node: 'v20.0.0',
  npm: '10.0.0',
  git: 'git version 2.43.0',
  terraform: 'Terraform v1.11.0\non linux_amd64',
  python3: 'Python 3.11.2',
  aws: 'aws-cli/2.0.0 Python/3.11.6 Linux/6.1 exe/x86_64',
  docker: 'Docker version 23.0.0, build e92dd87',
} as const;
type Tools = Partial<Record<keyof typeof complete, string>>;

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

describe('the setup script on a complete machine', () => {
  it('is satisfied by exactly the versions it asks for and names the next command', async () => {
    const run = await runSetup(complete);
    expect(run.code).toBe(0);
    expect(run.output).toMatch(/^ready\nnext: scripts\/setup\.sh, which installs/m);
    expect(run.output).toContain('ok       node 20.0.0');
    expect(run.output).not.toContain('missing');
  });

  it.each([
    { node: 'v24.21.0' },
    { npm: '11.19.1' },
    { terraform: 'Terraform v1.15.2' },
    { terraform: 'Terraform v2.0.0' },
    { python3: 'Python 3.13.0rc1' },
    { git: 'git version 2.39.5 (Apple Git-154)' },
  ])('accepts %o', async (newer) => {
    expect((await runSetup({ ...complete, ...newer })).output).toMatch(/^ready$/m);
  });
});

describe('the setup script on a machine that lacks something required', () => {
  it.each(['node', 'npm', 'git'] as const)(
    'says that %s is not found, how to get it, and exits with 1',
    async (tool) => {
      const run = await runSetup(without(tool));
      expect(run.code).toBe(1);
      expect(run.output).toMatch(
        new RegExp(`^missing  ${tool}: not found, expected >= [\\d.]+; (?:install|update) `, 'm'),
      );
      expect(run.output).toMatch(/^not ready: 1 missing$/m);
      expect(run.output).not.toContain('next:');
    },
  );

  it.each([
    [{ node: 'v18.20.8' }, 'node: got 18.20.8, expected >= 20.0'],
    [{ npm: '9.9.4' }, 'npm: got 9.9.4, expected >= 10.0'],
    [{ git: 'git version 1.9.1' }, 'git: got 1.9.1, expected >= 2.0'],
    [{ node: 'no version here' }, 'node: found but "node --version" gives no version'],
  ])('refuses %o', async (old, message) => {
    const run = await runSetup({ ...complete, ...old });
    expect(run.code).toBe(1);
    expect(run.output).toContain(`missing  ${message}`);
  });

  it('names everything that is missing in one run', async () => {
    const run = await runSetup({});
    expect(run.code).toBe(1);
    expect(run.output).toContain('not ready: 3 missing');
    expect(run.output.match(/^warn /gm)).toHaveLength(4);
  });

  it('does not take a program that fails for one that works', async () => {
    const run = await runSetup(complete, { broken: 'git' });
    expect(run.code).toBe(1);
    expect(run.output).toContain('missing  git: found but');
  });
});

describe('the setup script on a machine without the optional tools', () => {
  it.each([
    [without('terraform'), 'terraform: not found, expected >= 1.11'],
    [without('python3'), 'python3: not found, expected >= 3.11'],
    [{ ...complete, terraform: 'Terraform v1.9.8' }, 'terraform: got 1.9.8, expected >= 1.11'],
    [{ ...complete, python3: 'Python 3.9.21' }, 'python3: got 3.9.21, expected >= 3.11'],
  ])('warns and goes on: %o', async (tools, message) => {
    const run = await runSetup(tools);
    expect(run.code).toBe(0);
    expect(run.output).toContain(`warn     ${message}`);
    expect(run.output).toContain('ready for the runtime; 1 optional missing\nnext: ');
  });
});

describe('the setup script given ports', () => {
  it('says that a port is taken while somebody listens on it, and free afterwards', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('got no port, expected one');
    const port = String(address.port);

    const taken = await runSetup(complete, { args: [port] });
    expect(taken.code).toBe(1);
    expect(taken.output).toContain(`missing  port ${port}: taken`);

    await new Promise((resolve) => server.close(resolve));
    const free = await runSetup(complete, { args: [port] });
    expect(free.code).toBe(0);
    expect(free.output).toContain(`ok       port ${port} is free`);
  });

  it.each(['0', '65536', '80a', '-1', '--quiet', '', '$(id)', '08080'])(
    'refuses %j as wrong usage',
    async (argument) => {
      const run = await runSetup(complete, { args: [argument] });
      expect(run.code).toBe(2);
      expect(run.output).toContain(`got "${argument}", expected --check, --help or a port`);
    },
  );
});

describe('the setup script asked to do it all', () => {
  const steps = (output: string) =>
    [...output.matchAll(/^ran (.*) in (.*)$/gmu)].map(([, step, folder]) => [step, folder]);

  it('installs, builds and synthesizes in the repository, in this order, and says what comes next', async () => {
    const run = await runSetup(complete, { args: [] });
    expect(run.code).toBe(0);
    expect(steps(run.output)).toEqual(
      ['npm ci', 'npm run bundle', 'npm run synth'].map((step) => [step, repositoryRoot]),
    );
    expect(run.output).toMatch(/next:\n {2}npm run dev .*\n {2}npm test .*\n/u);
  });

  it('stops at the step that fails, and names it', async () => {
    const run = await runSetup(complete, { args: [], failing: 'run bundle' });
    expect(run.code).toBe(1);
    expect(steps(run.output)).toEqual([['npm ci', repositoryRoot]]);
    expect(run.output).toContain('failed: build: npm run bundle');
    expect(run.output).not.toContain('next:');
  });

  it.each([
    ['with --check', complete, ['--check']],
    ['on a machine that is not ready', without('git'), []],
  ])('does nothing %s', async (_, tools, args) => {
    expect(steps((await runSetup(tools, { args })).output)).toEqual([]);
  });
});

describe('the setup script asked for help', () => {
  it.each(['--help', '-h'])('prints its usage for %s, even with nothing installed', async (flag) => {
    const run = await runSetup({}, { args: [flag] });
    expect(run.code).toBe(0);
    expect(run.output).toMatch(/^Usage: scripts\/setup\.sh/);
    expect(run.output).toContain('Exit code:');
  });
});

async function runSetup(
  tools: Tools,
  options: { args?: readonly string[]; broken?: keyof Tools; failing?: string } = {},
): Promise<{ code: number | null; output: string }> {
  const folder = mkdtempSync(path.join(tmpdir(), 'setup-'));
  folders.push(folder);
  for (const [name, output] of Object.entries(tools)) {
    const file = path.join(folder, name);
    const exit = options.broken === name ? 'exit 3' : 'exit 0';
    const failing = options.failing ?? 'nothing';
    writeFileSync(
      file,
      `#!${bash}\ncase "$*" in\n  *version) printf '%s\\n' '${output}'; ${exit} ;;\n  '${failing}') exit 4 ;;\n` +
        `  *) printf 'ran %s in %s\\n' "${name} $*" "$PWD" ;;\nesac\n`,
    );
    chmodSync(file, 0o755);
  }
  const child = spawn(bash, [script, ...(options.args ?? ['--check'])], { env: { PATH: folder }, timeout: 10_000 });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { code, output };
}

function without(tool: keyof Tools): Tools {
  return Object.fromEntries(Object.entries(complete).filter(([name]) => name !== tool));
}

function findBash(): string {
  const found = (process.env['PATH'] ?? '')
    .split(path.delimiter)
    .map((folder) => path.join(folder, 'bash'))
    .find((file) => existsSync(file));
  if (found === undefined) throw new Error('found no bash on the PATH, expected one; install bash');
  return found;
}
