// What `npm test` runs: every check in order, none of them stopping the next, and one line with the counts at the end.
// Next: scripts/run-checks.ts, which runs them and counts.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { type Check, formatCounts, runChecks, runTests } from './run-checks.ts';

const checkTimeoutMs = 300_000;
const testTimeoutMs = 1_140_000;

/** Node itself, because `npm test` found it in node_modules and the host may have an older one. */
const node = process.execPath;
const checks: readonly Check[] = [
  { title: 'types', command: [node, 'node_modules/typescript7/bin/tsc', '--noEmit', '-p', '.'] },
  { title: 'lint', command: [node, 'node_modules/oxlint/bin/oxlint', '--type-aware', '--deny-warnings'] },
  { title: 'format', command: [node, 'node_modules/oxfmt/bin/oxfmt', '--check'] },
  { title: 'unused code and packages', command: [node, 'node_modules/knip/bin/knip.js', '--no-progress'] },
  { title: 'bundle', command: [node, 'scripts/bundle.ts'] },
];

const root = path.resolve(import.meta.dirname, '..');
const folder = mkdtempSync(path.join(tmpdir(), 'verify-'));
try {
  const write = (text: string): void => void process.stdout.write(text);
  const checked = await runChecks(checks, { cwd: root, timeoutMs: checkTimeoutMs, write });
  const reportFile = path.join(folder, 'report.json');
  const tested = await runTests(
    {
      title: 'tests',
      command: [
        node,
        'node_modules/vitest/vitest.mjs',
        'run',
        '--reporter=default',
        '--reporter=json',
        `--outputFile.json=${reportFile}`,
      ],
    },
    { cwd: root, timeoutMs: testTimeoutMs, write, reportFile, refusesSkipped: process.env['CI'] === 'true' },
  );
  const counts = {
    passed: checked.passed + tested.passed,
    failed: checked.failed + tested.failed,
    skipped: tested.skipped,
  };
  process.exitCode = counts.failed === 0 ? 0 : 1;
  write(`\n${[...checked.lines, ...tested.lines].join('\n')}\n\n${formatCounts(counts)}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
