// What one set of permissions grants that another does not, put together again into as few sentences as it takes.
// Next: scripts/review/policy-words.ts, which says them.
import { compareText, holdsUnknown } from './planned-resource.ts';
import { type Condition, implyAll } from './policy-conditions.ts';
import type { Permission } from './policy-permissions.ts';
import { matches } from './wildcards.ts';

/** Permissions that share effect and conditions: each principal may do each action on each resource. */
export interface Grant {
  readonly effect: 'Allow' | 'Deny';
  readonly principals: readonly string[];
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly conditions: readonly Condition[];
}

/** The same grant under other conditions. */
export interface ConditionChange {
  readonly grant: Grant;
  readonly before: readonly Condition[];
}

/** What differs between two policies. */
export interface PolicyDifference {
  readonly added: readonly Grant[];
  readonly removed: readonly Grant[];
  /** Allowed by a statement of its own now, and by a wider one before. */
  readonly kept: readonly Grant[];
  readonly conditions: readonly ConditionChange[];
}

/** Compares two policies by what they allow and deny; how their statements are cut and ordered makes no difference. */
export function comparePolicies(before: readonly Permission[], after: readonly Permission[]): PolicyDifference {
  const old = new Set(before.map(keyOf));
  const now = new Set(after.map(keyOf));
  const gone = before.filter((each) => !now.has(keyOf(each)));
  const fresh = after.filter((each) => !old.has(keyOf(each)));
  const conditions = pairConditions(groupPermissions(gone), groupPermissions(fresh));
  const told = new Set(
    conditions.flatMap(({ grant, before: earlier }) => [
      ...expand(grant).map(keyOf),
      ...expand({ ...grant, conditions: earlier }).map(keyOf),
    ]),
  );
  const isTold = (each: Permission): boolean => told.has(keyOf(each));
  const lost = gone.filter((each) => !isTold(each));
  const won = fresh.filter((each) => !isTold(each));
  // A permission that a wider one holds as well is neither gained nor lost.
  const isKept = coveredBy(before);
  const isStillThere = coveredBy(after);
  return {
    added: groupPermissions(won.filter((each) => !isKept(each))),
    removed: groupPermissions(lost.filter((each) => !isStillThere(each))),
    kept: groupPermissions(won.filter(isKept)),
    conditions,
  };
}

/** Grants that go and come back the same, under other conditions. */
function pairConditions(gone: readonly Grant[], fresh: readonly Grant[]): ConditionChange[] {
  const twins = Map.groupBy(gone, bareKey);
  return fresh.flatMap((grant) => {
    const twin = twins.get(bareKey(grant))?.shift();
    return twin === undefined ? [] : [{ grant, before: twin.conditions }];
  });
}

function bareKey(grant: Grant): string {
  return JSON.stringify({ ...grant, conditions: [] });
}

function expand({ effect, principals, actions, resources, conditions }: Grant): Permission[] {
  return principals.flatMap((principal) =>
    actions.flatMap((action) => resources.map((resource) => ({ effect, principal, action, resource, conditions }))),
  );
}

/** Whether one of them holds a permission; only those with a pattern can hold one that is not written the same. */
function coveredBy(permissions: readonly Permission[]): (narrower: Permission) => boolean {
  const exact = Map.groupBy(permissions, spelling);
  const wide = permissions.filter((each) => each.principal === '*' || /[*?]/.test(each.action + each.resource));
  return (narrower) => [...(exact.get(spelling(narrower)) ?? []), ...wide].some((wider) => covers(wider, narrower));
}

function spelling({ effect, principal, action, resource }: Permission): string {
  return JSON.stringify([effect, principal, action.toLowerCase(), resource]);
}

/** Joins permissions that differ in one part alone: actions first, then resources, then principals. */
export function groupPermissions(permissions: readonly Permission[]): Grant[] {
  const single = permissions.map(({ effect, principal, action, resource, conditions }) => ({
    effect,
    principals: [principal],
    actions: [action],
    resources: [resource],
    conditions,
  }));
  const joined = (['actions', 'resources', 'principals'] as const).reduce<Grant[]>(joinBy, single);
  return joined.toSorted((a, b) => compareText(JSON.stringify(a), JSON.stringify(b)));
}

function joinBy(grants: readonly Grant[], part: 'actions' | 'resources' | 'principals'): Grant[] {
  const groups = new Map<string, Grant>();
  for (const grant of grants) {
    const key = JSON.stringify({ ...grant, [part]: [] });
    const found = groups.get(key);
    const values = [...new Set([...(found?.[part] ?? []), ...grant[part]])].toSorted(compareText);
    groups.set(key, { ...grant, [part]: values });
  }
  return [...groups.values()];
}

/** What makes two permissions the same; IAM reads actions without regard to case. */
function keyOf({ effect, principal, action, resource, conditions }: Permission): string {
  return JSON.stringify([effect, principal, action.toLowerCase(), resource, conditions]);
}

/** True when everything that the narrower permits (or denies), the wider does: by `*` and `?`, or by fewer conditions. */
function covers(wider: Permission, narrower: Permission): boolean {
  if (wider.effect !== narrower.effect) return false;
  if (wider.principal !== narrower.principal && wider.principal !== '*') return false;
  if (!implyAll(narrower.conditions, wider.conditions)) return false;
  if (holdsUnknown([narrower.principal, narrower.action, narrower.resource, narrower.conditions])) return false;
  return (
    coversText(wider.action.toLowerCase(), narrower.action.toLowerCase()) &&
    coversText(wider.resource, narrower.resource)
  );
}

function coversText(pattern: string, text: string): boolean {
  if (pattern === text) return true;
  if (pattern.startsWith('all but ') || text.startsWith('all but ') || holdsUnknown(pattern)) return false;
  return matches(pattern, text);
}
