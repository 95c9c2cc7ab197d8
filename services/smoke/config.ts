// What the smoke function needs from its environment; pure, so that the stacks can type the function against it.
// Next: services/smoke/main.ts, which reads it.
import * as z from 'zod';

/** The environment variables of the smoke function. Lambda sets those of AWS itself. */
export const SmokeEnvironment = z.object({
  AWS_REGION: z.string().min(1),
  AWS_ACCESS_KEY_ID: z.string().min(1),
  AWS_SECRET_ACCESS_KEY: z.string().min(1),
  AWS_SESSION_TOKEN: z.string().min(1).optional(),
  AWS_ENDPOINT_URL_CODEDEPLOY: z.url().optional(),
  AWS_ENDPOINT_URL_LAMBDA: z.url().optional(),
  AWS_ENDPOINT_URL_SECRETS_MANAGER: z.url().optional(),
  /** Orbit's test listener, which shows the new version. */
  SMOKE_ORBIT_TEST_URL: z.url(),
  /** Orbit's production listener. */
  SMOKE_ORBIT_URL: z.url(),
  /** Axon's test listener; absent where no load balancer reaches Axon. */
  SMOKE_AXON_TEST_URL: z.url().optional(),
  /** The name the load balancer's certificate is for, where it is another than the URL's. */
  SMOKE_SERVER_NAME: z.string().min(1).optional(),
  /** Governance, without qualifier; asked by the alias `smoke`. */
  GOVERNANCE_FUNCTION: z.string().min(1),
  /** The function's own role, as Axon knows the caller `smoke`. */
  SMOKE_ROLE: z.string().regex(/^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/, 'the arn of a role'),
  /** Name or ARN of the secret with the client credentials (see `ClientCredentials`). */
  SMOKE_CREDENTIALS_SECRET: z.string().min(1).max(2048),
  /** For one check. */
  SMOKE_CHECK_TIMEOUT_MS: z.coerce.number().int().min(50).max(20_000).default(5000),
  /** Kept of the function's time for the report to CodeDeploy. */
  SMOKE_REPORT_RESERVE_MS: z.coerce.number().int().min(50).max(30_000).default(10_000),
});
