// The default environment, for real as far as an emulated account goes: applied, no drift, scanned, destroyed, nothing left.
// Next: infra/environments/dev/main.tf.json, what is applied.
import path from 'node:path';
import { expect, test } from 'vitest';
import { findFaults } from '../../scripts/infra/emulate.ts';
import { emulate, emulationTimeoutMs, summarize } from '../support/emulated-environment.ts';
import { leftOut } from '../support/emulator/left-out.ts';
import { type Scan, scanPlan } from '../../scripts/scan/scan-plan.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const folder = path.resolve(import.meta.dirname, '../../infra/environments/dev');

test(
  'dev with Lattice is applied, does not drift, passes the scanner, and leaves nothing',
  async () => {
    let scan: Scan | undefined;
    const report = await emulate(folder, async ({ plan }) => {
      scan = await scanPlan(plan.json, folder, temporaryFolder('scan'));
    });
    process.stdout.write(`${summarize(report)}; checkov: ${scan?.passed} passed, ${scan?.skipped.length} skipped\n`);
    expect.soft(findFaults(report)).toEqual([]);
    expect(leftOut.length).toBeLessThanOrEqual(5);
    // A scanner that sees nothing finds nothing.
    expect.soft(scan?.resources).toBeGreaterThan(250);
    expect.soft(scan?.failed).toEqual([]);
    expect.soft(scan?.needless).toEqual([]);
  },
  emulationTimeoutMs,
);
