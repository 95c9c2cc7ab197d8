// What the environment may cost, who is told before it does, and where old logs get cheaper.
// Next: stacks/constructs/private-bucket.ts, the log bucket.
import { type DataAwsIamPolicyDocumentStatement } from '@cdktf/provider-aws/lib/data-aws-iam-policy-document/index.js';
import { BudgetsBudget } from '@cdktf/provider-aws/lib/budgets-budget/index.js';
import { CeAnomalyMonitor } from '@cdktf/provider-aws/lib/ce-anomaly-monitor/index.js';
import { CeAnomalySubscription } from '@cdktf/provider-aws/lib/ce-anomaly-subscription/index.js';
import { z } from 'zod';
import { type AwsAccount, awsAccount } from '../constructs/aws-account.ts';
import { privateBucket } from '../constructs/private-bucket.ts';
import { countWhen, text } from '../expression.ts';
import { arnInput, namePrefixInput } from '../module-inputs.ts';
import { defineModule } from '../module-stack.ts';
import { names } from '../naming.ts';

/** Days until archived logs lie where nobody reads them in a hurry. */
const deepArchiveDays = 365;

const inputs = z.strictObject({
  name_prefix: namePrefixInput,
  environment: z.string().min(1).meta({
    description:
      'Value of the tag Environment that costs are filed under. The payer activates that tag for cost allocation once; until then the budget sees nothing.',
  }),
  monthly_limit_usd: z.number().min(1).meta({ description: 'What a month may cost, USD.' }),
  anomaly_usd: z.number().min(1).default(50).meta({ description: 'The smallest anomaly that is reported, USD.' }),
  anomaly_monitor: z
    .boolean()
    .default(true)
    .meta({ description: 'Whether this environment watches for anomalies: one monitor serves an account.' }),
  alerts_topic_arn: arnInput('Topic that is told.'),
  logs_key_arn: arnInput('Key of the archive.'),
  archive_days: z
    .int()
    // S3 wants an end after the last move, and bills the last class for 180 days at least.
    .min(deepArchiveDays + 180)
    .max(3650)
    .default(2555)
    .meta({ description: 'Days that archived logs are kept.' }),
  force_destroy_archive: z
    .boolean()
    .default(false)
    .meta({ description: 'Whether Terraform may destroy the archive with what it holds.' }),
});

/** Budget, anomaly monitor, log archive. */
export const cost = defineModule({
  name: 'cost',
  summary: 'A monthly budget with alerts, cost anomaly detection, and a log archive that moves to cheaper classes.',
  inputs,
  build(scope, input) {
    const account = awsAccount(scope);
    const { named } = names(input.name_prefix);
    const budget = new BudgetsBudget(scope, 'monthly', {
      name: named('monthly'),
      budgetType: 'COST',
      timeUnit: 'MONTHLY',
      limitAmount: `${input.monthly_limit_usd}`,
      limitUnit: 'USD',
      // By format(): a dollar sign before a reference would make it text.
      costFilter: [{ name: 'TagKeyValue', values: [text('format("user:Environment$%s", var.environment)')] }],
      notification: [
        notification('ACTUAL', 80, input.alerts_topic_arn),
        notification('ACTUAL', 100, input.alerts_topic_arn),
        notification('FORECASTED', 100, input.alerts_topic_arn),
      ],
    });
    const monitor = new CeAnomalyMonitor(scope, 'services', {
      count: countWhen('var.anomaly_monitor'),
      name: named('services'),
      monitorType: 'DIMENSIONAL',
      monitorDimension: 'SERVICE',
    });
    new CeAnomalySubscription(scope, 'anomalies', {
      count: countWhen('var.anomaly_monitor'),
      name: named('anomalies'),
      frequency: 'IMMEDIATE',
      monitorArnList: [text(`one(${monitor.fqn}[*].arn)`)],
      subscriber: [{ type: 'SNS', address: input.alerts_topic_arn }],
      thresholdExpression: {
        dimension: {
          key: 'ANOMALY_TOTAL_IMPACT_ABSOLUTE',
          matchOptions: ['GREATER_THAN_OR_EQUAL'],
          values: [`${input.anomaly_usd}`],
        },
      },
    });
    const archive = privateBucket(scope, 'archive', {
      account,
      name: `${named('log-archive')}-${account.id}`,
      keyArn: input.logs_key_arn,
      expireDays: input.archive_days,
      transitions: [
        { days: 30, storageClass: 'STANDARD_IA' },
        { days: 90, storageClass: 'GLACIER' },
        { days: deepArchiveDays, storageClass: 'DEEP_ARCHIVE' },
      ],
      forceDestroy: input.force_destroy_archive,
      statements: (arn) => [exportedByLogs(account, arn)],
    });
    return {
      budget_name: { description: 'The budget.', value: budget.name },
      archive_bucket: { description: 'Bucket of archived logs.', value: archive.bucket.bucket },
    };
  },
});

function notification(type: 'ACTUAL' | 'FORECASTED', percent: number, topicArn: string) {
  return {
    notificationType: type,
    comparisonOperator: 'GREATER_THAN',
    threshold: percent,
    thresholdType: 'PERCENTAGE',
    subscriberSnsTopicArns: [topicArn],
  };
}

/** CloudWatch Logs exports groups of this account here (https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/S3ExportTasks.html). */
function exportedByLogs(account: AwsAccount, bucketArn: string): DataAwsIamPolicyDocumentStatement {
  return {
    sid: 'ExportedByLogs',
    actions: ['s3:GetBucketAcl', 's3:PutObject'],
    resources: [bucketArn, `${bucketArn}/*`],
    principals: [{ type: 'Service', identifiers: [`logs.${account.region}.amazonaws.com`] }],
    condition: [
      { test: 'StringEquals', variable: 'aws:SourceAccount', values: [account.id] },
      { test: 'ArnLike', variable: 'aws:SourceArn', values: [account.arn('logs', 'log-group:*')] },
    ],
  };
}
