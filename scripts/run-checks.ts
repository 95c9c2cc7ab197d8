// Runs commands one after the other, shows in full what failed, and counts what passed.
// Next: scripts/verify.ts, the list of commands.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** One command: its title, and the program with its arguments. */
export interface Check {
  readonly title: string;
  readonly command: readonly string[];
}

/** How a command is run; `write` takes everything meant for the screen. */
export interface RunOptions {
  readonly cwd: string;
  /** After this long the command is killed and counts as failed. */
  readonly timeoutMs: number;
  readonly write: (text: string) => void;
}

/** How many checks or tests passed, failed and were skipped. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** Counts, and one line for each check that the summary shows. */
export interface Outcome extends Counts {
  readonly lines: readonly string[];
}

/** How the test runner is run: it writes its JSON report to `reportFile`; `refusesSkipped` makes a skipped test a failure. */
export interface TestOptions extends RunOptions {
  readonly reportFile: string;
  readonly refusesSkipped: boolean;
}

interface Finished {
  readonly fault: string | null;
  readonly seconds: string;
}

const testReport = z.object({
  numPassedTests: z.int().nonnegative(),
  numFailedTests: z.int().nonnegative(),
  numPendingTests: z.int().nonnegative(),
  numTodoTests: z.int().nonnegative(),
});

/** Runs every check whatever became of the one before; prints the whole output of those that fail. */
export async function runChecks(checks: readonly Check[], options: RunOptions): Promise<Outcome> {
  const lines: string[] = [];
  let failed = 0;
  for (const check of checks) {
    options.write(`${check.title} … `);
    const chunks: string[] = [];
    const { fault, seconds } = await run(check.command, options, (text) => chunks.push(text));
    options.write(
      fault === null ? `passed in ${seconds} s\n` : `FAILED in ${seconds} s, ${fault}\n${chunks.join('')}\n`,
    );
    lines.push(
      fault === null ? `passed  ${check.title} (${seconds} s)` : `FAILED  ${check.title} (${seconds} s): ${fault}`,
    );
    if (fault !== null) failed += 1;
  }
  return { passed: checks.length - failed, failed, skipped: 0, lines };
}

/** Runs the test runner with its output on the screen as it comes, and counts each test of its report. */
export async function runTests(check: Check, options: TestOptions): Promise<Outcome> {
  options.write(`${check.title} …\n`);
  const { fault, seconds } = await run(check.command, options, options.write);
  const outcome = tallyTests(readReport(options.reportFile), fault, options.refusesSkipped);
  const state = outcome.failed === 0 ? 'passed ' : 'FAILED ';
  return { ...outcome, lines: [`${state} ${check.title} (${seconds} s)`, ...outcome.lines] };
}

/**
 * Counts a vitest JSON report.
 *
 * INVARIANT: `failed` is 0 only if the runner succeeded, wrote a report, and at least one test passed.
 *
 * @param report - the parsed report; null when there is none
 * @param fault - how the runner failed; null when it exited with 0
 * @param refusesSkipped - true where everything must run, as in CI
 */
export function tallyTests(report: unknown, fault: string | null, refusesSkipped: boolean): Outcome {
  const parsed = testReport.safeParse(report);
  if (!parsed.success) {
    const lines = [`FAILED  got no report of the tests, expected one; the runner ${fault ?? 'exited with 0'}`];
    return { passed: 0, failed: 1, skipped: 0, lines };
  }
  const { numPassedTests: passed, numFailedTests } = parsed.data;
  const skipped = parsed.data.numPendingTests + parsed.data.numTodoTests;
  const lines: string[] = [];
  let failed = numFailedTests;
  // A file that cannot be loaded and an unhandled rejection fail the run without failing a test.
  if (fault !== null && numFailedTests === 0) {
    failed += 1;
    lines.push(`FAILED  the test runner: ${fault} though no test failed; see its output above`);
  }
  if (passed + numFailedTests === 0) {
    failed += 1;
    lines.push('FAILED  got no test that ran, expected some; see vitest.config.ts');
  }
  if (refusesSkipped && skipped > 0) {
    failed += skipped;
    lines.push(`FAILED  got ${skipped} skipped tests, expected none in CI; provide what they need`);
  }
  return { passed, failed, skipped: refusesSkipped ? 0 : skipped, lines };
}

/** The last line of a run, for people and programs: `12 passed, 0 failed`, with `, 3 skipped` only if some were. */
export function formatCounts(counts: Counts): string {
  const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : '';
  return `${counts.passed} passed, ${counts.failed} failed${skipped}`;
}

async function run(
  command: readonly string[],
  options: RunOptions,
  onOutput: (text: string) => void,
): Promise<Finished> {
  const startedMs = performance.now();
  const [program = '', ...args] = command;
  const child = spawn(program, args, {
    cwd: options.cwd,
    timeout: options.timeoutMs,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child.stdout.setEncoding('utf8').on('data', onOutput);
  child.stderr.setEncoding('utf8').on('data', onOutput);
  const fault = await new Promise<string | null>((resolve) => {
    child.once('error', (error) => resolve(`could not be started: ${error.message}`));
    child.once('close', (code, signal) => {
      if (signal !== null) resolve(`was ended by ${signal} (limit ${options.timeoutMs / 1000} s)`);
      else resolve(code === 0 ? null : `exited with ${code}`);
    });
  });
  return { fault, seconds: ((performance.now() - startedMs) / 1000).toFixed(1) };
}

function readReport(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    // A missing or half-written report is counted as a failure by tallyTests.
    return null;
  }
}
