// `npm run review` as a shell sees it: what it prints, and how it ends.
// Next: scripts/review/main.ts.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { repositoryRoot } from '../../support/repository-files.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const fixture = (name: string) => path.join(import.meta.dirname, 'fixtures', `${name}.json`);
function review(...args: string[]) {
  const main = path.join(repositoryRoot, 'scripts/review/main.ts');
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], { encoding: 'utf8' });
  return { status, stdout, stderr };
}
function planned(text: string): string {
  const file = path.join(temporaryFolder('plan'), 'plan.json');
  writeFileSync(file, text);
  return file;
}

describe('npm run review', () => {
  test('prints the review and ends well, whatever it found', () => {
    const { status, stdout, stderr } = review(fixture('replace'));
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toContain('### Plan of `replace`: ');
  });

  test.each([
    ['replace', 'data-loss', 3],
    ['create', 'data-loss', 0],
    ['create', 'security', 3],
    ['destroy', 'security', 0],
    ['move', 'security', 0],
  ])('%s with --fail-on %s ends with %i', (name, what, status) => {
    expect(review(fixture(name), '--fail-on', what).status).toBe(status);
  });

  test('leaves out what the base does', () => {
    const { status, stdout } = review(fixture('change'), '--base', fixture('change'), '--environment', 'dev');
    expect([status, stdout]).toEqual([0, '### Plan of `dev`: nothing to do that the base branch would not do\n']);
  });

  test.each<[string[], string]>([
    [[], 'got 0 plans, expected one'],
    [['a.json', 'b.json'], 'got 2 plans, expected one'],
    [['plan.json', '--fail-on', 'tags'], 'got --fail-on tags, expected data-loss or security'],
    [['plan.json', '--environment', 'Dev Ops'], 'expected lowercase letters, digits and dashes'],
    [['plan.json', '--verbose'], '--verbose'],
  ])('%j is no way to call it', (args, said) => {
    const { status, stdout, stderr } = review(...args);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toContain(said);
    expect(stderr).toContain('usage: npm run review');
  });

  test.each([
    ['no JSON', 'plan'],
    ['{}', 'format_version'],
    ['{"format_version":"2.0"}', 'format_version'],
    ['{"format_version":"1.2","resource_changes":[{"address":"a.b"}]}', 'resource_changes.0.mode: got nothing'],
    ['{"format_version":"1.0","values":{"root_module":{}}}', 'without configuration, a state, expected a plan'],
    ['{"version":4,"resources":[]}', 'format_version: got nothing'],
    ['{"format_version":"1.2","configuration":{},"errored":true}', 'a plan that failed (errored: true)'],
    ['{"format_version":"1.2","resource_changes":[{"mode":"odd"}]}', 'resource_changes.0.mode: got "odd"'],
    ['{"format_version":"1.2","resource_ch', 'of 36 characters that is no JSON'],
    ['', 'of 0 characters that is no JSON'],
  ])('%s is no plan, and it says where', (text, field) => {
    const { status, stdout, stderr } = review(planned(text));
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toContain(field);
  });

  test('a plan that is not there', () => {
    expect(review('/nowhere/plan.json')).toMatchObject({ status: 1, stderr: expect.stringContaining('got no file') });
  });
});
