// What Axon needs from its environment; pure, so that the stacks can type a task definition against it.
// Next: services/axon/main.ts, which reads it.
import { z } from '@hono/zod-openapi';
import { metricsVariables } from '../shared/metrics-config.ts';
import { tracingVariables } from '../shared/tracing-config.ts';

const flag = z
  .enum(['true', 'false'])
  .default('false')
  .transform((value) => value === 'true');
const list = z
  .string()
  .transform((text) => text.split(',').map((item) => item.trim()))
  .pipe(z.array(z.string().min(1)).min(1).max(8));
const roleMap = z
  .string()
  .transform((text) => text.split(',').map((pair) => pair.trim().split('=')))
  .pipe(
    z
      .array(
        z.tuple([
          z.string().regex(/^[a-z][a-z0-9-]{0,62}$/),
          z.string().regex(/^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/),
        ]),
      )
      .min(1),
  )
  .transform((pairs): ReadonlyMap<string, string> => new Map(pairs));

/** The environment variables of Axon; units are in the names. */
export const AxonEnvironment = z
  .object({
    AXON_HOST: z.string().min(1).default('0.0.0.0'),
    AXON_PORT: z.coerce.number().int().min(0).max(65_535).default(8443),
    AXON_TLS: flag,
    AXON_VERSION: z.string().min(1).default('0.0.0'),
    LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
    AWS_REGION: z.string().min(1),
    ...metricsVariables,
    ...tracingVariables,
    AWS_ENDPOINT_URL_KMS: z.url().optional(),
    AWS_ENDPOINT_URL_DYNAMODB: z.url().optional(),
    AWS_ENDPOINT_URL_BEDROCK_RUNTIME: z.url().optional(),
    AWS_ENDPOINT_URL_SECRETS_MANAGER: z.url().optional(),
    /** Name or ARN of Axon's secret; without one, log pseudonyms end with the process. */
    AXON_SECRET: z.string().min(1).max(2048).optional(),
    /** How long a rotated secret may take to arrive. */
    AXON_SECRET_REFRESH_SECONDS: z.coerce.number().int().min(1).max(86_400).default(300),
    /** The `iss` that certificates and grants must have. */
    GOVERNANCE_ISSUER: z.string().min(1).default('agent-runtime-governance'),
    /** KMS keys, comma separated, whose certificates are believed; two while rotating. */
    GOVERNANCE_TRUSTED_KEYS: list,
    /** `lattice`: the mesh names the caller, and that must be the role of the grant's subject. */
    AXON_MESH: z.enum(['lattice', 'service-connect', 'app-mesh']).default('lattice'),
    /** Which IAM role each calling service has: `orbit=arn:aws:iam::…:role/…`. */
    AXON_CALLERS: roleMap.optional(),
    AXON_REPLAY_CAPACITY: z.coerce.number().int().min(1).max(10_000_000).default(200_000),
    /** Table of used `single_use` grants; without it such grants are refused. */
    AXON_GRANTS_TABLE: z.string().min(1).optional(),
    AXON_REQUEST_TIMEOUT_MS: z.coerce.number().int().min(100).max(120_000).default(60_000),
    AXON_DRAIN_DELAY_MS: z.coerce.number().int().min(0).max(60_000).default(5000),
    AXON_DRAIN_TIMEOUT_MS: z.coerce.number().int().min(0).max(110_000).default(25_000),
    AXON_REASONER: z.enum(['heartbeat', 'bedrock', 'openai-compatible']).default('heartbeat'),
    AXON_MODEL: z.string().min(1).optional(),
    AXON_OPENAI_BASE_URL: z.url().optional(),
    /** Where there is no `openAiApiKey` in the secret, which goes before it. */
    AXON_OPENAI_API_KEY: z.string().min(1).optional(),
  })
  .superRefine((environment, context) => {
    const need = (name: 'AXON_CALLERS' | 'AXON_MODEL' | 'AXON_OPENAI_BASE_URL', because: string) => {
      if (environment[name] === undefined)
        context.addIssue({ code: 'custom', path: [name], message: `a value, because ${because}` });
    };
    if (environment.AXON_MESH === 'lattice') need('AXON_CALLERS', 'AXON_MESH is lattice');
    if (environment.AXON_REASONER !== 'heartbeat') need('AXON_MODEL', `AXON_REASONER is ${environment.AXON_REASONER}`);
    if (environment.AXON_REASONER === 'openai-compatible')
      need('AXON_OPENAI_BASE_URL', 'AXON_REASONER is openai-compatible');
  });
/** The parsed environment of Axon. */
export type AxonConfig = z.infer<typeof AxonEnvironment>;
