// The shape of an alarm as data.
// Next: observability/alarms/service.ts and its neighbours, the alarms.
import { type SignalName } from './signals.ts';

/** How urgent: P0 wakes somebody, P3 is read in the morning. */
export type Severity = 'P0' | 'P1' | 'P2' | 'P3';

/** How a period's values become one. */
export type Statistic = 'Sum' | 'Average' | 'Minimum' | 'Maximum' | 'SampleCount' | 'p50' | 'p95' | 'p99';

/** An alarm on one signal, or on an expression over several; on a signal of a target group, one for each of them. */
export interface Alarm {
  /** Its name after the prefix, kebab-case. */
  readonly name: string;
  readonly severity: Severity;
  /** What it is a sign of: urgent ones of one sign page once, together. @defaultValue failure */
  readonly sign?: 'failure' | 'intrusion';
  /** What it means, in a line; the runbook has the rest. */
  readonly description: string;
  /** Signals by the id that the expression names them by. */
  readonly of: Readonly<Record<string, { readonly signal: SignalName; readonly statistic: Statistic }>>;
  /** Metric math over the ids; without it there is one signal. */
  readonly expression?: string;
  /** What the numbers of the expression are. @defaultValue Percent */
  readonly axis?: string;
  /**
   * A value, or a band around what is usual at this hour and weekday, in standard deviations
   * (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Anomaly_Detection.html): it rings above it.
   */
  readonly threshold: number | { readonly band: number };
  /** For a value. @defaultValue GreaterThanThreshold */
  readonly comparison?: 'GreaterThanThreshold' | 'GreaterThanOrEqualToThreshold' | 'LessThanThreshold';
  /** Seconds of a period. */
  readonly periodSeconds: number;
  /**
   * Seconds of a shorter period over which the newest value has to breach as well: the long one says that it matters,
   * the short one that it still goes on (https://sre.google/workbook/alerting-on-slos/).
   */
  readonly confirmedOverSeconds?: number;
  /** Whether silence rings too, where tasks run at all hours. @defaultValue false */
  readonly silenceRings?: boolean;
  /** So many periods of those looked at must breach. */
  readonly breaching: { readonly periods: number; readonly of: number };
  /**
   * Whether it rolls a deployment back. A deployment group watches ten at most
   * (https://docs.aws.amazon.com/codedeploy/latest/userguide/limits.html). @defaultValue false
   */
  readonly rollsBack?: boolean;
}

/** What pages: one of several alarms, told once, since one cause often rings more than one. */
export interface Page {
  /** Its name after the prefix, kebab-case. */
  readonly name: string;
  /** The urgent alarms of this sign are behind it. */
  readonly sign: NonNullable<Alarm['sign']>;
  /** What it means, in a line; the runbook has the rest. */
  readonly description: string;
}
