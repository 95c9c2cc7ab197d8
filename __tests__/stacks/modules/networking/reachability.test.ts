// Packets sent through the synthesized network: what security groups let begin passes the network ACLs of both subnets and back.
// Next: stacks/modules/networking/network-acls.ts and stacks/modules/networking/security-groups.ts.
import { describe, expect, test } from 'vitest';
import { networking } from '../../../../stacks/modules/networking.ts';
import { type TerraformBlock } from '../../../../stacks/terraform-json.ts';
import { cidr } from '../../../../stacks/config/cidr.ts';
import { configurationOf } from '../../../support/account-policies.ts';

const { resource = {} } = configurationOf(networking);
const vpcNetwork = '10.20.0.0/16';
const lists = { caller_cidrs: ['10.0.0.0/16'], token_issuer_cidrs: ['10.1.0.0/16'] };

/** Where things are: a tier of the VPC, or an address outside with nobody's network ACL before it. */
type Place =
  | { readonly tier: 'public' | 'private' | 'axon_runtime'; readonly address: string }
  | { readonly address: string };
const places = {
  loadBalancer: { tier: 'private', address: '10.20.64.10' },
  orbit: { tier: 'private', address: '10.20.80.11' },
  axon: { tier: 'axon_runtime', address: '10.20.128.12' },
  endpoint: { tier: 'private', address: '10.20.64.13' },
  function: { tier: 'private', address: '10.20.80.14' },
  nat: { tier: 'public', address: '10.20.0.15' },
  caller: { address: '10.0.3.16' },
  tokenIssuer: { address: '10.1.3.17' },
  lattice: { address: '169.254.171.18' },
  s3: { address: '52.219.170.19' },
  internet: { address: '198.51.100.20' },
} as const satisfies Record<string, Place>;
type Name = keyof typeof places;

/** The ports that each of them calls from (https://docs.aws.amazon.com/vpc/latest/userguide/nacl-ephemeral-ports.html). */
const linux = [32_768, 60_999];
const aws = [1024, 65_535];
const callsFrom: Partial<Record<Name, readonly number[]>> = { orbit: linux, axon: linux };

/** Whether the network ACL of a tier lets a packet in or out. */
function aclPasses(tier: string, direction: 'in' | 'out', peer: string, port: number): boolean {
  return Object.entries(resource['aws_network_acl_rule'] ?? {}).some(
    ([name, rule]) =>
      rule['network_acl_id'] === `\${aws_network_acl.${tier}_acl.id}` &&
      rule['egress'] === (direction === 'out') &&
      name.startsWith(`${tier}_${direction}_`) &&
      rule['rule_action'] === 'allow' &&
      rule['protocol'] === 'tcp' &&
      Number(rule['from_port']) <= port &&
      port <= Number(rule['to_port']) &&
      networksOf(rule).some((network) => contains(network, peer)),
  );
}

function networksOf({ cidr_block: block, for_each: each }: TerraformBlock): readonly string[] {
  const [, list] = /in var\.(\w+) :/.exec(String(each)) ?? [];
  if (block === '${each.value}') return lists[list as keyof typeof lists];
  return [block === '${var.cidr}' ? vpcNetwork : String(block)];
}

function contains(network: string, address: string): boolean {
  const outer = cidr(network);
  const inner = cidr(`${address}/32`);
  if (!outer || !inner) throw new Error(`got ${network} and ${address}, expected a network and an address`);
  return outer.first <= inner.first && inner.last <= outer.last;
}

/** Whether a connection comes about: its first packet there and the answer back, through the ACLs on either side. */
function connects(from: Name, to: Name, port: number): boolean {
  return (callsFrom[from] ?? aws).every(
    (source) => packetPasses(places[from], places[to], port) && packetPasses(places[to], places[from], source),
  );
}

function packetPasses(from: Place, to: Place, port: number): boolean {
  const leaves = !('tier' in from) || aclPasses(from.tier, 'out', to.address, port);
  return leaves && (!('tier' in to) || aclPasses(to.tier, 'in', from.address, port));
}

test.each<[Name, Name, number]>([
  ['caller', 'loadBalancer', 443],
  ['loadBalancer', 'orbit', 8443],
  ['loadBalancer', 'axon', 8443],
  // With Lattice, with App Mesh, with Service Connect.
  ['orbit', 'lattice', 443],
  ['lattice', 'loadBalancer', 8443],
  ['orbit', 'loadBalancer', 8443],
  ['orbit', 'axon', 8443],
  ['function', 'loadBalancer', 9443],
  ['function', 'loadBalancer', 9444],
  ['orbit', 'endpoint', 443],
  ['axon', 'endpoint', 443],
  ['function', 'endpoint', 443],
  // Through the gateway endpoints.
  ['orbit', 's3', 443],
  ['axon', 's3', 443],
  ['function', 's3', 443],
  ['orbit', 'tokenIssuer', 443],
  // By NAT: there and on.
  ['orbit', 'nat', 443],
  ['nat', 'internet', 443],
])('%s reaches %s on port %i, and the answer comes back', (from, to, port) => {
  expect(connects(from, to, port)).toBe(true);
});

describe('nobody reaches', () => {
  test.each<[Name, Name, number, string]>([
    ['internet', 'loadBalancer', 443, 'the internet is no caller'],
    ['internet', 'axon', 8443, 'Axon is called from the VPC'],
    ['caller', 'axon', 8443, 'a caller goes by Orbit'],
    ['lattice', 'axon', 8443, 'Lattice goes by the load balancer'],
    ['internet', 'nat', 443, 'NAT answers nobody'],
    ['caller', 'nat', 443, 'NAT is for the VPC'],
    ['axon', 'internet', 80, 'nothing leaves but HTTPS'],
    ['orbit', 'internet', 80, 'nothing leaves but HTTPS'],
    ['orbit', 'internet', 22, 'nothing leaves but HTTPS'],
    ['loadBalancer', 'axon', 22, 'tasks have one port'],
  ])('by network ACL: %s → %s:%i (%s)', (from, to, port) => {
    expect(connects(from, to, port)).toBe(false);
  });

  test('what no hop names: the ports of the hops are those that packets were sent to', () => {
    const rules = [
      ...Object.values(resource['aws_vpc_security_group_ingress_rule'] ?? {}),
      ...Object.values(resource['aws_vpc_security_group_egress_rule'] ?? {}),
    ];
    const ports = new Set(rules.map(({ from_port: port }) => Number(port)));
    expect([...ports].toSorted((a, b) => a - b)).toEqual([443, 8443, 9443, 9444]);
  });
});
