// What is wrong with an input, in the words of whoever has to mend it: where, what was got, what was expected.
// Next: governance/policy/document.ts, whose parser reports every issue at once.
import type * as z from 'zod/mini';

/** One defect of an input. `path` is a JSON path without the leading `$`, `''` for the whole input. */
export interface Issue {
  path: string;
  got: string;
  expected: string;
  /** Where in the text, in UTF-16 units from its start, for what no path leads to. */
  offset?: number;
}

const gotMaxLength = 80;

/**
 * Turns zod's issues into {@link Issue}s, looking the offending values up in the input itself.
 *
 * @param error - what `safeParse` answered
 * @param input - the value that was parsed
 */
export function describeIssues(error: z.core.$ZodError, input: unknown): Issue[] {
  return error.issues.flatMap((issue) => describeIssue(issue, input));
}

/** One line per issue: `rules[0].effect: got "alow", expected "permit" or "forbid"`. */
export function formatIssue({ path, got, expected }: Issue): string {
  return `${path === '' ? 'input' : path}: got ${got}, expected ${expected}`;
}

/** A JSON path in JavaScript notation: `rules[0].when.lte[1]`. */
export function formatPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === 'number') return `${text}[${key}]`;
    const name = String(key);
    if (!/^[A-Za-z_$][\w$-]*$/.test(name)) return `${text}[${JSON.stringify(name)}]`;
    return text === '' ? name : `${text}.${name}`;
  }, '');
}

/** The keys of a path that {@link formatPath} wrote. */
export function pathKeys(path: string): (string | number)[] {
  const step = /\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]|\.?([A-Za-z_$][\w$-]*)/gy;
  return Array.from(path.matchAll(step), ([, index, quoted, name]) => {
    if (index !== undefined) return Number(index);
    return quoted === undefined ? String(name) : String(JSON.parse(quoted));
  });
}

/** A value as it may be shown in a message: JSON, cut to 80 characters, `nothing` when absent. */
export function showValue(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'bigint' || typeof value === 'symbol' || typeof value === 'function') return typeof value;
  if (typeof value === 'number') return String(value);
  const text = JSON.stringify(value);
  return text.length <= gotMaxLength ? text : `${text.slice(0, gotMaxLength)}…`;
}

function describeIssue(issue: z.core.$ZodIssue, input: unknown): Issue[] {
  const path = formatPath(issue.path);
  const got = showValue(valueAt(input, issue.path));
  switch (issue.code) {
    case 'invalid_type':
      return [{ path, got, expected: article(issue.expected) }];
    case 'invalid_value':
      return [{ path, got, expected: issue.values.map(showValue).join(' or ') }];
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({
        path: formatPath([...issue.path, key]),
        got: showValue(valueAt(input, [...issue.path, key])),
        expected: 'no such key',
      }));
    case 'too_small':
      return [
        {
          path,
          got,
          expected: `${issue.inclusive === true ? 'at least' : 'more than'} ${sized(issue.minimum, issue.origin)}`,
        },
      ];
    case 'too_big':
      return [
        {
          path,
          got,
          expected: `${issue.inclusive === true ? 'at most' : 'less than'} ${sized(issue.maximum, issue.origin)}`,
        },
      ];
    case 'invalid_format':
      return [{ path, got, expected: expectedFormat(issue) }];
    case 'invalid_union':
      return [{ path, got, expected: unionExpectation(issue) }];
    case 'invalid_key':
      return [{ path, got: showValue(issue.path.at(-1)), expected: issue.issues[0]?.message ?? 'another key' }];
    case 'invalid_element':
    case 'not_multiple_of':
    case 'custom':
      return [{ path, got, expected: issue.message }];
  }
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, key)
        ? (value as Record<PropertyKey, unknown>)[key]
        : undefined,
    input,
  );
}

function expectedFormat({ format, message }: z.core.$ZodIssueInvalidStringFormat): string {
  if (format === 'regex') return message;
  return format === 'datetime' ? 'a time such as "2027-06-30T00:00:00Z"' : article(format);
}

function sized(size: number | bigint, origin: string): string {
  if (origin === 'string') return `${size} characters`;
  if (origin === 'array' || origin === 'set') return `${size} items`;
  return String(size);
}

function article(noun: string): string {
  return /^[aeiou]/.test(noun) ? `an ${noun}` : `a ${noun}`;
}

function unionExpectation(issue: z.core.$ZodIssueInvalidUnion): string {
  if (issue.errors.length === 0) return 'one of the known kinds';
  const expectations = issue.errors.flatMap((branch) =>
    branch.map((inner) => (inner.code === 'invalid_type' ? article(inner.expected) : inner.message)),
  );
  return [...new Set(expectations)].join(' or ');
}
