// `lint` as a user runs it: where each finding stands, what counts, and that ten thousand rules take seconds.
// Next: governance/cli/lint.ts.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { runPolicyTool } from '../../support/policy-cli.ts';
import { draft, forbid, noonMs, permit, platformDraft } from '../../support/policy-fixtures.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const nowMs = () => noonMs;
const look = permit('look', { intents: ['look'], resources: ['axon:/look'] });

function lint(rules: readonly object[], more: readonly string[] = [], platform: readonly object[] = []) {
  const folder = temporaryFolder('lint');
  const save = (name: string, value: object) => writeFileSync(path.join(folder, name), JSON.stringify(value, null, 2));
  save('platform.json', platformDraft(platform));
  save('t1.json', draft([...rules, look]));
  return runPolicyTool(['lint', folder, ...more], { nowMs });
}

describe('lint', () => {
  it('finds no error and no warning in the shipped policies', async () => {
    const { code, out } = await runPolicyTool(['lint', '--strict', '--at', '2026-03-11T12:00:00Z']);
    expect([code, out]).toEqual([0, expect.stringMatching(/0 errors, 0 warnings, 2 notes\n$/)]);
  });

  it('says where, how grave, which rule, what was got and what was expected', async () => {
    const never = permit('never', { when: { all: [{ lt: ['context.n', 1] }, { gt: ['context.n', 2] }] } });
    const { code, out } = await lint([never]);
    expect(code).toBe(1);
    expect(out).toMatch(
      /t1\.json:\d+:5: error unreachable: rule never: got a condition that no request meets, expected one that some do; remove the permit\n1 error, 0 warnings, 0 notes\n$/,
    );
  });

  it('counts warnings where it is told to, and notes never', async () => {
    const rules = [permit('wide'), permit('narrow', { when: { exists: 'context.n' } })];
    expect(await lint(rules)).toMatchObject({ code: 0, out: expect.stringContaining('1 warning') as string });
    expect((await lint(rules, ['--strict'])).code).toBe(1);
    const note = forbid('f', { when: { gt: ['context.n', 5] } });
    expect(await lint([permit('p'), note], ['--strict'])).toMatchObject({
      code: 0,
      out: expect.stringContaining('0 errors, 0 warnings, 1 note') as string,
    });
  });

  it('holds a tenant’s permits against the platform’s forbids, and tells machines the same', async () => {
    const { code, out } = await lint([permit('p')], ['--json'], [forbid('stop')]);
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({
      ok: false,
      errors: 1,
      findings: [{ check: 'shadowed', rule: 'p', related: ['platform/stop'], tenant: 't1', path: 'rules[0]' }],
    });
  });

  it('looks through ten thousand rules in seconds', async () => {
    const rules = Array.from({ length: 9999 }, (_, index) =>
      permit(`r${index}`, {
        services: [`s${index % 500}`],
        when: { all: [{ eq: ['subject', `user:${index}`] }, { lte: ['context.n', index] }] },
      }),
    );
    const startedMs = performance.now();
    const { code, out } = await lint(rules);
    expect([code, out]).toEqual([0, '0 errors, 0 warnings, 0 notes\n']);
    expect(performance.now() - startedMs).toBeLessThan(30_000);
  });
});
