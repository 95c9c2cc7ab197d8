// Which texts are networks and addresses, and which address lies in which network.
// Next: governance/policy/cidr.ts.
import { BlockList, isIP } from 'node:net';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { containsAddress, type Network, parseCidr } from '../../../governance/policy/cidr.ts';

describe('a network', () => {
  it.each([
    '0.0.0.0/0',
    '10.0.0.0/8',
    '192.168.1.128/25',
    '255.255.255.255/32',
    '::/0',
    'fd00::/8',
    '2001:db8::/32',
    '::1/128',
    '1:2:3:4:5:6:7:8/128',
    '::10.0.0.0/104',
  ])('%s is one', (text) => expect(parseCidr(text)).toBeDefined());

  it.each([
    ['', 'nothing'],
    ['10.0.0.0', 'no prefix'],
    ['10.0.0.0/', 'an empty prefix'],
    ['10.0.0.0/33', 'a prefix beyond the address'],
    ['::/129', 'a prefix beyond the address'],
    ['10.0.0.0/08', 'a prefix with a leading zero'],
    ['10.0.0.0/+8', 'a sign'],
    ['10.0.0.0/8/8', 'two prefixes'],
    ['10.0.0.1/8', 'bits beyond the prefix'],
    ['2001:db8::1/32', 'bits beyond the prefix'],
    ['010.0.0.0/8', 'a leading zero'],
    ['10.0.0/8', 'three octets'],
    ['10.0.0.0.0/8', 'five octets'],
    ['256.0.0.0/8', 'an octet beyond 255'],
    ['0x0a.0.0.0/8', 'a hexadecimal octet'],
    [' 10.0.0.0/8', 'a space'],
    ['1.2.3.4::/32', 'an IPv4 address where it cannot stand'],
    ['1::2::/32', 'two gaps'],
    ['1:2:3:4:5:6:7:8:9/128', 'nine groups'],
    ['1:2:3:4:5:6:7/128', 'seven groups'],
    ['12345::/16', 'five digits'],
    ['fe80::%eth0/64', 'a zone'],
    ['[::]/0', 'brackets'],
    ['::ffff:10.0.0.0/104', 'an IPv4-mapped one, which is written as IPv4'],
  ])('%j is none: %s', (text) => expect(parseCidr(text)).toBeUndefined());
});

describe('an address', () => {
  it.each([
    ['10.0.0.0/8', '10.255.255.255', true],
    ['10.0.0.0/8', '9.255.255.255', false],
    ['10.0.0.0/8', '11.0.0.0', false],
    ['192.168.1.128/25', '192.168.1.128', true],
    ['192.168.1.128/25', '192.168.1.127', false],
    ['10.1.2.3/32', '10.1.2.3', true],
    ['0.0.0.0/0', '255.1.2.3', true],
    ['0.0.0.0/0', '::1', false],
    ['::/0', '1.2.3.4', false],
    ['::/0', '2001:db8::1', true],
    ['10.0.0.0/8', '::ffff:10.1.2.3', true],
    ['10.0.0.0/8', '::FFFF:a01:203', true],
    ['10.0.0.0/8', '0:0:0:0:0:ffff:10.1.2.3', true],
    ['10.0.0.0/8', '::ffff:11.1.2.3', false],
    ['10.0.0.0/8', '::10.1.2.3', false],
    ['::/0', '::ffff:10.1.2.3', false],
    ['fd00::/8', 'FD12::1', true],
    ['2001:db8::/33', '2001:db8:8000::', false],
    ['2001:db8::/33', '2001:db8:7fff::', true],
  ])('in %s: %s %j', (network, address, inside) => expect(containsAddress(networkOf(network), address)).toBe(inside));

  it.each([
    '',
    '10.1.2',
    '10.1.2.03',
    '010.1.2.3',
    '10.1.2.256',
    '10.1.2.3 ',
    '10.1.2.3/32',
    'localhost',
    '1e1.0.0.0',
    '٣.0.0.0',
    ':',
    ':::',
    '1:',
    '::g',
    '1.2.3.4::',
    '::1.2.3.4:5',
    '::ffff:10.1.2.03',
    'fe80::1%1',
    '1'.repeat(10_000),
  ])('%j is none, and in no network it could be said to be or not to be', (text) => {
    expect(containsAddress(networkOf('0.0.0.0/0'), text)).toBeUndefined();
    expect(containsAddress(networkOf('::/0'), text)).toBeUndefined();
  });

  it('is read and placed as Node itself does it', () => {
    const octets = fc
      .tuple(...[0, 1, 2, 3].map(() => fc.constantFrom(0, 1, 10, 127, 128, 255)))
      .map((all) => all.join('.'));
    const text = fc.oneof(
      octets,
      fc.ipV4(),
      fc.ipV6(),
      octets.map((each) => `::ffff:${each}`),
      fc.ipV4Extended(),
      fc.string({ maxLength: 8, unit: fc.constantFrom('1', '0', ':', '.', 'f') }),
    );
    fc.assert(
      fc.property(fc.ipV4(), fc.nat(32), text, (base, prefix, address) => {
        const list = new BlockList();
        list.addSubnet(base, prefix, 'ipv4');
        const network = networkOf(`${maskText(base, prefix)}/${prefix}`);
        const family = isIP(address);
        const inside = containsAddress(network, address);
        expect(inside === undefined).toBe(family === 0);
        // Node places IPv4-mapped addresses in IPv4 networks as well; zones are no part of an address here.
        expect(inside ?? false).toBe(family !== 0 && list.check(address, family === 4 ? 'ipv4' : 'ipv6'));
      }),
      { numRuns: 3000 },
    );
  });
});

function networkOf(text: string): Network {
  const network = parseCidr(text);
  if (!network) throw new Error(`got ${text}, expected a network`);
  return network;
}

function maskText(address: string, prefix: number): string {
  return address
    .split('.')
    .map((octet, index) => Number(octet) & (0xff << (8 - Math.min(8, Math.max(0, prefix - index * 8)))) & 0xff)
    .join('.');
}
