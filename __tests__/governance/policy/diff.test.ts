// One small edit for every operator and field, each of which the comparison must find; and what it finds is so.
// Next: governance/policy/diff.ts; governance/policy/samples.ts, which has to ask the right questions.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compilePolicy } from '../../../governance/policy/compile.ts';
import {
  answerOf,
  changeOf,
  type ChangeGroup,
  createDiff,
  type PolicyVersion,
} from '../../../governance/policy/diff.ts';
import { sampleRequests } from '../../../governance/policy/samples.ts';
import { type DocumentDraft, draft, forbid, noonMs, permit, platformDraft } from '../../support/policy-fixtures.ts';
import { documents } from '../../support/policy-generators.ts';
import { documentFrom } from '../../support/shipped-policies.ts';

function versionOf(...drafts: readonly DocumentDraft[]): PolicyVersion {
  const loaded = drafts.map((each) => {
    const document = documentFrom(JSON.stringify(each));
    return { document, policy: compilePolicy(document, 'digest') };
  });
  return {
    tenants: new Map(
      loaded.filter(({ document }) => document.tenant !== '*').map((each) => [each.document.tenant, each]),
    ),
    platform: loaded.find(({ document }) => document.tenant === '*') ?? null,
  };
}

function compare(a: PolicyVersion, b: PolicyVersion, random = 200): ChangeGroup[] {
  const diff = createDiff(a, b, noonMs);
  for (const sample of sampleRequests(a, b, { random, seed: 1, nowMs: noonMs })) diff.ask(sample);
  return diff.finish();
}

const kindsOf = (before: DocumentDraft, after: DocumentDraft) =>
  compare(versionOf(before), versionOf(after)).map(({ kind }) => kind);
const when = (condition: object) => draft([permit('p', { when: condition })]);
const n = (operator: string, value: unknown) => ({ [operator]: ['context.n', value] });
const s = (operator: string, value: unknown) => ({ [operator]: ['context.s', value] });
const office = (more: object = {}) => ({ within: { from: '08:00', to: '18:00', timezone: 'Europe/Berlin', ...more } });

