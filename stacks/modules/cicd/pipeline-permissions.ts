// What the workflows on infrastructure may do: the planner reads, the provisioner changes all but limits.
// Next: stacks/guards/wildcard-permissions.ts, which knows the two statements here that name services by pattern.
import { type DataAwsIamPolicyDocumentStatement } from '@cdktf/provider-aws/lib/data-aws-iam-policy-document/index.js';
import { type AwsAccount } from '../../constructs/aws-account.ts';
import { names } from '../../naming.ts';
import { text } from '../../expression.ts';

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
const noInvocations = { sid: 'NoInvocations', effect: 'Deny', actions: ['lambda:InvokeFunction'] };
const values: Statement = {
  sid: 'NoValues',
  effect: 'Deny',
  actions: [
    'dynamodb:BatchGetItem',
    'dynamodb:BatchWriteItem',
    'dynamodb:DeleteItem',
    'dynamodb:GetItem',
    'dynamodb:GetRecords',
    'dynamodb:PartiQL*',
    'dynamodb:PutItem',
    'dynamodb:Query',
    'dynamodb:Scan',
    'dynamodb:UpdateItem',
    'ec2:GetConsoleOutput',
    'ec2:GetConsoleScreenshot',
    'ec2:GetPasswordData',
    'ecs:ExecuteCommand',
    'kms:Sign',
    'lambda:InvokeFunctionUrl',
    'logs:FilterLogEvents',
    'logs:GetLogEvents',
    'logs:GetLogObject',
    'logs:GetLogRecord',
    'logs:GetQueryResults',
    'logs:StartLiveTail',
    'secretsmanager:BatchGetSecretValue',
    'secretsmanager:GetSecretValue',
    'secretsmanager:PutSecretValue',
    'sqs:ReceiveMessage',
    'ssm:SendCommand',
    'ssm:StartSession',
  ],
  resources: ['*'],
};

/** Reads the configuration of every service of an environment. */
export function planPermissions(account: AwsAccount, governanceKeyArn: string): Statement[] {
  return [
    {
      sid: 'ReadConfiguration',
      actions: [...provisioned, 'iam', 'tag'].flatMap((service) =>
        ['Describe', 'Get', 'List'].map((verb) => `${service}:${verb}*`),
      ),
      resources: ['*'],
    },
    // A budget is neither described, got nor listed.
    { sid: 'ReadBudgets', actions: ['budgets:ViewBudget'], resources: [budgetArns(account)] },
    {
      // Without it Lambda shows no environment, and every plan would set it anew. Tables stay shut: not through DynamoDB.
      sid: 'ReadEnvironments',
      actions: ['kms:Decrypt'],
      resources: [governanceKeyArn],
      condition: [
        {
          test: 'StringEquals',
          variable: 'kms:ViaService',
          values: [account.viaService('lambda'), account.viaService('ssm')],
        },
      ],
    },
    ...stateAccess(account, { objects: ['s3:GetObject'], key: ['kms:Decrypt'] }),
    values,
    { ...noInvocations, resources: ['*'] },
    onlyObjectsOfTheState(account),
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
    ...stateAccess(account, {
      objects: ['s3:DeleteObject', 's3:GetObject', 's3:PutObject'],
      key: ['kms:Decrypt', 'kms:GenerateDataKey'],
    }),
  ];
}

/**
 * The most the provisioner may do: its permissions, less what would lift a limit.
 *
 * INVARIANT: no boundary can be written by a pipeline, its own or another's, and no role be without one. Whoever could write
 * the boundary of a role and run code by that role would be bound by nothing. So a change of a boundary, and of the
 * pipelines' own roles, is applied by an administrator.
 */
export function infraBoundary(account: AwsAccount, prefix: string): Statement[] {
  return [
    ...infraPermissions(account, prefix),
    values,
    // Setting up a rotation has Secrets Manager ask whether the caller may invoke its function.
    { ...noInvocations, notResources: [account.arn('lambda', `function:${names(prefix).rotation}`)] },
    onlyObjectsOfTheState(account),
    {
      sid: 'BoundariesStay',
      effect: 'Deny',
      actions: [
        'iam:CreatePolicy',
        'iam:CreatePolicyVersion',
        'iam:DeletePolicy',
        'iam:DeletePolicyVersion',
        'iam:DeleteRolePermissionsBoundary',
        'iam:DeleteUserPermissionsBoundary',
        'iam:SetDefaultPolicyVersion',
      ],
      resources: ['*'],
    },
    {
      sid: 'PipelinesStay',
      effect: 'Deny',
      actions: [
        'iam:AttachRolePolicy',
        'iam:DeleteRole',
        'iam:DeleteRolePolicy',
        'iam:PutRolePermissionsBoundary',
        'iam:PutRolePolicy',
        'iam:UpdateAssumeRolePolicy',
        'iam:UpdateRole',
      ],
      resources: [`arn:${account.partition}:iam::${account.id}:role/${prefix}-github-actions-*`],
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
      actions: [
        'cloudtrail:StopLogging',
        'guardduty:DisassociateFromAdministratorAccount',
        'organizations:LeaveOrganization',
      ],
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
        'iam:CreateRole',
        'iam:DeleteInstanceProfile',
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

function budgetArns(account: AwsAccount): string {
  return `arn:${account.partition}:budgets::${account.id}:budget/*`;
}

/** The bucket of the state; `none` is no bucket's name and no key's id, so a null input gives nothing. */
function stateBucket(account: AwsAccount): string {
  return `arn:${account.partition}:s3:::\${coalesce(var.state_bucket, "none")}`;
}

function stateAccess(account: AwsAccount, actions: { objects: string[]; key: string[] }): Statement[] {
  return [
    { sid: 'ListState', actions: ['s3:ListBucket'], resources: [stateBucket(account)] },
    { sid: 'State', actions: actions.objects, resources: [`${stateBucket(account)}/*`] },
    {
      sid: 'StateKey',
      actions: actions.key,
      resources: [text('coalesce(var.state_key_arn, "arn:aws:kms:::key/none")')],
      condition: [{ test: 'StringEquals', variable: 'kms:ViaService', values: [account.viaService('s3')] }],
    },
  ];
}

/** Of other buckets a pipeline sees the configuration alone. */
function onlyObjectsOfTheState(account: AwsAccount): Statement {
  return {
    sid: 'NoObjectsButTheState',
    effect: 'Deny',
    actions: ['s3:GetObject', 's3:GetObjectVersion'],
    notResources: [`${stateBucket(account)}/*`],
  };
}
