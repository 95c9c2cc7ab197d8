// Turns a document into an index by service, intent and resource, with every condition compiled to a closure once.
// Next: governance/policy/decide.ts, which walks the index for one request.
import {
  type AttributeType,
  type Obligation,
  type PolicyDocument,
  platformTenant,
  type Quota,
  type Rule,
} from './document.ts';
import {
  attributeReader,
  type AttributeValue,
  compileCondition,
  conditionParts,
  globTest,
  type Leaf,
  type Reader,
  type Test,
} from './operators.ts';

/** A quota as the counters need it. `id` is unique over tenants: `<tenant>/<name>`. */
export interface CompiledQuota extends Quota {
  readonly id: string;
}

/** A rule ready to be asked. */
export interface CompiledRule {
  /** The rule's id, behind `platform/` when it is the platform's. */
  readonly id: string;
  readonly effect: Rule['effect'];
  readonly enforced: boolean;
  readonly test: Test;
  readonly quotas: readonly CompiledQuota[];
  readonly obligations: readonly Obligation[];
  readonly source: Rule;
}

/** An intent as requests are checked against it. */
export interface CompiledIntent {
  readonly resource: string;
  readonly context: ReadonlyMap<string, AttributeType>;
}

/** A document, indexed. Immutable. */
export interface CompiledPolicy {
  readonly tenant: string;
  readonly revision: number;
  readonly digest: string;
  /** Epoch milliseconds after which the document decides nothing more; Infinity when it never ends. */
  readonly validUntilMs: number;
  readonly intents: ReadonlyMap<string, CompiledIntent>;
  /** Quotas that bind every permitted decision: all of the platform's, none of a tenant's. */
  readonly bindingQuotas: readonly CompiledQuota[];
  /** service or `*` → intent or `*` → the rules of that pair. */
  readonly index: ReadonlyMap<string, ReadonlyMap<string, RuleBucket>>;
  readonly ruleCount: number;
}

/** The rules of one (service, intent) pair, by exact resource, and those for any or for a pattern of resources. */
export interface RuleBucket {
  readonly byResource: ReadonlyMap<string, RuleSet>;
  readonly anyResource: RuleSet;
  readonly byPattern: readonly { readonly matches: (resource: string) => boolean; readonly rules: RuleSet }[];
}

/**
 * Rules that a request may match. Those that demand `attribute = literal` sit under that literal, so that a request
 * meets only the ones it could satisfy; `all` holds every rule, for a request whose attribute cannot be looked up.
 */
export interface RuleSet {
  readonly unkeyed: readonly CompiledRule[];
  readonly keyed: readonly KeyedRules[];
}

/** Rules told apart by the value of one attribute. */
export interface KeyedRules {
  readonly read: Reader;
  readonly type: 'string' | 'number' | 'boolean';
  readonly byValue: ReadonlyMap<AttributeValue, readonly CompiledRule[]>;
  readonly all: readonly CompiledRule[];
}

/**
 * Compiles a document that `parsePolicy` accepted. Time and memory grow linearly with its rules.
 *
 * @param document - the parsed document
 * @param digest - SHA-256 of its stored bytes, hex; decisions and grants carry it
 */
export function compilePolicy(document: PolicyDocument, digest: string): CompiledPolicy {
  const quotas = new Map(
    Object.entries(document.quotas).map(([name, quota]) => [name, { ...quota, id: `${document.tenant}/${name}` }]),
  );
  const buckets = new Map<string, Map<string, BucketBuilder>>();
  for (const source of document.rules) {
    const rule = compileRule(source, document.tenant, quotas);
    for (const service of new Set(source.services)) {
      for (const intent of new Set(source.intents)) addRule(bucketFor(buckets, service, intent), rule);
    }
  }
  return {
    tenant: document.tenant,
    revision: document.revision,
    digest,
    validUntilMs: document.validUntil === undefined ? Number.POSITIVE_INFINITY : Date.parse(document.validUntil),
    intents: new Map(
      Object.entries(document.intents).map(([name, { resource, context }]) => [
        name,
        { resource, context: new Map(Object.entries(context)) },
      ]),
    ),
    bindingQuotas: document.tenant === platformTenant ? [...quotas.values()] : [],
    index: mapValues(buckets, (byIntent) => mapValues(byIntent, buildBucket)),
    ruleCount: document.rules.length,
  };
}

/** Every rule of a set, keyed or not, in order of id. */
export function rulesOf({ unkeyed, keyed }: RuleSet): CompiledRule[] {
  return [...unkeyed, ...keyed.flatMap(({ all }) => all)].sort(byId);
}

