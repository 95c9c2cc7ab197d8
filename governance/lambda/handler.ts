// Governance: validates, identifies, decides, charges quotas, signs the grant and records it, in that order.
// Next: governance/policy/decide.ts, the decision itself; services/axon/verify.ts, which checks what is signed here.
import { v7 as uuidv7 } from 'uuid';
import { type Metrics } from '../../observability/emf.ts';
import { type Decision, type DecisionRequest, type Reason } from '../contract.ts';
import { type CompiledPolicy } from '../policy/compile.ts';
import { decide, type Verdict } from '../policy/decide.ts';
import { type AuditTrail } from './audit.ts';
import { auditFields } from './audit-fields.ts';
import { monotonicMs } from './clock.ts';
import { recordDecision } from './decision-metrics.ts';
import { type GrantIssuer } from './grant.ts';
import { chargesFor, type QuotaStore } from './quota.ts';
import { readRequest } from './request.ts';
import { traceIdOf } from './trace-id.ts';
import { type PolicyStore, type StoreReport } from './store.ts';

/** What the handler acts through. `nowMs` is epoch milliseconds. */
export interface GovernanceRuntime {
  readonly store: PolicyStore;
  readonly quotas: QuotaStore;
  readonly grants: GrantIssuer;
  readonly audit: AuditTrail;
  readonly report: StoreReport;
  /** @defaultValue none are written */
  readonly metrics?: Metrics | undefined;
  readonly nowMs?: () => number;
}

/** The part of Lambda's context that identifies the caller (https://docs.aws.amazon.com/lambda/latest/dg/nodejs-context.html). */
export interface InvocationContext {
  readonly invokedFunctionArn: string;
  /** As the invoker sent it, unchecked: no decision depends on it. */
  readonly clientContext?: unknown;
}

/** A decision as far as it has come. Denied until the end of the handler says otherwise. */
interface Draft extends Omit<Decision, 'issuedAt' | 'decisionId' | 'decisionMicros' | 'allowed'> {}

/**
 * Makes the Lambda handler. It never throws at its caller: whatever fails is a deny with its reason.
 *
 * @returns the handler; it answers a `Decision`
 */
export function createHandler(
  runtime: GovernanceRuntime,
): (event: unknown, context: InvocationContext) => Promise<Decision> {
  const { audit, report, metrics, nowMs = Date.now } = runtime;

  return async function govern(event, context) {
    const decision = await decideOnRecord(event, context);
    if (metrics) recordDecision(metrics, decision);
    return decision;
  };

  async function decideOnRecord(
    event: unknown,
    { invokedFunctionArn, clientContext }: InvocationContext,
  ): Promise<Decision> {
    const startedAt = monotonicMs();
    const issuedMs = nowMs();
    const decisionId = uuidv7();
    const identity = callerIdentity(invokedFunctionArn);
    const parsed = readRequest(event);
    const draft = parsed.ok
      ? await settle(parsed.request, identity, decisionId, issuedMs)
      : denied('request_invalid', { detail: parsed.detail });
    const decision = finish(draft);
    try {
      audit.append(auditFields(decision, parsed.ok ? parsed.request : null, identity, traceIdOf(clientContext)));
      return decision;
    } catch (error) {
      // INVARIANT: a decision that is not on record permits nothing.
      report('warn', 'audit record could not be written', { decisionId, cause: String(error) });
      return finish(denied('governance_unavailable', { detail: 'the decision could not be recorded' }));
    }

    function finish(fields: Draft): Decision {
      const decisionMicros = Math.round((monotonicMs() - startedAt) * 1000);
      return {
        ...fields,
        allowed: fields.reason === 'permitted',
        decisionId,
        issuedAt: new Date(issuedMs).toISOString(),
        decisionMicros,
      };
    }
  }

  async function settle(
    request: DecisionRequest,
    identity: string | null,
    decisionId: string,
    issuedMs: number,
  ): Promise<Draft> {
    try {
      return await decideAndSign(runtime, request, identity, decisionId, issuedMs);
    } catch (error) {
      report('warn', 'decision failed', {
        decisionId,
        cause: error instanceof Error ? (error.stack ?? error.message) : String(error),
      });
      return denied('evaluation_error', { detail: 'the decision could not be evaluated' });
    }
  }
}

