// Reads the environments: checks each, derives those of isolated tenants, and reports every problem at once.
// Next: stacks/environment-stack.ts, which builds one of each.
import { type z } from 'zod';
import { checkEnvironment } from './check.ts';
import { type EnvironmentConfig, EnvironmentFields, type EnvironmentInput } from './schema.ts';

/** A configuration that cannot be used. The message has one line per problem: `dev: network.cidr: got …, expected …`. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
}

/**
 * Checks environments and adds one for every tenant with `isolation: "vpc"`.
 *
 * @param inputs - the data files, by file name
 * @throws ConfigurationError naming every problem of every environment
 */
export function loadEnvironments(inputs: Readonly<Record<string, EnvironmentInput>>): EnvironmentConfig[] {
  const problems: string[] = [];
  const configs = Object.entries(inputs).flatMap(([file, input]) => {
    const { data, error } = EnvironmentFields.superRefine(checkEnvironment).safeParse(input);
    for (const issue of error?.issues ?? []) problems.push(`${file}: ${describe(issue, input)}`);
    return data ? [data, ...isolatedTenants(data)] : [];
  });
  const seen = new Set<string>();
  for (const { environment } of configs) {
    if (seen.has(environment)) problems.push(`${environment}: got two environments of this name, expected one`);
    seen.add(environment);
  }
  if (problems.length > 0) throw new ConfigurationError(`the configuration is not usable\n${problems.join('\n')}`);
  return configs;
}

/** `network.cidr: got …, expected …`; a check across fields says itself what it got. */
function describe({ code, path, message }: z.core.$ZodIssue, input: unknown): string {
  const where = path.join('.') || '(all)';
  if (code === 'unrecognized_keys' || message.startsWith('got ')) return `${where}: ${message}`;
  const value = path.reduce<unknown>((inner, key) => (inner as Record<PropertyKey, unknown> | undefined)?.[key], input);
  return `${where}: got ${JSON.stringify(value) ?? 'nothing'}: ${message}`;
}

/** An isolated tenant's environment is its parent's in another network, for this tenant alone. */
function isolatedTenants(parent: EnvironmentConfig): EnvironmentConfig[] {
  return parent.tenants
    .filter(({ isolation }) => isolation === 'vpc')
    .map((tenant) => ({
      ...parent,
      environment: `${parent.environment}-${tenant.name}`,
      costCenter: tenant.costCenter,
      network: { ...parent.network, cidr: tenant.cidr ?? parent.network.cidr },
      // The account's own services are there once: the parent's environment has them.
      delivery: parent.delivery && { ...parent.delivery, createOidcProvider: false },
      security: {
        cloudTrail: false,
        guardDuty: false,
        securityHub: false,
        config: false,
        accessAnalyzer: false,
        publicAccessBlock: false,
      },
      budget: { ...parent.budget, anomalyMonitor: false },
      tenants: [{ ...tenant, isolation: 'shared' as const, cidr: undefined }],
    }));
}
