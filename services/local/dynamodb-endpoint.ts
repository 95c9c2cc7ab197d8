// DynamoDB as far as single_use grants need it: a put that succeeds only where no item is.
// Next: services/axon/single-use.ts, its one client.
import { type RequestListener } from 'node:http';
import { AwsFault, createAwsJsonEndpoint } from './aws-json-endpoint.ts';
import { type Principals } from './principals.ts';

/** Which table there is and whose role may put into it. */
export interface LocalDynamoOptions {
  readonly table: string;
  readonly writerRoleArn: string;
  readonly region: string;
  readonly principals: Pick<Principals, 'lookup'>;
  readonly nowMs?: () => number;
  /**
   * How many unexpired items there may be. A grant lives for seconds.
   *
   * @defaultValue 100 000
   */
  readonly itemsMost?: number;
}

const sweepEveryMs = 1000;

/** Serves `PutItem` with `attribute_not_exists(jti)`; items go once their TTL attribute `expiresAt` has passed. */
export function createLocalDynamo({
  table,
  writerRoleArn,
  region,
  principals,
  nowMs = Date.now,
  itemsMost = 100_000,
}: LocalDynamoOptions): RequestListener {
  const expiresAt = new Map<string, number>();
  let sweptMs = nowMs();
  return createAwsJsonEndpoint({
    service: 'dynamodb',
    region,
    targetPrefix: 'DynamoDB_20120810',
    jsonVersion: '1.0',
    principals,
    nowMs,
    operations: {
      PutItem({ TableName, Item, ConditionExpression }, { roleArn }) {
        if (roleArn !== writerRoleArn)
          throw new AwsFault(
            'AccessDeniedException',
            `User: ${roleArn} is not authorized to perform: dynamodb:PutItem`,
          );
        if (TableName !== table) throw new AwsFault('ResourceNotFoundException', 'Requested resource not found');
        const { jti, expires } = readItem(Item);
        if (ConditionExpression !== 'attribute_not_exists(jti)')
          throw new AwsFault('ValidationException', 'got another condition than attribute_not_exists(jti)');
        const now = nowMs();
        if (isLive(jti, now)) throw new AwsFault('ConditionalCheckFailedException', 'The conditional request failed');
        sweep(now);
        // INVARIANT: a full table refuses; it never forgets a live item to take another.
        if (expiresAt.size >= itemsMost)
          throw new AwsFault('ProvisionedThroughputExceededException', `got more than ${itemsMost} live items`);
        expiresAt.set(jti, expires);
        return {};
      },
    },
  });

  function isLive(jti: string, now: number): boolean {
    const seconds = expiresAt.get(jti);
    return seconds !== undefined && seconds * 1000 >= now;
  }

  /** Now and then, so that a put costs the same however many items there are. */
  function sweep(now: number): void {
    if (now - sweptMs < sweepEveryMs) return;
    sweptMs = now;
    for (const jti of expiresAt.keys()) if (!isLive(jti, now)) expiresAt.delete(jti);
  }
}

function readItem(item: unknown): { jti: string; expires: number } {
  const { jti, expiresAt } = (item ?? {}) as { jti?: { S?: unknown }; expiresAt?: { N?: unknown } };
  const expires = typeof expiresAt?.N === 'string' && expiresAt.N !== '' ? Number(expiresAt.N) : Number.NaN;
  if (typeof jti?.S !== 'string' || jti.S === '' || !Number.isFinite(expires))
    throw new AwsFault('ValidationException', 'got an item without jti or expiresAt');
  return { jti: jti.S, expires };
}
