// The roles of the functions (Governance, rotation, smoke) and of CodeDeploy.
// Next: stacks/constructs/bounded-role.ts, which makes a role of each.
import { type DataAwsIamPolicyDocumentStatement } from '@cdktf/provider-aws/lib/data-aws-iam-policy-document/index.js';
import { type AwsAccount } from '../../constructs/aws-account.ts';
import { trustFunction, trustService, writesLogs } from '../../constructs/bounded-role.ts';
import { names, services } from '../../naming.ts';
import { type IamContext, type RoleSpec } from '../iam.ts';

type Statement = DataAwsIamPolicyDocumentStatement;

/** Writing traces; AWS takes no resource. */
export const traces: Statement = {
  sid: 'WriteTraces',
  actions: ['xray:PutTelemetryRecords', 'xray:PutTraceSegments'],
  resources: ['*'],
};

/** What Lambda needs of a function's role to place it in a VPC; AWS takes no resource before the interface exists. */
export const networkInterfaces: Statement = {
  sid: 'NetworkInterfaces',
  actions: [
    'ec2:CreateNetworkInterface',
    'ec2:DeleteNetworkInterface',
    'ec2:DescribeNetworkInterfaces',
    'ec2:DescribeSecurityGroups',
    'ec2:DescribeSubnets',
    'ec2:DescribeVpcs',
  ],
  resources: ['*'],
};

/** Roles of what is no task. */
export function functionRoles(
  account: AwsAccount,
  context: IamContext,
): Record<'governance' | 'secrets-rotation' | 'smoke' | 'codedeploy', RoleSpec> {
  return {
    governance: governanceRole(account, context),
    'secrets-rotation': rotationRole(account, context),
    smoke: smokeRole(account, context),
    codedeploy: codeDeployRole(account, context),
  };
}

function governanceRole(
  account: AwsAccount,
  { prefix, governanceKeyArn, governanceSigningKeyArn, policyPublisherKeyArn }: IamContext,
): RoleSpec {
  const { table, governance, named, functionLogGroup } = names(prefix);
  const permissions: Statement[] = [
    {
      sid: 'ReadPolicies',
      actions: ['dynamodb:GetItem', 'dynamodb:Query'],
      resources: [account.arn('dynamodb', `table/${table('policies')}`)],
    },
    {
      sid: 'CountQuotas',
      actions: ['dynamodb:GetItem', 'dynamodb:UpdateItem'],
      resources: [account.arn('dynamodb', `table/${table('quotas')}`)],
    },
    {
      sid: 'EncryptTables',
      actions: ['kms:Decrypt'],
      resources: [governanceKeyArn],
      condition: [
        {
          test: 'StringEquals',
          variable: 'kms:ViaService',
          values: [account.viaService('dynamodb'), account.viaService('lambda')],
        },
      ],
    },
    {
      sid: 'CertifyGrantKeys',
      actions: ['kms:Sign'],
      resources: [governanceSigningKeyArn],
      condition: [{ test: 'StringEquals', variable: 'kms:SigningAlgorithm', values: ['ECDSA_SHA_256'] }],
    },
    { sid: 'VerifyRevisions', actions: ['kms:GetPublicKey'], resources: [policyPublisherKeyArn] },
    {
      sid: 'KeepFailures',
      actions: ['sqs:SendMessage'],
      resources: [account.arn('sqs', named('governance-dead-letters'))],
    },
    writesLogs(account, functionLogGroup('governance')),
  ];
  return {
    description: 'Governance: reads policies, counts quotas, certifies the keys that sign grants.',
    trust: [trustFunction(account, governance)],
    permissions,
    boundary: [...permissions, traces, networkInterfaces],
  };
}

