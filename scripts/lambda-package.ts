// The archive a Lambda function is deployed from: equal files give equal bytes, so that a plan shows a change only where there is one.
// Next: scripts/bundle.ts, which writes one per function.
import { readFileSync, writeFileSync } from 'node:fs';
import { zipSync, type Zippable } from 'fflate';

/** Regular file, readable by all, as Lambda demands (https://docs.aws.amazon.com/lambda/latest/dg/nodejs-package.html). */
const readableFile = 0o100644 << 16;
const unix = 3;

/**
 * Writes a zip archive.
 *
 * @param archive - the file to write
 * @param files - path in the archive → path of the file
 */
export function writeLambdaPackage(archive: string, files: Readonly<Record<string, string>>): void {
  // The earliest time an archive can say (APPNOTE 4.4.6), which is local time: the same wherever it is packed.
  const mtime = new Date(1980, 0, 1);
  const entries: Zippable = {};
  for (const [name, file] of Object.entries(files).toSorted(([a], [b]) => (a < b ? -1 : 1)))
    entries[name] = [readFileSync(file), { mtime, os: unix, attrs: readableFile, level: 9 }];
  writeFileSync(archive, zipSync(entries));
}
