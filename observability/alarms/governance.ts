// Alarms of deciding: failures, throttles, denials out of the ordinary.
// Next: observability/dashboard.ts.
import { type Alarm } from '../alarm.ts';
import { type SignalName } from '../signals.ts';

/** Alarms of Governance. */
export const governanceAlarms: readonly Alarm[] = [
  {
    name: 'governance-errors',
    severity: 'P1',
    description: 'Governance fails: everything is denied while it does.',
    of: { errors: { signal: 'functionErrors', statistic: 'Sum' } },
    threshold: 0,
    periodSeconds: 60,
    breaching: { periods: 2, of: 3 },
    rollsBack: true,
  },
  {
    name: 'governance-throttled',
    severity: 'P1',
    description: 'Governance has no free execution: raise its reserved concurrency.',
    of: { throttles: { signal: 'functionThrottles', statistic: 'Sum' } },
    threshold: 0,
    periodSeconds: 60,
    breaching: { periods: 2, of: 3 },
  },
  {
    name: 'governance-slow',
    severity: 'P2',
    description: 'One decision in a hundred takes longer than 250 ms.',
    of: { duration: { signal: 'functionDuration', statistic: 'p99' } },
    threshold: 250,
    periodSeconds: 60,
    breaching: { periods: 5, of: 10 },
    rollsBack: true,
  },
  {
    name: 'decisions-failed',
    severity: 'P1',
    description: 'Decisions are denied because a policy is missing, stale, expired or not signed.',
    of: { failed: { signal: 'failedDecisions', statistic: 'Sum' } },
    threshold: 0,
    periodSeconds: 60,
    breaching: { periods: 3, of: 5 },
  },
  {
    name: 'denials-spike',
    severity: 'P2',
    description: 'More than half of at least a hundred decisions are denials.',
    of: { denials: { signal: 'denials', statistic: 'Sum' }, permits: { signal: 'permits', statistic: 'Sum' } },
    expression: 'IF(denials + permits > 100, 100 * denials / (denials + permits), 0)',
    threshold: 50,
    periodSeconds: 300,
    breaching: { periods: 2, of: 2 },
  },
  {
    name: 'grants-refused',
    severity: 'P1',
    sign: 'intrusion',
    description: 'Axon refuses grants or proofs: somebody calls it without a decision, or keys are out of step.',
    of: { refusals: { signal: 'refusals', statistic: 'Sum' } },
    threshold: 5,
    periodSeconds: 300,
    breaching: { periods: 1, of: 1 },
  },
  {
    name: 'dead-letters',
    severity: 'P2',
    description: 'Invocations failed for good and wait in the queue.',
    of: { letters: { signal: 'deadLetters', statistic: 'Maximum' } },
    threshold: 0,
    periodSeconds: 300,
    breaching: { periods: 1, of: 1 },
  },
  {
    name: 'identity-mismatch',
    severity: 'P1',
    sign: 'intrusion',
    description: 'A caller named a service that it is not: no program of ours does.',
    of: { mismatches: { signal: 'identityMismatches', statistic: 'Sum' } },
    threshold: 0,
    periodSeconds: 60,
    breaching: { periods: 1, of: 1 },
  },
  {
    name: 'decisions-unrecorded',
    severity: 'P1',
    description: 'An audit record could not be written; the decision became a deny.',
    of: { unrecorded: { signal: 'unrecordedDecisions', statistic: 'Sum' } },
    threshold: 0,
    periodSeconds: 60,
    breaching: { periods: 1, of: 1 },
    rollsBack: true,
  },
  {
    name: 'mesh-refused',
    severity: 'P1',
    sign: 'intrusion',
    description:
      'The mesh refused a call by its policies: somebody other than Orbit tried, or Orbit tried something else.',
    of: { refusals: { signal: 'meshRefusals', statistic: 'Sum' } },
    threshold: 0,
    periodSeconds: 300,
    breaching: { periods: 1, of: 1 },
  },
  throttled('policies', 'policyThrottles', 'Reads of the policy table are throttled: policies become stale.'),
  throttled('quotas', 'quotaThrottles', 'Writes to the quota table are throttled: charged decisions become denials.'),
  throttled('grants', 'grantThrottles', 'Writes to the grant table are throttled: single-use grants are refused.'),
  {
    name: 'rotation-failed',
    severity: 'P2',
    description: 'A secret could not be rotated.',
    of: { errors: { signal: 'rotationErrors', statistic: 'Sum' } },
    threshold: 0,
    periodSeconds: 300,
    breaching: { periods: 1, of: 1 },
  },
];

/** Tables are on demand, so what is throttled is one key that gets too much. */
function throttled(table: string, signal: SignalName, description: string): Alarm {
  return {
    name: `${table}-throttled`,
    severity: 'P2',
    description,
    of: { throttles: { signal, statistic: 'Sum' } },
    threshold: 0,
    periodSeconds: 60,
    breaching: { periods: 3, of: 5 },
  };
}
