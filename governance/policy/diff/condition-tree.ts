// A condition taken apart for solving: a tree of comparisons, and what of it must hold for one of them to decide.
// Next: governance/policy/diff/solve.ts, which finds values that make it so.
import { type Condition, type Within } from '../document.ts';
import { compileCondition, conditionParts, type Leaf, type Test } from '../operators.ts';

/** A comparison of an attribute, or of the time. */
export interface Comparison {
  readonly kind: 'leaf' | 'within';
  /** `now` for a span of time. */
  readonly attribute: string;
  readonly leaf: Leaf | null;
  readonly within: Within | null;
  readonly test: Test;
  /** Equal for comparisons that are the same. */
  readonly text: string;
}

/** A condition as a tree. */
export type ConditionNode =
  | Comparison
  | { readonly kind: 'branch'; readonly operator: 'all' | 'any'; readonly children: readonly ConditionNode[] }
  | { readonly kind: 'not'; readonly child: ConditionNode };

/** What a condition is wanted to come to; `not_true` is false or unknown. */
export type Want = 'true' | 'false' | 'not_true';

/** A condition and what it is wanted to come to. */
export interface Goal {
  readonly node: ConditionNode;
  readonly want: Want;
}

/** Takes a condition apart. */
export function treeOf(condition: Condition): ConditionNode {
  const [part] = conditionParts(condition);
  switch (part?.kind) {
    case 'branch':
      return { kind: 'branch', operator: part.operator, children: part.conditions.map(treeOf) };
    case 'not':
      return { kind: 'not', child: treeOf(part.condition) };
    case 'within':
      return { ...comparison(condition), kind: 'within', attribute: 'now', leaf: null, within: part.within };
    case 'leaf':
      return { ...comparison(condition), kind: 'leaf', attribute: part.attribute, leaf: part, within: null };
    case undefined:
      throw new Error('got a condition without an operator, expected one that parsePolicy accepted');
  }
}

function comparison(condition: Condition): Pick<Comparison, 'test' | 'text'> {
  return { test: compileCondition(condition), text: JSON.stringify(condition) };
}

/** Every comparison of a tree. */
export function comparisonsOf(node: ConditionNode): Comparison[] {
  if (node.kind === 'branch') return node.children.flatMap(comparisonsOf);
  return node.kind === 'not' ? comparisonsOf(node.child) : [node];
}

/**
 * What must hold so that the whole is true exactly because of one comparison: beside it, everything under an `all`
 * is true and everything under an `any` false.
 */
export function decisiveGoals(node: ConditionNode, decisive: Comparison, want: 'true' | 'false' = 'true'): Goal[] {
  if (node.kind === 'not') return decisiveGoals(node.child, decisive, want === 'true' ? 'false' : 'true');
  if (node.kind !== 'branch') return [{ node, want }];
  const beside = node.operator === 'all' ? 'true' : 'false';
  return node.children.flatMap((child) =>
    comparisonsOf(child).includes(decisive)
      ? decisiveGoals(child, decisive, want)
      : [{ node: child, want: beside } as const],
  );
}
