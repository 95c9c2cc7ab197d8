// `rollback` as a user runs it: an earlier content under a new number, and nothing that a publisher did not sign.
// Next: governance/cli/rollback.ts.
import { gunzipSync } from 'node:zlib';
import { beforeEach, describe, expect, it } from 'vitest';
import { createDynamoStore } from '../../../governance/lambda/dynamodb-store.ts';
import { type DynamoAccount, startDynamoAccount, tableNames } from '../../support/dynamo-account.ts';
import { runPolicyTool } from '../../support/policy-cli.ts';
import { draft, permit, platformDraft } from '../../support/policy-fixtures.ts';

let account: DynamoAccount;
beforeEach(async () => {
  account = await startDynamoAccount();
  await account.publish(platformDraft([]));
  for (const revision of [1, 2, 4])
    await account.publish(draft([permit(`of-${revision}`)], { revision, description: `number ${revision}` }));
});

const rollback = (to: number | string, more: readonly string[] = [], tenant = 't1') => {
  const { dynamodb, kms } = account.accountOf('publisher');
  const environment = {
    AWS_REGION: account.region,
    AWS_ACCESS_KEY_ID: dynamodb.accessKeyId,
    AWS_SECRET_ACCESS_KEY: dynamodb.secretAccessKey,
    AWS_SESSION_TOKEN: dynamodb.sessionToken,
    AWS_ENDPOINT_URL_DYNAMODB: dynamodb.endpoint,
    AWS_ENDPOINT_URL_KMS: kms.endpoint,
    POLICY_TABLE: tableNames.policies,
    POLICY_PUBLISHER_KEY: account.publisherKey,
    POLICY_PUBLISHER_KEYS: account.publisherKey,
  };
  return runPolicyTool(['rollback', '--tenant', tenant, '--to', String(to), ...more], { environment });
};
const textOf = (revision: string): string => {
  const { document } = (account.policyItem('t1', revision) ?? {}) as { document?: { B: string } };
  return gunzipSync(Buffer.from(document?.B ?? '', 'base64')).toString();
};
const inForce = () => account.policyItem('t1', 'active')?.['current'];

describe('rollback', () => {
  it('publishes the earlier content under the next number, and functions follow', async () => {
    const store = await createDynamoStore({
      table: tableNames.policies,
      ...account.accountOf('governance'),
      publisherKeys: [account.publisherKey],
      report: () => undefined,
    });
    const before = Date.now();
    expect(await store.lookup('t1', before)).toMatchObject({ ok: true, policy: { revision: 4 } });
    const { code, out } = await rollback(1);
    expect([code, out]).toEqual([
      0,
      expect.stringMatching(
        /^tenant t1 revision 5 \([0-9a-f]{12}\) published, after 4, with the content of revision 1\n$/,
      ),
    ]);
    expect(textOf('000000005')).toBe(textOf('000000001').replace('"revision":1', '"revision":5'));
    expect(await store.lookup('t1', before + 6000)).toMatchObject({ ok: true, policy: { revision: 5 } });
    expect([...account.tables.items(tableNames.policies).keys()].filter((key) => key.startsWith('t1'))).toHaveLength(5);
  });

  it('brings the platform’s back as well', async () => {
    await account.publish(platformDraft([], { revision: 2, description: 'worse' }));
    expect(await rollback(1, ['--json'], '*')).toMatchObject({
      code: 0,
      out: expect.stringContaining('"from":1,"tenant":"*","revision":3') as string,
    });
  });

  it('says what it would do, and does nothing', async () => {
    const { code, out } = await rollback(2, ['--dry-run']);
    expect([code, out]).toEqual([0, expect.stringContaining('would be published, after 4')]);
    expect(inForce()).toEqual({ N: '4' });
  });

  it.each<[string, number, string[], RegExp]>([
    ['a revision that is not there', 3, [], /got no revision 3 of tenant t1, expected one of 1, 2, 4/],
    ['the newest', 4, [], /got revision 4, the newest; expected an earlier one/],
    [
      'one of an untrusted publisher',
      1,
      ['--publishers', 'arn:aws:kms:eu-central-1:123456789012:key/other'],
      /got revision 1 of publisher .*, expected one of arn:.*other; nothing was published/,
    ],
  ])('refuses %s', async (_name, to, more, message) => {
    expect(await rollback(to, more)).toMatchObject({ code: 1, errors: expect.stringMatching(message) as string });
    expect(inForce()).toEqual({ N: '4' });
  });

  it.each(['document', 'digest', 'signature'])('does not sign anew what was tampered with: its %s', async (name) => {
    const item = account.policyItem('t1', '000000001') ?? {};
    const other = account.policyItem('t1', '000000002') ?? {};
    item[name] = other[name] ?? { S: '' };
    const { code, errors } = await rollback(1);
    expect([code, errors]).toEqual([1, expect.stringContaining('does not hold; nothing was published')]);
    expect(inForce()).toEqual({ N: '4' });
  });

  it('does not take one tenant’s revision for another’s', async () => {
    await account.publish(draft([], { tenant: 't2' }));
    const items = account.tables.items(tableNames.policies);
    const stolen = items.get('t2 000000001') ?? {};
    items.set('t1 000000001', { ...stolen, tenant: { S: 't1' } });
    expect(await rollback(1)).toMatchObject({ code: 1, errors: expect.stringContaining('does not hold') as string });
  });

  it.each([
    [['rollback'], 'expected --tenant and --to'],
    [['rollback', '--tenant', 't1', '--to', '1'], 'expected --publishers or POLICY_PUBLISHER_KEYS'],
    [['rollback', '--tenant', 't1', '--to', 'one', '--publishers', 'arn'], 'got --to one, expected a whole number'],
    [['rollback', 'x', '--tenant', 't1', '--to', '1', '--publishers', 'arn'], 'got x, expected options alone'],
  ])('says how %j was called wrongly', async (args, message) => {
    expect(await runPolicyTool(args)).toMatchObject({ code: 2, errors: expect.stringContaining(message) as string });
  });
});
