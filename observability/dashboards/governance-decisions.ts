// What Governance decides, by what, how fast, and what went wrong.
// Next: observability/dashboards/tenants.ts.
import { type Dashboard } from '../dashboard.ts';
import { percentiles } from './percentiles.ts';

/** Decisions. */
export const governanceDecisions: Dashboard = {
  name: 'governance-decisions',
  title: 'Governance decisions',
  about: 'What is decided, for which reason, by which revision, and did somebody try?',
  rows: [
    [
      {
        kind: 'alarms',
        title: 'Alarms of deciding',
        alarms: [
          'intrusion',
          'governance-errors',
          'governance-throttled',
          'governance-slow',
          'decisions-failed',
          'denials-spike',
          'audit-gap',
          'audit-lost',
          'decisions-unrecorded',
        ],
      },
      {
        kind: 'graph',
        title: 'Decisions',
        lines: [
          { signal: 'permits', statistic: 'Sum', label: 'permitted' },
          { signal: 'denials', statistic: 'Sum', label: 'denied' },
          { signal: 'failedDecisions', statistic: 'Sum', label: 'denied by failure' },
        ],
      },
    ],
    [
      { kind: 'spread', title: 'Decisions by reason', signal: 'decisions', statistic: 'Sum' },
      { kind: 'graph', title: 'Time to decide', lines: percentiles('decisionLatency') },
    ],
    [
      { kind: 'judged', alarm: 'policy-stale' },
      { kind: 'spread', title: 'Policy revision by tenant', signal: 'policyRevision', statistic: 'Maximum' },
      { kind: 'judged', alarm: 'signing-certificate-old' },
    ],
    [
      {
        kind: 'logs',
        title: 'Policy revisions that decide',
        view: 'table',
        sources: ['governance'],
        query:
          'filter message = "decision" and ispresent(policy.tenant) | stats count(*) as decisions by policy.tenant, policy.revision | sort decisions desc',
      },
      {
        kind: 'logs',
        title: 'Quotas charged, and the least that was left',
        view: 'table',
        sources: ['governance'],
        query:
          'filter ispresent(quota.id) | stats count(*) as charged, min(quota.remaining) as left by quota.id | sort charged desc',
      },
    ],
    [
      {
        kind: 'graph',
        title: 'Somebody tried',
        lines: [
          { signal: 'refusals', statistic: 'Sum', label: 'refused by Axon' },
          { signal: 'replays', statistic: 'Sum', label: 'of these, replayed' },
          { signal: 'meshRefusals', statistic: 'Sum', label: 'refused by the mesh' },
          { signal: 'identityMismatches', statistic: 'Sum', label: 'named another' },
        ],
      },
      {
        kind: 'calculated',
        title: 'On record',
        axis: 'Count',
        of: {
          invocations: { signal: 'invocations', statistic: 'Sum' },
          decisions: { signal: 'permits', statistic: 'SampleCount' },
          records: { signal: 'auditRecords', statistic: 'Sum' },
          unrecorded: { signal: 'unrecordedDecisions', statistic: 'Sum' },
        },
        math: [
          { expression: 'FILL(invocations, 0)', label: 'invocations' },
          { expression: 'FILL(decisions, 0)', label: 'decisions' },
          { expression: 'FILL(records, 0)', label: 'audit records' },
          { expression: 'FILL(unrecorded, 0)', label: 'could not be written' },
        ],
      },
    ],
    [
      { kind: 'judged', alarm: 'denials-spike' },
      { kind: 'judged', alarm: 'denials-rate' },
    ],
  ],
};
