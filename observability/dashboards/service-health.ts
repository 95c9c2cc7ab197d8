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
        { signal: 'targetErrors', statistic: 'Sum', label: 'server errors' },
      ],
    },
    { title: 'Response time', lines: [{ signal: 'responseTime', statistic: 'p99', label: 'p99' }] },
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
