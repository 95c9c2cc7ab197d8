// Rules, lists, routes and doors of a network: what opens is said, in whatever form the provider takes it.
// Next: scripts/review/network-findings.ts and scripts/review/network-presence-rules.ts.
import { describe, expect, test } from 'vitest';
import { type Planned, resource, securityOf } from './planned.ts';

type Values = Readonly<Record<string, unknown>>;
const inGroup = {
  security_group_id: 'sg-1',
  ip_protocol: 'tcp',
  from_port: 443,
  to_port: 443,
  cidr_ipv4: '10.0.0.0/8',
};
const ingress = (before: Values | null, after: Values | null, more: Partial<Planned> = {}) =>
  resource(
    'aws_vpc_security_group_ingress_rule',
    before && { ...inGroup, ...before },
    after && { ...inGroup, ...after },
    more,
  );
const ssh = {
  network_acl_id: 'acl-1',
  egress: false,
  protocol: '6',
  cidr_block: '0.0.0.0/0',
  from_port: 22,
  to_port: 22,
};
const acl = (before: Values | null, after: Values | null) =>
  resource(
    'aws_network_acl_rule',
    before && { ...ssh, ...before },
    after && { ...ssh, ...after },
    before && after ? { replacedBy: ['rule_number'] } : {},
  );

const findings: readonly (readonly [what: string, Planned, said: string])[] = [
  [
    'every protocol for one',
    ingress({}, { ip_protocol: '-1', from_port: null, to_port: null }),
    'widens loud: security group `sg-1` now admits any traffic from `10.0.0.0/8` (16,777,216 addresses), before TCP 443',
  ],
  [
    'ports that no one knows',
    ingress(null, { from_port: undefined }, { unknown: { from_port: true } }),
    'unknown loud: security group `sg-1` now admits what cannot be judged',
  ],
  [
    'ports that are secret',
    ingress(null, { from_port: 0, to_port: 65_535 }, { sensitive: { from_port: true } }),
    'unknown loud: security group `sg-1` now admits what cannot be judged',
  ],
  [
    'a list of rules that no one knows',
    resource(
      'aws_security_group',
      { id: 'sg-1', ingress: [] },
      { id: 'sg-1' },
      { unknown: { ingress: true }, expressions: { ingress: {} } },
    ),
    'unknown loud: security group `aws_security_group.one` now admits what cannot be judged',
  ],
  [
    'rules in blocks',
    resource(
      'aws_security_group',
      { id: 'sg-1', ingress: [] },
      {
        id: 'sg-1',
        ingress: [
          {
            protocol: '-1',
            from_port: 0,
            to_port: 0,
            ipv6_cidr_blocks: ['::/0'],
            self: true,
            prefix_list_ids: ['pl-1'],
          },
        ],
      },
      { expressions: { ingress: {} } },
    ),
    'widens loud: security group `aws_security_group.one` now admits any traffic from **everywhere** (`::/0`)',
  ],
  ['half of the internet', ingress(null, { cidr_ipv4: '128.0.0.0/1' }), 'Open to the internet.'],
  [
    'an ACL for a port that no answer comes to',
    acl(null, { rule_number: 50, rule_action: 'allow', from_port: 3389, to_port: 3389 }),
    'widens loud: network ACL `acl-1` (rule 50) now admits TCP 3389 from **everywhere** (`0.0.0.0/0`) **Open to the internet.**',
  ],
  [
    'a deny behind what it denied',
    acl({ rule_number: 50, rule_action: 'deny' }, { rule_number: 300, rule_action: 'deny' }),
    'widens loud: network ACL `acl-1` (rule 300) now refuses TCP 22 from **everywhere** (`0.0.0.0/0`), before as rule 50',
  ],
  [
    'an allow before what denied it',
    acl({ rule_number: 300, rule_action: 'allow' }, { rule_number: 10, rule_action: 'allow' }),
    'widens loud: network ACL `acl-1` (rule 10) now admits TCP 22',
  ],
  [
    'an allow further behind',
    acl({ rule_number: 10, rule_action: 'allow' }, { rule_number: 300, rule_action: 'allow' }),
    'narrows: network ACL `acl-1` (rule 300) now admits TCP 22',
  ],
  [
    'a deny further ahead',
    acl({ rule_number: 300, rule_action: 'deny' }, { rule_number: 10, rule_action: 'deny' }),
    'narrows: network ACL `acl-1` (rule 10) now refuses',
  ],
  [
    'a deny of less',
    acl({ rule_number: 50, rule_action: 'deny' }, { rule_number: 50, rule_action: 'deny', cidr_block: '10.0.0.0/8' }),
    'widens loud: network ACL `acl-1` (rule 50) now refuses',
  ],
  [
    'an allow for a deny',
    acl({ rule_number: 50, rule_action: 'deny' }, { rule_number: 50, rule_action: 'allow' }),
    'widens loud: network ACL `acl-1` (rule 50) no longer refuses',
  ],
  [
    'a subnet that leaves its ACL',
    resource('aws_network_acl', { id: 'a', subnet_ids: ['s1', 's2'] }, { id: 'a', subnet_ids: ['s1'] }),
    'changes loud: `aws_network_acl.one` changes `subnet_ids`',
  ],
  [
    'a subnet that gets other routes',
    resource('aws_route_table_association', { route_table_id: 'a' }, { route_table_id: 'b' }),
    'changes `route_table_id`: `a` to `b`',
  ],
  [
    'one more network in a list',
    resource(
      'aws_ec2_managed_prefix_list',
      { name: 'callers', entry: [{ cidr: '10.0.0.0/24' }] },
      { name: 'callers', entry: [{ cidr: '10.0.0.0/24' }, { cidr: '0.0.0.0/0' }] },
    ),
    'widens loud: prefix list `callers` now also holds `0.0.0.0/0` **Everywhere.**',
  ],
  [
    'an entry of a list',
    resource('aws_ec2_managed_prefix_list_entry', null, { prefix_list_id: 'pl-1', cidr: '10.0.0.0/8' }),
    'widens: prefix list `pl-1` now also holds `10.0.0.0/8`',
  ],
  [
    'a route',
    resource('aws_route', null, { route_table_id: 'rtb-1', destination_cidr_block: '0.0.0.0/0', gateway_id: 'igw-1' }),
    'route table `rtb-1` now sends `0.0.0.0/0` to `igw-1`',
  ],
  [
    'a route in a block',
    resource(
      'aws_route_table',
      { id: 'rtb-1', route: [] },
      { id: 'rtb-1', route: [{ cidr_block: '0.0.0.0/0', gateway_id: 'igw-1' }] },
    ),
    'route table `rtb-1` now sends `0.0.0.0/0` to `igw-1`',
  ],
  [
    'a gateway',
    resource('aws_internet_gateway', null, { vpc_id: 'vpc-1' }),
    'widens loud: network `vpc-1` now has a way to and from the internet',
  ],
  [
    'a way out',
    resource('aws_nat_gateway', null, { subnet_id: 's1', connectivity_type: 'public' }),
    'widens: subnet `s1` now has a way to the internet by NAT',
  ],
  [
    'another network',
    resource('aws_vpc_peering_connection', null, { vpc_id: 'vpc-1', peer_owner_id: '9', peer_vpc_id: 'vpc-9' }),
    'widens loud: network `vpc-1` is now joined with `9 vpc-9`',
  ],
  ['a public address', resource('aws_eip', null, {}), 'widens: `aws_eip.one` is one more public address'],
];

