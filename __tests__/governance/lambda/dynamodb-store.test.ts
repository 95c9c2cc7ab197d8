// The table store under every fault: which reason it gives, how long the last good document serves, and what it never believes.
// Next: governance/lambda/dynamodb-store.ts.
import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, it } from 'vitest';
import { createDynamoStore, type DynamoStoreOptions } from '../../../governance/lambda/dynamodb-store.ts';
import { type PolicyStore } from '../../../governance/lambda/store.ts';
import { decide } from '../../../governance/policy/decide.ts';
import { type DynamoAccount, type Fault, startDynamoAccount, tableNames } from '../../support/dynamo-account.ts';
import { type Item } from '../../support/dynamo-tables.ts';
import { draft, permit, platformDraft } from '../../support/policy-fixtures.ts';

let account: DynamoAccount;
let store: PolicyStore;
const clock = { ms: 0 };
let reports: { level: string; message: string; fields: Readonly<Record<string, unknown>> }[] = [];

beforeEach(async () => {
  account = await startDynamoAccount();
  clock.ms = 1_000_000;
  reports = [];
  await account.publish(platformDraft([]));
  await account.publish(draft([permit('may')]));
});

const open = async (more: Partial<DynamoStoreOptions> = {}) => {
  // A look that outlives its test reports to that test alone.
  const told = reports;
  store = await createDynamoStore({
    table: tableNames.policies,
    ...account.accountOf('governance'),
    publisherKeys: [account.publisherKey],
    report: (level, message, fields) => void told.push({ level, message, fields }),
    nowMs: () => clock.ms,
    timeoutMs: 400,
    ...more,
  });
  account.takeCalls();
  return store;
};
/** The revision in force, or the reason of the deny, `afterMs` from now. */
const ask = async (tenant = 't1', afterMs = 0) => {
  clock.ms += afterMs;
  const found = await store.lookup(tenant, clock.ms);
  return found.ok ? found.policy.revision : found.reason;
};
const item = (tenant: string, revision: string) => {
  const found = account.policyItem(tenant, revision);
  if (!found) throw new Error(`no item ${tenant} ${revision}`);
  return found;
};
const refresh = 5000;

describe('the table store', () => {
  it('serves what is published with the platform’s document, and denies the rest by name', async () => {
    await open();
    const found = await store.lookup('t1', clock.ms);
    expect(found).toMatchObject({ ok: true, policy: { tenant: 't1', revision: 1 }, platform: { tenant: '*' } });
    expect(await ask('nobody')).toBe('unknown_tenant');
    expect(await ask('*')).toBe('unknown_tenant');
  });

  it('follows a publication within the refresh time, and asks no sooner', async () => {
    await open();
    expect(await ask()).toBe(1);
    await account.publish(draft([], { revision: 2 }));
    account.takeCalls();
    expect(await ask('t1', refresh - 1)).toBe(1);
    expect(account.takeCalls('GetItem', 'Query')).toBe(0);
    expect(await ask('t1', 1)).toBe(2);
  });

  it('looks once for all who ask at once, then only at the pointer', async () => {
    await open();
    expect(new Set(await Promise.all(Array.from({ length: 50 }, () => ask())))).toEqual(new Set([1]));
    expect(account.takeCalls('Query')).toBe(1);
    await Promise.all(Array.from({ length: 50 }, () => ask('t1', refresh / 50)));
    expect([...account.calls].sort()).toEqual(['GetItem', 'GetItem']);
  });

  it('looks again when the clock was set back, not when two decisions overtake each other', async () => {
    await open();
    await ask();
    account.takeCalls();
    expect(await ask('t1', -1)).toBe(1);
    expect(account.takeCalls('GetItem')).toBe(0);
    expect(await ask('t1', -refresh)).toBe(1);
    expect(account.takeCalls('GetItem')).toBe(2);
  });

  it('asks KMS for a publisher’s key once', async () => {
    await open();
    for (const tenant of ['a', 'b', 'c']) await account.publish(draft([], { tenant }));
    account.takeCalls();
    for (const tenant of ['a', 'b', 'c']) expect(await ask(tenant)).toBe(1);
    expect(account.takeCalls('GetPublicKey')).toBe(0);
  });

  it('remembers for a while who is unknown, and meets them once they are published', async () => {
    await open({ maxUnknownTenants: 2 });
    for (const tenant of ['x', 'x', 'x']) expect(await ask(tenant)).toBe('unknown_tenant');
    expect(account.takeCalls('Query')).toBe(1);
    for (const tenant of ['y', 'z', 'x']) await ask(tenant);
    expect(account.takeCalls('Query')).toBe(3);
    await account.publish(draft([], { tenant: 'x' }));
    expect(await ask('x', refresh)).toBe(1);
  });

  it('keeps no more rules than allowed, the platform’s apart', async () => {
    await open({ maxCachedRules: 4 });
    for (const tenant of ['a', 'b', 'c']) await account.publish(draft([permit('may')], { tenant }));
    account.takeCalls();
    for (const tenant of ['a', 'b', 'a', 'b']) await ask(tenant);
    expect(account.takeCalls('Query')).toBe(2);
    await ask('c');
    expect(await ask('b')).toBe(1);
    expect(account.takeCalls('Query')).toBe(1);
    expect(await ask('a')).toBe(1);
    expect(account.takeCalls('Query')).toBe(1);
  });

  it('denies at once by a removed tenant’s policy, and does not take an older one back', async () => {
    await account.publish(draft([], { revision: 5 }));
    await open();
    expect(await ask()).toBe(5);
    const kept = [...account.tables.items(tableNames.policies)];
    for (const key of account.tables.items(tableNames.policies).keys())
      if (key.startsWith('t1 ')) account.tables.items(tableNames.policies).delete(key);
    expect(await ask('t1', refresh)).toBe('unknown_tenant');
    for (const [key, value] of kept) account.tables.items(tableNames.policies).set(key, value);
    account.tables.items(tableNames.policies).delete('t1 000000005');
    item('t1', 'active')['current'] = { N: '1' };
    item('t1', 'active')['digest'] = { ...item('t1', '000000001')['digest'] } as { S: string };
    expect(await ask('t1', refresh)).toBe('policy_stale');
  });

  it('leaves an expired document to the decision', async () => {
    const validUntil = new Date(Date.now() + 60_000).toISOString();
    await account.publish(draft([permit('may')], { revision: 2, validUntil }));
    await open();
    const found = await store.lookup('t1', clock.ms);
    if (!found.ok) throw new Error(found.detail);
    const request = { service: 'orbit', intent: 'act', tenant: 't1', context: {} };
    expect(decide(found.policy, found.platform, request, Date.parse(validUntil) - 1).reason).toBe('permitted');
    expect(decide(found.policy, found.platform, request, Date.parse(validUntil)).reason).toBe('policy_expired');
  });
});

