// `npm run release -- manifest | scan | push`: from what was built to what a registry holds, each by its digest.
// Next: scripts/release/manifest.ts, what a release is; scripts/release/scan-images.ts and scripts/release/push-images.ts.
import { copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { readImageDigest } from './image-layout.ts';
import { checkManifest, functionNames, imageNames, readCheckedManifest, sha256Of } from './manifest.ts';
import { pushImages } from './push-images.ts';
import { scanImages } from './scan-images.ts';

const usage = `usage:
  npm run release -- manifest --version V --commit SHA   dist/release: release.json, the functions' archives, checksums.txt
  npm run release -- scan                                trivy over packages and images; first over what it must not let pass
  npm run release -- push --registry HOST --prefix P     both images to HOST/P/orbit and HOST/P/axon, tagged by the version
images are read from dist/images/NAME, an oci image layout; exit code: 0, 1 when something is wrong, 2 when the call is`;
const root = process.cwd();
const images = Object.fromEntries(imageNames.map((name) => [name, path.join(root, 'dist/images', name)]));
const folder = path.join(root, 'dist/release');
const write = (text: string): void => void process.stdout.write(`${text}\n`);

try {
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

async function run(args: readonly string[]): Promise<number> {
  const { positionals, values } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: Object.fromEntries(
      ['version', 'commit', 'registry', 'prefix'].map((name) => [name, { type: 'string' as const }]),
    ),
  });
  const [command, ...more] = positionals;
  const { version, commit, registry, prefix } = values;
  if (more.length === 0) {
    if (command === 'manifest' && version !== undefined && commit !== undefined) return writeRelease(version, commit);
    if (command === 'scan') return scanImages(images, path.join(root, 'package-lock.json'), write);
    if (command === 'push' && typeof registry === 'string' && typeof prefix === 'string')
      return pushImages(
        { images, release: readCheckedManifest(path.join(folder, 'release.json')), registry, prefix },
        write,
      );
  }
  process.stderr.write(`${usage}\n`);
  return 2;
}

/** The sums cover release.json itself, so that one attestation over them covers everything. */
function writeRelease(version: unknown, commit: unknown): number {
  mkdirSync(folder, { recursive: true });
  const built = functionNames.filter((name) => existsSync(path.join(root, 'dist', `${name}.zip`)));
  for (const name of built) copyFileSync(path.join(root, 'dist', `${name}.zip`), path.join(folder, `${name}.zip`));
  const release = checkManifest(
    {
      version,
      commit,
      images: Object.fromEntries(Object.entries(images).map(([name, layout]) => [name, readImageDigest(layout)])),
      functions: Object.fromEntries(
        built.map((name) => [name, { file: `${name}.zip`, sha256: sha256Of(path.join(folder, `${name}.zip`)) }]),
      ),
    },
    'what was built',
  );
  writeFileSync(path.join(folder, 'release.json'), `${JSON.stringify(release, null, 2)}\n`);
  const files = ['release.json', ...built.map((name) => `${name}.zip`)];
  writeFileSync(
    path.join(folder, 'checksums.txt'),
    files.map((file) => `${sha256Of(path.join(folder, file))}  ${file}\n`).join(''),
  );
  write(`${release.version} of ${release.commit}: ${[...Object.values(release.images), ...files].join(', ')}`);
  return 0;
}
