// An explanation shows every rule that could have matched, each condition with the values it compared, and decide's verdict.
// Next: governance/policy/explain.ts.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decide } from '../../../governance/policy/decide.ts';
import { type ConditionTrace, explain, type RuleTrace } from '../../../governance/policy/explain.ts';
import { ask, compileDraft, draft, forbid, noonMs, permit, platformDraft } from '../../support/policy-fixtures.ts';
import { worlds } from '../../support/policy-generators.ts';

const policy = compileDraft(
  draft([
    permit('p', {
      when: {
        all: [
          { lte: ['context.n', 5] },
          { not: { contains: ['context.t', 'x'] } },
          { any: [{ exists: 'context.s' }, { exists: 'subject' }] },
        ],
      },
    }),
    forbid('f', { mode: 'shadow', when: { within: { from: '08:00', to: '18:00', timezone: 'UTC' } } }),
    forbid('a', { resources: ['axon:/r*'], when: { in: ['context.s', ['bad', 'worse']] } }),
    permit('elsewhere', { resources: ['axon:/look'] }),
    forbid('other-intent', { intents: ['look'] }),
    forbid('other-service', { services: ['axon'] }),
  ]),
);

describe('an explanation', () => {
  it('holds the rules for this service, intent and resource, in order of id, and the values compared', () => {
    const { verdict, rules } = explain(policy, null, ask({ n: 7, s: 'good' }), noonMs);
    expect(verdict.reason).toBe('no_matching_permit');
    expect(rules).toEqual([
      {
        rule: 'a',
        effect: 'forbid',
        mode: 'enforce',
        matched: false,
        when: { operator: 'in', outcome: 'false', attribute: 'context.s', got: 'good', compared: ['bad', 'worse'] },
      },
      {
        rule: 'f',
        effect: 'forbid',
        mode: 'shadow',
        matched: true,
        when: {
          operator: 'within',
          outcome: 'true',
          got: '2026-03-11T12:00:00.000Z',
          compared: { from: '08:00', to: '18:00', timezone: 'UTC' },
        },
      },
      {
        rule: 'p',
        effect: 'permit',
        mode: 'enforce',
        matched: false,
        when: {
          operator: 'all',
          outcome: 'false',
          conditions: [
            { operator: 'lte', outcome: 'false', attribute: 'context.n', got: 7, compared: 5 },
            {
              operator: 'not',
              outcome: 'unknown',
              conditions: [
                { operator: 'contains', outcome: 'unknown', attribute: 'context.t', got: undefined, compared: 'x' },
              ],
            },
            {
              operator: 'any',
              outcome: 'true',
              conditions: [
                { operator: 'exists', outcome: 'true', attribute: 'context.s', got: 'good' },
                { operator: 'exists', outcome: 'false', attribute: 'subject', got: undefined },
              ],
            },
          ],
        },
      },
    ]);
  });

  it('says of an unknown condition that a forbid matched by it', () => {
    const { verdict, rules } = explain(policy, null, ask({ n: 1 }), noonMs);
    expect(verdict.rule).toBe('a');
    expect(rules[0]).toMatchObject({ rule: 'a', matched: true, when: { outcome: 'unknown', got: undefined } });
  });

  it('names the platform’s rules first, under its name', () => {
    const platform = compileDraft(platformDraft([forbid('z', { mode: 'shadow' })]));
    expect(explain(policy, platform, ask(), noonMs).rules.map(({ rule }) => rule)).toEqual([
      'platform/z',
      'a',
      'f',
      'p',
    ]);
  });

  it('of a request that reaches no rule holds none', () => {
    expect(explain(policy, null, ask({}, { intent: 'fly' }), noonMs).rules).toEqual([]);
    expect(explain(policy, null, ask({}, { tenant: 't2' }), noonMs)).toMatchObject({
      rules: [],
      verdict: { reason: 'unknown_tenant' },
    });
  });

  it('agrees with the decision, whatever the documents and the request', () => {
    fc.assert(
      fc.property(worlds(), ({ tenant, platform, request, nowMs }) => {
        const policies = [compileDraft(tenant), platform && compileDraft(platform)] as const;
        const { verdict, rules } = explain(...policies, request, nowMs);
        expect(verdict).toEqual(decide(...policies, request, nowMs));
        expect(rules.every(agreesWithItself)).toBe(true);
        const matching = (effect: string, mode: string) =>
          rules.filter((each) => each.matched && each.effect === effect && each.mode === mode).map(({ rule }) => rule);
        const told = verdict.shadow.map(({ rule }) => rule);
        const first = { forbid: matching('forbid', 'enforce'), permit: matching('permit', 'enforce')[0] ?? null };
        const expected = new Map<string, unknown>([
          ['forbidden_by_rule', { rule: expect.toBeOneOf(first.forbid), forbid: first.forbid, shadow: [] }],
          ['permitted', { rule: first.permit, forbid: [], shadow: matching('forbid', 'shadow').sort() }],
          [
            'no_matching_permit',
            { rule: first.permit, forbid: [], shadow: verdict.resource === null ? [] : matching('permit', 'shadow') },
          ],
        ]);
        const got = { rule: verdict.rule, forbid: first.forbid, shadow: told };
        expect(got).toEqual(expected.get(verdict.reason) ?? got);
      }),
      { numRuns: 1000 },
    );
  });
});

function agreesWithItself({ effect, matched, when }: RuleTrace): boolean {
  if (!when) return matched;
  return matched === (effect === 'permit' ? when.outcome === 'true' : when.outcome !== 'false') && combines(when);
}

/** Whether each branch follows from the conditions under it. */
function combines({ operator, outcome, conditions = [] }: ConditionTrace): boolean {
  if (!conditions.every(combines)) return false;
  const outcomes = conditions.map((each) => each.outcome);
  const decisive = operator === 'all' ? 'false' : 'true';
  const otherwise = operator === 'all' ? 'true' : 'false';
  if (operator === 'not')
    return outcome === ({ true: 'false', false: 'true', unknown: 'unknown' } as const)[outcomes[0] ?? 'unknown'];
  if (operator !== 'all' && operator !== 'any') return true;
  if (outcomes.includes(decisive)) return outcome === decisive;
  return outcome === (outcomes.includes('unknown') ? 'unknown' : otherwise);
}
