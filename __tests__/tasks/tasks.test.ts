// The task scripts: what they say when checks pass and fail, that they only read an account, and that each page has its script.
// Next: tasks/checks.sh, what the scripts share.
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { repositoryRoot } from '../support/repository-files.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const folder = path.join(repositoryRoot, 'tasks');
const numbers = [1, 2, 3, 4, 5, 6, 7];
const scriptOf = (number: number) => path.join(folder, `test-task-${number}.sh`);
const textOf = (number: number) => readFileSync(scriptOf(number), 'utf8');

/** Runs a script with an `aws` that answers by the given shell code. */
function run(number: number, args: readonly string[], aws = 'exit 1') {
  const bin = temporaryFolder('aws');
  writeFileSync(path.join(bin, 'aws'), `#!/bin/sh\n${aws}\n`);
  chmodSync(path.join(bin, 'aws'), 0o755);
  const env = { PATH: `${bin}:${process.env['PATH'] ?? ''}`, HOME: bin, TMPDIR: bin };
  const { status, stdout, stderr } = spawnSync('bash', [scriptOf(number), ...args], { env, encoding: 'utf8' });
  return { status, stdout, stderr, leftOver: readdirSync(bin).filter((name) => name !== 'aws') };
}

const emulated = ['--target', 'emulated', '--account-url', 'http://127.0.0.1:9'];

describe.each(numbers)('task %i', (number) => {
  it('has one page, listed, that names its script', () => {
    const pages = readdirSync(folder).filter((name) => name.startsWith(`task-${number}-`));
    expect(pages).toHaveLength(1);
    expect(readFileSync(path.join(folder, 'README.md'), 'utf8')).toContain(`](${pages[0]})`);
    const page = readFileSync(path.join(folder, pages[0] ?? ''), 'utf8');
    for (const part of ['**Goal.**', '## What was built', '## How to check', `tasks/test-task-${number}.sh`])
      expect(page).toContain(part);
  });

  it('names test files that are there', () => {
    const files = textOf(number).match(/__tests__\/[\w./-]+/g) ?? [];
    expect(files.length).toBeGreaterThan(0);
    expect(files.filter((file) => !existsSync(path.join(repositoryRoot, file)))).toEqual([]);
  });

  it('only reads an account', () => {
    const operations = [
      ...textOf(number).matchAll(
        /(?:^ *account .*? |\$\(answer )(\w+) ([a-z]+-[a-z-]+) --?\w|^ *account .*? (\w+) (list-[a-z-]+)/gm,
      ),
    ];
    const called = operations.map(([, , given, , listed]) => given ?? listed ?? '');
    const lines = textOf(number)
      .split('\n')
      .filter((line) => /^ *account /.test(line)).length;
    expect(called.length).toBeGreaterThanOrEqual(lines);
    for (const operation of called) expect(operation).toMatch(/^(describe|get|list)-/);
    expect(textOf(number)).not.toMatch(/(^|[^\w-])aws /m);
  });

  it('fails, with its table, where the account has nothing of it', () => {
    const { status, stdout, stderr, leftOver } = run(number, emulated, 'echo nothing there >&2; exit 254');
    expect([status, stdout.includes('0 passed, ')]).toEqual([1, true]);
    expect(stdout).not.toContain('passed  ');
    expect(stderr).toContain('nothing there');
    expect(leftOver).toEqual([]);
  });
});

describe('a check', () => {
  it('passes where the account answers what is expected, and the table says so', () => {
    const named =
      'for name; do :; done; case "$*" in *alarm-names*) echo "P1: docs/runbook.md#${4#agent-runtime-dev-}";; esac';
    const all = run(7, emulated, named);
    expect([all.status, all.stdout.split('\n').at(-2)]).toEqual([0, '3 passed, 0 failed']);
  });

  it('is asked of the emulated account with made-up keys, never with those of whoever runs it', () => {
    const { stderr } = run(
      7,
      emulated,
      'echo "asked $AWS_ENDPOINT_URL as $AWS_ACCESS_KEY_ID of ${AWS_PROFILE:-nobody}" >&2; exit 1',
    );
    expect(stderr).toContain('asked http://127.0.0.1:9 as test of nobody');
  });
});

describe('wrong usage', () => {
  it.each([
    [['--target', 'moon'], 'got --target moon'],
    [['--environment', 'Prod!'], 'got --environment Prod!'],
    [['--fast'], 'got --fast'],
  ])('%j is refused by name with the usage', (args, says) => {
    const { status, stderr } = run(1, args);
    expect(status).toBe(2);
    expect(stderr).toContain(says);
    expect(stderr).toContain('--target local|emulated|aws');
  });

  it('--help explains and does nothing', () => {
    const { status, stdout } = run(1, ['--help']);
    expect([status, stdout.startsWith('usage: tasks/test-task-1.sh')]).toEqual([0, true]);
  });
});
