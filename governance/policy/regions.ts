// Where a rule matches, as regions of requests, and whether one lies within others: never said where it is not so.
// Next: governance/policy/value-sets.ts, what a region is made of; governance/policy/lint.ts, which asks.
import { type Condition, type Rule } from './document.ts';
import { conditionParts } from './operators.ts';
import { intersectValues, openMinutes, type Outcome, type ValueSet, valuesWhere, weekMinutes } from './value-sets.ts';

/** Requests whose attributes and local times are all in these sets; an attribute without a set may be anything. */
interface Region {
  readonly values: ReadonlyMap<string, ValueSet>;
  /** Minutes of the local week by time zone. Zones are not compared: their distance changes over the year. */
  readonly times: ReadonlyMap<string, ReadonlySet<number>>;
}

/** The union of regions: none is nothing; null where there would be too many to look at. */
export type Regions = readonly Region[] | null;

/** Beyond this many, nothing is claimed. */
const mostRegions = 128;

const everything: Region = { values: new Map(), times: new Map() };

/** The requests for which a condition comes out so. They may be said too many, never too few. */
export function regionsWhere(condition: Condition | undefined, outcome: Outcome): Regions {
  if (!condition) return outcome === 'true' || outcome === 'not_false' ? [everything] : [];
  const [part] = conditionParts(condition);
  switch (part?.kind) {
    case 'leaf':
      return [{ values: new Map([[part.attribute, valuesWhere(part, outcome)]]), times: new Map() }];
    case 'within': {
      const open = openMinutes(part.within);
      const isOpen = outcome === 'true' || outcome === 'not_false';
      const minutes = isOpen ? open : allMinutes.difference(open);
      return minutes.size === 0 ? [] : [{ values: new Map(), times: new Map([[part.within.timezone, minutes]]) }];
    }
    case 'not':
      return regionsWhere(part.condition, opposite[outcome]);
    case 'branch': {
      const parts = part.conditions.map((each) => regionsWhere(each, outcome));
      const holds = outcome === 'true' || outcome === 'not_false';
      return (part.operator === 'all') === holds ? parts.reduce(intersect, [everything]) : parts.reduce(unite, []);
    }
    case undefined:
      return [everything];
  }
}

const allMinutes: ReadonlySet<number> = new Set(Array.from({ length: weekMinutes }, (_, minute) => minute));
const opposite: Readonly<Record<Outcome, Outcome>> = {
  true: 'false',
  false: 'true',
  not_false: 'not_true',
  not_true: 'not_false',
};

/** Where a rule matches: a permit where its condition is true, a forbid where it is not false. */
export function matchesOf({ effect, when }: Rule): Regions {
  return regionsWhere(when, effect === 'permit' ? 'true' : 'not_false');
}

/** Where it does not. */
export function missesOf({ effect, when }: Rule): Regions {
  return regionsWhere(when, effect === 'permit' ? 'not_true' : 'false');
}

/** Whether surely no request is in it. */
export function isNowhere(regions: Regions): boolean {
  return regions !== null && regions.length === 0;
}

/** What lies in both. */
export function intersect(some: Regions, others: Regions): Regions {
  if (isNowhere(some) || isNowhere(others)) return [];
  if (some === null || others === null || some.length * others.length > mostRegions * 8) return null;
  const both = some.flatMap((one) => others.flatMap((other) => intersectRegions(one, other) ?? []));
  return both.length > mostRegions ? null : both;
}

/**
 * What of some regions no rule of a list matches.
 *
 * @param rules - one by one, as long as what is left can be looked at; the rest then counts as if it were not there
 */
export function withoutMatches(regions: Regions, rules: readonly Rule[]): Regions {
  let left = regions;
  for (const rule of rules) {
    const next = intersect(left, missesOf(rule));
    if (next !== null) left = next;
    if (isNowhere(left)) return left;
  }
  return left;
}

function unite(some: Regions, others: Regions): Regions {
  if (some === null || others === null || some.length + others.length > mostRegions) return null;
  return [...some, ...others];
}

function intersectRegions(one: Region, other: Region): Region | null {
  const values = new Map(one.values);
  for (const [attribute, set] of other.values) {
    const known = values.get(attribute);
    const both = known ? intersectValues(known, set) : set;
    if (!both) return null;
    values.set(attribute, both);
  }
  const times = new Map(one.times);
  for (const [zone, minutes] of other.times) {
    const both = times.get(zone)?.intersection(minutes) ?? minutes;
    if (both.size === 0) return null;
    times.set(zone, both);
  }
  return { values, times };
}
