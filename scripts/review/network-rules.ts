// Rules of security groups and network ACLs, however the provider spells them, as one shape that compares.
// Next: scripts/review/network-findings.ts, which says what comes, goes and widens.
import { cidr, type Network } from '../../stacks/config/cidr.ts';
import type { Configuration } from './configured.ts';
import { holdsUnknown, knownAfterApply, type PlannedResource, type Values } from './planned-resource.ts';
import { isSet, records, text } from './values.ts';

/** One rule for one peer. */
export interface NetworkRule {
  readonly address: string;
  readonly of: 'security group' | 'network ACL';
  /** The group or ACL: its id, or where it is made. */
  readonly owner: string;
  readonly direction: 'in' | 'out';
  readonly allows: boolean;
  /** Order in an ACL; null in a group. */
  readonly number: number | null;
  /** `tcp`, `udp`, `icmp`, a number, or `all`. */
  readonly protocol: string;
  /** Null for every port. */
  readonly fromPort: number | null;
  readonly toPort: number | null;
  /** Its protocol, its ports or what it refers to are a secret, or known only after the apply. */
  readonly isUnknown: boolean;
  /** Of `peer`, when that is an IPv4 network. */
  readonly network: Network | null;
  /** A network, a prefix list, another group, or `itself`. */
  readonly peer: string;
}

type Side = 'before' | 'after';

/** The rules that a resource holds before or after the plan; none when it is no holder of rules. */
export function listRules(resource: PlannedResource, side: Side, configuration: Configuration): NetworkRule[] {
  const values = resource[side];
  const read = readers[resource.type];
  if (values === null || read === undefined || resource.mode !== 'managed') return [];
  if (isInline(resource.type) && !isGiven(resource, configuration)) return [];
  const owner = (attribute: string): string => nameOf(resource, values, attribute, configuration);
  return read(values, owner).map((rule) => ({ ...rule, address: resource.address, network: cidr(rule.peer) }));
}

/** What a group or an ACL says of its own rules counts where someone writes them there; else it repeats what stands elsewhere. */
function isGiven(resource: PlannedResource, configuration: Configuration): boolean {
  const [ingress, egress] = [configuration.isSet(resource, 'ingress'), configuration.isSet(resource, 'egress')];
  return ingress === true || egress === true || (ingress === null && resource.action !== 'no-op');
}

function isInline(type: string): boolean {
  return /_(?:security_group|network_acl)$/.test(type);
}

type Rule = Omit<NetworkRule, 'address' | 'network'>;
type Reader = (values: Values, name: (attribute: string) => string) => Rule[];

const standalone =
  (direction: 'in' | 'out'): Reader =>
  (values, name) =>
    [peerOf(values, name)].map((peer) => ({
      ...groupRule(values, direction, text(values['ip_protocol'])),
      owner: name('security_group_id'),
      peer,
    }));

/** https://registry.terraform.io/providers/hashicorp/aws/5.100.0/docs: each resource that holds rules. */
const readers: Readonly<Record<string, Reader>> = {
  aws_vpc_security_group_ingress_rule: standalone('in'),
  aws_vpc_security_group_egress_rule: standalone('out'),
  aws_security_group_rule: (values, name) => {
    const rule = groupRule(values, values['type'] === 'egress' ? 'out' : 'in', text(values['protocol']));
    const source = isSet(values['source_security_group_id']) ? [name('source_security_group_id')] : [];
    return peers(values, source).map((peer) => ({ ...rule, owner: name('security_group_id'), peer }));
  },
  aws_security_group: inlineGroup,
  aws_default_security_group: inlineGroup,
  aws_network_acl_rule: (values, name) => [
    {
      ...aclRule(values, values['egress'] === true ? 'out' : 'in', values['rule_action']),
      number: asNumber(values['rule_number']),
      owner: name('network_acl_id'),
    },
  ],
  aws_network_acl: inlineAcl,
  aws_default_network_acl: inlineAcl,
};

