// Alarms and dashboards as data: each says what it means, names signals that exist, and can ring.
// Next: observability/alarm.ts.
import { describe, expect, test } from 'vitest';
import { alarms } from '../../observability/alarms/all.ts';
import { dashboards } from '../../observability/dashboards/all.ts';
import { type Line } from '../../observability/dashboard.ts';
import { evaluateMath } from '../../scripts/dashboards/metric-math.ts';
import { signals } from '../../observability/signals.ts';

const graphs = dashboards.flatMap(({ rows }) => rows.flat().flatMap((widget) => ('lines' in widget ? [widget] : [])));
const calculated = dashboards.flatMap(({ rows }) =>
  rows.flat().flatMap((widget) => (widget.kind === 'calculated' ? [widget] : [])),
);
const lines: readonly Line[] = graphs.flatMap((graph) => graph.lines);
const spreads = dashboards.flatMap(({ rows }) =>
  rows.flat().flatMap((widget) => (widget.kind === 'spread' ? [widget] : [])),
);

describe('an alarm', () => {
  test('has a name of its own', () => {
    const names = alarms.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^[a-z]+(-[a-z]+)*$/);
  });

  test.each(alarms.map((alarm) => [alarm.name, alarm] as const))('%s can ring', (_, alarm) => {
    const { periods, of } = alarm.breaching;
    expect(periods).toBeGreaterThan(0);
    expect(periods).toBeLessThanOrEqual(of);
    // CloudWatch looks at a day at most, and at periods of whole minutes.
    const { periodSeconds, confirmedOverSeconds = 60 } = alarm;
    expect([periodSeconds % 60, confirmedOverSeconds % 60]).toEqual([0, 0]);
    expect(of * periodSeconds).toBeLessThanOrEqual(86_400);
    if (alarm.confirmedOverSeconds !== undefined) expect(confirmedOverSeconds).toBeLessThan(periodSeconds);
    const ids = Object.keys(alarm.of);
    // https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Create-alarm-on-metric-math-expression.html
    expect(ids.length).toBeLessThanOrEqual(10);
    for (const id of ids) expect(id).toMatch(/^[a-z][a-z0-9]*$/);
    if (alarm.expression === undefined) expect(ids).toHaveLength(1);
    else for (const id of ids) expect(alarm.expression).toMatch(new RegExp(`\\b${id}\\b`));
  });

  test('that looks at every target group pages nobody by name: there are as many as groups', () => {
    const perGroup = alarms.filter(({ of }) =>
      Object.values(of).some(({ signal }) => Object.values(signals[signal].dimensions).includes('target-group')),
    );
    expect(perGroup.map(({ name }) => name)).toEqual(['unhealthy-tasks']);
    for (const { severity } of perGroup) expect(['P2', 'P3']).toContain(severity);
  });
});

test('every signal is looked at by an alarm or a dashboard', () => {
  const looked = new Set<string>([
    ...[...alarms, ...calculated].flatMap(({ of }) => Object.values(of).map(({ signal }) => signal)),
    ...lines.map(({ signal }) => signal),
    ...spreads.map(({ signal }) => signal),
  ]);
  expect(Object.keys(signals).filter((name) => !looked.has(name))).toEqual([]);
});

test.each(calculated.map((widget) => [widget.title, widget] as const))('%s uses each of its signals', (_, widget) => {
  const { of, math } = widget;
  const whole = math.map(({ expression }) => expression).join(' ');
  for (const id of Object.keys(of)) expect(whole).toMatch(new RegExp(`\\b${id}\\b`));
  const silent = Object.fromEntries(Object.keys(of).map((id) => [id, undefined]));
  for (const { expression } of math) expect(() => evaluateMath(expression, silent)).not.toThrow();
});

test('burn rates and windows are those that the workbook recommends for 99.9% over 30 days', () => {
  const budgetHours = 30 * 24;
  const burns = alarms.filter(({ name }) => name.startsWith('slo-burn-'));
  const spent = burns.map(({ threshold, periodSeconds, confirmedOverSeconds = 0 }) => ({
    percentOfBudget: Math.round((100 * (Number(threshold) / 0.1) * (periodSeconds / 3600)) / budgetHours),
    windows: periodSeconds / confirmedOverSeconds,
  }));
  expect(spent).toEqual([2, 5, 10].map((percentOfBudget) => ({ percentOfBudget, windows: 12 })));
});

test('lines of one graph have one unit, so that they can be read against each other', () => {
  for (const graph of graphs)
    expect(new Set(graph.lines.map(({ signal }) => signals[signal].unit)).size, graph.title).toBe(1);
});
