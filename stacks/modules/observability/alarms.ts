// The alarms of observability/alarms as resources, and those that page for all urgent ones of a kind.
// Next: stacks/modules/observability/dashboards.ts.
import { CloudwatchCompositeAlarm } from '@cdktf/provider-aws/lib/cloudwatch-composite-alarm/index.js';
import {
  CloudwatchMetricAlarm,
  type CloudwatchMetricAlarmMetricQuery,
} from '@cdktf/provider-aws/lib/cloudwatch-metric-alarm/index.js';
import { type IResolvable } from 'cdktf';
import { type Alarm } from '../../../observability/alarm.ts';
import { governanceAlarms } from '../../../observability/alarms/governance.ts';
import { serviceAlarms } from '../../../observability/alarms/service.ts';
import { signals, type Subject } from '../../../observability/signals.ts';
import { any, forEach, text } from '../../expression.ts';
import { type ModuleStack } from '../../module-stack.ts';
import { bandId, bandOf } from './anomaly-band.ts';
import { type Topics } from './topic.ts';

const alarms: readonly Alarm[] = [...serviceAlarms, ...governanceAlarms];
/** One cause often rings several alarms: the pager hears of it once. What looks like an attack is never hidden behind a failure. */
const pages = [
  {
    id: 'urgent',
    sign: 'failure',
    says: 'P0 or P1: the runtime fails its callers; look at the dashboard service-health first.',
  },
  {
    id: 'intrusion',
    sign: 'intrusion',
    says: 'P0 or P1: somebody tries what no program does; look at governance-decisions.',
  },
] as const;
const runbook = 'docs/runbook.md';

/** Whose names the dimensions have, and who is told. */
export interface AlarmOptions {
  readonly prefix: string;
  readonly topics: Topics;
  readonly subjects: Readonly<Record<Subject, string>>;
  /** The environment's own namespace for that of log lines. */
  readonly namespaceOf: (namespace: string) => string;
}

/** Adds every alarm. @returns the names of those that roll a deployment back */
export function addAlarms(scope: ModuleStack, options: AlarmOptions): IResolvable {
  const { prefix, topics } = options;
  const made = alarms.map((alarm) => ({ alarm, resource: addAlarm(scope, alarm, options) }));
  for (const { id, sign, says } of pages) {
    const urgent = made.filter(({ alarm }) => isUrgent(alarm) && (alarm.sign ?? 'failure') === sign);
    new CloudwatchCompositeAlarm(scope, id, {
      alarmName: `${prefix}-${id}`,
      alarmDescription: says,
      alarmRule: urgent.map(({ resource }) => `ALARM("${resource.alarmName}")`).join(' OR '),
      alarmActions: [topics.pages.arn],
      okActions: [topics.pages.arn],
    });
  }
  const rollsBack = made.filter(({ alarm }) => alarm.rollsBack === true);
  // By reference and not as text, so that whoever takes a name waits for the alarm.
  const lists = rollsBack.map(({ alarm, resource: { fqn } }) =>
    isPerTargetGroup(alarm) ? `[for alarm in ${fqn} : alarm.alarm_name]` : `[${fqn}.alarm_name]`,
  );
  return any(`concat(${lists.join(', ')})`);
}

function addAlarm(scope: ModuleStack, alarm: Alarm, options: AlarmOptions): CloudwatchMetricAlarm {
  const { name, severity, description, threshold, breaching } = alarm;
  const { comparison = 'GreaterThanThreshold', silenceRings = false } = alarm;
  const { prefix, topics } = options;
  const each = isPerTargetGroup(alarm);
  const paged = isUrgent(alarm);
  return new CloudwatchMetricAlarm(scope, `alarm_${name}`, {
    ...(each ? { forEach: forEach('var.target_group_arn_suffixes') } : {}),
    alarmName: each ? `${prefix}-${name}-\${each.key}` : `${prefix}-${name}`,
    alarmDescription: `${severity}: ${description} ${runbook}#${name}`,
    ...(typeof threshold === 'number'
      ? { comparisonOperator: comparison, threshold }
      : { comparisonOperator: 'GreaterThanUpperThreshold', thresholdMetricId: bandId }),
    evaluationPeriods: breaching.of,
    datapointsToAlarm: breaching.periods,
    treatMissingData: silenceRings ? text('var.always_on ? "breaching" : "notBreaching"') : 'notBreaching',
    metricQuery: metricQueries(alarm, options),
    // Urgent ones page through the composite alarm.
    alarmActions: paged ? [] : [topics.alerts.arn],
    okActions: paged ? [] : [topics.alerts.arn],
  });
}

function isUrgent({ severity }: Alarm): boolean {
  return severity === 'P0' || severity === 'P1';
}

function isPerTargetGroup({ of }: Alarm): boolean {
  return Object.values(of).some(({ signal }) =>
    Object.values<Subject>(signals[signal].dimensions).includes('target-group'),
  );
}

/** One query per signal, and the expression last: what is judged has `return_data`. */
function metricQueries(
  { of, expression, name, threshold, periodSeconds }: Alarm,
  { subjects, namespaceOf }: AlarmOptions,
): CloudwatchMetricAlarmMetricQuery[] {
  const queries = Object.entries(of).map(([id, { signal, statistic }]): CloudwatchMetricAlarmMetricQuery => {
    const { namespace, name: metricName, dimensions } = signals[signal];
    return {
      id,
      returnData: expression === undefined,
      metric: {
        namespace: namespaceOf(namespace),
        metricName,
        period: periodSeconds,
        stat: statistic,
        dimensions: Object.fromEntries(
          Object.entries(dimensions).map(([dimension, subject]) => [dimension, subjects[subject]]),
        ),
      },
    };
  });
  if (typeof threshold !== 'number') return [...queries, { ...bandOf(of, threshold.band), returnData: true }];
  if (expression === undefined) return queries;
  return [...queries, { id: 'judged', expression, label: name, returnData: true }];
}
