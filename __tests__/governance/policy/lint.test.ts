// Each finding of lint with its smallest document and a near miss, and proof by brute force that none is a false alarm.
// Next: governance/policy/lint.ts; governance/policy/regions.ts, which proves.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compilePolicy } from '../../../governance/policy/compile.ts';
import { decide, type PolicyRequest, type Verdict } from '../../../governance/policy/decide.ts';
import { type PolicyDocument } from '../../../governance/policy/document.ts';
import { explain } from '../../../governance/policy/explain.ts';
import { lintPolicies } from '../../../governance/policy/lint.ts';
import { type DocumentDraft, draft, forbid, noonMs, permit, platformDraft } from '../../support/policy-fixtures.ts';
import { documents, requests } from '../../support/policy-generators.ts';
import { documentFrom } from '../../support/shipped-policies.ts';

const documentOf = (of: DocumentDraft): PolicyDocument => documentFrom(JSON.stringify(of));
/** `rule check`, of everything that is found but notes and unused intents. */
const found = (...drafts: readonly DocumentDraft[]) =>
  lintPolicies(drafts.map(documentOf), noonMs)
    .filter(({ check, severity }) => check !== 'unused-intent' && severity !== 'note')
    .map(({ rule, check }) => `${rule} ${check}`);

const n = (operator: string, value: number) => ({ [operator]: ['context.n', value] });
const s = (operator: string, value: unknown) => ({ [operator]: ['context.s', value] });
const all = (...conditions: object[]) => ({ all: conditions });
const any = (...conditions: object[]) => ({ any: conditions });
const not = (condition: object) => ({ not: condition });
const office = { within: { days: ['mon', 'tue'], from: '08:00', to: '18:00', timezone: 'Europe/Berlin' } };
const night = { within: { from: '18:00', to: '08:00', timezone: 'Europe/Berlin' } };
const nightElsewhere = { within: { ...night.within, timezone: 'Asia/Tokyo' } };

describe('a condition that nothing meets', () => {
  it.each<[string, object]>([
    ['numbers apart', all(n('lt', 3), n('gt', 5))],
    ['numbers that just miss', all(n('lt', 3), n('gte', 3))],
    ['two values at once', all(s('eq', 'a'), s('eq', 'b'))],
    ['a value outside its list', all(s('in', ['a', 'b']), s('eq', 'c'))],
    ['a value that is excluded', all(s('eq', 'a'), s('ne', 'a'))],
    ['two types at once', all(n('gt', 0), { exists: 'context.n' }, not({ exists: 'context.n' }))],
    ['a prefix and another', all(s('startsWith', 'ab'), s('startsWith', 'b'))],
    ['a prefix and a pattern', all(s('startsWith', 'ab'), s('glob', 'b*c'))],
    ['a prefix within one that is excluded', all(s('startsWith', 'ab'), not(s('startsWith', 'a')))],
    ['a value without its prefix', all(s('eq', 'b'), s('startsWith', 'a'))],
    ['networks apart', all(s('cidr', '10.0.0.0/8'), s('cidr', '11.0.0.0/8'))],
    ['a network within one that is excluded', all(s('cidr', '10.1.0.0/16'), not(s('cidr', '10.0.0.0/8')))],
    ['networks of two families', all(s('cidr', '10.0.0.0/8'), s('cidr', 'fd00::/8'))],
    ['a list that holds and does not', all({ contains: ['context.t', 'x'] }, not({ contains: ['context.t', 'x'] }))],
    ['a flag both ways', all({ eq: ['context.b', true] }, { ne: ['context.b', true] })],
    ['a branch of each that fails', all(any(n('lt', 1), n('gt', 9)), n('eq', 5))],
    ['a resource that it does not have', { all: [{ exists: 'resource' }, not({ exists: 'resource' })] }],
  ])('%s', (_name, when) => {
    expect(found(draft([permit('r', { when })]))).toEqual(['r unreachable']);
  });

  it.each<[string, object]>([
    ['numbers that touch', all(n('lte', 3), n('gte', 3))],
    ['a value in its list', all(s('in', ['a', 'b']), s('eq', 'b'))],
    ['a prefix within another', all(s('startsWith', 'ab'), s('startsWith', 'a'))],
    ['a pattern beside an excluded one', all(s('glob', 'a*'), not(s('glob', '*b')))],
    ['a network within another', all(s('cidr', '10.1.0.0/16'), s('cidr', '10.0.0.0/8'))],
    ['a network without a part', all(s('cidr', '10.0.0.0/8'), not(s('cidr', '10.1.0.0/16')))],
    ['numbers with a point out', all(n('gte', 3), n('ne', 3))],
    ['windows of two zones', all(office, nightElsewhere)],
  ])('is not said of %s', (_name, when) => {
    expect(found(draft([permit('r', { when })]))).toEqual([]);
  });

  it('is said of a forbid only where it is false for every request: what cannot be known forbids', () => {
    expect(found(draft([forbid('r', { when: all(n('lt', 3), n('gt', 5)) })]))).toEqual(['r only-missing']);
    const guarded = all({ exists: 'context.n' }, not({ exists: 'context.n' }));
    expect(found(draft([forbid('r', { when: guarded })]))).toEqual(['r unreachable']);
  });
});

