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
export function attributeReader(attribute: string): (facts: Facts) => AttributeValue | undefined {
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

function leafTest(leaf: Leaf): Test {
  const read = attributeReader(leaf.attribute);
  if (leaf.operator === 'exists') return (facts) => (read(facts) === undefined ? 'false' : 'true');
  const { type, holds } = comparison(leaf);
  return (facts) => {
    const value = read(facts);
    if (type === 'string[]' ? !Array.isArray(value) : typeof value !== type) return 'unknown';
    const held = holds(value as never);
    if (held === undefined) return 'unknown';
    return held ? 'true' : 'false';
  };
}

/** The type a leaf's attribute must have, and the test of a value of that type; undefined when the value makes no sense to it. */
function comparison({ operator, operand }: Leaf): {
  type: AttributeType;
  holds: (value: never) => boolean | undefined;
} {
  switch (operator) {
    case 'eq':
      return { type: typeof operand as AttributeType, holds: (value: unknown) => value === operand };
    case 'ne':
      return { type: typeof operand as AttributeType, holds: (value: unknown) => value !== operand };
    case 'in': {
      const values = new Set(operand as readonly unknown[]);
      return {
        type: typeof (operand as readonly unknown[])[0] as AttributeType,
        holds: (value: unknown) => values.has(value),
      };
    }
    case 'lt':
      return { type: 'number', holds: (value: number) => value < (operand as number) };
    case 'lte':
      return { type: 'number', holds: (value: number) => value <= (operand as number) };
    case 'gt':
      return { type: 'number', holds: (value: number) => value > (operand as number) };
    case 'gte':
      return { type: 'number', holds: (value: number) => value >= (operand as number) };
    case 'contains':
      return { type: 'string[]', holds: (value: readonly string[]) => value.includes(operand as string) };
    case 'startsWith':
      return { type: 'string', holds: (value: string) => value.startsWith(operand as string) };
    case 'glob':
      return { type: 'string', holds: globTest(operand as string) };
    case 'cidr': {
      const network = parseCidr(operand as string);
      return { type: 'string', holds: (value: string) => (network ? containsAddress(network, value) : undefined) };
    }
    case 'exists':
      return { type: 'string', holds: () => true };
  }
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
