// What each operator makes of a value, a missing one, one of another type, and names every object inherits.
// Next: governance/policy/operators.ts; within.test.ts and cidr.test.ts for the two operators with a world of their own.
import { describe, expect, it } from 'vitest';
import { type Condition } from '../../../governance/policy/document.ts';
import {
  attributeReader,
  type AttributeValue,
  compileCondition,
  type Facts,
  globTest,
  operandProblem,
  operatorTypes,
  type Truth,
} from '../../../governance/policy/operators.ts';
import { noonMs } from '../../support/policy-fixtures.ts';

type Context = Record<string, AttributeValue>;
const holds: Truth = 'true';
const fails: Truth = 'false';
const unknown: Truth = 'unknown';

describe.each<[string, Condition, [AttributeValue | undefined, Truth][]]>([
  [
    'eq with a text',
    { eq: ['context.x', 'a'] },
    [
      ['a', holds],
      ['A', fails],
      ['', fails],
      ['a ', fails],
      [1, unknown],
      [true, unknown],
      [['a'], unknown],
      [undefined, unknown],
    ],
  ],
  [
    'eq with a number',
    { eq: ['context.x', 0] },
    [
      [0, holds],
      [-0, holds],
      [1, fails],
      ['0', unknown],
      [false, unknown],
      [undefined, unknown],
    ],
  ],
  [
    'eq with a boolean',
    { eq: ['context.x', false] },
    [
      [false, holds],
      [true, fails],
      [0, unknown],
      ['', unknown],
      [[], unknown],
      [undefined, unknown],
    ],
  ],
  [
    'eq with the empty text',
    { eq: ['context.x', ''] },
    [
      ['', holds],
      [' ', fails],
      [undefined, unknown],
    ],
  ],
  [
    'ne with a text',
    { ne: ['context.x', 'a'] },
    [
      ['a', fails],
      ['b', holds],
      [1, unknown],
      [undefined, unknown],
    ],
  ],
  [
    'ne with a number',
    { ne: ['context.x', 5] },
    [
      [5, fails],
      [5.000_001, holds],
      ['5', unknown],
      [undefined, unknown],
    ],
  ],
  [
    'ne with a boolean',
    { ne: ['context.x', true] },
    [
      [true, fails],
      [false, holds],
      ['false', unknown],
      [undefined, unknown],
    ],
  ],
  [
    'in with texts',
    { in: ['context.x', ['a', 'b']] },
    [
      ['a', holds],
      ['b', holds],
      ['c', fails],
      ['a,b', fails],
      [['a'], unknown],
      [0, unknown],
      [undefined, unknown],
    ],
  ],
  [
    'in with numbers',
    { in: ['context.x', [1, 2]] },
    [
      [1, holds],
      [3, fails],
      ['1', unknown],
      [undefined, unknown],
    ],
  ],
  [
    'lt',
    { lt: ['context.x', 10] },
    [
      [9.999, holds],
      [10, fails],
      [-1, holds],
      ['9', unknown],
      [undefined, unknown],
    ],
  ],
  [
    'lte',
    { lte: ['context.x', 10] },
    [
      [10, holds],
      [10.001, fails],
      [Number.MAX_VALUE, fails],
      ['10', unknown],
      [undefined, unknown],
    ],
  ],
  [
    'gt',
    { gt: ['context.x', 10] },
    [
      [10.001, holds],
      [10, fails],
      [-Number.MAX_VALUE, fails],
      [true, unknown],
      [undefined, unknown],
    ],
  ],
  [
    'gte',
    { gte: ['context.x', 10] },
    [
      [10, holds],
      [9.999, fails],
      [['10'], unknown],
      [undefined, unknown],
    ],
  ],
  [
    'contains',
    { contains: ['context.x', 'a'] },
    [
      [['a'], holds],
      [['b', 'a'], holds],
      [['ab'], fails],
      [[], fails],
      ['a', unknown],
      ['cat', unknown],
      [undefined, unknown],
    ],
  ],
  [
    'startsWith',
    { startsWith: ['context.x', 'user:'] },
    [
      ['user:', holds],
      ['user:ada', holds],
      ['User:ada', fails],
      ['use', fails],
      ['', fails],
      [['user:'], unknown],
      [undefined, unknown],
    ],
  ],
  [
    'glob',
    { glob: ['context.x', 'a*c'] },
    [
      ['ac', holds],
      ['abc', holds],
      ['a\nc', holds],
      ['a*c', holds],
      ['abcd', fails],
      ['a', fails],
      ['', fails],
      [3, unknown],
      [undefined, unknown],
    ],
  ],
  [
    'cidr',
    { cidr: ['context.x', '10.0.0.0/8'] },
    [
      ['10.1.2.3', holds],
      ['11.0.0.1', fails],
      ['::1', fails],
      ['nonsense', unknown],
      ['', unknown],
      [10, unknown],
      [undefined, unknown],
    ],
  ],
  [
    'exists',
    { exists: 'context.x' },
    [
      ['', holds],
      [0, holds],
      [false, holds],
      [[], holds],
      [undefined, fails],
    ],
  ],
])('%s', (_name, condition, rows) => {
  it.each(rows)('of %j is %s', (value, truth) => {
    expect(evaluate(condition, value === undefined ? {} : { x: value })).toBe(truth);
  });

  it.each(rows)('under not, of %j, turns true and false around and leaves unknown', (value, truth) => {
    const turned = { true: fails, false: holds, unknown } as const;
    expect(evaluate({ not: condition }, value === undefined ? {} : { x: value })).toBe(turned[truth]);
  });
});

