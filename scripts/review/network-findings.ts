// What a plan opens and closes in security groups and network ACLs, in words, with how many addresses a network holds.
// Next: scripts/review/network-rules.ts, which reads the rules.
import { isEverywhere, isWithin } from './addresses.ts';
import type { Configuration } from './configured.ts';
import type { Finding } from './finding.ts';
import { code } from './markdown.ts';
import { listRules, type NetworkRule } from './network-rules.ts';
import { holdsUnknown, isHidden, type PlannedResource } from './planned-resource.ts';

const firstEphemeralPort = 1024;
const lastPort = 65_535;

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
  const beside = Map.groupBy(removed, placeOf);
  const opened = added.map((rule) => {
    const earlier = beside.get(placeOf(rule))?.find((other) => !paired.has(other) && isSamePlace(rule, other));
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

/** What two rules have in common of which one can be the other, changed. */
function placeOf({ of, owner, direction, allows }: NetworkRule): string {
  return JSON.stringify([of, owner, direction, allows]);
}

/** The same rule for another network, other traffic or in another place. */
function isSamePlace(a: NetworkRule, b: NetworkRule): boolean {
  if (a.address === b.address && a.number !== null) return true;
  if (a.peer === b.peer) return holdsTraffic(a, b) || holdsTraffic(b, a) || a.protocol === b.protocol;
  const isSameTraffic = a.protocol === b.protocol && a.fromPort === b.fromPort && a.toPort === b.toPort;
  return isSameTraffic && (holdsPeer(a, b) || holdsPeer(b, a) || a.address === b.address);
}

function describeNew(rule: NetworkRule): Finding {
  const open = isOpen(rule);
  return {
    effect: isUnjudged(rule) ? 'unknown' : rule.allows ? 'widens' : 'narrows',
    loud: open || isHidden(rule.peer) || rule.isUnknown,
    kind: 'network',
    address: rule.address,
    text: `${describeOwner(rule)} now ${describeRule(rule)}${open ? ' **Open to the internet.**' : ''}`,
  };
}

function describeGone(rule: NetworkRule): Finding {
  return {
    effect: rule.allows ? 'narrows' : 'widens',
    loud: !rule.allows,
    kind: 'network',
    address: rule.address,
    text: `${describeOwner(rule)} no longer ${describeRule(rule)}`,
  };
}

function describeMoved(rule: NetworkRule, earlier: NetworkRule): Finding {
  const wider = holdsPeer(rule, earlier) && holdsTraffic(rule, earlier);
  const tighter = holdsPeer(earlier, rule) && holdsTraffic(earlier, rule);
  // Of the rules of an ACL the first that matches counts: earlier, one reaches further.
  const place = Math.sign((earlier.number ?? 0) - (rule.number ?? 0));
  // For a rule that refuses, more is less.
  const grows = rule.allows ? !tighter || place > 0 : !wider || place < 0;
  const open = grows && isOpen(rule);
  const effect = isUnjudged(rule) || isUnjudged(earlier) ? 'unknown' : grows ? 'widens' : 'narrows';
  const changed = [
    ...(rule.number === earlier.number ? [] : [`as rule ${earlier.number}`]),
    ...(rule.peer === earlier.peer ? [] : [`${preposition(rule)} ${describePeer(earlier)}`]),
    ...(describeTraffic(rule) === describeTraffic(earlier) ? [] : [describeTraffic(earlier)]),
  ];
  return {
    effect,
    loud:
      open || isHidden(rule.peer) || rule.isUnknown || (grows && (!rule.allows || (wider && rule.direction === 'in'))),
    kind: 'network',
    address: rule.address,
    text: `${describeOwner(rule)} now ${describeRule(rule)}, before ${changed.join(' ')}${open ? ' **Open to the internet.**' : ''}`,
  };
}

function isUnjudged({ peer, isUnknown }: NetworkRule): boolean {
  return isUnknown || holdsUnknown(peer);
}

function describeRule(rule: NetworkRule): string {
  return `${verb(rule)} ${describeTraffic(rule)} ${preposition(rule)} ${describePeer(rule)}`;
}

function verb({ allows, direction }: NetworkRule): string {
  if (direction === 'in') return allows ? 'admits' : 'refuses';
  return allows ? 'lets out' : 'holds back';
}

function describeOwner({ of, owner, number }: NetworkRule): string {
  return `${of} ${code(owner)}${number === null ? '' : ` (rule ${number})`}`;
}

function describeTraffic({ protocol, fromPort, toPort, isUnknown }: NetworkRule): string {
  if (isUnknown) return `what cannot be judged, with protocol ${code(protocol)},`;
  if (protocol === 'all') return 'any traffic';
  const name = /^[a-z]+\d?$/.test(protocol) ? protocol.toUpperCase() : `protocol ${code(protocol)}`;
  if (fromPort === null || toPort === null) return `${name} on every port`;
  return fromPort === toPort ? `${name} ${fromPort}` : `${name} ${fromPort} to ${toPort}`;
}

function preposition({ direction }: NetworkRule): string {
  return direction === 'in' ? 'from' : 'to';
}

function describePeer({ peer, network }: NetworkRule): string {
  if (peer === '0.0.0.0/0' || peer === '::/0') return `**everywhere** (${code(peer)})`;
  if (network === null) return code(peer);
  const size = network.last - network.first + 1;
  return `${code(peer)} (${size.toLocaleString('en-US')} ${size === 1 ? 'address' : 'addresses'})`;
}

/** Not the ports that answers come back to: an ACL keeps no connections in mind, and has to admit them from everywhere. */
function isOpen({ of, peer, direction, allows, fromPort, toPort, protocol }: NetworkRule): boolean {
  if (!allows || direction === 'out' || !isEverywhere(peer)) return false;
  const isForAnswers = fromPort !== null && fromPort >= firstEphemeralPort && toPort === lastPort;
  return of === 'security group' || protocol === 'all' || !isForAnswers;
}

/** As {@link isWithin}, of networks that are read already: there may be thousands of rules to compare with thousands. */
function holdsPeer(outer: NetworkRule, inner: NetworkRule): boolean {
  const [wide, narrow] = [outer.network, inner.network];
  if (wide === null || narrow === null) return isWithin(inner.peer, outer.peer);
  return wide.first <= narrow.first && narrow.last <= wide.last;
}

/** Everything that the inner rule is about, the outer one is about as well. */
function holdsTraffic(outer: NetworkRule, inner: NetworkRule): boolean {
  if (outer.protocol === 'all') return true;
  if (outer.protocol !== inner.protocol) return false;
  if (outer.fromPort === null || outer.toPort === null) return true;
  if (inner.fromPort === null || inner.toPort === null) return false;
  return outer.fromPort <= inner.fromPort && inner.toPort <= outer.toPort;
}
