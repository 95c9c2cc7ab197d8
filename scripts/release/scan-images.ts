// Trivy over the images and what their bundles are made of: nothing high or critical that has a fix. First it must find what is known to be there.
// Next: scripts/release/known-vulnerable/package-lock.json, what it must find.
import { spawnSync } from 'node:child_process';
import path from 'node:path';

const control = path.join(import.meta.dirname, 'known-vulnerable');
/** https://trivy.dev/latest/docs/references/configuration/cli/trivy_image/ */
const options = [
  '--severity',
  'HIGH,CRITICAL',
  '--ignore-unfixed',
  '--exit-code',
  '9',
  '--scanners',
  'vuln',
  '--quiet',
];
const findsExitCode = 9;

/**
 * Scans every image, and the lock file: a bundle no longer shows its packages. The scanner is taken from the path.
 *
 * @param images - name → folder of its OCI layout
 * @param lockFile - packages of images and functions; those for development alone are left out, as Trivy does by itself
 * @returns 0 when nothing is found, 1 when something is, or when the scanner does not find what it must
 * @throws Error when the scanner cannot be started, or fails otherwise
 */
export function scanImages(
  images: Readonly<Record<string, string>>,
  lockFile: string,
  write: (text: string) => void,
): number {
  const seen = trivy(['fs', ...options, control]);
  if (!seen.finds) {
    write(
      'FAILED  the control: trivy finds nothing in lodash 4.17.4, expected CVE-2019-10744; its database is not there',
    );
    return 1;
  }
  write('found   the control, lodash 4.17.4');
  let found = 0;
  const targets = [
    ['packages', ['fs', ...options, lockFile]],
    ...Object.entries(images).map(([name, layout]) => [name, ['image', ...options, '--input', layout]] as const),
  ] as const;
  for (const [name, args] of targets) {
    const { finds, output } = trivy(args);
    if (finds) found += 1;
    write(finds ? `FINDS   ${name}\n${output}` : `clean   ${name}`);
  }
  return found === 0 ? 0 : 1;
}

function trivy(args: readonly string[]): { finds: boolean; output: string } {
  const { status, stdout, stderr, error } = spawnSync('trivy', args, { encoding: 'utf8' });
  if (error) throw new Error(`trivy could not be started: ${error.message}; expected it on the path`);
  if (status !== 0 && status !== findsExitCode)
    throw new Error(`got exit code ${status} of trivy ${args[0]}, expected 0 or ${findsExitCode}: ${stderr.trim()}`);
  return { finds: status === findsExitCode, output: stdout };
}
