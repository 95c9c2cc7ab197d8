// What each operator means: three-valued tests of one attribute, and how all, any and not combine them.
// Next: governance/policy/compile.ts, which closes them over a document once.
import { type AttributeType, type Condition, type Operator, type Within } from './document.ts';
import { containsAddress, parseCidr } from './cidr.ts';
import { withinTest } from './within.ts';

/** `unknown`: an attribute was missing or of the wrong type. A permit then does not match; a forbid does. */
export type Truth = 'true' | 'false' | 'unknown';

/** What a condition is tested against: the request, its resolved resource, and the time in epoch milliseconds. */
export interface Facts {
  readonly service: string;
  readonly intent: string;
  readonly tenant: string;
  readonly subject: string | undefined;
  readonly resource: string;
  readonly context: Readonly<Record<string, AttributeValue>>;
  readonly nowMs: number;
}

/** A context attribute's value. */
export type AttributeValue = string | number | boolean | readonly string[];

/** Reads one attribute of facts. */
export type Reader = (facts: Facts) => AttributeValue | undefined;

/** A condition evaluated against facts. Pure, total, bounded by the condition's size. */
export type Test = (facts: Facts) => Truth;

type LeafOperator = Exclude<Operator, 'all' | 'any' | 'not' | 'within'>;

/** A comparison of one attribute with a literal (`operand` is undefined for `exists`). */
export interface Leaf {
  kind: 'leaf';
  operator: LeafOperator;
  attribute: string;
  operand: unknown;
}

/** A condition, taken apart by its one operator. */
export type ConditionPart =
  | Leaf
  | { kind: 'within'; within: Within }
  | { kind: 'branch'; operator: 'all' | 'any'; conditions: readonly Condition[] }
  | { kind: 'not'; condition: Condition };

/** The operators a condition names. A valid one names exactly one, which `parsePolicy` makes sure of. */
export function conditionParts(condition: Condition): ConditionPart[] {
  return Object.entries(condition)
    .filter(([, operand]) => operand !== undefined)
    .map(([operator, operand]) => partOf(operator as Operator, operand as never));
}

/** Compiles a condition that `parsePolicy` accepted. */
export function compileCondition(condition: Condition): Test {
  const [part] = conditionParts(condition);
  switch (part?.kind) {
    case 'leaf':
      return leafTest(part);
    case 'within': {
      const holds = withinTest(part.within);
      return (facts) => (holds(facts.nowMs) ? 'true' : 'false');
    }
    case 'branch':
      return part.operator === 'all'
        ? allTest(part.conditions.map(compileCondition))
        : anyTest(part.conditions.map(compileCondition));
    case 'not': {
      const test = compileCondition(part.condition);
      return (facts) => negate(test(facts));
    }
    case undefined:
      // An empty condition cannot come from parsePolicy; unknown keeps a permit shut and a forbid in force.
      return () => 'unknown';
  }
}

/** Reads an attribute: `context.maxTokens`, `subject`, … Undefined when the request has none. */
export function attributeReader(attribute: string): Reader {
  const known = readers.get(attribute);
  if (known) return known;
  const reader = makeReader(attribute);
  if (readers.size < maxReaders) readers.set(attribute, reader);
  return reader;
}

/** One reader per attribute name, however many rules ask for it; bounded, as tenants choose the names. */
const readers = new Map<string, Reader>();
const maxReaders = 10_000;

function makeReader(attribute: string): Reader {
  if (attribute.startsWith('context.')) {
    const key = attribute.slice('context.'.length);
    // INVARIANT: only the request's own keys count, never what Object.prototype holds.
    return ({ context }) => (Object.hasOwn(context, key) ? context[key] : undefined);
  }
  switch (attribute) {
    case 'subject':
      return (facts) => facts.subject;
    case 'resource':
      return (facts) => facts.resource;
    case 'service':
      return (facts) => facts.service;
    case 'intent':
      return (facts) => facts.intent;
    case 'tenant':
      return (facts) => facts.tenant;
    default:
      return () => undefined;
  }
}

/** The attribute types an operator can compare, or undefined when it takes any. */
export function operatorTypes({ operator, operand }: Leaf): readonly AttributeType[] | undefined {
  switch (operator) {
    case 'exists':
      return undefined;
    case 'lt':
    case 'lte':
    case 'gt':
    case 'gte':
      return ['number'];
    case 'contains':
      return ['string[]'];
    case 'startsWith':
    case 'glob':
    case 'cidr':
      return ['string'];
    case 'eq':
    case 'ne':
      return [typeof operand as AttributeType];
    case 'in':
      return [...new Set((operand as readonly unknown[]).map((item) => typeof item as AttributeType))];
  }
}

