// Alarms of what callers notice: errors, slowness, exhaustion.
// Next: observability/alarms/governance.ts.
import { type Alarm } from '../alarm.ts';

/** Alarms of the services. */
export const serviceAlarms: readonly Alarm[] = [
  {
    name: 'error-rate',
    severity: 'P1',
    description: 'More than 5% of requests end in a server error.',
    of: { errors: { signal: 'targetErrors', statistic: 'Sum' }, requests: { signal: 'requests', statistic: 'Sum' } },
    expression: 'IF(requests > 20, 100 * errors / requests, 0)',
    threshold: 5,
    periodSeconds: 60,
    breaching: { periods: 3, of: 5 },
    rollsBack: true,
  },
  {
    name: 'slow',
    severity: 'P2',
    description: 'One request in a hundred takes longer than a second before the model is asked.',
    of: { latency: { signal: 'responseTime', statistic: 'p99' } },
    threshold: 1,
    periodSeconds: 60,
    breaching: { periods: 5, of: 10 },
    rollsBack: true,
  },
  ...(['orbit', 'axon'] as const).flatMap((service): Alarm[] => [
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
