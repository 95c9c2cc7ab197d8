// What a plan loses: stores that are destroyed or replaced with all they hold, and what no longer protects them.
// Next: scripts/review/attribute-findings.ts, which finds the protections that go.
import { findAttributeChanges } from './attribute-findings.ts';
import type { PlanContext } from './plan-context.ts';
import { findExpiries } from './expiry-findings.ts';
import { type Finding, sortFindings } from './finding.ts';
import { code, codes } from './markdown.ts';
import type { PlannedResource } from './planned-resource.ts';

/** Types that hold what no apply brings back, and what that is. */
const stores: Readonly<Record<string, string>> = {
  aws_dynamodb_table: 'its items',
  aws_dynamodb_table_item: 'the item',
  aws_dynamodb_global_table: 'its items',
  aws_db_instance: 'its databases',
  aws_rds_cluster: 'its databases',
  aws_redshift_cluster: 'its databases',
  aws_neptune_cluster: 'its graph',
  aws_docdb_cluster: 'its documents',
  aws_elasticache_cluster: 'what it caches',
  aws_elasticache_replication_group: 'what it caches',
  aws_opensearch_domain: 'its indexes',
  aws_s3_bucket: 'its objects',
  aws_s3_object: 'the object',
  aws_ebs_volume: 'its blocks',
  aws_ebs_snapshot: 'the snapshot',
  aws_efs_file_system: 'its files',
  aws_fsx_lustre_file_system: 'its files',
  aws_kms_key: 'the key: nothing that is encrypted with it can be read again',
  aws_kms_external_key: 'the key: nothing that is encrypted with it can be read again',
  aws_secretsmanager_secret: 'its values',
  aws_secretsmanager_secret_version: 'the value',
  aws_ssm_parameter: 'its value',
  aws_cloudwatch_log_group: 'its log',
  aws_ecr_repository: 'its images',
  aws_sqs_queue: 'the messages in it',
  aws_kinesis_stream: 'the records in it',
  aws_msk_cluster: 'its topics',
  aws_backup_vault: 'its backups',
  aws_acmpca_certificate_authority: 'the authority: what it signed is no longer vouched for',
  aws_cognito_user_pool: 'its users',
  aws_cloudtrail_event_data_store: 'its events',
  aws_timestreamwrite_table: 'its records',
};

/** Stores that are replaced, which nobody may have meant, then those that are destroyed, then those whose protection goes. */
export function findDataLoss(context: PlanContext): Finding[] {
  const { resources } = context;
  const managed = resources.filter(({ mode, action }) => mode === 'managed' && action !== 'no-op');
  const gone = (['replace', 'delete'] as const).map((action) =>
    sortFindings(managed.filter((each) => each.action === action).flatMap(describeLoss)),
  );
  const unprotected = managed
    .filter(({ action }) => action !== 'forget')
    .flatMap((resource) => [...findAttributeChanges(resource, context), ...findExpiries(resource, resources)])
    .filter(({ kind, effect }) => kind === 'data' && effect !== 'narrows');
  return [...gone.flat(), ...sortFindings(unprotected)];
}

/** Terraform's word for why, in words. {@link https://developer.hashicorp.com/terraform/internals/json-format#change-representation} */
export function describeReason({ reason, replacedBy }: PlannedResource): string {
  const because = replacedBy.filter((path) => path !== '');
  if (because.length > 0) return ` because ${codes(because, 4)} cannot change in place`;
  const said: Readonly<Record<string, string>> = {
    replace_because_tainted: ' because its last apply failed halfway',
    replace_by_request: ' because it was asked for',
    replace_by_triggers: ' because something it depends on changes',
    delete_because_no_resource_config: ' because it is no longer in the configuration',
    delete_because_no_module: ' because its module is no longer in the configuration',
    delete_because_wrong_repetition: ' because of another count or for_each',
    delete_because_count_index: ' because the count is lower',
    delete_because_each_key: ' because its key is no longer there',
    delete_because_no_move_target: ' because what it was to move to is not there',
  };
  return said[reason ?? ''] ?? '';
}

function describeLoss(resource: PlannedResource): Finding[] {
  const lost = stores[resource.type];
  if (lost === undefined) return [];
  const { address, action } = resource;
  const done = action === 'replace' ? 'is **replaced**' : 'is **destroyed**';
  return [
    {
      effect: 'widens',
      loud: true,
      kind: resource.type,
      address,
      text: `${code(address)} ${done}${describeReason(resource)}. Lost: ${lost}`,
    },
  ];
}
