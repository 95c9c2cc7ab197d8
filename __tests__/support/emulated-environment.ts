// An environment through its whole life in the emulated account, and what was seen on the way.
// Next: scripts/infra/emulate.ts, which runs it.
import { type EmulateOptions, emulateEnvironment, type EmulationReport } from '../../scripts/infra/emulate.ts';
import { completeVariables } from '../../scripts/infra/emulated-release.ts';
import { openTerraform } from '../../scripts/infra/terraform.ts';
import { leftOut } from './emulator/left-out.ts';
import { startEmulator } from './emulator/start.ts';

/** Fifteen minutes are three times what it takes here. */
export const emulationTimeoutMs = 900_000;

/**
 * Applies an environment, plans again, lets the caller look, destroys, and looks for what is left.
 *
 * @param folder - the environment as synthesized, beside its modules
 */
export async function emulate(
  folder: string,
  onApplied?: NonNullable<EmulateOptions['onApplied']>,
): Promise<EmulationReport> {
  const emulator = await startEmulator();
  try {
    const terraform = await openTerraform({ environment: process.env, account: emulator.environment });
    try {
      const variables = await completeVariables(folder, {}, emulator);
      return await emulateEnvironment({
        folder,
        variables,
        leftOut,
        terraform,
        output: process.stdout,
        ...(onApplied === undefined ? {} : { onApplied }),
      });
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
