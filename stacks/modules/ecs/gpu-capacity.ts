// EC2 instances with GPUs for Axon, as a capacity provider that ECS scales: off unless asked for.
// Next: stacks/modules/ecs-service.ts, whose GPU task definition runs on them.
import { AutoscalingGroup } from '@cdktf/provider-aws/lib/autoscaling-group/index.js';
import { DataAwsSsmParameter } from '@cdktf/provider-aws/lib/data-aws-ssm-parameter/index.js';
import { EcsCapacityProvider } from '@cdktf/provider-aws/lib/ecs-capacity-provider/index.js';
import { IamInstanceProfile } from '@cdktf/provider-aws/lib/iam-instance-profile/index.js';
import { LaunchTemplate } from '@cdktf/provider-aws/lib/launch-template/index.js';
import { type AwsAccount } from '../../constructs/aws-account.ts';
import { boundedRole, trustService } from '../../constructs/bounded-role.ts';
import { countWhen, text } from '../../expression.ts';
import { type ModuleStack } from '../../module-stack.ts';
import { names } from '../../naming.ts';

/** What the instances are and where. */
export interface GpuCapacityOptions {
  readonly prefix: string;
  readonly instanceType: string;
  readonly maxInstances: number;
  readonly subnetIds: string[];
  readonly securityGroupIds: string[];
}

/** AWS's own image with GPU drivers, for arm64 (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/retrieve-ecs-optimized_AMI.html). */
const imageParameter = '/aws/service/ecs/optimized-ami/amazon-linux-2023/arm64/gpu/recommended/image_id';
/** `%s` is the prefix of names. */
const joinCluster = `#!/bin/sh
cat >> /etc/ecs/ecs.config <<SETTINGS
ECS_CLUSTER=${names('%s').cluster}
ECS_ENABLE_GPU_SUPPORT=true
ECS_AWSVPC_BLOCK_IMDS=true
SETTINGS
`;
const count = countWhen('var.gpu');

/** Adds launch template, group, instance role and capacity provider. */
export function addGpuCapacity(
  scope: ModuleStack,
  account: AwsAccount,
  { prefix, instanceType, maxInstances, subnetIds, securityGroupIds }: GpuCapacityOptions,
): EcsCapacityProvider {
  const { named } = names(prefix);
  const role = addInstanceRole(scope, account, prefix);
  const profile = new IamInstanceProfile(scope, 'gpu_profile', {
    count,
    name: named('gpu-instance'),
    role: text(`one(${role.fqn}[*].name)`),
  });
  const image = new DataAwsSsmParameter(scope, 'gpu_image', { count, name: imageParameter });
  const template = new LaunchTemplate(scope, 'gpu', {
    count,
    name: named('gpu'),
    instanceType,
    imageId: text(`one(${image.fqn}[*].insecure_value)`),
    iamInstanceProfile: { arn: text(`one(${profile.fqn}[*].arn)`) },
    vpcSecurityGroupIds: securityGroupIds,
    metadataOptions: { httpEndpoint: 'enabled', httpTokens: 'required', httpPutResponseHopLimit: 1 },
    monitoring: { enabled: true },
    blockDeviceMappings: [{ deviceName: '/dev/xvda', ebs: { encrypted: 'true', volumeSize: 60, volumeType: 'gp3' } }],
    userData: text(`base64encode(format(${JSON.stringify(joinCluster)}, var.name_prefix))`),
    updateDefaultVersion: true,
  });
  const group = new AutoscalingGroup(scope, 'gpu_instances', {
    count,
    name: named('gpu'),
    minSize: 0,
    maxSize: maxInstances,
    vpcZoneIdentifier: subnetIds,
    launchTemplate: { id: text(`one(${template.fqn}[*].id)`), version: '$Latest' },
    // ECS decides which instance may go.
    protectFromScaleIn: true,
    healthCheckType: 'EC2',
    tag: [
      { key: 'Name', value: named('gpu'), propagateAtLaunch: true },
      { key: 'AmazonECSManaged', value: 'true', propagateAtLaunch: true },
    ],
    lifecycle: { ignoreChanges: ['desired_capacity'] },
  });
  return new EcsCapacityProvider(scope, 'gpu_capacity', {
    count,
    name: named('gpu'),
    autoScalingGroupProvider: {
      autoScalingGroupArn: text(`one(${group.fqn}[*].arn)`),
      managedTerminationProtection: 'ENABLED',
      managedDraining: 'ENABLED',
      managedScaling: { status: 'ENABLED', targetCapacity: 100 },
    },
  });
}

/** What the ECS agent on an instance does (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/instance_IAM_role.html). */
function addInstanceRole(scope: ModuleStack, account: AwsAccount, prefix: string) {
  const { cluster } = names(prefix);
  return boundedRole(scope, {
    prefix,
    name: 'gpu-instance',
    count,
    description: 'The ECS agent of GPU instances.',
    trust: [
      {
        sid: 'AssumedByInstances',
        actions: ['sts:AssumeRole'],
        principals: trustService(account, 'ec2.amazonaws.com').principals ?? [],
      },
    ],
    permissions: [
      {
        sid: 'JoinCluster',
        actions: [
          'ecs:DeregisterContainerInstance',
          'ecs:RegisterContainerInstance',
          'ecs:SubmitAttachmentStateChanges',
          'ecs:SubmitContainerStateChange',
          'ecs:SubmitTaskStateChange',
        ],
        resources: [account.arn('ecs', `cluster/${cluster}`)],
      },
      {
        sid: 'TalkToScheduler',
        actions: ['ecs:Poll', 'ecs:StartTelemetrySession', 'ecs:UpdateContainerInstancesState'],
        resources: [account.arn('ecs', `container-instance/${cluster}/*`)],
      },
      // Discovering the endpoint takes no resource.
      { sid: 'FindScheduler', actions: ['ecs:DiscoverPollEndpoint'], resources: ['*'] },
    ],
  });
}
