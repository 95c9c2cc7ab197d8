// Security groups: every hop by the group on its other side. Nothing is open to the VPC, nothing may go everywhere.
// Next: stacks/modules/networking/endpoints.ts, where what leaves the tasks goes.
import { DataAwsEc2ManagedPrefixList } from '@cdktf/provider-aws/lib/data-aws-ec2-managed-prefix-list/index.js';
import { DefaultSecurityGroup } from '@cdktf/provider-aws/lib/default-security-group/index.js';
import { SecurityGroup } from '@cdktf/provider-aws/lib/security-group/index.js';
import { VpcSecurityGroupEgressRule } from '@cdktf/provider-aws/lib/vpc-security-group-egress-rule/index.js';
import { VpcSecurityGroupIngressRule } from '@cdktf/provider-aws/lib/vpc-security-group-ingress-rule/index.js';
import { type Vpc } from '@cdktf/provider-aws/lib/vpc/index.js';
import { countWhen, forEach, text } from '../../expression.ts';
import { type ModuleStack } from '../../module-stack.ts';
import { ports, testPorts } from '../../naming.ts';

/** The groups, by who is in them. */
export interface SecurityGroups {
  readonly loadBalancer: SecurityGroup;
  readonly orbit: SecurityGroup;
  readonly axon: SecurityGroup;
  readonly endpoints: SecurityGroup;
  readonly functions: SecurityGroup;
  readonly mesh: SecurityGroup;
}

const lattice = 'var.mesh == "lattice"';
const serviceConnect = 'var.mesh == "service-connect"';
const appMesh = 'var.mesh == "app-mesh"';
const byLoadBalancer = 'var.mesh != "service-connect"';

/** Adds the groups and their rules, and empties the default group. */
export function addSecurityGroups(scope: ModuleStack, { prefix, vpc }: { prefix: string; vpc: Vpc }): SecurityGroups {
  const group = (id: string, description: string): SecurityGroup => {
    const made = new SecurityGroup(scope, id, {
      name: `${prefix}-${id.replace('_', '-')}`,
      description,
      vpcId: vpc.id,
      tags: { Name: `${prefix}-${id.replace('_', '-')}` },
    });
    // The scanner does not follow an output into another module.
    if (id !== 'endpoints')
      scope.skipCheck(made, 'CKV2_AWS_5', 'attached in another module, by the output of this one');
    return made;
  };
  const groups: SecurityGroups = {
    loadBalancer: group('load_balancer', 'Internal load balancer.'),
    orbit: group('orbit', 'Tasks of Orbit.'),
    axon: group('axon', 'Tasks of Axon.'),
    endpoints: group('endpoints', 'Interface endpoints.'),
    functions: group('functions', 'Functions in the VPC.'),
    mesh: group('mesh', 'Association of the VPC with the service network.'),
  };
  new DefaultSecurityGroup(scope, 'locked_group', { vpcId: vpc.id, tags: { Name: `${prefix}-locked` } });
  addCallers(scope, groups);
  addMeshDoors(scope, groups);
  addWaysOut(scope, groups);
  return groups;
}

/** Callers → load balancer → Orbit; the smoke function → test listeners. */
function addCallers(scope: ModuleStack, { loadBalancer, orbit, functions }: SecurityGroups): void {
  new VpcSecurityGroupIngressRule(scope, 'load_balancer_from_callers', {
    forEach: forEach('toset(concat([var.cidr], var.caller_cidrs))'),
    securityGroupId: loadBalancer.id,
    cidrIpv4: text('each.value'),
    ...tcp(ports.orbitListener),
  });
  hop(scope, 'load_balancer_to_orbit', { from: loadBalancer, to: orbit, port: ports.task });
  hop(scope, 'functions_to_orbit', { from: functions, to: loadBalancer, port: ports.orbitListener });
  hop(scope, 'functions_to_orbit_test', { from: functions, to: loadBalancer, port: testPorts.orbit });
  hop(scope, 'functions_to_axon_test', { from: functions, to: loadBalancer, port: testPorts.axon });
}

