// The shipped environments and modules, synthesized for a test into a folder of its own.
// Next: stacks/synthesize.ts.
import path from 'node:path';
import { dev } from '../../stacks/config/dev.ts';
import { loadEnvironments } from '../../stacks/config/load.ts';
import { prod } from '../../stacks/config/prod.ts';
import { type EnvironmentConfig, type EnvironmentInput } from '../../stacks/config/schema.ts';
import { staging } from '../../stacks/config/staging.ts';
import { modules } from '../../stacks/library.ts';
import { synthesize } from '../../stacks/synthesize.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** `dev`, `staging` and `prod`, checked. */
export function shippedEnvironments(): EnvironmentConfig[] {
  return loadEnvironments({ dev, staging, prod });
}

/**
 * Synthesizes environments with every module.
 *
 * @returns the folder that stands for infra/, and what synth warned of
 */
export function synthesizeInto(
  environments: Readonly<Record<string, EnvironmentInput>> = { dev, staging, prod },
  folder = temporaryFolder('synthesis'),
): { infra: string; outdir: string; warnings: string[] } {
  const [infra, outdir] = [path.join(folder, 'infra'), path.join(folder, 'cdktf.out')];
  const warnings = synthesize({ environments: loadEnvironments(environments), modules, infra, outdir });
  return { infra, outdir, warnings };
}
