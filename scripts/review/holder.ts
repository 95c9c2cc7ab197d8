// What a policy, a rule or a guard belongs to: whether it goes with that, and whether it leaves it for another.
// Next: scripts/review/policy-findings.ts and scripts/review/attribute-findings.ts, which ask.
import type { PlanContext } from './plan-context.ts';
import { knownAfterApply, type PlannedResource } from './planned-resource.ts';

/** Attributes by which a policy, a rule or a guard names what it belongs to, and of which type that is. */
const holders: Readonly<Record<string, RegExp>> = {
  role: /^aws_iam_role$/,
  user: /^aws_iam_user$/,
  group: /^aws_iam_group$/,
  bucket: /^aws_s3_bucket$/,
  queue_url: /^aws_sqs_queue$/,
  arn: /^aws_sns_topic$/,
  secret_arn: /^aws_secretsmanager_secret$/,
  secret_id: /^aws_secretsmanager_secret$/,
  key_id: /^aws_kms_key$/,
  resource_arn: /^aws_(?:dynamodb_table|vpclattice_service(?:_network)?)$/,
  resource_identifier: /^aws_vpclattice_service(?:_network)?$/,
  repository: /^aws_ecr_repository$/,
  vpc_endpoint_id: /^aws_vpc_endpoint$/,
};

/** True for what is destroyed together with what it belongs to: then there is nothing left for it to guard or to hold back. */
export function goesWithHolder(resource: PlannedResource, context: PlanContext): boolean {
  const { action, before } = resource;
  if (action !== 'delete' || before === null) return false;
  return Object.entries(holders).some(([attribute, type]) =>
    context
      .findNamed(before[attribute])
      .some((other) => type.test(other.type) && other !== resource && other.action === 'delete'),
  );
}

/** What it leaves for another and what it comes to, by name; null for what stays where it is, or follows it to its replacement. */
export function findMove(
  resource: PlannedResource,
  { findNamed, configuration }: PlanContext,
): { readonly from: string; readonly to: string } | null {
  const { before, after } = resource;
  if (before === null || after === null) return null;
  for (const [attribute, type] of Object.entries(holders)) {
    const [from, to] = [before[attribute], after[attribute]];
    if (type.test(resource.type) || typeof from !== 'string' || from === '' || from === to) continue;
    if (typeof to !== 'string') continue;
    if (to !== knownAfterApply) return { from, to };
    const referred = configuration.references(resource, attribute);
    const isSame = findNamed(from).some(
      (other) =>
        type.test(other.type) &&
        other.action === 'replace' &&
        (referred.length === 0 || referred.includes(`${other.type}.${other.name}`)),
    );
    if (!isSame) return { from, to: referred[0] ?? to };
  }
  return null;
}
