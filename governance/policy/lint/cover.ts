// Which rules together match wherever one does: each request that is left open names the next rule to try.
// Next: governance/policy/regions/search.ts, which looks for what is left open.
import { type Facts } from '../operators.ts';
import { type Search, type Scope } from '../regions/search.ts';
import { matchOf, missOf, type PlacedRule } from './placed-rule.ts';
import { type RuleIndex } from './rule-index.ts';

/** What a cover is looked for with. */
export interface CoverTools {
  readonly search: Search;
  readonly scope: Scope | null;
  /** Enforced rules, the platform's first. */
  readonly indexes: Readonly<Record<Effect, readonly RuleIndex[]>>;
  /** A cover that was not found for want of a clear answer. */
  readonly noteUnclear: (placed: PlacedRule) => void;
}

/** What a rule does. */
export type Effect = 'permit' | 'forbid';

const mostRounds = 24;
const mostPerRound = 4;

/**
 * Looks for rules that match wherever one does.
 *
 * @param first - a request that the rule matches
 * @param effects - rules of these may cover
 * @param may - which of them; the rule itself never does
 * @returns few of them, one where one is enough; null where there are none or it cannot be said
 */
export function findCover(
  placed: PlacedRule,
  first: Facts,
  effects: readonly Effect[],
  may: (other: PlacedRule) => boolean,
  tools: CoverTools,
): PlacedRule[] | null {
  const covering: PlacedRule[] = [];
  let open: Facts = first;
  for (let round = 0; round < mostRounds; round += 1) {
    const more = take(
      matchingOf(tools, effects, open),
      (other) => other !== placed && may(other) && !covering.includes(other),
    );
    if (more.length === 0) return null;
    covering.push(...more);
    const left = remainder(placed, covering, tools);
    if (left === 'none') return fewest(placed, covering, tools);
    if (left === 'unclear') break;
    open = left;
  }
  tools.noteUnclear(placed);
  return null;
}

/** A request that a rule matches and none of the others. */
export function remainder(placed: PlacedRule, others: readonly PlacedRule[], { search, scope }: CoverTools) {
  return search.find({
    goals: [matchOf(placed), ...others.map(missOf)],
    scope,
    ...(placed.rule.intents.includes('*') ? {} : { intents: placed.rule.intents }),
  });
}

/** Whether one rule surely matches wherever another does. */
export function covers(wide: PlacedRule, narrow: PlacedRule, tools: CoverTools): boolean {
  return remainder(narrow, [wide], tools) === 'none';
}

/** Rules that match a request. */
export function* matchingOf({ indexes }: CoverTools, effects: readonly Effect[], facts: Facts): Generator<PlacedRule> {
  for (const effect of effects) for (const index of indexes[effect]) yield* index.matching(facts);
}

function take(rules: Iterable<PlacedRule>, may: (placed: PlacedRule) => boolean): PlacedRule[] {
  const taken = new Set<PlacedRule>();
  for (const placed of rules) {
    if (may(placed)) taken.add(placed);
    if (taken.size >= mostPerRound) break;
  }
  return [...taken];
}

/** One that is enough by itself, else those that cannot be left out. */
function fewest(placed: PlacedRule, covering: readonly PlacedRule[], tools: CoverTools): PlacedRule[] {
  const alone = covering.find((other) => covers(other, placed, tools));
  if (alone) return [alone];
  let needed = [...covering];
  for (const other of covering) {
    const without = needed.filter((each) => each !== other);
    if (remainder(placed, without, tools) === 'none') needed = without;
  }
  return needed;
}
