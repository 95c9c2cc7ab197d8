// Terraform's own word on every module and environment as committed: no error, no warning, canonical format.
// Next: scripts/infra/validate.ts.
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { openTerraform } from '../../scripts/infra/terraform.ts';
import { validateInfrastructure } from '../../scripts/infra/validate.ts';

const infra = path.resolve(import.meta.dirname, '../../infra');
const timeoutMs = 300_000;

test('every module and every environment validates, without a warning', { timeout: timeoutMs }, async () => {
  const terraform = await openTerraform({ environment: process.env });
  try {
    const results = await validateInfrastructure(infra, terraform, () => undefined);
    const expected = ['environments', 'modules'].flatMap((kind) =>
      readdirSync(path.join(infra, kind)).map((name) => `${kind}/${name}`),
    );
    expect(results.map(({ name }) => name).toSorted()).toEqual(expected.toSorted());
    for (const { name, errors, warnings, unformatted } of results)
      expect.soft({ name, errors, warnings, unformatted }).toEqual({ name, errors: [], warnings: [], unformatted: [] });
  } finally {
    await terraform.close();
  }
});