describe('windows', () => {
  it.each<[string, object, string[]]>([
    ['never open together', all(office, night), ['r window']],
    ['never open: one is the opposite', all(office, not(office)), ['r window']],
    ['deep inside', any(n('eq', 1), all(office, night)), ['r window']],
    ['always open one or the other', any(office, not(office)), ['r window', 'r always']],
    ['open together on some days', all(office, not(night)), []],
    ['open together somewhere', all(office, nightElsewhere), []],
  ])('%s', (_name, when, expected) => {
    expect(found(draft([permit('r', { when })]))).toEqual(expected);
  });
});

describe('a rule that does not matter', () => {
  const wide = permit('wide', { when: n('lte', 9) });
  it.each<[string, readonly object[], readonly object[], string[]]>([
    ['a permit that a forbid covers', [permit('p'), forbid('f')], [], ['p shadowed']],
    ['a permit that the platform covers', [permit('p')], [forbid('f')], ['p shadowed']],
    [
      'a permit that two forbids cover together',
      [permit('p', { when: n('gt', 0) }), forbid('low', { when: n('lte', 5) }), forbid('high', { when: n('gt', 5) })],
      [],
      ['p shadowed'],
    ],
    ['a permit that a shadow forbid would cover', [permit('p'), forbid('f', { mode: 'shadow' })], [], []],
    ['a permit that a forbid covers for another intent', [permit('p'), forbid('f', { intents: ['look'] })], [], []],
    [
      'a permit that a forbid covers for another resource',
      [permit('p'), forbid('f', { resources: ['axon:/x*'] })],
      [],
      [],
    ],
    [
      'a permit that a forbid covers but for what is missing',
      [permit('p'), forbid('f', { when: { exists: 'context.n' } })],
      [],
      [],
    ],
    ['a permit within a wider one', [permit('p', { when: n('lte', 5) }), wide], [], ['p wider']],
    [
      'a permit within a wider one, with a duty of its own',
      [permit('p', { when: n('lte', 5), obligations: [{ type: 'single_use' }] }), wide],
      [],
      [],
    ],
    [
      'two permits that are equal',
      [permit('a', { when: n('lte', 5) }), permit('b', { when: not(n('gt', 5)) })],
      [],
      ['b duplicate'],
    ],
    ['two permits that overlap', [permit('a', { when: n('lte', 5) }), permit('b', { when: n('gte', 5) })], [], []],
    [
      'a forbid within a wider one',
      [forbid('a', { when: n('gt', 9) }), forbid('b', { when: n('gt', 5) })],
      [],
      ['a shadowed'],
    ],
    [
      'a forbid of everyone beside one of Orbit',
      [forbid('a', { services: ['orbit'] }), forbid('b')],
      [],
      ['a shadowed'],
    ],
    [
      'a forbid of Orbit beside one of everyone else',
      [forbid('a'), forbid('b', { services: ['orbit'] })],
      [],
      ['b shadowed'],
    ],
    ['two forbids that are equal', [forbid('a'), forbid('b')], [], ['b duplicate']],
    ['a forbid equal to the platform’s', [forbid('a')], [forbid('a')], ['a duplicate']],
    [
      'a forbid of a pattern within a pattern',
      [forbid('a', { resources: ['axon:/x/*'] }), forbid('b', { resources: ['axon:/*'] })],
      [],
      ['a shadowed'],
    ],
    [
      'a forbid of a pattern beside a pattern',
      [forbid('a', { resources: ['axon:/*/x'] }), forbid('b', { resources: ['axon:/y*'] })],
      [],
      [],
    ],
  ])('%s', (_name, rules, platform, expected) => {
    expect(found(draft(rules), platformDraft(platform)).sort()).toEqual(expected);
  });
});

