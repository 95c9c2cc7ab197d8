// What an environment tells whoever applied it: the names that a release, a policy and a caller need.
// Next: governance/cli/publish.ts, which is given the table and the key.
import { TerraformOutput } from 'cdktf';
import { type Construct } from 'constructs';
import { type Delivery } from './delivery.ts';
import { type Foundation } from './foundation.ts';
import { type Mesh } from './mesh.ts';
import { type Doors, type Programs } from './programs.ts';

/** Adds the root outputs. */
export function addOutputs(
  scope: Construct,
  {
    keys,
    roles,
    images,
    balancer,
    watch,
    decider,
    vault,
    mesh,
    delivery,
  }: Foundation & Doors & Programs & { readonly mesh: Mesh; readonly delivery: Delivery },
): void {
  const outputs: Record<string, readonly [value: string, description: string]> = {
    load_balancer_dns_name: [balancer.text('load_balancer_dns_name'), 'Where callers reach Orbit, inside the VPC.'],
    axon_url: [mesh.axonUrl, 'Where Orbit calls Axon.'],
    governance_function_name: [decider.text('function_name'), 'The function that decides.'],
    governance_signing_key_arn: [keys.text('governance_signing_key_arn'), 'Key that certifies the keys of grants.'],
    policy_publisher_key_arn: [keys.text('policy_publisher_key_arn'), 'Key that policy revisions are signed with.'],
    policies_table_name: [decider.text('policies_table_name'), 'Table that policies are published to.'],
    quotas_table_name: [decider.text('quotas_table_name'), 'Table of quota counters.'],
    grants_table_name: [decider.text('grants_table_name'), 'Table of spent grants.'],
    orbit_secret_arn: [vault.text('orbit_secret_arn'), "Orbit's secret; rotate it once after the first apply."],
    axon_secret_arn: [vault.text('axon_secret_arn'), "Axon's secret; rotate it once after the first apply."],
    orbit_role_arn: [roles.text('orbit_role_arn'), "Role of Orbit's tasks."],
    axon_role_arn: [roles.text('axon_role_arn'), "Role of Axon's tasks."],
    orbit_repository_url: [images.text('orbit_repository_url'), "Repository of Orbit's image."],
    axon_repository_url: [images.text('axon_repository_url'), "Repository of Axon's image."],
    alerts_topic_arn: [watch.text('alerts_topic_arn'), 'Topic that alarms go to.'],
  };
  if (delivery !== undefined) {
    outputs['plan_role_arn'] = [delivery.text('plan_role_arn'), 'Role of the workflows that plan.'];
    outputs['infra_role_arn'] = [delivery.text('infra_role_arn'), 'Role of the workflows that apply.'];
    outputs['app_role_arn'] = [delivery.text('app_role_arn'), 'Role of the workflows that release.'];
  }
  for (const [name, [value, description]] of Object.entries(outputs))
    new TerraformOutput(scope, `output_${name}`, { value, description }).overrideLogicalId(name);
}
