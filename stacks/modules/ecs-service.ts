// One service of the cluster: a hardened task definition, a service that is deployed blue-green or rolling, and its scaling.
// Next: stacks/modules/ecs-service/task-definition.ts, services.ts and scaling.ts beside it.
import { z } from 'zod';
import { awsAccount } from '../constructs/aws-account.ts';
import { text } from '../expression.ts';
import { arnInput, namePrefixInput } from '../module-inputs.ts';
import { defineModule } from '../module-stack.ts';
import { names } from '../naming.ts';
import { addScaling } from './ecs-service/scaling.ts';
import { addServices } from './ecs-service/services.ts';
import { addTaskDefinitions } from './ecs-service/task-definition.ts';

const ids = z.array(z.string().min(1)).min(1);

const inputs = z.strictObject({
  name_prefix: namePrefixInput,
  service: z.enum(['orbit', 'axon']).meta({ description: 'Which of the two services.' }),
  cluster_name: z.string().min(1).meta({ description: 'The cluster.' }),
  repository_url: z.string().min(1).meta({ description: 'Repository of the image.' }),
  image_digest: z
    .string()
    .regex(/^sha256:[0-9a-f]{64}$/)
    .meta({ description: 'Digest of the image to run.' }),
  cpu: z.int().min(256).max(16384).default(512).meta({ description: 'CPU units of a task; 1024 are one vCPU.' }),
  memory_mib: z.int().min(512).max(122880).default(1024).meta({ description: 'Memory of a task, MiB.' }),
  environment: z
    .record(z.string(), z.string())
    .meta({ description: 'Environment of the container. No secret belongs here: a task reads its own.' }),
  task_role_arn: arnInput('Role of the task.'),
  execution_role_arn: arnInput('Role that starts its containers.'),
  log_group_name: z.string().min(1).meta({ description: 'Log group of the container.' }),
  subnet_ids: ids.meta({ description: 'Private subnets of the tasks.' }),
  security_group_ids: ids.meta({ description: 'Security groups of the tasks.' }),
  target_group_arn: arnInput('Target group.')
    .nullable()
    .default(null)
    .meta({ description: 'Target group the service is in; null for none.' }),
  deployment: z
    .enum(['code-deploy', 'rolling'])
    .default('code-deploy')
    .meta({ description: 'Blue-green by CodeDeploy, or rolling with circuit breaker and alarm rollback.' }),
  alarm_names: z
    .array(z.string().min(1))
    .default([])
    .meta({ description: 'Alarms that roll a rolling deployment back.' }),
  min_tasks: z.int().min(1).max(100).default(2).meta({ description: 'The fewest tasks.' }),
  max_tasks: z.int().min(1).max(500).default(10).meta({ description: 'The most tasks.' }),
  office_hours: z
    .strictObject({ start: z.int(), end: z.int(), timezone: z.string() })
    .nullable()
    .default(null)
    .meta({ description: 'Monday to Friday from hour to hour; outside there are no tasks. Null for always.' }),
  capacity_providers: z
    .array(z.strictObject({ name: z.string(), base: z.int(), weight: z.int() }))
    .min(1)
    .meta({ description: 'Capacity providers with base and weight.' }),
  container_protocol: z
    .enum(['https', 'http'])
    .default('https')
    .meta({ description: 'What the container speaks: http only behind the proxy of Service Connect.' }),
  gpu: z.boolean().default(false).meta({ description: 'Whether a task needs a GPU and so an EC2 instance.' }),
  service_connect: z
    .strictObject({
      namespace_arn: z.string(),
      serves: z.boolean(),
      discovery_name: z.string(),
      authority_arn: z.string(),
      tls_role_arn: z.string(),
      tls_key_arn: z.string(),
    })
    .nullable()
    .default(null)
    .meta({ description: 'Service Connect: its namespace, and for a service that serves, its TLS.' }),
  app_mesh: z
    .strictObject({ virtual_node_arn: z.string(), envoy_image: z.string() })
    .nullable()
    .default(null)
    .meta({ description: 'App Mesh: the virtual node and the image of its proxy.' }),
});

/** Task definition, service, autoscaling. */
export const ecsService = defineModule({
  name: 'ecs-service',
  summary: 'A hardened Fargate service: read-only, non-root, no capabilities, deployed blue-green, scaled by load.',
  inputs,
  build(scope, input) {
    const account = awsAccount(scope);
    const name = names(input.name_prefix).named(input.service);
    const definition = addTaskDefinitions(scope, account, { ...input, name });
    addServices(scope, { ...input, name, taskDefinitionArn: definition.arn });
    addScaling(scope, { ...input, name });
    return {
      service_name: {
        description: 'Name of the service.',
        value: text('one(concat(aws_ecs_service.blue_green[*].name, aws_ecs_service.rolling[*].name))'),
      },
      task_definition_arn: { description: 'The task definition, with its revision.', value: definition.arn },
      task_definition_family: { description: 'Its family.', value: definition.family },
    };
  },
});
