// The shape of a dashboard as data.
// Next: observability/dashboards/all.ts, the dashboards.
import { type Alarm, type Statistic } from './alarm.ts';
import { type LogSource, type SignalName } from './signals.ts';

/** One metric. */
export interface Line {
  readonly signal: SignalName;
  readonly statistic: Statistic;
  readonly label: string;
}

/** Metrics over time, or their newest values. */
export interface Graph {
  readonly kind: 'graph' | 'numbers';
  readonly title: string;
  readonly lines: readonly Line[];
  /** What the numbers are, when the unit of the signals does not say it. @defaultValue the unit of the lines */
  readonly axis?: string;
}

/** Metric math over time, or its newest values. */
export interface Calculated {
  readonly kind: 'calculated';
  readonly title: string;
  /** @defaultValue over time */
  readonly view?: 'numbers';
  /** Signals by the id that the expressions name them by; they are not drawn themselves. */
  readonly of: Alarm['of'];
  readonly math: readonly { readonly expression: string; readonly label: string }[];
  /** What the numbers are. */
  readonly axis: string;
}

/** A metric that has a series for each value of a dimension, all of them. */
export interface Spread {
  readonly kind: 'spread';
  readonly title: string;
  readonly signal: SignalName;
  readonly statistic: Statistic;
}

/** What an alarm judges, drawn as it judges it, with its threshold: nothing is typed twice. */
export interface Judged {
  readonly kind: 'judged';
  readonly alarm: string;
}

/** An answer of CloudWatch Logs Insights. */
export interface LogAnswer {
  readonly kind: 'logs';
  readonly title: string;
  readonly view: 'timeSeries' | 'table' | 'bar';
  readonly sources: readonly LogSource[];
  readonly query: string;
}

/** The state of alarms. */
export interface AlarmStates {
  readonly kind: 'alarms';
  readonly title: string;
  readonly alarms: readonly string[];
}

/** Anything on a dashboard below its header. */
export type Widget = Graph | Calculated | Spread | Judged | LogAnswer | AlarmStates;

/** A page: a header, then rows of widgets that share its width. */
export interface Dashboard {
  /** Its name after the prefix, kebab-case. */
  readonly name: string;
  readonly title: string;
  /** What it answers, in a line. */
  readonly about: string;
  readonly rows: readonly (readonly Widget[])[];
}
