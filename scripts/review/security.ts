// Everything a plan changes for security, from all who look for it, the gravest first.
// Next: scripts/review/policy-findings.ts, scripts/review/network-findings.ts and those beside them.
import { findAttributeChanges } from './attribute-findings.ts';
import { withoutGiven } from './configured.ts';
import type { PlanContext } from './plan-context.ts';
import { findContainerChanges } from './container-findings.ts';
import { findActions, findCommands } from './execution-findings.ts';
import { type Finding, sortFindings } from './finding.ts';
import { code } from './markdown.ts';
import { findNetworkChanges } from './network-findings.ts';
import { findPolicyChanges } from './policy-findings.ts';
import { findPresences } from './presence-findings.ts';
import type { ReviewPlan } from './read-plan.ts';
import { findWatchedChanges } from './watched-findings.ts';

/**
 * The findings of a plan.
 *
 * @param plan - as it was read, for what is no resource
 * @param context - with all resources of the plan: those that stay give names, and documents that wait for the apply policies
 */
export function findSecurityChanges(plan: ReviewPlan, context: PlanContext): Finding[] {
  const { resources, configuration } = context;
  const changed = resources.filter(({ action }) => action !== 'no-op' && action !== 'forget');
  return sortFindings([
    ...findActions(plan),
    ...findBaredOutputs(plan),
    ...changed.flatMap((resource) => findCommands(resource, context)),
    ...changed
      .filter(({ mode }) => mode === 'managed')
      .flatMap((resource) => [
        ...findPolicyChanges(resource, context),
        ...findPresences(withoutGiven(resource, configuration)),
        ...findWatchedChanges(withoutGiven(resource, configuration)),
        ...findContainerChanges(resource),
        ...findAttributeChanges(resource, context).filter(({ kind }) => kind !== 'data'),
      ]),
    ...findNetworkChanges(
      resources.filter(({ action }) => action !== 'forget'),
      configuration,
    ),
  ]);
}

/** Outputs that are no longer marked sensitive: from then on every log may hold them. */
function findBaredOutputs({ output_changes: outputs }: ReviewPlan): Finding[] {
  return Object.entries(outputs)
    .filter(
      ([, change]) =>
        change.before_sensitive === true && change.after_sensitive !== true && !change.actions.includes('delete'),
    )
    .map(([name]) => ({
      effect: 'widens',
      loud: true,
      kind: 'exposure',
      address: `output.${name}`,
      text: `output ${code(name)} is no longer marked sensitive`,
    }));
}
