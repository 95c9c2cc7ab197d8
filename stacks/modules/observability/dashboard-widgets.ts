// What each kind of widget is to CloudWatch.
// Next: stacks/modules/cicd.ts, whose deployments the alarms roll back.
import { type Alarm } from '../../../observability/alarm.ts';
import { alarms } from '../../../observability/alarms/all.ts';
import {
  type Calculated,
  type Graph,
  type LogAnswer,
  type Spread,
  type Widget,
} from '../../../observability/dashboard.ts';
import { type LogSource, type Signal, type SignalName, signals, type Subject } from '../../../observability/signals.ts';
import { bandOf } from './anomaly-band.ts';

const periodSeconds = 60;

/** Where the metrics are, and whose. */
export interface WidgetContext {
  readonly prefix: string;
  readonly region: string;
  readonly subjects: Readonly<Record<Subject, string>>;
  readonly groups: Readonly<Record<LogSource, string>>;
  /** The environment's own namespace for that of log lines. */
  readonly namespaceOf: (namespace: string) => string;
  readonly alarmArn: (name: string) => string;
}

/** The type of a widget, and its properties. @throws Error for an alarm that does not exist */
export function properties(widget: Widget, context: WidgetContext): { type: string; properties: object } {
  switch (widget.kind) {
    case 'logs':
      return { type: 'log', properties: logs(widget, context) };
    case 'alarms':
      return {
        type: 'alarm',
        properties: { title: widget.title, alarms: widget.alarms.map((name) => context.alarmArn(name)) },
      };
    case 'judged':
      return { type: 'metric', properties: judged(widget.alarm, context) };
    case 'calculated':
      return { type: 'metric', properties: calculated(widget, context) };
    case 'spread':
      return { type: 'metric', properties: spread(widget, context) };
    default:
      return { type: 'metric', properties: graph(widget, context) };
  }
}

function graph({ kind, title, lines, axis }: Graph, context: WidgetContext): object {
  const metrics = lines.map(({ signal, statistic, label }, index) =>
    metric(signal, context, { id: `m${index + 1}`, stat: statistic, label }),
  );
  const common = { title, region: context.region, period: periodSeconds, metrics };
  if (kind === 'numbers') return { ...common, view: 'singleValue' };
  return { ...common, view: 'timeSeries', stacked: false, yAxis: axisOf(axis ?? unitOf(lines[0]?.signal)) };
}

function calculated({ title, view, of, math, axis }: Calculated, context: WidgetContext): object {
  const metrics = [...hidden(of, context), ...math.map((each, index) => [{ id: `e${index + 1}`, ...each }])];
  const common = { title, region: context.region, period: periodSeconds, metrics };
  if (view === 'numbers') return { ...common, view: 'singleValue' };
  return { ...common, view: 'timeSeries', stacked: false, yAxis: axisOf(axis) };
}

/** What expressions are made of. */
function hidden(of: Alarm['of'], context: WidgetContext): unknown[][] {
  return Object.entries(of).map(([id, { signal, statistic }]) =>
    metric(signal, context, { id, stat: statistic, label: id, visible: false }),
  );
}

/** Values come and go, so they are searched for (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/search-expression-syntax.html). */
function spread({ title, signal, statistic }: Spread, { region, namespaceOf }: WidgetContext): object {
  const { namespace, name, unit, by }: Signal = signals[signal];
  if (by === undefined)
    throw new Error(`got ${signal} spread on a dashboard, expected a signal with a dimension of its own`);
  const expression = `SEARCH('{"${namespaceOf(namespace)}","${by}"} MetricName="${name}"', '${statistic}', ${periodSeconds})`;
  return {
    title,
    region,
    period: periodSeconds,
    view: 'timeSeries',
    stacked: false,
    yAxis: axisOf(unit),
    metrics: [[{ id: 'e1', expression, label: by }]],
  };
}

/** The very queries of the alarm, its period and its threshold. */
function judged(name: string, context: WidgetContext): object {
  const alarm = alarms.find((candidate) => candidate.name === name);
  if (alarm === undefined) throw new Error(`got alarm ${name} on a dashboard, expected one of observability/alarms`);
  const { of, expression, threshold, severity, axis = 'Percent' } = alarm;
  const metrics: unknown[] =
    expression === undefined
      ? Object.entries(of).map(([id, { signal, statistic }]) =>
          metric(signal, context, { id, stat: statistic, label: name }),
        )
      : [...hidden(of, context), [{ id: 'judged', expression, label: name }]];
  if (typeof threshold !== 'number') metrics.push([bandOf(of, threshold.band)]);
  const [first] = Object.values(of);
  return {
    title: `Alarm ${name}, ${severity}`,
    region: context.region,
    period: alarm.periodSeconds,
    view: 'timeSeries',
    stacked: false,
    yAxis: axisOf(expression === undefined ? unitOf(first?.signal) : axis),
    metrics,
    ...(typeof threshold === 'number' ? { annotations: { horizontal: [limitOf(alarm, threshold)] } } : {}),
  };
}

function limitOf({ comparison }: Alarm, value: number): object {
  const side = comparison === 'LessThanThreshold' ? 'below' : 'above';
  return { label: `alarm ${side} ${value}`, value, color: '#d62728' };
}

function metric(signal: SignalName, { namespaceOf, subjects }: WidgetContext, options: object): unknown[] {
  const { namespace, name, dimensions } = signals[signal];
  const pairs = Object.entries(dimensions).flatMap(([dimension, subject]) => [dimension, subjects[subject]]);
  return [namespaceOf(namespace), name, ...pairs, options];
}

function logs({ title, view, sources, query }: LogAnswer, { region, groups }: WidgetContext): object {
  const from = sources.map((source) => `SOURCE '${groups[source]}'`);
  return { title, region, view, query: [...from, query].join(' | ') };
}

function unitOf(signal: SignalName | undefined): string {
  return signal === undefined ? '' : signals[signal].unit;
}

function axisOf(label: string): object {
  // CloudWatch's word for a number without a unit says nothing.
  return { left: { label: label === 'None' ? '' : label, min: 0, showUnits: false } };
}
