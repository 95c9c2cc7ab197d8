// Questions that are asked of the logs again and again, in CloudWatch Logs Insights' words.
// Next: observability/alarm.ts.
import { type LogSource } from './signals.ts';

/** A saved query. */
export interface LogQuery {
  readonly name: string;
  readonly sources: readonly LogSource[];
  readonly query: string;
}

/** The queries. */
export const queries: readonly LogQuery[] = [
  {
    name: 'denials-by-rule',
    sources: ['governance'],
    query: 'filter allowed = 0 | stats count(*) as denials by reason, rule, tenant | sort denials desc',
  },
  {
    name: 'one-request',
    sources: ['orbit', 'axon', 'governance'],
    query:
      'filter correlationId = "paste it here" | sort @timestamp asc | display @timestamp, service, message, reason',
  },
  {
    name: 'calls-through-the-mesh',
    sources: ['mesh'],
    query:
      'stats count(*) as calls by callerPrincipal, requestMethod, requestPath, responseCode, authDeniedReason | sort calls desc',
  },
  {
    name: 'refusals-by-code',
    sources: ['axon'],
    query: 'filter ispresent(refusal) | stats count(*) as refusals by refusal | sort refusals desc',
  },
];
