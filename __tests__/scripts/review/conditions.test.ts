// Who may become a role, and under which condition something is allowed: what asks for less, what asks for nothing, what asks for more.
// Next: scripts/review/policy-conditions.ts.
import { describe, expect, test } from 'vitest';
import { type Planned, policy, resource, securityOf } from './planned.ts';
import { gains, identity, onQueue, read, send, type Statement, subject, token, trust } from './planned-policies.ts';

const assume = { Action: 'sts:AssumeRole' };
/** The same permission under other conditions. */
const conditions = (before: Statement | null, after: Statement | null, more: Statement = {}): Planned =>
  identity(
    [{ ...read, ...more, ...(before && { Condition: before }) }],
    [{ ...read, ...more, ...(after && { Condition: after }) }],
  );

const loud: readonly (readonly [what: string, Planned, words: string])[] = [
  [
    'a condition that is only asked of who has the key',
    conditions(
      { StringEquals: { 'aws:PrincipalTag/team': 'a' } },
      { StringEqualsIfExists: { 'aws:PrincipalTag/team': 'a' } },
    ),
    'now only when `StringEqualsIfExists',
  ],
  [
    'one more value',
    conditions(
      { StringEquals: { 'aws:PrincipalTag/team': 'a' } },
      { StringEquals: { 'aws:PrincipalTag/team': ['a', 'b'] } },
    ),
    '`StringEquals aws:PrincipalTag/team` also `b`',
  ],
  [
    'another value',
    conditions({ StringEquals: { 'aws:SourceAccount': '1' } }, { StringEquals: { 'aws:SourceAccount': '2' } }),
    'also `2`, no longer `1`',
  ],
  [
    'a pattern for a value',
    conditions({ StringEquals: { 'aws:PrincipalTag/team': 'a' } }, { StringLike: { 'aws:PrincipalTag/team': '*' } }),
    'StringLike',
  ],
  [
    'all for any',
    conditions(
      { 'ForAnyValue:StringEquals': { 'aws:TagKeys': 'a' } },
      { 'ForAllValues:StringEquals': { 'aws:TagKeys': 'a' } },
    ),
    'ForAllValues',
  ],
  [
    'a wider network',
    conditions({ IpAddress: { 'aws:SourceIp': '10.0.0.0/16' } }, { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } }),
    'also `10.0.0.0/8`',
  ],
  [
    'a deny with one more exception',
    conditions(
      { ArnNotEquals: { 'aws:PrincipalArn': 'arn:a' } },
      { ArnNotEquals: { 'aws:PrincipalArn': ['arn:a', 'arn:evil'] } },
      { Effect: 'Deny' },
    ),
    'also `arn:evil`',
  ],
  [
    'a deny that denies something else',
    conditions(
      { Bool: { 'aws:SecureTransport': 'false' } },
      { Bool: { 'aws:SecureTransport': 'never' } },
      { Effect: 'Deny' },
    ),
    'still denied',
  ],
  [
    'a subject that becomes a pattern',
    trust(
      token({ StringEquals: { [subject]: 'repo:o/r:ref:refs/heads/main' } }),
      token({ StringLike: { [subject]: 'repo:o/*' } }),
    ),
    'now only when `StringLike',
  ],
  [
    'a new role for any subject',
    trust(null, token({ StringLike: { [subject]: 'repo:*' } })),
    'Any token of this issuer',
  ],
  [
    'a new role without a subject',
    trust(null, token({ StringEquals: { 'token.actions.githubusercontent.com:aud': 'sts.amazonaws.com' } })),
    'Any token of this issuer',
  ],
  [
    'a new role for anyone, under a condition that names nobody',
    trust(null, {
      ...assume,
      Principal: { AWS: '*' },
      Condition: { StringLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/x' } },
    }),
    'Anyone: no condition says who.',
  ],
  [
    'any kind of anyone',
    onQueue({ ...send, Principal: { AWS: 'arn:a' } }, { ...send, Principal: { '*': '*' } }),
    '**anyone**',
  ],
  [
    'anyone, from everywhere',
    onQueue(
      { ...send, Principal: { AWS: 'arn:a' } },
      { ...send, Principal: '*', Condition: { IpAddress: { 'aws:SourceIp': ['0.0.0.0/1', '128.0.0.0/1'] } } },
    ),
    'Anyone: no condition says who.',
  ],
];

