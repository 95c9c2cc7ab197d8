// Go programs in a folder of the repository's own, built at a pinned version the first time a test needs one.
// Next: scripts/scan/scanners.ts, the programs.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';

const root = path.resolve(import.meta.dirname, '../..');
const installTimeoutMs = 300_000;

/**
 * Builds a program.
 *
 * @param source - its package with version, `example.com/tool/cmd/tool@v1.2.3`
 * @returns the path of the program
 * @throws Error when go is missing or the build fails
 */
export async function installGoTool(source: string): Promise<string> {
  const [pack = '', version = ''] = source.split('@');
  const folder = path.join(root, '.venv/go', version);
  const program = path.join(folder, path.basename(pack.replace(/\/v\d+$/, '')));
  if (!existsSync(program)) {
    const env = { ...process.env, GOBIN: folder, CGO_ENABLED: '0' };
    await promisify(execFile)('go', ['install', source], { env, timeout: installTimeoutMs });
  }
  return program;
}
