// Where a revision is published, as options and environment say it.
// Next: governance/cli/publish-revision.ts, which publishes there.
import { findAccount } from './account-access.ts';
import { UsageError } from './command.ts';
import { type PublishTarget } from './publish-revision.ts';

/** The options of every command that publishes. */
export const targetOptions = {
  table: { type: 'string' },
  key: { type: 'string' },
  region: { type: 'string' },
  endpoint: { type: 'string' },
  'dry-run': { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
} as const;

/** Their help. */
export const targetHelp = `  --table TABLE    the policy table (or POLICY_TABLE)
  --key KEY        the KMS key that signs: id, ARN or alias (or POLICY_PUBLISHER_KEY)
  --region REGION  (or AWS_REGION)
  --endpoint URL   of KMS and DynamoDB (or AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_KMS, AWS_ENDPOINT_URL_DYNAMODB)
  --dry-run        say what would be done; sign and write nothing
  --json           print one JSON object instead of lines
`;

/** What those options hold once parsed. */
export interface TargetValues {
  readonly table?: string | undefined;
  readonly key?: string | undefined;
  readonly region?: string | undefined;
  readonly endpoint?: string | undefined;
  readonly 'dry-run': boolean;
}

/** Options beat the environment. @throws UsageError naming what is missing. @throws Error when nobody gives credentials */
export async function findTarget(
  environment: Readonly<Record<string, string | undefined>>,
  values: TargetValues,
): Promise<PublishTarget> {
  const table = values.table ?? environment['POLICY_TABLE'];
  const key = values.key ?? environment['POLICY_PUBLISHER_KEY'];
  if (!table) throw new UsageError('got no table, expected --table or POLICY_TABLE');
  if (!key) throw new UsageError('got no key, expected --key or POLICY_PUBLISHER_KEY');
  return { account: await findAccount(environment, values), table, key, dryRun: values['dry-run'] };
}
