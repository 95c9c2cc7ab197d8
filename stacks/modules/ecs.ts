// The cluster: Container Insights, Fargate and Fargate Spot, and by option EC2 instances with GPUs for Axon.
// Next: stacks/modules/ecs/gpu-capacity.ts, the option; stacks/modules/ecs-service.ts, what runs in it.
import { EcsClusterCapacityProviders } from '@cdktf/provider-aws/lib/ecs-cluster-capacity-providers/index.js';
import { EcsCluster } from '@cdktf/provider-aws/lib/ecs-cluster/index.js';
import { z } from 'zod';
import { awsAccount } from '../constructs/aws-account.ts';
import { list, text } from '../expression.ts';
import { namePrefixInput } from '../module-inputs.ts';
import { defineModule } from '../module-stack.ts';
import { names } from '../naming.ts';
import { addGpuCapacity } from './ecs/gpu-capacity.ts';

const inputs = z.strictObject({
  name_prefix: namePrefixInput,
  container_insights: z
    .enum(['enhanced', 'enabled'])
    .default('enhanced')
    .meta({ description: 'How much Container Insights collects.' }),
  gpu: z.boolean().default(false).meta({ description: 'Whether there are EC2 instances with GPUs.' }),
  gpu_instance_type: z
    .string()
    .regex(/^g5g[.][a-z0-9]+$/)
    .default('g5g.xlarge')
    .meta({ description: 'Type of those instances: arm64 with NVIDIA T4G, as the images are arm64.' }),
  gpu_max_instances: z.int().min(1).max(100).default(4).meta({ description: 'The most of them.' }),
  gpu_subnet_ids: z.array(z.string().min(1)).default([]).meta({ description: 'Their subnets: those of Axon.' }),
  gpu_security_group_ids: z.array(z.string().min(1)).default([]).meta({ description: 'Their security groups.' }),
});

/** Cluster and capacity. */
export const ecs = defineModule({
  name: 'ecs',
  summary: 'An ECS cluster on Fargate and Fargate Spot, with GPU instances by option.',
  inputs,
  build(scope, input) {
    const account = awsAccount(scope);
    const cluster = new EcsCluster(scope, 'main', {
      name: names(input.name_prefix).cluster,
      setting: [{ name: 'containerInsights', value: input.container_insights }],
    });
    const gpu = addGpuCapacity(scope, account, {
      prefix: input.name_prefix,
      instanceType: input.gpu_instance_type,
      maxInstances: input.gpu_max_instances,
      subnetIds: input.gpu_subnet_ids,
      securityGroupIds: input.gpu_security_group_ids,
    });
    new EcsClusterCapacityProviders(scope, 'capacity', {
      clusterName: cluster.name,
      capacityProviders: list(`concat(["FARGATE", "FARGATE_SPOT"], ${gpu.fqn}[*].name)`),
      defaultCapacityProviderStrategy: [{ capacityProvider: 'FARGATE', base: 1, weight: 1 }],
    });
    return {
      cluster_arn: { description: 'The cluster.', value: cluster.arn },
      cluster_name: { description: 'Its name.', value: cluster.name },
      gpu_capacity_provider: {
        description: 'Name of the capacity provider with GPUs; null without the option.',
        value: text(`one(${gpu.fqn}[*].name)`),
      },
    };
  },
});
