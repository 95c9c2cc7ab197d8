// The tables: policies with their revisions, quota counters, spent grants.
// Next: stacks/modules/governance/function.ts.
import { DynamodbTable } from '@cdktf/provider-aws/lib/dynamodb-table/index.js';
import { type IResolvable } from 'cdktf';
import { type ModuleStack } from '../../module-stack.ts';
import { names } from '../../naming.ts';

/** What the tables are for. */
export const tableNames = ['policies', 'quotas', 'grants'] as const;
/** A table of {@link tableNames}. */
export type TableName = (typeof tableNames)[number];

interface TableSpec {
  readonly hashKey: string;
  readonly rangeKey?: string;
  /** The attribute with the second, since the epoch, after which an item is gone. */
  readonly ttl?: string;
}

const specs: Readonly<Record<TableName, TableSpec>> = {
  // `active`, or a zero-padded revision.
  policies: { hashKey: 'tenant', rangeKey: 'revision' },
  quotas: { hashKey: 'counter', ttl: 'expiresAt' },
  grants: { hashKey: 'jti', ttl: 'expiresAt' },
};

/** Adds the three tables: on demand, encrypted, recoverable to any second of 35 days. */
export function addTables(
  scope: ModuleStack,
  options: { prefix: string; keyArn: string; deletionProtection: IResolvable },
): Record<TableName, DynamodbTable> {
  const { prefix, keyArn, deletionProtection } = options;
  const table = (name: TableName): DynamodbTable => {
    const { hashKey, rangeKey, ttl } = specs[name];
    const keys = [hashKey, ...(rangeKey === undefined ? [] : [rangeKey])];
    return new DynamodbTable(scope, name, {
      name: names(prefix).table(name),
      billingMode: 'PAY_PER_REQUEST',
      hashKey,
      ...(rangeKey === undefined ? {} : { rangeKey }),
      attribute: keys.map((key) => ({ name: key, type: 'S' })),
      serverSideEncryption: { enabled: true, kmsKeyArn: keyArn },
      pointInTimeRecovery: { enabled: true },
      deletionProtectionEnabled: deletionProtection,
      ...(ttl === undefined ? {} : { ttl: { attributeName: ttl, enabled: true } }),
    });
  };
  return { policies: table('policies'), quotas: table('quotas'), grants: table('grants') };
}