/** What is wrong with a leaf's literal beyond its type: the expectation it misses, or undefined. */
export function operandProblem({ operator, operand }: Leaf): string | undefined {
  if (operator === 'cidr' && parseCidr(String(operand)) === undefined)
    return 'an IPv4 or IPv6 network such as "10.0.0.0/8"';
  if (operator === 'in' && new Set((operand as readonly unknown[]).map((item) => typeof item)).size > 1)
    return 'values of one type';
  return undefined;
}

function partOf(operator: Operator, operand: never): ConditionPart {
  if (operator === 'all' || operator === 'any') return { kind: 'branch', operator, conditions: operand };
  if (operator === 'not') return { kind: 'not', condition: operand };
  if (operator === 'within') return { kind: 'within', within: operand };
  if (operator === 'exists') return { kind: 'leaf', operator, attribute: operand, operand: undefined };
  return { kind: 'leaf', operator, attribute: operand[0], operand: operand[1] };
}

/**
 * One closure per leaf, which holds its literal and shares its reader with every other leaf of that attribute: what a
 * decision touches of a rule is then little, also where ten thousand of them lie in memory.
 */
function leafTest({ operator, attribute, operand }: Leaf): Test {
  const read = attributeReader(attribute);
  switch (operator) {
    case 'exists':
      return (facts) => truthOf(read(facts) !== undefined);
    case 'eq': {
      const type = typeof operand;
      return (facts) => {
        const value = read(facts);
        return typeof value === type ? truthOf(value === operand) : 'unknown';
      };
    }
    case 'ne': {
      const type = typeof operand;
      return (facts) => {
        const value = read(facts);
        return typeof value === type ? truthOf(value !== operand) : 'unknown';
      };
    }
    case 'in': {
      const values = new Set(operand as readonly unknown[]);
      const type = typeof (operand as readonly unknown[])[0];
      return (facts) => {
        const value = read(facts);
        return typeof value === type ? truthOf(values.has(value)) : 'unknown';
      };
    }
    case 'lt':
    case 'lte':
    case 'gt':
    case 'gte':
      return numberTest(operator, read, operand as number);
    case 'contains':
      return (facts) => {
        const value = read(facts);
        return Array.isArray(value) ? truthOf(value.includes(operand)) : 'unknown';
      };
    case 'startsWith':
      return textTest(read, (text) => text.startsWith(operand as string));
    case 'glob':
      return textTest(read, globTest(operand as string));
    case 'cidr': {
      const network = parseCidr(operand as string);
      return textTest(read, (text) => (network ? containsAddress(network, text) : undefined));
    }
  }
}

function numberTest(operator: 'lt' | 'lte' | 'gt' | 'gte', read: Reader, operand: number): Test {
  const compare = comparisons[operator];
  return (facts) => {
    const value = read(facts);
    return typeof value === 'number' ? truthOf(compare(value, operand)) : 'unknown';
  };
}

const comparisons: Readonly<Record<'lt' | 'lte' | 'gt' | 'gte', (value: number, operand: number) => boolean>> = {
  lt: (value, operand) => value < operand,
  lte: (value, operand) => value <= operand,
  gt: (value, operand) => value > operand,
  gte: (value, operand) => value >= operand,
};

/** `holds` answers undefined for a text that makes no sense to it. */
function textTest(read: Reader, holds: (text: string) => boolean | undefined): Test {
  return (facts) => {
    const value = read(facts);
    const held = typeof value === 'string' ? holds(value) : undefined;
    return held === undefined ? 'unknown' : truthOf(held);
  };
}

function truthOf(holds: boolean): Truth {
  return holds ? 'true' : 'false';
}

/** `*` stands for any run of characters, everything else for itself. Time is at most text length × pattern length. */
export function globTest(pattern: string): (text: string) => boolean {
  const parts = pattern.split('*');
  const [first = ''] = parts;
  if (parts.length === 1) return (text) => text === first;
  const last = parts.at(-1) ?? '';
  const middle = parts.slice(1, -1).filter((part) => part !== '');
  return (text) => {
    if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last)) return false;
    let from = first.length;
    for (const part of middle) {
      const at = text.indexOf(part, from);
      if (at === -1) return false;
      from = at + part.length;
    }
    return from <= text.length - last.length;
  };
}

// Kleene's three-valued logic: the order of conditions never changes the answer.
function allTest(tests: readonly Test[]): Test {
  return (facts) => {
    let outcome: Truth = 'true';
    for (const test of tests) {
      const truth = test(facts);
      if (truth === 'false') return 'false';
      if (truth === 'unknown') outcome = 'unknown';
    }
    return outcome;
  };
}

function anyTest(tests: readonly Test[]): Test {
  return (facts) => {
    let outcome: Truth = 'false';
    for (const test of tests) {
      const truth = test(facts);
      if (truth === 'true') return 'true';
      if (truth === 'unknown') outcome = 'unknown';
    }
    return outcome;
  };
}

function negate(truth: Truth): Truth {
  if (truth === 'unknown') return 'unknown';
  return truth === 'true' ? 'false' : 'true';
}
