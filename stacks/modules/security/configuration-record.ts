// AWS Config: what every resource looked like, when.
// Next: stacks/modules/cost.ts.
import { type DataAwsIamPolicyDocumentStatement } from '@cdktf/provider-aws/lib/data-aws-iam-policy-document/index.js';
import { ConfigConfigurationRecorderStatus } from '@cdktf/provider-aws/lib/config-configuration-recorder-status/index.js';
import { ConfigConfigurationRecorder } from '@cdktf/provider-aws/lib/config-configuration-recorder/index.js';
import { ConfigDeliveryChannel } from '@cdktf/provider-aws/lib/config-delivery-channel/index.js';
import { IamServiceLinkedRole } from '@cdktf/provider-aws/lib/iam-service-linked-role/index.js';
import { type AwsAccount } from '../../constructs/aws-account.ts';
import { privateBucket } from '../../constructs/private-bucket.ts';
import { countWhen, text } from '../../expression.ts';
import { type ModuleStack } from '../../module-stack.ts';
import { names } from '../../naming.ts';
import { type WatcherOptions } from './audit-trail.ts';

/** Where AWS puts Config's service-linked role. It alone writes that role's permissions, so there is no boundary to set. */
const serviceLinkedRole = 'aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig';

/** Adds recorder, delivery channel, bucket and Config's own service-linked role, of which an account has one. */
export function addConfigurationRecord(scope: ModuleStack, account: AwsAccount, options: WatcherOptions): void {
  const { named } = names(options.prefix);
  const count = countWhen('var.config');
  const { bucket, policy } = privateBucket(scope, 'records', {
    account,
    ...options,
    name: `${named('config')}-${account.id}`,
    count,
    statements: (arn) => writtenByConfig(account, arn),
  });
  const role = new IamServiceLinkedRole(scope, 'config_role', {
    count: countWhen('var.config && var.create_config_role'),
    awsServiceName: 'config.amazonaws.com',
  });
  const recorder = new ConfigConfigurationRecorder(scope, 'recorder', {
    count,
    name: named('recorder'),
    roleArn: account.roleArn(serviceLinkedRole),
    recordingGroup: { allSupported: true, includeGlobalResourceTypes: true },
    dependsOn: [role],
  });
  const channel = new ConfigDeliveryChannel(scope, 'channel', {
    count,
    name: named('channel'),
    s3BucketName: text(`one(${bucket.fqn}[*].bucket)`),
    s3KmsKeyArn: options.keyArn,
    dependsOn: [recorder, policy],
  });
  new ConfigConfigurationRecorderStatus(scope, 'recording', {
    count,
    name: text(`one(${recorder.fqn}[*].name)`),
    isEnabled: true,
    dependsOn: [channel],
  });
}

/** https://docs.aws.amazon.com/config/latest/developerguide/s3-bucket-policy.html */
function writtenByConfig(account: AwsAccount, bucketArn: string): DataAwsIamPolicyDocumentStatement[] {
  const principals = [{ type: 'Service', identifiers: ['config.amazonaws.com'] }];
  const thisAccount = { test: 'StringEquals', variable: 'aws:SourceAccount', values: [account.id] };
  return [
    {
      sid: 'ConfigLooksAtTheBucket',
      actions: ['s3:GetBucketAcl', 's3:ListBucket'],
      resources: [bucketArn],
      principals,
      condition: [thisAccount],
    },
    {
      sid: 'ConfigWrites',
      actions: ['s3:PutObject'],
      resources: [`${bucketArn}/AWSLogs/${account.id}/Config/*`],
      principals,
      condition: [
        thisAccount,
        { test: 'StringEquals', variable: 's3:x-amz-acl', values: ['bucket-owner-full-control'] },
      ],
    },
  ];
}
