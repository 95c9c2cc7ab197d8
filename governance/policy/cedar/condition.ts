// A condition in Cedar, asked whether it is known to be true or known to be false; unknown is neither.
// Next: governance/policy/cedar/rule.ts, which makes policies of conditions.
import { parseCidr } from '../cidr.ts';
import { type Condition } from '../document.ts';
import { showValue } from '../issues.ts';
import { compileCondition, conditionParts, type Leaf, operatorTypes } from '../operators.ts';
import {
  addressText,
  type CedarType,
  entityText,
  hasText,
  quoteNumber,
  quotePattern,
  quoteText,
  readText,
} from './spelling.ts';
import { addressName, type CedarVocabulary, requestTexts, windowKey, wrongTypeName } from './vocabulary.ts';

/** Where a condition stands, and what is noted while it is translated. */
export interface ConditionPlace {
  readonly vocabulary: CedarVocabulary;
  readonly intent: string;
  /** Context attributes that were read, with the type they must have. */
  readonly reads: Map<string, CedarType>;
  /** Called for what Cedar cannot say; it counts as unknown, which permits less and forbids more. */
  readonly refuse: (path: readonly PropertyKey[], got: string, why: string) => void;
}

/** An expression that is always true. */
export const always = 'true';
/** An expression that is never true. */
export const never = 'false';

/**
 * Translates a condition. The expression never fails on a request that fits the schema: every read of an optional
 * attribute stands behind `has`.
 *
 * INVARIANT: Kleene's logic is kept by asking only "known true" or "known false", never by negating an answer.
 *
 * @param wanted - the outcome of which the expression says whether it is known
 * @param path - of the condition within its rule
 */
export function translateCondition(
  condition: Condition,
  wanted: boolean,
  path: readonly PropertyKey[],
  place: ConditionPlace,
): string {
  const [part] = conditionParts(condition);
  switch (part?.kind) {
    case undefined:
      return never;
    case 'branch': {
      const parts = part.conditions.map((each, index) =>
        translateCondition(each, wanted, [...path, part.operator, index], place),
      );
      return (part.operator === 'all') === wanted ? and(parts) : or(parts);
    }
    case 'not':
      return translateCondition(part.condition, !wanted, [...path, 'not'], place);
    case 'within': {
      const name = place.vocabulary.windowNames.get(windowKey(part.within)) ?? '';
      return read(name, 'Boolean', (value) => (wanted ? value : `!${value}`), place);
    }
    case 'leaf':
      return translateLeaf(part, condition, wanted, path, place);
  }
}

/**
 * The clauses of a condition: a permit's say what must be known to be true, a forbid's what must not be known to be false.
 *
 * @returns clauses that all have to hold; null when they never do
 */
export function conditionClauses(
  condition: Condition,
  effect: 'permit' | 'forbid',
  path: readonly PropertyKey[],
  place: ConditionPlace,
): string[] | null {
  const [part] = conditionParts(condition);
  if (part?.kind === 'branch' && part.operator === 'all') {
    const inner = part.conditions.map((each, index) => conditionClauses(each, effect, [...path, 'all', index], place));
    return inner.includes(null) ? null : [...new Set(inner.flatMap((each) => each ?? []))];
  }
  const expression = translateCondition(condition, effect === 'permit', path, place);
  if (expression === (effect === 'permit' ? never : always)) return null;
  if (expression === always || expression === never) return [];
  return [effect === 'permit' ? `when { ${expression} }` : `unless { ${expression} }`];
}

/** All of them; constants are folded. */
export function and(parts: readonly string[]): string {
  const left = [...new Set(parts.filter((part) => part !== always))];
  if (left.includes(never)) return never;
  return left.length === 0 ? always : left.join(' && ');
}

/** Any of them, in parentheses; constants are folded. */
export function or(parts: readonly string[]): string {
  const left = [...new Set(parts.filter((part) => part !== never))];
  if (left.includes(always)) return always;
  if (left.length < 2) return left[0] ?? never;
  // `&&` binds tighter; the parentheses are for the reader.
  return `(${left.map((part) => (part.includes(' && ') && !part.startsWith('!(') ? `(${part})` : part)).join(' || ')})`;
}

function translateLeaf(
  leaf: Leaf,
  condition: Condition,
  wanted: boolean,
  path: readonly PropertyKey[],
  place: ConditionPlace,
): string {
  const { operator, attribute } = leaf;
  // The export is one tenant's and each policy names its intents: what is asked of them is known already.
  if (attribute === 'intent' || attribute === 'tenant') {
    const { intent, vocabulary } = place;
    const facts = { service: '', subject: undefined, resource: '', context: {}, nowMs: 0 };
    const truth = compileCondition(condition)({ ...facts, intent, tenant: vocabulary.tenant });
    return truth === String(wanted) ? always : never;
  }
  if (operator === 'exists') return translateExists(attribute, wanted, place);
  const isEntity = attribute === 'service' || attribute === 'resource';
  if (isEntity && (operator === 'eq' || operator === 'ne' || operator === 'in'))
    return compareEntity(leaf, attribute, wanted, [...path, operator, 1], place);

  const type = requestTexts[attribute] === undefined ? declaredType(attribute, place) : 'String';
  if (type === undefined) return never;
  if (!fits(leaf, type)) {
    place.refuse(
      [...path, operator],
      `${attribute} as ${type}`,
      `the type that the tenant's intent ${place.intent} declares`,
    );
    return never;
  }
  if (operator === 'cidr') {
    const network = parseCidr(String(leaf.operand));
    const range = network ? `ip("${addressText(network)}")` : '';
    return read(
      addressName(attribute),
      'ipaddr',
      (value) => negateUnless(wanted, `${value}.isInRange(${range})`),
      place,
    );
  }
  const name = requestTexts[attribute] ?? attribute.slice('context.'.length);
  const test = (value: string): string | undefined => compareValue(leaf, value, type, wanted);
  if (test('') === undefined) {
    place.refuse([...path, operator, 1], showValue(leaf.operand), whyNot(type));
    return never;
  }
  return read(name, type, (value) => test(value) ?? never, place);
}

