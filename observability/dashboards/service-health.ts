// Whether callers are served: requests, errors, waiting, alarms.
// Next: observability/dashboards/latency.ts.
import { type Dashboard } from '../dashboard.ts';
import { percentiles } from './percentiles.ts';

/** Health of Orbit and Axon. */
export const serviceHealth: Dashboard = {
  name: 'service-health',
  title: 'Service health',
  about: 'Are callers served? Look here first.',
  rows: [
    [
      {
        kind: 'alarms',
        title: 'Alarms of the services',
        alarms: ['error-rate', 'slow', 'governance-unanswered', 'orbit-errors', 'axon-errors', 'urgent', 'intrusion'],
      },
      {
        kind: 'numbers',
        title: 'Now, in a minute',
        lines: [
          { signal: 'requests', statistic: 'Sum', label: 'requests' },
          { signal: 'targetErrors', statistic: 'Sum', label: 'server errors' },
          { signal: 'permits', statistic: 'Sum', label: 'permitted' },
          { signal: 'denials', statistic: 'Sum', label: 'denied' },
        ],
      },
    ],
    [
      {
        kind: 'graph',
        title: 'Requests and server errors',
        lines: [
          { signal: 'requests', statistic: 'Sum', label: 'requests' },
          { signal: 'targetErrors', statistic: 'Sum', label: 'server errors of tasks' },
          { signal: 'balancerErrors', statistic: 'Sum', label: 'server errors of the balancer' },
        ],
      },
      {
        kind: 'graph',
        title: 'Available: answered without a server error',
        axis: '% of requests',
        lines: [
          { signal: 'targetErrors', statistic: 'Sum', label: 'tasks' },
          { signal: 'balancerErrors', statistic: 'Sum', label: 'balancer' },
          { signal: 'requests', statistic: 'Sum', label: 'requests' },
        ],
        math: { expression: '100 - 100 * (FILL(m1, 0) + FILL(m2, 0)) / m3', label: 'available' },
      },
    ],
    [
      { kind: 'graph', title: 'Until the head of the answer', lines: percentiles('responseTime') },
      {
        kind: 'graph',
        title: 'Errors logged, and questions without an answer',
        lines: [
          { signal: 'orbitErrors', statistic: 'Sum', label: 'orbit' },
          { signal: 'axonErrors', statistic: 'Sum', label: 'axon' },
          { signal: 'unansweredQuestions', statistic: 'Sum', label: 'governance did not answer' },
        ],
      },
    ],
  ],
};
