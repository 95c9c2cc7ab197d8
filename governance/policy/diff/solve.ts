// Finds attribute values and a time that make conditions come out as wanted, among the values at their edges.
// Next: governance/policy/diff/condition-tree.ts, what is solved; governance/policy/diff/boundary-values.ts, the values.
import { type Facts } from '../operators.ts';
import { type Candidate } from './boundary-values.ts';
import { type Comparison, type ConditionNode, type Goal, type Want } from './condition-tree.ts';

/** The values each attribute may still take, the preferred first; `now` is the time. */
export type Domains = ReadonlyMap<string, readonly Candidate[]>;

/** How many choices a search may make before it gives up: it is bounded, and what it misses chance may find. */
const searchLimit = 2000;

interface Pending {
  readonly goal: Goal;
  readonly rest: Pending | null;
}

/**
 * Narrows domains until every goal holds for whatever is left of them.
 *
 * @param facts - what stands for the attributes that have no domain
 * @returns narrowed domains, none of them empty; null when there are none or the search grew too long
 */
export function solve(goals: readonly Goal[], domains: Domains, facts: Facts): Domains | null {
  let steps = 0;
  const pending = goals.reduceRight<Pending | null>((rest, goal) => ({ goal, rest }), null);
  return search(pending, domains);

  function search(next: Pending | null, open: Domains): Domains | null {
    if (next === null) return open;
    steps += 1;
    if (steps > searchLimit) return null;
    const { goal, rest } = next;
    const { node, want } = goal;
    if (node.kind === 'not') return search({ goal: { node: node.child, want: opposite(want) }, rest }, open);
    if (node.kind !== 'branch') {
      const narrowed = narrow(node, want, open, facts);
      return narrowed && search(rest, narrowed);
    }
    // All of an `all` must be true, one of them false; of an `any` it is the other way round.
    if ((want === 'true') === (node.operator === 'all')) {
      const each = node.children.reduceRight((after, child) => ({ goal: { node: child, want }, rest: after }), rest);
      return search(each, open);
    }
    for (const child of node.children) {
      const found = search({ goal: { node: child, want }, rest }, open);
      if (found || steps > searchLimit) return found;
    }
    return null;
  }
}

/** `not not_true` would be anything but false; that it is true is enough. */
function opposite(want: Want): Want {
  return want === 'true' ? 'false' : 'true';
}

function narrow(node: Comparison, want: Want, open: Domains, facts: Facts): Domains | null {
  const values = open.get(node.attribute);
  if (values === undefined) return fits(node, want, facts) ? open : null;
  const left = values.filter((value) => fits(node, want, withValue(facts, node.attribute, value)));
  if (left.length === 0) return null;
  return left.length === values.length ? open : new Map(open).set(node.attribute, left);
}

function fits({ test }: Comparison, want: Want, facts: Facts): boolean {
  const truth = test(facts);
  return want === 'not_true' ? truth !== 'true' : truth === want;
}

/** Facts of which one attribute, or the time, is another. */
export function withValue(facts: Facts, attribute: string, value: Candidate): Facts {
  if (attribute === 'now') return { ...facts, nowMs: value as number };
  if (!attribute.startsWith('context.')) return { ...facts, [attribute]: value };
  const { [attribute.slice('context.'.length)]: _before, ...others } = facts.context;
  return {
    ...facts,
    context: value === undefined ? others : { ...others, [attribute.slice('context.'.length)]: value },
  };
}

/** A condition that is always true, for rules without one. */
export const always: ConditionNode = { kind: 'branch', operator: 'all', children: [] };
