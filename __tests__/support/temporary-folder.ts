// A folder for a test's files that is gone when its test file is done.
// Next: __tests__/support/synthesis.ts, which synthesizes into one.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll } from 'vitest';

const folders: string[] = [];
// Imported while tests are collected, so this belongs to the importing file.
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** Makes an empty folder. @param purpose - the start of its name */
export function temporaryFolder(purpose: string): string {
  const folder = mkdtempSync(path.join(tmpdir(), `agent-runtime-${purpose}-`));
  folders.push(folder);
  return folder;
}
