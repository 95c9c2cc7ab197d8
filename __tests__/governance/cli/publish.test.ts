// `publish` as a user runs it: what it puts in force, what it refuses, who wins a race, and what it leaves behind when it fails.
// Next: governance/cli/publish.ts.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { createDynamoStore } from '../../../governance/lambda/dynamodb-store.ts';
import { type DynamoAccount, startDynamoAccount, tableNames } from '../../support/dynamo-account.ts';
import { runPolicyTool } from '../../support/policy-cli.ts';
import { draft, platformDraft } from '../../support/policy-fixtures.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

let account: DynamoAccount;
let folder: string;
beforeEach(async () => {
  account = await startDynamoAccount();
  folder = path.join(temporaryFolder('publish'), 'policies');
  mkdirSync(folder);
  save('platform.json', platformDraft([]));
  save('t1.json', draft([]));
  save('t1.cases.json', []);
  save('policy.schema.json', {});
});

const save = (name: string, value: unknown) => writeFileSync(path.join(folder, name), JSON.stringify(value));
const environmentOf = (name: string): Record<string, string | undefined> => {
  const { dynamodb, kms } = account.accountOf(name);
  return {
    AWS_REGION: account.region,
    AWS_ACCESS_KEY_ID: dynamodb.accessKeyId,
    AWS_SECRET_ACCESS_KEY: dynamodb.secretAccessKey,
    AWS_SESSION_TOKEN: dynamodb.sessionToken,
    AWS_ENDPOINT_URL_DYNAMODB: dynamodb.endpoint,
    AWS_ENDPOINT_URL_KMS: kms.endpoint,
  };
};
const run = (args: readonly string[], environment = environmentOf('publisher')) => runPolicyTool(args, { environment });
const publish = (...more: string[]) =>
  run(['publish', folder, '--table', tableNames.policies, '--key', account.publisherKey, ...more]);
const keysThere = () => [...account.tables.items(tableNames.policies).keys()].sort();
const current = (tenant: string) => account.policyItem(tenant, 'active')?.['current'];

