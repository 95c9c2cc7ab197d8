// Records used single_use grants where every Axon task sees them, so that no two can both accept one.
// Next: services/axon/app.ts, which asks before it reasons.
import { marshall } from '@aws-sdk/util-dynamodb';
import { AwsError, callAwsJson, type CredentialSource } from '../shared/aws.ts';

/** Claims a grant for all tasks. */
export interface SingleUseLedger {
  /**
   * @param jti - the grant's id
   * @param expiresSeconds - epoch seconds after which the record may go (the table's TTL)
   * @throws AwsError or a transport error when the table did not answer; the caller must refuse
   */
  claim(jti: string, expiresSeconds: number): Promise<'first' | 'replayed'>;
}

/** Where the table is and who asks. */
export interface SingleUseOptions {
  readonly table: string;
  readonly region: string;
  readonly endpoint?: string | undefined;
  readonly credentials: CredentialSource;
  /** @defaultValue 1000 */
  readonly timeoutMs?: number;
}

/** A ledger in DynamoDB: a put that succeeds only where no item is (https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_PutItem.html). */
export function createSingleUseLedger({ table, timeoutMs = 1000, ...aws }: SingleUseOptions): SingleUseLedger {
  return {
    async claim(jti, expiresSeconds) {
      try {
        await callAwsJson({
          ...aws,
          service: 'dynamodb',
          target: 'DynamoDB_20120810.PutItem',
          jsonVersion: '1.0',
          timeoutMs,
          body: {
            TableName: table,
            Item: marshall({ jti, expiresAt: expiresSeconds }),
            ConditionExpression: 'attribute_not_exists(jti)',
          },
        });
        return 'first';
      } catch (error) {
        if (error instanceof AwsError && error.type === 'ConditionalCheckFailedException') return 'replayed';
        throw error;
      }
    },
  };
}
