// Alarms and dashboards as data: each says what it means, names signals that exist, and can ring.
// Next: observability/alarm.ts.
import { describe, expect, test } from 'vitest';
import { type Alarm } from '../../observability/alarm.ts';
import { governanceAlarms } from '../../observability/alarms/governance.ts';
import { serviceAlarms } from '../../observability/alarms/service.ts';
import { dashboards } from '../../observability/dashboards/all.ts';
import { type Line } from '../../observability/dashboard.ts';
import { signals } from '../../observability/signals.ts';

const alarms: readonly Alarm[] = [...serviceAlarms, ...governanceAlarms];
const graphs = dashboards.flatMap(({ rows }) => rows.flat().flatMap((widget) => ('lines' in widget ? [widget] : [])));
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
    expect(alarm.periodSeconds % 60).toBe(0);
    expect(of * alarm.periodSeconds).toBeLessThanOrEqual(86_400);
    const ids = Object.keys(alarm.of);
    for (const id of ids) expect(id).toMatch(/^[a-z][a-z0-9]*$/);
    if (alarm.expression === undefined) expect(ids).toHaveLength(1);
    else for (const id of ids) expect(alarm.expression).toMatch(new RegExp(`\\b${id}\\b`));
  });

  test('that looks at target groups pages nobody by name: there are as many as groups', () => {
    const perGroup = alarms.filter(({ of }) =>
      Object.values(of).some(({ signal }) => 'TargetGroup' in signals[signal].dimensions),
    );
    expect(perGroup.map(({ name }) => name)).toEqual(['unhealthy-tasks']);
    for (const { severity } of perGroup) expect(['P2', 'P3']).toContain(severity);
  });
});

test('every signal is looked at by an alarm or a dashboard', () => {
  const looked = new Set<string>([
    ...alarms.flatMap(({ of }) => Object.values(of).map(({ signal }) => signal)),
    ...lines.map(({ signal }) => signal),
    ...spreads.map(({ signal }) => signal),
  ]);
  expect(Object.keys(signals).filter((name) => !looked.has(name))).toEqual([]);
});

test('lines of one graph have one unit, so that they can be read against each other', () => {
  for (const graph of graphs)
    expect(new Set(graph.lines.map(({ signal }) => signals[signal].unit)).size, graph.title).toBe(1);
});
