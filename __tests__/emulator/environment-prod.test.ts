// Production in the emulated account: applied, no drift, scanned. It protects itself against being destroyed, so it is not.
// Next: infra/environments/prod/main.tf.json, what is applied.
import path from 'node:path';
import { expect, test } from 'vitest';
import { applyProtected, emulationTimeoutMs } from '../support/emulated-environment.ts';
import { type Scan, scanPlan } from '../../scripts/scan/scan-plan.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const folder = path.resolve(import.meta.dirname, '../../infra/environments/prod');

test(
  'prod is applied, does not drift, and passes the scanner',
  async () => {
    let scan: Scan | undefined;
    const { applied, drift } = await applyProtected(folder, async ({ plan }) => {
      scan = await scanPlan(plan.json, folder, temporaryFolder('scan'));
    });
    process.stdout.write(
      `prod: ${applied} applied, ${drift.length} changed by a second plan; checkov: ${scan?.passed} passed, ${scan?.skipped.length} skipped\n`,
    );
    expect.soft(drift).toEqual([]);
    expect.soft(scan?.resources).toBeGreaterThan(280);
    expect.soft(scan?.failed).toEqual([]);
  },
  emulationTimeoutMs,
);
