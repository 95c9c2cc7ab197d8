// The requests that a comparison of two sets of policies asks: around every rule, and for rules that changed together with every other.
// Next: governance/policy/samples.ts, the values; governance/policy/diff.ts, which asks.
import { platformTenant, type AttributeType, type Condition, type PolicyDocument, type Rule } from './document.ts';
import { type PolicyVersion } from './diff.ts';
import { type AttributeValue } from './operators.ts';
import {
  boxesWhere,
  type Candidates,
  collectCandidates,
  type Domain,
  intersect,
  type Reach,
  requestFrom,
  resourcesOf,
  type Sample,
} from './samples.ts';

/** How many requests are made up, and from where in time. */
export interface SamplingOptions {
  /** Random ones, besides those around rules. */
  readonly random: number;
  /** The same seed gives the same requests. */
  readonly seed: number;
  readonly nowMs: number;
}

/** A tenant's rules of both sides, those that bind it from the platform's among them. */
interface Territory {
  readonly tenant: string;
  /** Without doubles. */
  readonly rules: readonly PlacedRule[];
  /** That the rules name. */
  readonly services: readonly string[];
  readonly contexts: ReadonlyMap<string, Readonly<Record<string, AttributeType>>>;
  /** Instants at which a document ends. */
  readonly ends: readonly number[];
}

interface PlacedRule {
  readonly rule: Rule;
  /** The other side does not have it exactly so. */
  readonly isChanged: boolean;
}

const stranger = 'stranger';
const mostReaches = 12;
const mostPartners = 64;
const mostBoxes = 4;

/** Requests to ask both sides, one after the other; the same for the same arguments. */
export function* sampleRequests(a: PolicyVersion, b: PolicyVersion, options: SamplingOptions): Generator<Sample> {
  const names = [...new Set([...a.tenants.keys(), ...b.tenants.keys()])].sort();
  const random = randomFrom(options.seed);
  for (const tenant of names) {
    const territory = surveyTerritory(tenant, a, b);
    for (const placed of territory.rules) yield* aroundRule(placed, territory, options.nowMs);
    yield* anywhere(territory, Math.ceil(options.random / names.length), options.nowMs, random);
  }
}

/** How many there will be, about; for a progress bar. */
export function estimateSamples(a: PolicyVersion, b: PolicyVersion, { random }: SamplingOptions): number {
  const rules = [...a.tenants.values(), ...b.tenants.values()].reduce(
    (sum, { document }) => sum + document.rules.length,
    0,
  );
  return random + rules * 20;
}

function surveyTerritory(tenant: string, a: PolicyVersion, b: PolicyVersion): Territory {
  const documents = [a, b].map((side) => [side.tenants.get(tenant)?.document, side.platform?.document]);
  const [texts, otherTexts] = documents.map((side) => new Set(side.flatMap((document) => ruleTexts(document))));
  const rules = new Map<string, PlacedRule>();
  for (const document of documents.flat())
    for (const rule of document?.rules ?? []) {
      const text = ruleText(document, rule);
      rules.set(text, { rule, isChanged: !(texts?.has(text) === true && otherTexts?.has(text) === true) });
    }
  const contexts = new Map<string, Record<string, AttributeType>>();
  for (const document of documents.map(([own]) => own))
    for (const [intent, { context }] of Object.entries(document?.intents ?? {}))
      contexts.set(intent, { ...contexts.get(intent), ...context });
  const ends = documents
    .flat()
    .flatMap((document) => (document?.validUntil === undefined ? [] : [Date.parse(document.validUntil)]));
  const services = new Set([...rules.values()].flatMap(({ rule }) => rule.services));
  services.delete('*');
  return { tenant, rules: [...rules.values()], services: [...services], contexts, ends };
}

function ruleTexts(document: PolicyDocument | undefined): string[] {
  return document?.rules.map((rule) => ruleText(document, rule)) ?? [];
}

function ruleText(document: PolicyDocument | undefined, rule: Rule): string {
  return `${document?.tenant === platformTenant ? platformTenant : ''}${JSON.stringify(rule)}`;
}

