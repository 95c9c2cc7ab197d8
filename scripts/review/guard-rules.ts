// How long a resource keeps what it holds, and what guards an account while it is there. Data.
// Next: scripts/review/attribute-findings.ts, which looks for them.

/** Numbers that keep something for so long: a lower one loses what is older. */
export const retentions: readonly {
  readonly types: RegExp;
  readonly path: string;
  readonly unit: string;
  readonly zeroIsForever: boolean;
}[] = [
  { types: /^aws_cloudwatch_log_group$/, path: 'retention_in_days', unit: 'days', zeroIsForever: true },
  {
    types: /^aws_(?:db_instance|rds_cluster|neptune_cluster|docdb_cluster)$/,
    path: 'backup_retention_period',
    unit: 'days',
    zeroIsForever: false,
  },
  { types: /^aws_kms_key$/, path: 'deletion_window_in_days', unit: 'days', zeroIsForever: false },
  { types: /^aws_secretsmanager_secret$/, path: 'recovery_window_in_days', unit: 'days', zeroIsForever: false },
  { types: /^aws_sqs_queue$/, path: 'message_retention_seconds', unit: 'seconds', zeroIsForever: false },
  { types: /^aws_kinesis_stream$/, path: 'retention_period', unit: 'hours', zeroIsForever: false },
];

/** What guards while it is there: the words for its end, and where it is no guard but a hole, for its beginning. */
export const guards: readonly { readonly types: RegExp; readonly goes: string }[] = [
  { types: /^aws_s3_(?:bucket|account)_public_access_block$/, goes: 'nothing holds back public access any more' },
  {
    types: /^aws_s3_bucket_server_side_encryption_configuration$/,
    goes: 'the bucket falls back to the key of S3',
  },
  { types: /^aws_s3_bucket_versioning$/, goes: 'earlier versions are no longer kept' },
  { types: /^aws_s3_bucket_object_lock_configuration$/, goes: 'new objects can be deleted at any time' },
  { types: /^aws_cloudtrail$/, goes: 'calls to AWS are no longer recorded by it' },
  { types: /^aws_guardduty_detector$/, goes: 'threats are no longer looked for' },
  { types: /^aws_flow_log$/, goes: 'connections are no longer recorded' },
  {
    types: /^aws_config_(?:configuration_recorder|config_rule|delivery_channel)$/,
    goes: 'changes of resources are no longer recorded',
  },
  { types: /^aws_accessanalyzer_analyzer$/, goes: 'outside access is no longer looked for' },
  { types: /^aws_securityhub_(?:account|standards_subscription)$/, goes: 'its checks are no longer made' },
  { types: /^aws_secretsmanager_secret_rotation$/, goes: 'the secret is no longer rotated' },
  { types: /^aws_wafv2_web_acl(?:_association)?$/, goes: 'requests are no longer filtered by it' },
  { types: /^aws_lambda_code_signing_config$/, goes: 'code is no longer checked for a signature' },
  { types: /^aws_cloudwatch_(?:metric_alarm|composite_alarm)$/, goes: 'no one is called for it any more' },
];
