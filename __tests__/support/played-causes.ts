// What goes wrong, as minutes of metrics: a minute without callers, a good one, and what is otherwise in each bad one.
// Next: __tests__/observability/pages.test.ts, which plays them.
import { type SignalName } from '../../observability/signals.ts';
import { type Minute, type Reading } from './metric-history.ts';

/** So many values that are all the same. */
export const each = (count: number, value: number): Reading => ({ count, sum: count * value, min: value, max: value });
/** Of callers. */
export const requestsPerMinute = 60;
/** Of them, by policy. */
export const deniedPerMinute = 10;
const permittedPerMinute = requestsPerMinute - deniedPerMinute;
const tasks = 2;

/** What tasks write whether anybody calls or not, and what AWS measures of them. */
export const idle: Minute = {
  orbitCpu: each(tasks, 20),
  axonCpu: each(tasks, 20),
  orbitMemory: each(tasks, 40),
  axonMemory: each(tasks, 40),
  orbitSaturation: each(6 * tasks, 5),
  axonSaturation: each(6 * tasks, 5),
  replaySetUse: each(6 * tasks, 0),
  unhealthyTasks: each(1, 0),
  deadLetters: each(1, 0),
  certificateDays: each(1, 200),
};
/** A minute of callers, all served, some denied by policy. */
export const busy: Minute = {
  ...idle,
  blueRequests: each(requestsPerMinute, 1),
  blueResponseTime: each(requestsPerMinute, 0.3),
  invocations: each(requestsPerMinute, 1),
  functionErrors: each(requestsPerMinute, 0),
  functionDuration: each(requestsPerMinute, 20),
  concurrentDecisions: each(1, 3),
  permits: { count: requestsPerMinute, sum: permittedPerMinute, min: 0, max: 1 },
  denials: { count: requestsPerMinute, sum: deniedPerMinute, min: 0, max: 1 },
  failedDecisions: each(requestsPerMinute, 0),
  identityMismatches: each(requestsPerMinute, 0),
  policyAge: each(requestsPerMinute, 2),
  certificateAge: each(permittedPerMinute, 300),
  unansweredQuestions: each(requestsPerMinute, 0),
  auditRecords: each(requestsPerMinute, 1),
  measuredDecisions: each(requestsPerMinute, 1),
  unrecordedDecisions: each(requestsPerMinute, 0),
  meshRefusals: each(permittedPerMinute, 0),
};
/** Changes by which signals say nothing. */
export const silenced = (...names: SignalName[]) => Object.fromEntries(names.map((name) => [name, each(0, 0)]));
const all = each(requestsPerMinute, 1);
/** One of each permitted request. */
export const permitted = each(permittedPerMinute, 1);
const allDenied = { denials: all, permits: each(requestsPerMinute, 0), certificateAge: each(0, 0) };
const undecided = silenced(
  'permits',
  'denials',
  'failedDecisions',
  'policyAge',
  'certificateAge',
  'auditRecords',
  'measuredDecisions',
);

/** One thing that goes wrong. */
export interface Cause {
  readonly cause: string;
  /** What is otherwise in each of its minutes. */
  readonly changes: Minute;
  readonly page: 'urgent' | 'intrusion';
  /** Urgent alarms that ring, all of them. */
  readonly urgent: readonly string[];
}

