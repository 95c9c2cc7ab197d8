// The network's claims, read from what is synthesized: who may reach whom, and that there is no other way.
// Next: __tests__/stacks/modules/networking/reachability.test.ts, where packets are sent; endpoints.test.ts beside it.
import { App } from 'cdktf';
import { describe, expect, test } from 'vitest';
import { networking } from '../../../stacks/modules/networking.ts';
import { type TerraformBlock } from '../../../stacks/terraform-json.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const app = new App({ stackTraces: false, outdir: temporaryFolder('networking') });
const { resource = {}, data = {}, variable = {} } = networking.synthesize(app).toConfiguration();
const ingress = resource['aws_vpc_security_group_ingress_rule'] ?? {};
const egress = resource['aws_vpc_security_group_egress_rule'] ?? {};
const entries = resource['aws_network_acl_rule'] ?? {};
const group = (name: string): string => `\${aws_security_group.${name}.id}`;

/** Where a rule of one side comes from or goes to. */
function peer(rule: TerraformBlock): string {
  const { referenced_security_group_id: id, prefix_list_id: list, cidr_ipv4: cidr } = rule;
  return String(id ?? list ?? cidr);
}
const doorsOf = (name: string) =>
  Object.values(ingress)
    .filter(({ security_group_id: id }) => id === group(name))
    .map((rule) => ({ from: peer(rule), port: rule['from_port'], when: rule['count'] ?? 'always' }));

describe('security groups', () => {
  test('Axon admits the load balancer, or with Service Connect Orbit, and nothing else', () => {
    expect(doorsOf('axon')).toEqual([
      { from: group('load_balancer'), port: 8443, when: '${var.mesh != "service-connect" ? 1 : 0}' },
      { from: group('orbit'), port: 8443, when: '${var.mesh == "service-connect" ? 1 : 0}' },
    ]);
  });

  test("Axon's port of the load balancer admits Lattice's addresses, or with App Mesh Orbit", () => {
    expect(doorsOf('load_balancer').filter(({ port }) => port === 8443)).toEqual([
      {
        from: expect.stringContaining('data.aws_ec2_managed_prefix_list.lattice'),
        port: 8443,
        when: '${var.mesh == "lattice" ? 1 : 0}',
      },
      { from: group('orbit'), port: 8443, when: '${var.mesh == "app-mesh" ? 1 : 0}' },
    ]);
    expect(data['aws_ec2_managed_prefix_list']?.['lattice']?.['name']).toMatch(/\.vpc-lattice$/);
  });

  test('Axon calls endpoints, S3 and DynamoDB, and nobody else', () => {
    const called = Object.values(egress).filter(({ security_group_id: id }) => id === group('axon'));
    expect(called.map((rule) => [peer(rule), rule['from_port']].join(' ')).toSorted()).toEqual([
      `${group('endpoints')} 443`,
      '${aws_vpc_endpoint.dynamodb.prefix_list_id} 443',
      '${aws_vpc_endpoint.s3.prefix_list_id} 443',
    ]);
  });

  test('Orbit admits the load balancer alone', () => {
    expect(doorsOf('orbit')).toEqual([{ from: group('load_balancer'), port: 8443, when: 'always' }]);
  });

  test('the test listeners admit the functions alone', () => {
    for (const port of [9443, 9444])
      expect(doorsOf('load_balancer').filter((door) => door.port === port)).toEqual([
        { from: group('functions'), port, when: 'always' },
      ]);
  });

  test('no workload is open to the network of the VPC: only the door for callers names networks', () => {
    const byNetwork = Object.entries(ingress).filter(([, rule]) => rule['cidr_ipv4'] !== undefined);
    expect(byNetwork.map(([name]) => name)).toEqual(['load_balancer_from_callers']);
    expect(byNetwork[0]?.[1]).toMatchObject({
      for_each: '${toset(concat([var.cidr], var.caller_cidrs))}',
      cidr_ipv4: '${each.value}',
      from_port: 443,
    });
  });

  test('what leaves goes to a group, a prefix list or the token issuer, by TCP and one port', () => {
    for (const [name, rule] of Object.entries(egress)) {
      expect.soft(rule['ip_protocol'], name).toBe('tcp');
      expect.soft(rule['from_port'], name).toBe(rule['to_port']);
      if (rule['cidr_ipv4'] !== undefined)
        expect.soft(['orbit_to_token_issuer', 'functions_to_token_issuer']).toContain(name);
      expect.soft(rule['for_each'] ?? '${toset(var.token_issuer_cidrs)}').toBe('${toset(var.token_issuer_cidrs)}');
    }
    expect(Object.values(egress).some(({ security_group_id: id }) => id === group('endpoints'))).toBe(false);
  });

  test('every door has its other side', () => {
    const hops = (rules: Record<string, TerraformBlock>, suffix: RegExp) =>
      Object.keys(rules)
        .filter((name) => suffix.test(name))
        .map((name) => name.replace(suffix, ''))
        .toSorted();
    expect(hops(ingress, /_in$/)).toEqual(hops(egress, /_out$/));
  });

  test('the default group lets nothing in or out', () => {
    expect(Object.values(resource['aws_default_security_group'] ?? {})).toEqual([
      expect.not.objectContaining({ ingress: expect.anything() }),
    ]);
    expect(Object.values(resource['aws_default_security_group'] ?? {})[0]).not.toHaveProperty('egress');
  });
});

