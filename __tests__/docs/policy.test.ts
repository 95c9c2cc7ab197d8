// docs/policy.md: its generated parts are what the code says, and every policy in it is valid and answers as its cases say.
// Next: docs/policy.md; scripts/write-policy-docs.ts, which generates its reference.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CaseFile } from '../../governance/cli/case-files.ts';
import { commandHelps } from '../../governance/cli/commands.ts';
import { type LoadedPolicy } from '../../governance/cli/policy-set.ts';
import { runCase } from '../../governance/cli/run-case.ts';
import { compilePolicy } from '../../governance/policy/compile.ts';
import { describedObjects } from '../../governance/policy/reference.ts';
import { policyPage, renderPolicyPage } from '../../scripts/write-policy-docs.ts';
import { documentFrom } from '../support/shipped-policies.ts';

const page = readFileSync(policyPage, 'utf8');
const blocks = (kind: string) =>
  new Map(
    Array.from(
      page.matchAll(new RegExp(`^\`\`\`json ${kind}=([a-z-]+)\n([^]*?)^\`\`\`$`, 'gm')),
      ([, name = '', text = '']) => [name, text],
    ),
  );
const policies = blocks('policy');
const cases = blocks('cases');

it('the page is what `node scripts/write-policy-docs.ts` makes of it', async () => {
  expect(await renderPolicyPage(page)).toBe(page);
});

describe('the recipes', () => {
  it('are there: office hours, spend limits, quotas, a freeze, shadow, breaking the glass', () => {
    expect([...policies.keys()]).toEqual([
      'start',
      'office-hours',
      'spend-limits',
      'quotas',
      'freeze',
      'shadow',
      'break-glass',
    ]);
    expect([...policies.keys()].filter((name) => !cases.has(name))).toEqual(['freeze']);
  });

  it.each([...policies])('%s is a valid document', (_name, text) => {
    expect(documentFrom(text).rules.length).toBeGreaterThan(0);
  });

  it.each([...cases])('%s answers as its cases say, and with the freeze forbids everything', async (name, text) => {
    const load = (which: string): LoadedPolicy => {
      const source = policies.get(which) ?? '';
      const document = documentFrom(source);
      return { file: which, text: source, document, policy: compilePolicy(document, which) };
    };
    const own = load(name);
    const tenants = new Map([[own.document.tenant, own]]);
    for (const each of CaseFile.parse(JSON.parse(text)).cases) {
      expect((await runCase({ tenants, platform: null }, each)).mismatches).toEqual([]);
      const frozen = await runCase({ tenants, platform: load('freeze') }, each);
      expect(frozen.decision).toMatchObject({ allowed: false });
      if (frozen.decision.reason !== 'policy_expired')
        expect(frozen.decision).toMatchObject({ reason: 'forbidden_by_rule', rule: 'platform/change-freeze' });
    }
  });
});

describe('the reference', () => {
  it.each(describedObjects)('describes every field of $name and no other', ({ schema, fields }) => {
    expect(Object.keys(fields).sort()).toEqual(Object.keys(schema.shape).sort());
  });

  it('names every command, and the way from an edit to a decision names none that does not exist', () => {
    const told = Array.from(page.matchAll(/npm run policy -- ([a-z]+)/g), ([, name]) => name);
    expect(told.filter((name) => name === undefined || !Object.hasOwn(commandHelps, name))).toEqual([]);
    for (const name of Object.keys(commandHelps)) expect(page).toContain(`### ${name}\n`);
  });
});
