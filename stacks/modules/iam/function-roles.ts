// The roles of the functions (Governance, rotation, smoke) and of CodeDeploy.
// Next: stacks/constructs/bounded-role.ts, which makes a role of each.
import { type DataAwsIamPolicyDocumentStatement } from '@cdktf/provider-aws/lib/data-aws-iam-policy-document/index.js';
import { type AwsAccount } from '../../constructs/aws-account.ts';
import { trustFunction, trustService, writesLogs } from '../../constructs/bounded-role.ts';
import { ofTables, viaService } from '../../constructs/key-use.ts';
import { names, services } from '../../naming.ts';
import { type IamContext, type RoleSpec } from './role-spec.ts';

type Statement = DataAwsIamPolicyDocumentStatement;

/** Writing traces; AWS takes no resource. */
export const traces: Statement = {
  sid: 'WriteTraces',
  actions: ['xray:PutTelemetryRecords', 'xray:PutTraceSegments'],
  resources: ['*'],
};

const interfaceActions = [
  'ec2:CreateNetworkInterface',
  'ec2:DeleteNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSecurityGroups',
  'ec2:DescribeSubnets',
  'ec2:DescribeVpcs',
];

/**
 * What Lambda needs of a function's role to place it in a VPC; AWS takes no resource before the interface exists. Lambda
 * alone has it: a call by the function's own code names the function
 * (https://docs.aws.amazon.com/lambda/latest/dg/permissions-source-function-arn.html).
 */
export const networkInterfaces: Statement[] = [
  {
    sid: 'PlaceInVpc',
    actions: interfaceActions.filter((action) => !isDescription(action)),
    // As AWS's page has it: every kind of resource of EC2, since an interface has no name before it exists.
    resources: ['arn:*:ec2:*:*:*/*'],
  },
  { sid: 'LookAtVpc', actions: interfaceActions.filter(isDescription), resources: ['*'] },
  {
    sid: 'NetworkInterfacesByLambdaAlone',
    effect: 'Deny',
    actions: interfaceActions,
    resources: ['*'],
    condition: [{ test: 'Null', variable: 'lambda:SourceFunctionArn', values: ['false'] }],
  },
];

function isDescription(action: string): boolean {
  return action.includes(':Describe');
}

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
  const { table, governance, functionLogGroup } = names(prefix);
  const permissions: Statement[] = [
    {
      sid: 'ReadPolicies',
      actions: ['dynamodb:GetItem', 'dynamodb:Query'],
      resources: [account.arn('dynamodb', `table/${table('policies')}`)],
    },
    {
      // A transaction of updates asks for the permission of each.
      sid: 'CountQuotas',
      actions: ['dynamodb:UpdateItem'],
      resources: [account.arn('dynamodb', `table/${table('quotas')}`)],
    },
    {
      sid: 'DecryptTables',
      actions: ['kms:Decrypt'],
      resources: [governanceKeyArn],
      condition: [viaService(account, 'dynamodb'), ofTables(table('policies'), table('quotas'))],
    },
    {
      sid: 'CertifyGrantKeys',
      actions: ['kms:Sign'],
      resources: [governanceSigningKeyArn],
      condition: [{ test: 'StringEquals', variable: 'kms:SigningAlgorithm', values: ['ECDSA_SHA_256'] }],
    },
    { sid: 'VerifyRevisions', actions: ['kms:GetPublicKey'], resources: [policyPublisherKeyArn] },
    ownEnvironment(account, governanceKeyArn),
    ...keepsFailures(account, { prefix, governanceKeyArn }),
    writesLogs(account, functionLogGroup('governance')),
  ];
  return {
    description: 'Governance: reads policies, counts quotas, certifies the keys that sign grants.',
    trust: [trustFunction(account, governance)],
    permissions,
    boundary: [...permissions, traces, ...networkInterfaces],
  };
}

/** Lambda decrypts a function's environment for it. */
function ownEnvironment(account: AwsAccount, governanceKeyArn: string): Statement {
  return {
    sid: 'DecryptEnvironment',
    actions: ['kms:Decrypt'],
    resources: [governanceKeyArn],
    condition: [viaService(account, 'lambda')],
  };
}

/** Lambda sends what failed to the queue by the function's role, and refuses a destination that the role cannot reach. */
function keepsFailures(
  account: AwsAccount,
  { prefix, governanceKeyArn }: Pick<IamContext, 'prefix' | 'governanceKeyArn'>,
): Statement[] {
  return [
    {
      sid: 'KeepFailures',
      actions: ['sqs:SendMessage'],
      resources: [account.arn('sqs', names(prefix).named('governance-dead-letters'))],
    },
    {
      sid: 'EncryptFailures',
      actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
      resources: [governanceKeyArn],
      condition: [viaService(account, 'sqs')],
    },
  ];
}

function rotationRole(
  account: AwsAccount,
  { prefix, orbitKeyArn, axonKeyArn, governanceKeyArn }: IamContext,
): RoleSpec {
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
        viaService(account, 'secretsmanager'),
        { test: 'ArnLike', variable: 'kms:EncryptionContext:SecretARN', values: secrets },
      ],
    },
    ownEnvironment(account, governanceKeyArn),
    ...keepsFailures(account, { prefix, governanceKeyArn }),
    writesLogs(account, functionLogGroup('secrets-rotation')),
  ];
  return {
    description: 'Rotates the secrets of the services.',
    trust: [trustFunction(account, rotation)],
    permissions,
    boundary: [...permissions, ...networkInterfaces],
  };
}

function smokeRole(account: AwsAccount, { prefix, governanceKeyArn }: IamContext): RoleSpec {
  const { smoke, named, governance, functionLogGroup } = names(prefix);
  const credentials = account.arn('secretsmanager', `secret:${prefix}/smoke-??????`);
  return {
    description: 'The smoke test of a deployment: calls the test listeners, tells CodeDeploy how it went.',
    trust: [trustFunction(account, smoke)],
    permissions: [
      {
        sid: 'ReportToCodeDeploy',
        actions: ['codedeploy:PutLifecycleEventHookExecutionStatus'],
        resources: ['services', 'functions'].map((app) => account.arn('codedeploy', `deploymentgroup:${named(app)}/*`)),
      },
      {
        // The alias is who it is at Governance: no other.
        sid: 'AskGovernance',
        actions: ['lambda:InvokeFunction'],
        resources: [account.arn('lambda', `function:${governance}:smoke`)],
      },
      { sid: 'ReadCredentials', actions: ['secretsmanager:GetSecretValue'], resources: [credentials] },
      {
        sid: 'DecryptCredentials',
        actions: ['kms:Decrypt'],
        resources: [governanceKeyArn],
        condition: [
          viaService(account, 'secretsmanager'),
          { test: 'ArnLike', variable: 'kms:EncryptionContext:SecretARN', values: [credentials] },
        ],
      },
      ...networkInterfaces,
      ownEnvironment(account, governanceKeyArn),
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
        // AWS asks about all alarms of the account, whichever are named.
        sid: 'WatchAlarms',
        actions: ['cloudwatch:DescribeAlarms'],
        resources: [account.arn('cloudwatch', 'alarm:*')],
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
