// How much of what costs money an environment has, counted in the synthesized infrastructure.
// Next: scripts/cost/lines.ts, which multiplies it by prices.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { namespace, type Signal, signals } from '../../observability/signals.ts';

const own = Object.values<Signal>(signals).filter((signal) => signal.namespace === namespace);
const infra = path.resolve(import.meta.dirname, '../../infra');

/** The environments that are committed. */
export const environments = ['dev', 'staging', 'prod'] as const;
/** One of {@link environments}. */
export type Environment = (typeof environments)[number];

/** What of an environment costs by the month whether or not it is used, and what scales with requests. */
export interface Quantities {
  readonly region: string;
  readonly zones: number;
  /** Interface endpoints, each in every zone. */
  readonly endpoints: number;
  readonly services: readonly { vcpu: number; gib: number; tasks: number; spotTasks: number; hoursOfWeek: number }[];
  readonly keys: number;
  readonly secrets: number;
  readonly alarmMetrics: number;
  readonly composites: number;
  readonly dashboards: number;
  readonly customMetrics: number;
  /** Custom metrics with a series for each value of a dimension. */
  readonly spreadMetrics: number;
  readonly provisionedGib: number;
  readonly functionGib: number;
  readonly tracing: boolean;
  readonly config: boolean;
  readonly securityHub: boolean;
}

type Blocks = Readonly<Record<string, Readonly<Record<string, never>>>>;
interface ServiceCall {
  readonly cpu: number;
  readonly memory_mib: number;
  readonly min_tasks: number;
  readonly capacity_providers: readonly { name: string; base: number; weight: number }[];
  readonly office_hours?: { start: number; end: number };
}
interface Calls {
  readonly [module: string]: unknown;
  readonly networking: { availability_zones: readonly string[]; optional_endpoints: readonly string[] };
  readonly orbit: ServiceCall;
  readonly axon: ServiceCall;
  readonly governance: { memory_mib: number; provisioned_concurrency: number; tracing: boolean };
  readonly observability: { target_group_arn_suffixes: object };
  readonly security: { config: boolean; security_hub: boolean };
}

/** Counts an environment. @throws Error when infra/ is not there or an endpoint list cannot be read */
export function countEnvironment(environment: Environment): Quantities {
  const file = readJson(`environments/${environment}`);
  const calls = file['module'] as Calls;
  const regions = file['provider'] as { aws: readonly { region: string }[] };
  const { networking, orbit, axon, governance, observability, security } = calls;
  const watching = resourcesOf('observability');
  const metricQueries = Object.values(watching['aws_cloudwatch_metric_alarm'] ?? {}).map((alarm) => {
    const { metric_query, for_each } = alarm as { metric_query: readonly { metric?: unknown }[]; for_each?: string };
    const each = for_each === undefined ? 1 : Object.keys(observability.target_group_arn_suffixes).length;
    return each * metric_query.filter(({ metric }) => metric !== undefined).length;
  });
  const count = (module: string, type: string) => Object.keys(resourcesOf(module)[type] ?? {}).length;
  return {
    region: regions.aws[0]?.region ?? '',
    zones: networking.availability_zones.length,
    endpoints: alwaysEndpoints() + networking.optional_endpoints.length,
    services: [orbit, axon].map(sizeOf),
    keys: count('kms', 'aws_kms_key'),
    secrets: count('secrets', 'aws_secretsmanager_secret'),
    alarmMetrics: metricQueries.reduce((sum, metrics) => sum + metrics, 0),
    composites: count('observability', 'aws_cloudwatch_composite_alarm'),
    dashboards: count('observability', 'aws_cloudwatch_dashboard'),
    customMetrics: own.filter(({ by }) => by === undefined).length,
    spreadMetrics: own.filter(({ by }) => by !== undefined).length,
    provisionedGib: (governance.provisioned_concurrency * governance.memory_mib) / 1024,
    functionGib: governance.memory_mib / 1024,
    tracing: governance.tracing,
    config: security.config,
    securityHub: security.security_hub,
  };
}

/** The list in the endpoints' `for_each`, and Bedrock's, which has a policy of its own; the proxies' is App Mesh's alone. */
function alwaysEndpoints(): number {
  const { interface: many } = resourcesOf('networking')['aws_vpc_endpoint'] as unknown as {
    interface: { for_each: string };
  };
  const listed = /concat\((\[[^\]]*\])/.exec(many.for_each)?.[1];
  if (listed === undefined) throw new Error(`got ${many.for_each}, expected a list of endpoint services`);
  return (JSON.parse(listed) as string[]).length + 1;
}

function sizeOf({ cpu, memory_mib, min_tasks, capacity_providers, office_hours }: ServiceCall) {
  const spot = capacity_providers.some(({ name, weight }) => name === 'FARGATE_SPOT' && weight > 0);
  const base = capacity_providers.find(({ name }) => name === 'FARGATE')?.base ?? 0;
  return {
    vcpu: cpu / 1024,
    gib: memory_mib / 1024,
    tasks: min_tasks,
    spotTasks: spot ? Math.max(0, min_tasks - base) : 0,
    hoursOfWeek: office_hours ? officeDays * (office_hours.end - office_hours.start) : 168,
  };
}

/** stacks/modules/ecs-service/scaling.ts starts tasks from Monday to Friday. */
const officeDays = 5;

function resourcesOf(module: string): Blocks {
  return readJson(`modules/${module}`)['resource'] as Blocks;
}

function readJson(folder: string): Record<string, unknown> {
  return JSON.parse(readFileSync(path.join(infra, folder, 'main.tf.json'), 'utf8')) as Record<string, unknown>;
}
