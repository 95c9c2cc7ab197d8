// A plan beside the plan of the base branch: only what this change adds, takes away, or does otherwise.
// Next: scripts/review/planned-resource.ts, the resources that are compared.
import { isDeepStrictEqual } from 'node:util';

import { isMadeAlike } from './made-of.ts';
import type { PlanContext } from './plan-context.ts';
import { compareText, type PlannedResource, type Values } from './planned-resource.ts';

/**
 * What one plan does that the other does not. A resource that both change starts where the base's plan ends; one that only
 * the base changes goes back from there (`dropped`).
 */
export function relateTo(base: PlanContext, context: PlanContext): PlannedResource[] {
  const others = new Map(base.resources.map((each) => [each.address, each]));
  const addresses = new Set(context.resources.map(({ address }) => address));
  const own = context.resources.map((resource) => {
    const other = others.get(resource.address);
    // Of what is made otherwise, and no plan knows, all that this plan does is told.
    return other === undefined || !isMadeAlike(resource, context, other, base) ? resource : relateOne(resource, other);
  });
  const onlyThere = base.resources
    .filter(({ address, action }) => !addresses.has(address) && action !== 'no-op')
    .map((each): PlannedResource => ({ ...each, action: 'dropped', before: each.after, after: each.before }));
  return [...own, ...onlyThere].toSorted((a, b) => compareText(a.address, b.address));
}

function relateOne(resource: PlannedResource, other: PlannedResource): PlannedResource {
  if (other.action === 'no-op') return resource;
  if (
    resource.action === other.action &&
    isDeepStrictEqual(resource.after, other.after) &&
    isDeepStrictEqual(resource.before, other.before)
  ) {
    // It stays in the list, as others refer to it.
    return { ...resource, action: 'no-op', before: resource.after, previousAddress: null, importId: null };
  }
  if (resource.action === 'no-op')
    return { ...resource, action: 'dropped', before: other.after, after: resource.after };
  // A store that the base keeps and this plan replaces is lost by this plan: its action stays what it is.
  return { ...resource, before: other.after ?? emptyWhenCreated(resource) };
}

function emptyWhenCreated({ action, before }: PlannedResource): Values | null {
  return action === 'create' ? null : before;
}
