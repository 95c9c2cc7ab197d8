// A copy of one environment in a temporary folder: its own state, values for its variables, and without what an account cannot hold.
// Next: scripts/infra/environment-run.ts, which plans, applies and destroys it.
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { z } from 'zod';

import { findReferences, leaveOutResources, type LeftOutType } from './left-out-resources.ts';

/** What to prepare. */
export interface EnvironmentCopyOptions {
  /** The environment as synthesized: `infra/environments/<name>`, or a folder laid out like it. */
  readonly folder: string;
  /** Resource types to leave out of the copy, each with its reason. @defaultValue none */
  readonly leftOut?: readonly LeftOutType[];
  /** Values of the environment's variables. @defaultValue none */
  readonly variables?: Readonly<Record<string, unknown>>;
  /** `fresh`: an empty state beside the copy; `own`: the environment's backend, or the local state beside its folder. @defaultValue `fresh` */
  readonly state?: 'fresh' | 'own';
}

/** An environment that is ready for `terraform init`; its state lies beside it and goes with it. */
export interface PreparedEnvironment {
  readonly name: string;
  /** The root module. */
  readonly folder: string;
  /** The state that lies in the copy; null when the environment's own is used. */
  readonly stateFile: string | null;
  /** What was left out, by type, with the blocks it stands in: `networking aws_xray_group.all`. */
  readonly leftOut: readonly (LeftOutType & { readonly blocks: readonly string[] })[];
  /** Removes the copy, the state with it. */
  remove(): Promise<void>;
}

const Module = z.looseObject({
  module: z.record(z.string(), z.looseObject({ source: z.string() })).optional(),
  variable: z.record(z.string(), z.looseObject({ default: z.unknown().optional() })).optional(),
  terraform: z.looseObject({ backend: z.record(z.string(), z.unknown()).optional() }).optional(),
});
const LocalBackend = z.looseObject({ path: z.string() });
const freshState = 'terraform.tfstate';
const maxModules = 200;

/**
 * Copies the environment and the modules it calls, each at the same place relative to the others.
 *
 * @throws Error when something that stays refers to something left out, or a variable has no value or is not declared
 */
