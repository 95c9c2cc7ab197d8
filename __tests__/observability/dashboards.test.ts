// Every synthesized dashboard is valid by CloudWatch's schema, laid out without overlaps, and names alarms that exist.
// Next: stacks/modules/observability/dashboards.ts.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { alarms } from '../../observability/alarms/all.ts';
import { dashboardBody, layoutFaults } from '../support/dashboard-body.ts';

const module = z
  .object({
    resource: z.object({
      aws_cloudwatch_dashboard: z.record(
        z.string(),
        z.object({ dashboard_name: z.string(), dashboard_body: z.string() }),
      ),
      aws_cloudwatch_metric_alarm: z.record(z.string(), z.object({ alarm_name: z.string() })),
      aws_cloudwatch_composite_alarm: z.record(z.string(), z.object({ alarm_name: z.string() })),
    }),
  })
  .parse(
    JSON.parse(
      readFileSync(path.resolve(import.meta.dirname, '../../infra/modules/observability/main.tf.json'), 'utf8'),
    ),
  );
const { aws_cloudwatch_dashboard: synthesized, ...alarmResources } = module.resource;
const bodies = Object.values(synthesized).map(
  ({ dashboard_name: name, dashboard_body: text }) => [name, JSON.parse(text) as unknown] as const,
);
const alarmNames = new Set(
  Object.values(alarmResources).flatMap((ofType) => Object.values(ofType).map(({ alarm_name: name }) => name)),
);

test('there are six', () => {
  expect(bodies.map(([name]) => name.replace('${var.name_prefix}-', '')).toSorted()).toEqual([
    'error-rates',
    'governance-decisions',
    'latency',
    'resource-use',
    'service-health',
    'tenants',
  ]);
});

describe.each(bodies)('%s', (_, body) => {
  test('is valid and nothing lies on anything', () => {
    expect(layoutFaults(dashboardBody.parse(body))).toEqual([]);
  });

  test('begins with what it answers and where to read on', () => {
    const [header] = dashboardBody.parse(body).widgets;
    expect(header?.type === 'text' && header.properties.markdown).toMatch(
      /^# .+\n.+[?.] .*\[Runbook\]\(\$\{var[.]runbook_url\}#[a-z-]+\)$/,
    );
  });

  test('names alarms that are synthesized', () => {
    const named = dashboardBody
      .parse(body)
      .widgets.flatMap((widget) => (widget.type === 'alarm' ? widget.properties.alarms : []))
      .map((arn) => arn.split(':alarm:')[1] ?? '');
    expect(named.filter((name) => !alarmNames.has(name))).toEqual([]);
  });

  test('draws the thresholds of alarms as they are', () => {
    for (const widget of dashboardBody.parse(body).widgets) {
      if (widget.type !== 'metric' || widget.properties.annotations === undefined) continue;
      const name = /^Alarm ([a-z-]+), P\d$/.exec(widget.properties.title)?.[1];
      const alarm = alarms.find((candidate) => candidate.name === name);
      expect(widget.properties.annotations.horizontal.map(({ value }) => value)).toEqual([alarm?.threshold]);
      expect(widget.properties.period).toBe(alarm?.periodSeconds);
    }
  });
});

describe('a planted fault is found', () => {
  const place = { x: 0, y: 0, width: 12, height: 6 };
  const metric = {
    type: 'metric',
    ...place,
    properties: {
      title: 't',
      region: 'r',
      period: 60,
      view: 'timeSeries',
      metrics: [['N', 'M', { id: 'm1', label: 'l' }]],
    },
  };
  const of = (properties: object) => ({ ...metric, properties: { ...metric.properties, ...properties } });

  test('and without one there is none', () => {
    expect(dashboardBody.safeParse({ widgets: [metric] }).success).toBe(true);
  });

  test.each([
    ['a type that is none', { ...metric, type: 'graph' }],
    ['a width beyond the grid', { ...metric, width: 25 }],
    ['a period of no whole minute', of({ period: 61 })],
    ['a view that is none', of({ view: 'lines' })],
    ['a property that is none', of({ colour: 'red' })],
    ['a dimension without value', of({ metrics: [['N', 'M', 'D', { id: 'm1', label: 'l' }]] })],
    ['an id in capitals', of({ metrics: [['N', 'M', { id: 'M1', label: 'l' }]] })],
    ['no metric', of({ metrics: [] })],
    ['501 metrics', of({ metrics: Array.from({ length: 501 }, () => metric.properties.metrics[0]) })],
    [
      'a query without source',
      { type: 'log', ...place, properties: { title: 't', region: 'r', view: 'table', query: 'stats count(*)' } },
    ],
  ])('%s', (_, planted) => {
    expect(dashboardBody.safeParse({ widgets: [planted] }).success).toBe(false);
  });

  test('501 widgets, one on another, one sticking out', () => {
    expect(dashboardBody.safeParse({ widgets: Array.from({ length: 501 }, () => metric) }).success).toBe(false);
    const placed = (x: number) => ({ ...metric, x });
    expect(layoutFaults(dashboardBody.parse({ widgets: [placed(0), placed(12)] }))).toEqual([]);
    expect(layoutFaults(dashboardBody.parse({ widgets: [placed(0), placed(11)] }))).toHaveLength(1);
    expect(layoutFaults(dashboardBody.parse({ widgets: [placed(13)] }))).toHaveLength(1);
  });
});
