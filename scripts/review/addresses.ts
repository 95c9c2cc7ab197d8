// Networks as a rule or a condition writes them: which holds which, and which is as good as everywhere.
// Next: scripts/review/network-findings.ts and scripts/review/policy-conditions.ts, which compare by them.
import { cidr } from '../../stacks/config/cidr.ts';

/** True when the outer network holds the inner one. IPv6 networks are compared only with all of IPv6. */
export function isWithin(inner: string, outer: string): boolean {
  if (outer === inner) return true;
  if (outer === '::/0') return inner.includes(':');
  const [wide, narrow] = [cidr(outer), cidr(inner)];
  return wide !== null && narrow !== null && wide.first <= narrow.first && narrow.last <= wide.last;
}

/** Length of the prefix in bits, that of IPv6 as if it were IPv4: half as much. Infinite for what is no network. */
export function prefixBits(network: string): number {
  const bits = Number(/\/(\d+)$/.exec(network)?.[1] ?? Number.POSITIVE_INFINITY);
  return network.includes(':') ? bits / 2 : bits;
}

/** So much of the internet that it is all of it: `0.0.0.0/1` and its other half are no way around. */
export function isEverywhere(network: string): boolean {
  return prefixBits(network) < 8;
}
