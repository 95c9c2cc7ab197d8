// Every policy in a plan, before and after, whose it is, and what its change means.
// Next: scripts/review/policy-difference.ts, which compares; scripts/review/policy-words.ts, which says it.
import type { PlanContext } from './configured.ts';
import type { Finding } from './finding.ts';
import { code } from './markdown.ts';
import { goesWithHolder, knownAfterApply, type PlannedResource } from './planned-resource.ts';
import { comparePolicies } from './policy-difference.ts';
import { isPolicy, parsePolicy, type Permission, readDocumentBlocks } from './policy-permissions.ts';
import { describeDifference, type PolicySubject } from './policy-words.ts';

interface PolicyPlace {
  readonly attribute: string;
  readonly as: PolicySubject['as'];
  readonly label: string;
  /** A policy about its own resource: `*` means that one. */
  readonly own?: boolean;
  /** Attribute that names the holder. */
  readonly holder?: string;
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
  aws_vpc_endpoint: [onResource('endpoint policy of', 'policy', false)],
  aws_vpc_endpoint_policy: [onResource('endpoint policy of', 'policy', false)],
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

/** What each change of a policy means, and which policies cannot be judged before the apply. */
export function findPolicyChanges(resource: PlannedResource, context: PlanContext): Finding[] {
  if (resource.mode !== 'managed') return [];
  const found = listPlaces(resource).flatMap((place) => judge(resource, place, context));
  // Who no longer is there is denied nothing.
  const isGone = resource.action === 'delete' && (!isApart(resource) || goesWithHolder(resource, context.resources));
  return isGone ? found.filter(({ effect }) => effect === 'narrows') : found;
}

/** A policy that is a resource of its own, and can go while what it is about stays. */
function isApart({ type }: PlannedResource): boolean {
  return type.endsWith('_policy');
}

/** The places of its type, and every other attribute that holds a policy by its form. */
function listPlaces({ type, before, after }: PlannedResource): PolicyPlace[] {
  const known = places[type] ?? [];
  const attributes = new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})]);
  const others = [...attributes].filter(
    (name) =>
      !known.some(({ attribute }) => attribute === name) && (isPolicy(before?.[name]) || isPolicy(after?.[name])),
  );
  const inline = type === 'aws_iam_role' ? [] : others;
  return [
    ...known,
    ...inline.map((attribute): PolicyPlace => ({
      attribute,
      as: 'resource',
      label: `policy in ${code(attribute)} of`,
      own: false,
    })),
  ];
}

function judge(resource: PlannedResource, place: PolicyPlace, context: PlanContext): Finding[] {
  const { before, after, action } = resource;
  const [old, now] = [before?.[place.attribute], after?.[place.attribute]];
  if (old === now) return [];
  const subject = describeSubject(resource, place, context);
  const unjudged = (why: string): Finding[] => [
    {
      effect: 'unknown',
      loud: true,
      kind: place.as === 'resource' ? 'resource policy' : 'iam',
      address: resource.address,
      text: `${subject.label} ${code(subject.name)} changes and cannot be judged: ${why}`,
    },
  ];
  if ([old, now].some((text) => typeof text === 'string' && /^\(sensitive[^)]*\)$/.test(text)))
    return unjudged('it is marked sensitive');
  const earlier = read(old);
  if (earlier === null) return unjudged('what is there now is no policy document');
  if (now === knownAfterApply) {
    // An address that AWS gives is not set by anyone; a policy that no one sets is the one AWS makes.
    if (context.configuration.isSet(resource, place.attribute) === false) return [];
    const later = readDeferred(resource, place.attribute, context);
    return later === null
      ? unjudged('it is known only after the apply')
      : describeDifference(subject, comparePolicies(earlier, later));
  }
  if (typeof now === 'string' && now.includes(knownAfterApply))
    return unjudged('a part of it is known only after the apply');
  const later = read(now);
  if (later === null) return unjudged('what it becomes is no policy document');
  if (action === 'delete' && place.as === 'trust') return [];
  return describeDifference(subject, comparePolicies(earlier, later));
}

/** No policy is an empty one. */
function read(text: unknown): Permission[] | null {
  if (text === undefined || text === null || text === '') return [];
  return typeof text === 'string' ? parsePolicy(text) : null;
}

/** A policy made by a document that waits for the apply: its blocks are in the plan, as far as they are known. */
function readDeferred(
  resource: PlannedResource,
  attribute: string,
  { resources, configuration }: PlanContext,
): Permission[] | null {
  const references = configuration.references(resource, attribute);
  const documents = references.filter((each) => each.startsWith('data.aws_iam_policy_document.'));
  // What is put together of more than one document, or with something else, is not read here.
  if (documents.length !== 1 || references.length !== 1) return null;
  const [, , name] = (documents[0] ?? '').split('.');
  const index = /(\[[^\]]*\])$/.exec(resource.address)?.[1] ?? '';
  const found = resources.filter(
    (each) =>
      each.mode === 'data' &&
      each.type === 'aws_iam_policy_document' &&
      each.name === name &&
      each.moduleAddress === resource.moduleAddress,
  );
  const own = found.length === 1 ? found[0] : found.find((each) => each.address.endsWith(index) && index !== '');
  const values = own?.after ?? null;
  return values === null ? null : readDocumentBlocks(values);
}

function describeSubject(resource: PlannedResource, place: PolicyPlace, context: PlanContext): PolicySubject {
  const { after, before, address } = resource;
  const held = place.holder === undefined ? undefined : (after?.[place.holder] ?? before?.[place.holder]);
  const isKnown = typeof held === 'string' && held !== knownAfterApply;
  const name = isKnown ? held : (context.configuration.references(resource, place.holder ?? '')[0] ?? address);
  const boundaryOf = resource.type === 'aws_iam_policy' ? findBounded(resource, context) : [];
  const base = { name, address, ownResource: place.own ?? false, isNew: before === null };
  if (boundaryOf.length === 0) return { ...base, as: place.as, label: place.label };
  return { ...base, as: 'boundary', label: 'the boundary' };
}

/** Addresses of the roles whose boundary a policy is, by its ARN or by what the configuration says. */
function findBounded(policy: PlannedResource, { resources, configuration }: PlanContext): string[] {
  const arn = policy.after?.['arn'] ?? policy.before?.['arn'];
  return resources
    .filter((each) => each.mode === 'managed' && (each.type === 'aws_iam_role' || each.type === 'aws_iam_user'))
    .filter((role) => {
      const boundary = role.after?.['permissions_boundary'] ?? role.before?.['permissions_boundary'];
      if (typeof boundary === 'string' && boundary !== knownAfterApply && boundary === arn) return true;
      return (
        role.moduleAddress === policy.moduleAddress &&
        configuration.references(role, 'permissions_boundary').includes(`${policy.type}.${policy.name}`)
      );
    })
    .map(({ address }) => address);
}
