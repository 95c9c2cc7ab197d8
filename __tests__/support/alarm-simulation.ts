// Plays a day's minutes through the synthesized alarms as CloudWatch evaluates them, and says what rang and what was told.
// Next: __tests__/observability/pages.test.ts, the causes that are played.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { alarms } from '../../observability/alarms/all.ts';
import { type SignalName } from '../../observability/signals.ts';
import { evaluateMath } from '../../scripts/dashboards/metric-math.ts';
import { holdsRule } from './alarm-rule.ts';
import { createHistory, type Minute } from './metric-history.ts';

const told = { alarm_actions: z.array(z.string()), alarm_description: z.string() };
const metricAlarm = z.object({
  ...told,
  comparison_operator: z.string(),
  threshold: z.number().optional(),
  evaluation_periods: z.number(),
  datapoints_to_alarm: z.number(),
  treat_missing_data: z.string(),
  metric_query: z.array(
    z.object({
      id: z.string(),
      expression: z.string().optional(),
      metric: z.object({ period: z.number(), stat: z.string() }).optional(),
    }),
  ),
});
const resources = z
  .object({
    resource: z.object({
      aws_cloudwatch_metric_alarm: z.record(z.string(), metricAlarm),
      aws_cloudwatch_composite_alarm: z.record(z.string(), z.object({ ...told, alarm_rule: z.string() })),
    }),
  })
  .parse(
    JSON.parse(
      readFileSync(path.resolve(import.meta.dirname, '../../infra/modules/observability/main.tf.json'), 'utf8'),
    ),
  ).resource;
type MetricAlarm = z.infer<typeof metricAlarm>;

/** What is played. */
export interface Played {
  /** Values of each minute, from a day before the first one on. */
  readonly minuteAt: (minute: number) => Minute;
  readonly minutes: number;
  /** Whether tasks run at all hours. */
  readonly alwaysOn: boolean;
  /** Upper edge of the band that is usual, where an alarm has one. */
  readonly usual: number;
}

/** What came of it. */
export interface Outcome {
  /** Names of alarms that rang, after the runbook's sections. */
  readonly rang: ReadonlySet<string>;
  /** Sections of what was told to the topic `pages`, once for each time. */
  readonly paged: readonly string[];
  /** Sections of what was told to the topic `alerts`. */
  readonly alerted: readonly string[];
  /** What still rings at the end. */
  readonly ringing: readonly string[];
}

/** Evaluates every minute: metric alarms by their newest periods, then composite alarms by their rules. */
export function playAlarms({ minuteAt, minutes, alwaysOn, usual }: Played): Outcome {
  const history = createHistory(minuteAt, minutes);
  const rang = new Set<string>();
  const paged: string[] = [];
  const alerted: string[] = [];
  /** By alarm and the end of the period: windows slide by a minute, so most periods come again. */
  const known = new Map<string, number | undefined>();
  let before: ReadonlySet<string> = new Set();
  for (let minute = 0; minute < minutes; minute += 1) {
    const now = new Set<string>();
    for (const [id, alarm] of Object.entries(resources.aws_cloudwatch_metric_alarm))
      if (isBreaching(id, alarm, minute)) now.add(`aws_cloudwatch_metric_alarm.${id}`);
    // A composite alarm may name composite alarms.
    for (let size = -1; size !== now.size;) {
      size = now.size;
      for (const [id, { alarm_rule: rule }] of Object.entries(resources.aws_cloudwatch_composite_alarm))
        if (holdsRule(rule, (name) => now.has(name.replace(/[.]alarm_name$/, ''))))
          now.add(`aws_cloudwatch_composite_alarm.${id}`);
    }
    for (const address of now) if (!before.has(address)) ring(address);
    before = now;
  }
  return { rang, paged, alerted, ringing: [...before] };

  function ring(address: string): void {
    const [type = '', id = ''] = address.split('.');
    const resource = resources[type as keyof typeof resources][id];
    if (resource === undefined) throw new Error(`got ${address} ringing, expected an alarm`);
    const section = sectionOf(resource.alarm_description);
    rang.add(section);
    for (const topic of resource.alarm_actions) (topic.includes('.pages.') ? paged : alerted).push(section);
  }

  function isBreaching(id: string, alarm: MetricAlarm, minute: number): boolean {
    const length = periodMinutes(alarm);
    const values = Array.from({ length: alarm.evaluation_periods }, (_, back) => {
      const end = minute + 1 - back * length;
      const key = `${id} ${end}`;
      if (!known.has(key)) known.set(key, judged(alarm, end - length, end));
      return known.get(key);
    });
    return values.filter((value) => breaches(alarm, value)).length >= alarm.datapoints_to_alarm;
  }

  /** The judged value of the minutes from `start` up to before `end`. */
  function judged({ metric_query: queries, alarm_description: text }: MetricAlarm, start: number, end: number) {
    const declared = alarms.find(({ name }) => name === sectionOf(text));
    if (declared === undefined) throw new Error(`got alarm ${text}, expected one that observability/alarms declares`);
    const values = new Map<string, number | undefined>();
    for (const { id, metric } of queries) {
      if (metric === undefined) continue;
      const signal: SignalName | undefined = declared.of[id]?.signal;
      if (signal === undefined) throw new Error(`got query ${id} of ${declared.name}, expected one of its signals`);
      values.set(id, history.statistic(signal, metric.stat, start, end));
    }
    const expression = queries.find((query) => query.expression?.startsWith('ANOMALY_') === false)?.expression;
    return expression === undefined ? [...values.values()][0] : evaluateMath(expression, Object.fromEntries(values));
  }

  function breaches(alarm: MetricAlarm, value: number | undefined): boolean {
    const { comparison_operator: comparison, threshold = usual, treat_missing_data: missing } = alarm;
    if (value === undefined) return missing === 'breaching' || (alwaysOn && missing.includes('? "breaching"'));
    if (comparison === 'GreaterThanThreshold' || comparison === 'GreaterThanUpperThreshold') return value > threshold;
    if (comparison === 'LessThanThreshold') return value < threshold;
    throw new Error(`got comparison ${comparison}, expected one that alarms use`);
  }
}

function periodMinutes({ metric_query: queries }: MetricAlarm): number {
  const periods = new Set(queries.flatMap(({ metric }) => metric?.period ?? []));
  const [period = 0] = periods;
  if (periods.size !== 1) throw new Error(`got periods ${[...periods].join(', ')} in an alarm, expected one`);
  return period / 60;
}

function sectionOf(description: string): string {
  return /#([a-z-]+)$/.exec(description)?.[1] ?? '';
}
