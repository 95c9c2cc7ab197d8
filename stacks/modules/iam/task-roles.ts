// The task roles of Orbit and Axon, and the execution roles that start their containers.
// Next: stacks/modules/iam/function-roles.ts.
import { type DataAwsIamPolicyDocumentStatement } from '@cdktf/provider-aws/lib/data-aws-iam-policy-document/index.js';
import { type AwsAccount } from '../../constructs/aws-account.ts';
import { trustService, writesLogs } from '../../constructs/bounded-role.ts';
import { ofTables, viaService } from '../../constructs/key-use.ts';
import { names, type Service } from '../../naming.ts';
import { type IamContext, type RoleSpec } from './role-spec.ts';
import { traces } from './function-roles.ts';

type Statement = DataAwsIamPolicyDocumentStatement;

/** Roles of the two services. */
export function taskRoles(
  account: AwsAccount,
  context: IamContext,
): Record<'orbit' | 'axon' | 'execution-orbit' | 'execution-axon', RoleSpec> {
  const orbit = orbitPermissions(account, context);
  const axon = axonPermissions(account, context);
  return {
    orbit: {
      description: 'Orbit: asks Governance by its own alias, calls Axon through the mesh, reads its own secret.',
      trust: [trustTasks(account)],
      permissions: orbit,
      boundary: [...orbit, traces],
    },
    axon: {
      description: 'Axon: reads signing keys, records spent grants, invokes models, reads its own secret.',
      trust: [trustTasks(account)],
      permissions: axon,
      boundary: [...axon, traces],
    },
    'execution-orbit': executionRole(account, context, 'orbit'),
    'execution-axon': executionRole(account, context, 'axon'),
  };
}

/** Tasks of this account's clusters. */
function trustTasks(account: AwsAccount): Statement {
  return trustService(account, 'ecs-tasks.amazonaws.com', account.arn('ecs', '*'));
}

function orbitPermissions(account: AwsAccount, { prefix, orbitKeyArn }: IamContext): Statement[] {
  return [
    {
      sid: 'AskGovernanceAsOrbit',
      actions: ['lambda:InvokeFunction'],
      resources: [account.arn('lambda', `function:${names(prefix).governance}:orbit`)],
    },
    {
      sid: 'CallAxonThroughTheMesh',
      actions: ['vpc-lattice-svcs:Invoke'],
      resources: [account.arn('vpc-lattice', 'service/svc-*/reason')],
      condition: [{ test: 'StringEquals', variable: 'vpc-lattice-svcs:RequestMethod', values: ['GET', 'POST'] }],
    },
    ...readsOwnSecret(account, { prefix, service: 'orbit', keyArn: orbitKeyArn }),
  ];
}

function axonPermissions(
  account: AwsAccount,
  { prefix, axonKeyArn, governanceKeyArn, governanceSigningKeyArn, modelArns }: IamContext,
): Statement[] {
  return [
    { sid: 'VerifyCertificates', actions: ['kms:GetPublicKey'], resources: [governanceSigningKeyArn] },
    {
      sid: 'RecordSpentGrants',
      actions: ['dynamodb:PutItem'],
      resources: [account.arn('dynamodb', `table/${names(prefix).table('grants')}`)],
    },
    {
      sid: 'DecryptSpentGrants',
      actions: ['kms:Decrypt'],
      resources: [governanceKeyArn],
      condition: [viaService(account, 'dynamodb'), ofTables(names(prefix).table('grants'))],
    },
    {
      sid: 'Reason',
      actions: ['bedrock:InvokeModel', 'bedrock:InvokeModelWithResponseStream'],
      resources: modelArns,
    },
    ...readsOwnSecret(account, { prefix, service: 'axon', keyArn: axonKeyArn }),
  ];
}

function readsOwnSecret(
  account: AwsAccount,
  { prefix, service, keyArn }: { prefix: string; service: Service; keyArn: string },
): Statement[] {
  const secret = account.arn('secretsmanager', `secret:${names(prefix).perService(service)}-??????`);
  return [
    { sid: 'ReadOwnSecret', actions: ['secretsmanager:GetSecretValue'], resources: [secret] },
    {
      sid: 'DecryptOwnSecret',
      actions: ['kms:Decrypt'],
      resources: [keyArn],
      condition: [
        viaService(account, 'secretsmanager'),
        { test: 'ArnLike', variable: 'kms:EncryptionContext:SecretARN', values: [secret] },
      ],
    },
  ];
}

/** What the ECS agent does for a service before its container runs: pull one image, write one log group. */
function executionRole(account: AwsAccount, { prefix }: IamContext, service: Service): RoleSpec {
  const { perService, serviceLogGroup } = names(prefix);
  return {
    description: `Starts the containers of ${service}: pulls its image, opens its log streams.`,
    trust: [trustTasks(account)],
    permissions: [
      // The token is for the registry, not for a repository: AWS takes no resource.
      { sid: 'LogInToRegistry', actions: ['ecr:GetAuthorizationToken'], resources: ['*'] },
      {
        sid: 'PullOwnImage',
        actions: ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
        resources: [account.arn('ecr', `repository/${perService(service)}`)],
      },
      writesLogs(account, serviceLogGroup(service)),
    ],
  };
}
