// release.json: what a release is made of, by content. A deployment reads nothing else of it.
// Next: scripts/release/main.ts, which writes, checks and pushes what it names.
import { hash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';

const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/, 'expected sha256: and 64 hex digits');
const pack = z.strictObject({
  /** Name of the archive beside release.json. */
  file: z.string().regex(/^[a-z-]+\.zip$/, 'expected the name of an archive'),
  /** Of the archive, 64 hex digits. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 hex digits'),
});

/** The shape of release.json. */
export const ReleaseManifest = z.strictObject({
  version: z.string().regex(/^[0-9A-Za-z][0-9A-Za-z_.-]{0,63}$/, 'expected 1 to 64 letters, digits, dots, dashes'),
  /** The commit all of it was built from. */
  commit: z.string().regex(/^[0-9a-f]{40}$/, 'expected a whole commit id'),
  /** Digest of each image's index, which covers provenance and bill of materials; the same in every registry. */
  images: z.strictObject({ orbit: digest, axon: digest }),
  functions: z.strictObject({ governance: pack, rotation: pack, smoke: pack.optional() }),
});
/** A release, see {@link ReleaseManifest}. */
export type Release = z.infer<typeof ReleaseManifest>;

/** Functions, by the name of their archive. */
export const functionNames = ['governance', 'rotation', 'smoke'] as const;
/** Images, by the name of their folder. */
export const imageNames = ['orbit', 'axon'] as const;

/** Reads a manifest. @throws Error naming the field that is wrong, or the file that is missing */
export function readManifest(file: string): Release {
  if (!existsSync(file)) throw new Error(`got no ${file}, expected the manifest of a release`);
  return checkManifest(JSON.parse(readFileSync(file, 'utf8')), file);
}

/** Checks what a manifest says. @throws Error naming each field that is wrong */
export function checkManifest(value: unknown, name: string): Release {
  const { success, data, error } = ReleaseManifest.safeParse(value);
  if (success) return data;
  const faults = error.issues.map(({ path: field, message }) => `${field.join('.') || 'the whole'}: ${message}`);
  throw new Error(`${name} is no manifest of a release: ${faults.join('; ')}`);
}

/**
 * Reads a manifest and compares every archive beside it with its sum.
 *
 * @throws Error naming the archive that is missing or another one
 */
export function readCheckedManifest(file: string): Release {
  const release = readManifest(file);
  for (const given of Object.values(release.functions).filter((each) => each !== undefined)) {
    const archive = path.join(path.dirname(file), given.file);
    if (!existsSync(archive)) throw new Error(`got no ${given.file} beside release.json, expected what it names`);
    const found = sha256Of(archive);
    if (found !== given.sha256) throw new Error(`got ${given.file} with sha256 ${found}, expected ${given.sha256}`);
  }
  return release;
}

/** SHA-256 of a file, 64 hex digits. */
export function sha256Of(file: string): string {
  return hash('sha256', readFileSync(file));
}
