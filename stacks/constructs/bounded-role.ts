// A role with everything a role must have: who may assume it, what it may do, and a boundary that no policy added later can widen.
// Next: stacks/modules/iam.ts, the roles of the runtime.
import {
  DataAwsIamPolicyDocument,
  type DataAwsIamPolicyDocumentStatement,
} from '@cdktf/provider-aws/lib/data-aws-iam-policy-document/index.js';
import { IamPolicy } from '@cdktf/provider-aws/lib/iam-policy/index.js';
import { IamRolePolicy } from '@cdktf/provider-aws/lib/iam-role-policy/index.js';
import { IamRole } from '@cdktf/provider-aws/lib/iam-role/index.js';
import { type Construct } from 'constructs';
import { names } from '../naming.ts';
import { type AwsAccount } from './aws-account.ts';

type Statement = DataAwsIamPolicyDocumentStatement;

/** A role to make. */
export interface BoundedRoleOptions {
  /** The prefix of every name. */
  readonly prefix: string;
  /** What the role is called between prefix and `-role`. */
  readonly name: string;
  readonly description: string;
  readonly trust: Statement[];
  /** What the role may do. */
  readonly permissions: Statement[];
  /**
   * What the boundary allows at most and denies always.
   *
   * @defaultValue the permissions themselves: a policy added later gives nothing more
   */
  readonly boundary?: Statement[];
  /** An hour unless the role's work takes longer, seconds. @defaultValue 3600 */
  readonly maxSessionSeconds?: number;
  /** Terraform's `count`, for a role that is an option. */
  readonly count?: number;
}

/** A role, its inline policy and its boundary `<prefix>-<name>-boundary`. Construct ids start with the name. */
export function boundedRole(scope: Construct, options: BoundedRoleOptions): IamRole {
  const { prefix, name, description, trust, permissions, boundary = permissions, maxSessionSeconds = 3600 } = options;
  const optional = options.count === undefined ? {} : { count: options.count };
  const named = names(prefix);
  const document = (part: string, statement: Statement[]) =>
    new DataAwsIamPolicyDocument(scope, `${name}_${part}_document`, { statement }).json;
  const limit = new IamPolicy(scope, `${name}_boundary`, {
    name: named.boundary(name),
    description: `The most that ${name} may ever do.`,
    policy: document('boundary', boundary),
    ...optional,
  });
  const role = new IamRole(scope, name, {
    name: named.role(name),
    description,
    assumeRolePolicy: document('trust', trust),
    permissionsBoundary: options.count === undefined ? limit.arn : `\${one(${limit.fqn}[*].arn)}`,
    maxSessionDuration: maxSessionSeconds,
    ...optional,
  });
  new IamRolePolicy(scope, `${name}_permissions`, {
    name: 'permissions',
    role: options.count === undefined ? role.name : `\${${role.fqn}[0].name}`,
    policy: document('permissions', permissions),
    ...optional,
  });
  return role;
}

/**
 * Lets an AWS service assume a role, for this account's resources alone (the confused deputy,
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html).
 *
 * @param sourceArn - the resources on whose behalf, e.g. every task of the account's clusters
 */
export function trustService(account: AwsAccount, service: string, sourceArn?: string): Statement {
  return {
    sid: 'AssumedByService',
    actions: ['sts:AssumeRole'],
    principals: [{ type: 'Service', identifiers: [service] }],
    condition: [
      { test: 'StringEquals', variable: 'aws:SourceAccount', values: [account.id] },
      ...(sourceArn === undefined ? [] : [{ test: 'ArnLike', variable: 'aws:SourceArn', values: [sourceArn] }]),
    ],
  };
}

/** Lets Lambda assume a role. Lambda does not always say for whom it asks, so the condition holds where it does. */
export function trustFunction(account: AwsAccount, functionName: string): Statement {
  return {
    sid: 'AssumedByLambda',
    actions: ['sts:AssumeRole'],
    principals: [{ type: 'Service', identifiers: ['lambda.amazonaws.com'] }],
    condition: [
      { test: 'StringEqualsIfExists', variable: 'aws:SourceAccount', values: [account.id] },
      {
        test: 'ArnLikeIfExists',
        variable: 'aws:SourceArn',
        values: [
          account.arn('lambda', `function:${functionName}`),
          account.arn('lambda', `function:${functionName}:*`),
        ],
      },
    ],
  };
}

/** Writing to one log group. */
export function writesLogs(account: AwsAccount, logGroup: string): Statement {
  return {
    sid: 'WriteLogs',
    actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
    resources: [account.arn('logs', `log-group:${logGroup}:log-stream:*`)],
  };
}
