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
    {
      title: 'Time to decide',
      lines: [
        { signal: 'functionDuration', statistic: 'p50', label: 'p50' },
        { signal: 'functionDuration', statistic: 'p95', label: 'p95' },
        { signal: 'functionDuration', statistic: 'p99', label: 'p99' },
      ],
    },
    {
      title: 'The function',
      lines: [
        { signal: 'invocations', statistic: 'Sum', label: 'invocations' },
        { signal: 'functionErrors', statistic: 'Sum', label: 'errors' },
        { signal: 'functionThrottles', statistic: 'Sum', label: 'throttles' },
      ],
    },
    {
      title: 'Somebody tried',
      lines: [
        { signal: 'refusals', statistic: 'Sum', label: 'calls refused by Axon' },
        { signal: 'meshRefusals', statistic: 'Sum', label: 'calls refused by the mesh' },
        { signal: 'identityMismatches', statistic: 'Sum', label: 'callers that named another' },
      ],
    },
    {
      title: 'Tables and queue',
      lines: [
        { signal: 'policyThrottles', statistic: 'Sum', label: 'policy reads throttled' },
        { signal: 'quotaThrottles', statistic: 'Sum', label: 'quota writes throttled' },
        { signal: 'grantThrottles', statistic: 'Sum', label: 'grant writes throttled' },
        { signal: 'unrecordedDecisions', statistic: 'Sum', label: 'decisions not recorded' },
        { signal: 'deadLetters', statistic: 'Maximum', label: 'dead letters' },
      ],
    },
  ],
};
