// Everything a plan changes for security, from all who look for it, the gravest first.
// Next: scripts/review/policy-findings.ts, scripts/review/network-findings.ts and those beside them.
import { findAccessChanges } from './access-findings.ts';
import { findAttributeChanges } from './attribute-findings.ts';
import type { Configuration } from './configured.ts';
import { findContainerChanges } from './container-findings.ts';
import { type Finding, sortFindings } from './finding.ts';
import { findNetworkChanges } from './network-findings.ts';
import type { PlannedResource } from './planned-resource.ts';
import { findPolicyChanges } from './policy-findings.ts';

/**
 * The findings of a plan.
 *
 * @param resources - all of the plan: those that stay give names, and documents that wait for the apply give policies
 */
export function findSecurityChanges(resources: readonly PlannedResource[], configuration: Configuration): Finding[] {
  const changed = resources.filter(
    ({ action, mode }) => mode === 'managed' && action !== 'no-op' && action !== 'forget',
  );
  const context = { resources, configuration };
  return sortFindings([
    ...changed.flatMap((resource) => [
      ...findPolicyChanges(resource, context),
      ...findAccessChanges(resource),
      ...findContainerChanges(resource),
      ...findAttributeChanges(resource, context).filter(({ kind }) => kind !== 'data'),
    ]),
    ...findNetworkChanges(
      resources.filter(({ action }) => action !== 'forget'),
      configuration,
    ),
  ]);
}
