// What the workflows may do: the planner reads, the releaser changes programs, the provisioner changes all but its own limits.
// Next: stacks/guards/wildcard-permissions.ts, which knows the two statements here that name services by pattern.
import { type DataAwsIamPolicyDocumentStatement } from '@cdktf/provider-aws/lib/data-aws-iam-policy-document/index.js';
import { type AwsAccount } from '../../constructs/aws-account.ts';
import { names, services } from '../../naming.ts';

type Statement = DataAwsIamPolicyDocumentStatement;

/** The services that environments are made of. */
const provisioned = [
  'access-analyzer',
  'acm',
  'acm-pca',
  'application-autoscaling',
  'appmesh',
  'autoscaling',
  'budgets',
  'ce',
  'cloudtrail',
  'cloudwatch',
  'codedeploy',
  'config',
  'dynamodb',
  'ec2',
  'ecr',
  'ecs',
  'elasticloadbalancing',
  'guardduty',
  'kms',
  'lambda',
  'logs',
  'resource-groups',
  's3',
  'secretsmanager',
  'securityhub',
  'servicediscovery',
  'sns',
  'sqs',
  'ssm',
  'vpc-lattice',
];

/** What no pipeline ever does: read what is kept, use a key, or lift a limit. */
const values: Statement = {
  sid: 'NoValues',
  effect: 'Deny',
  actions: [
    'dynamodb:BatchGetItem',
    'dynamodb:GetItem',
    'dynamodb:Query',
    'dynamodb:Scan',
    'kms:Sign',
    'lambda:InvokeFunction',
    'secretsmanager:BatchGetSecretValue',
    'secretsmanager:GetSecretValue',
    'sqs:ReceiveMessage',
  ],
  resources: ['*'],
};

/** Reads the configuration of every service of an environment. */
export function planPermissions(account: AwsAccount): Statement[] {
  return [
    {
      sid: 'ReadConfiguration',
      actions: [...provisioned, 'iam', 'tag'].flatMap((service) =>
        ['Describe', 'Get', 'List'].map((verb) => `${service}:${verb}*`),
      ),
      resources: ['*'],
    },
    ...stateAccess(account, ['s3:GetObject', 's3:ListBucket']),
    values,
    {
      // A plan reads the state, and of other buckets their configuration alone.
      sid: 'NoObjectsButTheState',
      effect: 'Deny',
      actions: ['s3:GetObject', 's3:GetObjectVersion'],
      notResources: stateArns(account),
    },
  ];
}

/** Makes and changes what an environment is made of. */
export function infraPermissions(account: AwsAccount, prefix: string): Statement[] {
  return [
    {
      sid: 'ProvisionServices',
      actions: provisioned.map((service) => `${service}:*`),
      resources: ['*'],
      condition: [{ test: 'StringEquals', variable: 'aws:RequestedRegion', values: [account.region, 'us-east-1'] }],
    },
    ...roleManagement(account, prefix),
    ...stateAccess(account, ['s3:DeleteObject', 's3:GetObject', 's3:ListBucket', 's3:PutObject']),
  ];
}

/** The most the provisioner may do: its permissions, less what would lift its own limits. */
export function infraBoundary(account: AwsAccount, prefix: string): Statement[] {
  return [
    ...infraPermissions(account, prefix),
    values,
    {
      sid: 'BoundariesStay',
      effect: 'Deny',
      actions: ['iam:DeleteRolePermissionsBoundary', 'iam:DeleteUserPermissionsBoundary'],
      resources: ['*'],
    },
    {
      sid: 'NoRoleWithoutBoundary',
      effect: 'Deny',
      actions: ['iam:CreateRole', 'iam:PutRolePermissionsBoundary'],
      resources: ['*'],
      condition: [
        {
          test: 'ArnNotLike',
          variable: 'iam:PermissionsBoundary',
          values: [`arn:${account.partition}:iam::${account.id}:policy/${prefix}-*-boundary`],
        },
      ],
    },
    {
      sid: 'NoUsersAndKeys',
      effect: 'Deny',
      actions: ['iam:CreateAccessKey', 'iam:CreateLoginProfile', 'iam:CreateUser'],
      resources: ['*'],
    },
    {
      sid: 'TheTrailRuns',
      effect: 'Deny',
      actions: ['cloudtrail:StopLogging', 'guardduty:DisassociateFromMasterAccount', 'organizations:LeaveOrganization'],
      resources: ['*'],
    },
  ];
}

