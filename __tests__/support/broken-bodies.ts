// Bodies at random, from almost right to plain noise, and what a strict reader makes of each.
// Next: __tests__/flow/broken-input.test.ts, which sends them.
import * as fc from 'fast-check';
import { expect } from 'vitest';

/** What a strict reader makes of body bytes: a value, or why there is none. */
export type Reading = { readonly ok: true; readonly value: unknown } | { readonly ok: false };

const deepest = 32;

/** Reads as the services promise to: UTF-8 without byte order mark, JSON, at most 32 levels. Shares no code with them. */
export function readStrictly(bytes: Uint8Array): Reading {
  const text = Buffer.from(bytes).toString('utf8');
  // Node replaces what is no UTF-8; then the bytes do not come back.
  if (!Buffer.from(text).equals(bytes) || text.startsWith('\ufeff')) return { ok: false };
  try {
    const value: unknown = JSON.parse(text);
    return depthOf(value) > deepest ? { ok: false } : { ok: true, value };
  } catch {
    return { ok: false };
  }
}

function depthOf(value: unknown): number {
  let level = [value];
  for (let depth = 0; ; depth += 1) {
    const inner = level.filter((item) => typeof item === 'object' && item !== null);
    if (inner.length === 0) return depth;
    level = inner.flatMap((item) => Object.values(Object(item)));
  }
}

const oddKeys = ['', '__proto__', 'constructor', 'toString', 'length', 'a.b', '$', '\ud800', '\u2028', 'k'.repeat(300)];
const oddValues: readonly unknown[] = [
  null,
  true,
  0,
  -0,
  -1,
  0.5,
  1e308,
  5e-324,
  2 ** 53 + 2,
  '',
  ' ',
  '\0',
  '\r\nx: y',
  '\ud800',
  '\u202e',
  '💥',
  's'.repeat(1025),
  [],
  {},
  [[[[]]]],
  [''],
  ['t', 1],
  Array.from({ length: 65 }, () => 't'),
  { toString: 1 },
  { toJSON: 'x' },
];

const key = fc.oneof(fc.constantFrom(...oddKeys), fc.string({ unit: 'grapheme', maxLength: 8 }));
const value = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...oddValues) },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
);
const edit = fc.record({ at: fc.array(fc.nat(20), { maxLength: 4 }), key, value, way: fc.nat(3) });
type Edit = typeof edit extends fc.Arbitrary<infer T> ? T : never;

/** A value with one member replaced, removed, added or renamed, somewhere inside. */
function edited(root: unknown, { at, key: name, value: put, way }: Edit): unknown {
  const [place, ...rest] = at;
  if (typeof root !== 'object' || root === null || place === undefined) return way === 3 ? { [name]: root } : put;
  const members = Object.entries(root);
  const index = members.length === 0 ? 0 : place % members.length;
  const [oldName, oldValue] = members[index] ?? [name, put];
  if (rest.length > 0) members[index] = [oldName, edited(oldValue, { at: rest, key: name, value: put, way })];
  else if (way === 0) members.splice(index, 1);
  else if (way === 1) members.push([name, put]);
  else members[index] = way === 2 ? [oldName, put] : [name, oldValue];
  return Array.isArray(root) ? members.map(([, item]) => item) : Object.fromEntries(members);
}

const textOf = (json: unknown): Uint8Array => Buffer.from(JSON.stringify(json) ?? 'null');
const damage = fc.record({ at: fc.nat(), bytes: fc.uint8Array({ maxLength: 4 }), cut: fc.nat(6) });

/** Bytes with some taken out and others put in at a few places; a cut of 6 takes out all that follows. */
function damaged(bytes: Uint8Array, places: readonly (typeof damage extends fc.Arbitrary<infer T> ? T : never)[]) {
  return places.reduce<Buffer>((whole, { at, bytes: put, cut }) => {
    const start = at % (whole.length + 1);
    return Buffer.concat([whole.subarray(0, start), put, cut === 6 ? Buffer.of() : whole.subarray(start + cut)]);
  }, Buffer.from(bytes));
}

/** Bodies around the valid ones given: any JSON, values edited in up to three places, damaged texts, and bytes that mean nothing. */
export function brokenBodies(valid: readonly object[]): fc.Arbitrary<Uint8Array> {
  const start = fc.constantFrom(...valid);
  return fc.oneof(
    { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 5 }).map(textOf) },
    { weight: 1, arbitrary: fc.dictionary(key, value, { maxKeys: 60 }).map(textOf) },
    {
      weight: 4,
      arbitrary: fc
        .tuple(start, fc.array(edit, { maxLength: 3 }))
        .map(([json, edits]) => textOf(edits.reduce<unknown>(edited, json))),
    },
    {
      weight: 2,
      arbitrary: fc
        .tuple(start, fc.array(damage, { minLength: 1, maxLength: 3 }))
        .map(([json, places]) => damaged(textOf(json), places)),
    },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }) },
  );
}

/** An answer as the checks below read it, from whichever client. */
export interface SeenAnswer {
  readonly status: number;
  readonly type: string | undefined;
  readonly body: string;
}

const answerMaxBytes = 65_536;
const is4xx = (status: number): boolean => status >= 400 && status < 500;

/** A 4xx as RFC 9457 has it: one line that says what to mend, and for each issue where, what was got, what was expected. */
export function expectRefusal({ status, type, body }: SeenAnswer): Record<string, unknown> {
  // The whole answer is compared, so that a failure shows it.
  expect({ status, type, body }).toEqual({ status: expect.toSatisfy(is4xx), type: 'application/problem+json', body });
  expect(body.length).toBeLessThanOrEqual(answerMaxBytes);
  const problem = JSON.parse(body) as Record<string, unknown>;
  expect(problem).toMatchObject({ status, code: expect.stringMatching(/^[a-z_]+$/), title: expect.any(String) });
  expect(problem['detail']).toMatch(/^[^\r\n]{10,1000}$/);
  for (const issue of (problem['issues'] ?? []) as unknown[]) {
    const line = expect.stringMatching(/^[^\r\n]+$/);
    expect(issue).toEqual({ path: line, got: line, expected: line });
  }
  return problem;
}
