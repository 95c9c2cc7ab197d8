// Text that is no JSON, JSON that means two things, and text made to exhaust whoever reads it.
// Next: governance/policy/json.ts.
import { describe, expect, it } from 'vitest';
import { type Issue } from '../../../governance/policy/issues.ts';
import { readJson } from '../../../governance/policy/json.ts';
import { parsePolicy } from '../../../governance/policy/parse.ts';
import { draft, permit } from '../../support/policy-fixtures.ts';

const issuesOf = (text: string): Issue[] => {
  const reading = readJson(text, 32);
  return reading.ok ? [] : reading.issues;
};

describe('a key', () => {
  it.each([
    ['{"a":1,"a":1}', ['a']],
    ['{"a":1,"\\u0061":2}', ['a']],
    ['{"a":{"b":1},"c":[{"d":1},{"b":1,"x":{"b":2,"b":3}}]}', ['c[1].x.b']],
    ['{"a":1,"a":2,"a":3}', ['a', 'a']],
    ['[{"a":1},{"a":1}]', []],
    ['{"a":{"a":{"a":1}}}', []],
    ['{"":1,"":2}', ['[""]']],
    ['{"a":"a","b":"a"}', []],
    ['{"a":"\\"a\\":1,\\"a\\":2"}', []],
    ['{"a":"x\\\\","a":1}', ['a']],
    ['{"a":["a","a","a"]}', []],
    ['{"a b":1,"a b":2}', ['["a b"]']],
    ['{"x\\":":1,"x\\":":2}', ['["x\\":"]']],
    ['{"a":"\\",\\"a\\":","b":"\\\\","c":"\\\\\\""}', []],
  ])('twice in one object is refused: %s', (text, paths) => {
    expect(issuesOf(text)).toEqual(
      paths.map((path) => ({ path, got: 'the same key twice', expected: 'each key once' })),
    );
  });

  it.each([
    ['{"__proto__":{}}', '__proto__'],
    ['{"a":[{"\\u005f_proto__":1}]}', 'a[0].__proto__'],
  ])('named __proto__ is refused: %s', (text, path) => {
    expect(issuesOf(text)).toEqual([{ path, got: 'the key "__proto__"', expected: 'no such key' }]);
  });

  it.each<[string, (text: string) => string]>([
    ['document', (text) => text.replace('{"format"', '{"__proto__":{"rules":[]},"format"')],
    ['intents', (text) => text.replace('{"act"', '{"__proto__":{"resource":"axon:/x"},"act"')],
    ['context', (text) => text.replace('{"n"', '{"__proto__":"string","n"')],
    ['rule', (text) => text.replace('{"id"', '{"__proto__":{"effect":"forbid"},"id"')],
    ['log fields', (text) => text.replace('{"actor"', '{"__proto__":"x","actor"')],
  ])('named __proto__ is refused in the %s of a policy, and nothing is polluted', (_where, spoil) => {
    const text = JSON.stringify(draft([permit('r', { obligations: [{ type: 'log', fields: { actor: 'a' } }] })]));
    expect(parsePolicy(text).ok).toBe(true);
    const spoilt = spoil(text);
    expect(spoilt).not.toBe(text);
    expect(parsePolicy(spoilt)).toMatchObject({ ok: false, issues: [{ path: expect.stringContaining('__proto__') }] });
    expect(Object.keys(Object.prototype)).toEqual([]);
  });
});

describe('text that is no JSON', () => {
  it.each([
    '',
    ' ',
    '{',
    '{"a":',
    '{"a":1,}',
    "{'a':1}",
    '{a:1}',
    '[1,]',
    'undefined',
    'NaN',
    '01',
    '"\n"',
    '"\\x"',
    '{"a":1}}',
    '// x\n{}',
    '\ufeff{}',
    '"',
    '\\',
    '{"a":1 "b":2}',
    ']',
    '}',
    ':',
    ',',
    '{:}',
    '{,}',
    '[:',
  ])('is one issue of the whole: %j', (text) =>
    expect(issuesOf(text)).toEqual([{ path: '', got: expect.any(String), expected: 'JSON' }]),
  );
});

describe('text made to exhaust', () => {
  it.each([
    ['arrays', '['.repeat(100_000)],
    ['arrays that are closed', '['.repeat(100_000) + ']'.repeat(100_000)],
    ['objects', '{"a":'.repeat(100_000)],
    ['both, deep in a policy', `{"rules":[{"when":${'{"all":['.repeat(100_000)}`],
  ])('by nesting is refused before it is read: %s', (_name, text) => {
    expect(parsePolicy(text)).toEqual({
      ok: false,
      issues: [
        {
          path: '',
          got: expect.stringMatching(/^nesting deeper than 32 at offset \d+$/),
          expected: 'at most 32 levels',
          offset: expect.any(Number) as number,
        },
      ],
    });
  });

  it('by nesting is let through to the limit and no further', () => {
    expect(readJson('['.repeat(32) + ']'.repeat(32), 32).ok).toBe(true);
    expect(readJson('['.repeat(33) + ']'.repeat(33), 32).ok).toBe(false);
    expect(readJson('[],'.repeat(40).replace(/^/, '[').replace(/,$/, ']'), 2).ok).toBe(true);
    expect(readJson('"[[[[[[[["', 2).ok).toBe(true);
    expect(readJson('"\\"[[[[[[[["', 2).ok).toBe(true);
    expect(readJson('["\\\\",[["\\""]]]', 2).ok).toBe(false);
  });

  it('by its length is refused', () => {
    expect(parsePolicy(' '.repeat(8 * 1024 * 1024 + 1))).toEqual({
      ok: false,
      issues: [{ path: '', got: '8388609 characters', expected: 'at most 8388608' }],
    });
  });

  it.each([
    ['a long text', (size: number) => `"${'a'.repeat(size)}"`],
    ['a long text of escapes', (size: number) => `"${'\\n'.repeat(size / 2)}"`],
    ['quotes that are never closed', (size: number) => `"${'\\"'.repeat(size / 2)}`],
    ['backslashes', (size: number) => '\\'.repeat(size)],
    ['quotes', (size: number) => '"'.repeat(size)],
    ['commas', (size: number) => `[${','.repeat(size)}`],
  ])('by its form takes time in proportion to its length: %s', (_name, make) => {
    // Quadratic time would be 64 times as long for 8 times the text; the bound leaves room for a busy machine.
    const timeOf = (text: string) => Math.min(...[1, 2, 3].map(() => measure(() => readJson(text, 32))));
    const small = timeOf(make(100_000));
    const large = timeOf(make(800_000));
    expect(large).toBeLessThan(Math.max(small, 1) * 32);
  });
});

function measure(work: () => unknown): number {
  const startedAt = performance.now();
  work();
  return performance.now() - startedAt;
}
