// How long one model call may take: the caller's signal and the reasoner's own timeout as one signal with one reason.
// Next: services/axon/reasoners/http-reasoner.ts, which holds every step of a call to it.
import { ServiceError } from '../../shared/errors.ts';
import { ReasonerError } from './reasoner.ts';

/** The limit of one call. Call `dispose` when the call is over. */
export interface CallLimit {
  /** Aborts with a {@link ReasonerError}: `deadline` or `cancelled`. */
  readonly signal: AbortSignal;
  /** Waits for something that knows no signal, such as credentials, but no longer than the limit. */
  race<T>(work: Promise<T>): Promise<T>;
  /** Stops timer and listener. Safe to call twice. */
  dispose(): void;
}

/**
 * Starts the limit of a call.
 *
 * @param input - the signal of the reasoner's input.
 * @param timeoutMs - for the whole call, from credentials to the last byte.
 */
export function startCallLimit(input: AbortSignal, timeoutMs: number): CallLimit {
  const controller = new AbortController();
  const timer = setTimeout(() => {
    controller.abort(new ReasonerError('deadline', `got no whole answer within ${timeoutMs} ms`));
  }, timeoutMs);
  const leave = (): void => {
    clearTimeout(timer);
    controller.abort(abortFailure(input));
  };
  if (input.aborted) leave();
  else input.addEventListener('abort', leave, { once: true });
  return {
    signal: controller.signal,
    race: (work) => raceAbort(work, controller.signal),
    dispose() {
      clearTimeout(timer);
      input.removeEventListener('abort', leave);
    },
  };
}

/** The failure an aborted input signal stands for: `deadline` when time was up, else `cancelled`. */
export function abortFailure({ reason }: AbortSignal): ReasonerError {
  const timedOut =
    (reason instanceof ServiceError && reason.code === 'deadline_exceeded') ||
    (reason instanceof DOMException && reason.name === 'TimeoutError');
  return timedOut
    ? new ReasonerError('deadline', 'the time of the call was over before the answer', { cause: reason })
    : new ReasonerError('cancelled', 'the call was ended before the answer', { cause: reason });
}

function raceAbort<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const abort = (): void => reject(signal.reason as ReasonerError);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