describe('publish', () => {
  it('puts every policy of a folder in force, the platform’s first, so that the function loads them', async () => {
    const { code, out, errors } = await publish();
    expect([code, errors]).toEqual([0, '']);
    expect(out).toMatch(
      /platform\.json: tenant \* revision 1 \([0-9a-f]{12}\) published, the first\n.*t1\.json: tenant t1 revision 1 /,
    );
    expect(keysThere()).toEqual(['* 000000001', '* active', 't1 000000001', 't1 active']);
    const store = await createDynamoStore({
      table: tableNames.policies,
      ...account.accountOf('governance'),
      publisherKeys: [account.publisherKey],
      report: () => undefined,
    });
    expect(await store.lookup('t1', Date.now())).toMatchObject({ ok: true, policy: { revision: 1 } });
  });

  it('leaves what is in force as it is, and says so to machines too', async () => {
    await publish();
    account.takeCalls();
    const { code, out } = await publish('--json');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      ok: true,
      results: [
        { tenant: '*', status: 'unchanged' },
        { tenant: 't1', status: 'unchanged', previous: 1 },
      ],
    });
    expect(account.takeCalls('Sign', 'TransactWriteItems')).toBe(0);
  });

  it('says what it would do, and does nothing', async () => {
    const { code, out } = await publish('--dry-run');
    expect([code, keysThere()]).toEqual([0, []]);
    expect(out).toContain('tenant t1 revision 1');
    expect(out).toContain('would be published, the first');
    expect(account.takeCalls('Sign', 'TransactWriteItems')).toBe(0);
  });

  it.each([
    ['an older revision', { revision: 4 }, 'got revision 4, expected one above 5'],
    [
      'other content under the same revision',
      { revision: 5, description: 'new' },
      'got other content under revision 5',
    ],
    [
      'a document that is over',
      { revision: 6, validUntil: '2020-01-01T00:00:00Z' },
      'got validUntil 2020-01-01T00:00:00Z',
    ],
  ])('refuses %s', async (_name, change, problem) => {
    save('t1.json', draft([], { revision: 5 }));
    await publish();
    save('t1.json', draft([], change));
    const { code, out } = await publish();
    expect(code).toBe(1);
    expect(out).toContain(`refused: ${problem}`);
    expect(current('t1')).toEqual({ N: '5' });
  });

  it('publishes nothing when one document of many is not valid, and lists all that is wrong', async () => {
    save('t1.json', { ...draft([]), format: 2, rulez: [] });
    const { code, out } = await publish();
    expect(code).toBe(1);
    expect(out).toContain('t1.json:1:2: format: got 2, expected 1');
    expect(out).toMatch(/t1\.json:1:\d+: rulez: got \[\], expected no such key/);
    save('t1.json', draft([]));
    save('t2.json', draft([]));
    expect((await publish()).out).toMatch(/t2\.json:1:\d+: tenant: got "t1"/);
    expect(account.calls).toEqual([]);
  });

  it('lets exactly one of two win a race, and the loser say so', async () => {
    await publish();
    const contents = ['one', 'two'].map((description) => draft([], { revision: 2, description }));
    const outcomes = await Promise.all(contents.map((content) => account.publish(content)));
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['published', 'refused']);
    expect(outcomes.find(({ status }) => status === 'refused')?.detail).toMatch(
      /another publication meanwhile|other content/,
    );
    const winner = outcomes.find(({ status }) => status === 'published');
    expect(account.policyItem('t1', 'active')?.['digest']).toEqual({ S: winner?.digest });
    expect(account.policyItem('t1', '000000002')?.['digest']).toEqual({ S: winner?.digest });
  });

  it('lets one of many with higher and higher numbers win each step, and never moves the pointer back', async () => {
    await publish();
    const all = await Promise.all(
      Array.from({ length: 12 }, (_, index) => account.publish(draft([], { revision: 2 + index }))),
    );
    const published = all.filter(({ status }) => status === 'published').map(({ revision }) => revision);
    expect(current('t1')).toEqual({ N: String(Math.max(...published)) });
    expect(keysThere().filter((key) => /^t1 \d/.test(key))).toHaveLength(1 + published.length);
  });

  it('does not move the pointer back when a lower number arrives late', async () => {
    await publish();
    let left = 1;
    account.faults.next = (operation) =>
      operation === 'TransactWriteItems' && left-- > 0 ? { delayMs: 300 } : undefined;
    const late = account.publish(draft([], { revision: 2 }));
    await expect.poll(() => left).toBe(0);
    expect((await account.publish(draft([], { revision: 3 }))).status).toBe('published');
    expect(await late).toMatchObject({ status: 'refused' });
    expect(current('t1')).toEqual({ N: '3' });
    expect(account.policyItem('t1', '000000002')).toBeUndefined();
  });

  it('does not fail when the answer to its transaction is lost', async () => {
    let left = 1;
    account.faults.next = (operation) => (operation === 'TransactWriteItems' && left-- > 0 ? 'lost' : undefined);
    expect((await publish()).out).toContain('tenant * revision 1');
    expect(current('*')).toEqual({ N: '1' });
  });

  it('writes nothing that the key did not sign, or a role that may not sign asked for', async () => {
    const other = await run(['publish', folder, '--table', tableNames.policies, '--key', 'alias/none']);
    expect(other).toMatchObject({ code: 1 });
    const args = ['publish', folder, '--table', tableNames.policies, '--key', account.publisherKey];
    const { code, out } = await run(args, environmentOf('governance'));
    expect([code, keysThere()]).toEqual([1, []]);
    expect(out).toContain('failed: got 400 AccessDeniedException from kms');
  });

  it('goes on with the others when one fails', async () => {
    await publish();
    save('platform.json', platformDraft([], { description: 'same revision, other text' }));
    save('t1.json', draft([], { revision: 2 }));
    const { code, out } = await publish();
    expect(code).toBe(1);
    expect(out).toContain('tenant * revision 1');
    expect(current('t1')).toEqual({ N: '2' });
  });
});

describe('a call that does not fit', () => {
  it.each([
    [['publish', '--key', 'k'], 'got no table, expected --table or POLICY_TABLE'],
    [['publish', '--table', 't'], 'got no key, expected --key or POLICY_PUBLISHER_KEY'],
    [['publish', '--tabel', 't'], "unknown option '--tabel'"],
    [['punish'], 'got the command "punish", expected one of validate, test'],
    [
      ['publish', '--table', 't', '--key', 'k', '--region', 'nowhere'],
      'got nowhere, expected one such as eu-central-1',
    ],
    [
      ['publish', '--table', 't', '--key', 'k', '--region', 'eu-central-1', '--endpoint', 'file:///x'],
      'expected an http or https URL',
    ],
  ])('%j ends with code 2', async (args, problem) => {
    const { code, errors } = await run(args, {});
    expect([code, errors]).toEqual([2, expect.stringContaining(problem)]);
  });

  it('has help, for all and for each', async () => {
    expect(await run(['--help'])).toMatchObject({ code: 0, out: expect.stringContaining('publish') as string });
    expect(await run([])).toMatchObject({ code: 2 });
    for (const command of ['validate', 'publish']) {
      const { code, out } = await run([command, '--help']);
      expect(code).toBe(0);
      expect(out).toMatch(/^Usage: npm run policy -- [\s\S]*Examples:/);
    }
  });
});
