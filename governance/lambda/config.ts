// What the Governance function needs from its environment, checked before anything else runs.
// Next: governance/lambda/main.ts, which wires the function from it.
import * as z from 'zod/mini';
import { lifetimes } from '../contract.ts';
import { describeIssues, type Issue, showValue } from '../policy/issues.ts';

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
const tableName = z.string().check(z.regex(/^[A-Za-z0-9_.-]{3,255}$/, 'the name of a table'));
const keyArn = /^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/[A-Za-z0-9-]{1,64}$/;
const splitKeys = (text: string): string[] => text.split(',').map((arn) => arn.trim());
/** Aliases will not do: who can move an alias could then publish. */
const keyArns = z.pipe(
  z
    .string()
    .check(
      z.refine((text) => splitKeys(text).every((arn) => keyArn.test(arn)), 'ARNs of KMS keys, separated by commas'),
    ),
  z.transform(splitKeys),
);

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
  /** Where metrics go, `AgentRuntime/<prefix>`; without it none are written. */
  METRICS_NAMESPACE: z.optional(z.string().check(z.regex(/^[A-Za-z0-9._/#-]{1,255}$/, 'a namespace of CloudWatch'))),
  /** Endpoint of DynamoDB where it is not the region's own. */
  AWS_ENDPOINT_URL_DYNAMODB: z.optional(z.url()),
  /** The folder of policy documents: on a laptop, instead of POLICY_TABLE. */
  POLICY_FOLDER: z.optional(setting),
  /** The DynamoDB table of signed policies: in the account, instead of POLICY_FOLDER. */
  POLICY_TABLE: z.optional(tableName),
  /** Comma-separated ARNs of the KMS keys that may publish to POLICY_TABLE; two while one follows the other. */
  POLICY_PUBLISHER_KEYS: z.optional(keyArns),
  /** How often a tenant's pointer in POLICY_TABLE is looked at. */
  POLICY_REFRESH_SECONDS: integer(1, 300, 5),
  /** How long the last good document serves while nothing newer can be had. */
  POLICY_MAX_STALE_SECONDS: integer(1, 3600, 60),
  /** The DynamoDB table of quota counters, beside POLICY_TABLE; with POLICY_FOLDER they are counted in memory. */
  QUOTA_TABLE: z.optional(tableName),
  /** A signed checkpoint follows every so many audit records. */
  AUDIT_CHECKPOINT_EVERY: integer(1, 1_000_000, 1000),
});
/** Where policies and counters are: a folder and this process's memory, or two tables. */
export type PolicySource =
  | { readonly kind: 'folder'; readonly folder: string }
  | { readonly kind: 'tables'; readonly policies: string; readonly quotas: string; readonly publisherKeys: string[] };
/** The parsed environment. */
export type GovernanceConfig = z.infer<typeof GovernanceEnvironment> & { readonly source: PolicySource };

/**
 * Reads the configuration. Values of secrets never appear in the message.
 *
 * @throws Error naming every variable that is missing or wrong, what was got and what was expected
 */
export function readGovernanceConfig(environment: Readonly<Record<string, string | undefined>>): GovernanceConfig {
  const parsed = z.safeParse(GovernanceEnvironment, environment);
  const issues = [
    ...(parsed.success ? [] : describeIssues(parsed.error, environment)),
    ...describeSourceIssues(environment),
  ];
  if (parsed.success && issues.length === 0) return { ...parsed.data, source: sourceOf(parsed.data) };
  const lines = issues.map(
    ({ path, got, expected }) =>
      `${path}: got ${/SECRET|TOKEN|ACCESS_KEY/.test(path) && got !== 'nothing' ? 'a value' : got}, expected ${expected}`,
  );
  throw new Error(`governance configuration is not usable\n${lines.join('\n')}`);
}

/** Exactly one source, whole: a function that counts in memory beside a shared table would let every environment spend the quota anew. */
function describeSourceIssues(environment: Readonly<Record<string, string | undefined>>): Issue[] {
  const { POLICY_FOLDER, POLICY_TABLE } = environment;
  if ((POLICY_FOLDER === undefined) === (POLICY_TABLE === undefined)) {
    const got = POLICY_FOLDER === undefined ? 'neither' : 'both';
    return [{ path: 'POLICY_FOLDER, POLICY_TABLE', got, expected: 'exactly one of them' }];
  }
  return (['POLICY_PUBLISHER_KEYS', 'QUOTA_TABLE'] as const).flatMap((path) => {
    const value = environment[path];
    if ((value === undefined) === (POLICY_TABLE === undefined)) return [];
    const expected = POLICY_TABLE === undefined ? 'nothing beside POLICY_FOLDER' : 'a value beside POLICY_TABLE';
    return [{ path, got: showValue(value), expected }];
  });
}

function sourceOf(config: z.infer<typeof GovernanceEnvironment>): PolicySource {
  const { POLICY_FOLDER: folder = '', POLICY_TABLE, QUOTA_TABLE = '', POLICY_PUBLISHER_KEYS = [] } = config;
  if (POLICY_TABLE === undefined) return { kind: 'folder', folder };
  return { kind: 'tables', policies: POLICY_TABLE, quotas: QUOTA_TABLE, publisherKeys: POLICY_PUBLISHER_KEYS };
}
