// Beside the plan of the base branch: what both leave to the apply is the same only when it is made of the same.
// Next: scripts/review/made-of.ts; and of a policy that waits, what its document says: scripts/review/deferred-policy.ts.
import { describe, expect, test } from 'vitest';
import { commentOf, type Planned, planOf, policy, securityOf } from './planned.ts';

const nothing = 'nothing to do that the base branch would not do';
const document = (name: string, action: string): Planned => ({
  address: `data.aws_iam_policy_document.${name}`,
  after: { statement: [{ effect: 'Allow', actions: [action], resources: ['arn:aws:s3:::a/*'] }] },
  unknown: { json: true },
  expressions: { statement: [{ actions: { constant_value: [action] } }] },
});
const waiting = (template: string, references: readonly string[]): Planned => ({
  address: 'aws_iam_role_policy.one',
  before: { role: 'worker', policy: policy({ Action: 's3:GetObject', Resource: 'arn:aws:s3:::a/*' }) },
  after: { role: 'worker' },
  unknown: { policy: true },
  expressions: { role: {}, policy: { constant_value: template, references } },
});
const byDocument = (name: string) =>
  waiting(`\${data.aws_iam_policy_document.${name}.json}`, [
    `data.aws_iam_policy_document.${name}.json`,
    `data.aws_iam_policy_document.${name}`,
  ]);

describe('against the base', () => {
  test('the same document is no change', () => {
    const plan = planOf(document('a', 's3:PutObject'), byDocument('a'));
    expect(commentOf(plan, plan)).toContain(nothing);
  });

  test('another statement in it is one', () => {
    const comment = commentOf(
      planOf(document('a', 's3:DeleteObject'), byDocument('a')),
      planOf(document('a', 's3:PutObject'), byDocument('a')),
    );
    expect(comment).toContain('may now also do `s3:DeleteObject`');
  });

  test('another document is one', () => {
    const both = [document('a', 's3:GetObject'), document('b', 's3:DeleteObject')];
    expect(commentOf(planOf(...both, byDocument('b')), planOf(...both, byDocument('a')))).toContain(
      '`s3:DeleteObject`',
    );
  });

  test('another group that a rule admits is one', () => {
    const rule = (group: string): Planned => ({
      address: 'aws_vpc_security_group_ingress_rule.one',
      after: { security_group_id: 'sg-1', ip_protocol: 'tcp', from_port: 443, to_port: 443 },
      unknown: { referenced_security_group_id: true },
      expressions: {
        referenced_security_group_id: { references: [`aws_security_group.${group}.id`, `aws_security_group.${group}`] },
      },
    });
    expect(commentOf(planOf(rule('b')), planOf(rule('b')))).toContain(nothing);
    expect(commentOf(planOf(rule('b')), planOf(rule('a')))).toContain('now admits TCP 443 from `aws_security_group.b`');
  });

  test('what is handed to a module counts', () => {
    const plan = (handed: string) => {
      const { resource_changes: changes, ...rest } = JSON.parse(
        planOf({ address: 'aws_sqs_queue.q', after: { name: 'q' }, unknown: { policy: true } }),
      ) as { resource_changes: object[] };
      const module = {
        resources: [
          { address: 'aws_sqs_queue.q', mode: 'managed', expressions: { policy: { references: ['var.policy'] } } },
        ],
      };
      return JSON.stringify({
        ...rest,
        resource_changes: changes.map((each) => ({
          ...each,
          address: 'module.m["a"].aws_sqs_queue.q',
          module_address: 'module.m["a"]',
        })),
        configuration: {
          root_module: { module_calls: { m: { expressions: { policy: { references: [handed] } }, module } } },
        },
      });
    };
    expect(commentOf(plan('a.b.c'), plan('a.b.c'))).toContain(nothing);
    expect(commentOf(plan('a.b.evil'), plan('a.b.c'))).toContain('cannot be judged');
  });
});

describe('a policy that waits', () => {
  test('says what its document says', () => {
    expect(securityOf(document('a', 's3:DeleteObject'), byDocument('a')).join()).toContain(
      'may now also do `s3:DeleteObject`',
    );
    expect(securityOf(document('a', 's3:GetObject'), byDocument('a'))).toEqual([]);
  });

  const name = 'data.aws_iam_policy_document.a';
  test.each([
    ['put through a function', `\${replace(${name}.json, "a", "*")}`, [`${name}.json`, name]],
    ['one of several', `\${${name}["x"].json}`, [`${name}["x"].json`, `${name}["x"]`, name]],
    [
      'put together',
      `\${${name}.json}\${data.aws_iam_policy_document.b.json}`,
      [`${name}.json`, name, 'data.aws_iam_policy_document.b'],
    ],
  ])('cannot be judged when it is %s', (_, template, references) => {
    expect(securityOf(document('a', 's3:GetObject'), waiting(template, references)).join()).toContain(
      'cannot be judged',
    );
  });
});