function roleManagement(account: AwsAccount, prefix: string): Statement[] {
  const arn = (resource: string) => `arn:${account.partition}:iam::${account.id}:${resource}`;
  return [
    {
      sid: 'ManageOwnRoles',
      actions: [
        'iam:AddRoleToInstanceProfile',
        'iam:CreateInstanceProfile',
        'iam:CreatePolicy',
        'iam:CreatePolicyVersion',
        'iam:CreateRole',
        'iam:DeleteInstanceProfile',
        'iam:DeletePolicy',
        'iam:DeletePolicyVersion',
        'iam:DeleteRole',
        'iam:DeleteRolePolicy',
        'iam:GetInstanceProfile',
        'iam:GetPolicy',
        'iam:GetPolicyVersion',
        'iam:GetRole',
        'iam:GetRolePolicy',
        'iam:ListAttachedRolePolicies',
        'iam:ListInstanceProfilesForRole',
        'iam:ListPolicyVersions',
        'iam:ListRolePolicies',
        'iam:PutRolePermissionsBoundary',
        'iam:PutRolePolicy',
        'iam:RemoveRoleFromInstanceProfile',
        'iam:TagInstanceProfile',
        'iam:TagPolicy',
        'iam:TagRole',
        'iam:UpdateAssumeRolePolicy',
        'iam:UpdateRole',
      ],
      resources: ['role', 'policy', 'instance-profile'].map((kind) => arn(`${kind}/${prefix}-*`)),
    },
    {
      sid: 'PassOwnRoles',
      actions: ['iam:PassRole'],
      resources: [arn(`role/${prefix}-*`)],
      condition: [
        {
          test: 'StringEquals',
          variable: 'iam:PassedToService',
          values: ['codedeploy', 'ec2', 'ecs', 'ecs-tasks', 'lambda', 'vpc-flow-logs'].map(
            (service) => `${service}.amazonaws.com`,
          ),
        },
      ],
    },
    {
      sid: 'IdentityProviderAndServiceRoles',
      actions: [
        'iam:CreateOpenIDConnectProvider',
        'iam:CreateServiceLinkedRole',
        'iam:DeleteOpenIDConnectProvider',
        'iam:DeleteServiceLinkedRole',
        'iam:GetOpenIDConnectProvider',
        'iam:GetServiceLinkedRoleDeletionStatus',
        'iam:TagOpenIDConnectProvider',
      ],
      resources: [arn('oidc-provider/token.actions.githubusercontent.com'), arn('role/aws-service-role/*')],
    },
  ];
}

/** Pushes images, publishes function versions, starts deployments, publishes signed policies. */
export function releasePermissions(
  account: AwsAccount,
  options: { prefix: string; publisherKeyArn: string; governanceKeyArn: string },
): Statement[] {
  const { prefix, publisherKeyArn, governanceKeyArn } = options;
  const { perService, governance, rotation, smoke, table, named } = names(prefix);
  return [
    { sid: 'LogInToRegistry', actions: ['ecr:GetAuthorizationToken'], resources: ['*'] },
    {
      sid: 'PushImages',
      actions: [
        'ecr:BatchCheckLayerAvailability',
        'ecr:BatchGetImage',
        'ecr:CompleteLayerUpload',
        'ecr:DescribeImages',
        'ecr:InitiateLayerUpload',
        'ecr:PutImage',
        'ecr:UploadLayerPart',
      ],
      resources: services.map((service) => account.arn('ecr', `repository/${perService(service)}`)),
    },
    {
      sid: 'PublishFunctions',
      actions: ['lambda:GetAlias', 'lambda:GetFunction', 'lambda:PublishVersion', 'lambda:UpdateFunctionCode'],
      resources: [governance, rotation, smoke].map((name) => account.arn('lambda', `function:${name}`)),
    },
    {
      sid: 'StartDeployments',
      actions: [
        'codedeploy:CreateDeployment',
        'codedeploy:GetDeployment',
        'codedeploy:GetDeploymentConfig',
        'codedeploy:RegisterApplicationRevision',
        'codedeploy:StopDeployment',
      ],
      resources: [
        account.arn('codedeploy', `application:${prefix}-*`),
        account.arn('codedeploy', `deploymentgroup:${prefix}-*`),
        account.arn('codedeploy', 'deploymentconfig:*'),
      ],
    },
    {
      sid: 'RegisterTasks',
      actions: ['ecs:RegisterTaskDefinition'],
      resources: services.map((service) => account.arn('ecs', `task-definition/${named(service)}:*`)),
    },
    {
      sid: 'PassTaskRoles',
      actions: ['iam:PassRole'],
      resources: services.flatMap((service) => [
        account.roleArn(names(prefix).role(service)),
        account.roleArn(names(prefix).role(`execution-${service}`)),
      ]),
      condition: [{ test: 'StringEquals', variable: 'iam:PassedToService', values: ['ecs-tasks.amazonaws.com'] }],
    },
    {
      sid: 'PublishPolicies',
      actions: ['dynamodb:ConditionCheckItem', 'dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'],
      resources: [account.arn('dynamodb', `table/${table('policies')}`)],
    },
    {
      sid: 'EncryptPolicies',
      actions: ['kms:Decrypt'],
      resources: [governanceKeyArn],
      condition: [{ test: 'StringEquals', variable: 'kms:ViaService', values: [account.viaService('dynamodb')] }],
    },
    { sid: 'SignPolicies', actions: ['kms:GetPublicKey', 'kms:Sign'], resources: [publisherKeyArn] },
  ];
}

/** The state of the environments; `none` is no bucket's name, so a null input gives nothing. */
function stateArns(account: AwsAccount): string[] {
  const bucket = `arn:${account.partition}:s3:::\${coalesce(var.state_bucket, "none")}`;
  return [bucket, `${bucket}/*`];
}

function stateAccess(account: AwsAccount, actions: string[]): Statement[] {
  return [{ sid: 'State', actions, resources: stateArns(account) }];
}
