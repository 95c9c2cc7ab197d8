// Attributes that encrypt and that keep data from being lost: each with the values that no longer do. Data.
// Next: scripts/review/guard-rules.ts, how long data is kept, and what guards an account.
import { type AttributeRule, is, isOff, isUnset, rule } from './attribute-rules.ts';
import { isSet } from './values.ts';

const encrypted = ['is not encrypted', 'is encrypted'] as const;
const ownKey = ['is no longer encrypted with a key of its own', 'is encrypted with a key of its own'] as const;
/** https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html */
const oldTls = /TLS(?:13)?-1-[01]-|2016-08|2015-05|2015-03|2015-02|2014-|2011-08|FS-2018|FS-1-1/;

const encryption: readonly AttributeRule[] = [
  rule('encryption', /^aws_(?:ebs_volume|efs_file_system|redshift_cluster)$/, 'encrypted', isOff, encrypted, {
    badUnset: ({ snapshot_id: snapshot }) => !isSet(snapshot),
  }),
  rule('encryption', /^aws_(?:db_instance|(?:rds|neptune|docdb)_cluster)$/, 'storage_encrypted', isOff, encrypted),
  rule('encryption', /^aws_elasticache_replication_group$/, 'at_rest_encryption_enabled', isOff, encrypted),
  rule('encryption', /^aws_elasticache_replication_group$/, 'transit_encryption_enabled', isOff, [
    'is reached without encryption',
    'is reached with encryption',
  ]),
  rule('encryption', /^aws_dynamodb_table$/, 'server_side_encryption.*.enabled', isOff, ownKey),
  rule('encryption', /^aws_sqs_queue$/, 'sqs_managed_sse_enabled', is(false), encrypted, { onCreate: false }),
  rule('encryption', /^aws_/, ['kms_key_id', 'kms_key_arn', 'kms_master_key_id'], isUnset, ownKey, { onCreate: false }),
  rule(
    'encryption',
    /^aws_s3_bucket_server_side_encryption_configuration$/,
    'rule.*.apply_server_side_encryption_by_default.*.sse_algorithm',
    is('AES256'),
    ['encrypts with the key of S3, not with one of the account', 'encrypts with a key of the account'],
    { loud: false },
  ),
  rule('encryption', /^aws_kms_key$/, 'enable_key_rotation', isOff, ['is not rotated', 'is rotated'], {
    onCreate: false,
  }),
  rule('encryption', /^aws_kms_key$/, 'is_enabled', is(false), [
    'is disabled: what is encrypted with it cannot be read',
    'is enabled again',
  ]),
  rule(
    'encryption',
    /^aws_(?:a?lb_listener|vpclattice_listener|lb_target_group)$/,
    'protocol',
    is('HTTP', 'TCP', 'UDP', 'TCP_UDP'),
    ['carries traffic without TLS', 'carries traffic with TLS'],
  ),
  rule(
    'encryption',
    /^aws_a?lb_listener$/,
    'ssl_policy',
    (value) => typeof value === 'string' && oldTls.test(value),
    ['accepts TLS older than 1.2', 'accepts no TLS older than 1.2'],
    { badUnset: ({ protocol }) => protocol === 'HTTPS' || protocol === 'TLS' },
  ),
  rule(
    'encryption',
    /^aws_ssm_parameter$/,
    'type',
    is('String', 'StringList'),
    ['keeps its value in clear', 'keeps its value encrypted'],
    { onCreate: false },
  ),
  rule('encryption', /^aws_kms_key$/, 'bypass_policy_lockout_safety_check', is(true), [
    'takes a policy that locks its own account out',
    'takes no policy that locks its own account out',
  ]),
];

/** What only matters once there is something to lose, so not for what is new. */
const unprotects = (
  types: RegExp,
  paths: string | readonly string[],
  isBad: AttributeRule['isBad'],
  words: readonly [string, string],
): AttributeRule => rule('data', types, paths, isBad, words, { onCreate: false });

const data: readonly AttributeRule[] = [
  unprotects(/^aws_/, ['deletion_protection_enabled', 'deletion_protection', 'enable_deletion_protection'], isOff, [
    'can be deleted: deletion protection goes off',
    'is protected against deletion',
  ]),
  unprotects(/^aws_dynamodb_table$/, 'point_in_time_recovery.*.enabled', isOff, [
    'loses its backups: point-in-time recovery goes off',
    'has point-in-time recovery',
  ]),
  unprotects(/^aws_s3_bucket_versioning$/, 'versioning_configuration.*.status', is('Suspended', 'Disabled'), [
    'keeps no earlier versions: versioning goes off',
    'keeps earlier versions',
  ]),
  unprotects(/^aws_/, ['force_destroy', 'force_delete'], is(true), [
    'can be deleted with all it holds',
    'is not deleted while it holds anything',
  ]),
  unprotects(/^aws_(?:db_instance|(?:rds|neptune|docdb|redshift)_cluster)$/, 'skip_final_snapshot', is(true), [
    'leaves no snapshot when it is deleted',
    'leaves a snapshot when it is deleted',
  ]),
  unprotects(/^aws_secretsmanager_secret$/, 'recovery_window_in_days', is(0), [
    'is deleted at once, without a window to recover it',
    'can be recovered for a time',
  ]),
  unprotects(/^aws_dynamodb_table$/, 'ttl.*.enabled', is(true), ['lets items expire', 'lets no items expire']),
];

/** Encryption, and what keeps data. */
export const protectionRules: readonly AttributeRule[] = [...encryption, ...data];