async function decideAndSign(
  runtime: GovernanceRuntime,
  request: DecisionRequest,
  identity: string | null,
  decisionId: string,
  issuedMs: number,
): Promise<Draft> {
  const { store, quotas, grants, report, metrics } = runtime;
  const stranger = identityProblem(request, identity);
  if (stranger !== undefined) return denied('identity_mismatch', { detail: stranger });

  const found = await store.lookup(request.tenant, issuedMs);
  if (!found.ok) return denied(found.reason, { detail: found.detail });
  metrics?.record('policyAge', (issuedMs - found.confirmedMs) / 1000);
  const policies = {
    policy: referenceTo(found.policy),
    ...(found.platform ? { platform: referenceTo(found.platform) } : {}),
  };

  const verdict = decide(found.policy, found.platform, request, issuedMs);
  const { rule, shadow, detail } = verdict;
  const common = { ...policies, rule, shadow: [...shadow], ...(detail === undefined ? {} : { detail }) };
  if (verdict.reason !== 'permitted') return denied(verdict.reason, common);
  const { binding } = request;
  const obligations = [...verdict.obligations];
  if (!binding) return { ...common, reason: 'permitted', obligations };

  const target = targetOf(verdict, binding.path);
  if (!target)
    return denied('request_invalid', {
      ...common,
      detail: `binding.path: got ${binding.path}, expected the path of ${verdict.resource}`,
    });
  try {
    const charged = await quotas.consume(chargesFor(verdict.quotas, request), issuedMs);
    if (!charged.ok) return denied('quota_exceeded', { ...common, quota: charged.exceeded });
    const { grant, certificate, expiresMs, certificateAgeSeconds } = await grants.issue({
      aud: target.audience,
      sub: request.service,
      tnt: request.tenant,
      int: request.intent,
      htm: binding.method,
      htu: binding.path,
      bsh: binding.bodySha256,
      cnf: { jkt: binding.jkt },
      did: decisionId,
      pol: { revision: found.policy.revision, digest: found.policy.digest },
      obl: obligations,
    });
    metrics?.record('certificateAge', certificateAgeSeconds);
    const quota = charged.tightest ? { quota: charged.tightest } : {};
    return {
      ...common,
      ...quota,
      reason: 'permitted',
      obligations,
      grant,
      certificate,
      expiresAt: new Date(expiresMs).toISOString(),
    };
  } catch (error) {
    report('warn', 'quota or grant could not be had', { decisionId, cause: String(error) });
    return denied('governance_unavailable', { ...common, detail: 'a quota or the signing key could not be reached' });
  }
}

function denied(reason: Exclude<Reason, 'permitted'>, fields: Partial<Draft> = {}): Draft {
  return { rule: null, policy: null, shadow: [], ...fields, obligations: [], reason };
}

/**
 * Who invoked, as IAM let them: the alias of the ARN is the calling service's name. Null for the plain function, a
 * version number, and the alias `live`, which carry no identity.
 */
export function callerIdentity(invokedFunctionArn: string): string | null {
  const [, , service, , , , , qualifier] = invokedFunctionArn.split(':');
  if (
    service !== 'lambda' ||
    qualifier === undefined ||
    qualifier === 'live' ||
    !/^[a-z][a-z0-9-]{0,62}$/.test(qualifier)
  )
    return null;
  return qualifier;
}

/** What speaks against the caller being the service it names; without identity only a dry run is let through. */
function identityProblem({ service, binding }: DecisionRequest, identity: string | null): string | undefined {
  if (identity === null)
    return binding
      ? 'binding: got one from a caller without identity, expected an invocation by the alias of a service'
      : undefined;
  return identity === service ? undefined : `service: got ${service}, expected ${identity}, the alias that was invoked`;
}

function referenceTo({ tenant, revision, digest }: CompiledPolicy): {
  tenant: string;
  revision: number;
  digest: string;
} {
  return { tenant, revision, digest };
}

/** A resource `axon:/reason` is the path `/reason` of the audience `axon`; a grant for another path is never signed. */
function targetOf({ resource }: Verdict, path: string): { audience: string } | null {
  const separator = resource?.indexOf(':') ?? -1;
  if (resource === null || separator === -1 || resource.slice(separator + 1) !== path) return null;
  return { audience: resource.slice(0, separator) };
}