function rotationRole(account: AwsAccount, { prefix, orbitKeyArn, axonKeyArn }: IamContext): RoleSpec {
  const { perService, rotation, functionLogGroup } = names(prefix);
  const secrets = services.map((service) => account.arn('secretsmanager', `secret:${perService(service)}-??????`));
  const permissions: Statement[] = [
    {
      sid: 'RotateSecrets',
      actions: [
        'secretsmanager:DescribeSecret',
        'secretsmanager:GetSecretValue',
        'secretsmanager:PutSecretValue',
        'secretsmanager:UpdateSecretVersionStage',
      ],
      resources: secrets,
    },
    {
      sid: 'EncryptSecrets',
      actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
      resources: [orbitKeyArn, axonKeyArn],
      condition: [
        { test: 'StringEquals', variable: 'kms:ViaService', values: [account.viaService('secretsmanager')] },
        { test: 'ArnLike', variable: 'kms:EncryptionContext:SecretARN', values: secrets },
      ],
    },
    writesLogs(account, functionLogGroup('secrets-rotation')),
  ];
  return {
    description: 'Rotates the secrets of the services.',
    trust: [trustFunction(account, rotation)],
    permissions,
    boundary: [...permissions, networkInterfaces],
  };
}

function smokeRole(account: AwsAccount, { prefix }: IamContext): RoleSpec {
  const { smoke, named, functionLogGroup } = names(prefix);
  return {
    description: 'The smoke test of a deployment: calls the test listeners, tells CodeDeploy how it went.',
    trust: [trustFunction(account, smoke)],
    permissions: [
      {
        sid: 'ReportToCodeDeploy',
        actions: ['codedeploy:PutLifecycleEventHookExecutionStatus'],
        resources: [account.arn('codedeploy', `deploymentgroup:${named('services')}/*`)],
      },
      networkInterfaces,
      writesLogs(account, functionLogGroup('smoke')),
    ],
  };
}

/** As AWSCodeDeployRoleForECS, for this environment's services alone (https://docs.aws.amazon.com/codedeploy/latest/userguide/deployment-groups-create-blue-green.html). */
function codeDeployRole(account: AwsAccount, { prefix }: IamContext): RoleSpec {
  const { cluster, governance, loadBalancer, smoke, role, named } = names(prefix);
  return {
    description: 'CodeDeploy: shifts the services of this environment from blue to green.',
    trust: [
      trustService(account, 'codedeploy.amazonaws.com', account.arn('codedeploy', `deploymentgroup:${prefix}-*/*`)),
    ],
    permissions: [
      {
        sid: 'ReplaceTaskSets',
        actions: ['ecs:CreateTaskSet', 'ecs:DeleteTaskSet', 'ecs:DescribeServices', 'ecs:UpdateServicePrimaryTaskSet'],
        resources: services.flatMap((service) => [
          account.arn('ecs', `service/${cluster}/${named(service)}`),
          account.arn('ecs', `task-set/${cluster}/${named(service)}/*`),
        ]),
      },
      {
        sid: 'ShiftTraffic',
        actions: ['elasticloadbalancing:ModifyListener', 'elasticloadbalancing:ModifyRule'],
        resources: [
          account.arn('elasticloadbalancing', `listener/app/${loadBalancer}/*`),
          account.arn('elasticloadbalancing', `listener-rule/app/${loadBalancer}/*`),
        ],
      },
      {
        // Describing load balancers takes no resource.
        sid: 'LookAtListeners',
        actions: [
          'elasticloadbalancing:DescribeListeners',
          'elasticloadbalancing:DescribeRules',
          'elasticloadbalancing:DescribeTargetGroups',
        ],
        resources: ['*'],
      },
      {
        // Describing alarms by name takes no resource that is known before.
        sid: 'WatchAlarms',
        actions: ['cloudwatch:DescribeAlarms'],
        resources: [account.arn('cloudwatch', `alarm:${prefix}-*`)],
      },
      {
        sid: 'ShiftAliases',
        actions: ['lambda:GetAlias', 'lambda:GetProvisionedConcurrencyConfig', 'lambda:UpdateAlias'],
        resources: [account.arn('lambda', `function:${governance}`), account.arn('lambda', `function:${governance}:*`)],
      },
      { sid: 'SmokeTest', actions: ['lambda:InvokeFunction'], resources: [account.arn('lambda', `function:${smoke}`)] },
      {
        sid: 'PassTaskRoles',
        actions: ['iam:PassRole'],
        resources: services.flatMap((service) => [
          account.roleArn(role(service)),
          account.roleArn(role(`execution-${service}`)),
        ]),
        condition: [{ test: 'StringEquals', variable: 'iam:PassedToService', values: ['ecs-tasks.amazonaws.com'] }],
      },
    ],
  };
}
