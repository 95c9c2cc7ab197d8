// What a missing attribute does to a rule, where its author will not have thought of it.
// Next: governance/policy/lint/rule-checks.ts, which asks it of every rule that can match.
import { type LintFinding } from '../lint-finding.ts';
import { conditionParts, type Leaf } from '../operators.ts';
import { type Condition } from '../document.ts';
import { truthBits } from '../regions/formula.ts';
import { type CoverTools } from './cover.ts';
import { type Find, matchOf, missOf, type PlacedRule } from './placed-rule.ts';

interface SignedLeaf {
  readonly leaf: Leaf;
  readonly isNegative: boolean;
}

/** Attributes whose absence alone makes a forbid match. */
export function lintForbidAbsence(placed: PlacedRule, { search, scope }: CoverTools, find: Find): LintFinding[] {
  const { rule, path } = placed;
  const names = { formula: placed.names, allowed: truthBits.true };
  return attributesOf(leavesOf(rule.when)).flatMap((lacking) => {
    const isThere = search.find({ goals: [names], scope, lacking });
    if (isThere === 'none' || search.find({ goals: [names, missOf(placed)], scope, lacking }) !== 'none') return [];
    const message = `got a forbid that holds for every request without ${lacking}, expected that to be meant; if not, put {"exists": "${lacking}"} beside it in "all"`;
    return [find('missing-attribute', 'note', message, [], `${path}.when`)];
  });
}

/** Attributes without which a permit permits nothing, though it only says what they must not be. */
export function lintPermitAbsence(placed: PlacedRule, { search, scope }: CoverTools, find: Find): LintFinding[] {
  const leaves = leavesOf(placed.rule.when);
  const negative = leaves.filter(({ isNegative, leaf }) => isNegative && leaf.operator !== 'exists');
  return attributesOf(negative).flatMap((lacking) => {
    const isWanted = leaves.some(({ isNegative, leaf }) => leaf.attribute === lacking && !isNegative);
    if (isWanted || search.find({ goals: [matchOf(placed)], scope, lacking }) !== 'none') return [];
    const message = `got a permit that says what ${lacking} must not be and so permits nothing without it, expected that to be meant; if not, put {"not": {"exists": "${lacking}"}} beside it in "any"`;
    return [find('needs-attribute', 'note', message, [], `${placed.path}.when`)];
  });
}

function attributesOf(leaves: readonly SignedLeaf[]): string[] {
  const names = leaves.map(({ leaf }) => leaf.attribute);
  return [...new Set(names.filter((name) => name.startsWith('context.') || name === 'subject'))];
}

/** `ne` is the denial of `eq`, and so is what stands under `not`. */
function leavesOf(condition: Condition | undefined, isDenied = false): SignedLeaf[] {
  return (condition ? conditionParts(condition) : []).flatMap((part): SignedLeaf[] => {
    if (part.kind === 'leaf') return [{ leaf: part, isNegative: isDenied !== (part.operator === 'ne') }];
    if (part.kind === 'within') return [];
    if (part.kind === 'not') return leavesOf(part.condition, !isDenied);
    return part.conditions.flatMap((inner) => leavesOf(inner, isDenied));
  });
}
