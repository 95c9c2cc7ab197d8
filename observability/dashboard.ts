// The shape of a dashboard as data.
// Next: observability/dashboards/service-health.ts and its neighbour, the dashboards.
import { type Statistic } from './alarm.ts';
import { type SignalName } from './signals.ts';

/** One graph. */
export interface Graph {
  readonly title: string;
  readonly lines: readonly { readonly signal: SignalName; readonly statistic: Statistic; readonly label: string }[];
}

/** A page of graphs, two in a row. */
export interface Dashboard {
  /** Its name after the prefix, kebab-case. */
  readonly name: string;
  readonly graphs: readonly Graph[];
}
