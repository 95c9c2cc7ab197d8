// Alarms of what callers notice: errors, slowness, exhaustion.
// Next: observability/alarms/governance.ts.
import { type Alarm } from '../alarm.ts';
import { callersSignals, failed, served } from '../callers.ts';

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
    of: callersSignals,
    // Three failures a minute at least: by night one caller's bad minute is no rate.
    expression: `IF(${failed} > 2, 100 * ${failed} / ${served}, 0)`,
    threshold: 5,
    periodSeconds: 60,
    breaching: { periods: 3, of: 5 },
    rollsBack: true,
  },
  // Windows and rates of https://sre.google/workbook/alerting-on-slos/ for 99.9% over 30 days: 2% of the budget in an hour
  // and 5% in six page, 10% in a day can wait for the morning.
  budgetBurn('slo-burn-fast', 'P1', 14.4, { longSeconds: 3600, shortSeconds: 300 }),
  budgetBurn('slo-burn-slow', 'P1', 6, { longSeconds: 21_600, shortSeconds: 1800 }),
  budgetBurn('slo-burn-lasting', 'P2', 3, { longSeconds: 86_400, shortSeconds: 7200 }),
  {
    name: 'slow',
    severity: 'P2',
    // The model's own time is in it, so it rolls nothing back.
    description: 'One request in a hundred waits longer than a second for the head of its answer.',
    of: {
      blue: { signal: 'blueResponseTime', statistic: 'p99' },
      green: { signal: 'greenResponseTime', statistic: 'p99' },
    },
    expression: 'MAX([FILL(blue, 0), FILL(green, 0)])',
    axis: 'Seconds',
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
  ...(['orbit', 'axon'] as const).map((service): Alarm => ({
    name: `${service}-unmeasured`,
    severity: 'P2',
    description: `No metric of ${service} arrives, though each task writes some every ten seconds: its alarms are blind.`,
    of: { looks: { signal: `${service}Saturation`, statistic: 'SampleCount' } },
    threshold: 1,
    comparison: 'LessThanThreshold',
    silenceRings: true,
    periodSeconds: 60,
    breaching: { periods: 5, of: 5 },
  })),
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

/**
 * @param rate - how many times faster than it lasts the budget of 0.1% is spent
 * @param over - the window in which that matters, and a twelfth of it, in which it still goes on
 */
function budgetBurn(
  name: string,
  severity: Alarm['severity'],
  rate: number,
  over: { readonly longSeconds: number; readonly shortSeconds: number },
): Alarm {
  const budgetPercent = 0.1;
  return {
    name,
    severity,
    description: `Callers' errors spend the error budget ${rate} times as fast as it lasts.`,
    of: callersSignals,
    // A handful of failures is no trend, however few requests there are.
    expression: `IF(${failed} > 5, 100 * ${failed} / ${served}, 0)`,
    threshold: Math.round(rate * budgetPercent * 100) / 100,
    periodSeconds: over.longSeconds,
    confirmedOverSeconds: over.shortSeconds,
    breaching: { periods: 1, of: 1 },
  };
}
