// The function's environment: one source of policies, whole, and every fault of it named at once.
// Next: governance/lambda/config.ts.
import { describe, expect, it } from 'vitest';
import { readGovernanceConfig } from '../../../governance/lambda/config.ts';

const arn = (id: string) => `arn:aws:kms:eu-central-1:123456789012:key/${id}`;
const base = {
  AWS_REGION: 'eu-central-1',
  AWS_ACCESS_KEY_ID: 'AKID',
  AWS_SECRET_ACCESS_KEY: 'planted-secret',
  GOVERNANCE_SIGNING_KEY: 'alias/signing',
};
const tables = { ...base, POLICY_TABLE: 'policies', QUOTA_TABLE: 'quotas', POLICY_PUBLISHER_KEYS: arn('one') };
const problems = (environment: Record<string, string>): string => {
  try {
    readGovernanceConfig(environment);
    return 'none';
  } catch (error) {
    return String(error);
  }
};

describe('the configuration', () => {
  it('takes a folder, or two tables and the keys that may publish', () => {
    expect(readGovernanceConfig({ ...base, POLICY_FOLDER: 'policies' }).source).toEqual({
      kind: 'folder',
      folder: 'policies',
    });
    const both = `${arn('one')}, ${arn('two')}`;
    expect(readGovernanceConfig({ ...tables, POLICY_PUBLISHER_KEYS: both })).toMatchObject({
      source: { kind: 'tables', policies: 'policies', quotas: 'quotas', publisherKeys: [arn('one'), arn('two')] },
      POLICY_REFRESH_SECONDS: 5,
      POLICY_MAX_STALE_SECONDS: 60,
    });
  });

  it.each([
    ['no source', base, 'POLICY_FOLDER, POLICY_TABLE: got neither, expected exactly one of them'],
    ['two sources', { ...tables, POLICY_FOLDER: 'f' }, 'POLICY_FOLDER, POLICY_TABLE: got both'],
    [
      'a table that anyone may write',
      { ...tables, POLICY_PUBLISHER_KEYS: undefined },
      'POLICY_PUBLISHER_KEYS: got nothing',
    ],
    ['counters in memory beside a table', { ...tables, QUOTA_TABLE: undefined }, 'QUOTA_TABLE: got nothing'],
    [
      'counters in a table beside a folder',
      { ...base, POLICY_FOLDER: 'f', QUOTA_TABLE: 'q-table' },
      'QUOTA_TABLE: got "q-table"',
    ],
    [
      'an alias as publisher',
      { ...tables, POLICY_PUBLISHER_KEYS: 'alias/publisher' },
      'POLICY_PUBLISHER_KEYS: got "alias/publisher"',
    ],
    ['one bad key of two', { ...tables, POLICY_PUBLISHER_KEYS: `${arn('one')},` }, 'expected ARNs of KMS keys'],
    ['no refresh', { ...tables, POLICY_REFRESH_SECONDS: '0' }, 'POLICY_REFRESH_SECONDS: got "0"'],
    [
      'a table name that is none',
      { ...tables, POLICY_TABLE: 'a b' },
      'POLICY_TABLE: got "a b", expected the name of a table',
    ],
  ])('refuses %s', (_name, environment, problem) => {
    const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== undefined));
    expect(problems(given as Record<string, string>)).toContain(problem);
  });

  it('names all faults at once, and no secret', () => {
    const all = problems({ AWS_SECRET_ACCESS_KEY: '', QUOTA_TABLE: 'q', AWS_SESSION_TOKEN: '' });
    for (const name of ['AWS_REGION', 'GOVERNANCE_SIGNING_KEY', 'QUOTA_TABLE', 'POLICY_FOLDER, POLICY_TABLE'])
      expect(all).toContain(`${name}: got`);
    expect(problems({ ...tables, POLICY_TABLE: '' })).not.toContain('planted-secret');
  });
});
