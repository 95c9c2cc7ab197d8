// One plan, read and judged: what it does, what it loses, what it means for security.
// Next: scripts/review/render.ts, which writes it as Markdown.
import { isDeepStrictEqual } from 'node:util';

import { listChanges, type PlannedChange } from '../infra/plan-changes.ts';
import { type Configuration, openConfiguration } from './configured.ts';
import { findDataLoss } from './data-loss.ts';
import type { Finding } from './finding.ts';
import { codes } from './markdown.ts';
import {
  compareText,
  knownAfterApply,
  listDrift,
  listResources,
  type PlannedResource,
  withUnknown,
} from './planned-resource.ts';
import type { ReviewPlan } from './read-plan.ts';
import { openContext, type PlanContext } from './plan-context.ts';
import { relateTo } from './relative-plan.ts';
import { findSecurityChanges } from './security.ts';

/** A resource or an output with its differing attributes, one line each. */
export interface Change {
  readonly resource: PlannedResource;
  readonly attributes: readonly string[];
}

/** What someone changed in the account by hand, or AWS by itself. */
export interface DriftedResource extends Change {
  /** In an attribute that the configuration sets, so that Terraform changes it back or loses it. */
  readonly configured: boolean;
}

/** A review, ready to be written. */
export interface Review {
  readonly relative: boolean;
  readonly changes: readonly Change[];
  readonly losses: readonly Finding[];
  readonly security: readonly Finding[];
  readonly drift: readonly DriftedResource[];
  readonly outputs: readonly PlannedChange[];
  /** What holds for the plan as a whole, in lines of Markdown. */
  readonly notes: readonly string[];
}

/**
 * Judges a plan.
 *
 * @param base - the plan of the base branch: what both do is left out; null for the whole plan
 */
export function reviewPlan(plan: ReviewPlan, base: ReviewPlan | null): Review {
  const configuration = openConfiguration(plan);
  const whole = openContext(listResources(plan), configuration);
  const context = base === null ? whole : openContext(relateTo(openBase(base), whole), configuration);
  const { resources } = context;
  const changed = resources.filter(
    ({ action, previousAddress, importId }) => action !== 'no-op' || previousAddress !== null || importId !== null,
  );
  return {
    relative: base !== null,
    changes: changed.map((resource) => ({ resource, attributes: listPlanned(resource, configuration) })),
    losses: findDataLoss(context),
    security: findSecurityChanges(plan, context),
    notes: listNotes(plan),
    drift: listDrifted(plan, base, configuration),
    outputs: listOutputs(plan, base),
  };
}

function openBase(base: ReviewPlan): PlanContext {
  return openContext(listResources(base), openConfiguration(base));
}

/** Of a plan that is not all, or whose checks do not pass. */
function listNotes({ complete, checks, deferred_changes: deferred }: ReviewPlan): string[] {
  const failing = checks.filter(({ status }) => status === 'fail' || status === 'error');
  return [
    ...(complete ? [] : ['**Not the whole change:** another plan has to follow this one.']),
    ...(deferred.length === 0
      ? []
      : [
          `**Left to another plan:** ${codes(deferred.map((each) => each.resource_change.address).toSorted(compareText))}`,
        ]),
    ...(failing.length === 0
      ? []
      : [`**Checks that fail:** ${codes(failing.map(({ address }) => address.to_display).toSorted(compareText))}`]),
  ];
}

/** Drift that the base's plan saw as well is not this change's. Nothing and an empty list or map are one. */
function listDrifted(plan: ReviewPlan, base: ReviewPlan | null, configuration: Configuration): DriftedResource[] {
  const known = new Set(base === null ? [] : listDrift(base).map((each) => JSON.stringify(each)));
  return listDrift(plan)
    .filter((each) => !known.has(JSON.stringify(each)))
    .flatMap((resource) => {
      const { before, after } = resource;
      const names = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])];
      const differing = names.filter((name) => !isSame(before?.[name], after?.[name]));
      if (differing.length === 0 && before !== null && after !== null) return [];
      const attributes = listAttributes(resource).filter((line) => differing.some((name) => line.startsWith(name)));
      const isSet = (name: string): boolean => configuration.isSet(resource, name) === true;
      return [{ resource, attributes, configured: after === null || differing.some(isSet) }];
    });
}

function isSame(a: unknown, b: unknown): boolean {
  const isEmpty = (value: unknown): boolean =>
    value === null ||
    value === undefined ||
    value === '' ||
    (typeof value === 'object' && Object.keys(value).length === 0);
  return (isEmpty(a) && isEmpty(b)) || isDeepStrictEqual(a, b);
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

/** Of a replacement without what AWS gives anew: an address, a number, a default. */
function listPlanned(resource: PlannedResource, configuration: Configuration): readonly string[] {
  const { after, action, before } = resource;
  if (action !== 'replace') return listAttributes(resource);
  const isGiven = (name: string): boolean =>
    configuration.isSet(resource, name) !== false ||
    (after?.[name] !== knownAfterApply && !isSame(before?.[name], after?.[name]));
  return listAttributes(resource).filter((line) => isGiven(/^[^.:]*/.exec(line)?.[0] ?? ''));
}

/** By the same code that tells of drift after an apply; secrets and unknown values are words already. */
function listAttributes({ address, type, before, after }: PlannedResource): readonly string[] {
  const change = { actions: ['update'], before, after };
  const [found] = listChanges({ resource_changes: [{ address, type, change }], output_changes: {} });
  return (found?.attributes ?? []).map((line) => line.replaceAll('"(known after apply)"', '(known after apply)'));
}
