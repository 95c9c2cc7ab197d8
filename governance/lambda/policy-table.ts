// The table of policies: per tenant every revision under its number, and `active`, the pointer to the one in force.
// Next: governance/lambda/policy-reader.ts, which believes none of it before the signature holds.
import * as z from 'zod/mini';
import { type AwsAccess, callAws } from './aws-json.ts';
import { type SignedRevision } from './signed-revision.ts';

/** Which revision a tenant's pointer names. */
export interface ActivePointer {
  readonly revision: number;
  readonly digest: string;
}

/** What the table holds of a tenant: the pointer, and the highest revision there is. */
export interface TenantRecord {
  readonly pointer: ActivePointer | null;
  readonly newest: SignedRevision | null;
}

/** Reads the table, always consistently: what was published before the read is seen by it. */
export interface PolicyTable {
  /** @throws AwsCallError when the table does not answer. @throws MalformedItemError when the item is not a pointer */
  readPointer(tenant: string): Promise<ActivePointer | null>;
  /** Both in one read. @throws as `readPointer` */
  readTenant(tenant: string): Promise<TenantRecord>;
}

/** Which table, and where. */
export interface PolicyTableOptions {
  readonly table: string;
  readonly dynamodb: AwsAccess;
  /** For one read, repeats included. @defaultValue 2000 */
  readonly timeoutMs?: number;
}

/** An item that is not what the table is for: whoever wrote it did not publish. */
export class MalformedItemError extends Error {}

const text = z.object({ S: z.string() });
const digest = z.object({ S: z.string().check(z.regex(/^[0-9a-f]{64}$/)) });
const bytes = z.object({ B: z.base64() });
const revisionNumber = /^[1-9]\d{0,8}$/;
const revisionDigits = 9;
const activeKey = 'active';

const PointerItem = z.object({
  revision: z.object({ S: z.literal(activeKey) }),
  current: z.object({ N: z.string().check(z.regex(revisionNumber)) }),
  digest,
});
const RevisionItem = z.object({
  tenant: text,
  revision: z.object({ S: z.string().check(z.regex(/^\d{9}$/)) }),
  digest,
  document: bytes,
  publisher: text,
  signature: bytes,
});
const GetAnswer = z.object({ Item: z.optional(z.unknown()) });
const QueryAnswer = z.object({ Items: z.array(z.unknown()) });

/** Reads by DynamoDB `GetItem` and `Query` (https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/). */
export function createPolicyTable({ table, dynamodb, timeoutMs = 2000 }: PolicyTableOptions): PolicyTable {
  return { readPointer, readTenant };

  async function readPointer(tenant: string): Promise<ActivePointer | null> {
    const { Item } = await call('GetItem', GetAnswer, {
      Key: { tenant: { S: tenant }, revision: { S: activeKey } },
    });
    return Item === undefined ? null : pointerFrom(Item);
  }

  async function readTenant(tenant: string): Promise<TenantRecord> {
    // From the end, `active` comes before every number, and the highest number next.
    const { Items } = await call('Query', QueryAnswer, {
      KeyConditionExpression: '#tenant = :tenant',
      ExpressionAttributeNames: { '#tenant': 'tenant' },
      ExpressionAttributeValues: { ':tenant': { S: tenant } },
      ScanIndexForward: false,
      Limit: 2,
    });
    const [first, second] = Items;
    if (first === undefined) return { pointer: null, newest: null };
    if (!z.safeParse(z.object({ revision: z.object({ S: z.literal(activeKey) }) }), first).success)
      return { pointer: null, newest: revisionFrom(first) };
    return { pointer: pointerFrom(first), newest: second === undefined ? null : revisionFrom(second) };
  }

  async function call<T extends z.ZodMiniType>(
    operation: string,
    shape: T,
    input: Record<string, unknown>,
  ): Promise<z.output<T>> {
    const body = { TableName: table, ConsistentRead: true, ...input };
    return read(shape, await callAws(dynamodb, { service: 'dynamodb', operation, body, timeoutMs }), operation);
  }
}

/** The pointer item as it is written. */
export function pointerItem(tenant: string, { revision, digest: hex }: ActivePointer): Record<string, unknown> {
  return { tenant: { S: tenant }, revision: { S: activeKey }, current: { N: String(revision) }, digest: { S: hex } };
}

/** The item of a revision as it is written; its number is padded, so that the order of keys is that of revisions. */
export function revisionItem(signed: SignedRevision): Record<string, unknown> {
  return {
    tenant: { S: signed.tenant },
    revision: { S: revisionKey(signed.revision) },
    digest: { S: signed.digest },
    document: { B: signed.packed.toString('base64') },
    publisher: { S: signed.publisher },
    signature: { B: signed.signature.toString('base64') },
  };
}

function pointerFrom(item: unknown): ActivePointer {
  const { current, digest: hex } = read(PointerItem, item, 'pointer');
  return { revision: Number(current.N), digest: hex.S };
}

/** A revision's sort key. */
export function revisionKey(revision: number): string {
  return String(revision).padStart(revisionDigits, '0');
}

/** A revision from its item; nothing of it is believed yet. @throws MalformedItemError when the item is none */
export function revisionFrom(item: unknown): SignedRevision {
  const { tenant, revision, digest: hex, document, publisher, signature } = read(RevisionItem, item, 'revision');
  return {
    tenant: tenant.S,
    revision: Number(revision.S),
    digest: hex.S,
    packed: Buffer.from(document.B, 'base64'),
    publisher: publisher.S,
    signature: Buffer.from(signature.B, 'base64'),
  };
}

function read<T extends z.ZodMiniType>(shape: T, value: unknown, what: string): z.output<T> {
  const parsed = z.safeParse(shape, value);
  if (parsed.success) return parsed.data;
  const where = parsed.error.issues[0]?.path.join('.') ?? '';
  throw new MalformedItemError(`got a ${what} whose ${where} is missing or wrong, expected what publishing writes`);
}
