// `test` as a user runs it: what passes, what fails and how it says so, and what no case reaches.
// Next: governance/cli/test.ts.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { runPolicyTool } from '../../support/policy-cli.ts';
import { draft, forbid, permit, platformDraft } from '../../support/policy-fixtures.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const asked = { service: 'orbit', intent: 'act', tenant: 't1' };
const passing = {
  description: 'orbit acts with few',
  request: { ...asked, context: { n: 1 } },
  decision: { allowed: true },
};

/** Writes a folder of policies and cases, and tests it. */
function test(rules: readonly object[], cases: readonly object[], ...more: string[]) {
  const folder = temporaryFolder('cases');
  const save = (name: string, value: object) => writeFileSync(path.join(folder, name), JSON.stringify(value, null, 2));
  save('platform.json', platformDraft([]));
  save('t1.json', draft(rules));
  save('t1.cases.json', { cases });
  return runPolicyTool(['test', folder, ...more]);
}

const few = permit('few', { when: { all: [{ exists: 'context.n' }, { lte: ['context.n', 5] }] } });

describe('test', () => {
  it('finds the shipped policies wholly covered', async () => {
    const { code, out } = await runPolicyTool(['test', '--min-coverage', '100']);
    expect(code).toBe(0);
    expect(out).toMatch(/^coverage 100% \((\d+) of \1\): (\d+) of \2 rules decide, (\d+) of \3 conditions both ways$/m);
    expect(out).toMatch(/^\d{2,} passed, 0 failed\n$/m);
  });

  it('names each field of a failed case with what was got and expected, and where the case stands', async () => {
    const wrong = {
      ...passing,
      description: 'this is expected in vain',
      decision: { allowed: false, reason: 'forbidden_by_rule', obligations: [{ type: 'single_use' }] },
      audit: { tenant: 't2' },
      quotas: ['t1/none'],
      unrecorded: ['orbit'],
    };
    const { code, out } = await test([few], [passing, wrong]);
    expect(code).toBe(1);
    expect(out).toMatch(/FAILED .*t1\.cases\.json:\d+:5: this is expected in vain\n/);
    expect(out).toContain('  decision.allowed: got true, expected false\n');
    expect(out).toContain('  decision.reason: got "permitted", expected "forbidden_by_rule"\n');
    expect(out).toContain('  decision.obligations: got [], expected [{"type":"single_use"}]\n');
    expect(out).toContain('  audit.tenant: got "t1", expected "t2"\n');
    expect(out).toContain('  quotas: got [], expected ["t1/none"]\n');
    expect(out).toContain('  record: got one with "orbit" in it, expected none\n');
    expect(out).toContain('1 passed, 1 failed\n');
  });

  it('names the rule and the condition that no case reaches, and fails below the coverage asked for', async () => {
    const rules = [few, forbid('never'), permit('unasked', { resources: ['axon:/else'] })];
    const { code, out } = await test([rules[0] ?? {}, rules[2] ?? {}], [passing]);
    expect(code).toBe(0);
    expect(out).toMatch(/t1\.json:\d+:5: rule unasked: got no case that it matches, expected one\n/);
    expect(out).toMatch(/t1\.json:\d+:7: rule few: got no case where the condition fails, expected one\n/);
    expect(out).toMatch(/coverage 50% \(4 of 8\): 1 of 2 rules decide, 0 of 3 conditions both ways/);
    const strict = await test(rules, [passing], '--min-coverage', '100');
    expect(strict.code).toBe(1);
  });

  it('covers a condition both ways once one case meets and another misses it', async () => {
    const many = { ...passing, description: 'orbit acts with many', request: { ...asked, context: { n: 6 } } };
    const without = { ...passing, description: 'orbit acts with none', request: asked };
    const denied = { allowed: false, reason: 'no_matching_permit' };
    const cases = [passing, { ...many, decision: denied }, { ...without, decision: denied }];
    const { code, out } = await test([few], cases, '--min-coverage', '100');
    expect([code, out]).toEqual([0, expect.stringContaining('coverage 100% (7 of 7)')]);
  });

  it('asks as often as the case says, by the alias it says, and counts quotas', async () => {
    const counted = permit('counted', { quotas: ['twice'] });
    const quotas = { twice: { limit: 2, windowSeconds: 60, per: ['tenant'] } };
    const folder = temporaryFolder('quota-cases');
    const save = (name: string, value: object) => writeFileSync(path.join(folder, name), JSON.stringify(value));
    save('t1.json', draft([counted], { quotas }));
    const exceeded = { allowed: false, reason: 'quota_exceeded' };
    save('t1.cases.json', {
      cases: [
        { description: 'twice is fine', times: 2, request: asked, decision: { allowed: true }, quotas: ['t1/twice'] },
        { description: 'the third is too many', times: 3, request: asked, decision: exceeded },
        { description: 'a dry run costs nothing', dryRun: true, times: 3, request: asked, decision: { allowed: true } },
        {
          description: 'a stranger is none',
          identity: 'axon',
          request: asked,
          decision: { reason: 'identity_mismatch' },
        },
      ],
    });
    expect(await runPolicyTool(['test', path.join(folder, 't1.json')])).toMatchObject({
      code: 0,
      out: expect.stringContaining('4 passed, 0 failed') as string,
    });
  });

  it.each<[string, object, RegExp]>([
    [
      'an unknown key',
      { ...passing, requests: {} },
      /t1\.cases\.json:\d+:\d+: cases\[0\]\.requests: got \{\}, expected no such key/,
    ],
    ['no decision', { ...passing, decision: {} }, /cases\[0\]\.decision: got \{\}, expected at least one field/],
    ['no time', { ...passing, at: 'noon' }, /cases\[0\]\.at: got "noon"/],
  ])('refuses a case file with %s, with the place', async (_name, broken, message) => {
    const { code, errors } = await test([few], [broken]);
    expect([code, errors]).toEqual([1, expect.stringMatching(message)]);
  });

  it('refuses policies that are not valid, and folders without cases', async () => {
    const invalid = await test([{ id: 'x' }], [passing]);
    expect([invalid.code, invalid.errors]).toEqual([1, expect.stringMatching(/t1\.json:\d+:\d+: rules\[0\]/)]);
    const folder = temporaryFolder('no-cases');
    writeFileSync(path.join(folder, 't1.json'), JSON.stringify(draft([few])));
    expect(await runPolicyTool(['test', folder])).toMatchObject({
      code: 1,
      errors: expect.stringContaining('got no cases') as string,
    });
  });

  it('tells machines the same', async () => {
    const { code, out } = await test([few], [{ ...passing, decision: { allowed: false } }], '--json');
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({
      ok: false,
      passed: 0,
      failed: [{ description: passing.description, mismatches: ['decision.allowed: got true, expected false'] }],
      gaps: [{ rule: 'few', missing: 'got no case where the condition fails, expected one' }, {}, {}],
    });
  });
});
