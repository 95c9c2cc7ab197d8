// Refuses a security group that lets everything out: what leaves goes to an endpoint, a group or a named network.
// Next: stacks/guards/bounded-roles.ts.
import { type TerraformConfiguration } from '../terraform-json.ts';
import { nested, resources } from './blocks.ts';
import { isEverywhere } from './public-ingress.ts';

/** Finds egress to everywhere. */
export function openEgress(configuration: TerraformConfiguration): string[] {
  const rules = resources(configuration, 'aws_vpc_security_group_egress_rule')
    .filter(({ block }) => isEverywhere(block))
    .map(({ address }) => address);
  const inline = resources(configuration, 'aws_security_group', 'aws_default_security_group')
    .filter(({ block }) => nested(block, 'egress').some(isEverywhere))
    .map(({ address }) => address);
  const old = resources(configuration, 'aws_security_group_rule')
    .filter(({ block }) => block['type'] === 'egress' && isEverywhere(block))
    .map(({ address }) => address);
  return [...rules, ...inline, ...old].map(
    (address) => `${address}: got egress to everywhere, expected a security group, a prefix list or a network`,
  );
}
