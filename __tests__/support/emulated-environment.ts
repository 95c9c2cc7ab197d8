// An environment through its whole life in the emulated account, and what was seen on the way.
// Next: scripts/infra/emulate.ts, which runs it.
import { type EmulateOptions, emulateEnvironment, type EmulationReport } from '../../scripts/infra/emulate.ts';
import { prepareEnvironment } from '../../scripts/infra/environment-copy.ts';
import { applyEnvironment, initEnvironment, planEnvironment } from '../../scripts/infra/environment-run.ts';
import { type PlannedChange } from '../../scripts/infra/plan-changes.ts';
import { completeVariables } from '../../scripts/infra/emulated-release.ts';
import { openTerraform } from '../../scripts/infra/terraform.ts';
import { leftOut } from './emulator/left-out.ts';
import { startEmulator } from './emulator/start.ts';

/** Fifteen minutes are three times what it takes here. */
export const emulationTimeoutMs = 900_000;

/** A look at an applied environment. */
export type OnApplied = NonNullable<EmulateOptions['onApplied']>;

/**
 * Applies an environment, plans again, lets the caller look, destroys, and looks for what is left.
 *
 * @param folder - the environment as synthesized, beside its modules
 */
export async function emulate(folder: string, onApplied?: OnApplied): Promise<EmulationReport> {
  return inEmulator(folder, (options) =>
    emulateEnvironment({ ...options, ...(onApplied === undefined ? {} : { onApplied }) }),
  );
}

/**
 * Applies an environment that protects itself against being destroyed, plans again, and lets the caller look. It ends with
 * the emulator.
 *
 * @returns how many resources were applied, and what the second plan would change
 */
export async function applyProtected(
  folder: string,
  onApplied: OnApplied,
): Promise<{ applied: number; drift: readonly PlannedChange[] }> {
  return inEmulator(folder, async (options) => {
    const prepared = await prepareEnvironment(options);
    try {
      await initEnvironment(prepared, options);
      const { finished } = await applyEnvironment(prepared, await planEnvironment(prepared, options), options);
      const plan = await planEnvironment(prepared, options, { title: 'second plan' });
      await onApplied({ plan, prepared });
      return { applied: finished.filter(({ failed }) => !failed).length, drift: plan.changes };
    } finally {
      await prepared.remove();
    }
  });
}

async function inEmulator<T>(folder: string, work: (options: EmulateOptions) => Promise<T>): Promise<T> {
  const emulator = await startEmulator();
  try {
    const terraform = await openTerraform({ environment: process.env, account: emulator.environment });
    try {
      const variables = await completeVariables(folder, {}, emulator);
      return await work({ folder, variables, leftOut, terraform, output: process.stdout });
    } finally {
      await terraform.close();
    }
  } finally {
    await emulator.stop();
  }
}

/** The report in a line, as a closing note wants it. */
export function summarize({
  name,
  planned,
  applied,
  leftOut: left,
  drift,
  inState,
  remains,
  phases,
}: EmulationReport): string {
  const out = left.reduce((sum, { planned: count }) => sum + count, 0);
  const seconds = phases.reduce((sum, phase) => sum + phase.seconds, 0);
  return `${name}: ${planned} planned, ${applied} applied, ${out} left out, ${drift.length} changed by a second plan, ${inState.length + remains.length} left, ${seconds.toFixed(0)} s`;
}
