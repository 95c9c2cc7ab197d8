// Finds policy documents on disk and reads them.
// Next: governance/policy/parse.ts, which says what is wrong with one.
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { type PolicyDocument, policyLimits } from '../policy/document.ts';
import { formatIssue, type Issue } from '../policy/issues.ts';
import { parsePolicy } from '../policy/parse.ts';
import { createPlaceFinder, type Place } from './json-places.ts';

/** Something wrong with a document, and where in its file. */
export interface PolicyProblem extends Place, Omit<Issue, 'offset'> {}

/** One file as it was read: its document, or everything that is wrong with it. */
export type PolicyFile =
  | { readonly file: string; readonly ok: true; readonly text: string; readonly document: PolicyDocument }
  | { readonly file: string; readonly ok: false; readonly problems: readonly PolicyProblem[] };

/** The shipped policies. */
export const policiesFolder = path.resolve(import.meta.dirname, '../policies');

/**
 * Reads documents. A folder stands for the policies in it: every `*.json` but case files and the schema.
 *
 * @param names - files and folders; none means the shipped policies
 * @throws Error when a name cannot be read or there is no policy at all
 */
export async function readPolicyFiles(names: readonly string[]): Promise<PolicyFile[]> {
  const found = await Promise.all((names.length > 0 ? names : [policiesFolder]).map(filesOf));
  const files = [...new Set(found.flat())];
  if (files.length === 0) throw new Error(`got no policy in ${names.join(', ')}, expected at least one`);
  return refuseTwins(await Promise.all(files.map(readPolicyFile)));
}

async function filesOf(name: string): Promise<string[]> {
  const about = await stat(name).catch((error: unknown) => {
    throw new Error(`got no file or folder ${name}, expected one: ${String(error)}`, { cause: error });
  });
  if (!about.isDirectory()) return [path.resolve(name)];
  const isPolicy = (file: string): boolean => file.endsWith('.json') && !/\.(cases|schema)\.json$/.test(file);
  return (await readdir(name))
    .filter(isPolicy)
    .sort()
    .map((file) => path.resolve(name, file));
}

async function readPolicyFile(absolute: string): Promise<PolicyFile> {
  const file = shownPath(absolute);
  const text = await readFile(absolute, 'utf8');
  const bytes = Buffer.byteLength(text);
  if (bytes > policyLimits.documentBytes) {
    const tooLarge = { path: '', got: `${bytes} bytes`, expected: `at most ${policyLimits.documentBytes}` };
    return { file, ok: false, problems: [{ line: 1, column: 1, ...tooLarge }] };
  }
  const reading = parsePolicy(text);
  return reading.ok
    ? { file, ok: true, text, document: reading.document }
    : { file, ok: false, problems: placeIssues(text, reading.issues) };
}

/** Issues in the order of the text. */
function placeIssues(text: string, issues: readonly Issue[]): PolicyProblem[] {
  const find = createPlaceFinder(text);
  return issues
    .map((issue) => ({ ...find(issue), path: issue.path, got: issue.got, expected: issue.expected }))
    .sort((a, b) => a.line - b.line || a.column - b.column);
}

/** `policies/acme.json:12:7: rules[0].effect: got "alow", expected "permit" or "forbid"`, as editors and compilers have it. */
export function describeProblem(file: string, problem: PolicyProblem): string {
  return `${file}:${problem.line}:${problem.column}: ${formatIssue(problem)}`;
}

/** A path as it is shown: from here where the file is below, whole where it is not. */
export function shownPath(file: string): string {
  const relative = path.relative('.', file);
  return relative.startsWith('..') ? path.resolve(file) : relative;
}

/** Two documents of one tenant: which is meant cannot be known. */
function refuseTwins(files: PolicyFile[]): PolicyFile[] {
  const first = new Map<string, string>();
  return files.map((read) => {
    if (!read.ok) return read;
    const { tenant } = read.document;
    const earlier = first.get(tenant);
    if (earlier === undefined) first.set(tenant, read.file);
    else {
      const twin = { path: 'tenant', got: `"${tenant}"`, expected: `a tenant that ${earlier} is not for already` };
      return { file: read.file, ok: false, problems: placeIssues(read.text, [twin]) };
    }
    return read;
  });
}
