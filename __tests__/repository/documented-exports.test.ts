// Every export says what it is, every file says what it is and what to read next, and no file is too long to read.
// Next: __tests__/support/documentation-faults.ts, which reads the sources with the compiler.
import { describe, expect, it } from 'vitest';

import { findDocumentationFaults, maxLines } from '../support/documentation-faults.ts';
import { type Finding, formatFindings, readRepositoryFiles } from '../support/repository-files.ts';

const paths = readRepositoryFiles().map((file) => file.path);
const header = '// Decides one request.\n// Next: governance/contract.ts, the shapes it takes and gives.\n';

describe('sources', () => {
  const files = readRepositoryFiles(['services', 'governance', 'stacks', 'observability']).filter((file) =>
    file.path.endsWith('.ts'),
  );

  it('document every export, lead the reader on and stay short', () => {
    expect(files.length).toBeGreaterThan(30);
    expect(formatFindings(files.flatMap((file) => faultsOf(file.text, file.path)))).toBe('');
  });

  it('have a median length near 90 lines', () => {
    const lengths = files.map((file) => file.text.split('\n').length).toSorted((left, right) => left - right);
    expect(lengths[Math.floor(lengths.length / 2)]).toBeLessThanOrEqual(130);
  });
});

describe('an export without documentation', () => {
  it.each([
    'export const one = 1;',
    'export function decide(): void {}',
    'export async function* read(): AsyncGenerator<number> {}',
    'export class Failure extends Error {}',
    'export interface Decision {}',
    'export type Reason = string;',
    'const one = 1;\nexport { one };',
    'const one = 1;\nexport { one as two };',
    '// a plain comment\nexport const one = 1;',
    '/* not TSDoc */\nexport const one = 1;',
    '/** */\nexport const one = 1;',
    "export { z } from 'zod';",
    '/** @internal */\nexport const one = 1;',
    '/** Documents something else. */\nconst zero = 0;\nexport const one = zero;',
  ])('is reported when planted: %s', (text) => {
    expect(messages(faultsOf(header + text))).toEqual([expect.stringContaining('has no TSDoc description')]);
  });

  it.each([
    ['default export', '/** One. */\nexport default 1;'],
    ['default export', '/** Decides. */\nexport default function decide(): void {}'],
    ['export of everything', "export * from './decide.ts';"],
    ['export of everything', "export * as policy from './decide.ts';"],
  ])('is reported when it is a %s: %s', (fault, text) => {
    expect(messages(faultsOf(header + text))).toEqual([expect.stringContaining(fault)]);
  });

  it.each([
    '/** One, as a number. */\nexport const one = 1;',
    '/** One, as a number. */\nconst one = 1;\nexport { one };',
    '/** Decides. */\nexport function decide(a: string): void;\nexport function decide(a: number): void;\nexport function decide(): void {}',
    "export { decide } from './decide.ts';",
    "/** The schema library. */\nexport { z } from 'zod';",
    'const hidden = 1;\nfunction alsoHidden(): void {}',
  ])('is not seen where there is none: %s', (text) => {
    expect(messages(faultsOf(header + text))).toEqual([]);
  });
});

describe('a file header', () => {
  it.each([
    ['line 1', ''],
    ['line 1', "import { z } from 'zod';\n"],
    ['line 1', '// x\n// Next: governance/contract.ts, the shapes.\n'],
    ['line 1', '/* Decides one request. */\n// Next: governance/contract.ts, the shapes.\n'],
    ['line 2 does not', '// Decides one request.\n'],
    ['line 2 does not', '// Decides one request.\nimport z from "zod";\n'],
    ['line 2 does not', '// Decides one request.\n// Then: governance/contract.ts.\n'],
    ['line 2 does not', '// Decides one request.\n// Next:\n'],
    ['gone.ts, which does not exist', '// Decides one request.\n// Next: gone.ts, which decides.\n'],
    ['governance/gone, which does not exist', '// Decides one request.\n// Next: governance/gone, the folder.\n'],
    ['gone.ts, which does not exist', '// Decides one request.\n// Next: contract.ts, then gone.ts.\n'],
  ])('is reported with %s when planted: %j', (fault, text) => {
    expect(messages(faultsOf(text))).toEqual([expect.stringContaining(fault)]);
  });

  it.each([
    '// Decides one request.\n// Next: contract.ts, beside this file.\n',
    '// Decides one request.\n// Next: governance/contract.ts, from the root.\n',
    '// Decides one request.\n// Next: governance/, the folder.\n',
    '// Decides one request.\n// Next: decide.ts, somewhere in the repository.\n',
    '// Decides one request.\n// Next: the caller, which reads the answer/decision.\n',
  ])('is not seen where it leads somewhere: %j', (text) => {
    expect(messages(faultsOf(text))).toEqual([]);
  });
});

describe('a long file', () => {
  it('is reported above the limit and not at it', () => {
    const atLimit = header + 'const one = 1;\n'.repeat(maxLines - 2);
    expect(messages(faultsOf(atLimit))).toEqual([]);
    expect(messages(faultsOf(`${atLimit}const two = 2;\n`))).toEqual([
      expect.stringContaining(`has ${maxLines + 1} lines`),
    ]);
  });
});

function faultsOf(text: string, file = 'governance/planted.ts'): Finding[] {
  return findDocumentationFaults({ path: file, text }, paths);
}

function messages(findings: readonly Finding[]): string[] {
  return findings.map((finding) => finding.message);
}
