// One small edit at a time, for every operator and every part of a document: each must be found, and said as it is.
// Next: __tests__/support/compared-documents.ts, which compares; governance/policy/samples.ts, which must find them.
import { describe, expect, it } from 'vitest';
import { compareDrafts } from '../../support/compared-documents.ts';
import { type DocumentDraft, draft, forbid, noonMs, permit, platformDraft } from '../../support/policy-fixtures.ts';

const office = { days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '08:00', to: '18:00', timezone: 'Europe/Berlin' };
const when = (condition: unknown): DocumentDraft[] => [draft([permit('p', { when: condition })])];
const barred = (condition: unknown): DocumentDraft[] => [draft([permit('p'), forbid('f', { when: condition })])];
const quota = (limit: number): DocumentDraft => ({ quotas: { q: { limit, windowSeconds: 60, per: ['tenant'] } } });

/** Name, before, after, the gravest kind of change, and the smallest request's own part where it can be only one. */
type Edit = [string, DocumentDraft[], DocumentDraft[], string, object?];

const edits: Edit[] = [
  ['lte', when({ lte: ['context.n', 5] }), when({ lte: ['context.n', 6] }), 'newly permitted', { context: { n: 6 } }],
  ['lt', when({ lt: ['context.n', 6] }), when({ lt: ['context.n', 5] }), 'newly denied', { context: { n: 5 } }],
  [
    'lt to lte',
    when({ lt: ['context.n', 5] }),
    when({ lte: ['context.n', 5] }),
    'newly permitted',
    { context: { n: 5 } },
  ],
  ['gt', when({ gt: ['context.n', 5] }), when({ gt: ['context.n', 4] }), 'newly permitted', { context: { n: 5 } }],
  ['gte', when({ gte: ['context.n', 5] }), when({ gte: ['context.n', 6] }), 'newly denied', { context: { n: 5 } }],
  ['a fraction', when({ lte: ['context.n', 0.25] }), when({ lte: ['context.n', 0.2500001] }), 'newly permitted'],
  [
    'a fraction left out',
    when({ lte: ['context.n', 0.25] }),
    when({ lt: ['context.n', 0.25] }),
    'newly denied',
    { context: { n: 0.25 } },
  ],
  [
    'a very large number',
    when({ lte: ['context.n', 1e17] }),
    when({ lt: ['context.n', 1e17] }),
    'newly denied',
    { context: { n: 1e17 } },
  ],
  [
    'eq text',
    when({ eq: ['context.s', 'a'] }),
    when({ eq: ['context.s', 'b'] }),
    'newly permitted',
    { context: { s: 'b' } },
  ],
  [
    'eq boolean',
    when({ eq: ['context.b', true] }),
    when({ eq: ['context.b', false] }),
    'newly permitted',
    { context: { b: false } },
  ],
  [
    'ne',
    when({ ne: ['context.s', 'a'] }),
    when({ ne: ['context.s', 'b'] }),
    'newly permitted',
    { context: { s: 'a' } },
  ],
  [
    'in, one more',
    when({ in: ['context.s', ['a', 'b']] }),
    when({ in: ['context.s', ['a', 'b', 'c']] }),
    'newly permitted',
    { context: { s: 'c' } },
  ],
  [
    'in, one less',
    when({ in: ['context.n', [1, 2]] }),
    when({ in: ['context.n', [1]] }),
    'newly denied',
    { context: { n: 2 } },
  ],
  [
    'in, one of many',
    when({ in: ['context.n', numbers(900)] }),
    when({ in: ['context.n', numbers(900).map((n) => (n === 450 ? 9999 : n))] }),
    'newly permitted',
    { context: { n: 9999 } },
  ],
  [
    'contains',
    when({ contains: ['context.t', 'a'] }),
    when({ contains: ['context.t', 'b'] }),
    'newly permitted',
    { context: { t: ['b'] } },
  ],
  [
    'startsWith',
    when({ startsWith: ['context.s', 'ab'] }),
    when({ startsWith: ['context.s', 'a'] }),
    'newly permitted',
  ],
  [
    'startsWith the subject',
    when({ startsWith: ['subject', 'user:'] }),
    when({ startsWith: ['subject', 'agent:'] }),
    'newly permitted',
    { subject: expect.stringMatching(/^agent:.$/) as string },
  ],
  ['glob', when({ glob: ['context.s', 'a*'] }), when({ glob: ['context.s', '*a'] }), 'newly permitted'],
  ['glob, narrower', when({ glob: ['context.s', 'a*'] }), when({ glob: ['context.s', 'a*c'] }), 'newly denied'],
  [
    'cidr, wider',
    when({ cidr: ['context.s', '10.0.0.0/9'] }),
    when({ cidr: ['context.s', '10.0.0.0/8'] }),
    'newly permitted',
  ],
  [
    'cidr, narrower',
    when({ cidr: ['context.s', '10.0.0.0/8'] }),
    when({ cidr: ['context.s', '10.0.0.0/24'] }),
    'newly denied',
  ],
  [
    'cidr, IPv6',
    when({ cidr: ['context.s', 'fd00::/8'] }),
    when({ cidr: ['context.s', 'fd00::/7'.replace('d0', 'c0')] }),
    'newly permitted',
  ],
  [
    'a dropped exists',
    barred({ all: [{ exists: 'context.n' }, { gt: ['context.n', 5] }] }),
    barred({ gt: ['context.n', 5] }),
    'newly denied',
    { context: {} },
  ],
  [
    'exists turned around',
    when({ exists: 'context.n' }),
    when({ not: { exists: 'context.n' } }),
    'newly permitted',
    { context: {} },
  ],
  ['from', when({ within: office }), when({ within: { ...office, from: '07:59' } }), 'newly permitted'],
  ['to', when({ within: office }), when({ within: { ...office, to: '17:59' } }), 'newly denied'],
  ['days', when({ within: office }), when({ within: { ...office, days: [...office.days, 'sat'] } }), 'newly permitted'],
  [
    'a day less',
    when({ within: office }),
    when({ within: { ...office, days: ['mon', 'tue', 'wed', 'thu'] } }),
    'newly denied',
  ],
  ['timezone', when({ within: office }), when({ within: { ...office, timezone: 'Europe/London' } }), 'newly permitted'],
  [
    'past midnight',
    when({ within: { ...office, from: '22:00', to: '02:00' } }),
    when({ within: { ...office, from: '22:00', to: '02:01' } }),
    'newly permitted',
  ],
  [
    'all to any',
    when({ all: [{ eq: ['context.n', 1] }, { eq: ['context.b', true] }] }),
    when({ any: [{ eq: ['context.n', 1] }, { eq: ['context.b', true] }] }),
    'newly permitted',
  ],
  [
    'two numbers that leave a gap',
    when({ all: [{ gt: ['context.n', 5] }, { lt: ['context.n', 6] }] }),
    when({ all: [{ gt: ['context.n', 5] }, { lt: ['context.n', 5] }] }),
    'newly denied',
  ],
  [
    'a prefix and a pattern together',
    when({ all: [{ startsWith: ['subject', 'user:'] }, { glob: ['subject', '*@corp'] }, { lte: ['context.n', 5] }] }),
    when({ all: [{ startsWith: ['subject', 'user:'] }, { glob: ['subject', '*@corp'] }, { lte: ['context.n', 6] }] }),
    'newly permitted',
  ],
  [
    'two elements together',
    when({ all: [{ contains: ['context.t', 'a'] }, { contains: ['context.t', 'b'] }] }),
    when({ all: [{ contains: ['context.t', 'a'] }, { contains: ['context.t', 'c'] }] }),
    'newly permitted',
  ],
  [
    'behind a forbid that a missing attribute trips',
    [
      draft([
        permit('p', { when: { lte: ['context.n', 5] } }),
        forbid('f', { when: { eq: ['subject', 'user:mallory'] } }),
      ]),
    ],
    [
      draft([
        permit('p', { when: { lte: ['context.n', 6] } }),
        forbid('f', { when: { eq: ['subject', 'user:mallory'] } }),
      ]),
    ],
    'newly permitted',
    { context: { n: 6 } },
  ],
  [
    'behind another permit',
    [draft([permit('a', { when: { eq: ['context.b', true] } }), permit('p', { when: { lte: ['context.n', 5] } })])],
    [draft([permit('a', { when: { eq: ['context.b', true] } }), permit('p', { when: { lte: ['context.n', 6] } })])],
    'newly permitted',
    { context: { n: 6 } },
  ],
  ['behind many forbids', masked(5), masked(6), 'newly permitted'],
  ['deep inside', when(deep(3)), when(deep(4)), 'newly permitted'],
  [
    'services added',
    [draft([permit('p')])],
    [draft([permit('p', { services: ['orbit', 'other'] })])],
    'newly permitted',
    { service: 'other', context: {} },
  ],
  [
    'a forbid for fewer services',
    [draft([permit('p', { services: ['axon', 'orbit'] }), forbid('f')])],
    [draft([permit('p', { services: ['axon', 'orbit'] }), forbid('f', { services: ['orbit'] })])],
    'newly permitted',
    { service: 'axon' },
  ],
  [
    'intents added',
    [draft([permit('p')])],
    [draft([permit('p', { intents: ['act', 'look'] })])],
    'newly permitted',
    { intent: 'look', resource: 'axon:/reason' },
  ],
  [
    'resources added',
    [draft([permit('p')])],
    [draft([permit('p', { resources: ['axon:/reason', 'axon:/x'] })])],
    'newly permitted',
    { resource: 'axon:/x' },
  ],
  ['a forbidden pattern', barredAt('axon:/r*'), barredAt('axon:/x*'), 'newly permitted'],
  [
    'a literal in the last place',
    [draft([permit('p', { services: services(40) })])],
    [draft([permit('p', { services: [...services(39), 'new'] })])],
    'newly permitted',
    { service: 'new' },
  ],
  [
    'obligations',
    [draft([permit('p', { obligations: [{ type: 'single_use' }] })])],
    [draft([permit('p')])],
    'other duties',
    { context: {} },
  ],
  [
    "an obligation's number",
    [draft([permit('p', { obligations: [{ type: 'limit', field: 'n', max: 5 }] })])],
    [draft([permit('p', { obligations: [{ type: 'limit', field: 'n', max: 6 }] })])],
    'other duties',
  ],
  [
    "a quota's limit",
    [draft([permit('p', { quotas: ['q'] })], quota(5))],
    [draft([permit('p', { quotas: ['q'] })], quota(6))],
    'other quotas',
  ],
  [
    'a quota of the platform',
    [draft([permit('p')]), platformDraft([], quota(5))],
    [draft([permit('p')]), platformDraft([], quota(6))],
    'other quotas',
  ],
  [
    'mode',
    [draft([permit('p'), forbid('f')])],
    [draft([permit('p'), forbid('f', { mode: 'shadow' })])],
    'newly permitted',
    { context: {} },
  ],
  ['what shadow says', [draft([permit('p'), forbid('f', { mode: 'shadow' })])], [draft([permit('p')])], 'shadow'],
  ['the deciding rule', [draft([permit('p')])], [draft([permit('q')])], 'other rule'],
  [
    'a forbid of the platform',
    [draft([permit('p')]), platformDraft([])],
    [draft([permit('p')]), platformDraft([forbid('f', { when: { eq: ['context.s', 'x'] } })])],
    'newly denied',
  ],
  [
    'the platform on a tenant',
    [draft([permit('p')]), platformDraft([forbid('f', { when: { eq: ['tenant', 't1'] } })])],
    [draft([permit('p')]), platformDraft([forbid('f', { when: { eq: ['tenant', 't2'] } })])],
    'newly permitted',
  ],
  ['why it is denied', [draft([])], [draft([forbid('f')])], 'other reason'],
  [
    'a declared key',
    [draft([permit('p')])],
    [draft([permit('p')], { intents: intentsWith({ more: 'string' }) })],
    'newly permitted',
    { context: { more: '' } },
  ],
  [
    'an intent no longer declared',
    [draft([permit('p'), permit('l', { intents: ['look'], resources: ['axon:/look'] })])],
    [draft([permit('p')], { intents: intentsWith({}, false) })],
    'newly denied',
    { intent: 'look', context: {} },
  ],
  [
    'the resource of an intent',
    [draft([permit('p')])],
    [draft([permit('p')], { intents: intentsWith({}, true, 'axon:/other') })],
    'newly denied',
    { context: {} },
  ],
  [
    'validUntil',
    [draft([permit('p')], { validUntil: '2027-01-01T00:00:00Z' })],
    [draft([permit('p')], { validUntil: '2027-01-01T00:00:01Z' })],
    'newly permitted',
  ],
  ['a tenant', [draft([permit('p')])], [draft([permit('p')], { tenant: 't2' })], 'newly permitted', { tenant: 't2' }],
];

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}

