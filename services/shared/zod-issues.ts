// Says what zod found in one shape: path, what was got, what was expected.
// Next: environment.ts and the services' request parsing, which report all issues at once.
import type { z } from 'zod';
import type { Issue } from './errors.ts';

const maxIssues = 50;
const maxGotLength = 80;

/** How {@link zodIssues} words what it found. */
export interface ZodIssueOptions {
  /** True for a path whose value must not be shown. @defaultValue never */
  readonly hide?: (path: string) => boolean;
}

/**
 * All issues of a failed zod parse, at most 50, union branches left out: a client is told where and what, not how the schema is built.
 *
 * @param error - from `safeParse`.
 * @param input - what was parsed; `got` is read from it.
 * @returns paths like `context.tags[2]`, `$` for the whole.
 */
export function zodIssues(error: z.ZodError, input: unknown, options: ZodIssueOptions = {}): Issue[] {
  const { hide = () => false } = options;
  return error.issues.slice(0, maxIssues).map((issue) => {
    const path = pathOf(issue.path);
    const got = hide(path) ? 'a hidden value' : shown(valueAt(input, issue.path));
    return { path, got: valueAt(input, issue.path) === undefined ? 'nothing' : got, expected: expectedBy(issue) };
  });
}

function pathOf(path: readonly PropertyKey[]): string {
  if (path.length === 0) return '$';
  return path
    .map((key, at) => (typeof key === 'number' ? `[${key}]` : `${at === 0 ? '' : '.'}${String(key)}`))
    .join('');
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  let value = input;
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = Reflect.get(value, key);
  }
  return value;
}

/** Shows a scalar; of a structure only its kind, which may be large and is the caller's own anyway. */
function shown(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (typeof value === 'object') return 'an object';
  const text = JSON.stringify(value) ?? typeof value;
  return text.length > maxGotLength ? `${text.slice(0, maxGotLength)}…` : text;
}

function expectedBy(issue: z.core.$ZodIssue): string {
  if (issue.code === 'unrecognized_keys') return `no key ${issue.keys.map((key) => JSON.stringify(key)).join(', ')}`;
  const custom = customMessage(issue);
  if (custom !== undefined) return custom;
  if (issue.code === 'invalid_type') return issue.expected;
  if (issue.code === 'invalid_value') return issue.values.map((value) => JSON.stringify(value)).join(' or ');
  return lowerFirst(issue.message);
}

/** A message written in the schema is better than ours; zod's own begins with "Invalid". */
function customMessage(issue: z.core.$ZodIssue): string | undefined {
  return issue.message.startsWith('Invalid ') ? undefined : lowerFirst(issue.message);
}

function lowerFirst(text: string): string {
  return text.replace(/^[A-Z](?![A-Z])/, (first) => first.toLowerCase());
}
