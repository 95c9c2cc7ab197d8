// Pushes images as they were built and scanned, byte for byte, and looks that the registry holds that very digest.
// Next: scripts/scan/go-tool.ts, which builds the program that pushes.
import { spawnSync } from 'node:child_process';
import { installGoTool } from '../scan/go-tool.ts';
import { readImageDigest } from './image-layout.ts';
import { type Release } from './manifest.ts';

/** Which images go where. */
export interface PushOptions {
  /** Name → folder of its OCI layout. */
  readonly images: Readonly<Record<string, string>>;
  readonly release: Release;
  /** Host of the registry; whoever calls is logged in to it. */
  readonly registry: string;
  /** Of the environment's names: the repository of Orbit is `<prefix>/orbit`. */
  readonly prefix: string;
}

/** It pushes a layout as it is: index, attestations and digest (https://github.com/google/go-containerregistry). */
export const crane = 'github.com/google/go-containerregistry/cmd/crane@v0.20.6';

/**
 * Pushes every image of a release under its version. Tags never move: a version that is there already must be the same.
 *
 * @returns 0 when the registry holds every image
 * @throws Error when a folder holds another image than the release names, or the version is taken by another
 */
export async function pushImages(options: PushOptions, write: (text: string) => void): Promise<number> {
  const { images, release, registry, prefix } = options;
  for (const [name, wanted] of Object.entries(release.images)) {
    const built = readImageDigest(images[name] ?? name);
    if (built !== wanted) throw new Error(`got ${name} with digest ${built}, expected ${wanted} of release.json`);
  }
  const program = await installGoTool(crane);
  const call = (...args: string[]) => spawnSync(program, args, { encoding: 'utf8' });
  for (const [name, wanted] of Object.entries(release.images)) {
    const tag = `${registry}/${prefix}/${name}:${release.version}`;
    const before = call('digest', tag).stdout.trim();
    if (before !== '' && before !== wanted)
      throw new Error(`got ${before} at ${tag}, expected ${wanted} or nothing; release under a new version`);
    if (before === '') {
      const { status, stderr } = call('push', images[name] ?? name, tag);
      if (status !== 0) throw new Error(`got exit code ${status} of the push to ${tag}: ${stderr.trim()}`);
    }
    const after = call('digest', tag).stdout.trim();
    if (after !== wanted) throw new Error(`got ${after || 'nothing'} at ${tag} after the push, expected ${wanted}`);
    write(`${before === '' ? 'pushed ' : 'there  '} ${registry}/${prefix}/${name}@${wanted}`);
  }
  return 0;
}
