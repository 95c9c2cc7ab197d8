// Orbit's two hops, timed, and what was not answered counted.
// Next: services/orbit/traced-calls.ts, which records the same hops as spans.
import { type Metrics } from '../../observability/emf.ts';
import { timed } from '../shared/request-metrics.ts';
import { type AxonClient } from './axon-client.ts';
import { type GovernanceClient } from './governance-client.ts';

/** A client of Governance that records how long each answer took. */
export function measureGovernance(askGovernance: GovernanceClient, metrics: Metrics): GovernanceClient {
  return async function askMeasured(request, limits) {
    const decision = await timed(metrics, 'governLatency', () => askGovernance(request, limits));
    metrics.record('unansweredQuestions', decision.reason === 'governance_unavailable' ? 1 : 0);
    return decision;
  };
}

/** A client of Axon that records how long the head of each answer took. */
export function measureAxon(callAxon: AxonClient, metrics: Metrics): AxonClient {
  return (call) => timed(metrics, 'actLatency', () => callAxon(call));
}
