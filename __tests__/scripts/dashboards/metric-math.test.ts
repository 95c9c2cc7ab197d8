// Metric math and log queries as CloudWatch computes them, by hand-made cases.
// Next: scripts/dashboards/metric-math.ts.
import { describe, expect, test } from 'vitest';
import { answer } from '../../../scripts/dashboards/log-query.ts';
import { evaluateMath } from '../../../scripts/dashboards/metric-math.ts';
import { readLines } from '../../../scripts/dashboards/recording.ts';
import { statisticOf } from '../../../scripts/dashboards/statistic.ts';

describe('metric math', () => {
  test.each([
    ['1 + 2 * 3', {}, 7],
    ['(1 + 2) * 3', {}, 9],
    ['8 / 4 / 2', {}, 1],
    ['100 - 100 * (FILL(m1, 0) + FILL(m2, 0)) / m3', { m1: undefined, m2: 1, m3: 50 }, 98],
    ['IF(a + b > 100, 100 * a / (a + b), 0)', { a: 60, b: 60 }, 50],
    ['IF(a + b > 100, 100 * a / (a + b), 0)', { a: 1, b: 9 }, 0],
    ['a / b', { a: 1, b: 0 }, undefined],
    ['a + b', { a: 1, b: undefined }, undefined],
    ['MAX([FILL(a, 0), FILL(b, 0)]) * 2', { a: undefined, b: 3 }, 6],
    ['MAX([a, b])', { a: 4, b: undefined }, 4],
    ['MAX([a, b])', { a: undefined, b: undefined }, undefined],
  ])('%s of %j is %s', (expression, values, expected) => {
    expect(evaluateMath(expression, values)).toBe(expected);
  });

  test.each(['a +', 'unknown', '(1', '1 2', 'IF(1, 2)', 'MAX(1)', 'MAX([1)', '1 % 2'])(
    '%s is refused',
    (expression) => {
      expect(() => evaluateMath(expression, { a: 1 })).toThrow(/^got /);
    },
  );
});

test('statistics by nearest rank', () => {
  const values = [4, 1, 3, 2];
  expect(['Sum', 'Average', 'Minimum', 'Maximum', 'p50', 'p99'].map((name) => statisticOf(name, values))).toEqual([
    10, 2.5, 1, 4, 2, 4,
  ]);
  expect(() => statisticOf('Median', values)).toThrow(/^got statistic Median/);
});

describe('a log query', () => {
  const lines = readLines(
    [
      { service: 'axon', refusal: 'replayed', quota: { id: 'a' }, n: 1, ok: false },
      { service: 'axon', refusal: 'replayed', quota: { id: 'b' }, n: 3, ok: true },
      { service: 'axon', refusal: 'grant_missing', n: 5, ok: true },
      { service: 'axon', n: 7, ok: true },
      { service: 'orbit', refusal: 'replayed' },
    ]
      .map((fields) => JSON.stringify({ timestamp: '2026-01-01T00:00:00Z', ...fields }))
      .join('\n'),
  );
  const from = "SOURCE '/ecs/agent-runtime-dev-axon' | ";

  test.each([
    [
      'filter ispresent(refusal) | stats count(*) as refusals by refusal | sort refusals desc',
      [
        { refusal: 'replayed', refusals: 2 },
        { refusal: 'grant_missing', refusals: 1 },
      ],
    ],
    ['filter ok = 0 | stats max(n) as most by refusal', [{ refusal: 'replayed', most: 1 }]],
    ['filter quota.id = "b" and ispresent(n) | stats min(n) as least by quota.id', [{ 'quota.id': 'b', least: 3 }]],
    ['stats count(*) as lines, pct(n, 50) as p50 by bin(1m)', [{ 'bin(1m)': Date.UTC(2026, 0), lines: 4, p50: 3 }]],
    ['stats count(*) as lines by refusal | sort lines desc | limit 1', [{ refusal: 'replayed', lines: 2 }]],
  ])('%s', (query, rows) => {
    expect(answer(from + query, lines, 60_000)).toEqual(rows);
  });

  test.each(['parse n', 'filter n > 3', 'stats count(*) by n'])('%s is refused', (query) => {
    expect(() => answer(from + query, lines, 60_000)).toThrow(/^got /);
  });
});
