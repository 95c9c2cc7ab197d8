// Subnets and routes: a tier each for NAT, for Orbit with its load balancer and endpoints, and for Axon.
// Next: stacks/modules/networking/network-acls.ts.
import { DefaultRouteTable } from '@cdktf/provider-aws/lib/default-route-table/index.js';
import { Eip } from '@cdktf/provider-aws/lib/eip/index.js';
import { InternetGateway } from '@cdktf/provider-aws/lib/internet-gateway/index.js';
import { NatGateway } from '@cdktf/provider-aws/lib/nat-gateway/index.js';
import { RouteTableAssociation } from '@cdktf/provider-aws/lib/route-table-association/index.js';
import { RouteTable } from '@cdktf/provider-aws/lib/route-table/index.js';
import { Route } from '@cdktf/provider-aws/lib/route/index.js';
import { Subnet } from '@cdktf/provider-aws/lib/subnet/index.js';
import { type Vpc } from '@cdktf/provider-aws/lib/vpc/index.js';
import { countWhen, forEach, text } from '../../expression.ts';
import { type ModuleStack } from '../../module-stack.ts';

/**
 * Each subnet is a sixteenth of the network: four places per tier, of which as many are used as there are zones, so that a
 * zone more moves no subnet.
 */
const subnetBits = 4;
const tiers = { public: 0, private: 4, axon_runtime: 8 } as const;
const zones = '{ for index, zone in var.availability_zones : zone => index }';
/** The zones that have a NAT gateway. */
const natZones =
  'toset(var.nat == "none" ? [] : var.nat == "single" ? slice(var.availability_zones, 0, 1) : var.availability_zones)';

/** Adds subnets, route tables and, by option, NAT. */
export function addSubnets(scope: ModuleStack, { prefix, vpc }: { prefix: string; vpc: Vpc }): void {
  const named = (suffix: string) => ({ Name: `${prefix}-${suffix}` });
  for (const [tier, first] of Object.entries(tiers)) {
    const label = tier.replace('_', '-');
    new Subnet(scope, tier, {
      forEach: forEach(zones),
      vpcId: vpc.id,
      availabilityZone: text('each.key'),
      cidrBlock: text(`cidrsubnet(var.cidr, ${subnetBits}, ${first} + each.value)`),
      mapPublicIpOnLaunch: false,
      tags: named(`${label}-\${each.key}`),
    });
    new RouteTable(scope, `${tier}_routes`, {
      forEach: forEach(zones),
      vpcId: vpc.id,
      tags: named(`${label}-\${each.key}`),
    });
    new RouteTableAssociation(scope, `${tier}_association`, {
      forEach: forEach(zones),
      subnetId: text(`aws_subnet.${tier}[each.key].id`),
      routeTableId: text(`aws_route_table.${tier}_routes[each.key].id`),
    });
  }
  // A subnet without a route table of its own would get this one: it leads nowhere.
  new DefaultRouteTable(scope, 'locked_routes', {
    defaultRouteTableId: vpc.defaultRouteTableId,
    tags: named('locked'),
  });
  addNat(scope, vpc, named);
}

/** The internet gateway is there for NAT alone: without NAT, the public subnets are public in name only. */
function addNat(scope: ModuleStack, vpc: Vpc, named: (suffix: string) => { Name: string }): void {
  new InternetGateway(scope, 'internet', {
    count: countWhen('var.nat != "none"'),
    vpcId: vpc.id,
    tags: named('internet'),
  });
  new Eip(scope, 'nat_address', { forEach: forEach(natZones), domain: 'vpc', tags: named('nat-${each.key}') });
  new NatGateway(scope, 'nat', {
    forEach: forEach(natZones),
    allocationId: text('aws_eip.nat_address[each.key].id'),
    subnetId: text('aws_subnet.public[each.key].id'),
    tags: named('nat-${each.key}'),
  });
  const routed = `{ for index, zone in var.availability_zones : zone => index if var.nat != "none" }`;
  new Route(scope, 'public_internet', {
    forEach: forEach(routed),
    routeTableId: text('aws_route_table.public_routes[each.key].id'),
    destinationCidrBlock: '0.0.0.0/0',
    gatewayId: text('aws_internet_gateway.internet[0].id'),
  });
  // Axon has no route out even with NAT: models are reached by the Bedrock endpoint.
  new Route(scope, 'private_nat', {
    forEach: forEach(routed),
    routeTableId: text('aws_route_table.private_routes[each.key].id'),
    destinationCidrBlock: '0.0.0.0/0',
    natGatewayId: text('aws_nat_gateway.nat[var.nat == "single" ? var.availability_zones[0] : each.key].id'),
  });
}
