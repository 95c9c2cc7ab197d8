// How long each hop takes: load balancer, Orbit, Governance, Axon.
// Next: observability/dashboards/error-rates.ts.
import { type Dashboard } from '../dashboard.ts';
import { callersWait, percentiles } from './percentiles.ts';

/** Latency percentiles of every hop. */
export const latency: Dashboard = {
  name: 'latency',
  title: 'Latency by hop',
  about: 'Which hop is slow? Each includes those behind it, except that Governance and Axon are beside each other.',
  rows: [
    [{ kind: 'judged', alarm: 'slow' }, callersWait('Callers, at the load balancer')],
    [
      { kind: 'graph', title: 'Orbit: a request', lines: percentiles('orbitLatency') },
      { kind: 'graph', title: 'Orbit asks Governance', lines: percentiles('governLatency') },
      { kind: 'graph', title: 'Orbit calls Axon', lines: percentiles('actLatency') },
    ],
    [
      { kind: 'graph', title: 'Axon: a request', lines: percentiles('axonLatency') },
      { kind: 'graph', title: 'Axon verifies the grant', lines: percentiles('verifyLatency') },
      { kind: 'graph', title: 'The model', lines: percentiles('reasonLatency') },
    ],
    [
      { kind: 'graph', title: 'Governance: the decision', lines: percentiles('decisionLatency') },
      { kind: 'graph', title: 'Governance: the function', lines: percentiles('functionDuration') },
      { kind: 'judged', alarm: 'governance-slow' },
    ],
  ],
};
