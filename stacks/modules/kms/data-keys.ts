// The keys that encrypt: one per service, one for Governance, one each for logs, alerts and the audit trail.
// Next: stacks/modules/kms/signing-keys.ts.
import { type DataAwsIamPolicyDocumentStatement } from '@cdktf/provider-aws/lib/data-aws-iam-policy-document/index.js';
import { type AwsAccount } from '../../constructs/aws-account.ts';
import { provision, roleUses, serviceUses, viaService } from '../../constructs/key-use.ts';
import { names, type Service, services } from '../../naming.ts';
import { type KeySpec } from '../kms.ts';

/** Whose names the policies speak of, and who creates what the keys encrypt. */
export interface DataKeyContext {
  readonly prefix: string;
  readonly creatorArns: string[];
}

/** Symmetric keys, rotated yearly. */
export function dataKeys(account: AwsAccount, context: DataKeyContext): KeySpec[] {
  return [
    ...services.map((service) => serviceKey(account, context, service)),
    governanceKey(account, context),
    logsKey(account, context),
    alertsKey(account),
    auditKey(account),
  ];
}

/** A service's secret, which the service reads and the rotation function renews, and its images. */
function serviceKey(account: AwsAccount, { prefix, creatorArns }: DataKeyContext, service: Service): KeySpec {
  const { role, perService } = names(prefix);
  const ownSecret = {
    test: 'ArnLike',
    variable: 'kms:EncryptionContext:SecretARN',
    values: [account.arn('secretsmanager', `secret:${perService(service)}-??????`)],
  };
  return {
    purpose: service,
    description: `Secret and images of ${service}.`,
    uses: [
      roleUses(account, {
        sid: 'ReadOwnSecret',
        roles: [role(service)],
        actions: ['kms:Decrypt'],
        conditions: [viaService(account, 'secretsmanager'), ownSecret],
      }),
      roleUses(account, {
        sid: 'RotateSecret',
        roles: [role('secrets-rotation')],
        actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
        conditions: [viaService(account, 'secretsmanager'), ownSecret],
      }),
      ...(service === 'axon' ? [proxyKeys(account, prefix)] : []),
      ...provision(account, { roleArns: creatorArns, services: ['ecr'] }),
    ],
  };
}

/** ECS keeps the private keys of Axon's Service Connect proxies with it (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-connect-tls.html). */
function proxyKeys(account: AwsAccount, prefix: string): DataAwsIamPolicyDocumentStatement {
  return roleUses(account, {
    sid: 'ProxyKeys',
    roles: [names(prefix).role('service-connect-tls')],
    actions: ['kms:Decrypt', 'kms:GenerateDataKey', 'kms:GenerateDataKeyPair'],
  });
}

function governanceKey(account: AwsAccount, { prefix, creatorArns }: DataKeyContext): KeySpec {
  const { role, table } = names(prefix);
  return {
    purpose: 'governance',
    description: 'Policy, quota and grant tables, dead letters, and the environments of functions.',
    uses: [
      roleUses(account, {
        sid: 'GovernanceTables',
        roles: [role('governance')],
        actions: ['kms:Decrypt'],
        conditions: [viaService(account, 'dynamodb')],
      }),
      roleUses(account, {
        sid: 'FunctionEnvironments',
        roles: [role('governance'), role('secrets-rotation'), role('smoke')],
        actions: ['kms:Decrypt'],
        conditions: [viaService(account, 'lambda')],
      }),
      roleUses(account, {
        sid: 'DeadLetters',
        roles: [role('governance'), role('secrets-rotation')],
        actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
        conditions: [viaService(account, 'sqs')],
      }),
      roleUses(account, {
        sid: 'SpentGrants',
        roles: [role('axon')],
        actions: ['kms:Decrypt'],
        conditions: [
          viaService(account, 'dynamodb'),
          {
            test: 'StringEquals',
            variable: 'kms:EncryptionContext:aws:dynamodb:tableName',
            values: [table('grants')],
          },
        ],
      }),
      roleUses(account, {
        sid: 'PublishPolicies',
        roles: [role('github-actions-app')],
        actions: ['kms:Decrypt'],
        conditions: [
          viaService(account, 'dynamodb'),
          {
            test: 'StringEquals',
            variable: 'kms:EncryptionContext:aws:dynamodb:tableName',
            values: [table('policies')],
          },
        ],
      }),
      ...provision(account, {
        roleArns: creatorArns,
        services: ['dynamodb', 'lambda', 'ssm'],
        actions: ['kms:Decrypt', 'kms:Encrypt', 'kms:GenerateDataKey'],
      }),
    ],
  };
}

/** CloudWatch Logs encrypts a group of this environment, which it names in the encryption context. */
function logsKey(account: AwsAccount, { prefix }: DataKeyContext): KeySpec {
  const groups = ['/ecs', '/aws/lambda', '/aws/vpc', '/aws/vpc-lattice'].map((folder) =>
    account.arn('logs', `log-group:${folder}/${prefix}-*`),
  );
  return {
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
        conditions: [{ test: 'ArnLike', variable: 'kms:EncryptionContext:aws:logs:arn', values: groups }],
      }),
      serviceUses(account, {
        sid: 'ExportsToTheArchive',
        service: `logs.${account.region}.amazonaws.com`,
        actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
      }),
    ],
  };
}

/** Whoever raises an alarm writes to the encrypted topic: alarms, budgets, cost anomalies, deployments. */
function alertsKey(account: AwsAccount): KeySpec {
  const publishers = { Alarms: 'cloudwatch', Budgets: 'budgets', CostAnomalies: 'costalerts' };
  return {
    purpose: 'alerts',
    description: 'The alerts topic.',
    uses: Object.entries(publishers).map(([sid, service]) =>
      serviceUses(account, {
        sid,
        service: `${service}.amazonaws.com`,
        actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
      }),
    ),
  };
}

function auditKey(account: AwsAccount): KeySpec {
  return {
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
      serviceUses(account, {
        sid: 'ConfigurationRecords',
        service: 'config.amazonaws.com',
        actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
      }),
    ],
  };
}
