// Everything a plan changes for security, from all who look for it, the gravest first.
// Next: scripts/review/policy-findings.ts, scripts/review/network-findings.ts and those beside them.
import { findAttributeChanges } from './attribute-findings.ts';
import type { PlanContext } from './configured.ts';
import { findContainerChanges } from './container-findings.ts';
import { type Finding, sortFindings } from './finding.ts';
import { findNetworkChanges } from './network-findings.ts';
import { findPolicyChanges } from './policy-findings.ts';
import { findPresences } from './presence-findings.ts';
import { findWatchedChanges } from './watched-findings.ts';

/**
 * The findings of a plan.
 *
 * @param context - with all resources of the plan: those that stay give names, and documents that wait for the apply policies
 */
export function findSecurityChanges(context: PlanContext): Finding[] {
  const { resources, configuration } = context;
  const changed = resources.filter(
    ({ action, mode }) => mode === 'managed' && action !== 'no-op' && action !== 'forget',
  );
  return sortFindings([
    ...changed.flatMap((resource) => [
      ...findPolicyChanges(resource, context),
      ...findPresences(resource),
      ...findWatchedChanges(resource),
      ...findContainerChanges(resource),
      ...findAttributeChanges(resource, context).filter(({ kind }) => kind !== 'data'),
    ]),
    ...findNetworkChanges(
      resources.filter(({ action }) => action !== 'forget'),
      configuration,
    ),
  ]);
}
