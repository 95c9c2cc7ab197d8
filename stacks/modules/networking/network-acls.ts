// Network ACLs: the fewest ports in each direction per tier. They keep no state, so every answer needs a rule too.
// Next: stacks/modules/networking/security-groups.ts, which keep state and know who is who.
import { DefaultNetworkAcl } from '@cdktf/provider-aws/lib/default-network-acl/index.js';
import { NetworkAclRule } from '@cdktf/provider-aws/lib/network-acl-rule/index.js';
import { NetworkAcl } from '@cdktf/provider-aws/lib/network-acl/index.js';
import { type Vpc } from '@cdktf/provider-aws/lib/vpc/index.js';
import { forEach, list, number, text } from '../../expression.ts';
import { type ModuleStack } from '../../module-stack.ts';
import { ports, testPorts } from '../../naming.ts';

/** Who a rule is for: the VPC, everybody, or each network of a list. */
type Peer = 'vpc' | 'anywhere' | 'lattice' | { readonly each: 'caller_cidrs' | 'token_issuer_cidrs' };

interface Rule {
  readonly id: string;
  readonly direction: 'in' | 'out';
  readonly peer: Peer;
  readonly from: number;
  readonly to: number;
}

const https = { from: 443, to: 443 };
/**
 * Ports that answers come back to: Linux takes 32768–60999; load balancers, NAT gateways and functions take 1024–65535
 * (https://docs.aws.amazon.com/vpc/latest/userguide/nacl-ephemeral-ports.html).
 */
const ephemeral = { from: 1024, to: 65_535 };
/** What Linux takes by default, and so every task. */
const linuxEphemeral = { from: 32_768, to: 60_999 };
/** The addresses that VPC Lattice speaks from (https://docs.aws.amazon.com/vpc-lattice/latest/ug/network-acls.html). */
const latticeNetwork = '169.254.171.0/24';

const answersReason =
  'answers come back to any port from 1024 on, 3389 among them; what may begin a connection is for security groups, which keep state';

/** No rule is for the names that tasks look up, their credentials or the time: network ACLs do not see that traffic. */
const rules: Readonly<Record<'public' | 'private' | 'axon_runtime', readonly Rule[]>> = {
  // NAT gateways alone: out for the private subnets, answers back.
  public: [
    { id: 'https_from_vpc', direction: 'in', peer: 'vpc', ...https },
    { id: 'answers', direction: 'in', peer: 'anywhere', ...ephemeral },
    { id: 'https_out', direction: 'out', peer: 'anywhere', ...https },
    { id: 'answers_to_vpc', direction: 'out', peer: 'vpc', ...ephemeral },
  ],
  // Load balancer, Orbit, endpoints.
  private: [
    { id: 'https_from_vpc', direction: 'in', peer: 'vpc', ...https },
    { id: 'https_from_callers', direction: 'in', peer: { each: 'caller_cidrs' }, ...https },
    { id: 'tasks_from_vpc', direction: 'in', peer: 'vpc', from: ports.task, to: ports.task },
    { id: 'tests_from_vpc', direction: 'in', peer: 'vpc', from: testPorts.orbit, to: testPorts.axon },
    { id: 'mesh', direction: 'in', peer: 'lattice', from: ports.axonListener, to: ports.axonListener },
    // Answers from Amazon S3 come from public addresses through the gateway endpoint, which a network ACL cannot name.
    { id: 'answers', direction: 'in', peer: 'anywhere', ...ephemeral },
    // Endpoints, S3 by the gateway endpoint, the token issuer. Where it may really go: security groups and routes.
    { id: 'https_out', direction: 'out', peer: 'anywhere', ...https },
    { id: 'tasks_to_vpc', direction: 'out', peer: 'vpc', from: ports.task, to: ports.task },
    { id: 'answers_to_vpc', direction: 'out', peer: 'vpc', ...ephemeral },
    { id: 'answers_to_callers', direction: 'out', peer: { each: 'caller_cidrs' }, ...ephemeral },
    { id: 'answers_to_mesh', direction: 'out', peer: 'lattice', ...ephemeral },
  ],
  // Axon: called by the load balancer or by Orbit, calls endpoints. An answer may go to any port of the VPC, so that Axon begins
  // nothing there is for its security group.
  axon_runtime: [
    { id: 'tasks_from_vpc', direction: 'in', peer: 'vpc', from: ports.task, to: ports.task },
    { id: 'answers', direction: 'in', peer: 'anywhere', ...linuxEphemeral },
    { id: 'https_out', direction: 'out', peer: 'anywhere', ...https },
    { id: 'answers_to_vpc', direction: 'out', peer: 'vpc', ...ephemeral },
  ],
};

/** Adds one ACL per tier, and locks the default one. */
export function addNetworkAcls(scope: ModuleStack, { prefix, vpc }: { prefix: string; vpc: Vpc }): void {
  for (const [tier, entries] of Object.entries(rules)) {
    const acl = new NetworkAcl(scope, `${tier}_acl`, {
      vpcId: vpc.id,
      subnetIds: list(`[for zone in var.availability_zones : aws_subnet.${tier}[zone].id]`),
      tags: { Name: `${prefix}-${tier.replace('_', '-')}-nacl` },
    });
    if (hasOpenAnswers(entries)) scope.skipCheck(acl, 'CKV_AWS_231', answersReason);
    for (const [index, rule] of entries.entries()) addRule(scope, { tier, acl, rule, first: (index + 1) * 100 });
  }
  new DefaultNetworkAcl(scope, 'locked_acl', {
    defaultNetworkAclId: vpc.defaultNetworkAclId,
    tags: { Name: `${prefix}-locked-nacl` },
  });
}

function addRule(
  scope: ModuleStack,
  { tier, acl, rule, first }: { tier: string; acl: NetworkAcl; rule: Rule; first: number },
): void {
  const { id, direction, peer, from, to } = rule;
  const each =
    typeof peer === 'object'
      ? { forEach: forEach(`{ for index, cidr in var.${peer.each} : tostring(index) => cidr }`) }
      : {};
  const entry = new NetworkAclRule(scope, `${tier}_${direction}_${id}`, {
    ...each,
    networkAclId: acl.id,
    egress: direction === 'out',
    // A hundred numbers per rule leave room for as many networks in a list.
    ruleNumber: typeof peer === 'object' ? number(`${first} + tonumber(each.key)`) : first,
    ruleAction: 'allow',
    protocol: 'tcp',
    fromPort: from,
    toPort: to,
    cidrBlock: networkOf(peer),
  });
  if (hasOpenAnswers([rule])) scope.skipCheck(entry, 'CKV_AWS_231', answersReason);
}

function hasOpenAnswers(entries: readonly Rule[]): boolean {
  return entries.some(
    ({ direction, peer, from }) => direction === 'in' && peer === 'anywhere' && from === ephemeral.from,
  );
}

function networkOf(peer: Peer): string {
  if (typeof peer === 'object') return text('each.value');
  if (peer === 'vpc') return text('var.cidr');
  return peer === 'lattice' ? latticeNetwork : '0.0.0.0/0';
}
