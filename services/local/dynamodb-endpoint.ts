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
}

/** Serves `PutItem` with `attribute_not_exists(jti)`; items go once their TTL attribute `expiresAt` has passed. */
export function createLocalDynamo({
  table,
  writerRoleArn,
  region,
  principals,
  nowMs = Date.now,
}: LocalDynamoOptions): RequestListener {
  const expiresAt = new Map<string, number>();
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
        for (const [key, seconds] of expiresAt) if (seconds * 1000 < nowMs()) expiresAt.delete(key);
        if (expiresAt.has(jti)) throw new AwsFault('ConditionalCheckFailedException', 'The conditional request failed');
        expiresAt.set(jti, expires);
        return {};
      },
    },
  });
}

function readItem(item: unknown): { jti: string; expires: number } {
  const { jti, expiresAt } = (item ?? {}) as { jti?: { S?: unknown }; expiresAt?: { N?: unknown } };
  const expires = Number(expiresAt?.N);
  if (typeof jti?.S !== 'string' || !Number.isFinite(expires))
    throw new AwsFault('ValidationException', 'got an item without jti or expiresAt');
  return { jti: jti.S, expires };
}
