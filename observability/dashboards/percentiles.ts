// The three percentiles that a latency is read by.
// Next: observability/dashboards/latency.ts.
import { type Line } from '../dashboard.ts';
import { type SignalName } from '../signals.ts';

/** p50, p95 and p99 of a signal. */
export function percentiles(signal: SignalName): Line[] {
  return (['p50', 'p95', 'p99'] as const).map((statistic) => ({ signal, statistic, label: statistic }));
}
