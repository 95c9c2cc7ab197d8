// Alarms of what callers notice: errors, slowness, exhaustion.
// Next: observability/alarms/governance.ts.
import { type Alarm } from '../alarm.ts';

/** Alarms of the services. */
export const serviceAlarms: readonly Alarm[] = [
  ...(['orbit', 'axon'] as const).map((service): Alarm => ({
    name: `${service}-down`,
    severity: 'P0',
    description: `No task of ${service} runs: nobody is served.`,
    // Each running task is one sample a minute (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/cloudwatch-metrics.html).
    of: { tasks: { signal: `${service}Cpu`, statistic: 'SampleCount' } },
    threshold: 1,
    comparison: 'LessThanThreshold',
    silenceRings: true,
    periodSeconds: 60,
    breaching: { periods: 3, of: 3 },
  })),
  {
    name: 'error-rate',
    severity: 'P1',
    description: 'More than 5% of requests end in a server error, from a task or because there was none.',
    of: {
      tasks: { signal: 'targetErrors', statistic: 'Sum' },
      balancer: { signal: 'balancerErrors', statistic: 'Sum' },
      requests: { signal: 'requests', statistic: 'Sum' },
    },
    expression: 'IF(requests > 20, 100 * (FILL(tasks, 0) + FILL(balancer, 0)) / requests, 0)',
    threshold: 5,
    periodSeconds: 60,
    breaching: { periods: 3, of: 5 },
    rollsBack: true,
  },
  // The error budget is 0.1% of requests. What is spent 14 times as fast is gone in two days, 6 times in five
  // (https://sre.google/workbook/alerting-on-slos/); several periods must agree, as one bad one is error-rate's.
  budgetBurn('slo-burn-fast', 'P1', 14, { periodSeconds: 300, breaching: { periods: 3, of: 12 } }),
  budgetBurn('slo-burn-slow', 'P2', 6, { periodSeconds: 1800, breaching: { periods: 4, of: 12 } }),
  {
    name: 'slow',
    severity: 'P2',
    // The model's own time is in it, so it rolls nothing back.
    description: 'One request in a hundred waits longer than a second for the head of its answer.',
    of: { latency: { signal: 'responseTime', statistic: 'p99' } },
    threshold: 1,
    periodSeconds: 60,
    breaching: { periods: 5, of: 10 },
  },
  {
    name: 'unhealthy-tasks',
    severity: 'P2',
    description: 'Tasks of a target group do not answer that they are ready.',
    of: { unhealthy: { signal: 'unhealthyTasks', statistic: 'Maximum' } },
    threshold: 0,
    periodSeconds: 60,
    breaching: { periods: 3, of: 5 },
    rollsBack: true,
  },
  {
    name: 'governance-unanswered',
    severity: 'P1',
    description: 'Orbit had no answer from Governance in time, and denied.',
    of: { unanswered: { signal: 'unansweredQuestions', statistic: 'Sum' } },
    threshold: 5,
    periodSeconds: 60,
    breaching: { periods: 2, of: 3 },
    rollsBack: true,
  },
  ...(['orbit', 'axon'] as const).flatMap((service): Alarm[] => [
    {
      name: `${service}-errors`,
      severity: 'P2',
      description: `${service} logs errors: requests that ended in a 5xx, and what no request answers for.`,
      of: { errors: { signal: `${service}Errors`, statistic: 'Sum' } },
      threshold: 10,
      periodSeconds: 300,
      breaching: { periods: 2, of: 2 },
    },
    {
      name: `${service}-cpu`,
      severity: 'P3',
      description: `Tasks of ${service} use more than 90% of their CPU, and scaling does not help.`,
      of: { cpu: { signal: `${service}Cpu`, statistic: 'Average' } },
      threshold: 90,
      periodSeconds: 60,
      breaching: { periods: 10, of: 10 },
    },
    {
      name: `${service}-saturated`,
      severity: 'P2',
      description: `A task of ${service} is at work nearly all the time: requests wait for each other.`,
      of: { busy: { signal: `${service}Saturation`, statistic: 'Maximum' } },
      threshold: 85,
      periodSeconds: 60,
      breaching: { periods: 5, of: 5 },
    },
    {
      name: `${service}-memory`,
      severity: 'P2',
      description: `Tasks of ${service} use more than 90% of their memory: the next are killed.`,
      of: { memory: { signal: `${service}Memory`, statistic: 'Maximum' } },
      threshold: 90,
      periodSeconds: 60,
      breaching: { periods: 3, of: 5 },
    },
  ]),
  {
    name: 'replay-set-filling',
    severity: 'P1',
    description: 'A task of axon remembers four fifths of the grants it can; when it is full it refuses all.',
    of: { use: { signal: 'replaySetUse', statistic: 'Maximum' } },
    threshold: 80,
    periodSeconds: 60,
    breaching: { periods: 1, of: 1 },
  },
  {
    name: 'tls-certificate-expiring',
    severity: 'P2',
    description: 'The certificate of the load balancer ends within 30 days, and was not renewed.',
    of: { days: { signal: 'certificateDays', statistic: 'Minimum' } },
    threshold: 30,
    comparison: 'LessThanThreshold',
    periodSeconds: 86_400,
    breaching: { periods: 1, of: 1 },
  },
];

/** @param rate - how many times faster than allowed the budget of 0.1% is spent */
function budgetBurn(
  name: string,
  severity: Alarm['severity'],
  rate: number,
  when: Pick<Alarm, 'periodSeconds' | 'breaching'>,
): Alarm {
  const budgetPercent = 0.1;
  return {
    name,
    severity,
    description: `Callers' errors spend the error budget ${rate} times as fast as it lasts.`,
    of: {
      tasks: { signal: 'targetErrors', statistic: 'Sum' },
      balancer: { signal: 'balancerErrors', statistic: 'Sum' },
      requests: { signal: 'requests', statistic: 'Sum' },
    },
    expression: 'IF(requests > 100, 100 * (FILL(tasks, 0) + FILL(balancer, 0)) / requests, 0)',
    threshold: rate * budgetPercent,
    ...when,
  };
}
