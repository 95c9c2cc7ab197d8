// Rows in columns: numbers to the right, words to the left, nothing behind.
// Next: governance/cli/table.ts.
import { expect, it } from 'vitest';
import { count, formatTable } from '../../../governance/cli/table.ts';

it('lays rows out under their headings', () => {
  expect(
    formatTable(
      ['file', 'passed', 'why'],
      [
        ['a.json', 5, ''],
        ['longer.json', 10, 'x'],
      ],
    ),
  ).toBe(['file         passed  why', 'a.json            5', 'longer.json      10  x', ''].join('\n'));
  expect(formatTable(['file'], [])).toBe('');
});

it('counts in words', () => {
  expect([count(0, 'rule'), count(1, 'rule'), count(2, 'rule'), count(2, 'query', 'queries')]).toEqual([
    '0 rules',
    '1 rule',
    '2 rules',
    '2 queries',
  ]);
});
