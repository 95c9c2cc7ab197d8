// Delivery: what GitHub's workflows may do, by OIDC and without a key, and how CodeDeploy shifts traffic.
// Next: stacks/modules/cicd/pipeline-roles.ts and stacks/modules/cicd/deployments.ts.
import { IamOpenidConnectProvider } from '@cdktf/provider-aws/lib/iam-openid-connect-provider/index.js';
import { z } from 'zod';
import { awsAccount } from '../constructs/aws-account.ts';
import { countWhen, text } from '../expression.ts';
import { arnInput, namePrefixInput } from '../module-inputs.ts';
import { defineModule, type ModuleOutput, type ModuleStack } from '../module-stack.ts';
import { names, services } from '../naming.ts';
import { addDeployments } from './cicd/deployments.ts';
import { addPipelineRoles } from './cicd/pipeline-roles.ts';

const inputs = z.strictObject({
  name_prefix: namePrefixInput,
  repository: z
    .string()
    .regex(/^[A-Za-z0-9_.-]+\/[A-Za-z0-9_.-]+$/)
    .meta({ description: 'owner/name of the repository whose workflows deploy.' }),
  github_environment: z
    .string()
    .min(1)
    .meta({ description: 'GitHub environment that deployments run in; plans run in <it>-plan.' }),
  create_oidc_provider: z
    .boolean()
    .default(true)
    .meta({ description: "Whether to create GitHub's identity provider: an account has one." }),
  state_bucket: z
    .string()
    .min(3)
    .nullable()
    .default(null)
    .meta({ description: "Bucket of Terraform's state; null when it is somewhere else." }),
  state_key_arn: arnInput('Key of the state.')
    .nullable()
    .default(null)
    .meta({ description: "Key that the state's bucket encrypts with; null for the key of S3." }),
  policy_publisher_key_arn: arnInput('Key that policy revisions are signed with.'),
  governance_key_arn: arnInput('Key of the policy table.'),
  codedeploy_role_arn: arnInput('Role of CodeDeploy.'),
  blue_green: z.boolean().default(true).meta({
    description: 'Whether services are deployed by CodeDeploy; a rolling environment has no groups for them.',
  }),
  cluster_name: z.string().min(1).meta({ description: 'The cluster.' }),
  production_listener_arns: perService('Production listener'),
  test_listener_arns: perService('Test listener'),
  blue_target_group_names: perService('Blue target group'),
  green_target_group_names: perService('Green target group'),
  service_names: perService('Name of the ECS service'),
  alarm_names: z.array(z.string().min(1)).default([]).meta({ description: 'Alarms that roll a deployment back.' }),
});

function perService(what: string) {
  return z.strictObject({ orbit: z.string(), axon: z.string() }).meta({ description: `${what} of each service.` });
}

/** Roles of workflows, deployment groups. */
export const cicd = defineModule({
  name: 'cicd',
  summary: 'Roles for GitHub workflows by OIDC, and CodeDeploy groups with canaries and automatic rollback.',
  inputs,
  build(scope, input) {
    const account = awsAccount(scope);
    const providerArn = addIdentityProvider(scope);
    const roles = addPipelineRoles(scope, account, {
      prefix: input.name_prefix,
      repository: input.repository,
      environment: input.github_environment,
      providerArn,
      publisherKeyArn: input.policy_publisher_key_arn,
      governanceKeyArn: input.governance_key_arn,
    });
    addDeployments(scope, {
      prefix: input.name_prefix,
      roleArn: input.codedeploy_role_arn,
      clusterName: input.cluster_name,
      alarmNames: input.alarm_names,
    });
    const outputs: Record<string, ModuleOutput> = {};
    const does = { plan: 'plan', infra: 'apply', app: 'release' } as const;
    for (const name of ['plan', 'infra', 'app'] as const)
      outputs[`${name}_role_arn`] = {
        description: `Role of the workflows that ${does[name]}.`,
        value: roles[name].arn,
      };
    outputs['application_name'] = {
      description: `CodeDeploy application of ${services.join(' and ')}.`,
      value: names(input.name_prefix).named('services'),
    };
    return outputs;
  },
});

/** @returns the ARN of GitHub's identity provider, made here or by its name: there is one of it in an account */
function addIdentityProvider(scope: ModuleStack): string {
  const host = 'token.actions.githubusercontent.com';
  const created = new IamOpenidConnectProvider(scope, 'github', {
    count: countWhen('var.create_oidc_provider'),
    url: `https://${host}`,
    clientIdList: ['sts.amazonaws.com'],
  });
  const named =
    `format("arn:%s:iam::%s:oidc-provider/${host}", ` +
    'data.aws_partition.current_partition.partition, data.aws_caller_identity.current.account_id)';
  return text(`one(concat(${created.fqn}[*].arn, var.create_oidc_provider ? [] : [${named}]))`);
}
