// The service, in one of its two forms: shifted by CodeDeploy from blue to green, or rolled by ECS itself.
// Next: stacks/modules/ecs-service/scaling.ts.
import { EcsService } from '@cdktf/provider-aws/lib/ecs-service/index.js';
import { dynamicBlock } from '../../constructs/dynamic-block.ts';
import { countWhen, list, text } from '../../expression.ts';
import { type ModuleStack } from '../../module-stack.ts';
import { names, ports } from '../../naming.ts';

/** What the service is made from. */
export interface ServiceInput {
  readonly name: string;
  readonly name_prefix: string;
  readonly service: string;
  readonly cluster_name: string;
  readonly subnet_ids: string[];
  readonly security_group_ids: string[];
  readonly min_tasks: number;
  readonly taskDefinitionArn: string;
}

/** A task reports ready once it has its first certificate and keys. */
const graceSeconds = 60;

/** Adds both forms, of which one has `count` 1. */
export function addServices(scope: ModuleStack, input: ServiceInput): void {
  const shared = {
    name: input.name,
    cluster: input.cluster_name,
    taskDefinition: input.taskDefinitionArn,
    desiredCount: input.min_tasks,
    enableExecuteCommand: false,
    enableEcsManagedTags: true,
    propagateTags: 'SERVICE',
    networkConfiguration: {
      subnets: input.subnet_ids,
      securityGroups: input.security_group_ids,
      assignPublicIp: false,
    },
  };
  const blueGreen = new EcsService(scope, 'blue_green', {
    ...shared,
    count: countWhen('var.deployment == "code-deploy"'),
    deploymentController: { type: 'CODE_DEPLOY' },
    healthCheckGracePeriodSeconds: graceSeconds,
    // CodeDeploy moves these: what it left is right. Autoscaling moves the count.
    lifecycle: { ignoreChanges: ['task_definition', 'load_balancer', 'desired_count'] },
  });
  const rolling = new EcsService(scope, 'rolling', {
    ...shared,
    count: countWhen('var.deployment == "rolling"'),
    deploymentController: { type: 'ECS' },
    deploymentMinimumHealthyPercent: 100,
    deploymentMaximumPercent: 200,
    deploymentCircuitBreaker: { enable: true, rollback: true },
    availabilityZoneRebalancing: 'ENABLED',
    lifecycle: { ignoreChanges: ['desired_count'] },
  });
  for (const service of [blueGreen, rolling]) {
    dynamicBlock(service, 'capacity_provider_strategy', {
      forEach: 'var.capacity_providers',
      content: {
        capacity_provider: text('capacity_provider_strategy.value.name'),
        base: text('capacity_provider_strategy.value.base'),
        weight: text('capacity_provider_strategy.value.weight'),
      },
    });
    dynamicBlock(service, 'load_balancer', {
      forEach: 'var.target_group_arn == null ? [] : [var.target_group_arn]',
      content: {
        target_group_arn: text('load_balancer.value'),
        container_name: input.service,
        container_port: ports.task,
      },
    });
  }
  dynamicBlock(rolling, 'alarms', {
    forEach: 'length(var.alarm_names) == 0 ? [] : [var.alarm_names]',
    content: { alarm_names: list('alarms.value'), enable: true, rollback: true },
  });
  addServiceConnect(rolling, input);
}

/** Orbit is a client alone; Axon serves, with TLS between the proxies by the private authority. */
function addServiceConnect(service: EcsService, { name_prefix }: ServiceInput): void {
  const serves = 'service_connect_configuration.value.serves ? [service_connect_configuration.value] : []';
  dynamicBlock(service, 'service_connect_configuration', {
    forEach: 'var.service_connect == null ? [] : [var.service_connect]',
    content: {
      enabled: true,
      namespace: text('service_connect_configuration.value.namespace_arn'),
      dynamic: {
        service: {
          for_each: text(serves),
          content: {
            port_name: text('var.service'),
            discovery_name: text('service.value.discovery_name'),
            client_alias: { port: ports.task, dns_name: text('service.value.discovery_name') },
            tls: {
              role_arn: text('service.value.tls_role_arn'),
              kms_key: text('service.value.tls_key_arn'),
              issuer_cert_authority: { aws_pca_authority_arn: text('service.value.authority_arn') },
            },
          },
        },
      },
      log_configuration: {
        log_driver: 'awslogs',
        options: {
          'awslogs-group': text('var.log_group_name'),
          'awslogs-region': text('data.aws_region.current_region.name'),
          'awslogs-stream-prefix': `${names(name_prefix).prefix}-proxy`,
        },
      },
    },
  });
}