function services(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `s${index}`);
}

function masked(limit: number): DocumentDraft[] {
  const forbids = ['a', 'b', 'c', 'd', 'e', 'g'].map((value, index) =>
    forbid(`f${index}`, { when: index % 2 === 0 ? { ne: ['context.s', 'ok'] } : { contains: ['context.t', value] } }),
  );
  return [
    draft([
      permit('p', { when: { lte: ['context.n', limit] } }),
      forbid('z', { when: { eq: ['context.b', false] } }),
      ...forbids,
    ]),
  ];
}

function deep(literal: number): unknown {
  return {
    not: {
      any: [
        {
          not: {
            all: [
              { any: [{ eq: ['context.s', 'x'] }, { not: { gt: ['context.n', literal] } }] },
              { eq: ['context.b', true] },
            ],
          },
        },
        { contains: ['context.t', 'no'] },
      ],
    },
  };
}

function barredAt(pattern: string): DocumentDraft[] {
  return [draft([permit('p', { resources: ['axon:/reason', 'axon:/xyz'] }), forbid('f', { resources: [pattern] })])];
}

function intentsWith(more: object, look = true, resource = 'axon:/reason'): object {
  return {
    act: { resource, context: { n: 'number', s: 'string', b: 'boolean', t: 'string[]', ...more } },
    ...(look ? { look: { resource: 'axon:/look' } } : {}),
  };
}

describe('an edit of one place', () => {
  it.each(edits)('is found and said as it is: %s', (_name, before, after, kind, request) => {
    const { groups } = compareDrafts(before, after);
    expect(groups.map((group) => group.kind)).toContain(kind);
    if (request)
      expect(groups.filter((group) => group.kind === kind).map(({ sample }) => sample.request)).toContainEqual(
        expect.objectContaining(request),
      );
  });

  it.each(edits)('turned around is found as well: %s', (_name, before, after) => {
    expect(compareDrafts(after, before).groups).not.toEqual([]);
  });

  it.each(edits)('is not there between a document and itself: %s', (_name, before) => {
    const { groups, asked } = compareDrafts(before, before);
    expect(groups).toEqual([]);
    expect(asked).toBeGreaterThan(0);
  });

  it('needs another time only where the time is what changed', () => {
    for (const [name, before, after] of edits) {
      const times = compareDrafts(before, after).groups.map(({ sample }) => sample.nowMs);
      const isTime = /^(from|to|days|a day less|timezone|past midnight|validUntil)$/.test(name);
      expect([name, times.every((each) => each === noonMs)]).toEqual([name, !isTime]);
    }
  });
});
