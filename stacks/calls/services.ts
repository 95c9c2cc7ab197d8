// Orbit and Axon: the same module called once for each.
// Next: stacks/modules/ecs-service.ts.
import { type Construct } from 'constructs';
import { type AwsAccount } from '../constructs/aws-account.ts';
import {
  axonEnvironment,
  type ContainerContext,
  containerProtocol,
  orbitEnvironment,
} from '../container-environment.ts';
import { type Mesh } from './mesh.ts';
import { type CallContext, deploysBlueGreen } from './context.ts';
import { type Foundation } from './foundation.ts';
import { type Doors, type Programs } from './programs.ts';
import { ecsService } from '../modules/ecs-service.ts';
import { names, type Service } from '../naming.ts';

type Calls = Foundation & Doors & Programs & { readonly mesh: Mesh };

/** Calls the service module for both. */
export function callServices(scope: Construct, account: AwsAccount, context: CallContext, calls: Calls) {
  const { config, prefix } = context;
  const containers: ContainerContext = {
    config,
    metricsNamespace: names(prefix).metricsNamespace,
    axonUrl: calls.mesh.axonUrl,
    // By name, so that a plan shows it.
    orbitRoleArn: account.roleArn(names(prefix).role('orbit')),
    smokeRoleArn: account.roleArn(names(prefix).role('smoke')),
    governanceFunction: calls.decider.text('function_name'),
    signingKeyArn: calls.keys.text('governance_signing_key_arn'),
    grantsTable: calls.decider.text('grants_table_name'),
    orbitSecretArn: calls.vault.text('orbit_secret_arn'),
    axonSecretArn: calls.vault.text('axon_secret_arn'),
  };
  const call = (service: Service, environment: Record<string, string>) =>
    callService(scope, context, calls, { service, environment });
  return { orbit: call('orbit', orbitEnvironment(containers)), axon: call('axon', axonEnvironment(containers)) };
}

function callService(
  scope: Construct,
  { config, prefix, release }: CallContext,
  { net, roles, images, balancer, watch, cluster, mesh }: Calls,
  { service, environment }: { service: Service; environment: Record<string, string> },
) {
  const { cpu, memoryMiB, minTasks, maxTasks } = config.services[service];
  const rolling = !deploysBlueGreen(config);
  const gpu = config.capacity.gpu && service === 'axon';
  // Behind Service Connect nobody reaches Axon but Orbit's proxy, so it is in no target group.
  const inTargetGroup = !(config.mesh === 'service-connect' && service === 'axon');
  const hours = config.capacity.officeHours;
  return ecsService.call(
    scope,
    {
      name_prefix: prefix,
      service,
      cluster_name: cluster.text('cluster_name'),
      repository_url: images.text(`${service}_repository_url`),
      image_digest: release[`${service}_image_digest`],
      cpu,
      memory_mib: memoryMiB,
      environment,
      task_role_arn: roles.text(`${service}_role_arn`),
      execution_role_arn: roles.text(`execution_${service}_role_arn`),
      log_group_name: watch.text(`${service}_log_group_name`),
      subnet_ids: net.list(service === 'axon' ? 'axon_runtime_subnet_ids' : 'private_subnet_ids'),
      security_group_ids: [net.text(`${service}_security_group_id`)],
      target_group_arn: inTargetGroup ? balancer.text(`${service}_blue_target_group_arn`) : null,
      deployment: rolling ? 'rolling' : 'code-deploy',
      alarm_names: rolling ? watch.list('rollback_alarm_names') : [],
      min_tasks: minTasks,
      max_tasks: maxTasks,
      office_hours: hours,
      capacity_providers: capacityOf(config.capacity.spot, gpu ? cluster.text('gpu_capacity_provider') : null),
      container_protocol: containerProtocol(config, service),
      gpu,
      ...(mesh.tasks(service) as object),
    },
    service,
  );
}

/** With spot one task stays on demand, so that a market without capacity is no outage. */
function capacityOf(spot: boolean, gpuProvider: string | null) {
  if (gpuProvider !== null) return [{ name: gpuProvider, base: 0, weight: 1 }];
  return [
    { name: 'FARGATE', base: 1, weight: spot ? 0 : 1 },
    { name: 'FARGATE_SPOT', base: 0, weight: spot ? 1 : 0 },
  ];
}