describe('content that no publisher signed so', () => {
  const flip = (tenant: string, revision: string, name: string) => {
    const bytes = Buffer.from((item(tenant, revision)[name] as { B: string }).B, 'base64');
    bytes[20] = (bytes[20] ?? 0) ^ 1;
    item(tenant, revision)[name] = { B: bytes.toString('base64') };
  };
  const other = () => packedOf(draft([permit('may'), permit('more')]));
  const packedOf = (document: object) => gzipSync(JSON.stringify(document)).toString('base64');
  const cases: [string, string, () => unknown][] = [
    ['a flipped bit in the document', 'policy_signature_invalid', () => flip('t1', '000000001', 'document')],
    ['a flipped bit in the signature', 'policy_signature_invalid', () => flip('t1', '000000001', 'signature')],
    ['another document', 'policy_signature_invalid', () => (item('t1', '000000001')['document'] = { B: other() })],
    [
      'another digest',
      'policy_signature_invalid',
      () => {
        for (const key of ['000000001', 'active']) item('t1', key)['digest'] = { S: 'a'.repeat(64) };
      },
    ],
    [
      'another number',
      'policy_signature_invalid',
      () => {
        account.tables
          .items(tableNames.policies)
          .set('t1 000000002', { ...item('t1', '000000001'), revision: { S: '000000002' } });
        item('t1', 'active')['current'] = { N: '2' };
      },
    ],
    [
      'another tenant’s revision',
      'policy_signature_invalid',
      async () => {
        await account.publish(draft([permit('may'), permit('more')], { tenant: 'rich' }));
        const stolen: Item = { ...item('rich', '000000001'), tenant: { S: 't1' } };
        account.tables.items(tableNames.policies).set('t1 000000001', stolen);
        item('t1', 'active')['digest'] = stolen['digest'] as { S: string };
      },
    ],
    [
      'a key that is not trusted',
      'policy_signature_invalid',
      () => account.publish(draft([], { revision: 2 }), account.kms.createKey()),
    ],
    [
      'a signature by another key under a trusted name',
      'policy_signature_invalid',
      async () => {
        await account.publish(draft([], { revision: 2 }), account.kms.createKey());
        item('t1', '000000002')['publisher'] = { S: account.publisherKey };
      },
    ],
    ['no signature', 'policy_invalid', () => delete item('t1', '000000001')['signature']],
    ['a pointer that is none', 'policy_invalid', () => (item('t1', 'active')['current'] = { N: '-1' })],
    ['a pointer to another digest', 'policy_invalid', () => (item('t1', 'active')['digest'] = { S: 'b'.repeat(64) })],
    ['a pointer to a missing revision', 'policy_unavailable', () => (item('t1', 'active')['current'] = { N: '2' })],
    [
      'a pointer without revisions',
      'policy_unavailable',
      () => account.tables.items(tableNames.policies).delete('t1 000000001'),
    ],
    [
      'revisions without a pointer',
      'policy_unavailable',
      () => account.tables.items(tableNames.policies).delete('t1 active'),
    ],
    [
      'a pointer back to an older revision',
      'policy_stale',
      async () => {
        const before = { ...item('t1', 'active') };
        await account.publish(draft([], { revision: 2 }));
        account.tables.items(tableNames.policies).set('t1 active', before);
      },
    ],
    ['a signed document that is not valid', 'policy_invalid', () => account.plant('t1', 2, '{"format":1}')],
    [
      'a signed document of another tenant',
      'policy_invalid',
      () => account.plant('t1', 2, JSON.stringify(draft([], { tenant: 't2', revision: 2 }))),
    ],
    [
      'a signed document of another revision',
      'policy_invalid',
      () => account.plant('t1', 2, JSON.stringify(draft([], { revision: 3 }))),
    ],
    [
      'signed bytes that are no gzip',
      'policy_invalid',
      () => account.plant('t1', 2, 'x', Buffer.from('x'.repeat(100))),
    ],
    [
      'signed bytes that are no text',
      'policy_invalid',
      () => account.plant('t1', 2, 'x', gzipSync(Buffer.from([0xff, 0xfe]))),
    ],
    [
      'a signed gzip bomb',
      'policy_invalid',
      () => account.plant('t1', 2, 'x', gzipSync(Buffer.alloc(64 * 1024 * 1024))),
    ],
  ];

  it.each(cases)('%s: %s', async (_name, reason, change) => {
    await change();
    await open();
    expect(await ask()).toBe(reason);
    expect(reports.at(-1)).toMatchObject({ level: 'warn', fields: { policyTenant: 't1', reason } });
  });

  it('leaves the last good document in force for a minute, and no longer', async () => {
    await open();
    expect(await ask()).toBe(1);
    flip('t1', '000000001', 'document');
    item('t1', 'active')['digest'] = { S: 'c'.repeat(64) };
    item('t1', '000000001')['digest'] = { S: 'c'.repeat(64) };
    expect(await ask('t1', 60_000)).toBe(1);
    expect(await ask('t1', 1)).toBe('policy_invalid');
  });

  it('in the platform’s document denies everyone', async () => {
    flip('*', '000000001', 'document');
    await open();
    expect(await ask()).toBe('policy_signature_invalid');
    account.tables.items(tableNames.policies).delete('* 000000001');
    account.tables.items(tableNames.policies).delete('* active');
    expect(await ask('t1', refresh)).toBe('policy_unavailable');
    await account.publish(platformDraft([], { revision: 2 }));
    expect(await ask('t1', refresh)).toBe(1);
  });
});

