// Policies that change, for the tests that look at what a review says of one.
// Next: __tests__/scripts/review/policies.test.ts and conditions.test.ts, which plan them.
import { type Planned, policy, resource } from './planned.ts';

/** A statement of a policy; it allows unless it says otherwise. */
export type Statement = Readonly<Record<string, unknown>>;
/** What a role may do before. */
export const read = { Action: 's3:GetObject', Resource: 'arn:aws:s3:::reports/*' };
/** GitHub, as an account knows it. */
const issuer = 'arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com';
/** Whom its tokens are about. */
export const subject = 'token.actions.githubusercontent.com:sub';

/** A role's own policy. */
export const identity = (before: readonly Statement[], after: readonly Statement[]): Planned =>
  resource(
    'aws_iam_role_policy',
    { role: 'worker', policy: policy(...before) },
    { role: 'worker', policy: policy(...after) },
  );
/** Another permission beside the one that is there. */
export const gains = (statement: Statement): Planned => identity([read], [read, statement]);
/** Who may become a role. */
export const trust = (before: Statement | null, after: Statement): Planned => {
  const role = (statement: Statement) => ({
    name: 'worker',
    permissions_boundary: 'arn:b',
    assume_role_policy: policy(statement),
  });
  return resource('aws_iam_role', before && role(before), role(after));
};
/** By a token of GitHub's. */
export const token = (condition: Statement): Statement => ({
  Action: 'sts:AssumeRoleWithWebIdentity',
  Principal: { Federated: issuer },
  Condition: condition,
});
/** The policy of a queue. */
export const onQueue = (before: Statement, after: Statement): Planned =>
  resource(
    'aws_sqs_queue_policy',
    { queue_url: 'q', policy: policy(before) },
    { queue_url: 'q', policy: policy(after) },
  );
/** What a queue's policy is about. */
export const send = { Action: 'sqs:SendMessage', Resource: '*' };
