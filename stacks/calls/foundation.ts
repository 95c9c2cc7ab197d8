// Keys, network, roles and repositories: what everything else stands on.
// Next: stacks/calls/programs.ts.
import { type Construct } from 'constructs';
import { type AwsAccount } from '../constructs/aws-account.ts';
import { ecr } from '../modules/ecr.ts';
import { iam } from '../modules/iam.ts';
import { kms } from '../modules/kms.ts';
import { networking } from '../modules/networking.ts';
import { administratorsOf, type CallContext, isCritical } from './context.ts';

/** Calls that others refer to. */
export type Foundation = ReturnType<typeof callFoundation>;

/** Keys, network, roles, repositories. */
export function callFoundation(scope: Construct, account: AwsAccount, { config, prefix }: CallContext) {
  const { network, region } = config;
  const keys = kms.call(scope, {
    name_prefix: prefix,
    administrator_role_arns: administratorsOf(account, { config, prefix }),
    deletion_window_days: isCritical(config) ? 30 : 7,
  });
  const net = networking.call(scope, {
    name_prefix: prefix,
    cidr: network.cidr,
    availability_zones: network.availabilityZones.map((zone) => `${region}${zone}`),
    nat: network.nat,
    optional_endpoints: network.endpoints,
    caller_cidrs: network.callerCidrs,
    token_issuer_cidrs: network.tokenIssuerCidrs,
    mesh: config.mesh,
    logs_key_arn: keys.text('logs_key_arn'),
    log_retention_days: config.logRetentionDays,
  });
  const roles = iam.call(scope, {
    name_prefix: prefix,
    orbit_key_arn: keys.text('orbit_key_arn'),
    axon_key_arn: keys.text('axon_key_arn'),
    governance_key_arn: keys.text('governance_key_arn'),
    policy_publisher_key_arn: keys.text('policy_publisher_key_arn'),
    governance_signing_key_arn: keys.text('governance_signing_key_arn'),
    model_arns: [`arn:${account.partition}:bedrock:${region}::foundation-model/${config.reasoner.model}`],
    tracing: config.tracing.to === 'xray',
    functions_in_vpc: config.governance.inVpc,
  });
  const images = ecr.call(scope, {
    name_prefix: prefix,
    orbit_key_arn: keys.text('orbit_key_arn'),
    axon_key_arn: keys.text('axon_key_arn'),
    force_delete: !isCritical(config),
  });
  return { keys, net, roles, images };
}