/** The test behind the question whether there is anything to test. */
function read(name: string, type: CedarType, test: (value: string) => string, { reads }: ConditionPlace): string {
  reads.set(name, type);
  return `${hasText(name)} && ${test(readText(name))}`;
}

function declaredType(attribute: string, { vocabulary, intent }: ConditionPlace): CedarType | undefined {
  return vocabulary.intents.get(intent)?.attributes.get(attribute.slice('context.'.length));
}

function fits(leaf: Leaf, type: CedarType): boolean {
  const ours = { String: 'string', Long: 'number', decimal: 'number', Boolean: 'boolean', Set: 'string[]' } as const;
  const declared = type === 'ipaddr' || type === 'datetime' ? undefined : ours[type];
  return declared !== undefined && operatorTypes(leaf)?.includes(declared) !== false;
}

function translateExists(attribute: string, wanted: boolean, place: ConditionPlace): string {
  if (attribute === 'service' || attribute === 'resource') return wanted ? always : never;
  if (attribute === 'subject') return negateUnless(wanted, hasText('request_subject'));
  const type = declaredType(attribute, place);
  if (type === undefined) return wanted ? never : always;
  const key = attribute.slice('context.'.length);
  place.reads.set(key, type);
  const spoilt = read(wrongTypeName, 'Set', (value) => `${value}.contains(${quoteText(key)})`, place);
  const there = `(${hasText(key)} || (${spoilt}))`;
  return wanted ? there : `!${there}`;
}

function compareEntity(
  { operator, operand }: Leaf,
  attribute: 'service' | 'resource',
  wanted: boolean,
  path: readonly PropertyKey[],
  place: ConditionPlace,
): string {
  const ids = (operator === 'in' ? (operand as readonly unknown[]) : [operand]).map(String);
  if (!ids.every((id) => id.isWellFormed())) {
    place.refuse(path, showValue(operand), whyNot('String'));
    return never;
  }
  const [variable, type] =
    attribute === 'service' ? (['principal', 'Service'] as const) : (['resource', 'Resource'] as const);
  const entities = ids.map((id) => entityText(type, id));
  if (operator === 'in') return negateUnless(wanted, `[${entities.join(', ')}].contains(${variable})`);
  return `${variable} ${(operator === 'eq') === wanted ? '==' : '!='} ${entities.join('')}`;
}

const opposites = { lt: 'gte', gte: 'lt', lte: 'gt', gt: 'lte' } as const;
const signs = { lt: '<', lte: '<=', gt: '>', gte: '>=' } as const;
const methods = { lt: 'lessThan', lte: 'lessThanOrEqual', gt: 'greaterThan', gte: 'greaterThanOrEqual' } as const;

/** The test of a value of its type, or of its opposite; undefined when Cedar cannot write the literal. */
function compareValue(
  { operator, operand }: Leaf,
  value: string,
  type: CedarType,
  wanted: boolean,
): string | undefined {
  switch (operator) {
    case 'eq':
    case 'ne': {
      const literal = quoteLiteral(operand, type);
      return literal === undefined ? undefined : `${value} ${(operator === 'eq') === wanted ? '==' : '!='} ${literal}`;
    }
    case 'in': {
      const literals = (operand as readonly unknown[]).map((each) => quoteLiteral(each, type));
      return literals.includes(undefined)
        ? undefined
        : negateUnless(wanted, `[${[...new Set(literals)].join(', ')}].contains(${value})`);
    }
    case 'lt':
    case 'lte':
    case 'gt':
    case 'gte': {
      const literal = quoteLiteral(operand, type);
      const asked = wanted ? operator : opposites[operator];
      if (literal === undefined) return undefined;
      return type === 'decimal' ? `${value}.${methods[asked]}(${literal})` : `${value} ${signs[asked]} ${literal}`;
    }
    case 'contains': {
      const literal = quoteLiteral(operand, 'String');
      return literal === undefined ? undefined : negateUnless(wanted, `${value}.contains(${literal})`);
    }
    case 'startsWith':
    case 'glob': {
      const parts = operator === 'glob' ? String(operand).split('*') : [String(operand), ''];
      return String(operand).isWellFormed() ? negateUnless(wanted, `${value} like ${quotePattern(parts)}`) : undefined;
    }
    case 'cidr':
    case 'exists':
      return undefined;
  }
}

function quoteLiteral(literal: unknown, type: CedarType): string | undefined {
  if (typeof literal === 'number')
    return type === 'Long' || type === 'decimal' ? quoteNumber(literal, type) : undefined;
  if (typeof literal === 'boolean') return String(literal);
  return String(literal).isWellFormed() ? quoteText(String(literal)) : undefined;
}

function whyNot(type: CedarType): string {
  if (type === 'Long')
    return 'a whole number between -(2^53 - 1) and 2^53 - 1, which is what a Cedar long holds exactly';
  if (type === 'decimal') return 'at most four decimals and 9e14 in size, which is what a Cedar decimal holds';
  return 'text without lone surrogates, which Cedar does not have';
}

function negateUnless(wanted: boolean, test: string): string {
  return wanted ? test : `!(${test})`;
}
