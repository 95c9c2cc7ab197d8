// What the Governance function needs from its environment, checked before anything else runs.
// Next: governance/lambda/main.ts, which wires the function from it.
import * as z from 'zod/mini';
import { lifetimes } from '../contract.ts';
import { describeIssues } from '../policy/issues.ts';

const integer = (least: number, most: number, byDefault: number) =>
  z._default(
    z.coerce
      .number()
      .check(
        z.refine(
          (value) => Number.isInteger(value) && value >= least && value <= most,
          `a whole number from ${least} to ${most}`,
        ),
      ),
    byDefault,
  );
const setting = z.string().check(z.minLength(1));

/** The environment variables of the Governance function; units are in the names. */
export const GovernanceEnvironment = z.object({
  AWS_REGION: setting,
  AWS_ACCESS_KEY_ID: setting,
  AWS_SECRET_ACCESS_KEY: setting,
  AWS_SESSION_TOKEN: z.optional(setting),
  /** Endpoint of KMS where it is not the region's own: the local platform's. */
  AWS_ENDPOINT_URL_KMS: z.optional(z.url()),
  /** The `iss` of certificates and grants; Axon demands the same. */
  GOVERNANCE_ISSUER: z._default(setting, 'agent-runtime-governance'),
  /** Key id, ARN or alias of the KMS key (ECC_NIST_P256) that certifies the grant keys. */
  GOVERNANCE_SIGNING_KEY: setting,
  GOVERNANCE_CERTIFICATE_SECONDS: integer(60, lifetimes.certificateSeconds, lifetimes.certificateSeconds),
  GOVERNANCE_GRANT_SECONDS: integer(1, lifetimes.grantSeconds, lifetimes.grantSeconds),
  GOVERNANCE_VERSION: z._default(setting, '0.0.0'),
  /** The folder of policy documents. */
  POLICY_FOLDER: setting,
  POLICY_MAX_STALE_SECONDS: integer(1, 3600, 60),
  /** A signed checkpoint follows every so many audit records. */
  AUDIT_CHECKPOINT_EVERY: integer(1, 1_000_000, 1000),
});
/** The parsed environment. */
export type GovernanceConfig = z.infer<typeof GovernanceEnvironment>;

/**
 * Reads the configuration. Values of secrets never appear in the message.
 *
 * @throws Error naming every variable that is missing or wrong, what was got and what was expected
 */
export function readGovernanceConfig(environment: Readonly<Record<string, string | undefined>>): GovernanceConfig {
  const parsed = z.safeParse(GovernanceEnvironment, environment);
  if (parsed.success) return parsed.data;
  const lines = describeIssues(parsed.error, environment).map(
    ({ path, got, expected }) =>
      `${path}: got ${/SECRET|TOKEN|ACCESS_KEY/.test(path) && got !== 'nothing' ? 'a value' : got}, expected ${expected}`,
  );
  throw new Error(`governance configuration is not usable\n${lines.join('\n')}`);
}
