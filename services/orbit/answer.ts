// Turns what a dispatch came to into HTTP: a deny, a whole result, or a stream that opens with its decision.
// Next: services/orbit/app.ts, which sends it.
import { Readable } from 'node:stream';
import { type Dispatcher } from 'undici';
import { type Decision } from '../../governance/contract.ts';
import { type Correlation } from '../shared/correlation.ts';
import { problem, problemBody, problemStatuses, type ProblemCode, ServiceError } from '../shared/errors.ts';
import { type DecisionSummary, type DispatchResponse } from './contract.ts';
import { readBounded } from '../shared/read-bounded.ts';
import { type DispatchOutcome, type DispatchScope } from './dispatch.ts';

const resultMaxBytes = 4 * 1024 * 1024;

/** A deny as problem+json: 429 with `Retry-After` for a used-up quota, 503 where something was unavailable, else 403. */
export function denial(
  { reason, decisionId, rule, quota, detail, shadow }: Decision,
  { correlationId }: Correlation,
): Response {
  const status = reason === 'quota_exceeded' ? 429 : reason.endsWith('_unavailable') ? 503 : 403;
  const retryAfter = quota?.retryAfterSeconds ?? (status === 503 ? 1 : undefined);
  return problem({
    status,
    code: reason,
    detail: status === 503 ? undefined : (detail ?? `denied: ${reason}`),
    correlationId,
    ...(retryAfter === undefined ? {} : { headers: { 'retry-after': String(retryAfter) } }),
    extensions: { reason, decisionId, rule, ...(quota ? { quota } : {}), ...(shadow.length > 0 ? { shadow } : {}) },
  });
}

type Answered = Extract<DispatchOutcome, { kind: 'answered' }>;

/**
 * The answer under a permit.
 *
 * @param done - called once when the last byte is out or the client has gone
 * @throws ServiceError when Axon failed or its answer does not fit
 */
export async function answer(
  { decision, call, response }: Answered,
  { correlation, streamed, deadline }: DispatchScope,
  done: () => void,
): Promise<Response> {
  if (response.statusCode !== 200) throw await failureOf(response);
  const isStream = String(response.headers['content-type']).startsWith('text/event-stream');
  if (streamed && isStream) {
    const events = relayEvents(decision, response.body, correlation, deadline.signal, done);
    return new Response(Readable.toWeb(Readable.from(events)) as ReadableStream, {
      headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-store' },
    });
  }
  const result = call.parseAnswer(parseJson(await readAnswer(response.body)));
  if (!result) throw new ServiceError('upstream_failed', 'got an answer from axon that does not fit its contract');
  done();
  return Response.json({
    result,
    decision: summaryOf(decision),
    correlationId: correlation.correlationId,
  } satisfies DispatchResponse);
}

/** `event: decision` first, then Axon's events byte for byte; a cut stream ends with `event: error`, never quietly. */
async function* relayEvents(
  decision: Decision,
  body: AsyncIterable<Buffer>,
  { correlationId }: Correlation,
  signal: AbortSignal,
  done: () => void,
): AsyncGenerator<Uint8Array> {
  try {
    yield event('decision', JSON.stringify({ ...summaryOf(decision), correlationId }));
    yield* body;
  } catch {
    const code: ProblemCode = signal.reason instanceof ServiceError ? signal.reason.code : 'upstream_failed';
    yield event('error', problemBody({ status: problemStatuses[code], code, correlationId }));
  } finally {
    done();
  }
}

function event(name: string, data: string): Uint8Array {
  return Buffer.from(`event: ${name}\ndata: ${data}\n\n`);
}

/** Axon's own refusals and limits are told on; whatever else went wrong there is not the caller's to know. */
async function failureOf(response: Dispatcher.ResponseData): Promise<ServiceError> {
  const { statusCode } = response;
  const answered = parseJson(await readAnswer(response.body)) as { code?: unknown; detail?: unknown } | undefined;
  const code = typeof answered?.code === 'string' ? answered.code : 'no code';
  const retryAfter = response.headers['retry-after'];
  const headers = typeof retryAfter === 'string' ? { headers: { 'retry-after': retryAfter } } : {};
  if (statusCode === 401 || statusCode === 403) return new ServiceError('forbidden', `axon refused the call: ${code}`);
  if (statusCode === 422)
    return new ServiceError(
      'unprocessable',
      typeof answered?.detail === 'string' ? answered.detail : 'the model refused the input',
    );
  if (statusCode === 503)
    return new ServiceError(
      code === 'upstream_throttled' ? 'upstream_throttled' : 'unavailable',
      `axon is not available: ${code}`,
      headers,
    );
  if (statusCode === 504) return new ServiceError('deadline_exceeded', 'axon ran out of time');
  return new ServiceError('upstream_failed', `got ${statusCode} ${code} from axon`);
}

function summaryOf({ decisionId, reason, rule, obligations }: Decision): DecisionSummary {
  return { decisionId, reason, rule, obligations };
}

async function readAnswer(body: Dispatcher.ResponseData['body']): Promise<string> {
  try {
    return await readBounded(body, resultMaxBytes);
  } catch (error) {
    throw new ServiceError('upstream_failed', 'got an answer from axon that was cut or too long', { cause: error });
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
