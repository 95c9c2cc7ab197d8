// Where the provider keeps policies, whose they are, and what it means that there is none.
// Next: scripts/review/policy-findings.ts, which reads them.
import { code } from './markdown.ts';
import type { PlannedResource } from './planned-resource.ts';
import { isPolicy } from './policy-permissions.ts';
import type { PolicySubject } from './policy-subject.ts';

/** An attribute that holds a policy, and whose it is. */
export interface PolicyPlace {
  readonly attribute: string;
  readonly as: PolicySubject['as'];
  readonly label: string;
  /** A policy about its own resource: `*` means that one. */
  readonly own?: boolean;
  /** Attribute that names the holder. */
  readonly holder?: string;
  /** Without a policy everyone may do everything: {@link https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html} */
  readonly openWithout?: true;
}

const onResource = (label: string, attribute = 'policy', own = true): PolicyPlace => ({
  attribute,
  as: 'resource',
  label,
  own,
});

/** Where the provider keeps policies. One that stands elsewhere is found by its form. */
const places: Readonly<Record<string, readonly PolicyPlace[]>> = {
  aws_iam_role: [{ attribute: 'assume_role_policy', as: 'trust', label: 'trust of role', holder: 'name' }],
  aws_iam_role_policy: [{ attribute: 'policy', as: 'identity', label: 'role', holder: 'role' }],
  aws_iam_user_policy: [{ attribute: 'policy', as: 'identity', label: 'user', holder: 'user' }],
  aws_iam_group_policy: [{ attribute: 'policy', as: 'identity', label: 'group', holder: 'group' }],
  aws_iam_policy: [{ attribute: 'policy', as: 'identity', label: 'whoever has the policy', holder: 'name' }],
  aws_kms_key: [onResource('key policy of')],
  aws_kms_key_policy: [onResource('key policy of')],
  aws_kms_external_key: [onResource('key policy of')],
  aws_secretsmanager_secret: [onResource('secret policy of')],
  aws_secretsmanager_secret_policy: [onResource('secret policy of')],
  aws_vpc_endpoint: [{ ...onResource('endpoint policy of', 'policy', false), openWithout: true }],
  aws_vpc_endpoint_policy: [{ ...onResource('endpoint policy of', 'policy', false), openWithout: true }],
  aws_sqs_queue: [onResource('queue policy of')],
  aws_sqs_queue_policy: [onResource('queue policy of')],
  aws_sns_topic: [onResource('topic policy of')],
  aws_sns_topic_policy: [onResource('topic policy of')],
  aws_s3_bucket: [onResource('bucket policy of')],
  aws_s3_bucket_policy: [onResource('bucket policy of')],
  aws_ecr_repository_policy: [onResource('repository policy of')],
  aws_ecr_registry_policy: [onResource('registry policy of', 'policy', false)],
  aws_vpclattice_auth_policy: [onResource('Lattice auth policy of')],
  aws_vpclattice_resource_policy: [onResource('Lattice resource policy of')],
  aws_cloudwatch_log_resource_policy: [onResource('log resource policy of', 'policy_document', false)],
  aws_cloudwatch_event_bus_policy: [onResource('event bus policy of')],
  aws_dynamodb_resource_policy: [onResource('table policy of')],
  aws_efs_file_system_policy: [onResource('file system policy of')],
  aws_backup_vault_policy: [onResource('backup vault policy of')],
  aws_opensearch_domain: [onResource('access policy of', 'access_policies')],
  aws_api_gateway_rest_api: [onResource('API policy of')],
};

/** The places of its type, and every other attribute that holds a policy by its form. */
export function listPlaces({ type, before, after }: PlannedResource): PolicyPlace[] {
  const known = places[type] ?? [];
  const attributes = new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})]);
  const others = [...attributes].filter(
    (name) =>
      !known.some(({ attribute }) => attribute === name) && (isPolicy(before?.[name]) || isPolicy(after?.[name])),
  );
  return [
    ...known,
    ...others.map((attribute): PolicyPlace => ({
      attribute,
      as: 'resource',
      label: `policy in ${code(attribute)} of`,
      own: false,
    })),
  ];
}
