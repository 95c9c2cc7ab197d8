// Values and requests that lie where a policy's answer turns: at every literal, beside it, missing, and of another type.
// Next: governance/policy/diff.ts, which asks two policies about them.
import { containsAddress, parseCidr } from './cidr.ts';
import { type PolicyRequest } from './decide.ts';
import { type AttributeType, type Condition, namePatterns, type Rule, type Within } from './document.ts';
import { type AttributeValue, compileCondition, conditionParts, type Leaf } from './operators.ts';
import { withinTest } from './within.ts';

/** A request and when it is made, epoch milliseconds. */
export interface Sample {
  readonly request: PolicyRequest;
  readonly nowMs: number;
}

/** What may be put for each attribute of a request, `undefined` for leaving it out; `time` holds instants. */
export type Domain = Map<string, readonly (AttributeValue | undefined)[]>;

/** The attributes and literals of one or more conditions, as values to try. */
export interface Candidates {
  readonly values: Domain;
  readonly instants: readonly number[];
}

const manyValues = 60;
const manyBoxes = 24;
const minuteMs = 60_000;
const weekMinutes = 7 * 24 * 60;
const other = 'zz';

/**
 * Collects what conditions turn on.
 *
 * @param conditions - of the rules in question
 * @param context - the attributes that the intent declares, each of which may be left out or have another type
 * @param nowMs - instants are looked for in the week from here
 */
export function collectCandidates(
  conditions: readonly Condition[],
  context: Readonly<Record<string, AttributeType>>,
  nowMs: number,
): Candidates {
  const values = new Map<string, Set<AttributeValue | undefined>>();
  const instants = new Set([nowMs]);
  const add = (attribute: string, found: readonly (AttributeValue | undefined)[]): void => {
    const known = values.get(attribute) ?? new Set();
    for (const value of found) if (known.size < manyValues && fits(attribute, value)) known.add(value);
    values.set(attribute, known);
  };
  add('subject', ['user:a', 'agent:a', undefined]);
  const visit = (condition: Condition): void => {
    for (const part of conditionParts(condition)) {
      if (part.kind === 'leaf') add(part.attribute, leafValues(part));
      else if (part.kind === 'within') for (const instant of edgesOf(part.within, nowMs)) instants.add(instant);
      else if (part.kind === 'not') visit(part.condition);
      else part.conditions.forEach(visit);
    }
  };
  conditions.forEach(visit);
  for (const [key, type] of Object.entries(context))
    add(`context.${key}`, [undefined, ...valuesOfType[type], type === 'string' ? 0 : 'text']);
  return {
    values: new Map(Array.from(values, ([attribute, found]) => [attribute, [...found]])),
    instants: [...instants],
  };
}

const valuesOfType: Readonly<Record<AttributeType, readonly AttributeValue[]>> = {
  string: ['', other],
  number: [0, 1],
  boolean: [true, false],
  'string[]': [[], [other]],
};

/** Names that every request keeps to, whatever a condition compares them with. */
function fits(attribute: string, value: AttributeValue | undefined): boolean {
  if (attribute === 'subject')
    return value === undefined || (typeof value === 'string' && namePatterns.subject.test(value));
  if (attribute === 'resource') return typeof value === 'string' && namePatterns.resource.test(value);
  return attribute.startsWith('context.');
}

/** On both sides of where a leaf turns, and exactly there. */
function leafValues({ operator, operand }: Leaf): (AttributeValue | undefined)[] {
  switch (operator) {
    case 'exists':
      return [undefined];
    case 'eq':
    case 'ne':
      return around(operand as AttributeValue);
    case 'in':
      return (operand as readonly AttributeValue[]).flatMap((item, index) => (index === 0 ? around(item) : [item]));
    case 'lt':
    case 'lte':
    case 'gt':
    case 'gte':
      return around(operand as number);
    case 'contains':
      return [[operand as string], [other, operand as string], [`${operand as string}x`], []];
    case 'startsWith': {
      const text = operand as string;
      return [text, `${text}x`, text.slice(0, -1), `${other}${text}`, `${text.slice(0, -1)}_x`];
    }
    case 'glob':
      return globInstances(operand as string);
    case 'cidr':
      return addressesAround(operand as string);
  }
}

function around(value: AttributeValue): AttributeValue[] {
  if (typeof value === 'number') return [value, value + 1, value - 1, value + 0.5, value - 0.5];
  if (typeof value === 'boolean') return [value, !value];
  if (typeof value === 'string') return [value, `${value}x`, value.slice(0, -1), other];
  return [value];
}

/** Texts that a pattern matches, and texts that it just misses. */
export function globInstances(pattern: string): string[] {
  const some = pattern.replaceAll('*', 'x');
  return [some, pattern.replaceAll('*', ''), pattern.replaceAll('*', 'a/b'), `${some}_`, `_${some}`, some.slice(0, -1)];
}

