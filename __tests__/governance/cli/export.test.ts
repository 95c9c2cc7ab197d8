// `npm run policy -- export cedar`: files, report, exit codes.
// Next: governance/cli/export.ts, what is run.
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { cedarProblems } from '../../support/cedar-engine.ts';
import { runPolicyTool } from '../../support/policy-cli.ts';
import { draft, forbid, permit } from '../../support/policy-fixtures.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

describe('policy export cedar', () => {
  it('writes policies and a schema for each tenant', async () => {
    const folder = path.join(temporaryFolder('export'), 'cedar');
    const { code, out, errors } = await runPolicyTool(['export', 'cedar', '--partial', '--out', folder]);
    expect(code).toBe(0);
    expect(out).toMatch(/^tenant\s+policies\s+not said\nacme /);
    expect(errors).toContain('default: orbit-may-reason: rules[0].obligations: got [{"type":"limit"');
    expect(errors).toContain('an annotation keeps it');
    expect((await readdir(folder)).sort()).toEqual([
      'acme.cedar',
      'acme.cedarschema.json',
      'default.cedar',
      'default.cedarschema.json',
      'smoke.cedar',
      'smoke.cedarschema.json',
    ]);
    const text = await readFile(path.join(folder, 'acme.cedar'), 'utf8');
    const schema = JSON.parse(await readFile(path.join(folder, 'acme.cedarschema.json'), 'utf8')) as object;
    expect(cedarProblems({ all: text.slice(text.indexOf('@id("#expiry")')).split(';\n')[0] + ';' }, schema)).toEqual(
      [],
    );
    expect(text).toContain('@id("platform/output-ceiling")');
  });

  it('writes nothing when something cannot be said', async () => {
    const folder = path.join(temporaryFolder('export'), 'cedar');
    const { code, out, errors } = await runPolicyTool(['export', 'cedar', '--out', folder]);
    expect([code, out]).toEqual([1, '']);
    expect(errors).toContain('nothing is exported without --partial\n');
    await expect(readdir(folder)).rejects.toThrow('ENOENT');
  });

  it('prints the policies of documents that Cedar can say whole', async () => {
    const file = await documentFile([permit('p', { when: { lte: ['context.n', 5] } })]);
    const { code, out, errors } = await runPolicyTool(['export', 'cedar', file]);
    expect([code, errors]).toEqual([0, '']);
    expect(out).toMatch(/^\/\/ Tenant t1, revision 1\.\n/);
    expect(out).toContain('when { context has n && context.n <= 5 }\n');
  });

  it('tells all of it as JSON', async () => {
    const when = { any: [{ within: { from: '08:00', to: '18:00', timezone: 'UTC' } }, { gt: ['context.n', 1e300] }] };
    const file = await documentFile([permit('p'), forbid('f', { when })]);
    const { code, out } = await runPolicyTool(['export', 'cedar', file, '--json']);
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({
      ok: false,
      files: [],
      tenants: [
        {
          tenant: 't1',
          policies: [
            { id: 'p', effect: 'permit' },
            { id: 'f', effect: 'forbid' },
          ],
          gaps: [{ rule: 'f', path: 'rules[1].when.any[1].gt[1]', got: '1e+300', outcome: 'widened' }],
          computed: { windows: { window_1: { from: '08:00', to: '18:00', timezone: 'UTC' } } },
        },
      ],
    });
  });

  it.each([
    [['export'], 2, 'got the engine nothing, expected cedar'],
    [['export', 'rego'], 2, 'got the engine rego, expected cedar'],
    [['export', 'cedar', 'no-such-file.json'], 1, 'got no file or folder no-such-file.json'],
    [['export', 'cedar', 'governance/policies/platform.json'], 1, "got no tenant's document, expected at least one"],
  ])('%j is answered with %i', async (args, code, message) => {
    const run = await runPolicyTool(args);
    expect(run.code).toBe(code);
    expect(run.errors).toContain(message);
  });
});

async function documentFile(rules: readonly object[]): Promise<string> {
  const file = path.join(temporaryFolder('export'), 't1.json');
  await writeFile(file, JSON.stringify(draft(rules)));
  return file;
}
