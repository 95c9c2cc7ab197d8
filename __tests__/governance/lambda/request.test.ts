// What Governance takes for a request: the schema's judgement, also where the schema is not walked.
// Next: governance/lambda/request.ts.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DecisionRequest } from '../../../governance/contract.ts';
import { isPlainRequest, readRequest } from '../../../governance/lambda/request.ts';

const whole = {
  service: 'orbit',
  intent: 'call_reasoning',
  tenant: 'default',
  subject: 'user:ada',
  resource: 'axon:/reason',
  correlationId: 'abcdefgh',
  context: { maxTokens: 1.5, model: 'm', stream: false, tags: ['a', ''] },
  binding: { method: 'POST', path: '/reason', bodySha256: 'b'.repeat(43), jkt: 'j'.repeat(43) },
};
const { context, binding } = whole;
const least = { service: 'orbit', intent: 'look', tenant: 't1', context: {} };

/** Values that fit some field of a request, almost fit it, or fit none. */
const odd = fc.oneof(
  fc.constantFrom<unknown>(
    undefined,
    null,
    true,
    0,
    -0,
    1.5,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    '',
    'GET',
    'orbit',
    'Orbit',
    '*',
    'user:',
    'user:x',
    'user:x y',
    'axon:/x',
    'axon:/*',
    '/x',
    'b'.repeat(43),
    'b'.repeat(44),
    'x'.repeat(1025),
    [],
    ['a'],
    [1],
    [['a']],
    Array.from({ length: 65 }, () => ''),
    ['x'.repeat(1024)],
    {},
    { a: 1 },
    { a: {} },
    { 'a b': 1 },
    binding,
    { ...binding, method: 'PUT' },
    { ...binding, more: 1 },
    { ...binding, jkt: undefined },
    { a: 'é'.repeat(1024), b: '\u0000'.repeat(1024) },
    Object.create(null),
    new Map(),
    new Date(0),
    JSON.parse('{"__proto__":1}'),
    Object.fromEntries(Array.from({ length: 33 }, (_, index) => [`k${index}`, index])),
    Object.fromEntries(Array.from({ length: 9 }, (_, index) => [`k${index}`, 'x'.repeat(1000)])),
  ),
  fc.jsonValue(),
);
const key = fc.constantFrom(...Object.keys(whole), 'constructor', '__proto__', 'toString', 'extra');
const edits = fc.array(fc.tuple(key, odd), { maxLength: 3 });
const events = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .tuple(fc.constantFrom<object>(whole, least, context), edits)
      .map(([base, changes]) => changed(base, changes)),
  },
  { weight: 3, arbitrary: edits.map((changes) => ({ ...whole, context: changed(context, changes) })) },
  { weight: 3, arbitrary: edits.map((changes) => ({ ...whole, binding: changed(binding, changes) })) },
  { weight: 1, arbitrary: odd },
);

function changed(base: object, changes: readonly (readonly [string, unknown])[]): object {
  return JSON.parse(
    JSON.stringify(Object.assign({}, base)).replace(/\}$/, '') +
      changes
        .filter(([, value]) => value !== undefined)
        .map(([name, value]) => `,${JSON.stringify(name)}:${JSON.stringify(value) ?? 'null'}`)
        .join('') +
      '}',
  ) as object;
}

describe('a request that is plain', () => {
  it('is one that the schema answers unchanged, whatever the event', () => {
    let plain = 0;
    fc.assert(
      fc.property(events, (event) => {
        if (!isPlainRequest(event)) return;
        plain += 1;
        const parsed = DecisionRequest.parse(event);
        expect(parsed).toEqual(event);
        expect(Object.keys(parsed).sort()).toEqual(Object.keys(event).sort());
      }),
      { numRuns: 20_000 },
    );
    expect(plain).toBeGreaterThan(500);
  });

  it.each<[string, unknown]>([
    ['with everything', whole],
    ['with the least', least],
    ['with as much text as fits', { ...least, context: { a: 'x'.repeat(1000) } }],
  ])('is one %s', (_name, event) => {
    expect(isPlainRequest(event)).toBe(true);
    expect(readRequest(event)).toEqual({ ok: true, request: event });
  });

  it.each<[string, unknown, boolean]>([
    ['without a tenant', { service: 'orbit', intent: 'look', context: {} }, true],
    ['without a context', { service: 'orbit', intent: 'look', tenant: 't1' }, true],
    [
      'with as many bytes as are let through',
      { ...least, context: { a: 'x'.repeat(1024), b: 'x'.repeat(1024) } },
      true,
    ],
    ['with a key more', { ...whole, more: 1 }, false],
    ['with a key of every object', { ...whole, constructor: 1 }, false],
    ['with an array for a context', { ...whole, context: [] }, false],
    ['with a binding of five', { ...whole, binding: { ...binding, constructor: 1 } }, false],
  ])('is not one %s; the schema judges', (_name, event, accepted) => {
    expect(isPlainRequest(event)).toBe(false);
    expect(readRequest(event).ok).toBe(accepted);
  });
});

it('what is refused is told with every field, what was got and what was expected', () => {
  expect(readRequest({ service: 'Orbit', context: { n: null }, who: 1 })).toEqual({
    ok: false,
    detail: expect.stringMatching(
      /service: got "Orbit", expected a service name.*intent: got nothing.*context\.n: got null.*who: got 1, expected no such key/,
    ) as string,
  });
});
