// The search for requests: what it finds is so, and where it says that there is none, no request at random is one either.
// Next: governance/policy/regions/search.ts; governance/policy/operators.ts, the meaning it is held to.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Condition } from '../../../governance/policy/document.ts';
import { compileCondition, type Facts, type Truth } from '../../../governance/policy/operators.ts';
import { createFormulaBook, truthBits } from '../../../governance/policy/regions/formula.ts';
import { createSearch, type Finding } from '../../../governance/policy/regions/search.ts';
import { instantAt, isOpenAt, localMinute, weekMinutes } from '../../../governance/policy/regions/week.ts';
import { withinTest } from '../../../governance/policy/within.ts';
import { draft, noonMs } from '../../support/policy-fixtures.ts';
import { forbids, permits, requests } from '../../support/policy-generators.ts';
import { documentFrom } from '../../support/shipped-policies.ts';

const truths: readonly Truth[] = ['true', 'false', 'unknown'];
const intents = new Map([['act', new Set(['n', 's', 'b', 't', 'toString'])]]);
const ask = (condition: Condition, truth: Truth): Finding =>
  createSearch(noonMs).find({
    goals: [{ formula: createFormulaBook().ofCondition(condition), allowed: truthBits[truth] }],
    scope: { tenant: 't1', intents },
  });
const s = (operator: string, operand: unknown) => ({ [operator]: ['context.s', operand] }) as Condition;
const n = (operator: string, operand: unknown) => ({ [operator]: ['context.n', operand] }) as Condition;
const has = (item: string): Condition => ({ contains: ['context.t', item] });

describe('what can be', () => {
  it.each<[string, Condition, Truth[]]>([
    ['numbers between neighbours', { all: [n('gt', 1), n('lt', 1 + Number.EPSILON)] }, ['false', 'unknown']],
    ['a number', n('lt', 3), ['true', 'false', 'unknown']],
    [
      'a number in a list and between its items',
      { all: [n('in', [1, 5]), n('gt', 1), n('lt', 5)] },
      ['false', 'unknown'],
    ],
    ['a start and an end', { all: [s('glob', 'ab*'), s('glob', '*ba')] }, ['true', 'false', 'unknown']],
    ['a start and an end that overlap', { all: [s('glob', 'ab*'), { not: s('glob', '*b*') }] }, ['false', 'unknown']],
    [
      'a star in a start, which stands for itself',
      { all: [s('eq', 'abc'), { not: s('startsWith', 'a*') }] },
      truths.slice(),
    ],
    [
      'a middle that a longer one implies',
      { all: [s('glob', '*abc*'), { not: s('glob', '*b*') }] },
      ['false', 'unknown'],
    ],
    [
      'a network whose halves are excluded',
      {
        all: [s('cidr', '10.0.0.0/8'), { not: s('cidr', '10.0.0.0/9') }, { not: s('cidr', '10.128.0.0/9') }],
      },
      ['false', 'unknown'],
    ],
    [
      'an address and letters that none has',
      { all: [s('cidr', '10.0.0.0/8'), s('startsWith', 'user:')] },
      ['false', 'unknown'],
    ],
    ['items that are in and not in', { all: [has('a'), { not: has('a') }] }, ['false', 'unknown']],
    ['items side by side', { all: [has('a'), has('b'), { not: has('c') }] }, ['true', 'false', 'unknown']],
    ['another type', { all: [n('lt', 3), s('eq', 'a'), { not: { exists: 'context.n' } }] }, ['false', 'unknown']],
    ['the tenant that it is', { eq: ['tenant', 't1'] }, ['true']],
    ['a key that no intent declares', { exists: 'context.other' }, ['false']],
    ['a resource, which is always there', { exists: 'resource' }, ['true']],
  ])('%s', (_name, condition, expected) => {
    const found = truths.filter((truth) => ask(condition, truth) !== 'none');
    expect(found).toEqual(expected);
  });
});

it('what takes too long is unclear, not impossible: eight pigeons in seven holes', () => {
  const holes = [0, 1, 2, 3, 4, 5, 6];
  const pigeons = [...holes, 7];
  const sits = (pigeon: number, hole: number) => has(`${pigeon} in ${hole}`);
  const somewhere = pigeons.map((pigeon): Condition => ({ any: holes.map((hole) => sits(pigeon, hole)) }));
  const alone = holes.flatMap((hole) =>
    pigeons.flatMap((one) =>
      pigeons
        .filter((other) => other > one)
        .map((other): Condition => ({ not: { all: [sits(one, hole), sits(other, hole)] } })),
    ),
  );
  expect(ask({ all: [...somewhere, ...alone] }, 'true')).toBe('unclear');
  expect(ask({ all: somewhere }, 'true')).toMatchObject({ intent: 'act', tenant: 't1' });
});

