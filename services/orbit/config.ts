// What Orbit needs from its environment; pure, so that the stacks can type a task definition against it.
// Next: services/orbit/main.ts, which reads it.
import { z } from '@hono/zod-openapi';
import { metricsVariables } from '../shared/metrics-config.ts';
import { tracingVariables } from '../shared/tracing-config.ts';

/** The signature algorithms a caller's token may use: asymmetric ones only, so that no public key can pass for a secret. */
export const tokenAlgorithms = ['ES256', 'ES384', 'RS256', 'PS256', 'EdDSA'] as const;

const algorithms = z
  .string()
  .default('ES256,RS256')
  .transform((text) => text.split(',').map((item) => item.trim()))
  .pipe(z.array(z.enum(tokenAlgorithms)).min(1));

/** The environment variables of Orbit; units are in the names. */
export const OrbitEnvironment = z.object({
  ORBIT_HOST: z.string().min(1).default('0.0.0.0'),
  ORBIT_PORT: z.coerce.number().int().min(0).max(65_535).default(8443),
  ORBIT_TLS: z
    .enum(['true', 'false'])
    .default('false')
    .transform((value) => value === 'true'),
  ORBIT_VERSION: z.string().min(1).default('0.0.0'),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  AWS_REGION: z.string().min(1),
  ...metricsVariables,
  ...tracingVariables,
  AWS_ENDPOINT_URL_LAMBDA: z.url().optional(),
  AWS_ENDPOINT_URL_SECRETS_MANAGER: z.url().optional(),
  /** Name or ARN of Orbit's secret; without one, log pseudonyms end with the process. */
  ORBIT_SECRET: z.string().min(1).max(2048).optional(),
  /** How long a rotated secret may take to arrive. */
  ORBIT_SECRET_REFRESH_SECONDS: z.coerce.number().int().min(1).max(86_400).default(300),
  /** Name or ARN of the Governance function, without qualifier. */
  GOVERNANCE_FUNCTION: z.string().min(1),
  /** The alias that only Orbit's role may invoke, and so Orbit's identity at Governance. */
  GOVERNANCE_ALIAS: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,62}$/)
    .default('orbit'),
  GOVERNANCE_TIMEOUT_MS: z.coerce.number().int().min(50).max(30_000).default(3000),
  /** Where the mesh serves Axon. */
  AXON_URL: z.url(),
  AXON_MESH: z.enum(['lattice', 'service-connect', 'app-mesh']).default('lattice'),
  /** The `iss` a caller's token must have. */
  TOKEN_ISSUER: z.url(),
  TOKEN_AUDIENCE: z.string().min(1),
  TOKEN_JWKS_URL: z.url(),
  TOKEN_ALGORITHMS: algorithms,
  /** The claim that names the caller's tenant. */
  TOKEN_TENANT_CLAIM: z.string().min(1).default('tenant'),
  ORBIT_REQUEST_TIMEOUT_MS: z.coerce.number().int().min(100).max(120_000).default(60_000),
  ORBIT_DRAIN_DELAY_MS: z.coerce.number().int().min(0).max(60_000).default(5000),
  ORBIT_DRAIN_TIMEOUT_MS: z.coerce.number().int().min(0).max(110_000).default(25_000),
});
