// A plan beside the plan of the base branch: only what this change adds, takes away, or does otherwise.
// Next: scripts/review/planned-resource.ts, the resources that are compared.
import { isDeepStrictEqual } from 'node:util';

import { compareText, type PlannedResource, type Values } from './planned-resource.ts';

/**
 * What one plan does that the other does not. A resource that both change starts where the base's plan ends; one that only
 * the base changes goes back from there (`dropped`).
 */
export function relateTo(base: readonly PlannedResource[], resources: readonly PlannedResource[]): PlannedResource[] {
  const others = new Map(base.map((each) => [each.address, each]));
  const addresses = new Set(resources.map(({ address }) => address));
  const own = resources.map((resource) => {
    const other = others.get(resource.address);
    return other === undefined ? resource : relateOne(resource, other);
  });
  const onlyThere = base
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
