// Configuration as data: each mistake with the line it is reported by.
// Next: stacks/config/load.ts.
import { describe, expect, test } from 'vitest';
import { dev } from '../../../stacks/config/dev.ts';
import { ConfigurationError, loadEnvironments } from '../../../stacks/config/load.ts';
import { prod } from '../../../stacks/config/prod.ts';
import { type EnvironmentInput } from '../../../stacks/config/schema.ts';
import { staging } from '../../../stacks/config/staging.ts';

type Edit = (config: EnvironmentInput) => unknown;

interface ConfigCase {
  readonly what: string;
  readonly of: EnvironmentInput;
  readonly edit: Edit;
  /** The lines that name the problem, without the file. */
  readonly says: readonly string[];
}

const network =
  (changes: object): Edit =>
  (config) => ({ ...config, network: { ...config.network, ...changes } });
const tenants =
  (...list: readonly object[]): Edit =>
  (config) => ({ ...config, tenants: list });

const cases: readonly ConfigCase[] = [
  {
    what: 'an unknown key',
    of: dev,
    edit: (config) => ({ ...config, regoin: 'x' }),
    says: ['(all): Unrecognized key: "regoin"'],
  },
  {
    what: 'a missing field',
    of: dev,
    edit: (config) => ({ ...config, region: undefined }),
    says: ['region: got nothing: Invalid input: expected string, received undefined'],
  },
  {
    what: 'a mesh that is none',
    of: dev,
    edit: (config) => ({ ...config, mesh: 'istio' }),
    says: ['mesh: got "istio": Invalid option: expected one of "lattice"|"service-connect"|"app-mesh"'],
  },
  {
    what: 'a name too long for a target group',
    of: dev,
    edit: (config) => ({ ...config, environment: 'development-two' }),
    says: ['environment: got "development-two", expected project and environment of at most 23 characters together'],
  },
  {
    what: 'a public network',
    of: dev,
    edit: network({ cidr: '52.1.0.0/16' }),
    says: ['network.cidr: got "52.1.0.0/16", expected a private network (RFC 1918)'],
  },
  {
    what: 'a network with bits below its prefix',
    of: dev,
    edit: network({ cidr: '10.20.0.1/16' }),
    says: ['network.cidr: got "10.20.0.1/16": expected an IPv4 network such as 10.20.0.0/16'],
  },
  {
    what: 'a network too small for its subnets',
    of: dev,
    edit: network({ cidr: '10.20.0.0/25' }),
    says: [
      'network.cidr: got "10.20.0.0/25", expected a prefix from /16 to /24, which holds the subnets of three tiers',
    ],
  },
  {
    what: 'a zone twice',
    of: dev,
    edit: network({ availabilityZones: ['a', 'a'] }),
    says: ['network.availabilityZones: got ["a","a"], expected each zone once'],
  },
  {
    what: 'one zone',
    of: dev,
    edit: network({ availabilityZones: ['a'] }),
    says: ['network.availabilityZones: got ["a"], expected at least 2 zones: a load balancer needs them'],
  },
  {
    what: 'callers from the internet',
    of: dev,
    edit: network({ callerCidrs: ['0.0.0.0/0'] }),
    says: ['network.callerCidrs.0: got "0.0.0.0/0", expected a private network (RFC 1918): Orbit is internal'],
  },
  {
    what: 'an administrator by ARN, of which another would be made',
    of: dev,
    edit: (config) => ({ ...config, keyAdministrators: ['admin', 'arn:aws:iam::123456789012:role/admin'] }),
    says: [
      'keyAdministrators.1: got "arn:aws:iam::123456789012:role/admin": expected the name of a role without its ARN, such as admin or aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0',
    ],
  },
  {
    what: 'an issuer nobody can reach',
    of: dev,
    edit: network({ tokenIssuerCidrs: [] }),
    says: [
      'network.tokenIssuerCidrs: got [], expected the networks of https://tokens.dev.example.com/jwks.json, or nat: without either Orbit cannot fetch its keys',
    ],
  },
  {
    what: 'traces that nothing carries out of the network',
    of: dev,
    edit: (config) => ({ ...config, tracing: { to: 'xray' } }),
    says: ['network.endpoints: got ["codedeploy"], expected xray among them, or nat: without either no trace arrives'],
  },
  {
    what: 'keys over plain http',
    of: dev,
    edit: (config) => ({ ...config, tokens: { ...config.tokens, jwksUrl: 'http://tokens.dev.example.com/jwks.json' } }),
    says: ['tokens.jwksUrl: got "http://tokens.dev.example.com/jwks.json", expected https'],
  },
  {
    what: 'memory that Fargate does not offer',
    of: dev,
    edit: (config) => ({ ...config, services: { axon: { cpu: 256, memoryMiB: 4096 } } }),
    says: ['services.axon.memoryMiB: got 4096, expected 512 to 2048 in steps of 512 with 256 cpu units'],
  },
  {
    what: 'more tasks at least than at most',
    of: dev,
    edit: (config) => ({ ...config, services: { orbit: { minTasks: 5, maxTasks: 4 } } }),
    says: ['services.orbit.minTasks: got 5, expected at most maxTasks, 4'],
  },
  {
    what: 'office hours that never open',
    of: dev,
    edit: (config) => ({ ...config, capacity: { officeHours: { start: 20, end: 7, timezone: 'UTC' } } }),
    says: ['capacity.officeHours: got {"start":20,"end":7,"timezone":"UTC"}, expected a start before the end'],
  },
  {
    what: 'a gpu behind the proxy of App Mesh',
    of: dev,
    edit: (config) => ({ ...config, mesh: 'app-mesh', capacity: { gpu: true } }),
    says: ['capacity.gpu: got true, expected no gpu with app-mesh, whose proxy takes the task network'],
  },
  {
    what: 'more provisioned than reserved concurrency',
    of: dev,
    edit: (config) => ({ ...config, governance: { provisionedConcurrency: 60 } }),
    says: ['governance.provisionedConcurrency: got 60, expected at most reservedConcurrency, 50'],
  },
  {
    what: 'prod that is not critical',
    of: prod,
    edit: (config) => ({ ...config, criticality: 'standard' }),
    says: ['criticality: got "standard", expected critical for prod'],
  },
  {
    what: 'prod in two zones',
    of: prod,
    edit: network({ availabilityZones: ['a', 'b'] }),
    says: ['network.availabilityZones: got ["a","b"], expected 3 zones in a critical environment'],
  },
  {
    what: 'prod in one zone, said once per rule',
    of: prod,
    edit: network({ availabilityZones: ['a'] }),
    says: [
      'network.availabilityZones: got ["a"], expected at least 2 zones: a load balancer needs them',
      'network.availabilityZones: got ["a"], expected 3 zones in a critical environment',
    ],
  },
  {
    what: 'prod behind one NAT gateway',
    of: prod,
    edit: network({ nat: 'single' }),
    says: ['network.nat: got "single", expected none or per-az in a critical environment'],
  },
  {
    what: 'prod on spot capacity',
    of: prod,
    edit: (config) => ({ ...config, capacity: { spot: true } }),
    says: ['capacity.spot: got true, expected no spot capacity in a critical environment'],
  },
  {
    what: 'prod that sleeps',
    of: prod,
    edit: (config) => ({ ...config, capacity: { officeHours: { start: 7, end: 20, timezone: 'UTC' } } }),
    says: ['capacity.officeHours: got {"start":7,"end":20,"timezone":"UTC"}, expected null in a critical environment'],
  },
  {
    what: 'prod with its state on a laptop',
    of: prod,
    edit: (config) => ({ ...config, state: null }),
    says: ['state: got null, expected a state bucket in a critical environment'],
  },
  {
    what: 'prod with one task',
    of: prod,
    edit: (config) => ({ ...config, services: { orbit: { minTasks: 1 } } }),
    says: ['services.orbit.minTasks: got 1, expected at least 2 in a critical environment'],
  },
  {
    what: 'prod without a trail',
    of: prod,
    edit: (config) => ({ ...config, security: { cloudTrail: false } }),
    says: ['security.cloudTrail: got false, expected true in a critical environment'],
  },
  {
    what: 'a tenant twice',
    of: dev,
    edit: tenants({ name: 'a', costCenter: 'x' }, { name: 'a', costCenter: 'y' }),
    says: ['tenants.1.name: got "a", expected a name of its own; tenants.0 has it'],
  },
  {
    what: 'a network for a tenant that shares one',
    of: dev,
    edit: tenants({ name: 'a', costCenter: 'x', cidr: '10.30.0.0/16' }),
    says: ['tenants.0.cidr: got "10.30.0.0/16", expected nothing for a tenant that shares the network'],
  },
  {
    what: 'an isolated tenant without a network',
    of: dev,
    edit: tenants({ name: 'a', costCenter: 'x', isolation: 'vpc' }),
    says: ['tenants.0.cidr: got null, expected the network of the isolated tenant'],
  },
  {
    what: 'an isolated tenant in the network of all',
    of: dev,
    edit: tenants({ name: 'a', costCenter: 'x', isolation: 'vpc', cidr: '10.20.128.0/20' }),
    says: ['tenants.0.cidr: got "10.20.128.0/20", expected a network apart from network.cidr, 10.20.0.0/16'],
  },
  {
    what: 'two isolated tenants in one network',
    of: dev,
    edit: tenants(
      { name: 'a', costCenter: 'x', isolation: 'vpc', cidr: '10.30.0.0/16' },
      { name: 'b', costCenter: 'x', isolation: 'vpc', cidr: '10.30.16.0/20' },
    ),
    says: ['tenants.1.cidr: got "10.30.16.0/20", expected a network apart from tenants.0.cidr, 10.30.0.0/16'],
  },
  {
    what: 'an isolated tenant whose name is too long',
    of: dev,
    edit: tenants({ name: 'a-very-long-name', costCenter: 'x', isolation: 'vpc', cidr: '10.30.0.0/16' }),
    says: [
      'tenants.0.name: got "a-very-long-name", expected a prefix agent-runtime-dev-a-very-long-name of at most 24 characters',
    ],
  },
];

