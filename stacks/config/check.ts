// What a configuration must hold across its fields; every problem is named, none hides another.
// Next: stacks/config/load.ts, which reads the environments and reports their problems together.
import { type z } from 'zod';
import { cidr, isPrivate, type Network, overlaps } from './cidr.ts';
import { type EnvironmentConfig } from './schema.ts';

type Add = (path: readonly (string | number)[], got: unknown, expected: string) => void;

/** The most that the longest name made from the prefix leaves: a target group's name has 32 characters at most. */
const prefixLengthMost = 24;
/** Three tiers of subnets, each a sixteenth of the network, must leave AWS's smallest subnet (/28). */
const subnetBits = 4;
const subnetPrefixBitsMost = 28;

/** Memory that Fargate offers with so many CPU units, MiB (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html). */
const fargateMemoryMiB: Readonly<Record<number, { least: number; most: number; step: number }>> = {
  256: { least: 512, most: 2048, step: 512 },
  512: { least: 1024, most: 4096, step: 1024 },
  1024: { least: 2048, most: 8192, step: 1024 },
  2048: { least: 4096, most: 16_384, step: 1024 },
  4096: { least: 8192, most: 30_720, step: 1024 },
  8192: { least: 16_384, most: 61_440, step: 4096 },
  16_384: { least: 32_768, most: 122_880, step: 8192 },
};

/** Adds an issue for everything that no single field can show. */
export function checkEnvironment(config: EnvironmentConfig, context: z.core.$RefinementCtx): void {
  const add: Add = (path, got, expected) =>
    context.addIssue({ code: 'custom', path: [...path], message: `got ${JSON.stringify(got)}, expected ${expected}` });
  checkNames(config, add);
  checkNetwork(config, add);
  checkServices(config, add);
  checkCriticality(config, add);
  checkTenants(config, add);
}

function checkNames({ project, environment }: EnvironmentConfig, add: Add): void {
  const prefix = `${project}-${environment}`;
  if (prefix.length > prefixLengthMost)
    add(['environment'], environment, `project and environment of at most ${prefixLengthMost - 1} characters together`);
}

function checkNetwork({ network, tokens, tracing, region }: EnvironmentConfig, add: Add): void {
  const { availabilityZones, callerCidrs, nat, tokenIssuerCidrs } = network;
  const own = cidr(network.cidr);
  if (!own) return;
  if (!isPrivate(own)) add(['network', 'cidr'], network.cidr, 'a private network (RFC 1918)');
  if (own.prefixBits < 16 || own.prefixBits + subnetBits > subnetPrefixBitsMost)
    add(
      ['network', 'cidr'],
      network.cidr,
      `a prefix from /16 to /${subnetPrefixBitsMost - subnetBits}, which holds the subnets of three tiers`,
    );
  if (new Set(availabilityZones).size !== availabilityZones.length)
    add(['network', 'availabilityZones'], availabilityZones, 'each zone once');
  for (const [index, text] of callerCidrs.entries()) {
    const caller = cidr(text);
    if (caller && !isPrivate(caller))
      add(['network', 'callerCidrs', index], text, 'a private network (RFC 1918): Orbit is internal');
  }
  if (
    nat === 'none' &&
    tokenIssuerCidrs.length === 0 &&
    !new URL(tokens.jwksUrl).hostname.endsWith(`.${region}.amazonaws.com`)
  )
    add(
      ['network', 'tokenIssuerCidrs'],
      tokenIssuerCidrs,
      `the networks of ${tokens.jwksUrl}, or nat: without either Orbit cannot fetch its keys`,
    );
  if (tracing.to === 'xray' && nat === 'none' && !network.endpoints.includes('xray'))
    add(['network', 'endpoints'], network.endpoints, 'xray among them, or nat: without either no trace arrives');
  if (new URL(tokens.jwksUrl).protocol !== 'https:') add(['tokens', 'jwksUrl'], tokens.jwksUrl, 'https');
}

