// The repositories of the services' images: tags that never move, scanned on push, encrypted with the service's key.
// Next: stacks/modules/ecs-service.ts, which runs an image by its digest.
import { DataAwsIamPolicyDocument } from '@cdktf/provider-aws/lib/data-aws-iam-policy-document/index.js';
import { EcrLifecyclePolicy } from '@cdktf/provider-aws/lib/ecr-lifecycle-policy/index.js';
import { EcrRepositoryPolicy } from '@cdktf/provider-aws/lib/ecr-repository-policy/index.js';
import { EcrRepository } from '@cdktf/provider-aws/lib/ecr-repository/index.js';
import { z } from 'zod';
import { awsAccount } from '../constructs/aws-account.ts';
import { arnInput, namePrefixInput } from '../module-inputs.ts';
import { defineModule, type ModuleOutput } from '../module-stack.ts';
import { names, services } from '../naming.ts';

const inputs = z.strictObject({
  name_prefix: namePrefixInput,
  orbit_key_arn: arnInput("The key that Orbit's images are encrypted with."),
  axon_key_arn: arnInput("The key that Axon's images are encrypted with."),
  kept_images: z
    .int()
    .min(5)
    .max(1000)
    .default(50)
    .meta({ description: 'How many images a repository keeps; the oldest go first.' }),
  force_delete: z
    .boolean()
    .default(false)
    .meta({ description: 'Whether Terraform may destroy a repository that holds images.' }),
});

/** What a policy of another account, or a mistake in this one, must never open. */
const outsideActions = [
  'ecr:BatchCheckLayerAvailability',
  'ecr:BatchDeleteImage',
  'ecr:BatchGetImage',
  'ecr:CompleteLayerUpload',
  'ecr:DeleteRepository',
  'ecr:DeleteRepositoryPolicy',
  'ecr:DescribeImages',
  'ecr:GetDownloadUrlForLayer',
  'ecr:InitiateLayerUpload',
  'ecr:ListImages',
  'ecr:PutImage',
  'ecr:SetRepositoryPolicy',
  'ecr:UploadLayerPart',
];

/** One repository per service. */
export const ecr = defineModule({
  name: 'ecr',
  summary: 'An image repository per service: immutable tags, scan on push, KMS, and an end to old images.',
  inputs,
  build(scope, { name_prefix, orbit_key_arn, axon_key_arn, kept_images, force_delete }) {
    const account = awsAccount(scope);
    const { perService, role } = names(name_prefix);
    const keyArns = { orbit: orbit_key_arn, axon: axon_key_arn };
    const outputs: Record<string, ModuleOutput> = {};
    for (const service of services) {
      const repository = new EcrRepository(scope, service, {
        name: perService(service),
        imageTagMutability: 'IMMUTABLE',
        imageScanningConfiguration: { scanOnPush: true },
        encryptionConfiguration: [{ encryptionType: 'KMS', kmsKey: keyArns[service] }],
        forceDelete: force_delete,
      });
      new EcrLifecyclePolicy(scope, `${service}_lifecycle`, {
        repository: repository.name,
        policy: lifecycle(kept_images),
      });
      new EcrRepositoryPolicy(scope, `${service}_policy`, {
        repository: repository.name,
        policy: new DataAwsIamPolicyDocument(scope, `${service}_policy_document`, {
          statement: [
            {
              sid: 'PulledByItsExecutionRole',
              actions: ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
              principals: [{ type: 'AWS', identifiers: [account.rootArn] }],
              condition: [
                {
                  test: 'ArnEquals',
                  variable: 'aws:PrincipalArn',
                  values: [account.roleArn(role(`execution-${service}`))],
                },
              ],
            },
            {
              sid: 'NobodyFromOutside',
              effect: 'Deny',
              actions: outsideActions,
              principals: [{ type: 'AWS', identifiers: ['*'] }],
              condition: [{ test: 'StringNotEquals', variable: 'aws:PrincipalAccount', values: [account.id] }],
            },
          ],
        }).json,
      });
      outputs[`${service}_repository_url`] = {
        description: `URL of the repository of ${service}.`,
        value: repository.repositoryUrl,
      };
      outputs[`${service}_repository_arn`] = {
        description: `ARN of the repository of ${service}.`,
        value: repository.arn,
      };
    }
    return outputs;
  },
});

/** Not an IAM policy: ECR's own language (https://docs.aws.amazon.com/AmazonECR/latest/userguide/LifecyclePolicies.html). */
function lifecycle(keptImages: number): string {
  return JSON.stringify({
    rules: [
      {
        rulePriority: 1,
        description: 'Untagged images go after a week.',
        selection: { tagStatus: 'untagged', countType: 'sinceImagePushed', countUnit: 'days', countNumber: 7 },
        action: { type: 'expire' },
      },
      {
        rulePriority: 2,
        description: 'The newest stay.',
        selection: { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber: keptImages },
        action: { type: 'expire' },
      },
    ],
  });
}
