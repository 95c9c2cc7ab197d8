// Equal files give equal archives, whenever and wherever they are packed, and an archive holds what was put in.
// Next: scripts/lambda-package.ts.
import { readFileSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { unzipSync } from 'fflate';
import { expect, test, vi } from 'vitest';
import { writeLambdaPackage } from '../../scripts/lambda-package.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const folder = temporaryFolder('package');
const file = path.join(folder, 'index.mjs');

function pack(name: string, text: string): Buffer {
  writeFileSync(file, text);
  const archive = path.join(folder, name);
  writeLambdaPackage(archive, { 'index.mjs': file });
  return readFileSync(archive);
}

test('the same code is the same bytes, whatever the time of its file and the zone of the clock', () => {
  const first = pack('a.zip', 'export const handler = 1;');
  vi.stubEnv('TZ', 'Asia/Tokyo');
  writeFileSync(file, 'export const handler = 1;');
  utimesSync(file, 0, 0);
  expect(pack('b.zip', 'export const handler = 1;').equals(first)).toBe(true);
});

test('other code is other bytes', () => {
  expect(pack('c.zip', 'export const handler = 2;').equals(pack('d.zip', 'export const handler = 3;'))).toBe(false);
});

test('the archive holds the file under its name, readable by Lambda', () => {
  const archive = pack('e.zip', 'export const handler = 4;');
  expect(Buffer.from(unzipSync(archive)['index.mjs'] ?? []).toString()).toBe('export const handler = 4;');
  // The central directory keeps the mode in the upper half of the external attributes (APPNOTE 4.4.15).
  const directory = archive.indexOf(Buffer.from('PK\u0001\u0002', 'latin1'));
  expect((archive.readUInt32LE(directory + 38) >>> 16) & 0o777).toBe(0o644);
});
