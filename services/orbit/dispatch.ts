// The governed flow on one screen: think, govern, act.
// Next: governance/contract.ts, what Governance is asked; services/orbit/answer.ts, what becomes of Axon's answer.
import { type Dispatcher } from 'undici';
import { type Decision, GrantClaims, Obligation, type DecisionRequest } from '../../governance/contract.ts';
import { readToken, sha256Base64url } from '../../governance/token.ts';
import { type Correlation } from '../shared/correlation.ts';
import { type Deadline } from '../shared/deadline.ts';
import { ServiceError } from '../shared/errors.ts';
import { type Caller } from './authenticate.ts';
import { type AxonClient } from './axon-client.ts';
import { type DispatchRequest } from './contract.ts';
import { type GovernanceClient } from './governance-client.ts';
import { type ProofKey } from './proof-key.ts';
import { prepareCall, type PreparedCall } from './routes.ts';

/** What a dispatch acts through. */
export interface DispatchServices {
  readonly askGovernance: GovernanceClient;
  readonly callAxon: AxonClient;
  readonly proofKey: ProofKey;
  /** Orbit's own name at Governance; its alias there says the same. */
  readonly service: string;
}

/** For whom, and how, a dispatch runs. */
export interface DispatchScope {
  readonly caller: Caller;
  readonly correlation: Correlation;
  readonly deadline: Deadline;
  readonly streamed: boolean;
}

/** A deny, or Axon's answer under a permit. */
export type DispatchOutcome =
  | { readonly kind: 'denied'; readonly decision: Decision }
  | {
      readonly kind: 'answered';
      readonly decision: Decision;
      readonly call: PreparedCall;
      readonly response: Dispatcher.ResponseData;
    };

/**
 * Dispatches one request of an authenticated caller.
 *
 * @throws ServiceError for a request that does not fit, a deadline that passed, or an Axon that did not answer
 */
export async function dispatch(
  services: DispatchServices,
  request: DispatchRequest,
  scope: DispatchScope,
): Promise<DispatchOutcome> {
  const { askGovernance, callAxon, proofKey, service } = services;
  const { caller, correlation, deadline, streamed } = scope;
  const { signal } = deadline;

  // Think: what exactly would be done?
  const call = prepareCall(request, streamed);
  const bodySha256 = call && sha256Base64url(call.body);
  const binding =
    call && bodySha256 ? { method: call.method, path: call.path, bodySha256, jkt: proofKey.jkt } : undefined;
  const asked: DecisionRequest = {
    service,
    intent: request.intent,
    ...caller,
    context: call?.context ?? request.context,
    correlationId: correlation.correlationId,
    ...(binding ? { binding } : {}),
  };

  // Govern: may it be done?
  const decision = await askGovernance(asked, { signal, remainingMs: deadline.remainingMs(), correlation });
  if (!decision.allowed) return { kind: 'denied', decision };
  if (!call || !binding)
    throw new ServiceError(
      'unprocessable',
      `got intent ${request.intent}, which policy permits but orbit has no route for`,
    );
  const { grant, certificate } = grantFor(decision, asked);

  // Act: exactly that, once, in time.
  signal.throwIfAborted();
  const proof = proofKey.prove({ ...binding, grant });
  const accept = streamed ? 'text/event-stream' : 'application/json';
  const response = await callAxon({
    call,
    grant,
    certificate,
    proof,
    tenant: caller.tenant,
    correlation,
    accept,
    signal,
    remainingMs: deadline.remainingMs(),
  });
  return { kind: 'answered', decision, call, response };
}

/**
 * The grant of a permit, if it is for what was asked: a mix-up anywhere before this point ends here. The signature is
 * Axon's to check. `limit` and `redact` are carried out by Axon from the signed grant, since the grant's body hash
 * binds the body as it was asked about; an obligation unknown here is refused all the same.
 */
function grantFor(
  { grant, certificate, obligations }: Decision,
  asked: DecisionRequest,
): { grant: string; certificate: string } {
  const claims = GrantClaims.safeParse(grant && readToken(grant, { typ: 'govern-grant+jwt', alg: 'EdDSA' })?.claims);
  if (grant === undefined || certificate === undefined || !claims.success)
    throw new ServiceError('upstream_failed', 'got a permit without a readable grant');
  const { sub, tnt, int, htm, htu, bsh, cnf, obl } = claims.data;
  const { binding } = asked;
  const fits =
    sub === asked.service &&
    tnt === asked.tenant &&
    int === asked.intent &&
    htm === binding?.method &&
    htu === binding.path &&
    bsh === binding.bodySha256 &&
    cnf.jkt === binding.jkt;
  if (!fits) throw new ServiceError('upstream_failed', 'got a grant for another request than was asked about');
  if (obl.length !== obligations.length || !obl.every((obligation) => Obligation.safeParse(obligation).success)) {
    throw new ServiceError(
      'forbidden',
      'got an obligation that is not known here, expected limit, redact, single_use or log',
    );
  }
  return { grant, certificate };
}
