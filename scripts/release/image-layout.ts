// What docker buildx builds, as an OCI image layout in a folder: the one image index in it, and that its bytes are what their names say.
// Next: scripts/release/main.ts, which takes the digest into release.json and pushes the folder.
import { hash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';

const descriptor = z.object({
  mediaType: z.string(),
  digest: z.string().regex(/^sha256:[0-9a-f]{64}$/),
  platform: z.object({ os: z.string(), architecture: z.string() }).optional(),
  annotations: z.record(z.string(), z.string()).optional(),
});
const Index = z.object({ manifests: z.array(descriptor) });
const Manifest = z.object({ layers: z.array(descriptor) });
const indexType = 'application/vnd.oci.image.index.v1+json';

/**
 * The digest of a layout's image, after a look at what a release must have: linux/arm64 alone, with provenance and SBOM.
 *
 * @see https://github.com/opencontainers/image-spec/blob/v1.1.1/image-layout.md
 * @see https://docs.docker.com/build/metadata/attestations/attestation-storage/
 * @throws Error saying what the image lacks or has too many of
 */
export function readImageDigest(folder: string): string {
  const file = path.join(folder, 'index.json');
  if (!existsSync(file)) throw new Error(`got no ${file}, expected an oci image layout; build the image first`);
  const [image, ...more] = Index.parse(JSON.parse(readFileSync(file, 'utf8'))).manifests;
  if (image === undefined || more.length > 0 || image.mediaType !== indexType)
    throw new Error(`got ${file} with other than one image index, expected one image with its attestations`);
  const { manifests } = Index.parse(JSON.parse(readBlob(folder, image.digest)));
  const isAttestation = (each: z.infer<typeof descriptor>): boolean =>
    each.annotations?.['vnd.docker.reference.type'] === 'attestation-manifest';
  const platforms = manifests
    .filter((each) => !isAttestation(each))
    .map(({ platform }) => `${platform?.os}/${platform?.architecture}`);
  if (platforms.join() !== 'linux/arm64')
    throw new Error(`got an image for ${platforms.join(', ') || 'no platform'} in ${folder}, expected linux/arm64`);
  // Scanners read the first manifest.
  if (manifests.findIndex((each) => !isAttestation(each)) !== 0)
    throw new Error(`got an attestation before the image in ${folder}, expected the image first`);
  const predicates = manifests
    .filter(isAttestation)
    .flatMap(({ digest }) => Manifest.parse(JSON.parse(readBlob(folder, digest))).layers)
    .map((layer) => layer.annotations?.['in-toto.io/predicate-type'] ?? '');
  for (const [name, wanted] of [
    ['provenance', 'https://slsa.dev/provenance/'],
    ['bill of materials', 'https://spdx.dev/Document'],
  ] as const)
    if (!predicates.some((predicate) => predicate.startsWith(wanted)))
      throw new Error(`got an image without ${name} in ${folder}, expected one; build with provenance and sbom`);
  return image.digest;
}

function readBlob(folder: string, digest: string): string {
  const [, hex = ''] = digest.split(':');
  const blob = readFileSync(path.join(folder, 'blobs/sha256', hex));
  const found = hash('sha256', blob);
  if (found !== hex) throw new Error(`got blob ${hex} with sha256 ${found} in ${folder}, expected its name`);
  return blob.toString('utf8');
}
