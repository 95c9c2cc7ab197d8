// The shape of a dashboard as data.
// Next: observability/dashboards/all.ts, the dashboards.
import { type Statistic } from './alarm.ts';
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
  /** Metric math over the lines, which it names `m1`, `m2`, …; they are then not drawn themselves. */
  readonly math?: { readonly expression: string; readonly label: string };
  /** What the numbers are, when the unit of the signals does not say it. @defaultValue the unit of the lines */
  readonly axis?: string;
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
export type Widget = Graph | Spread | Judged | LogAnswer | AlarmStates;

/** A page: a header, then rows of widgets that share its width. */
export interface Dashboard {
  /** Its name after the prefix, kebab-case. */
  readonly name: string;
  readonly title: string;
  /** What it answers, in a line. */
  readonly about: string;
  readonly rows: readonly (readonly Widget[])[];
}
