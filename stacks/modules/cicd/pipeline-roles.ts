// The three roles of the workflows: one plans, one changes infrastructure, one releases programs and policies.
// Next: stacks/modules/cicd/pipeline-permissions.ts and stacks/modules/cicd/release-permissions.ts, what each may do.
import { type DataAwsIamPolicyDocumentStatement } from '@cdktf/provider-aws/lib/data-aws-iam-policy-document/index.js';
import { type IamRole } from '@cdktf/provider-aws/lib/iam-role/index.js';
import { type TerraformResource } from 'cdktf';
import { type AwsAccount } from '../../constructs/aws-account.ts';
import { boundedRole } from '../../constructs/bounded-role.ts';
import { type ModuleStack } from '../../module-stack.ts';
import { infraBoundary, infraPermissions, planPermissions } from './pipeline-permissions.ts';
import { releasePermissions } from './release-permissions.ts';

/** Which workflows, and what they are given. */
export interface PipelineOptions {
  readonly prefix: string;
  readonly repository: string;
  readonly environment: string;
  readonly providerArn: string;
  readonly publisherKeyArn: string;
  readonly governanceKeyArn: string;
}

type Statement = DataAwsIamPolicyDocumentStatement;
const twoHoursSeconds = 7200;

/** Adds the roles, each with a `sub` of its own. */
export function addPipelineRoles(
  scope: ModuleStack,
  account: AwsAccount,
  options: PipelineOptions,
): Record<'plan' | 'infra' | 'app', IamRole> {
  const { prefix, repository, environment, providerArn } = options;
  const deployment = `repo:${repository}:environment:${environment}`;
  const role = (name: string, subject: string, permissions: Statement[], description: string, boundary?: Statement[]) =>
    boundedRole(scope, {
      prefix,
      name: `github-actions-${name}`,
      description,
      trust: [trustWorkflow(providerArn, subject)],
      permissions,
      ...(boundary === undefined ? {} : { boundary }),
      maxSessionSeconds: twoHoursSeconds,
    });
  const roles = {
    plan: role(
      'plan',
      // An environment of its own, for pull requests and the nightly look for drift: GitHub can bind it to branches.
      `${deployment}-plan`,
      planPermissions(account, options.governanceKeyArn),
      'Plans and drift: reads configuration, no values.',
    ),
    infra: role(
      'infra',
      deployment,
      infraPermissions(account, prefix),
      'Deployments: applies the infrastructure.',
      infraBoundary(account, prefix),
    ),
    app: role('app', deployment, releasePermissions(account, options), 'Releases: images, functions and policies.'),
  };
  for (const part of ['boundary', 'permissions']) {
    const policy = scope.node.findChild(`github-actions-plan_${part}`) as TerraformResource;
    scope.skipCheck(policy, 'CKV_AWS_355', 'a plan describes resources, most of which AWS lets nobody name beforehand');
    scope.skipCheck(policy, 'CKV_AWS_288', 'what the check finds is denied by name in the statement NoValues');
  }
  return roles;
}

/** https://docs.github.com/en/actions/security-for-github-actions/security-hardening-your-deployments/configuring-openid-connect-in-amazon-web-services */
function trustWorkflow(providerArn: string, subject: string): Statement {
  const claim = (name: string, value: string) => ({
    test: 'StringEquals',
    variable: `token.actions.githubusercontent.com:${name}`,
    values: [value],
  });
  return {
    sid: 'AssumedByWorkflow',
    actions: ['sts:AssumeRoleWithWebIdentity'],
    principals: [{ type: 'Federated', identifiers: [providerArn] }],
    condition: [claim('aud', 'sts.amazonaws.com'), claim('sub', subject)],
  };
}
