// What a plan runs besides changing resources: provisioners, programs that give data, actions.
// Next: scripts/review/security.ts, which collects the findings.
import type { PlanContext } from './plan-context.ts';
import type { Finding } from './finding.ts';
import { code } from './markdown.ts';
import type { PlannedResource } from './planned-resource.ts';
import type { ReviewPlan } from './read-plan.ts';
import { text } from './values.ts';

/** Commands that run where the plan is applied, when a resource is made or destroyed or its data is read. */
export function findCommands(resource: PlannedResource, { configuration }: PlanContext): Finding[] {
  const { action, mode, type, address, after } = resource;
  if (mode === 'data')
    return type === 'external' && action === 'read'
      ? [finding(address, `${code(address)} runs ${code(text(after?.['program']))} where the plan is applied`)]
      : [];
  if (!['create', 'replace', 'delete'].includes(action)) return [];
  return configuration.provisioners(resource).map(({ type: kind, expressions }) => {
    const command = expressions?.['command'] ?? expressions?.['inline'] ?? expressions?.['script'] ?? null;
    const said =
      typeof command === 'object' && command !== null ? (Reflect.get(command, 'constant_value') ?? command) : command;
    return finding(address, `${code(address)} runs ${code(text(said))} by the provisioner ${code(kind)}`);
  });
}

/** Actions that the apply invokes. {@link https://developer.hashicorp.com/terraform/language/invoke-actions} */
export function findActions({ action_invocations: invocations }: ReviewPlan): Finding[] {
  return invocations.map(({ address, lifecycle_action_trigger: trigger }) => {
    const when = trigger?.triggering_resource_address;
    return finding(address, `the action ${code(address)} runs${when === undefined ? '' : ` because of ${code(when)}`}`);
  });
}

/** No plan shows what a command does. */
function finding(address: string, line: string): Finding {
  return { effect: 'unknown', loud: true, kind: 'execution', address, text: line };
}
