// The other two meshes, each in a run of its own.
// Next: stacks/calls/mesh.ts, which chooses one.
import { expect, test } from 'vitest';
import { findFaults } from '../../scripts/infra/emulate.ts';
import { synthesizeMeshVariant } from '../../scripts/infra/mesh-variant.ts';
import { emulate, emulationTimeoutMs, summarize } from '../support/emulated-environment.ts';

test.concurrent.each(['service-connect', 'app-mesh'])(
  'dev with %s is applied, does not drift, and leaves nothing',
  { timeout: emulationTimeoutMs },
  async (mesh) => {
    const warnings: string[] = [];
    const variant = await synthesizeMeshVariant('dev', mesh, (line) => warnings.push(line));
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
