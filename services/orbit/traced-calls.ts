// Orbit's two hops as spans, whose place in the trace goes along with each call.
// Next: governance-client.ts and axon-client.ts, which carry it.
import { type Tracing } from '../shared/tracing.ts';
import { type AxonClient } from './axon-client.ts';
import { type GovernanceClient } from './governance-client.ts';

/** A client of Governance that records each question with its answer. */
export function traceGovernance(askGovernance: GovernanceClient, tracing: Tracing): GovernanceClient {
  return async function askTraced(request, limits) {
    const call = tracing.startCall('govern', limits.correlation, { 'rpc.system': 'aws-api', 'rpc.method': 'Invoke' });
    const decision = await askGovernance(request, { ...limits, correlation: call.correlation });
    const { reason, decisionId, decisionMicros } = decision;
    call.end(
      {
        'agent_runtime.reason': reason,
        'agent_runtime.decisionId': decisionId,
        'agent_runtime.decisionMicros': decisionMicros,
      },
      reason === 'governance_unavailable' ? reason : undefined,
    );
    return decision;
  };
}

/** A client of Axon that records each call up to the head of its answer. */
export function traceAxon(callAxon: AxonClient, tracing: Tracing): AxonClient {
  return async function callTraced(call) {
    const { method, path } = call.call;
    const span = tracing.startCall('act', call.correlation, { 'http.request.method': method, 'url.path': path });
    try {
      const answer = await callAxon({ ...call, correlation: span.correlation });
      span.end(
        { 'http.response.status_code': answer.statusCode },
        answer.statusCode >= 500 ? String(answer.statusCode) : undefined,
      );
      return answer;
    } catch (error) {
      span.end({}, error instanceof Error ? error.name : 'error');
      throw error;
    }
  };
}
