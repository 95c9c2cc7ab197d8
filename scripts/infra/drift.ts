// `node scripts/infra/drift.ts ENV PLAN.json`: what a refresh found changed outside Terraform; 0 nothing, 3 something.
// Next: scripts/infra/plan-changes.ts, which lists it; scripts/infra/left-to-others.ts, what of it is no drift.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { count } from '../../governance/cli/table.ts';
import { separateMoved } from './left-to-others.ts';
import { formatChanges, listChanges, PlanDocument } from './plan-changes.ts';

/** A refresh: what differs is in `resource_drift` (https://developer.hashicorp.com/terraform/internals/json-format#plan-representation). */
const Refresh = z.looseObject({
  format_version: z.string().regex(/^1\./, 'expected version 1 of the format of plans'),
  resource_drift: PlanDocument.shape.resource_changes,
});
const hasDrifted = 3;
const infra = path.resolve(import.meta.dirname, '../../infra');

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
    const faults = error.issues.map(({ path: field, message }) => `${field.join('.')}: ${message}`);
    throw new Error(`${file} is no plan of a refresh: ${faults.join('; ')}`);
  }
  const changes = listChanges({ resource_changes: data.resource_drift, output_changes: {} });
  const { drifted, moved } = separateMoved(infra, environment, changes);
  const lines =
    drifted.length === 0
      ? [`${environment}: nothing was changed outside Terraform`]
      : [`${environment}: ${count(drifted.length, 'resource')} changed outside Terraform`, formatChanges(drifted)];
  if (moved.length > 0)
    lines.push(
      '',
      `no drift, since deployments and scaling move it: ${count(moved.length, 'resource')}`,
      formatChanges(moved),
    );
  process.stdout.write(`${lines.join('\n')}\n`);
  return drifted.length === 0 ? 0 : hasDrifted;
}
