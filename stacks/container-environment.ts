// What the containers of Orbit and Axon get from their environment, typed against what each process reads at its start.
// Next: services/orbit/config.ts and services/axon/config.ts, the other side.
import { type z } from 'zod';
import { type AxonEnvironment } from '../services/axon/config.ts';
import { type OrbitEnvironment } from '../services/orbit/config.ts';
import { type EnvironmentConfig } from './config/schema.ts';
import { ports } from './naming.ts';

/** The variables of a process: those without a default must be there, others may, none besides. */
type Variables<S extends z.ZodType> = { readonly [K in keyof z.input<S>]: string };

/** References that only Terraform knows, and the names of this environment. */
export interface ContainerContext {
  readonly config: EnvironmentConfig;
  readonly metricsNamespace: string;
  readonly axonUrl: string;
  readonly orbitRoleArn: string;
  readonly smokeRoleArn: string;
  readonly governanceFunction: string;
  readonly signingKeyArn: string;
  readonly grantsTable: string;
  readonly orbitSecretArn: string;
  readonly axonSecretArn: string;
}

/** Whether a container speaks TLS itself: with a proxy beside it, the proxy does. */
export function containerProtocol(
  { mesh }: Pick<EnvironmentConfig, 'mesh'>,
  service: 'orbit' | 'axon',
): 'https' | 'http' {
  return service === 'axon' && mesh !== 'lattice' ? 'http' : 'https';
}

/** The environment of Orbit. */
export function orbitEnvironment(context: ContainerContext): Record<string, string> {
  const { config, axonUrl, governanceFunction, orbitSecretArn } = context;
  return {
    AWS_REGION: config.region,
    ORBIT_PORT: `${ports.task}`,
    ORBIT_TLS: `${containerProtocol(config, 'orbit') === 'https'}`,
    ORBIT_SECRET: orbitSecretArn,
    METRICS_NAMESPACE: context.metricsNamespace,
    ...tracesOf(config),
    GOVERNANCE_FUNCTION: governanceFunction,
    AXON_URL: axonUrl,
    AXON_MESH: config.mesh,
    TOKEN_ISSUER: config.tokens.issuer,
    TOKEN_AUDIENCE: config.tokens.audience,
    TOKEN_JWKS_URL: config.tokens.jwksUrl,
  } satisfies Variables<typeof OrbitEnvironment>;
}

/** The environment of Axon. */
export function axonEnvironment(context: ContainerContext): Record<string, string> {
  const { config, orbitRoleArn, smokeRoleArn, signingKeyArn, grantsTable, axonSecretArn } = context;
  return {
    AWS_REGION: config.region,
    AXON_PORT: `${ports.task}`,
    AXON_TLS: `${containerProtocol(config, 'axon') === 'https'}`,
    AXON_SECRET: axonSecretArn,
    METRICS_NAMESPACE: context.metricsNamespace,
    ...tracesOf(config),
    AXON_MESH: config.mesh,
    AXON_CALLERS: `orbit=${orbitRoleArn},smoke=${smokeRoleArn}`,
    AXON_GRANTS_TABLE: grantsTable,
    AXON_REASONER: config.reasoner.kind,
    AXON_MODEL: config.reasoner.model,
    GOVERNANCE_TRUSTED_KEYS: signingKeyArn,
  } satisfies Variables<typeof AxonEnvironment>;
}

function tracesOf({ tracing }: EnvironmentConfig): { TRACES_TO: string; TRACES_SAMPLE_RATIO: string } {
  return { TRACES_TO: tracing.to, TRACES_SAMPLE_RATIO: `${tracing.sampleRatio}` };
}
