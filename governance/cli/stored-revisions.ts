// The revisions that the account's table holds of a tenant: which there are, and what one of them says.
// Next: governance/lambda/policy-table.ts, the items; governance/cli/rollback.ts, which brings one back.
import { gunzipSync } from 'node:zlib';
import * as z from 'zod/mini';
import { callAws } from '../lambda/aws-json.ts';
import { revisionFrom, revisionKey } from '../lambda/policy-table.ts';
import { createPublisherKeys } from '../lambda/publisher-keys.ts';
import { digestOf, verifyRevision } from '../lambda/signed-revision.ts';
import { policyLimits } from '../policy/document.ts';
import { type AccountAccess } from './account-access.ts';

/** Where revisions are kept, and who may have signed them. */
export interface RevisionSource {
  readonly account: AccountAccess;
  readonly table: string;
  /** ARNs of the KMS keys that are trusted to have published. */
  readonly publishers: readonly string[];
}

const timeoutMs = 15_000;
const GetAnswer = z.object({ Item: z.optional(z.unknown()) });
const QueryAnswer = z.object({
  Items: z.array(z.object({ revision: z.object({ S: z.string() }) })),
  LastEvaluatedKey: z.optional(z.unknown()),
});

/** The numbers of a tenant's revisions, the oldest first. @throws AwsCallError when the table does not answer */
export async function listRevisions({ account, table }: RevisionSource, tenant: string): Promise<number[]> {
  const found: number[] = [];
  let from: unknown;
  do {
    const body = {
      TableName: table,
      ConsistentRead: true,
      KeyConditionExpression: '#tenant = :tenant',
      ExpressionAttributeNames: { '#tenant': 'tenant', '#revision': 'revision' },
      ExpressionAttributeValues: { ':tenant': { S: tenant } },
      ProjectionExpression: '#revision',
      ...(from === undefined ? {} : { ExclusiveStartKey: from }),
    };
    const answer = QueryAnswer.parse(
      await callAws(account.dynamodb, { service: 'dynamodb', operation: 'Query', body, timeoutMs }),
    );
    found.push(...answer.Items.map(({ revision }) => Number(revision.S)).filter((number) => !Number.isNaN(number)));
    from = answer.LastEvaluatedKey;
  } while (from !== undefined);
  return found;
}

/**
 * The text of a revision, once its signature holds: what is published again is signed anew, so that nobody may slip in
 * what a publisher never signed.
 *
 * @returns null when there is no such revision
 * @throws Error when a trusted publisher did not sign exactly this, or an answer cannot be had
 */
export async function readRevisionText(
  { account, table, publishers }: RevisionSource,
  tenant: string,
  revision: number,
): Promise<string | null> {
  const body = {
    TableName: table,
    ConsistentRead: true,
    Key: { tenant: { S: tenant }, revision: { S: revisionKey(revision) } },
  };
  const { Item } = GetAnswer.parse(
    await callAws(account.dynamodb, { service: 'dynamodb', operation: 'GetItem', body, timeoutMs }),
  );
  if (Item === undefined) return null;
  const signed = revisionFrom(Item);
  const key = await createPublisherKeys({ trusted: publishers, kms: account.kms, timeoutMs }).find(signed.publisher);
  if (!key)
    throw new Error(
      `got revision ${revision} of publisher ${signed.publisher}, expected one of ${publishers.join(', ')}; nothing was published`,
    );
  if (signed.tenant !== tenant || signed.revision !== revision || !verifyRevision(signed, key))
    throw new Error(`got a signature of revision ${revision} that does not hold; nothing was published`);
  const text = gunzipSync(signed.packed, { maxOutputLength: policyLimits.documentBytes }).toString('utf8');
  if (digestOf(text) !== signed.digest)
    throw new Error(`got revision ${revision} with another digest than was signed; nothing was published`);
  return text;
}