describe('at random', () => {
  it('what is found is so, and what is not there is never met', () => {
    const seen = { none: 0, unclear: 0, found: 0 };
    fc.assert(
      fc.property(
        fc.oneof(permits(), forbids()),
        fc.array(requests(), { minLength: 30, maxLength: 30 }),
        (rule, asked) => {
          const context = { n: 'number', s: 'string', b: 'boolean', t: 'string[]', toString: 'string' };
          const declared = Object.fromEntries(
            ['act', 'see', 'bare'].map((name) => [
              name,
              { resource: 'axon:/reason', context: name === 'bare' ? {} : context },
            ]),
          );
          const plain = { id: 'r', ...rule, quotas: undefined };
          const when = documentFrom(JSON.stringify(draft([plain], { intents: declared }))).rules[0]?.when;
          if (!when) return;
          const test = compileCondition(when);
          const facts = asked.map((request, index): Facts => ({
            ...request,
            intent: 'act',
            tenant: 't1',
            subject: request.subject,
            resource: request.resource ?? 'axon:/reason',
            context: Object.fromEntries(Object.entries(request.context).filter(([key]) => key !== 'undeclared')),
            nowMs: noonMs + index * 5 * 3_600_000,
          }));
          for (const truth of truths) {
            const finding = ask(when, truth);
            if (finding === 'none') {
              seen.none += 1;
              expect(facts.find((each) => test(each) === truth)).toBeUndefined();
            } else if (finding === 'unclear') seen.unclear += 1;
            else {
              seen.found += 1;
              expect(test(finding)).toBe(truth);
            }
          }
        },
      ),
      { numRuns: 1500 },
    );
    // It knows mostly, and both ways.
    expect(seen.found).toBeGreaterThan(1000);
    expect(seen.none).toBeGreaterThan(100);
    expect(seen.unclear).toBeLessThan(seen.found / 20);
  });
});

describe('the week', () => {
  const within = fc
    .record({
      days: fc.subarray(['mon', 'wed', 'sat', 'sun'] as const, { minLength: 1 }),
      from: fc.constantFrom('00:00', '07:45', '18:00', '23:59'),
      to: fc.constantFrom('00:00', '02:30', '08:00', '23:59'),
      timezone: fc.constantFrom('UTC', 'Asia/Kathmandu', 'America/New_York', 'Europe/Berlin', 'Australia/Lord_Howe'),
    })
    .filter(({ from, to }) => from !== to);

  it('has the minutes that the engine goes by, over every change of the clock since 1970', () => {
    fc.assert(
      fc.property(within, fc.integer({ min: 2 ** 28, max: 2 ** 41 }), (window, nowMs) => {
        expect(isOpenAt(window, localMinute(window.timezone, nowMs))).toBe(withinTest(window)(nowMs));
      }),
      { numRuns: 3000 },
    );
  });

  it('is known minute by minute: windows that meet, and windows that leave none out', () => {
    const minutes = Array.from({ length: weekMinutes }, (_, minute) => minute);
    const seen = { never: 0, always: 0 };
    fc.assert(
      fc.property(fc.array(within, { minLength: 2, maxLength: 3 }), fc.boolean(), (windows, isDenied) => {
        const timezone = 'Europe/Berlin';
        const spans = windows.map((window) => ({ ...window, timezone }));
        const parts = spans.map((span, index): Condition =>
          isDenied && index === 0 ? { not: { within: span } } : { within: span },
        );
        const isOpen = (minute: number) =>
          spans.map((span, index) => isOpenAt(span, minute) !== (isDenied && index === 0));
        const [never, always] = [
          !minutes.some((minute) => isOpen(minute).every(Boolean)),
          minutes.every((minute) => isOpen(minute).some(Boolean)),
        ];
        expect([ask({ all: parts }, 'true') === 'none', ask({ any: parts }, 'false') === 'none']).toEqual([
          never,
          always,
        ]);
        seen.never += Number(never);
        seen.always += Number(always);
      }),
      { numRuns: 200 },
    );
    expect(Math.min(seen.never, seen.always)).toBeGreaterThan(0);
  });

  it('tells an instant for a minute', () => {
    for (const minute of [0, 1, 700, weekMinutes - 1])
      expect(localMinute('Asia/Kathmandu', instantAt('Asia/Kathmandu', minute, noonMs))).toBe(minute);
  });
});