describe('is said', () => {
  test.each(findings)('%s', (_, planned, said) => {
    expect(securityOf(planned).join('\n')).toContain(said);
  });
});

describe('is no finding', () => {
  const silent: readonly (readonly [what: string, ...planned: Planned[]])[] = [
    [
      'routes that AWS gives',
      resource('aws_route_table', null, { vpc_id: 'v' }, { unknown: { route: true }, expressions: { vpc_id: {} } }),
    ],
    [
      'a rule that moves to another resource',
      { ...ingress({}, null), address: 'aws_vpc_security_group_ingress_rule.a' },
      { ...ingress(null, {}), address: 'aws_vpc_security_group_ingress_rule.b' },
    ],
    [
      'a private way to other subnets',
      resource('aws_nat_gateway', null, { subnet_id: 's1', connectivity_type: 'private' }),
    ],
  ];
  test.each(silent.map(([what, ...planned]) => [what, planned] as const))('%s', (_, planned) => {
    expect(securityOf(...planned)).toEqual([]);
  });
});

test('the ports that answers come back to are no open door of an ACL, and are one of a group', () => {
  const answers = { from_port: 1024, to_port: 65_535 };
  expect(securityOf(acl(null, { ...answers, rule_number: 1, rule_action: 'allow' }))).toEqual([
    expect.stringMatching(/^widens: /),
  ]);
  expect(securityOf(ingress(null, { ...answers, cidr_ipv4: '0.0.0.0/0' }))).toEqual([
    expect.stringMatching(/^widens loud: /),
  ]);
});
