// IPv4 networks of a configuration: parsed, compared, measured.
// Next: stacks/config/check.ts, which sees that they fit and do not overlap.

/** A network: its first and last address as unsigned 32-bit numbers, and the length of its prefix in bits. */
export interface Network {
  readonly first: number;
  readonly last: number;
  readonly prefixBits: number;
}

/** Parses `a.b.c.d/n`. @returns null when it is no network, or when bits below the prefix are set */
export function cidr(text: string): Network | null {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(text);
  if (!match) return null;
  const [a = 0, b = 0, c = 0, d = 0, prefixBits = 33] = match.slice(1).map(Number);
  if ([a, b, c, d].some((octet) => octet > 255) || prefixBits > 32) return null;
  const first = ((a * 256 + b) * 256 + c) * 256 + d;
  const size = 2 ** (32 - prefixBits);
  return first % size === 0 ? { first, last: first + size - 1, prefixBits } : null;
}

/** Whether two networks share an address. */
export function overlaps(a: Network, b: Network): boolean {
  return a.first <= b.last && b.first <= a.last;
}

/** Whether a network is private (RFC 1918). */
export function isPrivate(network: Network): boolean {
  return ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'].some((text) => {
    const range = cidr(text);
    return range !== null && range.first <= network.first && network.last <= range.last;
  });
}
