// Synthesizes the infrastructure for the dev server, so that names and policies are those of the stacks as they are now.
// Next: services/local/synthesized-account.ts, which reads what was written.
import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';

const synthesisTimeoutMs = 60_000;

/**
 * Runs the CDKTF app into a folder of its own; the committed infra/ stays as it is. A process of its own, because nothing
 * that runs imports the construct library.
 *
 * @param root - the repository's root
 * @param folder - where to write
 * @returns the folder that stands for infra/
 * @throws Error with what the app said, when it refuses the configuration or cannot run
 */
export async function synthesizeInfrastructure(root: string, folder: string): Promise<string> {
  const infra = path.join(folder, 'infra');
  const env = { PATH: process.execPath, INFRA_FOLDER: infra, CDKTF_OUTDIR: path.join(folder, 'cdktf.out') };
  await mkdir(folder, { recursive: true });
  await new Promise<void>((resolve, reject) => {
    const args = ['--disable-warning=ExperimentalWarning', '--disable-warning=DEP0044', path.join(root, 'main.ts')];
    execFile(process.execPath, args, { cwd: root, env, timeout: synthesisTimeoutMs }, (error, _, stderr) => {
      if (error) reject(new Error(`the infrastructure cannot be synthesized: ${stderr.trim() || error.message}`));
      else resolve();
    });
  });
  return infra;
}
