// What of a decision goes on record: all of it but the tokens, and nothing a policy wants redacted.
// Next: governance/lambda/audit.ts, which chains the record.
import { type Decision, type DecisionRequest } from '../contract.ts';

/**
 * The fields of an audit record. `tenant`, `decisionId` and `reason` stand at the top, as in every log line.
 *
 * @param decision - the decision as answered
 * @param request - the request it answers, null when that could not be read
 * @param identity - who AWS says invoked, null when nobody in particular
 * @param traceId - the W3C trace it belongs to, null when the invoker named none
 */
export function auditFields(
  decision: Decision,
  request: DecisionRequest | null,
  identity: string | null,
  traceId: string | null = null,
): Record<string, unknown> {
  // No token, secret or body is ever written: grant and certificate stay out.
  const { grant, certificate, ...recorded } = decision;
  return {
    ...recorded,
    granted: grant !== undefined && certificate !== undefined,
    identity,
    tenant: request?.tenant ?? null,
    correlationId: request?.correlationId ?? null,
    traceId,
    request: request && {
      service: request.service,
      intent: request.intent,
      tenant: request.tenant,
      subject: request.subject ?? null,
      resource: request.resource ?? null,
      context: withoutRedacted(request.context, decision),
      dryRun: request.binding === undefined,
    },
    ...extraFields(decision),
  };
}

function withoutRedacted(context: DecisionRequest['context'], { obligations }: Decision): DecisionRequest['context'] {
  const redacted = new Set(
    obligations.flatMap((obligation) => (obligation.type === 'redact' ? obligation.fields : [])),
  );
  return Object.fromEntries(Object.entries(context).filter(([key]) => !redacted.has(key)));
}

/** `log` obligations add fields under `log`, where they cannot take the place of a recorded one. */
function extraFields({ obligations }: Decision): Record<string, unknown> {
  const fields = obligations.flatMap((obligation) =>
    obligation.type === 'log' ? Object.entries(obligation.fields) : [],
  );
  return fields.length > 0 ? { log: Object.fromEntries(fields) } : {};
}
