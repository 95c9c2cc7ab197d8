// How long a request may still take: the caller's budget, ours, and the client's patience as one signal.
// Next: the service's handler, which hands the signal to everything it waits for.
import type { Context } from 'hono';
import { ServiceError } from './errors.ts';

/** The header with the caller's remaining budget, a relative time so that clocks need not agree. */
export const deadlineHeader = 'x-request-timeout-ms';

/** What the header may say: a whole number of milliseconds from 1 to 120000. */
export const deadlinePattern = /^(?:[1-9]\d{0,4}|1[01]\d{4}|120000)$/;

/** One request's deadline. Call `dispose` when the answer is complete. */
export interface Deadline {
  /** Aborts with a `ServiceError`: `deadline_exceeded` when time is up, `client_closed_request` when the client left. */
  readonly signal: AbortSignal;
  /** Milliseconds left, never below 0; what to send the next hop in `x-request-timeout-ms`. */
  remainingMs(): number;
  /** Stops timer and listener. Safe to call twice. */
  dispose(): void;
}

/**
 * Starts the deadline of a request.
 *
 * @param defaultMs - without the caller's header.
 * @param maxMs - never longer, whatever the caller asks.
 * @throws ServiceError `request_invalid` when the header is not a whole number from 1 to 120000.
 */
export function deadlineFor(c: Context, defaultMs: number, maxMs: number): Deadline {
  const budgetMs = Math.min(askedMs(c.req.header(deadlineHeader)) ?? defaultMs, maxMs);
  const endsAtMs = performance.now() + budgetMs;
  const client = c.req.raw.signal;
  const controller = new AbortController();
  const timer = setTimeout(() => {
    controller.abort(new ServiceError('deadline_exceeded', `got no result within ${budgetMs} ms`));
  }, budgetMs);
  const leave = (): void => {
    clearTimeout(timer);
    controller.abort(new ServiceError('client_closed_request', 'the client went away before the answer'));
  };
  if (client.aborted) leave();
  else client.addEventListener('abort', leave, { once: true });
  return {
    signal: controller.signal,
    remainingMs: () => Math.max(0, Math.floor(endsAtMs - performance.now())),
    dispose() {
      clearTimeout(timer);
      client.removeEventListener('abort', leave);
    },
  };
}

function askedMs(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  if (deadlinePattern.test(value)) return Number(value);
  throw new ServiceError(
    'request_invalid',
    `got a malformed ${deadlineHeader}, expected a whole number from 1 to 120000`,
  );
}
