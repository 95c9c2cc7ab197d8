// Lint of the largest documents: in seconds, and where it could not look at everything it says so.
// Next: governance/policy/lint/rule-index.ts, which keeps rules from being held against all others.
import { describe, expect, it } from 'vitest';
import { lintPolicies } from '../../../governance/policy/lint.ts';
import { draft, noonMs, permit } from '../../support/policy-fixtures.ts';
import { documentFrom } from '../../support/shipped-policies.ts';

const all = (...conditions: object[]) => ({ all: conditions });

describe('ten thousand rules', () => {
  const many = (make: (index: number) => object) =>
    documentFrom(JSON.stringify(draft(Array.from({ length: 10_000 }, (_, index) => make(index)))));
  const office = { within: { days: ['mon'], from: '08:00', to: '18:00', timezone: 'Europe/Berlin' } };
  it.each<[string, (index: number) => object, number]>([
    [
      'one for each subject',
      (index) =>
        permit(`r${index}`, { when: all({ eq: ['subject', `user:u${index}`] }, { lt: ['context.n', index] }) }),
      0,
    ],
    ['one for each start', (index) => permit(`r${index}`, { when: { glob: ['subject', `user:u${index}-*`] } }), 0],
    ['with windows', (index) => permit(`r${index}`, { when: all({ eq: ['subject', `user:u${index}`] }, office) }), 0],
    ['all alike', (index) => permit(`r${index}`), 9999],
  ])('%s: in seconds', (_name, make, duplicates) => {
    const document = many(make);
    const startMs = performance.now();
    const findings = lintPolicies([document], noonMs);
    expect(performance.now() - startMs).toBeLessThan(20_000);
    expect(findings.filter(({ check }) => check === 'duplicate')).toHaveLength(duplicates);
    expect(findings.some(({ check }) => check === 'unclear')).toBe(false);
  });

  it('says so where they are too many to be told apart', () => {
    const document = many((index) => permit(`r${index}`, { when: { glob: ['subject', `*-${index}`] } }));
    expect(lintPolicies([document], noonMs).map(({ check, severity }) => `${severity} ${check}`)).toEqual([
      'warning unused-intent',
      'note unclear',
    ]);
  });
});