describe('the text', () => {
  it.each<[string, DocumentDraft, string[]]>([
    [
      'a quota that nobody is charged to',
      draft([permit('p')], { quotas: { q: { limit: 1, windowSeconds: 1, per: ['tenant'] } } }),
      ['null unused-quota'],
    ],
    [
      'two limits of one field',
      draft([permit('p', { obligations: [1, 2].map((max) => ({ type: 'limit', field: 'maxTokens', max })) })]),
      ['p duties'],
    ],
    [
      'a limit of what is redacted',
      draft([
        permit('p', {
          obligations: [
            { type: 'redact', fields: ['a'] },
            { type: 'limit', field: 'a', max: 1 },
          ],
        }),
      ]),
      ['p duties'],
    ],
    ['an end that is past', draft([permit('p')], { validUntil: '2026-03-10T00:00:00Z' }), ['null expiry']],
    ['an end that is near', draft([permit('p')], { validUntil: '2026-03-31T00:00:00Z' }), ['null expiry']],
    ['an end that is far', draft([permit('p')], { validUntil: '2027-03-31T00:00:00Z' }), []],
    ['another tenant’s name', draft([permit('p', { when: s('eq', 'team:t2/x') })]), ['p names-tenant']],
    ['another tenant’s name in a word', draft([permit('p', { when: s('eq', 'at2') })]), []],
  ])('%s', (_name, document, expected) => {
    expect(found(document, draft([permit('x')], { tenant: 't2' })).filter((each) => !each.startsWith('x '))).toEqual(
      expected,
    );
  });

  it('an intent that no permit names', () => {
    const checks = lintPolicies([documentOf(draft([permit('p')]))], noonMs).map(
      ({ check, path }) => `${check} ${path}`,
    );
    expect(checks).toEqual(['unused-intent intents.look']);
  });

  it('a forbid that holds without an attribute, and one that says it must be there', () => {
    const notes = (when: object) =>
      lintPolicies([documentOf(platformDraft([forbid('f', { when })]))], noonMs).map(
        ({ check, severity }) => `${severity} ${check}`,
      );
    expect(notes(n('gt', 5))).toEqual(['note missing-attribute']);
    expect(notes(all({ exists: 'context.n' }, n('gt', 5)))).toEqual([]);
    expect(notes(any(n('gt', 5), s('eq', 'a')))).toEqual(['note missing-attribute', 'note missing-attribute']);
  });
});

describe('whatever is found', () => {
  const without = (document: PolicyDocument, id: string): PolicyDocument => ({
    ...document,
    rules: document.rules.filter((rule) => rule.id !== id),
  });
  const hasAttribute = (request: PolicyRequest, message: string): boolean => {
    const [, attribute = ''] = / without (\S+), /.exec(message) ?? [];
    if (attribute === 'subject') return request.subject !== undefined;
    return Object.hasOwn(request.context, attribute.replace('context.', ''));
  };
  const effects = ({ allowed, obligations, quotas }: Verdict) => ({
    allowed,
    obligations: [...new Set(obligations.map((each) => JSON.stringify(each)))].sort(),
    quotas: quotas.map(({ id }) => id).sort(),
  });

  it('is so for every request', () => {
    const claims = new Map<string, number>();
    fc.assert(
      fc.property(
        documents('t1'),
        documents('*'),
        fc.array(requests(), { minLength: 40, maxLength: 40 }),
        (one, two, asked) => {
          const [tenant, platform] = [
            documentOf({ ...one, validUntil: undefined }),
            documentOf({ ...two, validUntil: undefined }),
          ];
          const known = asked.filter((request) => request.tenant === 't1');
          for (const { check, rule, tenant: of, message } of lintPolicies([tenant, platform], noonMs)) {
            if (rule === null) continue;
            claims.set(check, (claims.get(check) ?? 0) + 1);
            const id = rule.replace('platform/', '');
            const [fewer, bearing] = of === '*' ? [tenant, without(platform, id)] : [without(tenant, id), platform];
            const verdict = (own: PolicyDocument, binding: PolicyDocument, request: PolicyRequest, nowMs: number) =>
              decide(compilePolicy(own, 'd'), compilePolicy(binding, 'd'), request, nowMs);
            for (const [index, request] of known.entries()) {
              const nowMs = noonMs + (index % 8) * 3 * 3_600_000;
              const explained = explain(compilePolicy(tenant, 'd'), compilePolicy(platform, 'd'), request, nowMs);
              const trace = explained.rules.find((each) => each.rule === rule);
              const hint = `${check} ${rule}: ${message}`;
              if (check === 'unreachable') expect.soft(trace?.matched ?? false, hint).toBe(false);
              else if (check === 'missing-attribute' && trace && !hasAttribute(request, message))
                expect.soft(trace.matched, hint).toBe(true);
              else if (check === 'always' && trace) expect.soft(trace.matched, hint).toBe(true);
              else if (['shadowed', 'wider', 'duplicate'].includes(check) && trace?.mode === 'enforce')
                expect.soft(effects(verdict(fewer, bearing, request, nowMs)), hint).toEqual(effects(explained.verdict));
            }
          }
        },
      ),
      { numRuns: 400 },
    );
    // Claims are made, and often: none would prove nothing.
    for (const check of ['unreachable', 'shadowed', 'wider']) expect(claims.get(check), check).toBeGreaterThan(5);
  });
});
