// What must hold of every comparison, on generated pairs of documents: changes are real, and as small as they get.
// Next: __tests__/support/policy-generators.ts, what is generated; governance/policy/diff.ts, what is held to it.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answerOf, changeOf, type ChangeGroup } from '../../../governance/policy/diff.ts';
import { type PolicyRequest } from '../../../governance/policy/decide.ts';
import { compareDrafts, versionOf } from '../../support/compared-documents.ts';
import { type DocumentDraft, noonMs } from '../../support/policy-fixtures.ts';
import { documents, requests } from '../../support/policy-generators.ts';

const set = (): fc.Arbitrary<DocumentDraft[]> =>
  fc.tuple(documents('t1'), fc.option(documents('*'))).map((all) => all.filter((each) => each !== null));

describe('a comparison of any two sets', () => {
  it('reports what is real, and requests that can lose nothing', () => {
    let found = 0;
    fc.assert(
      fc.property(set(), set(), (before, after) => {
        const [a, b] = [versionOf(before), versionOf(after)];
        for (const group of compareDrafts(before, after, { random: 200 }).groups) {
          found += 1;
          const { request, nowMs } = group.sample;
          const change = changeOf(answerOf(a, group.sample), answerOf(b, group.sample));
          expect(change).toEqual({ kind: group.kind, before: group.before, after: group.after });
          for (const smaller of smallerBy(request)) {
            const other = changeOf(answerOf(a, { request: smaller, nowMs }), answerOf(b, { request: smaller, nowMs }));
            expect(other && sameGroup(other, group)).not.toBe(true);
          }
        }
      }),
      { numRuns: 120 },
    );
    expect(found).toBeGreaterThan(300);
  });

  it('reports nothing between a set and itself, and asks the same for the same seed', () => {
    fc.assert(
      fc.property(set(), (drafts) => {
        expect(compareDrafts(drafts, structuredClone(drafts), { random: 200 }).groups).toEqual([]);
      }),
      { numRuns: 60 },
    );
    fc.assert(
      fc.property(set(), set(), (before, after) => {
        expect(compareDrafts(before, after, { random: 100, seed: 7 })).toEqual(
          compareDrafts(before, after, { random: 100, seed: 7 }),
        );
      }),
      { numRuns: 20 },
    );
  });

  it('misses hardly any change of access that a thousand requests by chance show', () => {
    const [seen, missed] = [new Set<string>(), new Set<string>()];
    fc.assert(
      fc.property(set(), set(), fc.array(requests(), { minLength: 1000, maxLength: 1000 }), (before, after, asked) => {
        const [a, b] = [versionOf(before), versionOf(after)];
        const known = new Set(compareDrafts(before, after, { random: 20_000 }).groups.map(nameOf));
        for (const request of asked) {
          const change = changeOf(answerOf(a, { request, nowMs: noonMs }), answerOf(b, { request, nowMs: noonMs }));
          if (!change?.kind.startsWith('newly')) continue;
          const name = `${JSON.stringify([before, after])}${nameOf({ ...change, ...request })}`;
          seen.add(name);
          if (!known.has(nameOf({ ...change, ...request }))) missed.add(name);
        }
      }),
      { numRuns: 40, seed: 1 },
    );
    expect(seen.size).toBeGreaterThan(100);
    expect(missed.size / seen.size).toBeLessThan(0.02);
  });
});

function nameOf({
  kind,
  service,
  intent,
  before,
  after,
}: Pick<ChangeGroup, 'kind' | 'service' | 'intent' | 'before' | 'after'>): string {
  const known = service === 'ghost' || service === 'stranger' ? 'stranger' : service;
  return [kind, known, intent, before.reason, before.rule, after.reason, after.rule].join(' ');
}

/** One thing less, in every way. */
function smallerBy({ subject, resource, context, ...names }: PolicyRequest): PolicyRequest[] {
  const whole = {
    ...names,
    ...(subject === undefined ? {} : { subject }),
    ...(resource === undefined ? {} : { resource }),
    context,
  };
  const { subject: _s, ...withoutSubject } = whole as PolicyRequest;
  const { resource: _r, ...withoutResource } = whole as PolicyRequest;
  return [
    ...(subject === undefined ? [] : [withoutSubject]),
    ...(resource === undefined ? [] : [withoutResource]),
    ...Object.keys(context).map((key) => ({
      ...whole,
      context: Object.fromEntries(Object.entries(context).filter(([name]) => name !== key)),
    })),
  ];
}

function sameGroup(one: Pick<ChangeGroup, 'kind' | 'before' | 'after'>, other: ChangeGroup): boolean {
  return (
    one.kind === other.kind &&
    one.before.reason === other.before.reason &&
    one.before.rule === other.before.rule &&
    one.after.reason === other.after.reason &&
    one.after.rule === other.after.rule
  );
}
