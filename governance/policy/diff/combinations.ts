// Everything a request may consist of, as axes: walked whole where that is little, drawn from by chance where it is much.
// Next: governance/policy/samples.ts, which walks and draws.
import { type PolicyDocument, platformTenant, type Rule } from '../document.ts';
import { type AttributeValue } from '../operators.ts';
import { boundaryValues, type Candidate, plainest, strangers } from './boundary-values.ts';
import { type Chance } from './chance.ts';
import { type SideRule, type SideRules } from './side-rules.ts';
import { type Sample } from './sample.ts';
import { windowEdges } from './window-edges.ts';

/** The questions about one intent of one tenant. */
export interface Combinations {
  readonly tenant: string;
  readonly intent: string;
  /** Each with its values; `now` is the time, undefined leaves an attribute out. */
  readonly axes: ReadonlyMap<string, readonly Candidate[]>;
  /** How many combinations there are; Infinity when too many to matter. */
  readonly size: number;
}

/** Of each attribute at most this many values are kept. */
const mostValues = 2048;
const mostInstants = 256;

/** The combinations of every tenant and intent that either side knows, and of an intent that none does. */
export function combinationsOf(sides: readonly [SideRules, SideRules], presentMs: number): Combinations[] {
  const tenants = new Set(sides.flatMap(({ side }) => [...side.tenants.keys()]));
  return [...tenants].flatMap((tenant) => combinationsFor(tenant, sides, presentMs));
}

function combinationsFor(tenant: string, sides: readonly [SideRules, SideRules], presentMs: number): Combinations[] {
  const documents = sides.flatMap(({ side }) =>
    [side.tenants.get(tenant), side.platform].flatMap((each) => each?.document ?? []),
  );
  const rules = sides
    .flatMap(({ byTenant }) => [tenant, platformTenant].flatMap((name) => [...(byTenant.get(name)?.values() ?? [])]))
    .sort((a, b) => Number(b.isChanged) - Number(a.isChanged));
  const pools = poolsOf(rules, documents, presentMs);
  const intents = new Set(
    documents.filter((each) => each.tenant === tenant).flatMap((each) => Object.keys(each.intents)),
  );
  const services = named(rules, 'services', [strangers.service, ...textsIn(pools, 'service')]);
  return [...intents, strangers.intent].map((intent) => {
    const declared = Object.assign({}, ...documents.map((each) => contextOf(each, intent))) as Record<
      string,
      keyof typeof plainest
    >;
    const axes = new Map<string, readonly Candidate[]>([
      ['service', services],
      ['resource', [undefined, ...named(rules, 'resources', textsIn(pools, 'resource'))]],
      ['subject', [undefined, ...strangers.subjects, ...(pools.get('subject') ?? [])]],
      ['now', [presentMs, ...(pools.get('now') ?? [])]],
    ]);
    for (const [key, type] of Object.entries(declared)) {
      const pool = pools.get(`context.${key}`);
      const isDisputed = documents.some(
        (each) => each.tenant === tenant && contextOf(each, intent)?.[key] === undefined,
      );
      if (pool || isDisputed) axes.set(`context.${key}`, distinct([undefined, plainest[type], ...(pool ?? [])]));
    }
    return { tenant, intent, axes, size: [...axes.values()].reduce((product, { length }) => product * length, 1) };
  });
}

/** The combination at a place in the order of all. */
export function combinationAt({ tenant, intent, axes }: Combinations, place: number): Sample {
  let left = place;
  const values = Array.from(axes, ([attribute, candidates]): [string, Candidate] => {
    const at = left % candidates.length;
    left = Math.floor(left / candidates.length);
    return [attribute, candidates[at]];
  });
  return questionOf(tenant, intent, values);
}

/** A combination by chance. */
export function drawCombination({ tenant, intent, axes }: Combinations, chance: Chance): Sample {
  return questionOf(
    tenant,
    intent,
    Array.from(axes, ([attribute, candidates]): [string, Candidate] => [attribute, chance.pick(candidates)]),
  );
}

/** A question of which one to three attributes are drawn anew. */
export function varyQuestion({ request, nowMs }: Sample, { axes }: Combinations, chance: Chance): Sample {
  const { service, intent, tenant, subject, resource, context } = request;
  const values = new Map<string, Candidate>([
    ['service', service],
    ['resource', resource],
    ['subject', subject],
    ['now', nowMs],
    ...Object.entries(context).map(([key, value]): [string, Candidate] => [`context.${key}`, value]),
  ]);
  const names = [...axes.keys()];
  for (let times = 1 + chance.below(3); times > 0; times -= 1) {
    const name = chance.pick(names);
    values.set(name, chance.pick(axes.get(name) ?? [undefined]));
  }
  return questionOf(tenant, intent, [...values]);
}

function questionOf(tenant: string, intent: string, values: readonly (readonly [string, Candidate])[]): Sample {
  const context: Record<string, AttributeValue> = {};
  const given: Record<string, unknown> = {};
  for (const [attribute, value] of values) {
    if (value === undefined) continue;
    if (attribute.startsWith('context.')) context[attribute.slice('context.'.length)] = value;
    else given[attribute] = value;
  }
  const { now, ...request } = given;
  return { request: { ...request, intent, tenant, context } as Sample['request'], nowMs: Number(now) };
}

function contextOf({ intents }: PolicyDocument, intent: string): Record<string, keyof typeof plainest> | undefined {
  return Object.hasOwn(intents, intent) ? intents[intent]?.context : undefined;
}

function poolsOf(
  rules: readonly SideRule[],
  documents: readonly PolicyDocument[],
  presentMs: number,
): Map<string, Candidate[]> {
  const pools = new Map<string, Map<string, Candidate>>();
  const add = (attribute: string, values: readonly Candidate[]): void => {
    const pool = pools.get(attribute) ?? new Map<string, Candidate>();
    pools.set(attribute, pool);
    for (const value of values) if (pool.size < mostValues) pool.set(JSON.stringify(value), value);
  };
  const ends = documents.flatMap(({ validUntil }) => (validUntil === undefined ? [] : [Date.parse(validUntil)]));
  add(
    'now',
    ends.flatMap((endMs) => [endMs - 1, endMs]),
  );
  // Before the first end, as after it there is one answer to everything.
  const amidMs = Math.min(presentMs, ...ends.map((endMs) => endMs - 1));
  const texts = new Set<string>();
  for (const { attribute, leaf, within, text } of rules.flatMap(({ comparisons }) => comparisons)) {
    if (texts.has(text) || (within && (pools.get('now')?.size ?? 0) >= mostInstants)) continue;
    texts.add(text);
    add(attribute, within ? windowEdges(within, amidMs) : leaf ? boundaryValues(leaf) : []);
  }
  return new Map(Array.from(pools, ([attribute, pool]) => [attribute, [...pool.values()]]));
}

function named(rules: readonly SideRule[], field: 'services' | 'resources', more: readonly string[]): string[] {
  const listed = (rule: Rule): readonly string[] => rule[field] ?? [];
  const names = rules
    .flatMap(({ rule }) => listed(rule))
    .map((name) => (name.includes('*') ? name.replaceAll('*', 'x') : name));
  return [...new Set([...names.filter((name) => name !== 'x'), ...more])];
}

function textsIn(pools: ReadonlyMap<string, readonly Candidate[]>, attribute: string): string[] {
  return (pools.get(attribute) ?? []).filter((value) => typeof value === 'string');
}

function distinct(values: readonly Candidate[]): Candidate[] {
  return [...new Map(values.map((value) => [JSON.stringify(value), value])).values()];
}
