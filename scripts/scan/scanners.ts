// The scanners of the repository: which program at which version, with which arguments, over which files.
// Next: scripts/scan/main.ts, which runs them all; __tests__/repository/scanners.test.ts, which plants what each must find.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { installPythonTool } from '../../__tests__/support/python-tool.ts';
import { readRepositoryFiles, repositoryRoot } from '../../__tests__/support/repository-files.ts';
import { installGoTool } from './go-tool.ts';

/** What a scanner is given, and which files of the repository it reads. */
export interface Scanner {
  readonly name: 'hadolint' | 'shellcheck' | 'actionlint' | 'zizmor' | 'gitleaks';
  readonly args: readonly string[];
  readonly reads: (file: string) => boolean;
  /** gitleaks takes a folder, not files. */
  readonly takes: 'files' | 'folder';
}

/** What a scanner says: its exit code, 0 when it finds nothing, and its report. */
export interface ScanResult {
  readonly status: number | null;
  readonly output: string;
}

const goTools: Partial<Record<Scanner['name'], string>> = {
  actionlint: 'github.com/rhysd/actionlint/cmd/actionlint@v1.7.12',
  gitleaks: 'github.com/zricethezav/gitleaks/v8@v8.30.1',
};

/** All of them; none may find anything in the repository. */
export const scanners: readonly Scanner[] = [
  {
    name: 'hadolint',
    args: ['--failure-threshold', 'style'],
    reads: (file) => path.basename(file) === 'Dockerfile',
    takes: 'files',
  },
  {
    name: 'shellcheck',
    args: ['--external-sources', '--severity', 'style'],
    reads: (file) => file.endsWith('.sh') || file === '.ci/run',
    takes: 'files',
  },
  {
    name: 'actionlint',
    // It has every run step read by shellcheck: the pinned one, not what the machine may have.
    args: ['-shellcheck', path.join(repositoryRoot, '.venv/scanners/bin/shellcheck'), '-pyflakes', ''],
    reads: (file) => /^\.github\/workflows\/.*\.ya?ml$/.test(file),
    takes: 'files',
  },
  {
    name: 'zizmor',
    args: ['--offline', '--persona', 'pedantic', '--no-progress'],
    reads: (file) => /^\.github\/.*\.ya?ml$/.test(file),
    takes: 'files',
  },
  {
    name: 'gitleaks',
    args: ['dir', '--no-banner', '--redact', '--verbose', '--config', path.join(repositoryRoot, '.gitleaks.toml')],
    reads: () => true,
    takes: 'folder',
  },
];

/** Installs a scanner at its pinned version, unless it is there. @returns the path of the program */
export async function installScanner(name: Scanner['name']): Promise<string> {
  const folder = path.dirname(await installPythonTool('scanners'));
  const source = goTools[name];
  return source === undefined ? path.join(folder, name) : installGoTool(source);
}

/**
 * Runs a scanner over files, or over the whole of a folder where it takes one.
 *
 * @param files - relative to the folder
 * @throws Error when the program cannot be started, or was given nothing to read
 */
export async function scan(scanner: Scanner, files: readonly string[], folder: string): Promise<ScanResult> {
  if (files.length === 0)
    throw new Error(`got no file for ${scanner.name}, expected some; see scripts/scan/scanners.ts`);
  const given = scanner.takes === 'folder' ? [folder] : files;
  const program = await installScanner(scanner.name);
  const { status, stdout, stderr, error } = spawnSync(program, [...scanner.args, ...given], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1' },
  });
  if (error) throw error;
  return { status, output: stdout + stderr };
}

/** Runs a scanner over those files of the repository that it reads; what git ignores is not among them. */
export async function scanRepository(scanner: Scanner): Promise<ScanResult & { readonly files: number }> {
  const files = readRepositoryFiles()
    .map((file) => file.path)
    .filter(scanner.reads);
  if (scanner.takes === 'files') return { ...(await scan(scanner, files, repositoryRoot)), files: files.length };
  const folder = mkdtempSync(path.join(tmpdir(), 'scanned-'));
  try {
    for (const file of files) {
      mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
      cpSync(path.join(repositoryRoot, file), path.join(folder, file));
    }
    return { ...(await scan(scanner, files, folder)), files: files.length };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
