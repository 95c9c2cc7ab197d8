// Plans one environment and writes Terraform's JSON of the plan where scanners and reviewers find it.
// Next: scripts/infra/plan-changes.ts, which reads it.
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { prepareEnvironment } from './environment-copy.ts';
import { type EnvironmentPlan, initEnvironment, planEnvironment, type RunContext } from './environment-run.ts';
import { countChanges, type PlannedChange } from './plan-changes.ts';

/** What to plan. */
export interface PlanOptions extends RunContext {
  readonly folder: string;
  readonly variables: Readonly<Record<string, unknown>>;
  /** `fresh` plans from nothing, `own` against the environment's own state. */
  readonly state: 'fresh' | 'own';
  /** Where the JSON goes; its folder is made. */
  readonly jsonFile: string;
}

/**
 * Plans the whole environment, with nothing left out, and writes the JSON.
 *
 * @throws TerraformError when init or plan fails
 */
export async function writePlan(options: PlanOptions): Promise<EnvironmentPlan> {
  const prepared = await prepareEnvironment(options);
  try {
    await initEnvironment(prepared, options);
    const plan = await planEnvironment(prepared, options);
    await mkdir(path.dirname(options.jsonFile), { recursive: true });
    await writeFile(options.jsonFile, plan.json);
    return plan;
  } finally {
    await prepared.remove();
  }
}

/** The plan for a person: how many resources of each type it changes, the most frequent first, and the sums. */
export function formatPlan(changes: readonly PlannedChange[]): string {
  const types = new Map<string, number>();
  for (const { type } of changes) {
    if (type !== 'output') types.set(type, (types.get(type) ?? 0) + 1);
  }
  const rows = [...types].toSorted(([a, x], [b, y]) => y - x || a.localeCompare(b));
  const width = Math.max(0, ...rows.map(([, count]) => String(count).length));
  const counts = countChanges(changes);
  return [
    ...rows.map(([type, count]) => `${String(count).padStart(width)}  ${type}`),
    `${counts.create} to create, ${counts.update} to update, ${counts.delete} to delete`,
  ].join('\n');
}
