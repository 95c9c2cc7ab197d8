// What of observability/ an account does not hold as it is declared, read from it by the AWS CLI.
// Next: __tests__/flow/emulated-account.test.ts, which reads an applied one.
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { alarms, isUrgent, pages } from '../../observability/alarms/all.ts';
import { dashboards } from '../../observability/dashboards/all.ts';
import { queries } from '../../observability/queries.ts';
import { namespace as ownNamespace, signals } from '../../observability/signals.ts';

/** Answers a command of the AWS CLI, without `aws` and `--output`, as it prints it in JSON. */
export type AwsCli = (...args: string[]) => Promise<unknown>;

const alarmSchema = z.object({
  AlarmName: z.string(),
  // What scaling makes for itself has none, and is nobody's declaration.
  AlarmDescription: z.string().default(''),
  Threshold: z.number().optional(),
  EvaluationPeriods: z.number(),
  DatapointsToAlarm: z.number().optional(),
  Metrics: z.array(
    z.object({
      MetricStat: z
        .object({
          Metric: z.object({
            Namespace: z.string(),
            MetricName: z.string(),
            Dimensions: z.array(z.object({ Name: z.string(), Value: z.string() })).default([]),
          }),
          Stat: z.string(),
        })
        .optional(),
    }),
  ),
});
const widgetsSchema = z.object({ widgets: z.array(z.looseObject({ type: z.string() })) });
type AlarmInAccount = z.infer<typeof alarmSchema>;

/** @returns a line for each alarm, dashboard or query that is missing or differs; empty when all is as declared */
export async function findObservabilityFaults(aws: AwsCli, prefix: string): Promise<string[]> {
  return [
    ...(await findAlarmFaults(aws, prefix)),
    ...(await findCompositeFaults(aws, prefix)),
    ...(await findDashboardFaults(aws, prefix)),
    ...(await findQueryFaults(aws)),
  ];
}

async function findAlarmFaults(aws: AwsCli, prefix: string): Promise<string[]> {
  const answer = await aws('cloudwatch', 'describe-alarms', '--alarm-types', 'MetricAlarm', '--query', 'MetricAlarms');
  const made = z.array(alarmSchema).parse(answer);
  return alarms.flatMap((declared) => {
    // One on target groups is made for each of them.
    const found = made.filter(({ AlarmDescription: text }) => text.endsWith(`docs/runbook.md#${declared.name}`));
    if (found.length === 0) return [`alarm ${prefix}-${declared.name}: got none, expected it`];
    const expected = {
      threshold: typeof declared.threshold === 'number' ? declared.threshold : undefined,
      periods: [declared.breaching.periods, declared.breaching.of],
      metrics: Object.values(declared.of)
        .map(({ signal, statistic }) => {
          const { namespace, name, dimensions } = signals[signal];
          const whole = namespace === ownNamespace ? `${namespace}/${prefix}` : namespace;
          return describeMetric(whole, name, statistic, Object.keys(dimensions));
        })
        .toSorted(),
    };
    return found.flatMap((alarm) => {
      const got = summarize(alarm);
      const named = alarm.AlarmName.startsWith(`${prefix}-${declared.name}`);
      return named && isDeepStrictEqual(got, expected)
        ? []
        : [`alarm ${alarm.AlarmName}: got ${JSON.stringify(got)}, expected ${JSON.stringify(expected)}`];
    });
  });
}

/** What pages, and what rings over two windows: with the alarms behind it that are declared, and no other. */
async function findCompositeFaults(aws: AwsCli, prefix: string): Promise<string[]> {
  const answer = await aws('cloudwatch', 'describe-alarms', '--alarm-types', 'CompositeAlarm');
  const { CompositeAlarms: made } = z
    .object({ CompositeAlarms: z.array(z.object({ AlarmName: z.string(), AlarmRule: z.string() })) })
    .parse(answer);
  const windowed = alarms.filter(({ confirmedOverSeconds }) => confirmedOverSeconds !== undefined);
  const expected = [
    ...windowed.map(({ name }) => [name, `${name}-long`, `${name}-short`]),
    ...pages.map(({ name, sign }) => [
      name,
      ...alarms.filter((alarm) => isUrgent(alarm) && (alarm.sign ?? 'failure') === sign).map((alarm) => alarm.name),
    ]),
  ];
  return expected.flatMap(([name, ...behind]) => {
    const rule = made.find(({ AlarmName: each }) => each === `${prefix}-${name}`)?.AlarmRule ?? '';
    const got = Array.from(rule.matchAll(/ALARM\("([^"]+)"\)/g), ([, each = '']) => each).toSorted();
    return isDeepStrictEqual(got, behind.map((each) => `${prefix}-${each}`).toSorted())
      ? []
      : [`composite alarm ${prefix}-${name}: got ${got.join(', ') || 'none'} behind it, expected ${behind.join(', ')}`];
  });
}

function summarize(alarm: AlarmInAccount) {
  return {
    threshold: alarm.Threshold,
    periods: [alarm.DatapointsToAlarm, alarm.EvaluationPeriods],
    metrics: alarm.Metrics.flatMap(({ MetricStat: stat }) => {
      if (stat === undefined) return [];
      const { Namespace: namespace, MetricName: name, Dimensions: dimensions } = stat.Metric;
      const names = dimensions.map((each) => each.Name);
      return [describeMetric(namespace, name, stat.Stat, names)];
    }).toSorted(),
  };
}

/** Neither metrics nor dimensions have an order of their own. */
function describeMetric(namespace: string, name: string, statistic: string, dimensions: readonly string[]): string {
  return `${statistic} of ${namespace} ${name} by ${dimensions.toSorted().join(', ') || 'nothing'}`;
}

async function findDashboardFaults(aws: AwsCli, prefix: string): Promise<string[]> {
  const faults = dashboards.map(async ({ name, rows }) => {
    const whole = await aws('cloudwatch', 'get-dashboard', '--dashboard-name', `${prefix}-${name}`);
    const { DashboardBody: text } = z.object({ DashboardBody: z.string() }).parse(whole);
    const { widgets } = widgetsSchema.parse(JSON.parse(text));
    // The header is one more.
    const expected = rows.flat().length + 1;
    if (widgets.length !== expected) return [`dashboard ${name}: got ${widgets.length} widgets, expected ${expected}`];
    return text.includes('${') ? [`dashboard ${name}: got an expression that Terraform left, expected values`] : [];
  });
  return (await Promise.all(faults)).flat();
}

async function findQueryFaults(aws: AwsCli): Promise<string[]> {
  const answer = await aws('logs', 'describe-query-definitions', '--query', 'queryDefinitions[].[name, queryString]');
  const saved = z.array(z.tuple([z.string(), z.string()])).parse(answer);
  return queries.flatMap(({ name, query }) => {
    const text = saved.find(([each]) => each.endsWith(name))?.[1];
    return text === query ? [] : [`query ${name}: got ${text ?? 'none'}, expected ${query}`];
  });
}
