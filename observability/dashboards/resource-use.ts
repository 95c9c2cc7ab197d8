// What is used up: CPU, memory, tables, executions.
// Next: observability/dashboards/governance-decisions.ts.
import { callersRequests, served } from '../callers.ts';
import { type Dashboard } from '../dashboard.ts';

/** Use of resources. */
export const resourceUse: Dashboard = {
  name: 'resource-use',
  title: 'Resource use',
  about: 'What runs out, and how far is it from that?',
  rows: [
    [
      { kind: 'judged', alarm: 'orbit-cpu' },
      { kind: 'judged', alarm: 'axon-cpu' },
    ],
    [
      { kind: 'judged', alarm: 'orbit-memory' },
      { kind: 'judged', alarm: 'axon-memory' },
    ],
    [
      { kind: 'judged', alarm: 'orbit-saturated' },
      { kind: 'judged', alarm: 'axon-saturated' },
      { kind: 'judged', alarm: 'replay-set-filling' },
    ],
    [
      {
        kind: 'graph',
        title: 'Network, with Container Insights',
        lines: [
          { signal: 'orbitReceived', statistic: 'Average', label: 'orbit receives' },
          { signal: 'orbitSent', statistic: 'Average', label: 'orbit sends' },
          { signal: 'axonReceived', statistic: 'Average', label: 'axon receives' },
          { signal: 'axonSent', statistic: 'Average', label: 'axon sends' },
        ],
      },
      {
        kind: 'graph',
        title: 'Governance: executions at once',
        lines: [{ signal: 'concurrentDecisions', statistic: 'Maximum', label: 'executions' }],
      },
      { kind: 'judged', alarm: 'tls-certificate-expiring' },
    ],
    [
      {
        kind: 'calculated',
        title: 'Load: requests and invocations',
        axis: 'Count',
        of: { ...callersRequests, invocations: { signal: 'invocations', statistic: 'Sum' } },
        math: [
          { expression: served, label: 'requests' },
          { expression: 'FILL(invocations, 0)', label: 'invocations' },
        ],
      },
      {
        kind: 'graph',
        title: 'Saturation: throttled',
        lines: [
          { signal: 'functionThrottles', statistic: 'Sum', label: 'invocations' },
          { signal: 'policyThrottles', statistic: 'Sum', label: 'policy reads' },
          { signal: 'quotaThrottles', statistic: 'Sum', label: 'quota writes' },
          { signal: 'grantThrottles', statistic: 'Sum', label: 'grant writes' },
        ],
      },
      {
        kind: 'graph',
        title: 'Unhealthy dependencies',
        lines: [
          { signal: 'unansweredQuestions', statistic: 'Sum', label: 'questions unanswered' },
          { signal: 'deadLetters', statistic: 'Maximum', label: 'dead letters' },
        ],
      },
    ],
  ],
};
