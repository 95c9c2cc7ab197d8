// IPv4 and IPv6 networks, as the `cidr` operator compares them, without any I/O or name lookup.
// Next: governance/policy/operators.ts, which gives the operator its meaning.

/** A network: its address in bytes (4 or 16) and how many leading bits count. */
export interface Network {
  bytes: readonly number[];
  prefix: number;
}

/**
 * Reads `10.0.0.0/8` or `2001:db8::/32` (RFC 4632, RFC 4291). Undefined when the text is no network, when an octet
 * has a leading zero (its base would be ambiguous), or when bits beyond the prefix are set.
 */
export function parseCidr(text: string): Network | undefined {
  const [address = '', prefixText = '', ...rest] = text.split('/');
  const bytes = parseAddress(address);
  if (!bytes || rest.length > 0 || !/^(0|[1-9]\d{0,2})$/.test(prefixText)) return undefined;
  const prefix = Number(prefixText);
  if (prefix > bytes.length * 8) return undefined;
  const hostBitsClear = bytes.every((byte, index) => (byte & ~maskByte(prefix, index)) === 0);
  return hostBitsClear ? { bytes, prefix } : undefined;
}

/** Whether the address lies in the network; undefined when the text is no address. An IPv4-mapped IPv6 address counts as IPv4. */
export function containsAddress(network: Network, address: string): boolean | undefined {
  const bytes = parseAddress(address);
  if (!bytes) return undefined;
  return (
    bytes.length === network.bytes.length &&
    bytes.every((byte, index) => (byte & maskByte(network.prefix, index)) === network.bytes[index])
  );
}

function maskByte(prefix: number, index: number): number {
  const bits = Math.min(8, Math.max(0, prefix - index * 8));
  return (0xff << (8 - bits)) & 0xff;
}

function parseAddress(text: string): number[] | undefined {
  if (text.length > 45) return undefined;
  if (!text.includes(':')) return parseIpv4(text);
  const bytes = parseIpv6(text);
  const mapped = bytes?.slice(0, 12).every((byte, index) => byte === (index < 10 ? 0 : 0xff));
  return mapped ? bytes?.slice(12) : bytes;
}

function parseIpv4(text: string): number[] | undefined {
  const octets = text.split('.');
  if (octets.length !== 4 || !octets.every((octet) => /^(0|[1-9]\d{0,2})$/.test(octet))) return undefined;
  const bytes = octets.map(Number);
  return bytes.every((byte) => byte <= 255) ? bytes : undefined;
}

function parseIpv6(text: string): number[] | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map((half, index) => parseGroups(half, index === halves.length - 1));
  if (!head || (halves.length === 2 && !tail)) return undefined;
  if (halves.length === 1) return head.length === 16 ? head : undefined;
  const gap = 16 - head.length - (tail?.length ?? 0);
  return gap >= 2 ? [...head, ...Array.from({ length: gap }, () => 0), ...(tail ?? [])] : undefined;
}

/** Groups between colons; an IPv4 address may stand for the last two (RFC 4291 section 2.2). */
function parseGroups(text: string, endsAddress: boolean): number[] | undefined {
  if (text === '') return [];
  const groups = text.split(':');
  const bytes: number[] = [];
  for (const [index, group] of groups.entries()) {
    const mayEmbed = endsAddress && index === groups.length - 1 && group.includes('.');
    const embedded = mayEmbed ? parseIpv4(group) : undefined;
    if (embedded) bytes.push(...embedded);
    else if (/^[0-9a-fA-F]{1,4}$/.test(group))
      bytes.push(Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 0xff);
    else return undefined;
  }
  return bytes;
}
