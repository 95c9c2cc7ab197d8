// What the services do: requests, errors, latency, resources.
// Next: observability/dashboards/governance-decisions.ts.
import { type Dashboard } from '../dashboard.ts';

/** Health of Orbit and Axon. */
export const serviceHealth: Dashboard = {
  name: 'service-health',
  graphs: [
    {
      title: 'Requests and server errors',
      lines: [
        { signal: 'requests', statistic: 'Sum', label: 'requests' },
        { signal: 'targetErrors', statistic: 'Sum', label: 'server errors of tasks' },
        { signal: 'balancerErrors', statistic: 'Sum', label: 'server errors of the load balancer' },
      ],
    },
    {
      title: 'Response time',
      lines: [
        { signal: 'responseTime', statistic: 'p50', label: 'p50' },
        { signal: 'responseTime', statistic: 'p95', label: 'p95' },
        { signal: 'responseTime', statistic: 'p99', label: 'p99' },
      ],
    },
    {
      title: 'Errors logged, and questions without an answer',
      lines: [
        { signal: 'orbitErrors', statistic: 'Sum', label: 'orbit' },
        { signal: 'axonErrors', statistic: 'Sum', label: 'axon' },
        { signal: 'unansweredQuestions', statistic: 'Sum', label: 'governance did not answer' },
      ],
    },
    {
      title: 'Secrets that could not be rotated',
      lines: [{ signal: 'rotationErrors', statistic: 'Sum', label: 'errors of the rotation' }],
    },
    {
      title: 'CPU',
      lines: [
        { signal: 'orbitCpu', statistic: 'Average', label: 'orbit' },
        { signal: 'axonCpu', statistic: 'Average', label: 'axon' },
      ],
    },
    {
      title: 'Memory',
      lines: [
        { signal: 'orbitMemory', statistic: 'Maximum', label: 'orbit' },
        { signal: 'axonMemory', statistic: 'Maximum', label: 'axon' },
      ],
    },
  ],
};
