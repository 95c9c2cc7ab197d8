// Refuses a workload that the internet can reach: a public address, a public subnet, a load balancer that is not internal.
// Next: stacks/environment-stack.ts, which is judged by the same guards as the modules.
import { type TerraformConfiguration } from '../terraform-json.ts';
import { isSet, nested, resources } from './blocks.ts';

/** Finds workloads in public. */
export function privateWorkloads(configuration: TerraformConfiguration): string[] {
  const addresses = resources(configuration, 'aws_ecs_service')
    .filter(({ block }) => nested(block, 'network_configuration').some((network) => isSet(network['assign_public_ip'])))
    .map(({ address }) => `${address}: got assign_public_ip, expected a private address`);
  const instances = resources(configuration, 'aws_instance', 'aws_launch_template')
    .filter(
      ({ block }) =>
        isSet(block['associate_public_ip_address']) ||
        nested(block, 'network_interfaces').some(
          (network) =>
            isSet(network['associate_public_ip_address']) && network['associate_public_ip_address'] !== 'false',
        ),
    )
    .map(({ address }) => `${address}: got a public address, expected a private one`);
  const balancers = resources(configuration, 'aws_lb')
    .filter(({ block }) => block['internal'] !== true)
    .map(({ address }) => `${address}: got a load balancer that is not internal, expected internal`);
  const subnets = resources(configuration, 'aws_subnet')
    .filter(({ block }) => isSet(block['map_public_ip_on_launch']))
    .map(({ address }) => `${address}: got map_public_ip_on_launch, expected none`);
  const placed = resources(
    configuration,
    'aws_ecs_service',
    'aws_lambda_function',
    'aws_lb',
    'aws_instance',
    'aws_autoscaling_group',
  )
    .filter(({ block }) => /aws_subnet\.public|public_subnet/.test(JSON.stringify(block)))
    .map(({ address }) => `${address}: got a public subnet, expected a private one`);
  const calls = Object.entries(configuration.module ?? {})
    .filter(([, block]) => JSON.stringify(block).includes('public_subnet_ids'))
    .map(
      ([name]) =>
        `module.${name}: got public_subnet_ids, expected private subnets: no module places anything in public`,
    );
  return [...addresses, ...instances, ...balancers, ...subnets, ...placed, ...calls];
}
