// Texts on both sides of an edge: of a prefix, of a pattern, of a network.
// Next: governance/policy/diff/boundary-values.ts, which asks for them.
import { parseCidr } from '../cidr.ts';
import { type Leaf } from '../operators.ts';

/** Texts that begin so, and texts that nearly do. */
export function textsAroundPrefix(prefix: string): string[] {
  return distinct([prefix, `${prefix}x`, `${prefix}stranger`, ...nearMisses(prefix)]);
}

/** Texts that fit a pattern, its stars standing for nothing and for something, and texts that nearly fit. */
export function textsAroundGlob(pattern: string): string[] {
  const [bare, filled] = [pattern.replaceAll('*', ''), pattern.replaceAll('*', 'x')];
  const parts = pattern.split('*').filter((part) => part !== '');
  return distinct([
    filled,
    bare,
    ...nearMisses(filled),
    ...nearMisses(bare),
    ...parts,
    ...parts.map((part) => `x${part}x`),
  ]);
}

/** Texts that two patterns or prefixes may both fit. */
export function fitsBoth(one: Leaf, other: Leaf): string[] {
  const [first, second] = [one, other].map(({ operand }) => String(operand).replaceAll('*', ''));
  return [`${first}${second}`, `${first}x${second}`];
}

/** The first and last address of a network, those right outside it, and one of the other family. */
export function addressesAround(cidr: string): string[] {
  const network = parseCidr(cidr);
  if (!network) return [];
  const width = BigInt(network.bytes.length * 8);
  const first = network.bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  const last = first + (1n << (width - BigInt(network.prefix))) - 1n;
  const middle = first + (last - first) / 2n + 1n;
  const near = [first, last, middle, first - 1n, last + 1n].filter((each) => each >= 0n && each < 1n << width);
  const mapped = width === 32n ? [`::ffff:${formatAddress(first, width)}`, '::1'] : ['192.0.2.1'];
  return distinct([...near.map((address) => formatAddress(address, width)), ...mapped]);
}

function formatAddress(address: bigint, width: bigint): string {
  const [groupBits, base, separator] = width === 32n ? [8n, 10, '.'] : [16n, 16, ':'];
  const groups: string[] = [];
  for (let shift = width - groupBits; shift >= 0n; shift -= groupBits)
    groups.push(((address >> shift) & ((1n << groupBits) - 1n)).toString(base));
  return groups.join(separator);
}

function nearMisses(text: string): string[] {
  if (text === '') return ['x'];
  return [`x${text}`, `${text}x`, text.slice(0, -1), text.slice(1), `${text.slice(0, -1)}~`];
}

function distinct(texts: readonly string[]): string[] {
  return [...new Set(texts)];
}
