// The alarms of observability/alarms as resources, and those that page for all urgent ones of a kind.
// Next: stacks/modules/observability/dashboards.ts.
import { CloudwatchCompositeAlarm } from '@cdktf/provider-aws/lib/cloudwatch-composite-alarm/index.js';
import {
  CloudwatchMetricAlarm,
  type CloudwatchMetricAlarmMetricQuery,
} from '@cdktf/provider-aws/lib/cloudwatch-metric-alarm/index.js';
import { type IResolvable } from 'cdktf';
import { type Alarm } from '../../../observability/alarm.ts';
import { alarms, isUrgent, pages } from '../../../observability/alarms/all.ts';
import { signals, type Subject } from '../../../observability/signals.ts';
import { any, forEach, text } from '../../expression.ts';
import { type ModuleStack } from '../../module-stack.ts';
import { bandId, bandOf } from './anomaly-band.ts';
import { runbookUrl } from './runbook.ts';
import { type Topics } from './topic.ts';

/** Whose names the dimensions have, and who is told. */
export interface AlarmOptions {
  readonly prefix: string;
  readonly topics: Topics;
  readonly subjects: Readonly<Record<Subject, string>>;
  /** The environment's own namespace for that of log lines. */
  readonly namespaceOf: (namespace: string) => string;
}

/** An alarm as others refer to it. */
interface Made {
  readonly alarm: Alarm;
  readonly resource: CloudwatchMetricAlarm | CloudwatchCompositeAlarm;
}

/** Adds every alarm. @returns the names of those that roll a deployment back */
export function addAlarms(scope: ModuleStack, options: AlarmOptions): IResolvable {
  const { topics } = options;
  const made = alarms.map((alarm) => ({ alarm, resource: addAlarm(scope, alarm, options) }));
  for (const { name, sign, description } of pages) {
    const behind = made.filter(({ alarm }) => isUrgent(alarm) && (alarm.sign ?? 'failure') === sign);
    addComposite(scope, name, {
      name: `${options.prefix}-${name}`,
      description: describe('P0, P1', description, name),
      rule: behind.map(rings).join(' OR '),
      topicArn: topics.pages.arn,
    });
  }
  const rollsBack = made.filter(({ alarm }) => alarm.rollsBack === true);
  // By reference and not as text, so that whoever takes a name waits for the alarm.
  const lists = rollsBack.map(({ alarm, resource: { fqn } }) =>
    isPerTargetGroup(alarm) ? `[for alarm in ${fqn} : alarm.alarm_name]` : `[${fqn}.alarm_name]`,
  );
  return any(`concat(${lists.join(', ')})`);
}

function addAlarm(scope: ModuleStack, alarm: Alarm, options: AlarmOptions): Made['resource'] {
  const { name, severity, description, periodSeconds, confirmedOverSeconds } = alarm;
  const { prefix, topics } = options;
  // Urgent ones page through a composite alarm.
  const topicArn = isUrgent(alarm) ? null : topics.alerts.arn;
  const add = (suffix: string, seconds: number, toldTo: string | null) =>
    addMetricAlarm(scope, { ...alarm, periodSeconds: seconds }, { ...options, suffix, topicArn: toldTo });
  if (confirmedOverSeconds === undefined) return add('', periodSeconds, topicArn);
  const windows = [add('-long', periodSeconds, null), add('-short', confirmedOverSeconds, null)];
  return addComposite(scope, `alarm_${name}`, {
    name: `${prefix}-${name}`,
    description: describe(severity, description, name),
    rule: windows.map((resource) => rings({ resource })).join(' AND '),
    topicArn,
  });
}

function addMetricAlarm(
  scope: ModuleStack,
  alarm: Alarm,
  options: AlarmOptions & { readonly suffix: string; readonly topicArn: string | null },
): CloudwatchMetricAlarm {
  const { name, severity, description, threshold, breaching } = alarm;
  const { comparison = 'GreaterThanThreshold', silenceRings = false } = alarm;
  const { prefix, suffix, topicArn } = options;
  const each = isPerTargetGroup(alarm);
  return new CloudwatchMetricAlarm(scope, `alarm_${name}${suffix}`, {
    ...(each ? { forEach: forEach('var.target_group_arn_suffixes') } : {}),
    alarmName: each ? `${prefix}-${name}-\${each.key}` : `${prefix}-${name}${suffix}`,
    alarmDescription: describe(severity, description, name),
    ...(typeof threshold === 'number'
      ? { comparisonOperator: comparison, threshold }
      : { comparisonOperator: 'GreaterThanUpperThreshold', thresholdMetricId: bandId }),
    evaluationPeriods: breaching.of,
    datapointsToAlarm: breaching.periods,
    treatMissingData: silenceRings ? text('var.always_on ? "breaching" : "notBreaching"') : 'notBreaching',
    metricQuery: metricQueries(alarm, options),
    ...actions(topicArn),
  });
}

interface Composite {
  readonly name: string;
  readonly description: string;
  readonly rule: string;
  readonly topicArn: string | null;
}

function addComposite(
  scope: ModuleStack,
  id: string,
  { name, description, rule, topicArn }: Composite,
): CloudwatchCompositeAlarm {
  return new CloudwatchCompositeAlarm(scope, id, {
    alarmName: name,
    alarmDescription: description,
    alarmRule: rule,
    ...actions(topicArn),
  });
}

function rings({ resource }: Pick<Made, 'resource'>): string {
  return `ALARM("${resource.alarmName}")`;
}

function describe(severity: string, description: string, section: string): string {
  return `${severity}: ${description} ${runbookUrl(section)}`;
}

/** Who is told when it rings, and when it is over. */
function actions(topicArn: string | null): { alarmActions: string[]; okActions: string[] } {
  const told = topicArn === null ? [] : [topicArn];
  return { alarmActions: told, okActions: told };
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
