// Log groups, metric filters, alarms, dashboards and the topic that people are told by: resources of what observability/ declares.
// Next: observability/signals.ts, the data; stacks/modules/observability/ beside this file, one kind of resource each.
import { CloudwatchLogGroup } from '@cdktf/provider-aws/lib/cloudwatch-log-group/index.js';
import { z } from 'zod';
import { namespace as ownNamespace, type Subject } from '../../observability/signals.ts';
import { awsAccount } from '../constructs/aws-account.ts';
import { text } from '../expression.ts';
import { arnInput, logRetentionDaysInput, namePrefixInput } from '../module-inputs.ts';
import { defineModule, type ModuleOutput } from '../module-stack.ts';
import { names } from '../naming.ts';
import { addAlarms } from './observability/alarms.ts';
import { addDashboards } from './observability/dashboards.ts';
import { addMetricFilters, addQueries } from './observability/log-signals.ts';
import { addTopics } from './observability/topic.ts';

const inputs = z.strictObject({
  name_prefix: namePrefixInput,
  logs_key_arn: arnInput('Key of the log groups.'),
  alerts_key_arn: arnInput('Key of the topic.'),
  log_retention_days: logRetentionDaysInput,
  load_balancer_arn_suffix: z.string().min(1).meta({ description: 'The load balancer, as CloudWatch names it.' }),
  target_group_arn_suffixes: z.record(z.string().regex(/^(orbit|axon)-(blue|green)$/), z.string().min(1)).meta({
    description:
      'The target groups, as CloudWatch names them: orbit-blue and orbit-green, which serve callers; axon-blue, axon-green.',
  }),
  certificate_arn: arnInput('Certificate of the load balancer, whose end is watched.'),
  always_on: z
    .boolean()
    .default(true)
    .meta({ description: 'Whether tasks run at all hours, so that their silence is an alarm.' }),
  runbook_url: z
    .string()
    .min(1)
    .default('docs/runbook.md')
    .meta({ description: 'Where the runbook is, for the links of alarms and dashboards to its sections.' }),
  emails: z
    .array(z.string().regex(/^[^@ ]+@[^@ ]+$/))
    .default([])
    .meta({ description: 'Addresses that are told of alarms; each has to confirm.' }),
  pager_duty_url: z
    .string()
    .regex(/^https:\/\/events[.]/)
    .nullable()
    .default(null)
    .meta({ description: 'Integration URL of PagerDuty; null for none.', sensitive: true }),
});

/** Everything that is looked at. */
export const observability = defineModule({
  name: 'observability',
  summary: 'Log groups, metric filters, alarms, dashboards, saved queries and the topics of alarms.',
  inputs,
  build(scope, input) {
    const account = awsAccount(scope);
    const named = names(input.name_prefix);
    const groups = {
      orbit: named.serviceLogGroup('orbit'),
      axon: named.serviceLogGroup('axon'),
      governance: named.functionLogGroup('governance'),
      rotation: named.functionLogGroup('secrets-rotation'),
      smoke: named.functionLogGroup('smoke'),
      mesh: `/aws/vpc-lattice/${named.mesh}`,
    };
    const namespaceOf = (namespace: string) => (namespace === ownNamespace ? named.metricsNamespace : namespace);
    const outputs: Record<string, ModuleOutput> = {};
    for (const [id, name] of Object.entries(groups)) {
      const group = new CloudwatchLogGroup(scope, `${id}_logs`, {
        name,
        kmsKeyId: input.logs_key_arn,
        retentionInDays: input.log_retention_days,
      });
      scope.skipCheck(group, 'CKV_AWS_338', 'how long logs are kept is an input: a year where rules ask for it');
      outputs[`${id}_log_group_name`] = { description: `Log group of ${id}.`, value: group.name };
      outputs[`${id}_log_group_arn`] = { description: `ARN of the log group of ${id}.`, value: group.arn };
    }
    const topics = addTopics(scope, account, { prefix: input.name_prefix, keyArn: input.alerts_key_arn });
    addMetricFilters(scope, namespaceOf);
    addQueries(scope, { prefix: input.name_prefix, groups });
    const subjects = valuesOf(input);
    const rollbackAlarms = addAlarms(scope, { prefix: input.name_prefix, topics, subjects, namespaceOf });
    addDashboards(scope, {
      prefix: input.name_prefix,
      region: account.region,
      subjects,
      groups,
      namespaceOf,
      alarmArn: (name) => account.arn('cloudwatch', `alarm:${input.name_prefix}-${name}`),
    });
    const all: Record<string, ModuleOutput> = {
      ...outputs,
      alerts_topic_arn: { description: 'Topic of alarms of severity P2 and P3.', value: topics.alerts.arn },
      pages_topic_arn: { description: 'Topic of alarms of severity P0 and P1.', value: topics.pages.arn },
      rollback_alarm_names: { description: 'Alarms that roll a deployment back.', value: rollbackAlarms },
    };
    return all;
  },
});

/** What each dimension's subject is called in this environment. */
function valuesOf(input: {
  name_prefix: string;
  load_balancer_arn_suffix: string;
  certificate_arn: string;
}): Record<Subject, string> {
  const { cluster, named, governance, rotation, table } = names(input.name_prefix);
  return {
    cluster,
    orbit: named('orbit'),
    axon: named('axon'),
    governance,
    rotation,
    certificate: input.certificate_arn,
    'load-balancer': input.load_balancer_arn_suffix,
    'target-group': text('each.value'),
    'orbit-blue': text('var.target_group_arn_suffixes.orbit-blue'),
    'orbit-green': text('var.target_group_arn_suffixes.orbit-green'),
    'dead-letters': named('governance-dead-letters'),
    'policies-table': table('policies'),
    'quotas-table': table('quotas'),
    'grants-table': table('grants'),
  };
}
