// What watches the account, its costs and its tenants.
// Next: stacks/modules/security.ts.
import { type Construct } from 'constructs';
import { cost } from '../modules/cost.ts';
import { security } from '../modules/security.ts';
import { tenancy } from '../modules/tenancy.ts';
import { type CallContext, isCritical } from './context.ts';
import { type Foundation } from './foundation.ts';
import { type Doors } from './programs.ts';

/** Calls the watchers. */
export function callWatchers(
  scope: Construct,
  { config, prefix }: CallContext,
  { keys, watch }: Foundation & Doors,
): void {
  security.call(scope, {
    name_prefix: prefix,
    audit_key_arn: keys.text('audit_key_arn'),
    cloud_trail: config.security.cloudTrail,
    guard_duty: config.security.guardDuty,
    security_hub: config.security.securityHub,
    config: config.security.config,
    access_analyzer: config.security.accessAnalyzer,
    public_access_block: config.security.publicAccessBlock,
    force_destroy_logs: !isCritical(config),
  });
  cost.call(scope, {
    name_prefix: prefix,
    environment: config.environment,
    monthly_limit_usd: config.budget.monthlyUsd,
    anomaly_usd: config.budget.anomalyUsd,
    anomaly_monitor: config.budget.anomalyMonitor,
    alerts_topic_arn: watch.text('alerts_topic_arn'),
    logs_key_arn: keys.text('logs_key_arn'),
    force_destroy_archive: !isCritical(config),
  });
  tenancy.call(scope, {
    name_prefix: prefix,
    key_arn: keys.text('governance_key_arn'),
    tenants: Object.fromEntries(
      config.tenants.map(({ name, costCenter, isolation, decisionsPerMinute }) => [
        name,
        { cost_center: costCenter, isolation, decisions_per_minute: decisionsPerMinute },
      ]),
    ),
  });
}