function inlineGroup(values: Values, name: (attribute: string) => string): Rule[] {
  return (['ingress', 'egress'] as const).flatMap((attribute) =>
    blocks(values[attribute]).flatMap((block) => {
      const rule = groupRule(block, attribute === 'ingress' ? 'in' : 'out', text(block['protocol']));
      const groups = Array.isArray(block['security_groups']) ? block['security_groups'].map(text) : [];
      return peers(block, groups).map((peer) => ({ ...rule, owner: name('id'), peer }));
    }),
  );
}

function inlineAcl(values: Values, name: (attribute: string) => string): Rule[] {
  return (['ingress', 'egress'] as const).flatMap((attribute) =>
    blocks(values[attribute]).map((block) => ({
      ...aclRule(block, attribute === 'ingress' ? 'in' : 'out', block['action']),
      number: asNumber(block['rule_no']),
      owner: name('id'),
    })),
  );
}

function groupRule(values: Values, direction: 'in' | 'out', protocol: string): Omit<Rule, 'owner' | 'peer'> {
  return { of: 'security group', direction, allows: true, number: null, ...ports(values, protocol) };
}

function aclRule(values: Values, direction: 'in' | 'out', action: unknown): Omit<Rule, 'owner' | 'number'> {
  const peer = isSet(values['cidr_block']) ? text(values['cidr_block']) : text(values['ipv6_cidr_block']);
  return {
    of: 'network ACL',
    direction,
    allows: text(action) !== 'deny',
    ...ports(values, text(values['protocol'])),
    peer,
  };
}

function ports(values: Values, spelled: string): Pick<Rule, 'protocol' | 'fromPort' | 'toPort' | 'isUnknown'> {
  const protocol = protocols[spelled.toLowerCase()] ?? spelled.toLowerCase();
  const [from, to] = [asNumber(values['from_port']), asNumber(values['to_port'])];
  const all = protocol === 'all' || (from === 0 && to === 65_535) || from === -1;
  const isUnknown = holdsUnknown([spelled, values['from_port'], values['to_port']]);
  return { protocol, fromPort: all ? null : from, toPort: all ? null : to, isUnknown };
}

/** https://www.iana.org/assignments/protocol-numbers: what the provider gives back for a name. */
const protocols: Readonly<Record<string, string>> = {
  '-1': 'all',
  '6': 'tcp',
  '17': 'udp',
  '1': 'icmp',
  '58': 'icmpv6',
};

function peerOf(values: Values, name: (attribute: string) => string): string {
  for (const attribute of ['cidr_ipv4', 'cidr_ipv6', 'prefix_list_id'])
    if (isSet(values[attribute])) return text(values[attribute]);
  return name('referenced_security_group_id');
}

function peers(values: Values, groups: readonly string[]): string[] {
  const lists = ['cidr_blocks', 'ipv6_cidr_blocks', 'prefix_list_ids'].flatMap((attribute) => {
    const list = values[attribute];
    return Array.isArray(list) ? list.map(text) : isSet(list) ? [text(list)] : [];
  });
  return [...lists, ...groups, ...(values['self'] === true ? ['itself'] : [])];
}

/** The id; where the apply gives it, the resource that it will be the id of. INVARIANT: two ids are never one name. */
function nameOf(resource: PlannedResource, values: Values, attribute: string, configuration: Configuration): string {
  const value = values[attribute];
  if (isSet(value) && value !== knownAfterApply) return text(value);
  if (attribute === 'id') return resource.address;
  const [reference] = configuration.references(resource, attribute);
  const prefix = resource.moduleAddress === '' ? '' : `${resource.moduleAddress}.`;
  return reference === undefined ? knownAfterApply : `${prefix}${reference}`;
}

/** Blocks of rules; for a whole list that no one knows yet one rule of which nothing is known. */
function blocks(value: unknown): Values[] {
  if (!holdsUnknown(typeof value === 'string' ? value : '')) return records(value);
  return [{ protocol: value, cidr_blocks: value, cidr_block: value, action: 'allow' }];
}

function asNumber(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}
