// What the workflows that release programs and policies may do.
// Next: stacks/modules/cicd/deployments.ts, what they start.
import { type DataAwsIamPolicyDocumentStatement } from '@cdktf/provider-aws/lib/data-aws-iam-policy-document/index.js';
import { type AwsAccount } from '../../constructs/aws-account.ts';
import { names, services } from '../../naming.ts';

type Statement = DataAwsIamPolicyDocumentStatement;

/** Pushes images, publishes versions of Governance, starts deployments, publishes signed policies. */
export function releasePermissions(
  account: AwsAccount,
  options: { prefix: string; publisherKeyArn: string; governanceKeyArn: string },
): Statement[] {
  const { prefix, publisherKeyArn, governanceKeyArn } = options;
  const { cluster, perService, governance, smoke, table, named } = names(prefix);
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
      // Of Governance alone: who could replace the smoke function could have it be content.
      sid: 'PublishVersions',
      actions: [
        'lambda:GetAlias',
        'lambda:GetFunctionConfiguration',
        'lambda:PublishVersion',
        'lambda:UpdateFunctionCode',
      ],
      // With its versions and aliases.
      resources: ['', ':*'].map((more) => account.arn('lambda', `function:${governance}${more}`)),
    },
    {
      sid: 'StartDeployments',
      actions: [
        'codedeploy:BatchGetDeployments',
        'codedeploy:CreateDeployment',
        'codedeploy:GetDeployment',
        'codedeploy:GetDeploymentConfig',
        'codedeploy:GetDeploymentGroup',
        'codedeploy:ListDeployments',
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
      sid: 'LookAtServices',
      actions: ['ecs:DescribeServices'],
      resources: services.map((service) => account.arn('ecs', `service/${cluster}/${named(service)}`)),
    },
    {
      sid: 'RegisterTasks',
      actions: ['ecs:RegisterTaskDefinition'],
      resources: services.map((service) => account.arn('ecs', `task-definition/${named(service)}:*`)),
    },
    {
      sid: 'TagTasks',
      actions: ['ecs:TagResource'],
      resources: services.map((service) => account.arn('ecs', `task-definition/${named(service)}:*`)),
      condition: [{ test: 'StringEquals', variable: 'ecs:CreateAction', values: ['RegisterTaskDefinition'] }],
    },
    { sid: 'LookAtTasks', actions: ['ecs:DescribeTaskDefinition'], resources: ['*'] },
    {
      sid: 'AskSmoke',
      actions: ['lambda:InvokeFunction'],
      resources: [account.arn('lambda', `function:${smoke}`)],
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
      actions: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query'],
      resources: [account.arn('dynamodb', `table/${table('policies')}`)],
    },
    {
      sid: 'EncryptPolicies',
      actions: ['kms:Decrypt'],
      resources: [governanceKeyArn],
      condition: [{ test: 'StringEquals', variable: 'kms:ViaService', values: [account.viaService('dynamodb')] }],
    },
    {
      sid: 'SignPolicies',
      actions: ['kms:Sign'],
      resources: [publisherKeyArn],
      condition: [{ test: 'StringEquals', variable: 'kms:SigningAlgorithm', values: ['ECDSA_SHA_256'] }],
    },
    { sid: 'VerifyPolicies', actions: ['kms:GetPublicKey'], resources: [publisherKeyArn] },
  ];
}
