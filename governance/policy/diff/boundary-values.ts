// Values on both sides of a comparison's edge: those for which it just holds, just fails, or cannot be told.
// Next: governance/policy/diff/boundary-texts.ts, which makes the texts; governance/policy/diff/solve.ts, which chooses.
import { type AttributeType } from '../document.ts';
import { type AttributeValue, type Leaf } from '../operators.ts';
import { addressesAround, fitsBoth, textsAroundGlob, textsAroundPrefix } from './boundary-texts.ts';

/** A value an attribute may be given; undefined leaves it out. */
export type Candidate = AttributeValue | undefined;

/** The plainest value of each type. */
export const plainest: Readonly<Record<AttributeType, AttributeValue>> = {
  number: 0,
  string: '',
  boolean: false,
  'string[]': [],
};

/** Somebody whom no rule names. */
export const strangers = { service: 'stranger', intent: 'stranger', subjects: ['user:stranger', 'agent:stranger'] };

/** Of a long list of literals this many from each end are tried. */
const listEnds = 8;

/** The values that tell a comparison from its neighbours, those that make it true first. */
export function boundaryValues({ operator, operand }: Leaf): Candidate[] {
  switch (operator) {
    case 'exists':
      return [undefined];
    case 'lt':
    case 'lte':
    case 'gt':
    case 'gte':
      return [...numbersAround(operand as number), '', undefined];
    case 'eq':
    case 'ne':
      return [...around(operand as string | number | boolean), ...untold(operand)];
    case 'in': {
      const literals = operand as readonly (string | number)[];
      const tried =
        literals.length > 2 * listEnds ? [...literals.slice(0, listEnds), ...literals.slice(-listEnds)] : literals;
      return [...tried, ...around(tried[0] ?? '').slice(1), ...untold(literals[0])];
    }
    case 'contains': {
      const literal = operand as string;
      return [[literal], [], [`${literal}x`], [`${literal}x`, literal], literal, undefined];
    }
    case 'startsWith':
      return [...textsAroundPrefix(operand as string), 0, undefined];
    case 'glob':
      return [...textsAroundGlob(operand as string), 0, undefined];
    case 'cidr':
      return [...addressesAround(operand as string), 'nowhere', 0, undefined];
  }
}

/** Values for an attribute that several comparisons look at together: between two numbers, of two prefixes, of all elements. */
export function jointValues(leaves: readonly Leaf[]): Candidate[] {
  const numbers = [...new Set(leaves.map(({ operand }) => operand).filter((each) => typeof each === 'number'))];
  const between = numbers.sort((a, b) => a - b).flatMap((each, at) => midway(each, numbers[at + 1]));
  const elements = leaves.filter(({ operator }) => operator === 'contains').map(({ operand }) => String(operand));
  const lists =
    elements.length > 1 ? [elements, ...elements.map((each) => elements.filter((other) => other !== each))] : [];
  const texts = leaves.filter(({ operator }) => operator === 'glob' || operator === 'startsWith').slice(0, 8);
  const joined = texts.flatMap((one) => texts.flatMap((other) => (one === other ? [] : fitsBoth(one, other))));
  return [...between, ...lists, ...joined];
}

function midway(low: number, high: number | undefined): number[] {
  return high === undefined ? [] : [(low + high) / 2];
}

function around(literal: string | number | boolean): AttributeValue[] {
  if (typeof literal === 'number') return numbersAround(literal);
  if (typeof literal === 'boolean') return [literal, !literal];
  return literal === '' ? ['', 'x'] : [literal, `${literal}x`, ''];
}

/** The number itself, its neighbours by one and, where it has a fraction or is too large for that, by its last digit. */
function numbersAround(literal: number): number[] {
  const digits = String(literal).split('.')[1]?.length ?? 0;
  const step = Number.isInteger(literal) ? Math.max(1, Math.abs(literal) * 2 ** -51) : 10 ** -Math.min(digits + 1, 15);
  const near = [literal, literal + step, literal - step, literal + 1, literal - 1, 0];
  return [...new Set(near.map((each) => Number(each.toPrecision(15))))].filter(Number.isFinite);
}

/** What a comparison with this literal cannot be told of: another type, and nothing at all. */
function untold(literal: unknown): Candidate[] {
  return [typeof literal === 'string' ? 0 : '', undefined];
}
