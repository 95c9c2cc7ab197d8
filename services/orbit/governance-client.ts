// Asks Governance: one signed Lambda invocation per decision, and a deny for every way it can fail.
// Next: governance/contract.ts, the shapes; governance/lambda/handler.ts, which answers.
import { bulkhead, circuitBreaker, ConsecutiveBreaker, handleAll, wrap } from 'cockatiel';
import { type Dispatcher, request as httpRequest } from 'undici';
import { Decision, type DecisionRequest } from '../../governance/contract.ts';
import { awsEndpoint, type CredentialSource, signRequest } from '../shared/aws.ts';
import { type Correlation } from '../shared/correlation.ts';
import { type Logger } from '../shared/log.ts';
import { readBounded } from '../shared/read-bounded.ts';
import { v7 as uuidv7 } from 'uuid';

/** Asks for a decision. Never throws: no answer is a deny with `governance_unavailable`. */
export type GovernanceClient = (
  request: DecisionRequest,
  limits: { readonly signal: AbortSignal; readonly remainingMs: number; readonly correlation: Correlation },
) => Promise<Decision>;

/** Where Governance is and who asks. */
export interface GovernanceClientOptions {
  readonly functionName: string;
  readonly alias: string;
  readonly region: string;
  readonly endpoint?: string | undefined;
  readonly credentials: CredentialSource;
  readonly timeoutMs: number;
  /** Whether Lambda's own segments join the trace in X-Ray. @defaultValue false */
  readonly joinsXray?: boolean;
  readonly dispatcher: Dispatcher;
  readonly log: Pick<Logger, 'warn'>;
}

const answerMaxBytes = 131_072;
const breakAfterFailures = 10;
const halfOpenAfterMs = 1000;
const concurrentMost = 512;

/**
 * A client over Lambda `Invoke` (https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html). It never repeats a
 * call: a decision charges quotas. After ten failures in a row it denies at once for a second.
 */
export function createGovernanceClient(options: GovernanceClientOptions): GovernanceClient {
  const { functionName, alias, region, credentials, timeoutMs, joinsXray = false, dispatcher, log } = options;
  const endpoint = awsEndpoint({ service: 'lambda', region, endpoint: options.endpoint }).replace(/\/$/, '');
  const url = `${endpoint}/2015-03-31/functions/${encodeURIComponent(functionName)}/invocations?Qualifier=${alias}`;
  const breaker = circuitBreaker(handleAll, {
    halfOpenAfter: halfOpenAfterMs,
    breaker: new ConsecutiveBreaker(breakAfterFailures),
  });
  const policy = wrap(bulkhead(concurrentMost), breaker);

  return async function askGovernance(request, { signal, remainingMs, correlation }) {
    try {
      const limitMs = Math.max(1, Math.min(timeoutMs, remainingMs));
      return await policy.execute(() => invoke(request, correlation, signal, limitMs));
    } catch (error) {
      log.warn({ err: error, correlationId: request.correlationId }, 'governance did not answer');
      return unavailable();
    }
  };

  async function invoke(
    request: DecisionRequest,
    correlation: Correlation,
    signal: AbortSignal,
    limitMs: number,
  ): Promise<Decision> {
    const body = JSON.stringify(request);
    const headers = { 'content-type': 'application/json', 'x-amz-client-context': clientContext(correlation) };
    const signed = await signRequest({
      method: 'POST',
      url,
      headers,
      body,
      service: 'lambda',
      region,
      credentials: await credentials(),
      payload: 'signed',
    });
    const response = await httpRequest(signed.url, {
      method: 'POST',
      // Not signed: Lambda's own tracing may change it on the way.
      headers: joinsXray ? { ...signed.headers, 'x-amzn-trace-id': amazonTraceId(correlation) } : signed.headers,
      body,
      dispatcher,
      signal,
      headersTimeout: limitMs,
      bodyTimeout: limitMs,
    });
    const text = await readBounded(response.body, answerMaxBytes);
    if (response.statusCode !== 200) throw new Error(`got ${response.statusCode} from lambda, expected 200`);
    if (response.headers['x-amz-function-error'] !== undefined)
      throw new Error('got a function error from governance, expected a decision');
    return parseDecision(text, request);
  }
}

/** What Lambda hands to the function beside the event: the place in the trace, which no decision depends on. */
function clientContext({ traceparent }: Correlation): string {
  return Buffer.from(JSON.stringify({ custom: { traceparent } })).toString('base64');
}

/**
 * The same place as X-Ray writes it, so that Lambda's own segments join the trace
 * (https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader).
 */
function amazonTraceId({ traceId, spanId, traceparent }: Correlation): string {
  const root = `1-${traceId.slice(0, 8)}-${traceId.slice(8)}`;
  return `Root=${root};Parent=${spanId};Sampled=${traceparent.endsWith('-01') ? 1 : 0}`;
}

/** INVARIANT: only a well-formed `permitted` with a grant for a bound request allows anything. */
function parseDecision(text: string, { binding }: DecisionRequest): Decision {
  const parsed = Decision.safeParse(JSON.parse(text));
  if (!parsed.success) throw new Error('got an answer that is no decision', { cause: parsed.error });
  const { allowed, reason, grant, certificate } = parsed.data;
  if (allowed !== (reason === 'permitted'))
    throw new Error(`got allowed ${allowed} with reason ${reason}, expected them to agree`);
  if (allowed && binding && (grant === undefined || certificate === undefined))
    throw new Error('got a permit without grant, expected one');
  return parsed.data;
}

function unavailable(): Decision {
  return {
    allowed: false,
    reason: 'governance_unavailable',
    decisionId: uuidv7(),
    rule: null,
    policy: null,
    obligations: [],
    shadow: [],
    issuedAt: new Date().toISOString(),
    decisionMicros: 0,
  };
}
