// A bucket nobody outside reads: encrypted, versioned, TLS alone, no public access, old versions gone in time.
// Next: stacks/modules/alb.ts, whose access logs lie in one.
import {
  DataAwsIamPolicyDocument,
  type DataAwsIamPolicyDocumentStatement,
} from '@cdktf/provider-aws/lib/data-aws-iam-policy-document/index.js';
import { S3BucketLifecycleConfiguration } from '@cdktf/provider-aws/lib/s3-bucket-lifecycle-configuration/index.js';
import { S3BucketOwnershipControls } from '@cdktf/provider-aws/lib/s3-bucket-ownership-controls/index.js';
import { S3BucketPolicy } from '@cdktf/provider-aws/lib/s3-bucket-policy/index.js';
import { S3BucketPublicAccessBlock } from '@cdktf/provider-aws/lib/s3-bucket-public-access-block/index.js';
import { S3BucketServerSideEncryptionConfigurationA } from '@cdktf/provider-aws/lib/s3-bucket-server-side-encryption-configuration/index.js';
import { S3BucketVersioningA } from '@cdktf/provider-aws/lib/s3-bucket-versioning/index.js';
import { S3Bucket } from '@cdktf/provider-aws/lib/s3-bucket/index.js';
import { type IResolvable } from 'cdktf';
import { type ModuleStack } from '../module-stack.ts';
import { type AwsAccount } from './aws-account.ts';

/** A bucket to make. */
export interface PrivateBucketOptions {
  readonly name: string;
  readonly account: AwsAccount;
  /** The ARN of the key; null where AWS delivers with SSE-S3 alone. */
  readonly keyArn: string | null;
  /** Who may do what besides; `arn` is the bucket's. */
  readonly statements: (arn: string) => DataAwsIamPolicyDocumentStatement[];
  /** Days until objects are gone. */
  readonly expireDays: number;
  /** Days until objects move to cheaper classes, each at least 30 days after the one before. @defaultValue none */
  readonly transitions?: readonly { readonly days: number; readonly storageClass: string }[];
  /** Terraform's `count`, for a bucket that is an option. */
  readonly count?: number;
  /** Whether Terraform may destroy a bucket that is not empty. A reference to an input. */
  readonly forceDestroy: boolean | IResolvable;
}

/** The bucket, and its policy, which deliveries into it have to wait for. */
export interface PrivateBucket {
  readonly bucket: S3Bucket;
  readonly policy: S3BucketPolicy;
}

/** Makes a bucket with all that belongs to it. Construct ids start with `id`. */
export function privateBucket(scope: ModuleStack, id: string, options: PrivateBucketOptions): PrivateBucket {
  const { name, account, keyArn, statements, expireDays, transitions = [], forceDestroy } = options;
  // By name, so that a plan shows the policy.
  const arn = `arn:${account.partition}:s3:::${name}`;
  const optional = options.count === undefined ? {} : { count: options.count };
  const bucket = new S3Bucket(scope, id, { bucket: name, forceDestroy, ...optional });
  const bucketId = options.count === undefined ? bucket.id : `\${one(${bucket.fqn}[*].id)}`;
  skipStandingChecks(scope, bucket);
  new S3BucketOwnershipControls(scope, `${id}_ownership`, {
    bucket: bucketId,
    rule: { objectOwnership: 'BucketOwnerEnforced' },
    ...optional,
  });
  const publicAccess = new S3BucketPublicAccessBlock(scope, `${id}_public_access`, {
    bucket: bucketId,
    blockPublicAcls: true,
    blockPublicPolicy: true,
    ignorePublicAcls: true,
    restrictPublicBuckets: true,
    ...optional,
  });
  const versioning = new S3BucketVersioningA(scope, `${id}_versioning`, {
    bucket: bucketId,
    versioningConfiguration: { status: 'Enabled' },
    ...optional,
  });
  new S3BucketServerSideEncryptionConfigurationA(scope, `${id}_encryption`, {
    bucket: bucketId,
    rule: [
      keyArn === null
        ? { applyServerSideEncryptionByDefault: { sseAlgorithm: 'AES256' } }
        : {
            applyServerSideEncryptionByDefault: { sseAlgorithm: 'aws:kms', kmsMasterKeyId: keyArn },
            bucketKeyEnabled: true,
          },
    ],
    ...optional,
  });
  new S3BucketLifecycleConfiguration(scope, `${id}_lifecycle`, {
    bucket: bucketId,
    rule: [
      {
        id: 'expire',
        status: 'Enabled',
        filter: [{ prefix: '' }],
        expiration: [{ days: expireDays }],
        transition: transitions.map(({ days, storageClass }) => ({ days, storageClass })),
        noncurrentVersionExpiration: [{ noncurrentDays: 30 }],
        abortIncompleteMultipartUpload: [{ daysAfterInitiation: 7 }],
      },
    ],
    // Versions that are not current are there from then on.
    dependsOn: [versioning],
    ...optional,
  });
  const policy = new S3BucketPolicy(scope, `${id}_policy`, {
    bucket: bucketId,
    policy: new DataAwsIamPolicyDocument(scope, `${id}_policy_document`, {
      statement: [onlyWithTls(arn), ...statements(arn)],
    }).json,
    // S3 refuses the one while it is busy with the other.
    dependsOn: [publicAccess],
    ...optional,
  });
  return { bucket, policy };
}

function onlyWithTls(arn: string): DataAwsIamPolicyDocumentStatement {
  return {
    sid: 'OnlyWithTls',
    effect: 'Deny',
    actions: ['s3:*'],
    resources: [arn, `${arn}/*`],
    principals: [{ type: 'AWS', identifiers: ['*'] }],
    condition: [{ test: 'Bool', variable: 'aws:SecureTransport', values: ['false'] }],
  };
}

/** Log buckets: what watches them is the trail, what they hold is gone in time. */
function skipStandingChecks(scope: ModuleStack, bucket: S3Bucket): void {
  scope.skipCheck(bucket, 'CKV_AWS_144', 'logs are not replicated to another region; the trail is multi-region itself');
  scope.skipCheck(bucket, 'CKV2_AWS_62', 'nobody has to be told of a new log object');
}
