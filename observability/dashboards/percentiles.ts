// The three percentiles that a latency is read by.
// Next: observability/dashboards/latency.ts.
import { type Calculated, type Line } from '../dashboard.ts';
import { type SignalName } from '../signals.ts';

const three = ['p50', 'p95', 'p99'] as const;

/** p50, p95 and p99 of a signal. */
export function percentiles(signal: SignalName): Line[] {
  return three.map((statistic) => ({ signal, statistic, label: statistic }));
}

/** How long callers wait at the load balancer: of both of Orbit's target groups, the one that is slower. */
export function callersWait(title: string): Calculated {
  const of = three.flatMap((statistic) => [
    [`blue${statistic}`, { signal: 'blueResponseTime', statistic }] as const,
    [`green${statistic}`, { signal: 'greenResponseTime', statistic }] as const,
  ]);
  return {
    kind: 'calculated',
    title,
    axis: 'Seconds',
    of: Object.fromEntries(of),
    math: three.map((each) => ({ expression: `MAX([FILL(blue${each}, 0), FILL(green${each}, 0)])`, label: each })),
  };
}
