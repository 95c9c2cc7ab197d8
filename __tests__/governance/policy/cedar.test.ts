// What the exporter writes, text by text, and that Cedar's strict validator takes all of it.
// Next: governance/policy/cedar/export-cedar.ts, which writes it; cedar-differential.test.ts, which asks it.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exportCedar } from '../../../governance/policy/cedar/export-cedar.ts';
import { cedarProblems, loadExport, textsOf } from '../../support/cedar-engine.ts';
import { cedarWorlds, unsayableWorlds } from '../../support/cedar-generators.ts';
import {
  ask,
  type DocumentDraft,
  draft,
  forbid,
  noonMs,
  permit,
  platformDraft,
} from '../../support/policy-fixtures.ts';
import { documentFrom } from '../../support/shipped-policies.ts';

const read = (document: DocumentDraft) => documentFrom(JSON.stringify(document));
const exportOf = (rules: readonly unknown[], more: DocumentDraft = {}, platform: DocumentDraft | null = null) =>
  exportCedar(read(draft(rules, more)), platform && read(platform));

/** The clauses under a policy's head, but for the checks of types. */
function clausesOf(rule: object): string[] {
  const exported = exportOf([rule]);
  expect(cedarProblems(textsOf(exported), exported.schema)).toEqual([]);
  const [policy] = exported.policies;
  return (policy?.text ?? 'nothing')
    .replace(/;$/, '')
    .split('\n')
    .filter((line) => /^(when|unless)/.test(line) && !line.includes(' then '));
}

describe('an operator', () => {
  it.each([
    [{ eq: ['context.s', 'a'] }, 'context has s && context.s == "a"', 'context has s && context.s != "a"'],
    [{ ne: ['context.b', true] }, 'context has b && context.b != true', 'context has b && context.b == true'],
    [
      { in: ['context.n', [1, 2, 1]] },
      'context has n && [1, 2].contains(context.n)',
      'context has n && !([1, 2].contains(context.n))',
    ],
    [{ lt: ['context.n', 5] }, 'context has n && context.n < 5', 'context has n && context.n >= 5'],
    [{ lte: ['context.n', -5] }, 'context has n && context.n <= -5', 'context has n && context.n > -5'],
    [
      { gt: ['context.n', 0.5] },
      'context has n && context.n.greaterThan(decimal("0.5"))',
      'context has n && context.n.lessThanOrEqual(decimal("0.5"))',
    ],
    [{ gte: ['context.n', 5] }, 'context has n && context.n >= 5', 'context has n && context.n < 5'],
    [
      { contains: ['context.t', 'x'] },
      'context has t && context.t.contains("x")',
      'context has t && !(context.t.contains("x"))',
    ],
    [
      { startsWith: ['context.s', 'a*"'] },
      String.raw`context has s && context.s like "a\*\"*"`,
      String.raw`context has s && !(context.s like "a\*\"*")`,
    ],
    [
      { glob: ['subject', 'user:*'] },
      'context has request_subject && context.request_subject like "user:*"',
      'context has request_subject && !(context.request_subject like "user:*")',
    ],
    [
      { cidr: ['context.s', '::ffff:10.0.0.0/8'] },
      'context has address_of_s && context.address_of_s.isInRange(ip("10.0.0.0/8"))',
      'context has address_of_s && !(context.address_of_s.isInRange(ip("10.0.0.0/8")))',
    ],
    [{ exists: 'subject' }, 'context has request_subject', '!(context has request_subject)'],
    [
      { exists: 'context.n' },
      '(context has n || (context has wrong_type && context.wrong_type.contains("n")))',
      '!(context has n || (context has wrong_type && context.wrong_type.contains("n")))',
    ],
    [
      { eq: ['service', 'orbit'] },
      'principal == AgentRuntime::Service::"orbit"',
      'principal != AgentRuntime::Service::"orbit"',
    ],
    [
      { in: ['resource', ['axon:/a']] },
      '[AgentRuntime::Resource::"axon:/a"].contains(resource)',
      '!([AgentRuntime::Resource::"axon:/a"].contains(resource))',
    ],
    [
      { within: { from: '08:00', to: '18:00', timezone: 'Europe/Berlin' } },
      'context has window_1 && context.window_1',
      'context has window_1 && !context.window_1',
    ],
    [{ not: { eq: ['context.s', 'a'] } }, 'context has s && context.s != "a"', 'context has s && context.s == "a"'],
    [
      { any: [{ eq: ['context.s', 'a'] }, { eq: ['context.b', true] }] },
      '((context has s && context.s == "a") || (context has b && context.b == true))',
      'context has s && context.s != "a" && context has b && context.b != true',
    ],
  ])('%j is known true in a permit, and not known false in a forbid', (when, known, knownNot) => {
    expect(clausesOf(permit('r', { when }))).toEqual([`when { ${known} }`]);
    expect(clausesOf(forbid('r', { when }))).toEqual([`unless { ${knownNot} }`]);
  });

  it('under "all" is a clause of its own', () => {
    const when = { all: [{ eq: ['context.s', 'a'] }, { all: [{ lt: ['context.n', 1] }] }] };
    expect(clausesOf(permit('r', { when }))).toEqual([
      'when { context has s && context.s == "a" }',
      'when { context has n && context.n < 1 }',
    ]);
    expect(clausesOf(forbid('r', { when }))).toEqual([
      'unless { context has s && context.s != "a" }',
      'unless { context has n && context.n >= 1 }',
    ]);
  });

  it('on the intent is decided while it is exported', () => {
    expect(clausesOf(permit('r', { when: { eq: ['intent', 'act'] } }))).toEqual([]);
    expect(exportOf([permit('r', { when: { eq: ['intent', 'look'] } })]).policies).toEqual([]);
    expect(exportOf([forbid('r', { when: { eq: ['intent', 'look'] } })]).policies).toEqual([]);
  });
});

