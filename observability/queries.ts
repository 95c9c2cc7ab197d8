// Questions that are asked of the logs again and again, in CloudWatch Logs Insights' words.
// Next: observability/alarm.ts.
import { type LogSource } from './signals.ts';

/** A saved query. */
export interface LogQuery {
  readonly name: string;
  readonly sources: readonly LogSource[];
  readonly query: string;
}

const paste = '"paste it here"';

/** The queries (https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html). */
export const queries: readonly LogQuery[] = [
  {
    name: 'denials-by-rule',
    sources: ['governance'],
    query: 'filter allowed = 0 | stats count(*) as denials by reason, rule, tenant | sort denials desc',
  },
  {
    name: 'denials-of-a-tenant',
    sources: ['governance'],
    query: `filter allowed = 0 and tenant = ${paste} | stats count(*) as denials by reason, rule, request.intent | sort denials desc`,
  },
  {
    name: 'one-request',
    sources: ['orbit', 'axon', 'governance'],
    query: `filter correlationId = ${paste} | sort @timestamp asc | display @timestamp, service, message, reason, refusal, status`,
  },
  {
    name: 'one-decision',
    sources: ['orbit', 'axon', 'governance'],
    query: `filter decisionId = ${paste} | sort @timestamp asc | display @timestamp, service, message, tenant, reason, rule, refusal, status, durationMs`,
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
  {
    name: 'slowest-requests',
    sources: ['orbit', 'axon'],
    query:
      'filter message = "request" | sort durationMs desc | limit 25 | display @timestamp, service, route, status, durationMs, tenant, correlationId',
  },
  {
    name: 'slowest-decisions',
    sources: ['governance'],
    query:
      'filter message = "decision" | sort decisionMicros desc | limit 25 | display @timestamp, decisionMicros, tenant, reason, decisionId',
  },
  {
    name: 'audit-chains',
    sources: ['governance'],
    // A chain without a gap has as many records as its last number says, once the whole of it is asked for.
    query:
      'filter ispresent(chain) | stats count(*) as records, min(seq) as first, max(seq) as last by chain | sort records desc',
  },
  {
    name: 'policies-loaded',
    sources: ['governance'],
    query:
      'filter message = "policy loaded" | sort @timestamp desc | limit 100 | display @timestamp, policyTenant, revision, rules, digest',
  },
  {
    name: 'revisions-that-decide',
    sources: ['governance'],
    query:
      'filter message = "decision" and ispresent(policy.tenant) | stats count(*) as decisions by policy.tenant, policy.revision, policy.digest | sort decisions desc',
  },
  {
    name: 'quotas',
    sources: ['governance'],
    query:
      'filter ispresent(quota.id) | stats count(*) as charged, min(quota.remaining) as left by quota.id | sort charged desc',
  },
  {
    name: 'errors-by-type',
    sources: ['orbit', 'axon'],
    query:
      'filter level = "error" or level = "fatal" | stats count(*) as errors by service, message | sort errors desc',
  },
];
