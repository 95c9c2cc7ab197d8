// Addresses told apart by networks: one for every way in which an address can lie in some of them and not in others.
// Next: governance/policy/cidr.ts, which reads networks; governance/policy/regions/cells.ts, which asks.
import { type Network } from '../cidr.ts';

/** Addresses that lie in exactly these of the networks. */
export interface AddressRegion {
  readonly inside: readonly boolean[];
  /** One of them. */
  readonly address: string;
}

/** Every way in which an address can lie in networks. */
export function addressRegionsOf(networks: readonly Network[]): AddressRegion[] {
  const everywhere = [4, 16].map((length) => ({ bytes: Array.from({ length }, () => 0), prefix: 0 }));
  return [...everywhere, ...networks].flatMap((around) => {
    const inner = networks.filter((network) => network.prefix > around.prefix && contains(around, network));
    const address = findOutside(around, inner);
    return address === undefined
      ? []
      : [{ inside: networks.map((network) => contains(network, around)), address: formatAddress(address) }];
  });
}

/** An address of a network that lies in none of its parts. */
function findOutside(around: Network, parts: readonly Network[]): readonly number[] | undefined {
  if (parts.length === 0) return around.bytes;
  if (parts.some(({ prefix }) => prefix <= around.prefix)) return undefined;
  for (const bit of [0, 1]) {
    const half = { bytes: withBit(around.bytes, around.prefix, bit), prefix: around.prefix + 1 };
    const found = findOutside(
      half,
      parts.filter((part) => contains(half, part)),
    );
    if (found) return found;
  }
  return undefined;
}

function contains(outer: Network, inner: Network): boolean {
  if (outer.bytes.length !== inner.bytes.length || inner.prefix < outer.prefix) return false;
  return outer.bytes.every((byte, index) => {
    const counted = Math.min(8, Math.max(0, outer.prefix - index * 8));
    return counted === 0 || (byte ^ (inner.bytes[index] ?? 0)) >> (8 - counted) === 0;
  });
}

function withBit(bytes: readonly number[], position: number, bit: number): number[] {
  return bytes.map((byte, index) => (index === position >> 3 ? byte | (bit << (7 - (position & 7))) : byte));
}

function formatAddress(bytes: readonly number[]): string {
  if (bytes.length === 4) return bytes.join('.');
  const groups = Array.from({ length: 8 }, (_, index) => ((bytes[index * 2] ?? 0) << 8) | (bytes[index * 2 + 1] ?? 0));
  return groups.map((group) => group.toString(16)).join(':');
}
