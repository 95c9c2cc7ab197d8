// Validation of modules and environments: what counts, what the table says, what a file has to look like.
// Next: scripts/infra/validate.ts, the code under test.
import { readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';

import { openTerraform } from '../../../scripts/infra/terraform.ts';
import {
  checkJsonFormat,
  formatResults,
  hasFault,
  type RootResult,
  validateInfrastructure,
} from '../../../scripts/infra/validate.ts';
import { fixtureModules, hasTerraform, type ModuleJson, writeInfra } from './environment-fixture.ts';

const roots: string[] = [];
afterEach(() => {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true, force: true });
});

describe.skipIf(!hasTerraform)('validating', () => {
  it('finds nothing wrong with sound modules and writes nothing beside them', async () => {
    const { results, root } = await validate({});
    expect(results.map(({ name }) => name)).toEqual(['environments/dev', 'modules/inner', 'modules/outer']);
    expect(results.filter(hasFault)).toEqual([]);
    expect(readdirSync(path.join(root, 'environments/dev'))).toEqual(['main.tf.json']);
  });

  it('counts errors and warnings of each by itself', async () => {
    const { results } = await validate({
      'modules/broken': { output: { x: { value: '${terraform_data.absent.id}' } } },
      // A backend in a called module is ignored, which Terraform warns of.
      'modules/inner': { ...fixtureModules['modules/inner'], terraform: { backend: { local: {} } } },
    });
    const counts = Object.fromEntries(
      results.map(({ name, errors, warnings }) => [name, [errors.length, warnings.length]]),
    );
    expect(counts).toEqual({
      'environments/dev': [0, 1],
      'modules/broken': [1, 0],
      'modules/inner': [0, 0],
      'modules/outer': [0, 1],
    });
    expect(results.find(({ name }) => name === 'modules/broken')?.errors[0]).toMatch(
      /^error: Reference to undeclared resource\n {2}in main\.tf\.json:\d+/,
    );
    expect(results.filter(hasFault)).toHaveLength(3);
  });

  it('fails where there is nothing to validate', async () => {
    await expect(validate(null)).rejects.toThrow(/^got no module and no environment/);
  });
});

describe('the form of a JSON file', () => {
  it('is two spaces and a newline at the end', () => {
    expect(checkJsonFormat('{\n  "a": [\n    1\n  ]\n}\n')).toBeNull();
  });

  it.each([
    ['{\n  "a": 1\n}', 'line 4 differs'],
    ['{\n    "a": 1\n}\n', 'line 2 differs'],
    ['{\n  "a": 1,\n  "a": 2\n}\n', 'line 2 differs'],
    ['{"a": 1,}', 'got no JSON'],
  ])('is not %j', (text, fault) => {
    expect(checkJsonFormat(text)).toContain(fault);
  });
});

describe('the table', () => {
  it('has a line for each and one with the sums', () => {
    const result: RootResult = { name: 'modules/kms', unformatted: [], errors: [], warnings: ['w'], seconds: 2.04 };
    const other: RootResult = {
      name: 'environments/dev',
      unformatted: ['f'],
      errors: ['a', 'b'],
      warnings: [],
      seconds: 10,
    };
    expect(formatResults([other, result]).split('\n')).toEqual([
      '                  format  errors  warnings  seconds',
      'environments/dev       1       2         0     10.0',
      'modules/kms            0       0         1      2.0',
      '2 validated            1       2         1     12.0',
    ]);
  });
});

async function validate(
  modules: Readonly<Record<string, ModuleJson>> | null,
): Promise<{ results: RootResult[]; root: string }> {
  const root = writeInfra(modules === null ? {} : { ...fixtureModules, ...modules });
  roots.push(root);
  const terraform = await openTerraform({ environment: process.env });
  try {
    const shown: RootResult[] = [];
    const results = await validateInfrastructure(root, terraform, (result) => shown.push(result));
    expect(shown).toHaveLength(results.length);
    return { results, root };
  } finally {
    await terraform.close();
  }
}