describe('inputs', () => {
  const accepts = (input: 'cidr' | 'caller_cidrs' | 'token_issuer_cidrs', value: string): boolean =>
    networking.inputs.shape[input].safeParse(input === 'cidr' ? value : [value]).success;

  test('take callers of private networks alone, never everybody', () => {
    for (const good of ['10.0.0.0/8', '10.1.2.0/24', '172.16.0.0/12', '172.31.0.0/16', '192.168.7.0/24'])
      expect.soft(accepts('caller_cidrs', good), good).toBe(true);
    for (const bad of ['0.0.0.0/0', '10.0.0.0/7', '8.8.8.0/24', '172.32.0.0/16', '172.16.0.0/11', '192.168.0.0/15'])
      expect.soft(accepts('caller_cidrs', bad), bad).toBe(false);
  });

  test('take an issuer anywhere, but no network that names nobody', () => {
    expect(accepts('token_issuer_cidrs', '203.0.113.0/24')).toBe(true);
    for (const bad of ['0.0.0.0/0', '128.0.0.0/1', '203.0.113.0/33', 'everywhere'])
      expect.soft(accepts('token_issuer_cidrs', bad), bad).toBe(false);
  });

  test('take a network whose sixteenths are subnets that AWS allows', () => {
    expect(accepts('cidr', '10.20.0.0/16')).toBe(true);
    expect(accepts('cidr', '10.20.0.0/24')).toBe(true);
    for (const bad of ['10.0.0.0/15', '10.20.0.0/25']) expect.soft(accepts('cidr', bad), bad).toBe(false);
  });

  test('take no more callers than a network ACL has rules for', () => {
    const most = Number(/<= (\d+)/.exec(JSON.stringify(variable['caller_cidrs']?.['validation']))?.[1]);
    for (const out of [true, false]) {
      const others = Object.entries(entries).filter(
        ([name, { egress: direction, for_each: each }]) =>
          name.startsWith('private_') && direction === out && each === undefined,
      );
      expect(others.length + most).toBeLessThanOrEqual(20);
    }
  });
});

describe('subnets', () => {
  test('of the public tier give no public address, and are in the routes of NAT alone', () => {
    for (const subnet of Object.values(resource['aws_subnet'] ?? {}))
      expect(subnet).toMatchObject({ map_public_ip_on_launch: false });
    expect(Object.keys(resource['aws_route'] ?? {}).toSorted()).toEqual(['private_nat', 'public_internet']);
  });

  test('have places of their own, so that a zone more moves none', () => {
    const places = Object.values(resource['aws_subnet'] ?? {}).map(({ cidr_block: cidr, for_each: each }) => {
      expect(each).toBe('${{ for index, zone in var.availability_zones : zone => index }}');
      return Number(/^\$\{cidrsubnet\(var\.cidr, 4, (\d+) \+ each\.value\)\}$/.exec(String(cidr))?.[1]);
    });
    const zonesAtMost = Number(/<= (\d+)/.exec(JSON.stringify(variable['availability_zones']?.['validation']))?.[1]);
    expect(places.toSorted((a, b) => a - b)).toEqual([0, 4, 8]);
    expect(zonesAtMost).toBeLessThanOrEqual(4);
  });

  test('that get no routes of their own lead nowhere', () => {
    const [locked] = Object.values(resource['aws_default_route_table'] ?? {});
    expect(locked).toBeDefined();
    expect(locked).not.toHaveProperty('route');
  });
});