describe('all, any and not', () => {
  const t: Condition = { exists: 'service' };
  const f: Condition = { not: t };
  const u: Condition = { eq: ['context.x', 'a'] };

  it.each<[Condition, Truth]>([
    [{ all: [t, t] }, holds],
    [{ all: [t, f] }, fails],
    [{ all: [t, u] }, unknown],
    [{ all: [u, t] }, unknown],
    [{ all: [u, f] }, fails],
    [{ all: [f, u] }, fails],
    [{ all: [u] }, unknown],
    [{ any: [f, f] }, fails],
    [{ any: [f, t] }, holds],
    [{ any: [f, u] }, unknown],
    [{ any: [u, f] }, unknown],
    [{ any: [u, t] }, holds],
    [{ any: [t, u] }, holds],
    [{ not: { all: [t, u] } }, unknown],
    [{ not: { any: [u, t] } }, fails],
    [{ not: { not: t } }, holds],
    [{}, unknown],
  ])('%j is %s', (condition, truth) => {
    expect(evaluate(condition, {})).toBe(truth);
  });
});

describe('an attribute', () => {
  it.each(['constructor', 'toString', 'valueOf', 'hasOwnProperty', 'isPrototypeOf'])(
    'named %s is missing unless the request itself brings it',
    (key) => {
      expect(evaluate({ exists: `context.${key}` }, {})).toBe(fails);
      expect(evaluate({ eq: [`context.${key}`, 'a'] }, {})).toBe(unknown);
      expect(evaluate({ eq: [`context.${key}`, 'a'] }, { [key]: 'a' })).toBe(holds);
    },
  );

  it('is not found on the prototype of the context', () => {
    const context = Object.create({ x: 'a' }) as Context;
    expect(evaluate({ exists: 'context.x' }, context)).toBe(fails);
    expect(evaluate({ exists: 'context.__proto__' }, {})).toBe(fails);
  });

  it.each([
    ['service', 'orbit'],
    ['intent', 'act'],
    ['tenant', 't1'],
    ['subject', 'user:ada'],
    ['resource', 'axon:/reason'],
    ['something', undefined],
  ])('%s is %j', (attribute, value) => {
    expect(attributeReader(attribute)(facts({}))).toBe(value);
  });

  it('subject is missing when the request names none', () => {
    const without = { ...facts({}), subject: undefined };
    expect(compileCondition({ exists: 'subject' })(without)).toBe(fails);
    expect(compileCondition({ startsWith: ['subject', 'user:'] })(without)).toBe(unknown);
  });
});

