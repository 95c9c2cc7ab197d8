// Sets of values an attribute may have: what is left when conditions are put together, and whether anything is.
// Next: governance/policy/regions.ts, which makes them of conditions.
import { containsAddress, type Network, parseCidr } from './cidr.ts';
import { type AttributeType, daysOfWeek, type Within } from './document.ts';
import { globTest, type Leaf } from './operators.ts';

/** Numbers between two ends, but for some points. `-Infinity` and `Infinity` stand for no end. */
interface NumberSet {
  readonly from: number;
  readonly fromIncluded: boolean;
  readonly to: number;
  readonly toIncluded: boolean;
  readonly without: ReadonlySet<number>;
}

/** A property of texts, told apart by its key. */
interface TextProperty {
  readonly key: string;
  readonly holds: (text: string) => boolean;
  /** Every text that has it starts so. */
  readonly prefix?: string;
  /** Every text that starts so has it. */
  readonly byPrefix?: string;
  /** It is an address in, or an address not in, the network. */
  readonly network?: { readonly network: Network; readonly inside: boolean };
}

/** Texts that are among some, or any at all, and have some properties and lack others. */
interface TextSet {
  readonly among: ReadonlySet<string> | null;
  readonly with: readonly TextProperty[];
  readonly without: readonly TextProperty[];
}

/** Lists that hold some texts and not others. */
interface ListSet {
  readonly with: ReadonlySet<string>;
  readonly without: ReadonlySet<string>;
}

/** What an attribute may be: missing, or of one of four types; null for a type it cannot have. */
export interface ValueSet {
  readonly missing: boolean;
  readonly number: NumberSet | null;
  readonly string: TextSet | null;
  readonly boolean: ReadonlySet<boolean> | null;
  readonly list: ListSet | null;
}

const allNumbers: NumberSet = {
  from: Number.NEGATIVE_INFINITY,
  fromIncluded: false,
  to: Number.POSITIVE_INFINITY,
  toIncluded: false,
  without: new Set(),
};
const allTexts: TextSet = { among: null, with: [], without: [] };
const bothBooleans: ReadonlySet<boolean> = new Set([true, false]);
const allLists: ListSet = { with: new Set(), without: new Set() };

/** Everything that an attribute can be in a request: of the context anything, the subject missing or text, others text. */
export function everyValue(attribute: string): ValueSet {
  const isContext = attribute.startsWith('context.');
  return {
    missing: isContext || attribute === 'subject',
    number: isContext ? allNumbers : null,
    string: allTexts,
    boolean: isContext ? bothBooleans : null,
    list: isContext ? allLists : null,
  };
}

/** How a leaf may come out: `unknown` belongs to neither `true` nor `false`, and so to both others. */
export type Outcome = 'true' | 'false' | 'not_false' | 'not_true';

/** The values for which a leaf comes out so. */
export function valuesWhere(leaf: Leaf, outcome: Outcome): ValueSet {
  const all = everyValue(leaf.attribute);
  if (leaf.operator === 'exists') {
    const isThere = outcome === 'true' || outcome === 'not_false';
    return isThere
      ? { ...all, missing: false }
      : { missing: true, number: null, string: null, boolean: null, list: null };
  }
  const type = typeOf(leaf);
  const holds = outcome === 'true' || outcome === 'not_false';
  const withUnknown = outcome === 'not_false' || outcome === 'not_true';
  // What has another type is unknown.
  const others: ValueSet = withUnknown
    ? all
    : { missing: false, number: null, string: null, boolean: null, list: null };
  if (type === 'number') return { ...others, number: numbersWhere(leaf, holds) };
  if (type === 'boolean') {
    const wanted = (leaf.operand as boolean) === ((leaf.operator === 'eq') === holds);
    return { ...others, boolean: new Set([wanted]) };
  }
  if (type === 'string[]') {
    const one = new Set([leaf.operand as string]);
    const none = new Set<string>();
    return { ...others, list: holds ? { with: one, without: none } : { with: none, without: one } };
  }
  return { ...others, string: textsWhere(leaf, outcome) };
}

