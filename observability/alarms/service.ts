// Alarms of what callers notice: errors, slowness, exhaustion.
// Next: observability/alarms/governance.ts.
import { type Alarm } from '../alarm.ts';

/** Alarms of the services. */
export const serviceAlarms: readonly Alarm[] = [
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
      name: `${service}-memory`,
      severity: 'P2',
      description: `Tasks of ${service} use more than 90% of their memory: the next are killed.`,
      of: { memory: { signal: `${service}Memory`, statistic: 'Maximum' } },
      threshold: 90,
      periodSeconds: 60,
      breaching: { periods: 3, of: 5 },
    },
  ]),
];
