// Carries out what the grant demands of the call before anything reads it: caps and redactions.
// Next: services/axon/reason.ts, which sees only what is left.
import * as z from 'zod/mini';
import { type GrantClaims, Obligation } from '../../governance/contract.ts';
import { type ReasonRequest } from './contract.ts';
import { type Refusal } from './verify.ts';

/** The obligations of a grant, or the refusal when one is not known here. */
export type ObligationReading = { readonly ok: true; readonly obligations: readonly Obligation[] } | Refusal;

/** Reads the obligations of an accepted grant. INVARIANT: one that this enforcer does not know is a deny. */
export function readObligations({ obl }: Pick<GrantClaims, 'obl'>): ObligationReading {
  const obligations: Obligation[] = [];
  for (const claimed of obl) {
    const parsed = z.safeParse(Obligation, claimed);
    if (!parsed.success)
      return {
        ok: false,
        code: 'obligation_unknown',
        detail: `got obligation ${claimed.type.slice(0, 64)}, expected limit, redact, single_use or log`,
      };
    obligations.push(parsed.data);
  }
  return { ok: true, obligations };
}

/** The call as it may be carried out, or the refusal when an obligation cannot be met. */
export type ObligedRequest = { readonly ok: true; readonly request: ReasonRequest } | Refusal;

/**
 * Applies `limit` and `redact`. A numeric field that is missing is set to its cap, since what the model would use
 * instead is not known.
 */
export function applyObligations(request: ReasonRequest, obligations: readonly Obligation[]): ObligedRequest {
  const obliged: ReasonRequest = { ...request };
  for (const obligation of obligations) {
    if (obligation.type === 'limit') {
      const { field, max } = obligation;
      if (field !== 'maxTokens' && field !== 'temperature') return unenforceable(`limit of ${field}`);
      if (field === 'maxTokens' && max < 1) return unenforceable('limit of maxTokens below 1');
      obliged[field] = Math.min(obliged[field] ?? max, max);
      if (field === 'maxTokens') obliged.maxTokens = Math.floor(obliged.maxTokens);
    }
    if (obligation.type === 'redact') {
      for (const field of obligation.fields) {
        if (field === 'prompt' || field === 'maxTokens')
          return unenforceable(`redaction of ${field}, without which there is no call`);
        if (field === 'system' || field === 'temperature' || field === 'model') delete obliged[field];
      }
    }
  }
  return { ok: true, request: obliged };
}

function unenforceable(what: string): Refusal {
  return { ok: false, code: 'obligation_unenforceable', detail: `got an obligation that cannot be met here: ${what}` };
}
