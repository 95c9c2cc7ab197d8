// The other two meshes, each in a run of its own; one of them without a pipeline, whose services and aliases follow each apply.
// Next: stacks/calls/mesh.ts, which chooses one.
import { expect, test } from 'vitest';
import { findFaults } from '../../scripts/infra/emulate.ts';
import { synthesizeMeshVariant } from '../../scripts/infra/mesh-variant.ts';
import { emulate, emulationTimeoutMs, summarize } from '../support/emulated-environment.ts';

test.concurrent.each([
  { mesh: 'service-connect', changes: {} },
  { mesh: 'app-mesh', changes: { delivery: null } },
])(
  'dev with $mesh and $changes is applied, does not drift, and leaves nothing',
  { timeout: emulationTimeoutMs },
  async ({ mesh, changes }) => {
    const warnings: string[] = [];
    const variant = await synthesizeMeshVariant('dev', mesh, (line) => warnings.push(line), changes);
    try {
      const report = await emulate(variant.folder);
      process.stdout.write(`${mesh}: ${summarize(report)}\n`);
      expect(findFaults(report)).toEqual([]);
      expect(warnings).toHaveLength(mesh === 'app-mesh' ? 1 : 0);
    } finally {
      await variant.remove();
    }
  },
);
