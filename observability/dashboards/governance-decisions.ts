// What Governance decides, how fast, and what went wrong.
// Next: stacks/modules/observability.ts, which makes resources of all this.
import { type Dashboard } from '../dashboard.ts';

/** Decisions. */
export const governanceDecisions: Dashboard = {
  name: 'governance-decisions',
  graphs: [
    {
      title: 'Decisions',
      lines: [
        { signal: 'permits', statistic: 'Sum', label: 'permitted' },
        { signal: 'denials', statistic: 'Sum', label: 'denied' },
        { signal: 'failedDecisions', statistic: 'Sum', label: 'denied by failure' },
      ],
    },
    { title: 'Time to decide', lines: [{ signal: 'functionDuration', statistic: 'p99', label: 'p99' }] },
    {
      title: 'The function',
      lines: [
        { signal: 'invocations', statistic: 'Sum', label: 'invocations' },
        { signal: 'functionErrors', statistic: 'Sum', label: 'errors' },
        { signal: 'functionThrottles', statistic: 'Sum', label: 'throttles' },
      ],
    },
    {
      title: 'Refused by Axon, and dead letters',
      lines: [
        { signal: 'refusals', statistic: 'Sum', label: 'grants and proofs refused' },
        { signal: 'deadLetters', statistic: 'Maximum', label: 'dead letters' },
      ],
    },
  ],
};
