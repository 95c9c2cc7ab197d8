// Where alarms go: those that wake somebody to one topic, all others, budgets and anomalies to another; and who reads them.
// Next: stacks/modules/observability/alarms.ts.
import { DataAwsIamPolicyDocument } from '@cdktf/provider-aws/lib/data-aws-iam-policy-document/index.js';
import { SnsTopicPolicy } from '@cdktf/provider-aws/lib/sns-topic-policy/index.js';
import { SnsTopicSubscription } from '@cdktf/provider-aws/lib/sns-topic-subscription/index.js';
import { SnsTopic } from '@cdktf/provider-aws/lib/sns-topic/index.js';
import { type AwsAccount } from '../../constructs/aws-account.ts';
import { countWhen, forEach, text } from '../../expression.ts';
import { type ModuleStack } from '../../module-stack.ts';
import { names } from '../../naming.ts';

const alarms = 'cloudwatch.amazonaws.com';
/** Each topic: the services that publish to it, each for this account alone. */
const publishersOf = {
  pages: [alarms],
  alerts: [alarms, 'budgets.amazonaws.com', 'costalerts.amazonaws.com'],
} as const;

/** `pages` takes what is of severity P0 and P1, `alerts` the rest. */
export type Topics = Readonly<Record<keyof typeof publishersOf, SnsTopic>>;

/** Adds both topics, their policies and their subscriptions: mail of both, PagerDuty of what wakes somebody. */
export function addTopics(
  scope: ModuleStack,
  account: AwsAccount,
  options: { prefix: string; keyArn: string },
): Topics {
  const { named } = names(options.prefix);
  const add = (id: keyof Topics) => addTopic(scope, account, { id, name: named(id), keyArn: options.keyArn });
  const topics = { pages: add('pages'), alerts: add('alerts') };
  new SnsTopicSubscription(scope, 'pager_duty', {
    count: countWhen('nonsensitive(var.pager_duty_url != null)'),
    topicArn: topics.pages.arn,
    protocol: 'https',
    endpoint: text('var.pager_duty_url'),
    endpointAutoConfirms: true,
  });
  return topics;
}

function addTopic(
  scope: ModuleStack,
  account: AwsAccount,
  { id, name, keyArn }: { id: keyof Topics; name: string; keyArn: string },
): SnsTopic {
  const topic = new SnsTopic(scope, id, { name, kmsMasterKeyId: keyArn });
  new SnsTopicPolicy(scope, `${id}_policy`, {
    arn: topic.arn,
    policy: new DataAwsIamPolicyDocument(scope, `${id}_policy_document`, {
      statement: [
        {
          sid: 'AlertsOfThisAccount',
          actions: ['sns:Publish'],
          resources: [topic.arn],
          principals: [{ type: 'Service', identifiers: [...publishersOf[id]] }],
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
  new SnsTopicSubscription(scope, `${id}_email`, {
    forEach: forEach('toset(var.emails)'),
    topicArn: topic.arn,
    protocol: 'email',
    endpoint: text('each.value'),
  });
  return topic;
}
