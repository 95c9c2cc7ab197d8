// CloudTrail: every management call of the account, in every region, in files whose removal or change shows.
// Next: stacks/modules/security/configuration-record.ts.
import { type DataAwsIamPolicyDocumentStatement } from '@cdktf/provider-aws/lib/data-aws-iam-policy-document/index.js';
import { Cloudtrail } from '@cdktf/provider-aws/lib/cloudtrail/index.js';
import { type IResolvable } from 'cdktf';
import { type AwsAccount } from '../../constructs/aws-account.ts';
import { privateBucket } from '../../constructs/private-bucket.ts';
import { countWhen, text } from '../../expression.ts';
import { type ModuleStack } from '../../module-stack.ts';
import { names } from '../../naming.ts';

/** What the buckets of both watchers have in common. */
export interface WatcherOptions {
  readonly prefix: string;
  readonly keyArn: string;
  readonly expireDays: number;
  readonly forceDestroy: IResolvable;
}

/** Adds the trail and its bucket. @returns the bucket's name; null without the option */
export function addAuditTrail(scope: ModuleStack, account: AwsAccount, options: WatcherOptions): string {
  const { named } = names(options.prefix);
  const count = countWhen('var.cloud_trail');
  const { bucket, policy } = privateBucket(scope, 'trail', {
    account,
    ...options,
    name: `${named('trail')}-${account.id}`,
    count,
    statements: (arn) => writtenByTrail(account, arn, named('trail')),
  });
  const trail = new Cloudtrail(scope, 'audit', {
    count,
    name: named('trail'),
    s3BucketName: text(`one(${bucket.fqn}[*].bucket)`),
    isMultiRegionTrail: true,
    includeGlobalServiceEvents: true,
    enableLogFileValidation: true,
    enableLogging: true,
    kmsKeyId: options.keyArn,
    dependsOn: [policy],
  });
  scope.skipCheck(trail, 'CKV2_AWS_10', 'the trail is read in its bucket; a copy in CloudWatch Logs is no safer');
  scope.skipCheck(trail, 'CKV_AWS_252', 'nobody has to be told of a new trail file');
  return text(`one(${bucket.fqn}[*].bucket)`);
}

/** https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html */
function writtenByTrail(account: AwsAccount, bucketArn: string, trail: string): DataAwsIamPolicyDocumentStatement[] {
  const principals = [{ type: 'Service', identifiers: ['cloudtrail.amazonaws.com'] }];
  const thisTrail = {
    test: 'StringEquals',
    variable: 'aws:SourceArn',
    values: [account.arn('cloudtrail', `trail/${trail}`)],
  };
  return [
    {
      sid: 'TrailLooksAtTheBucket',
      actions: ['s3:GetBucketAcl'],
      resources: [bucketArn],
      principals,
      condition: [thisTrail],
    },
    {
      sid: 'TrailWrites',
      actions: ['s3:PutObject'],
      resources: [`${bucketArn}/AWSLogs/${account.id}/*`],
      principals,
      condition: [thisTrail, { test: 'StringEquals', variable: 's3:x-amz-acl', values: ['bucket-owner-full-control'] }],
    },
  ];
}
