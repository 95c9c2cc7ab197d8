// An OCI image layout as docker buildx writes it with provenance and a bill of materials, but for the few bytes of its layers.
// Next: scripts/release/image-layout.ts, which reads one.
import { hash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** How a layout differs from what a release takes. @defaultValue each as it should be */
export interface LayoutOptions {
  readonly architecture?: string;
  readonly attestationFirst?: boolean;
  readonly predicates?: readonly string[];
  /** What the one layer holds, so that two images differ. */
  readonly content?: string;
}

const media = 'application/vnd.oci.image';

/** Writes a layout into a folder. @returns the digest of its image index */
export function writeOciLayout(folder: string, options: LayoutOptions = {}): string {
  const { architecture = 'arm64', content = 'layer' } = options;
  const predicates = options.predicates ?? ['https://slsa.dev/provenance/v1', 'https://spdx.dev/Document'];
  mkdirSync(path.join(folder, 'blobs/sha256'), { recursive: true });
  const blob = (mediaType: string, value: unknown, more: object = {}) => {
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    const hex = hash('sha256', text);
    writeFileSync(path.join(folder, 'blobs/sha256', hex), text);
    return { mediaType, digest: `sha256:${hex}`, size: Buffer.byteLength(text), ...more };
  };
  const manifest = (config: object, layers: readonly object[], more: object) =>
    blob(
      `${media}.manifest.v1+json`,
      { schemaVersion: 2, mediaType: `${media}.manifest.v1+json`, config, layers },
      more,
    );
  const layer = blob(`${media}.layer.v1.tar`, content);
  const image = manifest(
    blob(`${media}.config.v1+json`, {
      architecture,
      os: 'linux',
      rootfs: { type: 'layers', diff_ids: [layer.digest] },
    }),
    [layer],
    { platform: { os: 'linux', architecture } },
  );
  const statements = predicates.map((type) =>
    blob(
      'application/vnd.in-toto+json',
      { predicateType: type },
      { annotations: { 'in-toto.io/predicate-type': type } },
    ),
  );
  const attestation = manifest(
    blob(`${media}.config.v1+json`, { architecture: 'unknown', os: 'unknown' }),
    statements,
    {
      platform: { os: 'unknown', architecture: 'unknown' },
      annotations: {
        'vnd.docker.reference.type': 'attestation-manifest',
        'vnd.docker.reference.digest': image.digest,
      },
    },
  );
  const index = blob(`${media}.index.v1+json`, {
    schemaVersion: 2,
    mediaType: `${media}.index.v1+json`,
    manifests: options.attestationFirst === true ? [attestation, image] : [image, attestation],
  });
  writeFileSync(path.join(folder, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  writeFileSync(path.join(folder, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [index] }));
  return index.digest;
}