export async function prepareEnvironment(options: EnvironmentCopyOptions): Promise<PreparedEnvironment> {
  const source = path.resolve(options.folder);
  const folders = await findModuleFolders(source);
  const base = commonFolder([...folders]);
  const copy = await mkdtemp(path.join(tmpdir(), `environment-${path.basename(source)}-`));
  const remove = (): Promise<void> => rm(copy, { recursive: true, force: true });
  try {
    const inCopy = (folder: string): string => path.join(copy, path.relative(base, folder));
    // One after the other, as a module may lie in the folder of another.
    for (const folder of folders) await copyModule(folder, inCopy(folder));
    const folder = inCopy(source);
    const leftOut = await removeResources([...folders].map(inCopy), options.leftOut ?? []);
    await writeVariables(folder, { ...(await readPathDefaults(source)), ...options.variables });
    const backend = options.state === 'own' ? await readBackend(source) : { path: path.join(folder, freshState) };
    if (backend !== 'remote') {
      await writeJson(path.join(folder, 'backend_override.tf.json'), { terraform: { backend: { local: backend } } });
    }
    const stateFile = options.state === 'own' ? null : path.join(folder, freshState);
    return { name: path.basename(source), folder, stateFile, leftOut, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** Names of the variables of a root module. */
export async function listVariables(folder: string): Promise<string[]> {
  return (await readModules(folder)).flatMap((module) => Object.keys(module.variable ?? {}));
}

/** Names of the variables of a root module that have no default. */
export async function listRequiredVariables(folder: string): Promise<string[]> {
  const declared = (await readModules(folder)).flatMap((module) => Object.entries(module.variable ?? {}));
  return declared.filter(([, block]) => !('default' in block)).map(([name]) => name);
}

/** The folder itself and every module it calls by a relative path, those modules' own modules as well. */
export async function findModuleFolders(root: string): Promise<ReadonlySet<string>> {
  const found = new Set([root]);
  // A set that grows while it is walked: each folder is visited once, so modules that call each other end too.
  for (const folder of found) {
    if (found.size > maxModules)
      throw new Error(`got more than ${maxModules} modules below ${root}; is a source a loop?`);
    const calls = (await readModules(folder)).flatMap((module) => Object.values(module.module ?? {}));
    for (const { source } of calls) {
      if (source.startsWith('.')) found.add(path.resolve(folder, source));
    }
  }
  return found;
}

async function configurationFiles(folder: string): Promise<string[]> {
  const names = (await readdir(folder)).toSorted();
  const handWritten = names.find((name) => name.endsWith('.tf'));
  if (handWritten !== undefined) {
    throw new Error(
      `got ${path.join(folder, handWritten)}, expected JSON alone as synth writes it; move it into stacks/`,
    );
  }
  const files = names.filter((name) => name.endsWith('.tf.json')).map((name) => path.join(folder, name));
  if (files.length === 0) throw new Error(`got no *.tf.json in ${folder}, expected a module; run npx cdktf synth`);
  return files;
}

async function copyModule(from: string, to: string): Promise<void> {
  await cp(from, to, {
    recursive: true,
    // A state or a provider of the original has no place in the copy.
    filter: (file) => !/^\.terraform$|\.tfstate|\.tfplan$/.test(path.basename(file)),
  });
}

async function removeResources(
  folders: readonly string[],
  types: readonly LeftOutType[],
): Promise<PreparedEnvironment['leftOut']> {
  const blocks = new Map<string, string[]>();
  for (const folder of folders) {
    const modules = await Promise.all(
      (await configurationFiles(folder)).map(async (file) => ({
        file,
        ...leaveOutResources(await readJson(file), types),
      })),
    );
    const removed = modules.flatMap((module) => module.removed);
    for (const { file, kept } of modules) {
      const references = findReferences(kept, removed);
      if (references.length > 0) {
        throw new Error(
          `got ${references.join(', ')} in ${path.basename(folder)}, expected nothing that refers to what is left out; ` +
            'take the reference away or the type from the list',
        );
      }
      await writeJson(file, kept);
    }
    for (const address of removed) {
      const type = address.split('.', 1)[0] ?? '';
      blocks.set(type, [...(blocks.get(type) ?? []), `${path.basename(folder)} ${address}`]);
    }
  }
  return types.map((type) => ({ ...type, blocks: blocks.get(type.type) ?? [] }));
}

async function writeVariables(folder: string, values: Readonly<Record<string, unknown>>): Promise<void> {
  const modules = await readModules(folder);
  const declared = new Map(modules.flatMap((module) => Object.entries(module.variable ?? {})));
  const unknown = Object.keys(values).filter((name) => !declared.has(name));
  if (unknown.length > 0) {
    throw new Error(
      `got a value for ${unknown.join(', ')}, expected one of ${[...declared.keys()].join(', ') || 'no variable at all'}`,
    );
  }
  const missing = (await listRequiredVariables(folder)).filter((name) => !(name in values));
  if (missing.length > 0) {
    throw new Error(`got no value for ${missing.join(', ')}, expected one for each; give --var NAME=VALUE`);
  }
  await writeJson(path.join(folder, 'given.auto.tfvars.json'), values);
}

/** Defaults that are paths from the environment's folder, as paths that hold in the copy too. */
async function readPathDefaults(source: string): Promise<Record<string, string>> {
  const declared = (await readModules(source)).flatMap((module) => Object.entries(module.variable ?? {}));
  return Object.fromEntries(
    declared.flatMap(([name, { default: byDefault }]) =>
      typeof byDefault === 'string' && byDefault.startsWith('../') ? [[name, path.resolve(source, byDefault)]] : [],
    ),
  );
}

/** Where the environment keeps its own state: a file, as an absolute path, or somewhere else. */
async function readBackend(folder: string): Promise<'remote' | { path: string }> {
  const backends = (await readModules(folder)).map(({ terraform }) => terraform?.backend ?? {});
  if (backends.some((backend) => Object.keys(backend).some((type) => type !== 'local'))) return 'remote';
  const named = backends.flatMap((backend) => LocalBackend.safeParse(backend['local']).data ?? []);
  return { path: path.resolve(folder, named[0]?.path ?? freshState) };
}

async function readModules(folder: string): Promise<z.infer<typeof Module>[]> {
  return Promise.all((await configurationFiles(folder)).map(async (file) => Module.parse(await readJson(file))));
}

function commonFolder(folders: readonly string[]): string {
  const [first = '', ...others] = folders.map((folder) => path.dirname(folder));
  let base = first;
  while (!others.every((other) => other === base || other.startsWith(base === '/' ? base : base + path.sep))) {
    base = path.dirname(base);
  }
  return base;
}

async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    throw new Error(`got ${file} that cannot be read as JSON, expected what synth writes; run npx cdktf synth`, {
      cause: error,
    });
  }
}

async function writeJson(file: string, value: unknown): Promise<void> {
  await writeFile(file, `${JSON.stringify(value, null, 2)}\n`);
}
