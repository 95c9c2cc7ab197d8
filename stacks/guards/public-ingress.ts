// Refuses what lets the whole internet in: a security group rule or a network ACL entry from everywhere.
// Next: stacks/guards/open-egress.ts.
import { type TerraformBlock, type TerraformConfiguration } from '../terraform-json.ts';
import { nested, resources, strings } from './blocks.ts';

const everywhere = new Set(['0.0.0.0/0', '::/0']);
/** RFC 6056: what answers come back to. A network ACL keeps no state, so it must let answers in by port. */
const ephemeralFirst = 1024;

/** Finds ingress from everywhere. */
export function publicIngress(configuration: TerraformConfiguration): string[] {
  const rules = resources(configuration, 'aws_vpc_security_group_ingress_rule')
    .filter(({ block }) => isEverywhere(block))
    .map(({ address }) => `${address}: got ingress from everywhere, expected a security group or a network`);
  const inline = resources(configuration, 'aws_security_group', 'aws_default_security_group')
    .filter(({ block }) => nested(block, 'ingress').some(isEverywhere))
    .map(({ address }) => `${address}: got inline ingress from everywhere, expected rules by security group`);
  const old = resources(configuration, 'aws_security_group_rule')
    .filter(({ block }) => block['type'] === 'ingress' && isEverywhere(block))
    .map(({ address }) => `${address}: got ingress from everywhere, expected a security group or a network`);
  const acls = resources(configuration, 'aws_network_acl_rule')
    .filter(({ block }) => block['egress'] !== true && block['rule_action'] === 'allow' && isEverywhere(block))
    .filter(({ block }) => typeof block['from_port'] !== 'number' || block['from_port'] < ephemeralFirst)
    .map(
      ({ address }) =>
        `${address}: got ingress from everywhere, expected only answers, to ports from ${ephemeralFirst}`,
    );
  return [...rules, ...inline, ...old, ...acls];
}

/** Whether a rule names every address there is. */
export function isEverywhere(rule: TerraformBlock): boolean {
  const named = ['cidr_ipv4', 'cidr_ipv6', 'cidr_block', 'ipv6_cidr_block', 'cidr_blocks', 'ipv6_cidr_blocks'];
  return named.some((attribute) => strings(rule[attribute]).some((text) => everywhere.has(text)));
}
