// infra/ is what synth writes, byte for byte, and what synth writes holds nothing of the machine it ran on.
// Next: stacks/emit.ts.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { dev } from '../../stacks/config/dev.ts';
import { GuardError } from '../../stacks/synthesize.ts';
import { type TerraformConfiguration } from '../../stacks/terraform-json.ts';
import { synthesizeInto } from '../support/synthesis.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const committed = path.resolve(import.meta.dirname, '../../infra');
let infra: string;
let outdir: string;

beforeAll(() => {
  ({ infra, outdir } = synthesizeInto());
});

describe('synth', () => {
  test('writes what is committed: npx cdktf synth && git diff --exit-code infra', () => {
    expect(filesOf(infra)).toEqual(filesOf(committed));
  });

  test('writes the same bytes again', () => {
    expect(filesOf(synthesizeInto().infra)).toEqual(filesOf(infra));
  });

  test('writes no absolute path and no construct metadata', () => {
    for (const [file, text] of Object.entries(filesOf(infra))) {
      expect.soft(text, file).not.toMatch(/"(metadata|uniqueId|stackTrace)"/);
      expect.soft(text, file).not.toMatch(/"\/(home|root|tmp|work|usr|var)\//);
    }
  });

  test('puts every module where the relative source of every call finds it, in infra and in cdktf.out', () => {
    const folders = [
      ...readdirSync(path.join(infra, 'environments')).map((name) => [
        'main.tf.json',
        path.join(infra, 'environments', name),
      ]),
      ...readdirSync(path.join(outdir, 'stacks')).map((name) => ['cdk.tf.json', path.join(outdir, 'stacks', name)]),
    ];
    expect(folders).toHaveLength(6);
    for (const [file = '', folder = ''] of folders) {
      const { module = {} } = JSON.parse(readFileSync(path.join(folder, file), 'utf8')) as TerraformConfiguration;
      for (const { source } of Object.values(module))
        expect
          .soft(existsSync(path.join(folder, String(source), 'main.tf.json')), `${folder}: ${String(source)}`)
          .toBe(true);
    }
  });

  test('takes away the folder of an environment that is gone, and touches nothing it did not write', () => {
    const folder = temporaryFolder('synthesis');
    cpSync(infra, path.join(folder, 'infra'), { recursive: true });
    mkdirSync(path.join(folder, 'infra/environments/own'));
    writeFileSync(path.join(folder, 'infra/environments/own/notes.md'), 'kept');
    synthesizeInto({ dev }, folder);
    expect(readdirSync(path.join(folder, 'infra/environments')).sort()).toEqual(['dev', 'own', 'prod', 'staging']);
    expect(readdirSync(path.join(folder, 'infra/environments/prod'))).toEqual([]);
    expect(readFileSync(path.join(folder, 'infra/environments/own/notes.md'), 'utf8')).toBe('kept');
  });

  test('warns that AWS ended App Mesh, in that mode alone', () => {
    expect(synthesizeInto({ dev }).warnings).toEqual([]);
    expect(synthesizeInto({ dev: { ...dev, mesh: 'app-mesh' } }).warnings).toEqual([
      expect.stringContaining('ended App Mesh on 2026-09-30'),
    ]);
  });

  test('gives an isolated tenant an environment from the same code', () => {
    const tenant = { name: 'acme', costCenter: 'acme', isolation: 'vpc', cidr: '10.30.0.0/16' } as const;
    const { infra: written } = synthesizeInto({ dev: { ...dev, tenants: [tenant] } });
    expect(readdirSync(path.join(written, 'environments')).sort()).toEqual(['dev', 'dev-acme']);
    const text = readFileSync(path.join(written, 'environments/dev-acme/main.tf.json'), 'utf8');
    expect(text).toContain('"10.30.0.0/16"');
    expect(text).toContain('"Tenant": "acme"');
    expect(text).not.toContain('agent-runtime-dev-alb');
  });
});

describe('what must not be synthesized', () => {
  test('stops synth before infra/ is touched', async () => {
    const { defineModule } = await import('../../stacks/module-stack.ts');
    const { synthesize } = await import('../../stacks/synthesize.ts');
    const { IamRole } = await import('@cdktf/provider-aws/lib/iam-role/index.js');
    const { z } = await import('zod');
    const unbounded = defineModule({
      name: 'unbounded',
      summary: 'A role that nothing bounds.',
      inputs: z.strictObject({}),
      build(scope) {
        new IamRole(scope, 'free', { name: 'free', assumeRolePolicy: '${var.trust}' });
        return {};
      },
    });
    const folder = temporaryFolder('synthesis');
    const attempt = () =>
      synthesize({
        environments: [],
        modules: [unbounded],
        infra: path.join(folder, 'infra'),
        outdir: path.join(folder, 'out'),
      });
    expect(attempt).toThrow(GuardError);
    expect(attempt).toThrow('unbounded: aws_iam_role.free: got no permissions_boundary, expected one');
    expect(existsSync(path.join(folder, 'infra'))).toBe(false);
  });
});

/** Every file below a folder with its text; what Terraform itself leaves there is not ours. */
function filesOf(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .filter((file) => !/\.terraform(\/|\.lock\.hcl$)/.test(file))
    .sort();
  return Object.fromEntries(files.map((file) => [path.relative(folder, file), readFileSync(file, 'utf8')]));
}