describe('network ACLs', () => {
  const rulesOf = (tier: string, direction: 'in' | 'out') =>
    Object.entries(entries)
      .filter(([name]) => name.startsWith(`${tier}_${direction}_`))
      .map(([, { from_port: from, to_port: to, cidr_block: cidr, protocol }]) =>
        [protocol, [from, to].join('-'), cidr].join(' '),
      )
      .toSorted();

  test('of Axon let in calls from the VPC and answers, and out HTTPS and answers', () => {
    expect(rulesOf('axon_runtime', 'in')).toEqual(['tcp 32768-60999 0.0.0.0/0', 'tcp 8443-8443 ${var.cidr}']);
    expect(rulesOf('axon_runtime', 'out')).toEqual(['tcp 1024-65535 ${var.cidr}', 'tcp 443-443 0.0.0.0/0']);
  });

  test('let nobody outside begin a connection but callers', () => {
    const open = Object.values(entries).filter(
      ({ egress: out, cidr_block: cidr }) => out === false && cidr === '0.0.0.0/0',
    );
    expect(open.map(({ from_port: from }) => Number(from)).toSorted((a, b) => a - b)).toEqual([1024, 1024, 32_768]);
  });

  test('have numbers of their own per tier and direction, with room for a list of networks', () => {
    for (const tier of ['public', 'private', 'axon_runtime'])
      for (const direction of ['in', 'out']) {
        const numbers = Object.entries(entries)
          .filter(([name]) => name.startsWith(`${tier}_${direction}_`))
          .map(([, { rule_number: number }]) => Number(/\d+/.exec(String(number))?.[0]));
        expect(new Set(numbers).size).toBe(numbers.length);
        expect(numbers.every((number) => number % 100 === 0)).toBe(true);
      }
  });

  test('the default one has no rule', () => {
    const [locked] = Object.values(resource['aws_default_network_acl'] ?? {});
    expect(locked).toBeDefined();
    expect(locked).not.toHaveProperty('ingress');
    expect(locked).not.toHaveProperty('egress');
  });
});

describe('ways out', () => {
  const endpoints = resource['aws_vpc_endpoint'] ?? {};

  test('are endpoints of the services that the runtime calls, and of the proxies of App Mesh', () => {
    expect(endpoints['interface']?.['for_each']).toBe(
      '${toset(concat(["ecr.api","ecr.dkr","logs","secretsmanager","kms","sts","lambda"], var.mesh == "app-mesh" ? ["appmesh-envoy-management"] : [], var.optional_endpoints))}',
    );
    expect(Object.keys(endpoints).toSorted()).toEqual(['bedrock', 'dynamodb', 'interface', 's3']);
    for (const name of ['interface', 'bedrock'])
      expect(endpoints[name]).toMatchObject({ private_dns_enabled: true, security_group_ids: [group('endpoints')] });
  });

  test('of Orbit are S3, of Axon S3 and DynamoDB, of functions DynamoDB, besides the endpoints', () => {
    const lists = Object.entries(egress).flatMap(([name, { prefix_list_id: id }]) =>
      String(id).includes('aws_vpc_endpoint') ? [name] : [],
    );
    expect(lists.toSorted()).toEqual(['axon_to_dynamodb', 'axon_to_s3', 'functions_to_dynamodb', 'orbit_to_s3']);
  });

  test('have no NAT and no internet gateway unless asked for', () => {
    expect(resource['aws_internet_gateway']?.['internet']?.['count']).toBe('${var.nat != "none" ? 1 : 0}');
    expect(String(resource['aws_nat_gateway']?.['nat']?.['for_each'])).toContain('var.nat == "none" ? []');
    expect(Object.keys(resource['aws_route'] ?? {})).not.toContain('axon_runtime_nat');
  });

  test('are logged, accepted or not, under the key of logs', () => {
    expect(resource['aws_flow_log']?.['all_traffic']).toMatchObject({ traffic_type: 'ALL' });
    expect(resource['aws_cloudwatch_log_group']?.['flow_logs']).toMatchObject({ kms_key_id: '${var.logs_key_arn}' });
  });
});