describe('a policy', () => {
  it('has the rule as its id, with duties as annotations, and types checked where a permit is', () => {
    const quotas = { q: { limit: 1, windowSeconds: 1, per: ['tenant'] } };
    const rule = permit('may-act', { quotas: ['q'], obligations: [{ type: 'single_use' }] });
    const exported = exportOf(
      [rule, forbid('f', { when: { gt: ['context.n', 5] } })],
      { quotas },
      platformDraft([], { quotas }),
    );
    expect(exported.policies.map(({ text }) => text)).toEqual([
      [
        '@id("may-act")',
        String.raw`@quotas("[\"q\"]")`,
        String.raw`@platform_quotas("[\"q\"]")`,
        String.raw`@obligations("[{\"type\":\"single_use\"}]")`,
        'permit (',
        '  principal == AgentRuntime::Service::"orbit",',
        '  action == AgentRuntime::Action::"act",',
        '  resource == AgentRuntime::Resource::"axon:/reason"',
        ')',
        'when { if context has n then context.n <= context.n else true };',
      ].join('\n'),
      [
        '@id("f")',
        'forbid (',
        '  principal,',
        '  action == AgentRuntime::Action::"act",',
        '  resource',
        ')',
        'unless { context has n && context.n <= 5 };',
      ].join('\n'),
    ]);
    expect(exported.gaps.map(({ rule: id, path, outcome }) => [id, path, outcome])).toEqual([
      ['may-act', 'rules[0].quotas', 'annotated'],
      ['may-act', 'rules[0].obligations', 'annotated'],
      ['platform', 'quotas.q', 'annotated'],
    ]);
  });

  it('is one for all intents where its text is the same, and numbered where it is not', () => {
    const exported = exportOf([
      forbid('f', { intents: ['*'], when: { eq: ['context.s', 'a'] } }),
      forbid('g', { intents: ['*'] }),
    ]);
    expect(exported.policies.map(({ id, rule }) => [id, rule])).toEqual([
      ['f#1', 'f'],
      ['f#2', 'f'],
      ['g', 'g'],
    ]);
    expect(exported.policies[1]?.text).toContain('action == AgentRuntime::Action::"look"');
    expect(exported.policies[2]?.text).toContain('  action,');
  });

  it('in shadow mode is left out and named', () => {
    const exported = exportOf(
      [permit('p'), forbid('f', { mode: 'shadow' })],
      {},
      platformDraft([forbid('g', { mode: 'shadow' })]),
    );
    expect(exported.policies.map(({ id }) => id)).toEqual(['p']);
    expect(exported.shadow).toEqual(['platform/g', 'f']);
    expect(exported.text).toContain('// @id("platform/g") @mode("shadow") is left out\n// @id("f")');
  });

  it('ends with the document that ends first', () => {
    const exported = exportOf(
      [permit('p')],
      { validUntil: '2027-01-01T00:00:00+01:00' },
      platformDraft([], { validUntil: '2027-01-01T00:00:00Z' }),
    );
    expect(exported.policies[0]).toMatchObject({ id: '#expiry', effect: 'forbid' });
    expect(exported.policies[0]?.text).toContain('context.request_time < datetime("2026-12-31T23:00:00.000Z")');
  });

  it('cannot be broken out of by a description or a text', () => {
    const odd = '"); permit (principal, action, resource); //\n*/ \u{202e}';
    const exported = exportOf([permit('p', { description: odd, when: { eq: ['context.s', odd] } })]);
    expect(cedarProblems(textsOf(exported), exported.schema)).toEqual([]);
    expect(loadExport('odd', exported)(ask({ s: 'a' }), noonMs).allowed).toBe(false);
    expect(loadExport('odd', exported)(ask({ s: odd }), noonMs).allowed).toBe(true);
    expect(exported.text).not.toContain('\u{202e}');
  });

  it('is taken by Cedar however large a rule may be', () => {
    const many = Array.from({ length: 250 }, (_, index) => ({ ne: ['context.s', `v${index}`] }));
    const list = { in: ['context.s', Array.from({ length: 1000 }, (_, index) => `v${index}`)] };
    const deep = [1, 2, 3, 4, 5, 6].reduce<object>((inner) => ({ not: { any: [inner] } }), list);
    const exported = exportOf([
      permit('many', { when: { any: many } }),
      forbid('list', { when: list }),
      permit('deep', { when: { not: { eq: ['context.n', 1] } } }),
      forbid('nested', { when: { all: [{ not: { any: many.slice(0, 200) } }] } }),
    ]);
    expect(cedarProblems(textsOf(exported), exported.schema)).toEqual([]);
    expect(() => exportOf([permit('deep', { when: deep })])).toThrow('levels');
    expect(loadExport('large', exported)(ask({ s: 'v999' }), noonMs)).toMatchObject({
      allowed: false,
      reasons: ['list'],
    });
    expect(loadExport('large', exported)(ask({ s: 'w', n: 2 }), noonMs)).toMatchObject({ allowed: true });
  });

  it('is valid for every generated document', () => {
    fc.assert(
      fc.property(fc.oneof(cedarWorlds(1), unsayableWorlds(1)), ({ tenant, platform }) => {
        const exported = exportCedar(read(tenant), platform && read(platform));
        expect(cedarProblems(textsOf(exported), exported.schema)).toEqual([]);
      }),
      { numRuns: 120 },
    );
  });
});
