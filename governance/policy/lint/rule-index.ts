// Finds the rules that a request meets, without asking all of them.
// Next: governance/policy/lint/cover.ts, which asks for each request that a cover has left open.
import { type Condition, type Rule } from '../document.ts';
import { attributeReader, type AttributeValue, conditionParts, type Facts, type Leaf } from '../operators.ts';
import { truthFor } from '../regions/formula.ts';
import { matchTruths, type PlacedRule } from './placed-rule.ts';

/** Rules by what a request must have to meet them. */
export interface RuleIndex {
  /** Whether the bound of its work is passed: it finds nothing more. */
  readonly isSpent: () => boolean;
  /** Rules that match, as they are found. */
  matching(facts: Facts): Generator<PlacedRule>;
}

/** How often a rule may be asked in vain, over the life of an index. */
const mostQuestions = 2_000_000;

interface Bucket {
  readonly unkeyed: PlacedRule[];
  readonly keyed: Map<string, KeyedRules>;
}

/** Rules that demand a value of an attribute, or a text that starts so. */
interface KeyedRules {
  readonly attribute: string;
  readonly type: string;
  readonly byValue: Map<AttributeValue, PlacedRule[]>;
  /** The lengths of the starts; empty where whole values are compared. */
  readonly lengths: Set<number>;
  readonly all: PlacedRule[];
}

/** Indexes rules. */
export function createRuleIndex(rules: readonly PlacedRule[]): RuleIndex {
  const buckets = new Map<string, Bucket>();
  for (const placed of rules)
    for (const service of new Set(placed.rule.services))
      for (const intent of new Set(placed.rule.intents)) addRule(buckets, `${service} ${intent}`, placed);
  let questions = 0;
  return { matching, isSpent: () => questions > mostQuestions };

  function* matching(facts: Facts): Generator<PlacedRule> {
    for (const service of [facts.service, '*'])
      for (const intent of [facts.intent, '*']) {
        const bucket = buckets.get(`${service} ${intent}`);
        if (!bucket) continue;
        for (const candidates of [bucket.unkeyed, ...candidatesOf(bucket, facts)])
          for (const placed of candidates) {
            questions += 1;
            if (questions > mostQuestions) return;
            if ((truthFor(placed.formula, facts) & matchTruths(placed.rule)) !== 0) yield placed;
          }
      }
  }
}

function addRule(buckets: Map<string, Bucket>, name: string, placed: PlacedRule): void {
  const bucket = buckets.get(name) ?? { unkeyed: [], keyed: new Map<string, KeyedRules>() };
  buckets.set(name, bucket);
  const key = keyOf(placed.rule);
  if (!key) return void bucket.unkeyed.push(placed);
  const { attribute, values, isStart } = key;
  const type = typeof values[0];
  const group = `${attribute} ${type} ${isStart}`;
  const keyed = bucket.keyed.get(group) ?? {
    attribute,
    type,
    byValue: new Map<AttributeValue, PlacedRule[]>(),
    lengths: new Set<number>(),
    all: [],
  };
  bucket.keyed.set(group, keyed);
  keyed.all.push(placed);
  for (const value of new Set(values)) {
    if (isStart) keyed.lengths.add(String(value).length);
    const known = keyed.byValue.get(value);
    if (known) known.push(placed);
    else keyed.byValue.set(value, [placed]);
  }
}

function candidatesOf({ keyed }: Bucket, facts: Facts): (readonly PlacedRule[])[] {
  return [...keyed.values()].flatMap(({ attribute, type, byValue, lengths, all }) => {
    const value = attributeReader(attribute)(facts);
    // What cannot be compared is unknown: a forbid matches then.
    if (value === undefined || typeof value !== type) return [all];
    if (lengths.size === 0) return [byValue.get(value) ?? []];
    return [...lengths].map((length) => byValue.get(String(value).slice(0, length)) ?? []);
  });
}

interface RuleKey {
  readonly attribute: string;
  readonly values: readonly AttributeValue[];
  readonly isStart: boolean;
}

/** INVARIANT: with a value of that type and none of these, the whole condition is false, so that no rule matches. */
function keyOf({ when }: Rule): RuleKey | undefined {
  const [part] = when ? conditionParts(when) : [];
  if (!part) return undefined;
  const parts = part.kind === 'branch' && part.operator === 'all' ? part.conditions.flatMap(partsOf) : [part];
  const keys = parts.flatMap((each) => (each.kind === 'leaf' ? (keyOfLeaf(each) ?? []) : []));
  return keys.find(({ isStart }) => !isStart) ?? keys[0];
}

function partsOf(condition: Condition): ReturnType<typeof conditionParts> {
  return conditionParts(condition);
}

function keyOfLeaf({ operator, attribute, operand }: Leaf): RuleKey | undefined {
  switch (operator) {
    case 'eq':
      return { attribute, values: [operand as AttributeValue], isStart: false };
    case 'in':
      return { attribute, values: operand as readonly AttributeValue[], isStart: false };
    case 'startsWith':
      return { attribute, values: [operand as string], isStart: true };
    case 'glob': {
      const [start = ''] = String(operand).split('*');
      return start === '' ? undefined : { attribute, values: [start], isStart: true };
    }
    default:
      return undefined;
  }
}
