// Every dashboard, in the order in which somebody on call looks at them.
// Next: observability/dashboards/service-health.ts.
import { type Dashboard } from '../dashboard.ts';
import { errorRates } from './error-rates.ts';
import { governanceDecisions } from './governance-decisions.ts';
import { latency } from './latency.ts';
import { resourceUse } from './resource-use.ts';
import { serviceHealth } from './service-health.ts';
import { tenants } from './tenants.ts';

/** The dashboards. */
export const dashboards: readonly Dashboard[] = [
  serviceHealth,
  latency,
  errorRates,
  resourceUse,
  governanceDecisions,
  tenants,
];
