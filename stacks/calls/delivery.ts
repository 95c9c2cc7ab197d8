// Workflows and deployments, where the environment has a repository.
// Next: stacks/calls/watchers.ts.
import { type Construct } from 'constructs';
import { cicd } from '../modules/cicd.ts';
import { type services } from '../naming.ts';
import { type CallContext, deploysBlueGreen } from './context.ts';
import { type Foundation } from './foundation.ts';
import { type Doors, type Programs } from './programs.ts';
import { type callServices } from './services.ts';

/** The call of delivery; undefined where the environment has no repository. */
export type Delivery = ReturnType<typeof callDelivery>;

/** Calls the module of delivery. */
export function callDelivery(
  scope: Construct,
  { config, prefix }: CallContext,
  calls: Foundation & Doors & Programs & ReturnType<typeof callServices>,
): ReturnType<typeof cicd.call> | undefined {
  if (config.delivery === null) return undefined;
  const { keys, roles, balancer, watch, cluster } = calls;
  const perService = (output: (service: (typeof services)[number]) => string) => ({
    orbit: output('orbit'),
    axon: output('axon'),
  });
  return cicd.call(scope, {
    name_prefix: prefix,
    repository: config.delivery.repository,
    github_environment: config.environment,
    create_oidc_provider: config.delivery.createOidcProvider,
    state_bucket: config.state?.bucket ?? null,
    state_key_arn: config.state?.kmsKeyArn ?? null,
    policy_publisher_key_arn: keys.text('policy_publisher_key_arn'),
    governance_key_arn: keys.text('governance_key_arn'),
    codedeploy_role_arn: roles.text('codedeploy_role_arn'),
    blue_green: deploysBlueGreen(config),
    cluster_name: cluster.text('cluster_name'),
    production_listener_arns: perService((service) => balancer.text(`${service}_listener_arn`)),
    test_listener_arns: perService((service) => balancer.text(`${service}_test_listener_arn`)),
    blue_target_group_names: perService((service) => balancer.text(`${service}_blue_target_group_name`)),
    green_target_group_names: perService((service) => balancer.text(`${service}_green_target_group_name`)),
    service_names: perService((service) => calls[service].text('service_name')),
    alarm_names: watch.list('rollback_alarm_names'),
  });
}