/** Where the rule matches, and one step away from there in every direction. */
function* aroundRule({ rule, isChanged }: PlacedRule, territory: Territory, nowMs: number): Generator<Sample> {
  for (const reach of reachesOf(rule, territory)) {
    const partners = isChanged ? partnersOf(reach, rule, territory) : [];
    const candidates = candidatesFor([rule, ...partners], reach, territory, nowMs);
    const own = boxesOf(rule, candidates);
    const bases = [new Map() as Domain, ...own.slice(0, mostBoxes)];
    for (const partner of partners) bases.push(...intersect(own, boxesOf(partner, candidates)).slice(0, mostBoxes));
    // What others forbid would hide a change: the request that nobody else minds.
    const others = partners.filter(({ effect }) => effect === 'forbid');
    const clear = others.reduce((boxes, { when }) => {
      const kept = when ? intersect(boxes, boxesWhere(when, 'false', candidates)) : boxes;
      return kept.length === 0 ? boxes : kept;
    }, bases);
    for (const base of new Set([...bases, ...clear])) yield* neighbours(base, candidates, reach, nowMs);
  }
}

function boxesOf({ when }: Rule, candidates: Candidates): Domain[] {
  return when ? boxesWhere(when, 'true', candidates) : [new Map()];
}

/** A request from a box, and those that differ from it in one value. */
function* neighbours(box: Domain, { values, instants }: Candidates, reach: Reach, nowMs: number): Generator<Sample> {
  const base = new Map<string, AttributeValue | undefined>(Array.from(box, ([name, allowed]) => [name, allowed[0]]));
  yield requestFrom(reach, base, nowMs);
  for (const [name, found] of values)
    for (const value of found) yield requestFrom(reach, new Map(base).set(name, value), nowMs);
  for (const instant of instants) yield requestFrom(reach, new Map(base).set('time', instant), nowMs);
}

function* anywhere(
  territory: Territory,
  count: number,
  nowMs: number,
  random: (below: number) => number,
): Generator<Sample> {
  const { rules } = territory;
  if (rules.length === 0) return;
  for (let made = 0; made < count;) {
    const { rule } = rules[random(rules.length)] ?? {};
    const reaches = rule ? reachesOf(rule, territory) : [];
    const reach = reaches[random(Math.max(1, reaches.length))];
    if (!rule || !reach) {
      made += 1;
      continue;
    }
    const partners = partnersOf(reach, rule, territory).slice(0, 8);
    const candidates = candidatesFor([rule, ...partners], reach, territory, nowMs);
    // One survey serves several requests.
    for (let draw = 0; draw < 16 && made < count; draw += 1, made += 1) {
      const chosen = new Map<string, AttributeValue | undefined>();
      for (const [name, found] of candidates.values) if (random(4) > 0) chosen.set(name, found[random(found.length)]);
      chosen.set('time', candidates.instants[random(candidates.instants.length)]);
      yield requestFrom(reach, chosen, nowMs);
    }
  }
}

/** Rules that a request of this reach may meet as well. */
function partnersOf({ service, intent }: Reach, rule: Rule, { rules }: Territory): Rule[] {
  const meets = (names: readonly string[], name: string): boolean => names.includes('*') || names.includes(name);
  const found = rules.filter(
    (each) => each.rule !== rule && meets(each.rule.services, service) && meets(each.rule.intents, intent),
  );
  return found.slice(0, mostPartners).map((each) => each.rule);
}

function candidatesFor(
  rules: readonly Rule[],
  { intent }: Reach,
  { contexts, ends }: Territory,
  nowMs: number,
): Candidates {
  const conditions = rules.flatMap(({ when }): Condition[] => (when ? [when] : []));
  const { values, instants } = collectCandidates(conditions, contexts.get(intent) ?? {}, nowMs);
  return { values, instants: [...instants, ...ends.flatMap((end) => [end, end - 1])] };
}

/** The services, intents and resources that a rule names, a few of those that it means by `*`, and somebody it does not name. */
function reachesOf(rule: Rule, { tenant, contexts, services: named }: Territory): Reach[] {
  const services = rule.services.includes('*') ? [...named.slice(0, 3), stranger] : [...rule.services, stranger];
  const intents = rule.intents.includes('*') ? [...contexts.keys()].slice(0, 4) : rule.intents;
  const resources = [undefined, ...resourcesOf(rule)];
  const all = services.flatMap((service) =>
    intents.flatMap((intent) => resources.map((resource) => ({ tenant, service, intent, resource }))),
  );
  return all.length <= mostReaches ? all : [...all.slice(0, mostReaches - 2), ...all.slice(-2)];
}

/** xorshift32. */
function randomFrom(seed: number): (below: number) => number {
  let state = (seed * 2_654_435_761) >>> 0 || 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}
