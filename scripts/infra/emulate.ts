// The whole life of an environment in the emulated account: plan, apply, a second plan without changes, destroy, nothing left.
// Next: __tests__/support/emulator, the account; scripts/infra/environment-run.ts, the steps.
import { copyFile } from 'node:fs/promises';
import path from 'node:path';

import { type PreparedEnvironment, prepareEnvironment } from './environment-copy.ts';
import {
  applyEnvironment,
  destroyEnvironment,
  type EnvironmentPlan,
  findRemains,
  freshState,
  initEnvironment,
  listStateResources,
  planEnvironment,
  type RunContext,
} from './environment-run.ts';
import type { LeftOutType } from './left-out-resources.ts';
import { countChanges, type PlannedChange } from './plan-changes.ts';
import type { FinishedChange } from './progress.ts';

/** What to run, where. */
export interface EmulateOptions extends RunContext {
  /** The environment as synthesized. */
  readonly folder: string;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly leftOut: readonly LeftOutType[];
  /** Looks at the applied environment: its second plan knows every value, and its state what was made of it. */
  readonly onApplied?: (applied: {
    readonly plan: EnvironmentPlan;
    readonly prepared: PreparedEnvironment;
  }) => Promise<void>;
}

/** One type that was planned and not applied. */
export interface LeftOutCount extends LeftOutType {
  /** Resources of this type in the full plan. */
  readonly planned: number;
}

/** What came of it. */
export interface EmulationReport {
  readonly name: string;
  readonly planned: number;
  readonly applied: number;
  readonly leftOut: readonly LeftOutCount[];
  /** What the second plan would have changed; empty when all is well. */
  readonly drift: readonly PlannedChange[];
  /** What the state still held after the destroy; empty when all is well. */
  readonly inState: readonly string[];
  /** What the account still held after the destroy; empty when all is well. */
  readonly remains: readonly string[];
  readonly warnings: number;
  readonly phases: readonly { readonly name: string; readonly seconds: number }[];
  /** The five slowest of apply and destroy. */
  readonly slowest: readonly FinishedChange[];
}

const shownSlowest = 5;

/**
 * Plans the environment whole, applies what the account can hold, plans again, destroys, and looks for what is left.
 *
 * @throws TerraformError when a step fails or is interrupted; the message says what is in the account then
 */
export async function emulateEnvironment(options: EmulateOptions): Promise<EmulationReport> {
  const phases: { name: string; seconds: number }[] = [];
  const timed = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
    const startedMs = performance.now();
    const result = await work();
    phases.push({ name, seconds: (performance.now() - startedMs) / 1000 });
    return result;
  };
  const whole = await timed('plan whole', () => planWhole(options));
  const prepared = await prepareEnvironment(options);
  try {
    await timed('init', () => initEnvironment(prepared, options));
    const plan = await timed('plan', () => planEnvironment(prepared, options));
    const applied = await timed('apply', () => applyEnvironment(prepared, plan, options));
    const second = await timed('second plan', () => planEnvironment(prepared, options, { title: 'second plan' }));
    await options.onApplied?.({ plan: second, prepared });
    const earlierState = await keepState(prepared);
    const destroyed = await timed('destroy', () => destroyEnvironment(prepared, options));
    const inState = await listStateResources(prepared);
    const remains = await timed('look for remains', () => findRemains(prepared, earlierState, options));
    return {
      name: prepared.name,
      planned: countChanges(whole.changes).create,
      applied: applied.finished.filter(({ failed, action }) => !failed && action === 'create').length,
      leftOut: countLeftOut(options.leftOut, whole.changes),
      drift: second.changes,
      inState,
      remains,
      warnings: whole.warnings + plan.warnings + applied.warnings + second.warnings + destroyed.warnings,
      phases,
      slowest: [...applied.finished, ...destroyed.finished]
        .toSorted((a, b) => b.seconds - a.seconds)
        .slice(0, shownSlowest),
    };
  } catch (error) {
    throw await explain(error, prepared);
  } finally {
    await prepared.remove();
  }
}

/** What is wrong with a run that came to its end, one line each; empty when it was right. */
export function findFaults(report: EmulationReport): string[] {
  const leftOut = report.leftOut.reduce((sum, { planned }) => sum + planned, 0);
  const missing = report.planned - leftOut - report.applied;
  return [
    ...(report.planned === 0 ? ['got a plan that creates nothing, expected an environment'] : []),
    ...(missing === 0
      ? []
      : [
          `got ${report.applied} resources applied, expected ${report.planned - leftOut}: ${report.planned} planned, ${leftOut} left out`,
        ]),
    ...report.drift.map(({ address, action }) => `got ${action} of ${address} in the second plan, expected no change`),
    ...report.inState.map((address) => `got ${address} in the state after the destroy, expected nothing`),
    ...report.remains.map((address) => `got ${address} in the account after the destroy, expected nothing`),
  ];
}

/** Everything, with what the account cannot hold: it is planned always. */
async function planWhole(options: EmulateOptions): Promise<EnvironmentPlan> {
  const prepared = await prepareEnvironment({ ...options, leftOut: [] });
  try {
    await initEnvironment(prepared, options);
    return await planEnvironment(prepared, options, { title: 'plan whole' });
  } finally {
    await prepared.remove();
  }
}

/** A copy of the state before the destroy empties it. */
async function keepState(prepared: PreparedEnvironment): Promise<string> {
  const kept = path.join(prepared.folder, 'applied.tfstate');
  await copyFile(freshState(prepared), kept);
  return kept;
}

function countLeftOut(types: readonly LeftOutType[], changes: readonly PlannedChange[]): LeftOutCount[] {
  return types.map((type) => ({ ...type, planned: changes.filter((change) => change.type === type.type).length }));
}

async function explain(error: unknown, prepared: PreparedEnvironment): Promise<unknown> {
  if (!(error instanceof Error)) return error;
  const held = (await listStateResources(prepared)).length;
  error.message += `\n${held} resources were in the emulated account by its state; the account ends with the emulator, nothing of it stays`;
  return error;
}
