// When each alarm would have rung in a recorded run, by its synthesized queries, periods and rules.
// Next: scripts/dashboards/draw-widget.ts, which writes it down.
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { holdsRule } from '../../__tests__/support/alarm-rule.ts';
import { withNames } from './bodies.ts';
import { type RecordedLine } from './recording.ts';
import { seriesOf } from './series.ts';

const metric = z.object({
  namespace: z.string(),
  metric_name: z.string(),
  period: z.number(),
  stat: z.string(),
  dimensions: z.record(z.string(), z.string()).default({}),
});
const metricAlarm = z.object({
  alarm_name: z.string(),
  comparison_operator: z.string(),
  threshold: z.number().optional(),
  evaluation_periods: z.number(),
  datapoints_to_alarm: z.number(),
  metric_query: z.array(
    z.object({
      id: z.string(),
      expression: z.string().optional(),
      metric: metric.optional(),
      return_data: z.boolean(),
    }),
  ),
});
type MetricAlarm = z.infer<typeof metricAlarm>;
const module = z.object({
  resource: z.object({
    aws_cloudwatch_metric_alarm: z.record(z.string(), metricAlarm),
    aws_cloudwatch_composite_alarm: z.record(z.string(), z.object({ alarm_name: z.string(), alarm_rule: z.string() })),
  }),
});

/** From when, until before when, in epoch milliseconds. */
interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * What is to be said of each alarm, by its name: that it did not ring, or when it did. An alarm without data is left out.
 *
 * @param file - the observability module's `main.tf.json`
 * @param scale - how many times shorter a period is than CloudWatch's
 */
export function alarmStates(file: string, lines: readonly RecordedLine[], scale: number): Map<string, string> {
  const { resource } = module.parse(JSON.parse(readFileSync(file, 'utf8')));
  const minuteMs = 60_000 / scale;
  const spans = new Map<string, readonly Span[]>();
  const states = new Map<string, string>();
  for (const [id, alarm] of Object.entries(resource.aws_cloudwatch_metric_alarm)) {
    // One for each target group has no name of its own, and what is usual takes CloudWatch two weeks to learn.
    if (alarm.alarm_name.includes('each.key') || alarm.threshold === undefined) continue;
    const found = spansOf(alarm, lines, scale);
    if (found !== null) note(`aws_cloudwatch_metric_alarm.${id}`, alarm.alarm_name, found);
  }
  const composites = Object.entries(resource.aws_cloudwatch_composite_alarm);
  // Those over windows come first: what pages names them.
  for (const [id, { alarm_name: name, alarm_rule: rule }] of composites.toSorted(
    ([, one], [, two]) => one.alarm_rule.split(' OR ').length - two.alarm_rule.split(' OR ').length,
  ))
    note(`aws_cloudwatch_composite_alarm.${id}`, name, joined(rule));
  return states;

  function note(address: string, name: string, found: readonly Span[]): void {
    spans.set(address, found);
    states.set(withNames(name), say(found));
  }

  function joined(rule: string): Span[] {
    const held = minutesOf(lines, minuteMs).filter((atMs) =>
      holdsRule(rule, (reference) =>
        (spans.get(reference.replace(/[.]alarm_name$/, '')) ?? []).some(
          ({ fromMs, toMs }) => atMs >= fromMs && atMs < toMs,
        ),
      ),
    );
    return merged(held.map((atMs) => ({ fromMs: atMs, toMs: atMs + minuteMs })));
  }
}

/** The minutes at whose beginning so many of the newest periods had breached; null without any data. */
function spansOf(alarm: MetricAlarm, lines: readonly RecordedLine[], scale: number): Span[] | null {
  const { metric_query: queries, evaluation_periods: periods, datapoints_to_alarm: enough } = alarm;
  const widget = widgetOf(queries);
  if (seriesOf(widget, lines, scale).length === 0) return null;
  const minuteMs = 60_000 / scale;
  const lookedAtMs = (periods * widget.properties.period * 1000) / scale;
  const spans: Span[] = [];
  for (const nowMs of minutesOf(lines, minuteMs)) {
    // Times are shifted, so that the newest period ends now.
    const startMs = nowMs - lookedAtMs;
    const seen = lines.flatMap((line) =>
      line.atMs >= startMs && line.atMs < nowMs ? [{ ...line, atMs: line.atMs - startMs }] : [],
    );
    const breaching = seriesOf(widget, seen, scale).filter(({ value }) => breaches(alarm, value));
    if (breaching.length >= enough) spans.push({ fromMs: nowMs, toMs: nowMs + minuteMs });
  }
  return merged(spans);
}

function widgetOf(queries: MetricAlarm['metric_query']) {
  const metrics = queries.map(({ id, expression, metric: of, return_data: visible }) => {
    if (of === undefined) return [{ id, expression, label: id }];
    const names = [of.namespace, of.metric_name, ...Object.entries(of.dimensions).flat()].map(withNames);
    return [...names, { id, stat: of.stat, label: id, visible }];
  });
  const period = queries.find((query) => query.metric)?.metric?.period ?? 60;
  return { type: 'metric' as const, x: 0, y: 0, width: 1, height: 1, properties: { period, metrics } };
}

function breaches({ comparison_operator: comparison, threshold = 0 }: MetricAlarm, value: number): boolean {
  return comparison === 'LessThanThreshold' ? value < threshold : value > threshold;
}

/** Every minute of the run, whether or not a line was written in it, and the one behind its end. */
function minutesOf(lines: readonly RecordedLine[], minuteMs: number): number[] {
  const first = Math.floor(Math.min(...lines.map(({ atMs }) => atMs)) / minuteMs);
  const last = Math.floor(Math.max(...lines.map(({ atMs }) => atMs)) / minuteMs) + 1;
  return Array.from({ length: lines.length === 0 ? 0 : last - first + 1 }, (_, index) => (first + index) * minuteMs);
}

/** Spans that touch are one. */
function merged(spans: readonly Span[]): Span[] {
  const result: Span[] = [];
  for (const span of spans.toSorted((one, two) => one.fromMs - two.fromMs)) {
    const last = result.at(-1);
    if (last !== undefined && last.toMs >= span.fromMs)
      result[result.length - 1] = { fromMs: last.fromMs, toMs: Math.max(last.toMs, span.toMs) };
    else result.push(span);
  }
  return result;
}

function say(spans: readonly Span[]): string {
  const last = spans.at(-1);
  if (last === undefined) return 'did not ring';
  const time = (atMs: number) => new Date(atMs).toISOString().slice(11, 19);
  const often = spans.length === 1 ? 'rang' : `rang ${spans.length} times, last`;
  return `${often} ${time(last.fromMs)} to ${time(last.toMs)}`;
}