/** The first and last address of a network, and those just outside. */
function addressesAround(text: string): string[] {
  const network = parseCidr(text);
  if (!network) return [];
  const { bytes, prefix } = network;
  const bits = BigInt(bytes.length * 8);
  const first = bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  const last = first + (1n << (bits - BigInt(prefix))) - 1n;
  const most = (1n << bits) - 1n;
  const write = (address: bigint): string => {
    const parts = bytes.map((_, index) => Number((address >> BigInt((bytes.length - 1 - index) * 8)) & 0xffn));
    if (parts.length === 4) return parts.join('.');
    return Array.from({ length: 8 }, (_, group) =>
      (((parts[group * 2] ?? 0) << 8) | (parts[group * 2 + 1] ?? 0)).toString(16),
    ).join(':');
  };
  const found = [first, last, first - 1n, last + 1n].filter((address) => address >= 0n && address <= most).map(write);
  return [...found, 'no address'].filter(
    (address) => address === 'no address' || containsAddress(network, address) !== undefined,
  );
}

/** The instants of a week at which a window opens or closes, and the last millisecond before each. */
function edgesOf(within: Within, nowMs: number): number[] {
  const opens = withinTest(within);
  const startMs = Math.floor(nowMs / minuteMs) * minuteMs;
  const edges: number[] = [];
  let before = opens(startMs);
  for (let minute = 1; minute <= weekMinutes && edges.length < 32; minute += 1) {
    const atMs = startMs + minute * minuteMs;
    const now = opens(atMs);
    if (now !== before) edges.push(atMs, atMs - 1);
    before = now;
  }
  return edges;
}

/**
 * Parts of a domain in which a condition has the truth that is wanted, as domains that are cut down; none where the
 * candidates hold no such request. `all` intersects what its parts leave, `any` keeps them side by side.
 */
export function boxesWhere(condition: Condition, wanted: 'true' | 'false', { values, instants }: Candidates): Domain[] {
  return boxes(condition, wanted === 'true');

  function boxes(inner: Condition, truth: boolean): Domain[] {
    const [part] = conditionParts(inner);
    switch (part?.kind) {
      case 'leaf': {
        const domain = values.get(part.attribute) ?? [];
        const holds = compileCondition(inner);
        const kept = domain.filter((value) => holds(factsWith(part.attribute, value)) === (truth ? 'true' : 'false'));
        return kept.length === 0 ? [] : [new Map([[part.attribute, kept]])];
      }
      case 'within': {
        const opens = withinTest(part.within);
        const kept = instants.filter((instant) => opens(instant) === truth);
        return kept.length === 0 ? [] : [new Map([['time', kept]])];
      }
      case 'not':
        return boxes(part.condition, !truth);
      case 'branch': {
        const parts = part.conditions.map((each) => boxes(each, truth));
        return (part.operator === 'all') === truth
          ? parts.reduce(intersect, [new Map()])
          : parts.flat().slice(0, manyBoxes);
      }
      case undefined:
        return [];
    }
  }
}

/** What lies in one of both. */
export function intersect(some: readonly Domain[], others: readonly Domain[]): Domain[] {
  return some
    .flatMap((box) => others.map((each) => merge(box, each)))
    .filter((box) => box !== null)
    .slice(0, manyBoxes);
}

function merge(box: Domain, further: Domain): Domain | null {
  const merged: Domain = new Map(box);
  for (const [attribute, allowed] of further) {
    const before = merged.get(attribute);
    const kept = before ? before.filter((value) => allowed.includes(value)) : allowed;
    if (kept.length === 0) return null;
    merged.set(attribute, kept);
  }
  return merged;
}

function factsWith(attribute: string, value: AttributeValue | undefined) {
  const facts = { service: 's', intent: 'i', tenant: 't', subject: undefined, resource: 'r:/', context: {}, nowMs: 0 };
  if (!attribute.startsWith('context.')) return { ...facts, [attribute]: value };
  const key = attribute.slice('context.'.length);
  return { ...facts, context: value === undefined ? {} : { [key]: value } };
}

/** Who asks for what: the part of a request that rules name outright. */
export interface Reach {
  readonly tenant: string;
  readonly service: string;
  readonly intent: string;
  /** Undefined: the intent's own. */
  readonly resource: string | undefined;
}

/** A request of this reach with these values; what the values leave out is left out. */
export function requestFrom(
  reach: Reach,
  chosen: ReadonlyMap<string, AttributeValue | undefined>,
  nowMs: number,
): Sample {
  const context: Record<string, AttributeValue> = {};
  for (const [attribute, value] of chosen)
    if (attribute.startsWith('context.') && value !== undefined) context[attribute.slice('context.'.length)] = value;
  const [subject, resource, time] = ['subject', 'resource', 'time'].map((name) => chosen.get(name));
  const named = (resource as string | undefined) ?? reach.resource;
  return {
    request: {
      service: reach.service,
      intent: reach.intent,
      tenant: reach.tenant,
      ...(subject === undefined ? {} : { subject: subject as string }),
      ...(named === undefined ? {} : { resource: named }),
      context,
    },
    nowMs: (time as number | undefined) ?? nowMs,
  };
}

/** Texts that a rule's list of resources covers, or just does not. */
export function resourcesOf({ resources }: Rule): string[] {
  return (resources ?? []).flatMap((pattern) => (pattern.includes('*') ? resourceInstances(pattern) : [pattern]));
}

function resourceInstances(pattern: string): string[] {
  return [...globInstances(pattern), 'axon:/reason'].filter((text) => namePatterns.resource.test(text));
}
