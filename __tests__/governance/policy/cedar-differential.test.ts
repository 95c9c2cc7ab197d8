// Ours and Cedar, with what the exporter wrote, asked the same thousands of times over.
// Next: __tests__/support/cedar-differential.ts, which asks both; __tests__/bench/cedar-differential.ts, the long run.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareWorld, type Disagreement, findLaxer, type Tally } from '../../support/cedar-differential.ts';
import { type CedarTexts } from '../../support/cedar-engine.ts';
import { type CedarWorld, cedarWorlds, unsayableWorlds } from '../../support/cedar-generators.ts';

const total = (tally: Tally): number => [...tally.values()].reduce((sum, each) => sum + each, 0);

describe('the exported policies', () => {
  it('give the answer of ours, by the same rule and without a policy that fails', () => {
    const tally: Tally = new Map();
    fc.assert(
      fc.property(cedarWorlds(60), (world) => {
        expect(compareWorld(world, tally)).toEqual([]);
      }),
      { numRuns: 400 },
    );
    expect(total(tally)).toBeGreaterThanOrEqual(20_000);
    // The generators must hit: each kind of answer comes often enough to mean something.
    const shares = ['permitted', 'forbidden_by_rule', 'no_matching_permit'].map(
      (reason) => (tally.get(reason) ?? 0) / total(tally),
    );
    expect(Math.min(...shares)).toBeGreaterThan(0.05);
    expect([...tally.keys()].sort()).toEqual([
      'forbidden_by_rule',
      'no_matching_permit',
      'permitted',
      'policy_expired',
      'request_invalid',
      'unknown_tenant',
    ]);
  });

  it('never allow more than ours where Cedar cannot say or hold everything', () => {
    const tally: Tally = new Map();
    let stricter = 0;
    fc.assert(
      fc.property(unsayableWorlds(60), (world) => {
        const differences = compareWorld(world, tally);
        stricter += differences.filter(({ cedar, ours }) => ours.allowed && !cedar.allowed).length;
        expect(differences.filter(({ cedar, ours }) => cedar.allowed && !ours.allowed)).toEqual([]);
      }),
      { numRuns: 150 },
    );
    expect(stricter).toBeGreaterThan(20);
    expect(tally.get('permitted')).toBeGreaterThan(100);
  });

  it('never allow more than ours when no schema keeps wrongly typed values from them', () => {
    const tally: Tally = new Map();
    fc.assert(
      fc.property(cedarWorlds(60), (world) => {
        expect(findLaxer(world, tally)).toBeNull();
      }),
      { numRuns: 120 },
    );
    expect(tally.get('a permit failed')).toBeGreaterThan(300);
    expect(tally.get('permitted')).toBeGreaterThan(100);
  });
});

describe('an exporter that is wrong', () => {
  const replaceAll = (pattern: RegExp, by: string) => (texts: CedarTexts) =>
    Object.fromEntries(Object.entries(texts).map(([id, text]) => [id, text.replaceAll(pattern, by)]));

  it.each([
    [
      'that asks forbids without "has"',
      replaceAll(/unless \{ context has (?:"\w+"|\w+) && (?!!context)/g, 'unless { '),
    ],
    [
      'that takes a missing attribute for false',
      replaceAll(/unless \{ (context has \w+) && ([^|{}]*) \}/g, 'when { $1 && !($2) }'),
    ],
    ['that forgets what is wrongly typed', replaceAll(/context\.wrong_type\.contains\("\w+"\)/g, 'false')],
    ['that takes a star in a text for a wildcard', replaceAll(/\\\*/g, '*')],
    ['that mistakes a bound', replaceAll(/ < (?=-?\d)/g, ' <= ')],
    ['that mistakes a decimal bound', replaceAll(/lessThan\(/g, 'lessThanOrEqual(')],
    [
      'that exports no forbid with a condition',
      replaceAll(/^@id[^]*forbid[^]*unless[^]*$/g, 'forbid (principal, action, resource) when { false };'),
    ],
    ['that lets every service in', replaceAll(/principal == AgentRuntime::Service::"\w+"/g, 'principal')],
    ['that swaps windows', replaceAll(/window_1/g, 'window_2')],
  ])('%s is noticed', (_, spoil) => {
    const seen = firstDifference(cedarWorlds(30), spoil);
    expect(seen).toBeDefined();
  });

  it('that asks forbids without "has" allows what ours denies', () => {
    const spoil = replaceAll(/unless \{ context has (?:"\w+"|\w+) && (?!!context)/g, 'unless { ');
    const seen = firstDifference(cedarWorlds(30), spoil, ({ cedar }) => cedar.allowed);
    expect(seen).toMatchObject({ ours: { reason: 'forbidden_by_rule' }, cedar: { allowed: true } });
    expect(seen?.cedar.failed).not.toEqual([]);
  });
});

function firstDifference(
  worlds: fc.Arbitrary<CedarWorld>,
  spoil: (texts: CedarTexts) => CedarTexts,
  wanted: (seen: Disagreement) => boolean = () => true,
): Disagreement | undefined {
  // Few at a time: most mistakes show at once.
  for (let batch = 0; batch < 60; batch += 1) {
    const seen = fc
      .sample(worlds, { numRuns: 20, seed: batch })
      .flatMap((world) => compareWorld(world, new Map(), spoil))
      .find(wanted);
    if (seen) return seen;
  }
  return undefined;
}
