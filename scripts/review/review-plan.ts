// One plan, read and judged: what it does, what it loses, what it means for security.
// Next: scripts/review/render.ts, which writes it as Markdown.
import { listChanges, type PlannedChange } from '../infra/plan-changes.ts';
import { openConfiguration } from './configured.ts';
import { findDataLoss } from './data-loss.ts';
import type { Finding } from './finding.ts';
import { listDrift, listResources, type PlannedResource, withUnknown } from './planned-resource.ts';
import type { ReviewPlan } from './read-plan.ts';
import { relateTo } from './relative-plan.ts';
import { findSecurityChanges } from './security.ts';

/** A resource or an output with its differing attributes, one line each. */
export interface Change {
  readonly resource: PlannedResource;
  readonly attributes: readonly string[];
}

/** A review, ready to be written. */
export interface Review {
  readonly relative: boolean;
  readonly changes: readonly Change[];
  readonly losses: readonly Finding[];
  readonly security: readonly Finding[];
  readonly drift: readonly Change[];
  readonly outputs: readonly PlannedChange[];
}

/**
 * Judges a plan.
 *
 * @param base - the plan of the base branch: what both do is left out; null for the whole plan
 */
export function reviewPlan(plan: ReviewPlan, base: ReviewPlan | null): Review {
  const configuration = openConfiguration(plan);
  const own = listResources(plan);
  const resources = base === null ? own : relateTo(listResources(base), own);
  const changed = resources.filter(
    ({ action, previousAddress, importId }) => action !== 'no-op' || previousAddress !== null || importId !== null,
  );
  return {
    relative: base !== null,
    changes: changed.map((resource) => ({ resource, attributes: listAttributes(resource) })),
    losses: findDataLoss(resources, configuration),
    security: findSecurityChanges(resources, configuration),
    drift: listDrifted(plan, base),
    outputs: listOutputs(plan, base),
  };
}

/** Drift that the base's plan saw as well is not this change's. */
function listDrifted(plan: ReviewPlan, base: ReviewPlan | null): Change[] {
  const known = new Set(base === null ? [] : listDrift(base).map((each) => JSON.stringify(each)));
  return listDrift(plan)
    .filter((each) => !known.has(JSON.stringify(each)))
    .map((resource) => ({ resource, attributes: listAttributes(resource) }));
}

function listOutputs(plan: ReviewPlan, base: ReviewPlan | null): PlannedChange[] {
  const changes = (of: ReviewPlan): PlannedChange[] => {
    const entries = Object.entries(of.output_changes).map(([name, change]) => [
      name,
      { ...change, after: withUnknown(change.after, change.after_unknown), after_unknown: undefined },
    ]);
    return listChanges({ resource_changes: [], output_changes: Object.fromEntries(entries) });
  };
  const known = new Set(base === null ? [] : changes(base).map((each) => JSON.stringify(each)));
  return changes(plan)
    .filter((each) => !known.has(JSON.stringify(each)))
    .toSorted((a, b) => (a.address < b.address ? -1 : 1));
}

/** By the same code that tells of drift after an apply; secrets and unknown values are words already. */
function listAttributes({ address, type, before, after }: PlannedResource): readonly string[] {
  const change = { actions: ['update'], before, after };
  const [found] = listChanges({ resource_changes: [{ address, type, change }], output_changes: {} });
  return (found?.attributes ?? []).map((line) => line.replaceAll('"(known after apply)"', '(known after apply)'));
}
