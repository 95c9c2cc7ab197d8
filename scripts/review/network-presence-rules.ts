// Gateways, routes, connections, doors and address lists: each lets something through by being there. Data.
// Next: scripts/review/presence-findings.ts, which compares.
import { isEverywhere } from './addresses.ts';
import { code } from './markdown.ts';
import { knownAfterApply, type Values } from './planned-resource.ts';
import type { Presence, PresenceRule } from './presence.ts';
import { isSet, items, records, text } from './values.ts';

const way = (label: string, name: string, to: string, loud = true): PresenceRule => ({
  kind: 'exposure',
  list: (values) =>
    values['connectivity_type'] === 'private'
      ? []
      : [
          {
            subject: `${label} ${code(text(values[name]))}`,
            gains: `now has ${to}`,
            loses: `no longer has ${to}`,
            loud,
          },
        ],
});

/** Where a route of this table, or of its own, sends what goes where. */
function describeRoute(table: unknown, route: Values): Presence {
  const to =
    route['destination_cidr_block'] ??
    route['cidr_block'] ??
    route['destination_ipv6_cidr_block'] ??
    route['ipv6_cidr_block'] ??
    route['destination_prefix_list_id'];
  const by = Object.keys(route).find(
    (name) =>
      /_(?:id|arn)$/.test(name) &&
      !/^(?:route_table|instance_owner|destination)/.test(name) &&
      isSet(route[name]) &&
      route[name] !== knownAfterApply,
  );
  const path = `sends ${code(text(to))} to ${code(text(by === undefined ? knownAfterApply : route[by]))}`;
  return { subject: `route table ${code(text(table))}`, gains: `now ${path}`, loses: `no longer ${path}`, loud: false };
}

const routes: PresenceRule = {
  kind: 'network',
  list: (values) => records(values['route']).map((route) => describeRoute(values['id'], route)),
};

/** A group or a rule that names a list admits all that is in it. */
function listed(list: unknown, network: unknown): Presence {
  const address = text(network);
  const loud = isEverywhere(address);
  return {
    subject: `prefix list ${code(text(list))}`,
    gains: `now also holds ${code(address)}${loud ? ' **Everywhere.**' : ''}`,
    loses: `no longer holds ${code(address)}`,
    loud,
  };
}

/** What a listener or a rule of it asks before it lets through. */
const signIn: PresenceRule = {
  kind: 'listener',
  guards: true,
  list: (values, address) =>
    [...records(values['default_action']), ...records(values['action'])]
      .filter(({ type }) => text(type).startsWith('authenticate-') || type === 'jwt-validation')
      .map(({ type }) => ({
        subject: code(address),
        gains: `now asks callers to sign in (${code(text(type))})`,
        loses: `no longer asks callers to sign in (${code(text(type))})`,
        loud: false,
      })),
};

/** By type. */
export const networkPresenceRules: Readonly<Record<string, readonly PresenceRule[]>> = {
  aws_internet_gateway: [way('network', 'vpc_id', 'a way to and from the internet')],
  aws_egress_only_internet_gateway: [way('network', 'vpc_id', 'a way to the internet by IPv6')],
  aws_nat_gateway: [way('subnet', 'subnet_id', 'a way to the internet by NAT', false)],
  aws_vpn_gateway: [way('network', 'vpc_id', 'a way to a private network outside AWS')],
  aws_vpc_peering_connection: [
    {
      kind: 'exposure',
      list: (values) => {
        const peer = [values['peer_owner_id'], values['peer_vpc_id']].filter(isSet).map(text).join(' ');
        const subject = `network ${code(text(values['vpc_id']))}`;
        return [
          {
            subject,
            gains: `is now joined with ${code(peer)}`,
            loses: `is no longer joined with ${code(peer)}`,
            loud: true,
          },
        ];
      },
    },
  ],
  aws_ec2_transit_gateway_vpc_attachment: [way('network', 'vpc_id', 'a way through a transit gateway')],
  aws_vpclattice_service_network_vpc_association: [
    way('network', 'vpc_identifier', 'a way to the services of a Lattice network', false),
  ],
  aws_eip: [
    {
      kind: 'exposure',
      list: (_, address) => [
        { subject: code(address), gains: 'is one more public address', loses: 'is given back', loud: false },
      ],
    },
  ],
  aws_route: [{ kind: 'network', list: (values) => [describeRoute(values['route_table_id'], values)] }],
  aws_route_table: [routes],
  aws_default_route_table: [routes],
  aws_ec2_managed_prefix_list: [
    {
      kind: 'network',
      list: (values) => records(values['entry']).map((entry) => listed(values['name'], entry['cidr'])),
    },
  ],
  aws_ec2_managed_prefix_list_entry: [
    { kind: 'network', list: (values) => [listed(values['prefix_list_id'], values['cidr'])] },
  ],
  aws_lb_listener: [signIn],
  aws_lb_listener_rule: [signIn],
  aws_lb_target_group_attachment: [
    {
      kind: 'listener',
      list: (values) =>
        items(values['target_id']).map((target) => ({
          subject: `target group ${code(text(values['target_group_arn']))}`,
          gains: `now also forwards to ${code(target)}`,
          loses: `no longer forwards to ${code(target)}`,
          loud: false,
        })),
    },
  ],
};