describe('one small edit is found', () => {
  it.each<[string, DocumentDraft, DocumentDraft, string]>([
    ['lte: the literal', when(n('lte', 5)), when(n('lte', 6)), 'newly permitted'],
    ['lte: a fraction', when(n('lte', 5)), when(n('lte', 5.4)), 'newly permitted'],
    ['lte becomes lt', when(n('lte', 5)), when(n('lt', 5)), 'newly denied'],
    ['gte becomes gt', when(n('gte', 5)), when(n('gt', 5)), 'newly denied'],
    ['gt: the literal', when(n('gt', 100)), when(n('gt', 99)), 'newly permitted'],
    ['eq: the literal', when(s('eq', 'a')), when(s('eq', 'b')), 'newly permitted'],
    ['eq becomes ne', when(s('eq', 'a')), when(s('ne', 'a')), 'newly permitted'],
    ['in: one more', when(s('in', ['a', 'b'])), when(s('in', ['a', 'b', 'c'])), 'newly permitted'],
    [
      'contains: the literal',
      when({ contains: ['context.t', 'a'] }),
      when({ contains: ['context.t', 'b'] }),
      'newly permitted',
    ],
    ['startsWith: shorter', when(s('startsWith', 'abc')), when(s('startsWith', 'ab')), 'newly permitted'],
    ['glob: a star more', when(s('glob', 'a*c')), when(s('glob', 'a*c*')), 'newly permitted'],
    ['glob: a letter', when(s('glob', '*.pdf')), when(s('glob', '*.pdx')), 'newly permitted'],
    ['cidr: a wider network', when(s('cidr', '10.1.0.0/16')), when(s('cidr', '10.0.0.0/15')), 'newly permitted'],
    ['cidr: another family', when(s('cidr', 'fd00::/8')), when(s('cidr', 'fc00::/7')), 'newly permitted'],
    ['exists: dropped', when({ all: [{ exists: 'context.s' }, n('lte', 5)] }), when(n('lte', 5)), 'newly permitted'],
    ['not: dropped', when({ not: n('lte', 5) }), when(n('lte', 5)), 'newly permitted'],
    [
      'all becomes any',
      when({ all: [n('lte', 5), s('eq', 'a')] }),
      when({ any: [n('lte', 5), s('eq', 'a')] }),
      'newly permitted',
    ],
    ['within: an hour later', when(office()), when(office({ to: '19:00' })), 'newly permitted'],
    [
      'within: a day less',
      when(office()),
      when(office({ days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat'] })),
      'newly denied',
    ],
    ['within: another zone', when(office()), when(office({ timezone: 'Europe/London' })), 'newly permitted'],
    [
      'services: one more',
      draft([permit('p')]),
      draft([permit('p', { services: ['orbit', 'axon'] })]),
      'newly permitted',
    ],
    [
      'intents: one more',
      draft([permit('p', { resources: ['axon:/reason', 'axon:/look'] })]),
      draft([permit('p', { intents: ['act', 'look'], resources: ['axon:/reason', 'axon:/look'] })]),
      'newly permitted',
    ],
    [
      'resources: one more',
      draft([permit('p')]),
      draft([permit('p', { resources: ['axon:/reason', 'axon:/x'] })]),
      'newly permitted',
    ],
    [
      'a forbid’s pattern',
      draft([permit('p', { resources: ['axon:/a/b'] }), forbid('f', { resources: ['axon:/a/*'] })]),
      draft([permit('p', { resources: ['axon:/a/b'] }), forbid('f', { resources: ['axon:/b/*'] })]),
      'newly permitted',
    ],
    [
      'mode: shadow',
      draft([permit('p'), forbid('f')]),
      draft([permit('p'), forbid('f', { mode: 'shadow' })]),
      'newly permitted',
    ],
    [
      'obligations: another cap',
      draft([permit('p', { obligations: [{ type: 'limit', field: 'a', max: 1 }] })]),
      draft([permit('p', { obligations: [{ type: 'limit', field: 'a', max: 2 }] })]),
      'other duties',
    ],
    [
      'quotas: another limit',
      draft([permit('p', { quotas: ['q'] })], { quotas: { q: { limit: 1, windowSeconds: 9, per: ['tenant'] } } }),
      draft([permit('p', { quotas: ['q'] })], { quotas: { q: { limit: 2, windowSeconds: 9, per: ['tenant'] } } }),
      'other quotas',
    ],
    [
      'validUntil: sooner',
      draft([permit('p')], { validUntil: '2026-05-01T00:00:00Z' }),
      draft([permit('p')], { validUntil: '2026-04-01T00:00:00Z' }),
      'newly denied',
    ],
    [
      'an attribute that is no longer declared',
      draft([permit('p')]),
      draft([permit('p')], {
        intents: { act: { resource: 'axon:/reason', context: { n: 'number' } }, look: { resource: 'axon:/look' } },
      }),
      'newly denied',
    ],
    [
      'an intent’s own resource',
      draft([permit('p')]),
      draft([permit('p')], { intents: { act: { resource: 'axon:/look' }, look: { resource: 'axon:/look' } } }),
      'newly denied',
    ],
    ['another name for a rule', draft([permit('p')]), draft([permit('q')]), 'other rule'],
    ['a tenant that is gone', draft([permit('p')]), draft([permit('p')], { tenant: 't2' }), 'newly permitted'],
  ])('%s', (_name, before, after, kind) => {
    expect(kindsOf(before, after)[0]).toBe(kind);
  });

  it('where only a permit and a changed forbid together show it', () => {
    const may = permit('p', {
      when: { all: [s('eq', 'needle'), { contains: ['context.t', 'x'] }, { eq: ['context.b', true] }] },
    });
    const before = draft([may, forbid('f', { when: { all: [{ exists: 'context.n' }, n('gt', 77)] } })]);
    const after = draft([may, forbid('f', { when: { all: [{ exists: 'context.n' }, n('gt', 78)] } })]);
    const [change] = compare(versionOf(before), versionOf(after), 0);
    expect(change).toMatchObject({
      kind: 'newly permitted',
      before: { reason: 'forbidden_by_rule', rule: 'f' },
      after: { reason: 'permitted', rule: 'p' },
    });
    expect(change?.sample.request).toEqual({
      service: 'orbit',
      intent: 'act',
      tenant: 't1',
      context: { s: 'needle', t: ['x'], b: true, n: 78 },
    });
  });

  it('where the platform changed, in every tenant', () => {
    const tenants = ['t1', 't2'].map((tenant) => draft([permit('p')], { tenant }));
    const changes = compare(
      versionOf(platformDraft([]), ...tenants),
      versionOf(platformDraft([forbid('f')]), ...tenants),
    );
    expect(changes.filter(({ kind }) => kind === 'newly denied').map(({ tenant }) => tenant)).toEqual(['t1', 't2']);
  });
});

describe('the smallest request', () => {
  it.each<[string, DocumentDraft, DocumentDraft, object]>([
    ['says nothing that is not needed', when(n('lte', 5)), when(n('lte', 6)), { context: { n: 6 } }],
    ['names no subject', draft([permit('p')]), draft([]), { context: {} }],
    [
      'names the subject where it decides',
      when({ startsWith: ['subject', 'user:a'] }),
      when({ startsWith: ['subject', 'user:'] }),
      { subject: 'user:x', context: {} },
    ],
    [
      'has the simplest values',
      when(n('gt', 1000)),
      when({ any: [n('gt', 1000), { eq: ['context.b', false] }] }),
      { context: { b: false } },
    ],
  ])('%s', (_name, before, after, rest) => {
    const [change] = compare(versionOf(before), versionOf(after));
    expect(change?.sample).toEqual({
      request: { service: 'orbit', intent: 'act', tenant: 't1', ...rest },
      nowMs: noonMs,
    });
  });
});

describe('whatever is compared', () => {
  it('gives no change between equals', () => {
    fc.assert(
      fc.property(documents('t1'), documents('*'), (tenant, platform) => {
        expect(compare(versionOf(tenant, platform), versionOf(tenant, platform), 20)).toEqual([]);
      }),
      { numRuns: 15 },
    );
  });

  it('gives changes that are so, each by a request that can lose nothing more', () => {
    let changes = 0;
    fc.assert(
      fc.property(documents('t1'), documents('t1'), documents('*'), (one, two, platform) => {
        const [a, b] = [versionOf(one, platform), versionOf(two, platform)];
        for (const { sample, kind, before, after } of compare(a, b, 20)) {
          changes += 1;
          expect([answerOf(a, sample), answerOf(b, sample)]).toEqual([before, after]);
          expect(changeOf(before, after)?.kind).toBe(kind);
          for (const key of Object.keys(sample.request.context)) {
            const { [key]: _removed, ...context } = sample.request.context;
            const smaller = { ...sample, request: { ...sample.request, context } };
            const change = changeOf(answerOf(a, smaller), answerOf(b, smaller));
            const same =
              change?.kind === kind && change.after.rule === after.rule && change.before.rule === before.rule;
            expect(same && ['newly permitted', 'newly denied'].includes(kind)).toBe(false);
          }
        }
      }),
      { numRuns: 15 },
    );
    expect(changes).toBeGreaterThan(20);
  });

  it('is the same for the same seed', () => {
    const [a, b] = [versionOf(when(n('lte', 5))), versionOf(when(n('lte', 6)))];
    const samples = (seed: number) => JSON.stringify([...sampleRequests(a, b, { random: 100, seed, nowMs: noonMs })]);
    expect(samples(7)).toBe(samples(7));
    expect(samples(7)).not.toBe(samples(8));
  });
});
