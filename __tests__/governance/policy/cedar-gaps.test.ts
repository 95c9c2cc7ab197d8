// What Cedar cannot say or compute: listed, never exported wrong, and passed by the caller.
// Next: governance/policy/cedar/request.ts, which makes requests; cedar-differential.test.ts, which asks them.
import { describe, expect, it } from 'vitest';
import { exportCedar } from '../../../governance/policy/cedar/export-cedar.ts';
import { type CedarRequest, cedarRequests } from '../../../governance/policy/cedar/request.ts';
import { platformTenant } from '../../../governance/policy/document.ts';
import { cedarProblems, textsOf } from '../../support/cedar-engine.ts';
import {
  ask,
  type DocumentDraft,
  draft,
  forbid,
  noonMs,
  permit,
  platformDraft,
} from '../../support/policy-fixtures.ts';
import { documentFrom, readPolicyFiles } from '../../support/shipped-policies.ts';

const read = (document: DocumentDraft) => documentFrom(JSON.stringify(document));
const exportOf = (rules: readonly unknown[], more: DocumentDraft = {}, platform: DocumentDraft | null = null) =>
  exportCedar(read(draft(rules, more)), platform && read(platform));

describe('what Cedar cannot say', () => {
  it.each([
    [{ gt: ['context.n', 2 ** 53] }, 'rules[0].when.gt[1]'],
    [{ lte: ['context.n', 0.000_01] }, 'rules[0].when.lte[1]'],
    [{ in: ['context.n', [1, 1e300]] }, 'rules[0].when.in[1]'],
    [{ eq: ['context.s', 'a\ud800'] }, 'rules[0].when.eq[1]'],
    [{ not: { any: [{ glob: ['context.s', '*\udfff'] }] } }, 'rules[0].when.not.any[0].glob[1]'],
    [{ in: ['service', ['\ud800']] }, 'rules[0].when.in[1]'],
  ])('%j leaves a permit out, makes a forbid unconditional and is listed', (when, path) => {
    const permits = exportOf([permit('r', { when })]);
    expect(permits.policies).toEqual([]);
    expect(permits.gaps).toEqual([expect.objectContaining({ rule: 'r', path, outcome: 'left_out' })]);
    const forbids = exportOf([forbid('r', { when })]);
    expect(forbids.policies[0]?.text).toMatch(/^@id\("r"\)\nforbid \([^)]*\);$/);
    expect(forbids.gaps).toEqual([expect.objectContaining({ rule: 'r', path, outcome: 'widened' })]);
  });

  it('narrows a permit that holds without it', () => {
    const when = { any: [{ eq: ['context.b', true] }, { gt: ['context.n', 1e300] }] };
    const exported = exportOf([permit('r', { when })]);
    expect(exported.policies[0]?.text).toContain('when { context has b && context.b == true }');
    expect(exported.gaps).toMatchObject([{ outcome: 'narrowed', got: '1e+300' }]);
  });

  it('is a platform rule over a key that the tenant declares otherwise', () => {
    const intents = { act: { resource: 'axon:/reason', context: { n: 'string' } } };
    const exported = exportOf(
      [permit('p')],
      { intents },
      platformDraft([forbid('f', { when: { gt: ['context.n', 5] } })]),
    );
    expect(exported.gaps).toMatchObject([
      { rule: 'platform/f', path: 'rules[0].when.gt', got: 'context.n as String', outcome: 'widened' },
    ]);
  });
});

describe('a request', () => {
  it('carries what Cedar cannot compute', () => {
    const when = {
      all: [
        { cidr: ['context.s', '10.0.0.0/8'] },
        { lt: ['context.n', 0.5] },
        { within: { from: '11:00', to: '13:00', timezone: 'UTC' } },
      ],
    };
    const { vocabulary } = exportOf([permit('p', { when })], { validUntil: '2027-01-01T00:00:00Z' });
    const convert = cedarRequests(vocabulary);
    expect(convert(ask({ s: '::ffff:10.1.2.3', n: 0.25, b: 'yes', t: ['a'] }, { subject: 'user:a' }), noonMs)).toEqual({
      principal: { type: 'AgentRuntime::Service', id: 'orbit' },
      action: { type: 'AgentRuntime::Action', id: 'act' },
      resource: { type: 'AgentRuntime::Resource', id: 'axon:/reason' },
      context: {
        s: '::ffff:10.1.2.3',
        n: { __extn: { fn: 'decimal', arg: '0.25' } },
        t: ['a'],
        wrong_type: ['b'],
        request_subject: 'user:a',
        request_resource: 'axon:/reason',
        request_service: 'orbit',
        request_time: { __extn: { fn: 'datetime', arg: '2026-03-11T12:00:00.000Z' } },
        window_1: true,
        address_of_s: { __extn: { fn: 'ip', arg: '10.1.2.3' } },
      },
    });
    expect(convert(ask({ s: 'nowhere' }), noonMs)?.context).not.toHaveProperty('address_of_s');
    expect(convert(ask({}, { tenant: 't2' }), noonMs)).toBeNull();
    expect(convert(ask({}, { intent: 'fly' }), noonMs)).toMatchObject({ resource: { id: '' } } satisfies Partial<
      Record<keyof CedarRequest, object>
    >);
    expect(convert(ask({}, { subject: '\ud800' }), noonMs)).toBeNull();
  });
});

describe('the shipped policies', () => {
  const documents = readPolicyFiles().map(({ text }) => documentFrom(text));
  const platform = documents.find(({ tenant }) => tenant === platformTenant) ?? null;

  it.each(documents.filter((document) => document !== platform))(
    'of $tenant are exported whole, but for duties',
    (document) => {
      const exported = exportCedar(document, platform);
      expect(cedarProblems(textsOf(exported), exported.schema)).toEqual([]);
      expect(exported.gaps.filter(({ outcome }) => outcome !== 'annotated')).toEqual([]);
    },
  );
});

describe('a context', () => {
  it.each([
    { request_subject: 'user:a' },
    { wrong_type: ['n'] },
    { window_1: true },
    { undeclared: 1 },
    JSON.parse('{"__proto__":"a"}') as Record<string, string>,
  ])('never names what the caller computes: %j', (context) => {
    const { vocabulary } = exportOf([permit('p', { when: { exists: 'subject' } })]);
    expect(cedarRequests(vocabulary)(ask(context), noonMs)).toBeNull();
  });
});
