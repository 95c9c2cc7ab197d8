// `validate` as a user runs it, by the real process once.
// Next: governance/cli/validate.ts.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { runPolicyTool } from '../../support/policy-cli.ts';
import { draft } from '../../support/policy-fixtures.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const validate = (...args: string[]) => runPolicyTool(['validate', ...args]);

describe('validate', () => {
  it('finds the shipped policies valid, from the command line', () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, ['governance/cli/main.ts', 'validate'], {
      cwd: root,
      encoding: 'utf8',
    });
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toContain('governance/policies/platform.json: valid, tenant *, revision');
    expect(stdout.trim().split('\n').length).toBeGreaterThanOrEqual(3);
  });

  it('lists every problem of every file with its path, for people and machines', async () => {
    const folder = temporaryFolder('validate');
    const save = (name: string, text: string) => writeFileSync(path.join(folder, name), text);
    save('good.json', JSON.stringify(draft([])));
    save(
      'bad.json',
      JSON.stringify({ ...draft([{ id: 'x', effect: 'alow', services: ['orbit'], intents: ['act'] }]), more: 1 }),
    );
    save('broken.json', '{');
    const { code, out } = await validate(folder);
    expect(code).toBe(1);
    expect(out).toContain('good.json: valid, tenant t1');
    expect(out).toMatch(/bad\.json:1:\d+: rules\[0\]\.effect: got "alow"/);
    expect(out).toMatch(/bad\.json:1:\d+: more: got 1, expected no such key/);
    expect(out).toMatch(/broken\.json:1:2: input: got .*expected JSON/);
    const json = JSON.parse((await validate(folder, '--json')).out) as { ok: boolean; files: { ok: boolean }[] };
    expect([json.ok, json.files.map(({ ok }) => ok)]).toEqual([false, [false, false, true]]);
  });

  it('tells a key that is there twice beside everything else, in the order of the text', async () => {
    const file = path.join(temporaryFolder('twice'), 'twice.json');
    writeFileSync(
      file,
      '{\n  "format": 2,\n  "tenant": "t1",\n  "revision": 1, "revision": 0,\n  "rules": [{ "id": "x" }]\n}',
    );
    const { out } = await validate(file);
    expect(Array.from(out.matchAll(/json:(\d+:\d+): (\S+): got (.*?),/g), ([, ...found]) => found.join(' '))).toEqual([
      '2:3 format 2',
      '4:18 revision the same key twice',
      '5:13 rules[0].effect nothing',
      '5:13 rules[0].services nothing',
      '5:13 rules[0].intents nothing',
    ]);
  });

  it('says that there is nothing to check', async () => {
    expect(await validate(temporaryFolder('empty'))).toMatchObject({
      code: 1,
      errors: expect.stringContaining('got no policy in') as string,
    });
    expect(await validate('/nowhere/at/all.json')).toMatchObject({
      code: 1,
      errors: expect.stringContaining('got no file or folder') as string,
    });
  });
});
