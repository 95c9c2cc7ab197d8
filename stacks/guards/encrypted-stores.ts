// Refuses a store whose key is not ours: log group, bucket, table, topic, queue, secret, repository, function environment.
// Next: stacks/guards/private-workloads.ts.
import { type TerraformBlock, type TerraformConfiguration } from '../terraform-json.ts';
import { isSet, nested, resources } from './blocks.ts';

/** Where each type says its key. */
const keyOf: Readonly<Record<string, (block: TerraformBlock) => unknown>> = {
  aws_cloudwatch_log_group: (block) => block['kms_key_id'],
  aws_sns_topic: (block) => block['kms_master_key_id'],
  aws_sqs_queue: (block) => block['kms_master_key_id'],
  aws_secretsmanager_secret: (block) => block['kms_key_id'],
  aws_lambda_function: (block) => block['kms_key_arn'],
  aws_cloudtrail: (block) => block['kms_key_id'],
  aws_dynamodb_table: (block) => nested(block, 'server_side_encryption')[0]?.['kms_key_arn'],
  aws_ecr_repository: (block) => nested(block, 'encryption_configuration')[0]?.['kms_key'],
};

/** Elastic Load Balancing and S3 access logs deliver to buckets with SSE-S3 alone (https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html). */
const bucketsOfAwsLogs = /access_logs|log_bucket/;

/** Finds stores without a key of ours. */
export function encryptedStores(configuration: TerraformConfiguration): string[] {
  const stores = Object.entries(keyOf).flatMap(([type, read]) =>
    resources(configuration, type)
      .filter(({ block }) => !isSet(read(block)))
      .map(({ address }) => `${address}: got no KMS key, expected one`),
  );
  const encryptions = resources(configuration, 'aws_s3_bucket_server_side_encryption_configuration');
  const buckets = resources(configuration, 'aws_s3_bucket').flatMap(({ address, name }) => {
    const encryption = encryptions.find(
      ({ block }) =>
        String(block['bucket']).includes(`aws_s3_bucket.${name}.`) ||
        String(block['bucket']).includes(`aws_s3_bucket.${name}[`),
    );
    if (!encryption) return [`${address}: got no encryption configuration, expected one`];
    const rule = nested(encryption.block, 'rule')[0] ?? {};
    const key = nested(rule, 'apply_server_side_encryption_by_default')[0]?.['kms_master_key_id'];
    if (isSet(key) || bucketsOfAwsLogs.test(name)) return [];
    return [`${address}: got no KMS key, expected one`];
  });
  return [...stores, ...buckets];
}
