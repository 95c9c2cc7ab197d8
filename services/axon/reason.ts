// Runs the reasoner for an accepted call, whole or as server-sent events, and words its failures.
// Next: services/axon/reasoners/reasoner.ts, the interface; the reasoners beside it.
import { type Context } from 'hono';
import { type SSEStreamingApi, streamSSE } from 'hono/streaming';
import { type Deadline } from '../shared/deadline.ts';
import { problemBody, ServiceError, type ProblemCode } from '../shared/errors.ts';
import { type ReasonRequest, type ReasonResponse } from './contract.ts';
import { type Reasoner, ReasonerError, type ReasonInput } from './reasoners/reasoner.ts';

/**
 * Reasons and answers the whole result.
 *
 * @throws ServiceError for whatever the reasoner could not do
 */
export async function reason(reasoner: Reasoner, request: ReasonRequest, deadline: Deadline): Promise<ReasonResponse> {
  try {
    const { output, model, stopReason, usage } = await reasoner.reason(inputOf(request, deadline));
    return { output, model, stopReason, usage };
  } catch (error) {
    throw asServiceError(error, deadline);
  }
}

/**
 * Reasons and streams: `delta` events with `{text}`, then one `done` with `{model, stopReason, usage}`; a failure on
 * the way is an `error` event with a problem (RFC 9457), and never a `done`.
 *
 * @param onFailure - told of a failure after the head went out, when no status can tell it any more
 * @throws ServiceError when the reasoner fails before its first event
 */
export async function reasonStream(
  c: Context,
  reasoner: Reasoner,
  request: ReasonRequest,
  deadline: Deadline,
  onFailure: (error: ServiceError) => void,
): Promise<Response> {
  const events = reasoner.stream(inputOf(request, deadline))[Symbol.asyncIterator]();
  // The head waits for the first event, so that a reasoner that fails at once is answered with its status.
  let next = await events.next().catch((error: unknown) => {
    throw asServiceError(error, deadline);
  });
  return streamSSE(c, async (stream) => {
    try {
      while (next.done !== true) {
        const { type, ...data } = next.value;
        await stream.writeSSE({ event: type, data: JSON.stringify(data) });
        next = await events.next();
      }
    } catch (error) {
      await writeFailure(stream, asServiceError(error, deadline));
    } finally {
      // A client that left mid-way leaves a reasoner at work; this ends it.
      await events.return?.();
      deadline.dispose();
    }
  });

  async function writeFailure(stream: SSEStreamingApi, failure: ServiceError): Promise<void> {
    onFailure(failure);
    if (!stream.aborted)
      await stream.writeSSE({ event: 'error', data: problemBody({ status: failure.status, code: failure.code }) });
  }
}

function inputOf({ prompt, system, maxTokens, temperature, model }: ReasonRequest, { signal }: Deadline): ReasonInput {
  return {
    prompt,
    maxTokens,
    signal,
    ...(system === undefined ? {} : { system }),
    ...(temperature === undefined ? {} : { temperature }),
    ...(model === undefined ? {} : { model }),
  };
}

const codes: Record<ReasonerError['code'], ProblemCode> = {
  throttled: 'upstream_throttled',
  unavailable: 'upstream_failed',
  rejected: 'unprocessable',
  deadline: 'deadline_exceeded',
  cancelled: 'client_closed_request',
  protocol: 'upstream_failed',
};

function asServiceError(error: unknown, { signal }: Deadline): ServiceError {
  // Our own deadline and the client's leaving are known best by the signal that carried them.
  if (signal.reason instanceof ServiceError) return signal.reason;
  if (error instanceof ServiceError) return error;
  if (!(error instanceof ReasonerError))
    return new ServiceError('internal_error', 'the reasoner failed', { cause: error });
  const retryAfter =
    error.retryAfterMs === undefined ? undefined : { 'retry-after': String(Math.ceil(error.retryAfterMs / 1000)) };
  return new ServiceError(codes[error.code], error.message, {
    cause: error,
    ...(retryAfter ? { headers: retryAfter } : {}),
  });
}
