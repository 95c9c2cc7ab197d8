// Statements of key policies: who administers, which role uses the key through which service, which AWS service uses it.
// Next: stacks/modules/kms.ts, the one module that writes key policies.
import { type DataAwsIamPolicyDocumentStatement } from '@cdktf/provider-aws/lib/data-aws-iam-policy-document/index.js';
import { type AwsAccount } from './aws-account.ts';

type Statement = DataAwsIamPolicyDocumentStatement;
type Condition = { test: string; variable: string; values: string[] };

/** In a key policy the resource is the key itself; AWS writes it so (https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html). */
const thisKey = ['*'];

/** Everything about a key but its use. */
const administration = [
  'kms:CancelKeyDeletion',
  'kms:CreateAlias',
  'kms:DeleteAlias',
  'kms:DescribeKey',
  'kms:DisableKey',
  'kms:DisableKeyRotation',
  'kms:EnableKey',
  'kms:EnableKeyRotation',
  'kms:GetKeyPolicy',
  'kms:GetKeyRotationStatus',
  'kms:ListAliases',
  'kms:ListKeyPolicies',
  'kms:ListResourceTags',
  'kms:PutKeyPolicy',
  'kms:ScheduleKeyDeletion',
  'kms:TagResource',
  'kms:UntagResource',
  'kms:UpdateAlias',
  'kms:UpdateKeyDescription',
];

/** Named roles administer the key; they cannot use it. */
export function administer(account: AwsAccount, roleArns: string[]): Statement {
  return {
    sid: 'Administration',
    actions: administration,
    resources: thisKey,
    principals: [{ type: 'AWS', identifiers: [account.rootArn] }],
    condition: [isPrincipal(roleArns)],
  };
}

/**
 * A workload's role uses the key. The principal is the account and the condition names the role, because KMS refuses a
 * policy that names a role which does not exist yet; the role's own policy must allow the use as well.
 */
export function roleUses(
  account: AwsAccount,
  use: { sid: string; roles: readonly string[]; actions: string[]; conditions?: Condition[] },
): Statement {
  return {
    sid: use.sid,
    actions: use.actions,
    resources: thisKey,
    principals: [{ type: 'AWS', identifiers: [account.rootArn] }],
    condition: [isPrincipal(use.roles.map((role) => account.roleArn(role))), ...(use.conditions ?? [])],
  };
}

/**
 * The roles that create what the key encrypts: a service takes its grant for a table or a repository from its creator, and
 * shows a function's environment to whoever may decrypt it. Only through those services, never directly.
 */
export function provision(
  account: AwsAccount,
  use: { roleArns: string[]; services: readonly string[]; actions?: readonly string[] },
): Statement[] {
  const through = {
    test: 'StringEquals',
    variable: 'kms:ViaService',
    values: use.services.map((service) => account.viaService(service)),
  };
  const principals = [{ type: 'AWS', identifiers: [account.rootArn] }];
  return [
    {
      sid: 'GrantsOfServices',
      actions: ['kms:CreateGrant'],
      resources: thisKey,
      principals,
      condition: [
        isPrincipal(use.roleArns),
        through,
        { test: 'Bool', variable: 'kms:GrantIsForAWSResource', values: ['true'] },
      ],
    },
    {
      sid: 'Provisioning',
      actions: ['kms:DescribeKey', ...(use.actions ?? [])],
      resources: thisKey,
      principals,
      condition: [isPrincipal(use.roleArns), through],
    },
  ];
}

/** An AWS service uses the key for this account alone. */
export function serviceUses(
  account: AwsAccount,
  use: { sid: string; service: string; actions: string[]; conditions?: Condition[] },
): Statement {
  return {
    sid: use.sid,
    actions: use.actions,
    resources: thisKey,
    principals: [{ type: 'Service', identifiers: [use.service] }],
    condition: [...(use.conditions ?? [{ test: 'StringEquals', variable: 'aws:SourceAccount', values: [account.id] }])],
  };
}

/** The request reached KMS through this AWS service, not directly. */
export function viaService(account: AwsAccount, service: string): Condition {
  return { test: 'StringEquals', variable: 'kms:ViaService', values: [account.viaService(service)] };
}

function isPrincipal(arns: string[]): Condition {
  return { test: 'ArnEquals', variable: 'aws:PrincipalArn', values: arns };
}
