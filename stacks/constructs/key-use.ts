// Statements of key policies: who administers, which role uses the key through which service, which AWS service uses it.
// Next: stacks/modules/kms.ts, the one module that writes key policies.
import { type DataAwsIamPolicyDocumentStatement } from '@cdktf/provider-aws/lib/data-aws-iam-policy-document/index.js';
import { type AwsAccount } from './aws-account.ts';

type Statement = DataAwsIamPolicyDocumentStatement;
/** A condition of a statement. */
export type Condition = { test: string; variable: string; values: string[] };

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
  'kms:ListGrants',
  'kms:ListKeyPolicies',
  'kms:ListResourceTags',
  'kms:PutKeyPolicy',
  'kms:RevokeGrant',
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

/** Who may look at a key is left to IAM: a plan, AWS Config and Access Analyzer read its policy, and no more, by their own. */
export function describe(account: AwsAccount): Statement {
  return {
    sid: 'Description',
    actions: [
      'kms:DescribeKey',
      'kms:GetKeyPolicy',
      'kms:GetKeyRotationStatus',
      'kms:ListKeyPolicies',
      'kms:ListResourceTags',
    ],
    resources: thisKey,
    principals: [{ type: 'AWS', identifiers: [account.rootArn] }],
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
  const through = viaService(account, ...use.services);
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
      // A repository that goes gives its grants back in the name of who deletes it.
      actions: ['kms:DescribeKey', 'kms:RetireGrant', ...(use.actions ?? [])],
      resources: thisKey,
      principals,
      condition: [isPrincipal(use.roleArns), through],
    },
  ];
}

/**
 * Secrets Manager tries a key with the rights of whoever gives it to a secret. The trial names a version that no secret can
 * have (a version's id has 32 characters and more), so this decrypts no value
 * (https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html).
 */
export function givesToSecret(account: AwsAccount, roleArns: string[]): Statement {
  return {
    sid: 'TrialOfSecretsManager',
    actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
    resources: thisKey,
    principals: [{ type: 'AWS', identifiers: [account.rootArn] }],
    condition: [
      isPrincipal(roleArns),
      viaService(account, 'secretsmanager'),
      {
        test: 'StringEquals',
        variable: 'kms:EncryptionContext:SecretVersionId',
        values: ['RequestToValidateKeyAccess'],
      },
    ],
  };
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

/** The request reached KMS through one of these AWS services, not directly. */
export function viaService(account: AwsAccount, ...services: string[]): Condition {
  return {
    test: 'StringEquals',
    variable: 'kms:ViaService',
    values: services.map((service) => account.viaService(service)),
  };
}

/** What DynamoDB encrypts with its key for these tables; it names the table in the encryption context. */
export function ofTables(...tables: string[]): Condition {
  return { test: 'StringEquals', variable: 'kms:EncryptionContext:aws:dynamodb:tableName', values: tables };
}

function isPrincipal(arns: string[]): Condition {
  return { test: 'ArnEquals', variable: 'aws:PrincipalArn', values: arns };
}
