// Whether callers are served: requests, errors, waiting, alarms.
// Next: observability/dashboards/latency.ts.
import { callersSignals, failed, served } from '../callers.ts';
import { type Dashboard } from '../dashboard.ts';
import { callersWait } from './percentiles.ts';

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
        alarms: [
          'urgent',
          'intrusion',
          'orbit-down',
          'axon-down',
          'error-rate',
          'slo-burn-fast',
          'slo-burn-slow',
          'slow',
          'governance-unanswered',
        ],
      },
      {
        kind: 'calculated',
        view: 'numbers',
        title: 'Now, in a minute',
        axis: 'Count',
        of: {
          ...callersSignals,
          permits: { signal: 'permits', statistic: 'Sum' },
          denials: { signal: 'denials', statistic: 'Sum' },
        },
        math: [
          { expression: served, label: 'requests' },
          { expression: failed, label: 'server errors' },
          { expression: 'FILL(permits, 0)', label: 'permitted' },
          { expression: 'FILL(denials, 0)', label: 'denied' },
        ],
      },
    ],
    [
      {
        kind: 'calculated',
        title: 'Requests of callers, and server errors',
        axis: 'Count',
        of: callersSignals,
        math: [
          { expression: served, label: 'requests' },
          { expression: '(FILL(blueerrors, 0) + FILL(greenerrors, 0))', label: 'server errors of tasks' },
          { expression: 'FILL(balancer, 0)', label: 'server errors of the balancer' },
        ],
      },
      {
        kind: 'calculated',
        title: 'Available: answered without a server error',
        axis: '% of requests',
        of: callersSignals,
        math: [{ expression: `100 - 100 * ${failed} / ${served}`, label: 'available' }],
      },
    ],
    [
      callersWait('Until callers have the head of the answer'),
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
    [
      {
        kind: 'graph',
        title: 'Tasks that run',
        axis: 'tasks',
        lines: [
          { signal: 'orbitCpu', statistic: 'SampleCount', label: 'orbit' },
          { signal: 'axonCpu', statistic: 'SampleCount', label: 'axon' },
        ],
      },
      {
        kind: 'graph',
        title: 'Lines of metrics that arrive',
        axis: 'lines',
        lines: [
          { signal: 'orbitSaturation', statistic: 'SampleCount', label: 'orbit' },
          { signal: 'axonSaturation', statistic: 'SampleCount', label: 'axon' },
        ],
      },
    ],
  ],
};
