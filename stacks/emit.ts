// What was synthesized becomes infra/: one folder per module and per environment, generated, committed, and nothing else in it.
// Next: stacks/module-readme.ts, which writes what a reader of infra/ needs.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { moduleReadme, infraReadme, type ModuleDescription } from './module-readme.ts';
import { canonicalTerraform, type TerraformConfiguration } from './terraform-json.ts';

/** What there is to write. */
export interface Emission {
  readonly modules: readonly ModuleDescription[];
  readonly environments: readonly { readonly name: string; readonly configuration: TerraformConfiguration }[];
}

const notice = 'main.tf.json';

/**
 * Writes `modules/<name>/{main.tf.json,README.md}`, `environments/<name>/main.tf.json` and `README.md`. A file whose text is as
 * it was is not touched; a folder that nothing was synthesized for goes away.
 *
 * @param folder - the folder that becomes infra/
 */
export function emit(folder: string, { modules, environments }: Emission): void {
  for (const module of modules) {
    write(path.join(folder, 'modules', module.name, notice), canonicalTerraform(module.configuration));
    write(path.join(folder, 'modules', module.name, 'README.md'), moduleReadme(module));
  }
  for (const { name, configuration } of environments)
    write(path.join(folder, 'environments', name, notice), canonicalTerraform(configuration));
  write(
    path.join(folder, 'README.md'),
    infraReadme(
      modules,
      environments.map(({ name }) => name),
    ),
  );
  removeOthers(
    path.join(folder, 'modules'),
    modules.map(({ name }) => name),
  );
  removeOthers(
    path.join(folder, 'environments'),
    environments.map(({ name }) => name),
  );
}

function write(file: string, text: string): void {
  mkdirSync(path.dirname(file), { recursive: true });
  if (readIfThere(file) !== text) writeFileSync(file, text);
}

function readIfThere(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** Only what was generated goes: a folder that holds a main.tf.json. */
function removeOthers(folder: string, names: readonly string[]): void {
  for (const entry of readdirSync(folder)) {
    if (names.includes(entry) || readIfThere(path.join(folder, entry, notice)) === null) continue;
    rmSync(path.join(folder, entry, notice));
    rmSync(path.join(folder, entry, 'README.md'), { force: true });
  }
}