function typeOf({ operator, operand }: Leaf): AttributeType {
  if (operator === 'contains') return 'string[]';
  const sample: unknown = Array.isArray(operand) ? operand[0] : operand;
  if (operator === 'startsWith' || operator === 'glob' || operator === 'cidr') return 'string';
  return typeof sample as AttributeType;
}

function numbersWhere({ operator, operand }: Leaf, holds: boolean): NumberSet {
  const value = operand as number;
  const below = (included: boolean): NumberSet => ({ ...allNumbers, to: value, toIncluded: included });
  const above = (included: boolean): NumberSet => ({ ...allNumbers, from: value, fromIncluded: included });
  switch (operator) {
    case 'lt':
      return holds ? below(false) : above(true);
    case 'lte':
      return holds ? below(true) : above(false);
    case 'gt':
      return holds ? above(false) : below(true);
    case 'gte':
      return holds ? above(true) : below(false);
    default: {
      const points = (Array.isArray(operand) ? operand : [operand]) as number[];
      if ((operator === 'ne') === holds) return { ...allNumbers, without: new Set(points) };
      // Between the least and the greatest, without saying which: more than there are, never less.
      return {
        from: Math.min(...points),
        fromIncluded: true,
        to: Math.max(...points),
        toIncluded: true,
        without: new Set(),
      };
    }
  }
}

function textsWhere(leaf: Leaf, outcome: Outcome): TextSet {
  const { operator, operand } = leaf;
  const holds = outcome === 'true' || outcome === 'not_false';
  if (operator === 'eq' || operator === 'ne' || operator === 'in') {
    const texts = new Set((Array.isArray(operand) ? operand : [operand]) as string[]);
    if ((operator === 'ne') !== holds) return { ...allTexts, among: texts };
    return {
      ...allTexts,
      without: [...texts].map((text) => ({ key: `eq ${text}`, holds: (other) => other === text })),
    };
  }
  if (operator === 'cidr') return addressesWhere(leaf, outcome);
  const pattern = operator === 'startsWith' ? `${operand as string}*` : (operand as string);
  const [prefix = '', ...rest] = pattern.split('*');
  const property: TextProperty = {
    key: `glob ${pattern}`,
    holds: globTest(pattern),
    prefix,
    ...(rest.length === 1 && rest[0] === '' ? { byPrefix: prefix } : {}),
  };
  return holds ? { ...allTexts, with: [property] } : { ...allTexts, without: [property] };
}

/** A text that is no address is neither inside nor outside. */
function addressesWhere({ operand }: Leaf, outcome: Outcome): TextSet {
  const network = parseCidr(operand as string);
  if (!network) return allTexts;
  const property = (inside: boolean): TextProperty => ({
    key: `cidr ${inside} ${operand as string}`,
    holds: (text) => containsAddress(network, text) === inside,
    network: { network, inside },
  });
  switch (outcome) {
    case 'true':
      return { ...allTexts, with: [property(true)] };
    case 'false':
      return { ...allTexts, with: [property(false)] };
    case 'not_false':
      return { ...allTexts, without: [property(false)] };
    case 'not_true':
      return { ...allTexts, without: [property(true)] };
  }
}

/** What lies in both; null when surely nothing does. */
export function intersectValues(one: ValueSet, other: ValueSet): ValueSet | null {
  const both: ValueSet = {
    missing: one.missing && other.missing,
    number: one.number && other.number && intersectNumbers(one.number, other.number),
    string: one.string && other.string && intersectTexts(one.string, other.string),
    boolean: one.boolean && other.boolean && nonEmpty(one.boolean.intersection(other.boolean)),
    list: one.list && other.list && intersectLists(one.list, other.list),
  };
  return both.missing || both.number || both.string || both.boolean || both.list ? both : null;
}

function intersectNumbers(one: NumberSet, other: NumberSet): NumberSet | null {
  const [low, high] = [one.from >= other.from ? one : other, one.to <= other.to ? one : other];
  const fromIncluded = [one, other].every((set) => set.from < low.from || set.fromIncluded);
  const toIncluded = [one, other].every((set) => set.to > high.to || set.toIncluded);
  const [from, to, without] = [low.from, high.to, one.without.union(other.without)];
  if (from > to) return null;
  if (from === to && (!fromIncluded || !toIncluded || without.has(from))) return null;
  return { from, fromIncluded, to, toIncluded, without };
}

