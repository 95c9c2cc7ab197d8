// A policy that waits for the apply, read from the document that makes it: its blocks are in the plan as far as they are known.
// Next: scripts/review/policy-findings.ts, which compares it with the policy that is there.
import type { PlanContext } from './plan-context.ts';
import type { PlannedResource } from './planned-resource.ts';
import { type Permission, readDocumentBlocks } from './policy-permissions.ts';

/** The permissions; null for what is not exactly one document without instances, or is put through a function on its way. */
export function readDeferred(
  resource: PlannedResource,
  attribute: string,
  { findInstances, configuration }: PlanContext,
): Permission[] | null {
  const [, name] =
    /^\$\{data\.aws_iam_policy_document\.([\w-]+)\.json\}$/.exec(configuration.template(resource, attribute) ?? '') ??
    [];
  if (name === undefined) return null;
  const document = findInstances(resource.moduleAddress, 'aws_iam_policy_document', name).find(
    ({ mode }) => mode === 'data',
  );
  const values = document?.after ?? null;
  return values === null ? null : readDocumentBlocks(values);
}
