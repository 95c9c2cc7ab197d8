// What callers notice, of both of Orbit's target groups as one: alarms and dashboards say it with the same words.
// Next: observability/alarms/service.ts.
import { type Alarm } from './alarm.ts';

/** The signals that {@link served} names. */
export const callersRequests = {
  balancer: { signal: 'balancerErrors', statistic: 'Sum' },
  blue: { signal: 'blueRequests', statistic: 'Sum' },
  green: { signal: 'greenRequests', statistic: 'Sum' },
} as const satisfies Alarm['of'];

/** The signals that {@link failed} and {@link served} name. */
export const callersSignals = {
  ...callersRequests,
  blueerrors: { signal: 'blueErrors', statistic: 'Sum' },
  greenerrors: { signal: 'greenErrors', statistic: 'Sum' },
} as const satisfies Alarm['of'];

/**
 * Server errors: of tasks, and of the load balancer where there was no task or it did not answer. The load balancer
 * counts those of Orbit's calls to Axon with them, so while Axon has no task a failure may count twice, never not at all.
 */
export const failed = '(FILL(blueerrors, 0) + FILL(greenerrors, 0) + FILL(balancer, 0))';

/**
 * Requests. A request for which the load balancer finds no task is in none of its counts of requests
 * (https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html), so
 * its own errors are added: when nobody is served at all, they are all there is.
 */
export const served = '(FILL(blue, 0) + FILL(green, 0) + FILL(balancer, 0))';