function intersectTexts(one: TextSet, other: TextSet): TextSet | null {
  const [wanted, unwanted] = [distinct([...one.with, ...other.with]), distinct([...one.without, ...other.without])];
  const among = one.among && other.among ? one.among.intersection(other.among) : (one.among ?? other.among);
  if (among) {
    const kept = [...among].filter(
      (text) => wanted.every(({ holds }) => holds(text)) && !unwanted.some(({ holds }) => holds(text)),
    );
    return kept.length === 0 ? null : { among: new Set(kept), with: [], without: [] };
  }
  if (wanted.some((property) => unwanted.some((excluded) => implies(property, excluded)))) return null;
  if (wanted.some((property) => wanted.some((further) => excludes(property, further)))) return null;
  return { among: null, with: wanted, without: unwanted };
}

/** Whether every text with the one surely has the other. */
function implies(one: TextProperty, other: TextProperty): boolean {
  if (one.key === other.key) return true;
  if (one.prefix !== undefined && other.byPrefix !== undefined) return one.prefix.startsWith(other.byPrefix);
  if (!one.network || !other.network) return false;
  const [inner, outer] = [one.network, other.network];
  if (inner.inside && outer.inside) return isWithin(inner.network, outer.network);
  if (inner.inside && !outer.inside) return isApart(inner.network, outer.network);
  return !inner.inside && !outer.inside && isWithin(outer.network, inner.network);
}

/** Whether surely no text has both. */
function excludes(one: TextProperty, other: TextProperty): boolean {
  if (one.prefix !== undefined && other.prefix !== undefined)
    return !one.prefix.startsWith(other.prefix) && !other.prefix.startsWith(one.prefix);
  if (!one.network || !other.network) return false;
  const [first, second] = [one.network, other.network];
  if (first.inside && second.inside) return isApart(first.network, second.network);
  return first.inside && !second.inside && isWithin(first.network, second.network);
}

function isWithin(inner: Network, outer: Network): boolean {
  return (
    inner.bytes.length === outer.bytes.length && inner.prefix >= outer.prefix && startsAlike(inner, outer, outer.prefix)
  );
}

function isApart(one: Network, other: Network): boolean {
  return one.bytes.length !== other.bytes.length || !startsAlike(one, other, Math.min(one.prefix, other.prefix));
}

function startsAlike(one: Network, other: Network, bits: number): boolean {
  return one.bytes.every((byte, index) => {
    const counted = Math.min(8, Math.max(0, bits - index * 8));
    return counted === 0 || (byte ^ (other.bytes[index] ?? 0)) >> (8 - counted) === 0;
  });
}

function intersectLists(one: ListSet, other: ListSet): ListSet | null {
  const [wanted, unwanted] = [one.with.union(other.with), one.without.union(other.without)];
  return wanted.isDisjointFrom(unwanted) ? { with: wanted, without: unwanted } : null;
}

function nonEmpty(values: ReadonlySet<boolean>): ReadonlySet<boolean> | null {
  return values.size === 0 ? null : values;
}

function distinct(properties: readonly TextProperty[]): TextProperty[] {
  return [...new Map(properties.map((property) => [property.key, property])).values()];
}

const dayMinutes = 24 * 60;

/** The minutes of a local week, from Monday midnight. */
export const weekMinutes = 7 * dayMinutes;

/** The local minutes in which a window is open: what its time zone makes of daylight saving does not change them. */
export function openMinutes({ days = [...daysOfWeek], from, to }: Within): ReadonlySet<number> {
  const [start, end] = [from, to].map((time) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3)));
  const open = new Set<number>();
  for (const day of days) {
    const midnight = daysOfWeek.indexOf(day) * dayMinutes;
    const length = ((end ?? 0) - (start ?? 0) + dayMinutes) % dayMinutes;
    for (let minute = 0; minute < length; minute += 1) open.add((midnight + (start ?? 0) + minute) % weekMinutes);
  }
  return open;
}
