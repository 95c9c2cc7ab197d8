// What the exported policies may speak of: each intent's context in Cedar's types, and what a caller has to compute.
// Next: governance/policy/cedar/condition.ts, which speaks it.
import { type AttributeType, type Condition, type PolicyDocument, type Rule, type Within } from '../document.ts';
import { conditionParts, type Leaf } from '../operators.ts';
import { type CedarType, numberText } from './spelling.ts';

/** An intent as Cedar sees it. */
export interface IntentVocabulary {
  /** The resource meant where a request names none. */
  readonly resource: string;
  /** The declared context keys. */
  readonly attributes: ReadonlyMap<string, CedarType>;
}

/** What a caller passes beside the context of its request. Names with `_` are never those of context keys. */
export interface CedarVocabulary {
  readonly tenant: string;
  readonly intents: ReadonlyMap<string, IntentVocabulary>;
  /** `window_1` → the span of local time of which it says whether it is now. Cedar knows no time zones and no weekdays. */
  readonly windows: ReadonlyMap<string, Within>;
  /** The same by {@link windowKey}. */
  readonly windowNames: ReadonlyMap<string, string>;
  /** `address_of_ip` → the attribute whose text it is as an address. Cedar's `ip` fails on other text. */
  readonly addresses: ReadonlyMap<string, string>;
  /** Whether `request_time` is read: a document ends. */
  readonly ends: boolean;
}

/** The names of texts that are no context keys, as context attributes. */
export const requestTexts: Readonly<Record<string, string>> = {
  subject: 'request_subject',
  resource: 'request_resource',
  service: 'request_service',
};

/** The attribute that names the declared keys whose value has another type than declared. */
export const wrongTypeName = 'wrong_type';
/** The attribute that holds the time of the request. */
export const timeName = 'request_time';

const cedarTypes: Readonly<Record<AttributeType, CedarType>> = {
  string: 'String',
  number: 'Long',
  boolean: 'Boolean',
  'string[]': 'Set',
};

/** Gathers the vocabulary of a tenant's document joined with the platform's. */
export function vocabularyOf(document: PolicyDocument, platform: PolicyDocument | null): CedarVocabulary {
  const rules = [...document.rules, ...(platform?.rules ?? [])].filter(({ mode }) => mode === 'enforce');
  const windows = new Map<string, { name: string; within: Within }>();
  const addresses = new Map<string, string>();
  for (const part of rules.flatMap(({ when }) => (when ? [...partsOf(when)] : []))) {
    if (part.kind === 'within' && !windows.has(windowKey(part.within)))
      windows.set(windowKey(part.within), { name: `window_${windows.size + 1}`, within: part.within });
    // What is asked of the intent and the tenant is decided while it is exported.
    if (part.kind === 'leaf' && part.operator === 'cidr' && part.attribute !== 'intent' && part.attribute !== 'tenant')
      addresses.set(addressName(part.attribute), part.attribute);
  }
  return {
    tenant: document.tenant,
    intents: new Map(Object.keys(document.intents).map((name) => [name, intentVocabulary(name, document, rules)])),
    windows: new Map(Array.from(windows.values(), ({ name, within }) => [name, within])),
    windowNames: new Map(Array.from(windows, ([key, { name }]) => [key, name])),
    addresses,
    ends: document.validUntil !== undefined || platform?.validUntil !== undefined,
  };
}

/** Equal for windows that are the same. */
export function windowKey({ days, from, to, timezone }: Within): string {
  return JSON.stringify([days, from, to, timezone]);
}

/** The name under which a caller passes an attribute's text as an address. */
export function addressName(attribute: string): string {
  return `address_of_${requestTexts[attribute] ?? attribute.replace(/^context\./, '')}`;
}

/** Whether a rule speaks of an intent. */
export function coversIntent({ intents }: Rule, intent: string): boolean {
  return intents.includes('*') || intents.includes(intent);
}

function intentVocabulary(name: string, document: PolicyDocument, rules: readonly Rule[]): IntentVocabulary {
  const { resource = '', context = {} } = document.intents[name] ?? {};
  const leaves = rules
    .filter((rule) => coversIntent(rule, name))
    .flatMap(({ when }) => (when ? [...partsOf(when)] : []))
    .filter((part) => part.kind === 'leaf');
  const types = Object.entries(context).map(([key, type]): [string, CedarType] => {
    const isDecimal = type === 'number' && leaves.some((leaf) => comparesFraction(leaf, `context.${key}`));
    return [key, isDecimal ? 'decimal' : cedarTypes[type]];
  });
  return { resource, attributes: new Map(types) };
}

/** Cedar's whole numbers and its decimals do not compare, so one fraction among the literals decides for all. */
function comparesFraction({ attribute, operand }: Leaf, wanted: string): boolean {
  if (attribute !== wanted) return false;
  const literals: unknown[] = Array.isArray(operand) ? operand : [operand];
  return literals.some(
    (each) => typeof each === 'number' && !Number.isInteger(each) && numberText(each, 'decimal') !== undefined,
  );
}

function* partsOf(condition: Condition): Generator<Leaf | { kind: 'within'; within: Within }> {
  for (const part of conditionParts(condition)) {
    if (part.kind === 'branch') for (const inner of part.conditions) yield* partsOf(inner);
    else if (part.kind === 'not') yield* partsOf(part.condition);
    else yield part;
  }
}
