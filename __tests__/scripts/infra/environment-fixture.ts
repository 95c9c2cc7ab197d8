// A small environment of two modules, in a temporary folder, of resources that Terraform itself brings along.
// Next: __tests__/scripts/infra/environment-run.test.ts, which applies it.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A module or a root module as JSON. */
export type ModuleJson = Readonly<Record<string, unknown>>;

/** The modules of the fixture; each can be replaced. */
export const fixtureModules: Readonly<Record<string, ModuleJson>> = {
  'modules/inner': {
    resource: { terraform_data: { leaf: { input: '${var.name}' } } },
    variable: { name: { type: 'string' } },
  },
  'modules/outer': {
    module: { inner: { source: '../inner', name: '${var.name}-inner' } },
    output: { name: { value: '${terraform_data.first.output}' } },
    resource: { terraform_data: { first: { input: '${var.name}' }, many: { count: 2, input: 'many' } } },
    variable: { name: { type: 'string' } },
  },
  'environments/dev': {
    module: { outer: { source: '../../modules/outer', name: '${var.release}' } },
    output: { release: { value: '${module.outer.name}' } },
    terraform: { backend: { s3: { bucket: 'a-bucket', key: 'dev', region: 'eu-central-1', use_lockfile: true } } },
    variable: { release: { type: 'string' }, size: { type: 'number', default: 1 } },
  },
};

/** Writes modules as synth does and returns the folder that holds them. */
export function writeInfra(modules: Readonly<Record<string, ModuleJson>> = fixtureModules): string {
  const root = mkdtempSync(path.join(tmpdir(), 'infra-'));
  for (const [name, module] of Object.entries(modules)) {
    mkdirSync(path.join(root, name), { recursive: true });
    writeFileSync(path.join(root, name, 'main.tf.json'), `${JSON.stringify(module, null, 2)}\n`);
  }
  return root;
}

/** True where Terraform can be run; the tests that need it say so. */
export const hasTerraform = ((): boolean => {
  try {
    execFileSync('terraform', ['version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();