function compileRule(source: Rule, tenant: string, quotas: ReadonlyMap<string, CompiledQuota>): CompiledRule {
  return {
    id: tenant === platformTenant ? `platform/${source.id}` : source.id,
    effect: source.effect,
    enforced: source.mode === 'enforce',
    test: source.when ? compileCondition(source.when) : always,
    quotas: source.quotas?.flatMap((name) => quotas.get(name) ?? []) ?? none,
    obligations: source.obligations ?? none,
    source,
  };
}

const always: Test = () => 'true';

interface BucketBuilder {
  byResource: Map<string, CompiledRule[]>;
  byPattern: Map<string, CompiledRule[]>;
}

function bucketFor(buckets: Map<string, Map<string, BucketBuilder>>, service: string, intent: string): BucketBuilder {
  const byIntent = getOrMake(buckets, service, () => new Map<string, BucketBuilder>());
  return getOrMake(byIntent, intent, () => ({ byResource: new Map(), byPattern: new Map() }));
}

function addRule(bucket: BucketBuilder, rule: CompiledRule): void {
  for (const resource of new Set(rule.source.resources ?? ['*'])) {
    getOrMake(resource.includes('*') ? bucket.byPattern : bucket.byResource, resource, () => []).push(rule);
  }
}

function buildBucket({ byResource, byPattern }: BucketBuilder): RuleBucket {
  const patterns = [...byPattern].filter(([pattern]) => pattern !== '*');
  return {
    byResource: mapValues(byResource, buildSet),
    anyResource: buildSet(byPattern.get('*') ?? []),
    byPattern:
      patterns.length === 0
        ? none
        : patterns.map(([pattern, rules]) => ({ matches: globTest(pattern), rules: buildSet(rules) })),
  };
}

// What is empty is one object for all, so that a decision meets it in the processor's cache.
const none: readonly never[] = Object.freeze([]);
const noRules: RuleSet = { unkeyed: none, keyed: none };

/** Below this many rules a plain loop is faster than another look-up. */
const keyedFrom = 4;

function buildSet(rules: readonly CompiledRule[]): RuleSet {
  if (rules.length === 0) return noRules;
  const groups = new Map<string, { leaf: Leaf; byValue: Map<AttributeValue, CompiledRule[]>; all: CompiledRule[] }>();
  const unkeyed: CompiledRule[] = [];
  for (const rule of rules) {
    const leaf = rules.length < keyedFrom ? undefined : keyOf(rule);
    if (!leaf) {
      unkeyed.push(rule);
      continue;
    }
    const values = keyValues(leaf);
    const group = getOrMake(groups, `${leaf.attribute} ${typeof values[0]}`, () => ({
      leaf,
      byValue: new Map<AttributeValue, CompiledRule[]>(),
      all: [],
    }));
    group.all.push(rule);
    for (const value of new Set(values)) getOrMake(group.byValue, value, () => []).push(rule);
  }
  return {
    unkeyed: unkeyed.length === 0 ? none : unkeyed.sort(byId),
    keyed:
      groups.size === 0
        ? none
        : [...groups.values()].map(({ leaf, byValue, all }) => ({
            read: attributeReader(leaf.attribute),
            type: typeof keyValues(leaf)[0] as KeyedRules['type'],
            byValue: mapValues(byValue, (each) => each.sort(byId)),
            all: all.sort(byId),
          })),
  };
}

/**
 * A leaf that must hold for the rule to match: its own condition, or one directly under `all`.
 *
 * INVARIANT: where the attribute is there with the right type and the leaf is false, the whole condition is false,
 * so a permit and a forbid alike cannot match, and leaving the rule out changes nothing.
 */
function keyOf({ source }: CompiledRule): Leaf | undefined {
  const [part] = source.when ? conditionParts(source.when) : [];
  if (!part) return undefined;
  const candidates =
    part.kind === 'branch' && part.operator === 'all' ? part.conditions.flatMap(conditionParts) : [part];
  const leaves = candidates.filter((candidate) => candidate.kind === 'leaf');
  return leaves.find(({ operator }) => operator === 'eq') ?? leaves.find(({ operator }) => operator === 'in');
}

function keyValues({ operator, operand }: Leaf): readonly AttributeValue[] {
  return operator === 'in' ? (operand as readonly AttributeValue[]) : [operand as AttributeValue];
}

function byId(a: CompiledRule, b: CompiledRule): number {
  if (a.id === b.id) return 0;
  return a.id < b.id ? -1 : 1;
}

function getOrMake<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}

function mapValues<K, V, W>(map: ReadonlyMap<K, V>, convert: (value: V) => W): Map<K, W> {
  const converted = new Map<K, W>();
  for (const [key, value] of map) converted.set(key, convert(value));
  return converted;
}
