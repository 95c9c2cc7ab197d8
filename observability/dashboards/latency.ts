// How long each hop takes: load balancer, Orbit, Governance, Axon.
// Next: observability/dashboards/error-rates.ts.
import { type Dashboard, type LogAnswer } from '../dashboard.ts';
import { type LogSource } from '../signals.ts';
import { percentiles } from './percentiles.ts';

/** Latency percentiles of every hop. */
export const latency: Dashboard = {
  name: 'latency',
  title: 'Latency by hop',
  about: 'Which hop is slow? Each includes those behind it, except that Governance and Axon are beside each other.',
  rows: [
    [
      { kind: 'judged', alarm: 'slow' },
      { kind: 'graph', title: 'At the load balancer', lines: percentiles('responseTime') },
    ],
    [
      ofRequests('orbit', 'Orbit: POST /dispatch, milliseconds', '/dispatch'),
      ofRequests('axon', 'Axon: POST /reason, milliseconds', '/reason'),
    ],
    [
      { kind: 'graph', title: 'Governance: the function', lines: percentiles('functionDuration') },
      { kind: 'judged', alarm: 'governance-slow' },
    ],
  ],
};

function ofRequests(service: LogSource, title: string, route: string): LogAnswer {
  return {
    kind: 'logs',
    title,
    view: 'timeSeries',
    sources: [service],
    query: `filter message = "request" and route = "${route}" | stats pct(durationMs, 50) as p50, pct(durationMs, 95) as p95, pct(durationMs, 99) as p99 by bin(1m)`,
  };
}
