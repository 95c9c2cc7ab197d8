// Every resource name and tag, in one place: what an environment is called, and all that follows from it.
// Next: stacks/environment-stack.ts, which passes the prefix to every module.
import { namespace as ownNamespace } from '../observability/signals.ts';

/** The workloads that have a role, a boundary and a place in policies; a role is `<prefix>-<workload>-role`. */
export const workloads = [
  'orbit',
  'axon',
  'governance',
  'execution-orbit',
  'execution-axon',
  'secrets-rotation',
  'smoke',
  'codedeploy',
] as const;
/** A workload of {@link workloads}. */
export type Workload = (typeof workloads)[number];

/** The two services that run as containers. */
export const services = ['orbit', 'axon'] as const;
/** A service of {@link services}. */
export type Service = (typeof services)[number];

/** Where the load balancer listens for each service, and where every task does. */
export const ports = { orbitListener: 443, axonListener: 8443, task: 8443 } as const;
/** Where CodeDeploy shows a new version to the smoke function before anyone else: the test listener of each service. */
export const testPorts = { orbit: 9443, axon: 9444 } as const;

/** `<project>-<environment>`: `<p>` in every table of names. */
export function namePrefix(project: string, environment: string): string {
  return `${project}-${environment}`;
}

/**
 * Names below a prefix; `prefix` may be a Terraform reference, since every module gets it as a variable.
 *
 * @example names('agent-runtime-dev').role('orbit') // agent-runtime-dev-orbit-role
 */
export function names(prefix: string) {
  const named = (suffix: string): string => `${prefix}-${suffix}`;
  return {
    prefix,
    named,
    role: (name: string) => named(`${name}-role`),
    boundary: (name: string) => named(`${name}-boundary`),
    keyAlias: (purpose: string) => `alias/${prefix}-${purpose}`,
    /** ECR repository and secret alike. */
    perService: (service: Service) => `${prefix}/${service}`,
    serviceLogGroup: (service: Service) => `/ecs/${prefix}-${service}`,
    functionLogGroup: (name: string) => `/aws/lambda/${prefix}-${name}`,
    table: (name: 'policies' | 'quotas' | 'grants') => named(`governance-${name}`),
    vpc: named('vpc'),
    cluster: named('cluster'),
    loadBalancer: named('alb'),
    mesh: named('mesh'),
    metricsNamespace: `${ownNamespace}/${prefix}`,
    governance: named('governance'),
    smoke: named('smoke'),
    rotation: named('secrets-rotation'),
    analyzer: named('analyzer'),
  } as const;
}

/** The tags every resource carries, through the provider's default tags. */
export interface TagValues {
  readonly project: string;
  readonly environment: string;
  readonly service: string;
  readonly tenant: string;
  readonly costCenter: string;
}

/** Default tags of an environment. */
export function defaultTags({ project, environment, service, tenant, costCenter }: TagValues): Record<string, string> {
  return {
    Project: project,
    Environment: environment,
    Service: service,
    Tenant: tenant,
    CostCenter: costCenter,
    ManagedBy: 'terraform',
  };
}