const burns = ['slo-burn-fast', 'slo-burn-slow'];
/** What goes wrong, one at a time. */
export const causes: readonly Cause[] = [
  {
    cause: 'no task of Orbit runs',
    // The load balancer finds no target, and then counts no request.
    changes: {
      ...undecided,
      ...silenced('orbitCpu', 'orbitMemory', 'orbitSaturation', 'blueRequests', 'blueResponseTime', 'invocations'),
      balancerErrors: all,
    },
    page: 'urgent',
    urgent: ['orbit-down', 'error-rate', ...burns],
  },
  {
    cause: 'no task of Axon runs',
    changes: { ...silenced('axonCpu', 'axonMemory', 'axonSaturation', 'replaySetUse'), blueErrors: permitted },
    page: 'urgent',
    urgent: ['axon-down', 'error-rate', ...burns],
  },
  {
    cause: 'Governance ends in an error',
    changes: { ...undecided, functionErrors: all, unansweredQuestions: all, blueErrors: all },
    page: 'urgent',
    urgent: ['governance-errors', 'governance-unanswered', 'error-rate', ...burns],
  },
  {
    cause: 'Governance has no free execution',
    changes: {
      ...undecided,
      ...silenced('invocations'),
      functionThrottles: all,
      unansweredQuestions: all,
      blueErrors: all,
    },
    page: 'urgent',
    urgent: ['governance-throttled', 'governance-unanswered', 'error-rate', ...burns],
  },
  {
    cause: 'the policy table cannot be read',
    changes: { ...allDenied, failedDecisions: all, policyAge: each(requestsPerMinute, 55), blueErrors: all },
    page: 'urgent',
    urgent: ['decisions-failed', 'error-rate', ...burns],
  },
  {
    cause: 'a policy has expired, and every caller gets 403',
    changes: { ...allDenied, failedDecisions: all },
    page: 'urgent',
    urgent: ['decisions-failed'],
  },
  {
    cause: 'the signing key is disabled',
    changes: { ...allDenied, failedDecisions: permitted, unansweredQuestions: permitted, blueErrors: permitted },
    page: 'urgent',
    urgent: ['decisions-failed', 'governance-unanswered', 'error-rate', ...burns],
  },
  {
    cause: 'no key is certified anew, and the last certificates near their end',
    changes: { certificateAge: each(permittedPerMinute, 800) },
    page: 'urgent',
    urgent: ['signing-certificate-old'],
  },
  {
    cause: 'the model fails',
    changes: { blueErrors: permitted, axonErrors: permitted, orbitErrors: permitted },
    page: 'urgent',
    urgent: ['error-rate', ...burns],
  },
  {
    cause: 'a fiftieth of requests fail for long',
    changes: { blueErrors: each(1, 1.2) },
    page: 'urgent',
    urgent: burns,
  },
  {
    cause: 'records cannot be written',
    changes: {
      ...allDenied,
      ...silenced('auditRecords'),
      failedDecisions: all,
      unrecordedDecisions: all,
      unansweredQuestions: all,
      blueErrors: all,
    },
    page: 'urgent',
    urgent: [
      'decisions-unrecorded',
      'audit-gap',
      'audit-lost',
      'decisions-failed',
      'governance-unanswered',
      'error-rate',
      ...burns,
    ],
  },
  {
    cause: 'the log of Governance is gone, with records and metrics',
    changes: { ...undecided, ...silenced('identityMismatches', 'unrecordedDecisions') },
    page: 'urgent',
    urgent: ['audit-lost'],
  },
  {
    cause: 'a tenth of decisions is answered without a record',
    changes: { auditRecords: each(requestsPerMinute * 0.9, 1) },
    page: 'urgent',
    urgent: ['audit-gap', 'audit-lost'],
  },
  {
    cause: 'the replay set fills up',
    changes: { replaySetUse: each(6 * tasks, 85) },
    page: 'urgent',
    urgent: ['replay-set-filling'],
  },
  {
    cause: 'Axon and Governance are out of step with their keys',
    // Orbit tells callers that it is forbidden: no server error.
    changes: { refusals: permitted },
    page: 'intrusion',
    urgent: ['grants-refused'],
  },
  {
    cause: 'somebody replays grants',
    changes: { refusals: each(5, 1), replays: each(5, 1) },
    page: 'intrusion',
    urgent: ['grants-refused', 'grants-replayed'],
  },
  {
    cause: 'a stranger calls through the mesh',
    changes: { meshRefusals: each(3, 1) },
    page: 'intrusion',
    urgent: ['mesh-refused'],
  },
  {
    cause: 'a caller names another',
    changes: { identityMismatches: { count: requestsPerMinute, sum: 2, min: 0, max: 1 } },
    page: 'intrusion',
    urgent: ['identity-mismatch'],
  },
];
