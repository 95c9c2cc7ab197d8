// Configuration in, Terraform out: builds the app, judges every stack, writes cdktf.out and infra/.
// Next: stacks/environment-stack.ts, which is built per environment.
import { App } from 'cdktf';
import { type EnvironmentConfig } from './config/schema.ts';
import { emit } from './emit.ts';
import { EnvironmentStack } from './environment-stack.ts';
import { judge } from './guards/guard.ts';
import { type Module } from './module-stack.ts';

/** What to synthesize, and where to. */
export interface SynthesisOptions {
  readonly environments: readonly EnvironmentConfig[];
  readonly modules: readonly Module[];
  /** The folder that becomes infra/. */
  readonly infra: string;
  /** @defaultValue `CDKTF_OUTDIR`, else `cdktf.out` */
  readonly outdir?: string;
}

/** Something that must never be synthesized. The message has one line per problem. */
export class GuardError extends Error {
  override readonly name = 'GuardError';
}

/**
 * Synthesizes all modules and environments.
 *
 * @returns what a reader of the output should know, one line each: what was deprecated by its provider
 * @throws GuardError naming every problem of every module and environment; nothing is written to infra/ then
 * @throws Error naming an argument of a module call that its inputs refuse
 */
export function synthesize({ environments, modules, infra, outdir }: SynthesisOptions): string[] {
  const app = new App({ stackTraces: false, ...(outdir === undefined ? {} : { outdir }) });
  const libraries = modules.map((module) => ({ module, stack: module.synthesize(app) }));
  const stacks = environments.map((config) => ({ config, stack: new EnvironmentStack(app, config) }));
  app.synth();
  const emission = {
    modules: libraries.map(({ module, stack }) => ({
      name: module.name,
      summary: module.summary,
      configuration: stack.toConfiguration(),
    })),
    environments: stacks.map(({ config, stack }) => ({
      name: config.environment,
      configuration: stack.toConfiguration(),
    })),
  };
  const problems = [
    ...emission.modules.flatMap(({ name, configuration }) => judge(configuration).map((line) => `${name}: ${line}`)),
    ...emission.environments.flatMap(({ name, configuration }) =>
      judge(configuration).map((line) => `${name}: ${line}`),
    ),
  ];
  if (problems.length > 0) throw new GuardError(`got what must not be synthesized\n${problems.join('\n')}`);
  emit(infra, emission);
  return stacks.flatMap(({ stack }) => stack.warnings);
}
