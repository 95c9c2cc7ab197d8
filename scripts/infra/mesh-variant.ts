// Synthesizes one environment with another mesh into a temporary folder; infra/ stays as it is.
// Next: stacks/synthesize.ts, which does it.
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { z } from 'zod';

import type { EnvironmentInput } from '../../stacks/config/schema.ts';

/** An environment's folder, beside the modules it calls. */
export interface MeshVariant {
  readonly folder: string;
  /** Removes all of it. */
  remove(): Promise<void>;
}

const Mesh = z.enum(['lattice', 'service-connect', 'app-mesh']);

/**
 * Synthesizes `stacks/config/<name>.ts` with the mesh.
 *
 * @param onWarning - what a reader of the output should know, like the end of App Mesh
 * @param changes - of the configuration, besides the mesh
 * @throws Error when there is no such environment or no such mesh, or synth refuses it
 */
export async function synthesizeMeshVariant(
  name: string,
  mesh: string,
  onWarning: (line: string) => void,
  changes: Partial<EnvironmentInput> = {},
): Promise<MeshVariant> {
  const chosen = Mesh.safeParse(mesh).data;
  if (chosen === undefined) throw new Error(`got mesh ${mesh}, expected one of ${Mesh.options.join(', ')}`);
  // Only here, as the construct library takes a second to load and the other commands work on what is in infra/.
  const [{ loadEnvironments }, { modules }, { synthesize }, input] = await Promise.all([
    import('../../stacks/config/load.ts'),
    import('../../stacks/library.ts'),
    import('../../stacks/synthesize.ts'),
    readInput(name),
  ]);
  const folder = await mkdtemp(path.join(tmpdir(), `mesh-${chosen}-`));
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    const infra = path.join(folder, 'infra');
    const environments = loadEnvironments({ [name]: { ...input, ...changes, mesh: chosen } });
    const warnings = synthesize({ environments, modules, infra, outdir: path.join(folder, 'cdktf.out') });
    for (const warning of warnings) onWarning(warning);
    return { folder: path.join(infra, 'environments', name), remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

async function readInput(name: string): Promise<EnvironmentInput> {
  const file = path.resolve(import.meta.dirname, '../../stacks/config', `${name}.ts`);
  if (!existsSync(file)) throw new Error(`got environment ${name}, expected the name of a file in stacks/config`);
  const exported: unknown = await import(file);
  const input = z.record(z.string(), z.unknown()).parse(exported)[name];
  // Checked by loadEnvironments, as everything that main.ts gives it.
  return input as EnvironmentInput;
}
