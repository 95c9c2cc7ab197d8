// What a plan opens and closes in security groups and network ACLs, in words, with how many addresses a network holds.
// Next: scripts/review/network-rules.ts, which reads the rules.
import { cidr } from '../../stacks/config/cidr.ts';
import type { Configuration } from './configured.ts';
import type { Finding } from './finding.ts';
import { code } from './markdown.ts';
import { listRules, type NetworkRule } from './network-rules.ts';
import { holdsUnknown, isHidden, type PlannedResource } from './planned-resource.ts';

/** Ports that answers come back to: an ACL, which keeps no connections in mind, has to admit them from everywhere. */
const firstEphemeralPort = 1024;

/** Compares all rules of a plan at once, so that one that only moves to another resource is none that comes or goes. */
export function findNetworkChanges(resources: readonly PlannedResource[], configuration: Configuration): Finding[] {
  const before = resources.flatMap((each) => listRules(each, 'before', configuration));
  const after = resources.flatMap((each) => listRules(each, 'after', configuration));
  const old = new Set(before.map(keyOf));
  const now = new Set(after.map(keyOf));
  const added = after.filter((rule) => !old.has(keyOf(rule)));
  const removed = before.filter((rule) => !now.has(keyOf(rule)));
  const named = nameRules(resources);
  const paired = new Set<NetworkRule>();
  const opened = added.map((rule) => {
    const earlier = removed.find((other) => !paired.has(other) && isSamePlace(rule, other));
    if (earlier === undefined) return describeNew(named(rule));
    paired.add(earlier);
    return describeMoved(named(rule), named(earlier));
  });
  return [...opened, ...removed.filter((rule) => !paired.has(rule)).map((rule) => describeGone(named(rule)))];
}

/** Says the address of a group or an ACL of this plan in the place of its id. */
function nameRules(resources: readonly PlannedResource[]): (rule: NetworkRule) => NetworkRule {
  const addresses = new Map(
    resources
      .filter(({ type }) => /(?:security_group|network_acl)$/.test(type))
      .flatMap(({ address, before, after }) => [before?.['id'], after?.['id']].map((id) => [id, address] as const)),
  );
  return (rule) => ({
    ...rule,
    owner: addresses.get(rule.owner) ?? rule.owner,
    peer: addresses.get(rule.peer) ?? rule.peer,
  });
}

function keyOf(rule: NetworkRule): string {
  return JSON.stringify({ ...rule, address: '' });
}

/** The same rule for another network or other ports. */
function isSamePlace(a: NetworkRule, b: NetworkRule): boolean {
  const same =
    a.of === b.of &&
    a.owner === b.owner &&
    a.direction === b.direction &&
    a.allows === b.allows &&
    a.protocol === b.protocol;
  const samePorts = a.fromPort === b.fromPort && a.toPort === b.toPort;
  return (
    same &&
    (samePorts ? contains(a.peer, b.peer) || contains(b.peer, a.peer) || a.address === b.address : a.peer === b.peer)
  );
}

function describeNew(rule: NetworkRule): Finding {
  const open = rule.allows && isEveryone(rule);
  return {
    effect: holdsUnknown(rule.peer) ? 'unknown' : rule.allows ? 'widens' : 'narrows',
    loud: open || isHidden(rule.peer),
    kind: 'network',
    address: rule.address,
    text: `${describeOwner(rule)} now ${verb(rule)} ${describeTraffic(rule)} ${preposition(rule)} ${describePeer(rule.peer)}${open ? ' **Open to the internet.**' : ''}`,
  };
}

function describeGone(rule: NetworkRule): Finding {
  return {
    effect: rule.allows ? 'narrows' : 'widens',
    loud: !rule.allows,
    kind: 'network',
    address: rule.address,
    text: `${describeOwner(rule)} no longer ${verb(rule)} ${describeTraffic(rule)} ${preposition(rule)} ${describePeer(rule.peer)}`,
  };
}

function describeMoved(rule: NetworkRule, earlier: NetworkRule): Finding {
  const wider = contains(rule.peer, earlier.peer) && portsContain(rule, earlier);
  const tighter = contains(earlier.peer, rule.peer) && portsContain(earlier, rule);
  const open = rule.allows && isEveryone(rule);
  const unknown = holdsUnknown([rule.peer, earlier.peer]);
  // For a rule that refuses, more is less.
  const grows = rule.allows ? !tighter : !wider;
  const effect = unknown ? 'unknown' : grows ? 'widens' : 'narrows';
  const was =
    rule.peer === earlier.peer ? describeTraffic(earlier) : `${preposition(rule)} ${describePeer(earlier.peer)}`;
  return {
    effect,
    loud: open || isHidden(rule.peer) || (wider && rule.allows && rule.direction === 'in'),
    kind: 'network',
    address: rule.address,
    text: `${describeOwner(rule)} now ${verb(rule)} ${describeTraffic(rule)} ${preposition(rule)} ${describePeer(rule.peer)}, before ${was}${open ? ' **Open to the internet.**' : ''}`,
  };
}

function verb({ allows, direction }: NetworkRule): string {
  if (direction === 'in') return allows ? 'admits' : 'refuses';
  return allows ? 'lets out' : 'holds back';
}

function describeOwner({ of, owner, number }: NetworkRule): string {
  return `${of} ${code(owner)}${number === null ? '' : ` (rule ${number})`}`;
}

function describeTraffic({ protocol, fromPort, toPort }: NetworkRule): string {
  if (protocol === 'all') return 'any traffic';
  const name = /^[a-z]+\d?$/.test(protocol) ? protocol.toUpperCase() : `protocol ${code(protocol)}`;
  if (fromPort === null || toPort === null) return `${name} on every port`;
  return fromPort === toPort ? `${name} ${fromPort}` : `${name} ${fromPort} to ${toPort}`;
}

function preposition({ direction }: NetworkRule): string {
  return direction === 'in' ? 'from' : 'to';
}

function describePeer(peer: string): string {
  if (peer === '0.0.0.0/0' || peer === '::/0') return `**everywhere** (${code(peer)})`;
  const network = cidr(peer);
  if (network === null) return code(peer);
  const size = network.last - network.first + 1;
  return `${code(peer)} (${size.toLocaleString('en-US')} ${size === 1 ? 'address' : 'addresses'})`;
}

/** Open to so much of the internet that it is all of it: `0.0.0.0/1` and its other half are no way around. */
function isEveryone({ of, peer, direction, fromPort, protocol }: NetworkRule): boolean {
  const prefix = Number(/\/(\d+)$/.exec(peer)?.[1] ?? Number.NaN);
  const isWide = peer.includes(':') ? prefix < 16 : prefix < 8;
  if (!isWide || direction === 'out') return false;
  return of === 'security group' || protocol === 'all' || fromPort === null || fromPort < firstEphemeralPort;
}

function contains(outer: string, inner: string): boolean {
  if (outer === inner) return true;
  if (outer === '::/0') return inner.includes(':');
  const [wide, narrow] = [cidr(outer), cidr(inner)];
  return wide !== null && narrow !== null && wide.first <= narrow.first && narrow.last <= wide.last;
}

function portsContain(outer: NetworkRule, inner: NetworkRule): boolean {
  if (outer.fromPort === null || outer.toPort === null) return true;
  if (inner.fromPort === null || inner.toPort === null) return false;
  return outer.fromPort <= inner.fromPort && inner.toPort <= outer.toPort;
}
