// The verdict of `npm test`: no failure, no crash and no empty run can end as a success.
// Next: scripts/run-checks.ts, the code under test.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

import { type Check, formatCounts, type Outcome, runChecks, runTests, tallyTests } from '../../scripts/run-checks.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'run-checks-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const report = { numPassedTests: 7, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0 };

describe('running checks', () => {
  it('counts what passed and says nothing of its output', async () => {
    const { outcome, screen } = await runAll([node('quiet', "console.log('chatter')")]);
    expect(outcome).toMatchObject({ passed: 1, failed: 0 });
    expect(screen).toMatch(/^quiet … passed in \d+\.\d s\n$/);
  });

  it('shows the whole output of what failed, from both streams, and goes on with the next', async () => {
    const { outcome, screen } = await runAll([
      node('broken', "console.log('to stdout'); console.error('to stderr'); process.exit(3)"),
      node('next', ''),
    ]);
    expect(outcome).toMatchObject({ passed: 1, failed: 1 });
    expect(screen).toMatch(/broken … FAILED in \d+\.\d s, exited with 3\n/);
    expect(screen).toContain('to stdout');
    expect(screen).toContain('to stderr');
    expect(screen).toContain('next … passed');
    expect(outcome.lines).toEqual([
      expect.stringMatching(/^FAILED {2}broken/),
      expect.stringMatching(/^passed {2}next/),
    ]);
  });

  it('counts a program that does not exist as failed', async () => {
    const { outcome } = await runAll([{ title: 'absent', command: [path.join(folder, 'absent')] }]);
    expect(outcome).toMatchObject({ passed: 0, failed: 1 });
    expect(outcome.lines[0]).toContain('could not be started');
  });

  it('ends what takes longer than its limit and counts it as failed', async () => {
    const { outcome } = await runAll([node('endless', 'setInterval(() => {}, 1000)')], 300);
    expect(outcome).toMatchObject({ passed: 0, failed: 1 });
    expect(outcome.lines[0]).toContain('was ended by SIGTERM (limit 0.3 s)');
  });
});

describe('running the tests', () => {
  it('reads the counts from the report the runner wrote and passes its output on', async () => {
    const file = path.join(folder, 'written.json');
    const source = `console.log('on screen'); require('node:fs').writeFileSync(${JSON.stringify(file)}, ${JSON.stringify(JSON.stringify(report))})`;
    const { outcome, screen } = await runReported(node('tests', source), file);
    expect(outcome).toMatchObject({ passed: 7, failed: 0, skipped: 0 });
    expect(screen).toContain('on screen');
  });

  it.each([
    ['writes no report', 'absent.json', ''],
    ['writes half a report', 'half.json', "require('node:fs').writeFileSync('half.json', '{\"numPassedTests\": 7,')"],
  ])('fails when the runner %s though it exits with 0', async (_, file, source) => {
    const { outcome } = await runReported(node('tests', source), path.join(folder, file));
    expect(outcome).toMatchObject({ passed: 0, failed: 1 });
    expect(outcome.lines.join('\n')).toContain('got no report of the tests');
  });
});

describe('counting a report', () => {
  it.each([
    ['all passed', report, null, false, { passed: 7, failed: 0, skipped: 0 }],
    ['one failed', { ...report, numFailedTests: 1 }, 'exited with 1', false, { passed: 7, failed: 1, skipped: 0 }],
    ['one failed, runner content', { ...report, numFailedTests: 1 }, null, false, { passed: 7, failed: 1, skipped: 0 }],
    ['none failed, runner not content', report, 'exited with 1', false, { passed: 7, failed: 1, skipped: 0 }],
    ['nothing ran', { ...report, numPassedTests: 0 }, null, false, { passed: 0, failed: 1, skipped: 0 }],
    [
      'all skipped',
      { ...report, numPassedTests: 0, numPendingTests: 2 },
      null,
      false,
      { passed: 0, failed: 1, skipped: 2 },
    ],
    [
      'some skipped',
      { ...report, numPendingTests: 2, numTodoTests: 1 },
      null,
      false,
      { passed: 7, failed: 0, skipped: 3 },
    ],
    [
      'some skipped in CI',
      { ...report, numPendingTests: 2, numTodoTests: 1 },
      null,
      true,
      { passed: 7, failed: 3, skipped: 0 },
    ],
    ['no report', null, null, false, { passed: 0, failed: 1, skipped: 0 }],
    ['a negative count', { ...report, numFailedTests: -1 }, null, false, { passed: 0, failed: 1, skipped: 0 }],
  ])('%s', (_, given, fault, refusesSkipped, expected) => {
    const outcome = tallyTests(given, fault, refusesSkipped);
    expect(outcome).toMatchObject(expected);
  });

  it('says that a skipped test is what failed in CI', () => {
    const outcome = tallyTests({ ...report, numPendingTests: 2 }, null, true);
    expect(outcome.lines).toEqual([expect.stringContaining('got 2 skipped tests, expected none in CI')]);
  });
});

describe('the last line', () => {
  it.each([
    [{ passed: 12, failed: 0, skipped: 0 }, '12 passed, 0 failed'],
    [{ passed: 12, failed: 1, skipped: 3 }, '12 passed, 1 failed, 3 skipped'],
  ])('of %o is "%s"', (counts, line) => {
    expect(formatCounts(counts)).toBe(line);
  });
});

async function runAll(checks: readonly Check[], timeoutMs = 10_000): Promise<{ outcome: Outcome; screen: string }> {
  let screen = '';
  const outcome = await runChecks(checks, { cwd: folder, timeoutMs, write: (text) => (screen += text) });
  return { outcome, screen };
}

async function runReported(check: Check, reportFile: string): Promise<{ outcome: Outcome; screen: string }> {
  let screen = '';
  const write = (text: string): string => (screen += text);
  const outcome = await runTests(check, { cwd: folder, timeoutMs: 10_000, write, reportFile, refusesSkipped: false });
  return { outcome, screen };
}

function node(title: string, source: string): Check {
  return { title, command: [process.execPath, '--input-type=commonjs', '-e', source] };
}
