// Where the dev server listens and what it watches, from its environment.
// Next: services/local/main.ts, which reads it.
import { parseArgs } from 'node:util';
import { z } from 'zod';

const port = (byDefault: number) => z.coerce.number().int().min(0).max(65_535).default(byDefault);

/** The environment variables of the dev server. A port of 0 takes any free one. */
export const LocalEnvironment = z.object({
  LOCAL_ORBIT_PORT: port(8080),
  LOCAL_AXON_PORT: port(8081),
  LOCAL_MESH_PORT: port(8082),
  LOCAL_TOKENS_PORT: port(8083),
  LOCAL_LAMBDA_PORT: port(8084),
  LOCAL_KMS_PORT: port(8085),
  LOCAL_DYNAMODB_PORT: port(8086),
  LOCAL_CREDENTIALS_PORT: port(8087),
  LOCAL_SECRETS_PORT: port(8088),
  /** How long a grant lives, seconds. Short here, so that an expired one is soon at hand. */
  LOCAL_GRANT_SECONDS: z.coerce.number().int().min(1).max(30).default(5),
  LOCAL_POLICY_FOLDER: z.string().min(1).default('governance/policies'),
  /** Where the infrastructure is synthesized to, whose names and policies are exercised. */
  LOCAL_SYNTHESIS_FOLDER: z.string().min(1).default('.tmp/local'),
  /** Where scripts/test-governance.sh finds what it needs. */
  LOCAL_STATE_FILE: z.string().min(1).default('.tmp/local.env'),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
});

/**
 * Reads the arguments of the dev server: `--account emulated` for the tables, keys and secrets of an emulated account.
 *
 * @throws Error naming an argument that is not one of these
 */
export function wantsEmulatedAccount(args: readonly string[]): boolean {
  const { values } = parseArgs({ args: [...args], options: { account: { type: 'string', default: 'local' } } });
  if (values.account !== 'local' && values.account !== 'emulated')
    throw new Error(`--account: got ${values.account}, expected local or emulated`);
  return values.account === 'emulated';
}
