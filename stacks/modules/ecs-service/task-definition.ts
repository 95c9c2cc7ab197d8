// The task definition: one container that can write nowhere, is nobody, and drains before it ends; a proxy by option.
// Next: stacks/modules/ecs-service/services.ts.
import { EcsTaskDefinition } from '@cdktf/provider-aws/lib/ecs-task-definition/index.js';
import { TerraformLocal } from 'cdktf';
import { type AwsAccount } from '../../constructs/aws-account.ts';
import { dynamicBlock } from '../../constructs/dynamic-block.ts';
import { any, countWhen, text } from '../../expression.ts';
import { type ModuleStack } from '../../module-stack.ts';
import { ports } from '../../naming.ts';

/** What the definition is made from. */
export interface TaskInput {
  readonly name: string;
  readonly service: string;
  readonly repository_url: string;
  readonly image_digest: string;
  readonly cpu: number;
  readonly memory_mib: number;
  readonly task_role_arn: string;
  readonly execution_role_arn: string;
  readonly log_group_name: string;
}

/** distroless's `nonroot` (https://github.com/GoogleContainerTools/distroless). */
const user = '65532';
/** Above the longest drain: delay 5 s and 25 s for requests in flight; ECS allows 120. */
const stopTimeoutSeconds = 45;
const envoyUser = '1337';

/** Adds the definition for Fargate, and the one for GPU instances by option; the service has one of them. */
export function addTaskDefinitions(
  scope: ModuleStack,
  account: AwsAccount,
  input: TaskInput,
): { arn: string; family: string } {
  const shared = {
    family: input.name,
    networkMode: 'awsvpc',
    cpu: `${input.cpu}`,
    memory: `${input.memory_mib}`,
    taskRoleArn: input.task_role_arn,
    executionRoleArn: input.execution_role_arn,
    runtimePlatform: { cpuArchitecture: 'ARM64', operatingSystemFamily: 'LINUX' },
    // A revision that is replaced can still be rolled back to.
    skipDestroy: false,
  };
  new TerraformLocal(scope, 'container', container(account, input));
  new TerraformLocal(scope, 'envoy', envoy(account, input));
  const containers = (main: string) => text(`jsonencode(concat([${main}], var.app_mesh == null ? [] : [local.envoy]))`);
  const fargate = new EcsTaskDefinition(scope, 'fargate', {
    ...shared,
    count: countWhen('!var.gpu'),
    requiresCompatibilities: ['FARGATE'],
    containerDefinitions: containers('local.container'),
  });
  dynamicBlock(fargate, 'proxy_configuration', {
    forEach: 'var.app_mesh == null ? [] : [var.app_mesh]',
    content: {
      type: 'APPMESH',
      container_name: 'envoy',
      properties: {
        AppPorts: String(ports.task),
        // Credentials and task metadata, and AWS's own endpoints, which the mesh does not know.
        EgressIgnoredIPs: '169.254.170.2,169.254.169.254',
        EgressIgnoredPorts: '443',
        IgnoredUID: envoyUser,
        ProxyEgressPort: '15001',
        ProxyIngressPort: '15000',
      },
    },
  });
  const gpu = new EcsTaskDefinition(scope, 'gpu', {
    ...shared,
    count: countWhen('var.gpu'),
    requiresCompatibilities: ['EC2'],
    containerDefinitions: containers(
      'merge(local.container, { resourceRequirements = [{ type = "GPU", value = "1" }] })',
    ),
  });
  const one = (attribute: string) => text(`one(concat(${fargate.fqn}[*].${attribute}, ${gpu.fqn}[*].${attribute}))`);
  return { arn: one('arn'), family: one('family') };
}

function container(account: AwsAccount, input: TaskInput): object {
  return {
    name: input.service,
    image: `${input.repository_url}@${input.image_digest}`,
    essential: true,
    user,
    readonlyRootFilesystem: true,
    privileged: false,
    linuxParameters: { initProcessEnabled: true, capabilities: { drop: ['ALL'] } },
    ulimits: [{ name: 'nofile', softLimit: 65_536, hardLimit: 65_536 }],
    stopTimeout: stopTimeoutSeconds,
    environment: any('[for name, value in var.environment : { name = name, value = value }]'),
    portMappings: [
      { name: input.service, containerPort: ports.task, hostPort: ports.task, protocol: 'tcp', appProtocol: 'http' },
    ],
    healthCheck: { command: healthCommand(), interval: 10, timeout: 5, retries: 3, startPeriod: 20 },
    logConfiguration: {
      logDriver: 'awslogs',
      options: {
        'awslogs-group': input.log_group_name,
        'awslogs-region': account.region,
        'awslogs-stream-prefix': input.service,
        // A log service that is slow must not stop the answers.
        mode: 'non-blocking',
        'max-buffer-size': '25m',
      },
    },
  };
}

/** The image has no shell and no curl: Node itself asks. The certificate is the task's own, made in memory. */
function healthCommand(): string[] {
  const ask = `require("node:\${var.container_protocol}").get({ host: "127.0.0.1", port: ${ports.task}, path: "/health", rejectUnauthorized: false }, (answer) => process.exit(answer.statusCode === 200 ? 0 : 1)).on("error", () => process.exit(1))`;
  return ['CMD', '/nodejs/bin/node', '-e', ask.replaceAll('"', "'")];
}

/** Envoy of App Mesh, from a repository of this account: there is no way out to the public one. */
function envoy(account: AwsAccount, { log_group_name }: TaskInput): object {
  return {
    name: 'envoy',
    image: text('try(var.app_mesh.envoy_image, "")'),
    essential: true,
    user: envoyUser,
    environment: [{ name: 'APPMESH_RESOURCE_ARN', value: text('try(var.app_mesh.virtual_node_arn, "")') }],
    healthCheck: {
      command: ['CMD-SHELL', 'curl -s http://localhost:9901/server_info | grep state | grep -q LIVE'],
      interval: 5,
      timeout: 2,
      retries: 3,
      startPeriod: 10,
    },
    logConfiguration: {
      logDriver: 'awslogs',
      options: {
        'awslogs-group': log_group_name,
        'awslogs-region': account.region,
        'awslogs-stream-prefix': 'envoy',
      },
    },
  };
}
