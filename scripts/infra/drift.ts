// `node scripts/infra/drift.ts ENV PLAN.json`: what a refresh found changed outside Terraform; 0 nothing, 3 something.
// Next: scripts/infra/plan-changes.ts, which lists it.
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { formatChanges, listChanges, PlanDocument } from './plan-changes.ts';

/** A refresh: what differs is in `resource_drift` (https://developer.hashicorp.com/terraform/internals/json-format#plan-representation). */
const Refresh = z.looseObject({
  format_version: z.string().regex(/^1\./, 'expected version 1 of the format of plans'),
  resource_drift: PlanDocument.shape.resource_changes,
});
const drifted = 3;

try {
  process.exitCode = report(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

function report([environment, file, ...more]: readonly string[]): number {
  if (environment === undefined || file === undefined || more.length > 0) {
    process.stderr.write('usage: node scripts/infra/drift.ts ENV PLAN.json\n');
    return 2;
  }
  const { success, data, error } = Refresh.safeParse(JSON.parse(readFileSync(file, 'utf8')));
  if (!success) {
    const faults = error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
    throw new Error(`${file} is no plan of a refresh: ${faults.join('; ')}`);
  }
  const changes = listChanges({ resource_changes: data.resource_drift, output_changes: {} });
  if (changes.length === 0) {
    process.stdout.write(`${environment}: nothing was changed outside Terraform\n`);
    return 0;
  }
  const count = `${changes.length} ${changes.length === 1 ? 'resource' : 'resources'}`;
  process.stdout.write(`${environment}: ${count} changed outside Terraform\n${formatChanges(changes)}\n`);
  return drifted;
}
