// Python tools in a virtual environment of the repository's own, made from a pinned list the first time a test needs one.
// Next: __tests__/flow/schemathesis.test.ts, which runs one.
import { execFile } from 'node:child_process';
import { hash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

const root = path.resolve(import.meta.dirname, '../..');
const runFile = promisify(execFile);
const installTimeoutMs = 300_000;

/**
 * Installs a tool from `__tests__/support/<name>/requirements.txt` into `.venv/<name>`, unless that very list is there.
 *
 * @returns the path of its command
 * @throws Error when python3 is missing or the installation fails
 */
export async function installPythonTool(name: string): Promise<string> {
  const requirements = path.join(root, '__tests__/support', name, 'requirements.txt');
  await mkdir(path.join(root, '.venv'), { recursive: true });
  // The environment's commands name its path: by a link from a checkout that goes, they would go as well.
  const folder = path.join(await realpath(path.join(root, '.venv')), name);
  const stamp = path.join(folder, 'requirements.sha256');
  const wanted = hash('sha256', await readFile(requirements));
  const installed = existsSync(stamp) ? await readFile(stamp, 'utf8') : '';
  if (installed !== wanted) {
    await rm(folder, { recursive: true, force: true });
    await runFile('python3', ['-m', 'venv', folder], { timeout: installTimeoutMs });
    await runFile(
      path.join(folder, 'bin/pip'),
      ['install', '--quiet', '--disable-pip-version-check', '-r', requirements],
      { timeout: installTimeoutMs },
    );
    await writeFile(stamp, wanted);
  }
  return path.join(folder, 'bin', name);
}
