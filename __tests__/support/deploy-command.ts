// `npm run deploy` against a stand-in of AWS, and a release for it to deploy.
// Next: __tests__/scripts/deploy, whose tests run it.
import { execFile } from 'node:child_process';
import { hash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { type CodeDeployServer } from './code-deploy-server.ts';
import { repositoryRoot } from './repository-files.ts';

/** The environment variables by which a deployment reaches the stand-in, and looks without waiting. */
export function deployEnvironment(server: CodeDeployServer): Record<string, string> {
  return {
    AWS_REGION: 'eu-central-1',
    AWS_ENDPOINT_URL: server.url,
    AWS_ACCESS_KEY_ID: 'emulated',
    AWS_SECRET_ACCESS_KEY: 'emulated',
    DEPLOY_INTERVAL_MS: '5',
  };
}

/** Runs the command to its end, whatever that is. */
export async function runDeploy(
  server: CodeDeployServer,
  ...args: string[]
): Promise<{ code: number; stdout: string; stderr: string }> {
  const env = { PATH: process.env['PATH'], ...deployEnvironment(server) };
  const main = path.join(repositoryRoot, 'scripts/deploy/main.ts');
  return promisify(execFile)(process.execPath, [main, ...args], { env }).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    (failure: { code: number; stdout: string; stderr: string }) => failure,
  );
}

/** Writes a release of version 1.2.3 with its archives, which hold this text. @returns the manifest's path */
export function writeRelease(folder: string, contents = 'one'): string {
  const pack = (file: string) => {
    writeFileSync(path.join(folder, file), contents);
    return { file, sha256: hash('sha256', contents) };
  };
  const release = {
    version: '1.2.3',
    commit: 'd'.repeat(40),
    images: { orbit: `sha256:${'a'.repeat(64)}`, axon: `sha256:${'b'.repeat(64)}` },
    functions: { governance: pack('governance.zip'), rotation: pack('rotation.zip') },
  };
  const manifest = path.join(folder, 'release.json');
  writeFileSync(manifest, JSON.stringify(release));
  return manifest;
}
