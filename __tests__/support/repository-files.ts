// The files of this repository as the repository tests read them: no build output, no installed packages.
// Next: __tests__/repository/stray-paths.test.ts, which reads all of them.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** Absolute path of the repository root, without a trailing separator. */
export const repositoryRoot = path.resolve(fileURLToPath(new URL('../..', import.meta.url)));

/** One text file: its path relative to the root with forward slashes, and its text. */
export interface RepositoryFile {
  path: string;
  text: string;
}

/** A fault found in one file; `line` counts from 1. */
export interface Finding {
  path: string;
  line: number;
  message: string;
}

/** What .gitignore lists as folders, and git's own; a walk instead of `git ls-files` so that an unpacked archive is checked too. */
const skippedFolders = new Set([
  'node_modules',
  'dist',
  'cdktf.out',
  'coverage',
  '.git',
  '.terraform',
  '.tmp',
  '.venv',
]);
const textFile =
  /(?:\.(?:ts|cjs|mjs|js|json|jsonc|md|sh|ya?ml|toml|txt|csv|html|svg|py|tf)|(?:^|\/)(?:Dockerfile|\.[a-z]+(?:ignore|rc|config)|\.ci\/run))$/;

/** Lists every text file under the given folders (default: the whole repository), sorted by path. */
export function readRepositoryFiles(
  folders: readonly string[] = ['.'],
  root: string = repositoryRoot,
): RepositoryFile[] {
  const present = folders.filter((folder) => existsSync(path.join(root, folder)));
  return present
    .flatMap((folder) => walk(root, folder))
    .filter((file) => textFile.test(file))
    .toSorted()
    .map((file) => ({ path: file, text: readFileSync(path.join(root, file), 'utf8') }));
}

/** Prints findings one a line, for the message of a failed assertion. */
export function formatFindings(findings: readonly Finding[]): string {
  return findings.map((finding) => `${finding.path}:${finding.line} ${finding.message}`).join('\n');
}

/** The number of the line, from 1, in which a character offset lies. */
export function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}

function walk(root: string, folder: string): string[] {
  return readdirSync(path.join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const relative = path.posix.join(folder, entry.name);
    if (entry.isDirectory()) return skippedFolders.has(entry.name) ? [] : walk(root, relative);
    return entry.isFile() ? [relative] : [];
  });
}
