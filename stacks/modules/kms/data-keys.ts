// The keys that encrypt: one per service, one for Governance, one each for logs, alerts and the audit trail.
// Next: stacks/modules/kms/signing-keys.ts.
import { type DataAwsIamPolicyDocumentStatement } from '@cdktf/provider-aws/lib/data-aws-iam-policy-document/index.js';
import { type AwsAccount } from '../../constructs/aws-account.ts';
import { givesToSecret, ofTables, provision, roleUses, serviceUses, viaService } from '../../constructs/key-use.ts';
import { names, type Service, services } from '../../naming.ts';
import { type KeySpec } from './key-spec.ts';

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
    auditKey(account, context),
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
      givesToSecret(account, creatorArns),
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
        conditions: [viaService(account, 'dynamodb'), ofTables(table('policies'), table('quotas'))],
      }),
      roleUses(account, {
        sid: 'FunctionEnvironments',
        roles: [role('governance'), role('secrets-rotation'), role('smoke')],
        actions: ['kms:Decrypt'],
        conditions: [viaService(account, 'lambda')],
      }),
      roleUses(account, {
        sid: 'SmokeCredentials',
        roles: [role('smoke')],
        actions: ['kms:Decrypt'],
        conditions: [
          viaService(account, 'secretsmanager'),
          {
            test: 'ArnLike',
            variable: 'kms:EncryptionContext:SecretARN',
            values: [account.arn('secretsmanager', `secret:${prefix}/smoke-??????`)],
          },
        ],
      }),
      givesToSecret(account, creatorArns),
      // Whoever puts the credentials; reading them back is denied by the secret's own policy.
      {
        sid: 'PutSmokeCredentials',
        actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
        resources: ['*'],
        principals: [{ type: 'AWS', identifiers: [account.rootArn] }],
        condition: [
          { test: 'ArnEquals', variable: 'aws:PrincipalArn', values: creatorArns },
          viaService(account, 'secretsmanager'),
          {
            test: 'ArnLike',
            variable: 'kms:EncryptionContext:SecretARN',
            values: [account.arn('secretsmanager', `secret:${prefix}/smoke-??????`)],
          },
        ],
      },
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
        conditions: [viaService(account, 'dynamodb'), ofTables(table('grants'))],
      }),
      roleUses(account, {
        sid: 'PublishPolicies',
        roles: [role('github-actions-app')],
        actions: ['kms:Decrypt'],
        conditions: [viaService(account, 'dynamodb'), ofTables(table('policies'))],
      }),
      roleUses(account, {
        // Without it Lambda shows no environment, and every plan would set it anew.
        sid: 'PlanEnvironments',
        roles: [role('github-actions-plan')],
        actions: ['kms:Decrypt'],
        conditions: [viaService(account, 'lambda', 'ssm')],
      }),
      ...provision(account, {
        roleArns: creatorArns,
        services: ['dynamodb', 'lambda', 'ssm'],
        actions: [
          'kms:Decrypt',
          'kms:Encrypt',
          'kms:GenerateDataKey',
          'kms:GenerateDataKeyWithoutPlaintext',
          'kms:ReEncryptFrom',
          'kms:ReEncryptTo',
        ],
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
          'kms:GenerateDataKeyWithoutPlaintext',
          'kms:ReEncryptFrom',
          'kms:ReEncryptTo',
        ],
        conditions: [{ test: 'ArnLike', variable: 'kms:EncryptionContext:aws:logs:arn', values: groups }],
      }),
      serviceUses(account, {
        sid: 'ExportsToTheArchive',
        service: `logs.${account.region}.amazonaws.com`,
        actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
        conditions: [
          { test: 'StringEquals', variable: 'aws:SourceAccount', values: [account.id] },
          // S3 names the bucket, or the object in it; a log group is named otherwise, and has the statement above.
          {
            test: 'ArnLike',
            variable: 'kms:EncryptionContext:aws:s3:arn',
            values: [`arn:${account.partition}:s3:::${prefix}-*`],
          },
        ],
      }),
    ],
  };
}

/** Whoever raises an alarm writes to the encrypted topics: alarms, budgets, cost anomalies, deployments. */
function alertsKey(account: AwsAccount): KeySpec {
  const publishers = { Alarms: 'cloudwatch', Budgets: 'budgets', CostAnomalies: 'costalerts' };
  return {
    purpose: 'alerts',
    description: 'The topics of alarms.',
    uses: Object.entries(publishers).map(([sid, service]) =>
      serviceUses(account, {
        sid,
        service: `${service}.amazonaws.com`,
        actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
      }),
    ),
  };
}

function auditKey(account: AwsAccount, { prefix }: DataKeyContext): KeySpec {
  const service = 'cloudtrail.amazonaws.com';
  const trail = `trail/${names(prefix).named('trail')}`;
  const thisTrail = { test: 'StringEquals', variable: 'aws:SourceArn', values: [account.arn('cloudtrail', trail)] };
  // It gathers from every region.
  const anywhere = `arn:${account.partition}:cloudtrail:*:${account.id}:${trail}`;
  return {
    purpose: 'audit',
    description: 'The audit trail of the account and what AWS Config records.',
    uses: [
      serviceUses(account, {
        sid: 'AuditTrail',
        service,
        actions: ['kms:GenerateDataKey'],
        conditions: [
          thisTrail,
          { test: 'StringLike', variable: 'kms:EncryptionContext:aws:cloudtrail:arn', values: [anywhere] },
        ],
      }),
      // Looking at a key comes without an encryption context.
      serviceUses(account, {
        sid: 'AuditTrailLooks',
        service,
        actions: ['kms:DescribeKey'],
        conditions: [thisTrail],
      }),
      serviceUses(account, {
        sid: 'ConfigurationRecords',
        service: 'config.amazonaws.com',
        actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
      }),
    ],
  };
}
