// Publishes one document: what is in force first, then a signature, then revision and pointer in one transaction.
// Next: governance/lambda/policy-table.ts, the items; governance/lambda/signed-revision.ts, what is signed.
import { randomUUID } from 'node:crypto';
import { AwsCallError, callAws } from '../lambda/aws-json.ts';
import { createPolicyTable, pointerItem, revisionItem, type TenantRecord } from '../lambda/policy-table.ts';
import { fetchPublicKey } from '../lambda/publisher-keys.ts';
import {
  digestOf,
  packDocument,
  packedMaxBytes,
  revisionMessage,
  type SignedRevision,
  verifyRevision,
} from '../lambda/signed-revision.ts';
import { createKmsSigner } from '../lambda/signer.ts';
import { type PolicyDocument } from '../policy/document.ts';
import { type AccountAccess } from './account-access.ts';

/** Where to publish, and what signs. */
export interface PublishTarget {
  readonly account: AccountAccess;
  readonly table: string;
  /** Key id, ARN or alias of the publisher's KMS key. */
  readonly key: string;
  /** Says what would be done, without signing or writing. */
  readonly dryRun: boolean;
}

/** What became of a document. `previous` is the revision that was in force, null when there was none. */
export interface PublishOutcome {
  readonly tenant: string;
  readonly revision: number;
  readonly digest: string;
  readonly previous: number | null;
  readonly status: 'published' | 'would_publish' | 'unchanged' | 'refused';
  /** Why it was refused. */
  readonly detail?: string;
}

const timeoutMs = 15_000;

/**
 * Publishes one document, or says why not.
 *
 * @throws Error when KMS or DynamoDB cannot be asked, or the key does not sign as a publisher's must
 */
export async function publishRevision(
  { account, table, key, dryRun }: PublishTarget,
  { document, text }: { document: PolicyDocument; text: string },
  nowMs: number,
): Promise<PublishOutcome> {
  const { tenant, revision } = document;
  const digest = digestOf(text);
  const packed = packDocument(text);
  const policies = createPolicyTable({ table, dynamodb: account.dynamodb, timeoutMs });
  const record = await policies.readTenant(tenant);
  const base = { tenant, revision, digest, previous: record.pointer?.revision ?? null };

  if (isInForce(record, revision, digest)) return { ...base, status: 'unchanged' };
  const objection = objectionTo(document, packed, record, nowMs);
  if (objection !== undefined) return { ...base, status: 'refused', detail: objection };
  if (dryRun) return { ...base, status: 'would_publish' };

  const signed = await signRevision(account, key, { tenant, revision, digest, packed });
  const isLate = await writeRevision(account, table, signed, record);
  if (!isLate) return { ...base, status: 'published' };
  // Two who publish the same document do not quarrel.
  if (isInForce(await policies.readTenant(tenant), revision, digest)) return { ...base, status: 'unchanged' };
  return {
    ...base,
    status: 'refused',
    detail: 'got another publication meanwhile, expected none; look at it, then try again',
  };
}

function isInForce({ pointer, newest }: TenantRecord, revision: number, digest: string): boolean {
  return [pointer, newest].every((found) => found?.revision === revision && found.digest === digest);
}

function objectionTo(
  { revision, validUntil }: PolicyDocument,
  packed: Buffer,
  { pointer, newest }: TenantRecord,
  nowMs: number,
): string | undefined {
  const highest = Math.max(pointer?.revision ?? 0, newest?.revision ?? 0);
  if (revision < highest) return `got revision ${revision}, expected one above ${highest}, the highest there is`;
  if (revision === highest)
    return `got other content under revision ${revision}, which is published; expected revision ${highest + 1} or above`;
  if (validUntil !== undefined && Date.parse(validUntil) <= nowMs)
    return `got validUntil ${validUntil}, expected a time to come`;
  if (packed.length > packedMaxBytes)
    return `got ${packed.length} bytes after gzip, expected at most ${packedMaxBytes}; split or shorten the document`;
  return undefined;
}

/** Signs, and checks the signature by the key's public half: what the function would refuse is not published. */
async function signRevision(
  { kms }: AccountAccess,
  keyId: string,
  unsigned: Pick<SignedRevision, 'tenant' | 'revision' | 'digest' | 'packed'>,
): Promise<SignedRevision> {
  const signer = createKmsSigner({ keyId, ...kms, timeoutMs });
  const { keyId: publisher, signature } = await signer.sign(revisionMessage(unsigned));
  const signed = { ...unsigned, publisher, signature };
  if (!verifyRevision(signed, await fetchPublicKey(kms, publisher, timeoutMs)))
    throw new Error(`got a signature that does not verify by ${publisher}, expected one of a p-256 key`);
  return signed;
}

/** False when it is written, true when somebody else was first. */
async function writeRevision(
  { dynamodb }: AccountAccess,
  table: string,
  signed: SignedRevision,
  { pointer }: TenantRecord,
): Promise<boolean> {
  const names = { '#tenant': 'tenant' };
  const movesFrom = pointer
    ? {
        ConditionExpression: '#current = :current AND #digest = :digest',
        ExpressionAttributeNames: { '#current': 'current', '#digest': 'digest' },
        ExpressionAttributeValues: { ':current': { N: String(pointer.revision) }, ':digest': { S: pointer.digest } },
      }
    : { ConditionExpression: 'attribute_not_exists(#tenant)', ExpressionAttributeNames: names };
  const body = {
    ClientRequestToken: randomUUID(),
    TransactItems: [
      {
        Put: {
          TableName: table,
          Item: revisionItem(signed),
          ConditionExpression: 'attribute_not_exists(#tenant)',
          ExpressionAttributeNames: names,
        },
      },
      { Put: { TableName: table, Item: pointerItem(signed.tenant, signed), ...movesFrom } },
    ],
  };
  try {
    await callAws(dynamodb, { service: 'dynamodb', operation: 'TransactWriteItems', body, timeoutMs });
    return false;
  } catch (error) {
    const codes = error instanceof AwsCallError ? error.cancellations.map(({ code }) => code) : [];
    if (codes.some((code) => code === 'ConditionalCheckFailed' || code === 'TransactionConflict')) return true;
    throw error;
  }
}