function checkServices({ services, capacity, governance, mesh }: EnvironmentConfig, add: Add): void {
  for (const [name, { cpu, memoryMiB, minTasks, maxTasks }] of Object.entries(services)) {
    const offered = fargateMemoryMiB[cpu];
    if (offered && (memoryMiB < offered.least || memoryMiB > offered.most || memoryMiB % offered.step !== 0))
      add(
        ['services', name, 'memoryMiB'],
        memoryMiB,
        `${offered.least} to ${offered.most} in steps of ${offered.step} with ${cpu} cpu units`,
      );
    if (minTasks > maxTasks) add(['services', name, 'minTasks'], minTasks, `at most maxTasks, ${maxTasks}`);
  }
  if (capacity.officeHours && capacity.officeHours.start >= capacity.officeHours.end)
    add(['capacity', 'officeHours'], capacity.officeHours, 'a start before the end');
  if (capacity.gpu && mesh === 'app-mesh')
    add(['capacity', 'gpu'], true, 'no gpu with app-mesh, whose proxy takes the task network');
  if (governance.provisionedConcurrency > governance.reservedConcurrency)
    add(
      ['governance', 'provisionedConcurrency'],
      governance.provisionedConcurrency,
      `at most reservedConcurrency, ${governance.reservedConcurrency}`,
    );
}

function checkCriticality(config: EnvironmentConfig, add: Add): void {
  const { criticality, environment, network, capacity, services, state, security } = config;
  if (environment === 'prod' && criticality !== 'critical') add(['criticality'], criticality, 'critical for prod');
  if (network.availabilityZones.length < 2)
    add(['network', 'availabilityZones'], network.availabilityZones, 'at least 2 zones: a load balancer needs them');
  if (criticality !== 'critical') return;
  if (network.availabilityZones.length < 3)
    add(['network', 'availabilityZones'], network.availabilityZones, '3 zones in a critical environment');
  if (network.nat === 'single') add(['network', 'nat'], 'single', 'none or per-az in a critical environment');
  if (capacity.spot) add(['capacity', 'spot'], true, 'no spot capacity in a critical environment');
  if (capacity.officeHours) add(['capacity', 'officeHours'], capacity.officeHours, 'null in a critical environment');
  if (state === null) add(['state'], null, 'a state bucket in a critical environment');
  for (const [name, { minTasks }] of Object.entries(services))
    if (minTasks < 2) add(['services', name, 'minTasks'], minTasks, 'at least 2 in a critical environment');
  for (const name of ['cloudTrail', 'guardDuty'] as const)
    if (!security[name]) add(['security', name], false, 'true in a critical environment');
}

function checkTenants({ tenants, network, project, environment }: EnvironmentConfig, add: Add): void {
  const seen = new Map<string, number>();
  const networks: { path: (string | number)[]; text: string; network: Network }[] = [];
  const own = cidr(network.cidr);
  if (own) networks.push({ path: ['network', 'cidr'], text: network.cidr, network: own });
  for (const [index, { name, isolation, cidr: text }] of tenants.entries()) {
    const path = ['tenants', index];
    if (seen.has(name)) add([...path, 'name'], name, `a name of its own; tenants.${seen.get(name)} has it`);
    seen.set(name, index);
    if (isolation === 'shared') {
      if (text !== undefined) add([...path, 'cidr'], text, 'nothing for a tenant that shares the network');
      continue;
    }
    const prefix = `${project}-${environment}-${name}`;
    if (prefix.length > prefixLengthMost)
      add([...path, 'name'], name, `a prefix ${prefix} of at most ${prefixLengthMost} characters`);
    const parsed = text === undefined ? null : cidr(text);
    if (!parsed) {
      add([...path, 'cidr'], text ?? null, 'the network of the isolated tenant');
      continue;
    }
    const other = networks.find((candidate) => overlaps(candidate.network, parsed));
    if (other) add([...path, 'cidr'], text, `a network apart from ${other.path.join('.')}, ${other.text}`);
    networks.push({ path: [...path, 'cidr'], text: text ?? '', network: parsed });
  }
}
