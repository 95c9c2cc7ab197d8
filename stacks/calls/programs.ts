// The doors (load balancer, logs, alarms) and what is behind them: Governance, the secrets, the cluster.
// Next: stacks/calls/mesh.ts.
import { type Construct } from 'constructs';
import { type AwsAccount } from '../constructs/aws-account.ts';
import { alb } from '../modules/alb.ts';
import { ecs } from '../modules/ecs.ts';
import { governance } from '../modules/governance.ts';
import { observability } from '../modules/observability.ts';
import { secrets } from '../modules/secrets.ts';
import { smoke } from '../modules/smoke.ts';
import { names, services } from '../naming.ts';
import { administratorsOf, type CallContext, isCritical } from './context.ts';
import { type Foundation } from './foundation.ts';

/** Calls of what stands between. */
export type Doors = ReturnType<typeof callDoors>;
/** Calls of what runs. */
export type Programs = ReturnType<typeof callPrograms>;

/** The load balancer, and the logs and alarms that need its name. */
export function callDoors(
  scope: Construct,
  { config, prefix, release, pagerDutyUrl }: CallContext,
  { keys, net }: Foundation,
) {
  const balancer = alb.call(scope, {
    name_prefix: prefix,
    vpc_id: net.text('vpc_id'),
    subnet_ids: net.list('private_subnet_ids'),
    security_group_id: net.text('load_balancer_security_group_id'),
    certificate_arn: release.certificate_arn,
    deletion_protection: isCritical(config),
    force_destroy_logs: !isCritical(config),
  });
  const watch = observability.call(scope, {
    name_prefix: prefix,
    logs_key_arn: keys.text('logs_key_arn'),
    alerts_key_arn: keys.text('alerts_key_arn'),
    log_retention_days: config.logRetentionDays,
    load_balancer_arn_suffix: balancer.text('load_balancer_arn_suffix'),
    target_group_arn_suffixes: Object.fromEntries(
      services.flatMap((service) =>
        (['blue', 'green'] as const).map((color) => [
          `${service}-${color}`,
          balancer.text(`${service}_${color}_target_group_arn_suffix`),
        ]),
      ),
    ),
    certificate_arn: release.certificate_arn,
    always_on: config.capacity.officeHours === null,
    ...(config.delivery && {
      runbook_url: `https://github.com/${config.delivery.repository}/blob/main/docs/runbook.md`,
    }),
    emails: config.alerts.emails,
    pager_duty_url: pagerDutyUrl,
  });
  return { balancer, watch };
}

/** Governance, the secrets and the cluster. */
export function callPrograms(
  scope: Construct,
  account: AwsAccount,
  { config, prefix, release }: CallContext,
  { keys, net, roles, watch, balancer }: Foundation & Doors,
) {
  const inVpc = config.governance.inVpc
    ? {
        subnet_ids: net.list('private_subnet_ids'),
        security_group_ids: [net.text('functions_security_group_id')],
      }
    : {};
  const decider = governance.call(scope, {
    name_prefix: prefix,
    role_arn: roles.text('governance_role_arn'),
    key_arn: keys.text('governance_key_arn'),
    signing_key_arn: keys.text('governance_signing_key_arn'),
    publisher_key_arns: [keys.text('policy_publisher_key_arn')],
    package_path: release.governance_package,
    log_group_name: watch.text('governance_log_group_name'),
    memory_mib: config.governance.memoryMiB,
    reserved_concurrency: config.governance.reservedConcurrency,
    provisioned_concurrency: config.governance.provisionedConcurrency,
    deployment: config.delivery === null ? 'terraform' : 'code-deploy',
    callers: { orbit: names(prefix).role('orbit'), smoke: names(prefix).role('smoke') },
    caller_role_arns: [roles.text('orbit_role_arn'), roles.text('smoke_role_arn')],
    signing_profile_arn: config.governance.signingProfileArn,
    tracing: config.tracing.to === 'xray',
    deletion_protection: isCritical(config),
    ...inVpc,
  });
  const vault = secrets.call(scope, {
    name_prefix: prefix,
    orbit_key_arn: keys.text('orbit_key_arn'),
    axon_key_arn: keys.text('axon_key_arn'),
    environment_key_arn: keys.text('governance_key_arn'),
    rotation_role_arn: roles.text('secrets_rotation_role_arn'),
    rotation_package: release.rotation_package,
    rotation_log_group_name: watch.text('rotation_log_group_name'),
    // The first rotation makes the first value.
    rotate_immediately: true,
    administrator_role_arns: administratorsOf(account, { config, prefix }),
    recovery_window_days: isCritical(config) ? 30 : 0,
    dead_letter_queue_arn: decider.text('dead_letter_queue_arn'),
    ...inVpc,
  });
  smoke.call(scope, {
    name_prefix: prefix,
    role_arn: roles.text('smoke_role_arn'),
    key_arn: keys.text('governance_key_arn'),
    package_path: release.smoke_package,
    log_group_name: watch.text('smoke_log_group_name'),
    governance_function: decider.text('function_name'),
    load_balancer_dns_name: balancer.text('load_balancer_dns_name'),
    axon_behind_load_balancer: config.mesh !== 'service-connect',
    server_name: config.smoke.serverName,
    subnet_ids: net.list('private_subnet_ids'),
    security_group_ids: [net.text('functions_security_group_id')],
    recovery_window_days: isCritical(config) ? 30 : 0,
  });
  const cluster = ecs.call(scope, {
    name_prefix: prefix,
    gpu: config.capacity.gpu,
    gpu_subnet_ids: net.list('axon_runtime_subnet_ids'),
    gpu_security_group_ids: [net.text('axon_security_group_id')],
  });
  return { decider, vault, cluster };
}
