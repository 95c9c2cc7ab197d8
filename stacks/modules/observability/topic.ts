// The topic that alarms, budgets and anomalies are told to, and who reads it.
// Next: stacks/modules/observability/alarms.ts.
import { DataAwsIamPolicyDocument } from '@cdktf/provider-aws/lib/data-aws-iam-policy-document/index.js';
import { SnsTopicPolicy } from '@cdktf/provider-aws/lib/sns-topic-policy/index.js';
import { SnsTopicSubscription } from '@cdktf/provider-aws/lib/sns-topic-subscription/index.js';
import { SnsTopic } from '@cdktf/provider-aws/lib/sns-topic/index.js';
import { type AwsAccount } from '../../constructs/aws-account.ts';
import { countWhen, forEach, text } from '../../expression.ts';
import { type ModuleStack } from '../../module-stack.ts';

/** Services that publish, each for this account alone. */
const publishers = ['cloudwatch.amazonaws.com', 'budgets.amazonaws.com', 'costalerts.amazonaws.com'];

/** Adds the topic, its policy and its subscriptions. */
export function addTopic(
  scope: ModuleStack,
  account: AwsAccount,
  { name, keyArn }: { name: string; keyArn: string },
): SnsTopic {
  const topic = new SnsTopic(scope, 'alerts', { name, kmsMasterKeyId: keyArn });
  new SnsTopicPolicy(scope, 'alerts_policy', {
    arn: topic.arn,
    policy: new DataAwsIamPolicyDocument(scope, 'alerts_policy_document', {
      statement: [
        {
          sid: 'AlertsOfThisAccount',
          actions: ['sns:Publish'],
          resources: [topic.arn],
          principals: [{ type: 'Service', identifiers: publishers }],
          condition: [{ test: 'StringEquals', variable: 'aws:SourceAccount', values: [account.id] }],
        },
        {
          sid: 'OnlyWithTls',
          effect: 'Deny',
          actions: ['sns:Publish', 'sns:Subscribe'],
          resources: [topic.arn],
          principals: [{ type: 'AWS', identifiers: ['*'] }],
          condition: [{ test: 'Bool', variable: 'aws:SecureTransport', values: ['false'] }],
        },
      ],
    }).json,
  });
  new SnsTopicSubscription(scope, 'email', {
    forEach: forEach('toset(var.emails)'),
    topicArn: topic.arn,
    protocol: 'email',
    endpoint: text('each.value'),
  });
  new SnsTopicSubscription(scope, 'pager_duty', {
    count: countWhen('nonsensitive(var.pager_duty_url != null)'),
    topicArn: topic.arn,
    protocol: 'https',
    endpoint: text('var.pager_duty_url'),
    endpointAutoConfirms: true,
  });
  return topic;
}
