// The network: three tiers of subnets over two or three zones, no way out but VPC endpoints, and every door named.
// Next: stacks/modules/networking/subnets.ts, then network-acls.ts, security-groups.ts and endpoints.ts beside it.
import { Vpc } from '@cdktf/provider-aws/lib/vpc/index.js';
import { z } from 'zod';
import { awsAccount } from '../constructs/aws-account.ts';
import { list } from '../expression.ts';
import { arnInput, logRetentionDaysInput, namePrefixInput } from '../module-inputs.ts';
import { defineModule } from '../module-stack.ts';
import { names } from '../naming.ts';
import { addEndpoints } from './networking/endpoints.ts';
import { addFlowLogs } from './networking/flow-logs.ts';
import { addNetworkAcls } from './networking/network-acls.ts';
import { addSecurityGroups } from './networking/security-groups.ts';
import { addSubnets } from './networking/subnets.ts';

/** A network of /16 to /24: a sixteenth of it, a subnet, is then between AWS's largest and smallest. */
const vpcNetwork = z.string().regex(/^[0-9]{1,3}(\.[0-9]{1,3}){3}\/(1[6-9]|2[0-4])$/);
/** RFC 1918 and nothing wider: the load balancer is internal, so its callers are. */
const privateNetwork = z
  .string()
  .regex(
    /^(10(\.[0-9]{1,3}){3}\/([89]|[12][0-9]|3[0-2])|172\.(1[6-9]|2[0-9]|3[01])(\.[0-9]{1,3}){2}\/(1[2-9]|2[0-9]|3[0-2])|192\.168(\.[0-9]{1,3}){2}\/(1[6-9]|2[0-9]|3[0-2]))$/,
  );
/** Any network but one so wide that it names nobody. */
const namedNetwork = z.string().regex(/^[0-9]{1,3}(\.[0-9]{1,3}){3}\/([89]|[12][0-9]|3[0-2])$/);

const inputs = z.strictObject({
  name_prefix: namePrefixInput,
  cidr: vpcNetwork.meta({ description: 'The network of the VPC, /16 to /24.' }),
  availability_zones: z
    .array(z.string().regex(/^[a-z]{2}(-[a-z]+)+-[0-9][a-z]$/))
    .min(2)
    .max(3)
    .meta({ description: 'Zones with subnets. Add at the end: the order decides the networks of the subnets.' }),
  nat: z.enum(['none', 'single', 'per-az']).default('none').meta({
    description:
      'NAT gateways for the private subnets. Without any, VPC endpoints are the only way out; with them, Orbit still reaches token_issuer_cidrs alone.',
  }),
  optional_endpoints: z
    .array(z.enum(['xray', 'ssmmessages', 'codedeploy', 'ecs', 'ecs-agent', 'ecs-telemetry']))
    .default([])
    .meta({
      description: 'Interface endpoints besides those the runtime needs. GPU instances need the three of ecs.',
    }),
  caller_cidrs: z
    .array(privateNetwork)
    // A network ACL takes 20 rules per direction unless AWS raises it; five are taken.
    .max(10)
    .default([])
    .meta({ description: 'Private networks whose callers may reach Orbit, besides the VPC.' }),
  token_issuer_cidrs: z
    .array(namedNetwork)
    .max(20)
    .default([])
    .meta({ description: "Networks where the issuer of callers' tokens serves its keys." }),
  mesh: z
    .enum(['lattice', 'service-connect', 'app-mesh'])
    .default('lattice')
    .meta({ description: 'How Orbit reaches Axon: decides which doors there are between them.' }),
  logs_key_arn: arnInput('The key of the flow log group.'),
  log_retention_days: logRetentionDaysInput,
});

/** VPC, subnets, routes, network ACLs, security groups, endpoints, flow logs. */
export const networking = defineModule({
  name: 'networking',
  summary: 'A VPC of three tiers whose only way out is VPC endpoints, with security groups for every hop.',
  inputs,
  build(scope, input) {
    const account = awsAccount(scope);
    const vpc = new Vpc(scope, 'main', {
      cidrBlock: input.cidr,
      enableDnsSupport: true,
      enableDnsHostnames: true,
      tags: { Name: names(input.name_prefix).vpc },
    });
    addSubnets(scope, { prefix: input.name_prefix, vpc });
    addNetworkAcls(scope, { prefix: input.name_prefix, vpc });
    const groups = addSecurityGroups(scope, { prefix: input.name_prefix, vpc });
    addEndpoints(scope, account, { prefix: input.name_prefix, vpc, securityGroupId: groups.endpoints.id });
    addFlowLogs(scope, account, {
      prefix: input.name_prefix,
      vpc,
      keyArn: input.logs_key_arn,
      retentionDays: input.log_retention_days,
    });
    const subnetIds = (tier: string) => list(`[for zone in var.availability_zones : aws_subnet.${tier}[zone].id]`);
    return {
      vpc_id: { description: 'The VPC.', value: vpc.id },
      public_subnet_ids: {
        description: 'Subnets of NAT gateways; no workload is in them.',
        value: subnetIds('public'),
      },
      private_subnet_ids: {
        description: 'Subnets of the load balancer, Orbit and the endpoints.',
        value: subnetIds('private'),
      },
      axon_runtime_subnet_ids: { description: 'Subnets of Axon.', value: subnetIds('axon_runtime') },
      private_route_table_ids: {
        description:
          'For routes to the networks of callers and the token issuer: by peering, a transit gateway, a VPN.',
        value: list('[for zone in var.availability_zones : aws_route_table.private_routes[zone].id]'),
      },
      load_balancer_security_group_id: { description: 'Of the load balancer.', value: groups.loadBalancer.id },
      orbit_security_group_id: { description: "Of Orbit's tasks.", value: groups.orbit.id },
      axon_security_group_id: { description: "Of Axon's tasks.", value: groups.axon.id },
      endpoints_security_group_id: { description: 'Of the interface endpoints.', value: groups.endpoints.id },
      functions_security_group_id: { description: 'Of functions in the VPC.', value: groups.functions.id },
      mesh_security_group_id: {
        description: 'Of the association of the VPC with the service network.',
        value: groups.mesh.id,
      },
    };
  },
});
