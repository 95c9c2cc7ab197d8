// An environment with another mesh, synthesized beside infra/ and not into it.
// Next: scripts/infra/mesh-variant.ts, the code under test.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

import { findModuleFolders } from '../../../scripts/infra/environment-copy.ts';
import { synthesizeMeshVariant } from '../../../scripts/infra/mesh-variant.ts';

describe('a mesh variant', () => {
  it('is an environment beside its modules in a temporary folder, gone after removal', async () => {
    const variant = await synthesizeMeshVariant('dev', 'service-connect', () => {});
    try {
      const folders = await findModuleFolders(variant.folder);
      expect(folders.size).toBeGreaterThan(1);
      const root = path.resolve(variant.folder, '../..');
      expect(root).not.toContain(path.resolve(import.meta.dirname, '../../..'));
      for (const folder of folders) expect(folder.startsWith(root)).toBe(true);
    } finally {
      await variant.remove();
    }
    expect(existsSync(variant.folder)).toBe(false);
  });

  it.each([
    ['dev', 'mesh', 'got mesh mesh, expected one of lattice, service-connect, app-mesh'],
    ['nowhere', 'lattice', 'got environment nowhere, expected the name of a file in stacks/config'],
  ])('is refused for %s with %s', async (name, mesh, message) => {
    await expect(synthesizeMeshVariant(name, mesh, () => {})).rejects.toThrow(message);
  });
});
