// What a decision costs does not grow with the rules that cannot match: counted in conditions evaluated, not in seconds.
// Next: governance/policy/compile.ts, the index; __tests__/bench, where time is measured.
import { describe, expect, it } from 'vitest';
import { type CompiledPolicy, type CompiledRule, rulesOf } from '../../../governance/policy/compile.ts';
import { decide, type PolicyRequest } from '../../../governance/policy/decide.ts';
import { ask, compileDraft, type DocumentDraft, draft, forbid, noonMs, permit } from '../../support/policy-fixtures.ts';

type Rules = (count: number) => readonly unknown[];
const numbered = (count: number) => Array.from({ length: count }, (_, index) => index);
const own = { eq: ['subject', 'user:7'] };

describe.each<[string, Rules, PolicyRequest, number]>([
  [
    'of other services',
    (count) => [
      permit('own', { when: own }),
      ...numbered(count - 1).map((index) => permit(`r${index}`, { services: [`s${index}`], when: own })),
    ],
    ask({}, { subject: 'user:7' }),
    1,
  ],
  [
    'for other intents',
    (count) => [
      permit('own', { when: own }),
      ...numbered(count - 1).map((index) =>
        permit(`r${index}`, { intents: ['look'], when: { eq: ['subject', `user:${index}`] } }),
      ),
    ],
    ask({}, { subject: 'user:7' }),
    1,
  ],
  [
    'for other resources',
    (count) => [
      permit('own', { when: own }),
      ...numbered(count - 1).map((index) => permit(`r${index}`, { resources: [`axon:/r${index}`], when: own })),
    ],
    ask({}, { subject: 'user:7' }),
    1,
  ],
  [
    'for other subjects',
    (count) => numbered(count).map((index) => permit(`r${index}`, { when: { eq: ['subject', `user:${index}`] } })),
    ask({}, { subject: 'user:7' }),
    1,
  ],
  [
    'for other lists of subjects',
    (count) =>
      numbered(count).map((index) =>
        permit(`r${index}`, { when: { in: ['subject', [`user:${index}`, `agent:${index}`]] } }),
      ),
    ask({}, { subject: 'agent:7' }),
    1,
  ],
  [
    'for other values among more conditions',
    (count) =>
      numbered(count).map((index) =>
        forbid(`r${index}`, { when: { all: [{ lte: ['context.n', 5] }, { eq: ['context.s', `v${index}`] }] } }),
      ),
    ask({ n: 1, s: 'v7' }),
    1,
  ],
  [
    'for other values of several attributes',
    (count) =>
      numbered(count).map((index) =>
        permit(`r${index}`, {
          when: index % 2 === 0 ? { eq: ['context.n', index] } : { eq: ['context.s', `v${index}`] },
        }),
      ),
    ask({ n: 4, s: 'v7' }),
    2,
  ],
  [
    'that nobody can match',
    (count) => numbered(count).map((index) => forbid(`r${index}`, { when: { eq: ['context.s', `v${index}`] } })),
    ask({ s: 'other' }),
    0,
  ],
])('rules %s', (_name, rules, request, expected) => {
  it.each([10, 100, 10_000])('are not evaluated, be they %i', (count) => {
    const counted = countEvaluations(draft(rules(count)));
    decide(counted.policy, null, request, noonMs);
    expect(counted.evaluations()).toBe(expected);
  });
});

describe('a decision among 10,000 rules', () => {
  it('takes about as long as one among 10', () => {
    const policyOf = (count: number) =>
      compileDraft(
        draft(numbered(count).map((index) => permit(`r${index}`, { when: { eq: ['subject', `user:${index}`] } }))),
      );
    const [few, many] = [policyOf(10), policyOf(10_000)];
    const request = ask({}, { subject: 'user:7' });
    // The better of several rounds, taken in turns, so that a busy machine slows both; linear cost would be 1,000 times.
    const times = [few, many].map(() => Number.POSITIVE_INFINITY);
    for (let round = 0; round < 20; round += 1) {
      [few, many].forEach((policy, index) => (times[index] = Math.min(times[index] ?? 0, timeOf(policy, request))));
    }
    const [small = 0, large = 0] = times;
    expect(large / small).toBeLessThan(20);
  });
});

function countEvaluations(document: DocumentDraft): { policy: CompiledPolicy; evaluations: () => number } {
  const policy = compileDraft(document);
  let evaluations = 0;
  const rules = new Set<CompiledRule>();
  for (const byIntent of policy.index.values())
    for (const { byResource, anyResource, byPattern } of byIntent.values())
      for (const set of [...byResource.values(), anyResource, ...byPattern.map((each) => each.rules)])
        for (const rule of rulesOf(set)) rules.add(rule);
  expect(rules.size).toBe(policy.ruleCount);
  for (const rule of rules) {
    const { test } = rule;
    const counting: CompiledRule['test'] = (facts) => {
      evaluations += 1;
      return test(facts);
    };
    Object.assign(rule, { test: counting });
  }
  return { policy, evaluations: () => evaluations };
}

function timeOf(policy: CompiledPolicy, request: PolicyRequest): number {
  const startedAt = performance.now();
  for (let asked = 0; asked < 2000; asked += 1) decide(policy, null, request, noonMs);
  return performance.now() - startedAt;
}