/** Orbit → Axon, as the mesh has it. INVARIANT: Axon admits the load balancer or Orbit, by group, and nothing else. */
function addMeshDoors(scope: ModuleStack, { loadBalancer, orbit, axon, mesh }: SecurityGroups): void {
  const prefixList = new DataAwsEc2ManagedPrefixList(scope, 'lattice', {
    count: countWhen(lattice),
    name: 'com.amazonaws.${data.aws_region.current_region.name}.vpc-lattice',
  });
  const prefixListId = text(`one(${prefixList.fqn}[*].id)`);
  new VpcSecurityGroupIngressRule(scope, 'load_balancer_from_lattice', {
    count: countWhen(lattice),
    securityGroupId: loadBalancer.id,
    prefixListId,
    ...tcp(ports.axonListener),
  });
  new VpcSecurityGroupEgressRule(scope, 'orbit_to_lattice', {
    count: countWhen(lattice),
    securityGroupId: orbit.id,
    prefixListId,
    ...tcp(443),
  });
  new VpcSecurityGroupIngressRule(scope, 'mesh_from_orbit', {
    count: countWhen(lattice),
    securityGroupId: mesh.id,
    referencedSecurityGroupId: orbit.id,
    ...tcp(443),
  });
  hop(scope, 'orbit_to_load_balancer', { from: orbit, to: loadBalancer, port: ports.axonListener, when: appMesh });
  hop(scope, 'load_balancer_to_axon', { from: loadBalancer, to: axon, port: ports.task, when: byLoadBalancer });
  hop(scope, 'orbit_to_axon', { from: orbit, to: axon, port: ports.task, when: serviceConnect });
}

/** What tasks and functions call: endpoints by group, S3 and DynamoDB by prefix list, the token issuer by network. */
function addWaysOut(scope: ModuleStack, { orbit, axon, endpoints, functions }: SecurityGroups): void {
  // Layers of images lie in S3; Axon records spent grants in a table, Governance reads policies from one.
  const callers = { orbit: ['s3'], axon: ['s3', 'dynamodb'], functions: ['dynamodb'] } as const;
  const groups = { orbit, axon, functions };
  for (const name of ['orbit', 'axon', 'functions'] as const) {
    const from = groups[name];
    hop(scope, `${name}_to_endpoints`, { from, to: endpoints, port: 443 });
    for (const service of callers[name])
      new VpcSecurityGroupEgressRule(scope, `${name}_to_${service}`, {
        securityGroupId: from.id,
        prefixListId: text(`aws_vpc_endpoint.${service}.prefix_list_id`),
        ...tcp(443),
      });
  }
  // Orbit fetches keys there, the smoke function its token.
  for (const name of ['orbit', 'functions'] as const)
    new VpcSecurityGroupEgressRule(scope, `${name}_to_token_issuer`, {
      forEach: forEach('toset(var.token_issuer_cidrs)'),
      securityGroupId: groups[name].id,
      cidrIpv4: text('each.value'),
      ...tcp(443),
    });
}

/** A rule on each side of one hop. */
function hop(
  scope: ModuleStack,
  id: string,
  { from, to, port, when }: { from: SecurityGroup; to: SecurityGroup; port: number; when?: string },
): void {
  const optional = when === undefined ? {} : { count: countWhen(when) };
  new VpcSecurityGroupEgressRule(scope, `${id}_out`, {
    ...optional,
    securityGroupId: from.id,
    referencedSecurityGroupId: to.id,
    ...tcp(port),
  });
  new VpcSecurityGroupIngressRule(scope, `${id}_in`, {
    ...optional,
    securityGroupId: to.id,
    referencedSecurityGroupId: from.id,
    ...tcp(port),
  });
}

function tcp(port: number): { ipProtocol: string; fromPort: number; toPort: number } {
  return { ipProtocol: 'tcp', fromPort: port, toPort: port };
}
