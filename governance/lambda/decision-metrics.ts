// What of a decision is counted and timed.
// Next: observability/signals.ts, where each of these metrics is declared.
import { type Metrics } from '../../observability/emf.ts';
import { type Decision, type Reason } from '../contract.ts';

const failures: ReadonlySet<Reason> = new Set<Reason>([
  'policy_unavailable',
  'policy_invalid',
  'policy_signature_invalid',
  'policy_stale',
  'policy_expired',
  'evaluation_error',
  'governance_unavailable',
]);

/**
 * Records a decision and writes the metrics of its invocation, since Lambda stops the process behind it.
 * INVARIANT: a tenant is named only if it has a policy; nobody makes series by asking for names.
 */
export function recordDecision(
  metrics: Metrics,
  { allowed, reason, decisionMicros, policy, platform }: Decision,
): void {
  metrics.record('permits', allowed ? 1 : 0);
  metrics.record('denials', allowed ? 0 : 1);
  metrics.record('failedDecisions', failures.has(reason) ? 1 : 0);
  metrics.record('identityMismatches', reason === 'identity_mismatch' ? 1 : 0);
  metrics.record('decisionLatency', decisionMicros / 1000);
  metrics.record('decisions', 1, reason);
  if (policy) {
    metrics.record('tenantDecisions', 1, policy.tenant);
    metrics.record('tenantDenials', allowed ? 0 : 1, policy.tenant);
    metrics.record('policyRevision', policy.revision, policy.tenant);
  }
  if (platform) metrics.record('policyRevision', platform.revision, platform.tenant);
  metrics.flush();
}
