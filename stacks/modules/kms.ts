// One key per purpose: administered by named roles, used by exactly the workloads that need it, through the service they use it with.
// Next: stacks/modules/iam.ts, whose roles may use them.
import {
  DataAwsIamPolicyDocument,
  type DataAwsIamPolicyDocumentStatement,
} from '@cdktf/provider-aws/lib/data-aws-iam-policy-document/index.js';
import { KmsAlias } from '@cdktf/provider-aws/lib/kms-alias/index.js';
import { KmsKey } from '@cdktf/provider-aws/lib/kms-key/index.js';
import { z } from 'zod';
import { type AwsAccount, awsAccount } from '../constructs/aws-account.ts';
import { administer, roleUses, serviceUses, viaService } from '../constructs/key-use.ts';
import { arnInput, namePrefixInput } from '../module-inputs.ts';
import { defineModule, type ModuleOutput, type ModuleStack } from '../module-stack.ts';
import { names } from '../naming.ts';

const inputs = z.strictObject({
  name_prefix: namePrefixInput,
  administrator_role_arns: z
    .array(arnInput('Role.'))
    .min(1)
    .meta({ description: 'Roles that may administer the keys: change policies, schedule deletion; never use them.' }),
  deletion_window_days: z
    .int()
    .min(7)
    .max(30)
    .default(30)
    .meta({ description: 'Days between a key being given up and being gone.' }),
});

interface KeySpec {
  readonly purpose: string;
  readonly description: string;
  readonly uses: readonly DataAwsIamPolicyDocumentStatement[];
  readonly signing?: true;
}

/** The keys of contracts section 9, and one each for alerts and the audit trail, which other services encrypt with. */
export const kms = defineModule({
  name: 'kms',
  summary:
    'One KMS key per purpose, with a policy that names who administers it and who uses it through which service.',
  inputs,
  build(scope, { name_prefix, administrator_role_arns, deletion_window_days }) {
    const account = awsAccount(scope);
    const { keyAlias } = names(name_prefix);
    const outputs: Record<string, ModuleOutput> = {};
    for (const { purpose, description, uses, signing } of keys(account, name_prefix)) {
      const policy = new DataAwsIamPolicyDocument(scope, `${purpose}_policy`, {
        statement: [administer(account, administrator_role_arns), ...uses],
      });
      const key = new KmsKey(scope, purpose, {
        description,
        deletionWindowInDays: deletion_window_days,
        policy: policy.json,
        ...(signing
          ? { keyUsage: 'SIGN_VERIFY', customerMasterKeySpec: 'ECC_NIST_P256' }
          : { enableKeyRotation: true }),
      });
      const alias = new KmsAlias(scope, `${purpose}_alias`, { name: keyAlias(purpose), targetKeyId: key.keyId });
      const output = purpose.replaceAll('-', '_');
      outputs[`${output}_key_arn`] = { description: `ARN of the key: ${description}`, value: key.arn };
      outputs[`${output}_alias_arn`] = { description: `ARN of the alias ${purpose}.`, value: alias.arn };
    }
    return outputs;
  },
});

function keys(account: AwsAccount, prefix: string): KeySpec[] {
  const { role, table, perService } = names(prefix);
  const secretOf = (service: 'orbit' | 'axon') => ({
    test: 'ArnLike',
    variable: 'kms:EncryptionContext:SecretARN',
    values: [account.arn('secretsmanager', `secret:${perService(service)}-??????`)],
  });
  const serviceKey = (service: 'orbit' | 'axon'): KeySpec => ({
    purpose: service,
    description: `Secret and images of ${service}.`,
    uses: [
      roleUses(account, {
        sid: 'ReadOwnSecret',
        roles: [role(service)],
        actions: ['kms:Decrypt'],
        conditions: [viaService(account, 'secretsmanager'), secretOf(service)],
      }),
      roleUses(account, {
        sid: 'RotateSecret',
        roles: [role('secrets-rotation')],
        actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
        conditions: [viaService(account, 'secretsmanager'), secretOf(service)],
      }),
    ],
  });
  const tableOf = (name: 'policies' | 'quotas' | 'grants') => ({
    test: 'StringEquals',
    variable: 'kms:EncryptionContext:aws:dynamodb:tableName',
    values: [table(name)],
  });
  const signs = (sid: string, roles: string[]) =>
    roleUses(account, {
      sid,
      roles,
      actions: ['kms:Sign'],
      conditions: [{ test: 'StringEquals', variable: 'kms:SigningAlgorithm', values: ['ECDSA_SHA_256'] }],
    });
  const verifies = (sid: string, roles: string[]) =>
    roleUses(account, { sid, roles, actions: ['kms:GetPublicKey', 'kms:DescribeKey'] });
  return [
    serviceKey('orbit'),
    serviceKey('axon'),
    {
      purpose: 'governance',
      description: 'Policy, quota and grant tables, and the environment of the Governance function.',
      uses: [
        roleUses(account, {
          sid: 'GovernanceTables',
          roles: [role('governance')],
          actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
          conditions: [viaService(account, 'dynamodb')],
        }),
        roleUses(account, {
          sid: 'GovernanceEnvironment',
          roles: [role('governance')],
          actions: ['kms:Decrypt'],
          conditions: [viaService(account, 'lambda')],
        }),
        roleUses(account, {
          sid: 'SpentGrants',
          roles: [role('axon')],
          actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
          conditions: [viaService(account, 'dynamodb'), tableOf('grants')],
        }),
      ],
    },
    {
      purpose: 'policy-publisher',
      description: 'Signs policy revisions.',
      signing: true,
      uses: [
        signs('PublishPolicy', [role('github-actions-app')]),
        verifies('VerifyPolicy', [role('governance'), role('github-actions-app')]),
      ],
    },
    {
      purpose: 'governance-signing',
      description: 'Certifies the keys that sign grants.',
      signing: true,
      uses: [signs('CertifyGrantKeys', [role('governance')]), verifies('VerifyCertificates', [role('axon')])],
    },
    {
      purpose: 'logs',
      description: 'Log groups of the environment.',
      uses: [
        serviceUses(account, {
          sid: 'LogGroups',
          service: `logs.${account.region}.amazonaws.com`,
          actions: [
            'kms:Decrypt',
            'kms:DescribeKey',
            'kms:Encrypt',
            'kms:GenerateDataKey',
            'kms:ReEncryptFrom',
            'kms:ReEncryptTo',
          ],
          conditions: [
            {
              test: 'ArnLike',
              variable: 'kms:EncryptionContext:aws:logs:arn',
              values: [account.arn('logs', `log-group:*${prefix}*`)],
            },
          ],
        }),
      ],
    },
    {
      purpose: 'alerts',
      description: 'The alerts topic.',
      uses: [
        serviceUses(account, {
          sid: 'Alarms',
          service: 'cloudwatch.amazonaws.com',
          actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
        }),
      ],
    },
    {
      purpose: 'audit',
      description: 'The audit trail of the account and what AWS Config records.',
      uses: [
        serviceUses(account, {
          sid: 'AuditTrail',
          service: 'cloudtrail.amazonaws.com',
          actions: ['kms:DescribeKey', 'kms:GenerateDataKey'],
          conditions: [
            {
              test: 'StringLike',
              variable: 'kms:EncryptionContext:aws:cloudtrail:arn',
              values: [account.arn('cloudtrail', 'trail/*')],
            },
          ],
        }),
      ],
    },
  ];
}