describe('loading environments', () => {
  test('the three that ship are sound', () => {
    expect(loadEnvironments({ dev, staging, prod }).map(({ environment }) => environment)).toEqual([
      'dev',
      'staging',
      'prod',
    ]);
  });

  test.each(cases)('refuses $what', ({ of, edit, says }) => {
    expect(problemsOf({ it: edit(of) as EnvironmentInput })).toEqual(says.map((line) => `it: ${line}`));
  });

  test('names the problems of every environment at once', () => {
    const bad = { ...dev, costCenter: '' };
    expect(problemsOf({ one: bad, two: { ...bad, region: 'here' } })).toHaveLength(3);
  });

  test('refuses two environments of one name', () => {
    expect(problemsOf({ one: dev, two: dev })).toEqual(['dev: got two environments of this name, expected one']);
  });

  test('gives an isolated tenant an environment of its own', () => {
    const isolated = { name: 'acme', costCenter: 'acme', isolation: 'vpc', cidr: '10.30.0.0/16' } as const;
    const [shared, own] = loadEnvironments({ dev: { ...dev, tenants: [isolated] } });
    expect(shared?.environment).toBe('dev');
    expect(own).toMatchObject({
      environment: 'dev-acme',
      costCenter: 'acme',
      network: { cidr: '10.30.0.0/16', availabilityZones: ['a', 'b'] },
      delivery: { createOidcProvider: false },
    });
  });
});

function problemsOf(inputs: Record<string, EnvironmentInput>): string[] {
  try {
    loadEnvironments(inputs);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigurationError);
    return (error as Error).message.split('\n').slice(1);
  }
  return [];
}
