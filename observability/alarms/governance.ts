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
    // Long enough to hold two decisions where there are few.
    periodSeconds: 300,
    breaching: { periods: 2, of: 3 },
  },
  {
    name: 'denials-spike',
    severity: 'P2',
    description: 'Many more denials than is usual at this hour.',
    of: { denials: { signal: 'denials', statistic: 'Sum' } },
    threshold: { band: 4 },
    periodSeconds: 300,
    breaching: { periods: 3, of: 3 },
  },
  {
    // What the band learns as usual can still be wrong, and it has nothing to go by at first.
    name: 'denials-rate',
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
    name: 'grants-replayed',
    severity: 'P1',
    sign: 'intrusion',
    // The smoke function tries it with each deployment.
    description: 'Grants come a second time, more often than the smoke test tries: Orbit never sends one twice.',
    of: { replays: { signal: 'replays', statistic: 'Sum' } },
    threshold: 2,
    periodSeconds: 300,
    breaching: { periods: 1, of: 1 },
  },
  {
    name: 'policy-stale',
    severity: 'P2',
    description: 'Decisions rest on a policy not confirmed for half a minute; after a whole one they are denials.',
    of: { age: { signal: 'policyAge', statistic: 'Maximum' } },
    threshold: 30,
    periodSeconds: 60,
    breaching: { periods: 3, of: 5 },
  },
  {
    name: 'signing-certificate-old',
    severity: 'P1',
    // A certificate lives 900 s and is renewed from 600 s on; what woke up late renews at once, so the youngest counts.
    description: 'No key that signs grants was certified anew for 12 minutes; after 15 nothing is permitted.',
    of: { age: { signal: 'certificateAge', statistic: 'Minimum' } },
    threshold: 720,
    periodSeconds: 60,
    breaching: { periods: 2, of: 3 },
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
    // Both are counted in lines of one log, so no delay lies between them; those of a decision may lie in two periods.
    name: 'audit-gap',
    severity: 'P1',
    description: 'Decisions were given whose records are not in the log: something answers without recording.',
    of: {
      decisions: { signal: 'measuredDecisions', statistic: 'Sum' },
      records: { signal: 'auditRecords', statistic: 'Sum' },
      atonce: { signal: 'concurrentDecisions', statistic: 'Maximum' },
    },
    expression: missing('records', 'FILL(decisions, 0)'),
    axis: 'decisions without record',
    threshold: 0,
    periodSeconds: 300,
    breaching: { periods: 1, of: 1 },
  },
  neverArrived({
    name: 'audit-lost',
    severity: 'P1',
    description: 'Lambda ran Governance for a quarter of an hour, and records of it are not in the log.',
    arrived: { records: { signal: 'auditRecords', statistic: 'Sum' } },
    axis: 'invocations without record',
  }),
  neverArrived({
    name: 'governance-unmeasured',
    severity: 'P2',
    description:
      'Lambda ran Governance for a quarter of an hour, and its metrics did not arrive: its alarms are blind.',
    arrived: { decisions: { signal: 'permits', statistic: 'SampleCount' } },
    axis: 'invocations without metrics',
  }),
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

/**
 * Lambda itself counts invocations, whatever becomes of the log; the newest lines may lag, so it has to last.
 *
 * @param arrived - what each invocation without an error leaves, by its one id
 */
function neverArrived({
  arrived,
  ...alarm
}: Pick<Alarm, 'name' | 'severity' | 'description' | 'axis'> & { readonly arrived: Alarm['of'] }): Alarm {
  const [id = ''] = Object.keys(arrived);
  return {
    ...alarm,
    of: {
      invocations: { signal: 'invocations', statistic: 'Sum' },
      errors: { signal: 'functionErrors', statistic: 'Sum' },
      ...arrived,
      atonce: { signal: 'concurrentDecisions', statistic: 'Maximum' },
    },
    expression: missing(id, 'FILL(invocations, 0) - FILL(errors, 0)'),
    threshold: 0,
    periodSeconds: 300,
    breaching: { periods: 3, of: 3 },
  };
}

/**
 * How many more were expected than arrived, once that is more than can lie astride two periods: what was at work at once.
 *
 * @param arrived - id of what is counted
 */
function missing(arrived: string, expected: string): string {
  const gap = `(${expected} - FILL(${arrived}, 0))`;
  return `IF(${gap} > FILL(atonce, 1), ${gap}, 0)`;
}

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