describe('is said aloud', () => {
  test.each(loud)('%s', (_, planned, words) => {
    const said = securityOf(planned).filter((line) => line.startsWith('widens loud:'));
    expect(said.join('\n')).toContain(words);
  });
});

test('another account is one that nothing in the plan is in', () => {
  const role = { name: 'worker', arn: 'arn:aws:iam::123456789012:role/worker', permissions_boundary: 'arn:b' };
  const opened = (account: string) =>
    securityOf(
      resource(
        'aws_iam_role',
        { ...role, assume_role_policy: policy({ ...assume, Principal: { AWS: 'arn:aws:iam::123456789012:role/a' } }) },
        { ...role, assume_role_policy: policy({ ...assume, Principal: { AWS: account } }) },
      ),
    ).join('\n');
  expect(opened('999988887777')).toContain('**Another account.**');
  expect(opened('123456789012')).not.toContain('Another account');
  // Of a plan in which nothing is there yet no one knows.
  const fresh = trust(null, { ...assume, Principal: { AWS: '999988887777' } });
  expect(securityOf(fresh)).toEqual([expect.stringMatching(/^widens: trust of role/)]);
});

describe('narrows', () => {
  const narrower: readonly (readonly [what: string, Planned])[] = [
    ['one value less', conditions({ StringEquals: { k: ['a', 'b'] } }, { StringEquals: { k: 'a' } })],
    ['a value for a pattern', conditions({ StringLike: { k: 'repo:o/*' } }, { StringEquals: { k: 'repo:o/r' } })],
    [
      'a narrower network',
      conditions({ IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } }, { IpAddress: { 'aws:SourceIp': '10.9.0.0/16' } }),
    ],
    [
      'one exception more from what is allowed',
      conditions({ StringNotEquals: { k: 'a' } }, { StringNotEquals: { k: ['a', 'b'] } }),
    ],
    [
      'a deny with one exception less',
      conditions({ ArnNotEquals: { k: ['arn:a', 'arn:b'] } }, { ArnNotEquals: { k: 'arn:a' } }, { Effect: 'Deny' }),
    ],
    ['a key that everyone has to have', conditions({ StringEqualsIfExists: { k: 'a' } }, { StringEquals: { k: 'a' } })],
  ];
  test.each(narrower)('%s', (_, planned) => {
    expect(securityOf(planned)).toEqual([expect.stringMatching(/^narrows: /)]);
  });
});

describe('is no warning', () => {
  const plain: readonly (readonly [what: string, Planned])[] = [
    ['a repository and a branch', trust(null, token({ StringLike: { [subject]: 'repo:o/r:ref:refs/heads/*' } }))],
    [
      'anyone of an organization',
      onQueue(
        { ...send, Principal: { AWS: 'arn:a' } },
        { ...send, Principal: '*', Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-1' } } },
      ),
    ],
    [
      'a name of everything, read',
      gains({ Action: ['ec2:DescribeSubnets', 'ecr:GetAuthorizationToken'], Resource: '*' }),
    ],
    ['one bucket', gains({ Action: 's3:PutObject', Resource: 'arn:aws:s3:::reports/*' })],
    [
      'everything under a condition that holds somebody back',
      gains({
        Action: 'dynamodb:DeleteTable',
        Resource: '*',
        Condition: { StringEquals: { 'aws:ResourceTag/a': 'b' } },
      }),
    ],
  ];
  test.each(plain)('%s', (_, planned) => {
    expect(securityOf(planned).join('\n')).not.toMatch(/loud|\.\*\*/);
  });
});

test('a condition that only binds who has the key holds nobody back', () => {
  const deletes = { Action: 'dynamodb:DeleteTable', Resource: '*' };
  const optional = { ...deletes, Condition: { StringEqualsIfExists: { 'aws:ResourceTag/a': 'b' } } };
  expect(securityOf(gains(optional)).join()).toContain('**On every resource.**');
});

test('what was allowed under a condition alone is gained without it', () => {
  const limited = { Action: 's3:*', Resource: '*', Condition: { Bool: { 'aws:SecureTransport': 'true' } } };
  expect(securityOf(identity([limited], [limited, read]))).toEqual([
    'widens: role `worker` may now also do `s3:GetObject` on `arn:aws:s3:::reports/*`',
  ]);
});