describe('texts', () => {
  it.each<[Condition, string, Truth]>([
    [{ eq: ['context.x', 'é'] }, 'é', holds],
    [{ eq: ['context.x', 'é'] }, 'e\u0301', fails],
    [{ startsWith: ['context.x', '😀'] }, '😀!', holds],
    [{ glob: ['context.x', '*ß'] }, 'Spaß', holds],
    [{ glob: ['context.x', '*SS'] }, 'Spaß', fails],
    [{ glob: ['context.x', '😀*'] }, '\ud83d', fails],
    [{ in: ['context.x', ['ｄefault']] }, 'default', fails],
    [{ eq: ['context.x', 'İ'] }, 'i\u0307', fails],
  ])('%j of %j is %s: compared code unit by code unit, never folded or normalized', (condition, value, truth) => {
    expect(evaluate(condition, { x: value })).toBe(truth);
  });
});

describe('a glob', () => {
  it.each([
    ['*', '', true],
    ['*', 'anything', true],
    ['**', '', true],
    ['a', 'a', true],
    ['a', 'b', false],
    ['a*', 'a', true],
    ['*a', 'ba', true],
    ['a*a', 'a', false],
    ['a*a', 'aa', true],
    ['ab*ba', 'aba', false],
    ['a*b*c', 'abc', true],
    ['a*b*c', 'acb', false],
    ['a*bc*c', 'abc', false],
    ['a*b*b*c', 'abc', false],
    ['axon:/*', 'axon:/reason', true],
    ['axon:/*', 'axon:reason', false],
    ['*:/internal/*', 'axon:/internal/x', true],
    ['a?c', 'abc', false],
    ['a.c', 'abc', false],
    ['[a]', 'a', false],
  ])('%s against %j is %j', (pattern, text, matches) => {
    expect(globTest(pattern)(text)).toBe(matches);
  });

  it('with many stars looks at each character of a long text a bounded number of times', () => {
    const text = 'a'.repeat(1024);
    expect(globTest(`${'*a'.repeat(128)}*b`)(text)).toBe(false);
    expect(globTest(`${'*a'.repeat(128)}*`)(text)).toBe(true);
  });
});

describe('a literal', () => {
  const leaf = (operator: 'eq' | 'in' | 'cidr' | 'exists' | 'contains', operand: unknown) =>
    ({ kind: 'leaf', attribute: 'context.x', operator, operand }) as const;

  it('must be a network for cidr, and of one type for in', () => {
    expect(operandProblem(leaf('cidr', '10.0.0.1/8'))).toContain('network');
    expect(operandProblem(leaf('cidr', '10.0.0.0/8'))).toBeUndefined();
    expect(operandProblem(leaf('in', ['a', 1]))).toBe('values of one type');
    expect(operandProblem(leaf('in', ['a', 'b']))).toBeUndefined();
  });

  it('says which attribute types it can be compared with', () => {
    expect(operatorTypes(leaf('eq', true))).toEqual(['boolean']);
    expect(operatorTypes(leaf('in', [1, 2]))).toEqual(['number']);
    expect(operatorTypes(leaf('contains', 'a'))).toEqual(['string[]']);
    expect(operatorTypes(leaf('exists', undefined))).toBeUndefined();
  });
});

function evaluate(condition: Condition, context: Context): Truth {
  return compileCondition(condition)(facts(context));
}

function facts(context: Context): Facts {
  return {
    service: 'orbit',
    intent: 'act',
    tenant: 't1',
    subject: 'user:ada',
    resource: 'axon:/reason',
    context,
    nowMs: noonMs,
  };
}
