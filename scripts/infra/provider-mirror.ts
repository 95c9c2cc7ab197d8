// Finds Terraform providers that already lie on this machine and writes the CLI configuration that takes them from there.
// Next: scripts/infra/terraform.ts, which runs Terraform with that configuration.
import { existsSync, readdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';

/** Where to look; everything but `environment` has the usual places of the operating system as its default. */
export interface MirrorPlaces {
  /** `TF_PLUGIN_MIRROR`, `XDG_DATA_HOME`, `XDG_DATA_DIRS` and `HOME` are read. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /**
   * Folders whose direct subfolders may be a mirror.
   *
   * @defaultValue `/opt`, `/usr/share`, `/usr/local/share`
   */
  readonly parents?: readonly string[];
}

/** A folder in Terraform's mirror layout, and the providers in it, `registry.terraform.io/<namespace>/<type>`. */
export interface ProviderMirror {
  readonly folder: string;
  readonly providers: readonly string[];
}

const registry = 'registry.terraform.io';
const usualParents = ['/opt', '/usr/share', '/usr/local/share'];

/**
 * The first folder that holds a provider: `TF_PLUGIN_MIRROR`, the XDG data folders, `~/.terraform.d/plugins`, one level below the parents.
 *
 * @returns null when there is none; Terraform then downloads as usual
 * @throws Error when `TF_PLUGIN_MIRROR` names a folder without a provider
 */
export function findProviderMirror({ environment, parents = usualParents }: MirrorPlaces): ProviderMirror | null {
  const named = environment['TF_PLUGIN_MIRROR'];
  if (named !== undefined && named !== '') {
    const mirror = openMirror(path.basename(named) === registry ? path.dirname(named) : named);
    if (mirror !== null) return mirror;
    throw new Error(
      `got TF_PLUGIN_MIRROR=${named}, expected a folder that holds ${registry}/<namespace>/<type>; correct it or unset it`,
    );
  }
  const candidates = [...dataFolders(environment), ...parents.flatMap(subfolders)];
  for (const folder of candidates) {
    const mirror = openMirror(folder);
    if (mirror !== null) return mirror;
  }
  return null;
}

/**
 * The text of a CLI configuration: what the mirror holds comes from the mirror alone, everything else from its registry.
 * {@link https://developer.hashicorp.com/terraform/cli/config/config-file#provider-installation}
 */
export function formatCliConfig(mirror: ProviderMirror): string {
  const providers = mirror.providers.map(quote).join(', ');
  return [
    'disable_checkpoint = true',
    'provider_installation {',
    '  filesystem_mirror {',
    `    path    = ${quote(mirror.folder)}`,
    `    include = [${providers}]`,
    '  }',
    '  direct {',
    `    exclude = [${providers}]`,
    '  }',
    '}',
    '',
  ].join('\n');
}

/** Writes the CLI configuration into a folder and returns its path, for `TF_CLI_CONFIG_FILE`. */
export async function writeCliConfig(mirror: ProviderMirror, folder: string): Promise<string> {
  const file = path.join(folder, 'terraform-cli.tfrc');
  await writeFile(file, formatCliConfig(mirror));
  return file;
}

/** Terraform's own implied mirrors, and the data folders themselves with one level below. */
function dataFolders(environment: MirrorPlaces['environment']): string[] {
  const home = environment['HOME'] ?? '';
  const userData = environment['XDG_DATA_HOME'] || (home === '' ? '' : path.join(home, '.local/share'));
  const systemData = (environment['XDG_DATA_DIRS'] ?? '').split(path.delimiter);
  const data = [userData, ...systemData].filter((folder) => path.isAbsolute(folder));
  return [
    ...data.map((folder) => path.join(folder, 'terraform/plugins')),
    ...(home === '' ? [] : [path.join(home, '.terraform.d/plugins')]),
    ...data.flatMap((folder) => [folder, ...subfolders(folder)]),
  ];
}

function openMirror(folder: string): ProviderMirror | null {
  const providers = subfolders(path.join(folder, registry))
    .flatMap(subfolders)
    .filter((provider) => readdirSync(provider).length > 0)
    .map((provider) => path.relative(folder, provider).split(path.sep).join('/'));
  return providers.length === 0 ? null : { folder, providers };
}

/** Sorted, so that two runs find the same; a folder that cannot be read has none, as it is only one of many places to look. */
function subfolders(folder: string): string[] {
  if (!existsSync(folder)) return [];
  try {
    const entries = readdirSync(folder, { withFileTypes: true });
    return entries
      .filter((entry) => entry.isDirectory() || entry.isSymbolicLink())
      .map((entry) => path.join(folder, entry.name))
      .filter((entry) => existsSync(entry))
      .toSorted();
  } catch {
    return [];
  }
}

/** A string of HCL: quoted like JSON, and with its template markers taken literally. */
function quote(text: string): string {
  return JSON.stringify(text)
    .replaceAll('${', () => '$${')
    .replaceAll('%{', () => '%%{');
}