describe('a table that cannot be read', () => {
  const faults: [string, () => Fault | undefined][] = [
    ['throttled', () => ({ status: 400, type: 'ProvisionedThroughputExceededException' })],
    ['failing', () => ({ status: 500, type: 'InternalServerError' })],
    ['silent', () => 'hang'],
    ['forbidden', () => ({ status: 400, type: 'AccessDeniedException' })],
  ];

  it.each(faults)(
    '%s: denies without a document; with one serves for a minute, then denies, and comes back',
    async (_name, fault) => {
      await open();
      account.faults.next = fault;
      expect(await ask()).toBe('policy_unavailable');
      account.faults.next = () => undefined;
      expect(await ask('t1', refresh)).toBe(1);
      account.faults.next = fault;
      expect(await ask('t1', 60_000)).toBe(1);
      expect(await ask('t1', 1)).toBe('policy_stale');
      account.faults.next = () => undefined;
      expect(await ask('t1', 1000)).toBe(1);
      expect(reports.filter(({ level }) => level === 'warn').length).toBeLessThan(6);
    },
  );

  it('gone: denies', async () => {
    account.tables.deleteTable(tableNames.policies);
    await open();
    expect(await ask()).toBe('policy_unavailable');
  });

  it('throttled once: tries again within the look', async () => {
    await open();
    let left = 1;
    account.faults.next = () => (left-- > 0 ? { status: 400, type: 'ThrottlingException' } : undefined);
    expect(await ask()).toBe(1);
    expect(account.takeCalls('Query')).toBe(2);
  });

  it('slow: holds up one decision a moment, and no other', async () => {
    await open({ timeoutMs: 3000, patienceMs: 100 });
    expect(await ask()).toBe(1);
    account.faults.next = () => ({ delayMs: 800 });
    const startedMs = performance.now();
    expect(await ask('t1', refresh)).toBe(1);
    expect(performance.now() - startedMs).toBeGreaterThan(90);
    for (let call = 0; call < 20; call += 1) expect(await ask()).toBe(1);
    expect(performance.now() - startedMs).toBeLessThan(600);
  });

  it('with KMS gone: denies without calling the signature wrong', async () => {
    account.faults.next = (operation) =>
      operation === 'GetPublicKey' ? { status: 500, type: 'KMSInternalException' } : undefined;
    await open();
    expect(await ask()).toBe('policy_unavailable');
    account.faults.next = () => undefined;
    expect(await ask('t1', 1000)).toBe(1);
  });

  it('read in the midst of a publication: reads again', async () => {
    await open();
    const pointer = { ...item('t1', 'active') };
    item('t1', 'active')['current'] = { N: '2' };
    let left = 1;
    account.faults.next = (operation) => {
      if (operation === 'Query' && left-- === 0) account.tables.items(tableNames.policies).set('t1 active', pointer);
      return undefined;
    };
    expect(await ask()).toBe(1);
    expect(reports.filter(({ level }) => level === 'warn')).toEqual([]);
  });
});
