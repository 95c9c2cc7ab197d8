// How long a model server asks to wait.
// Next: services/axon/reasoners/reasoner.ts, whose failures carry it.
import type { IncomingHttpHeaders } from 'node:http';

/** No wait is longer, whatever a server asks. */
export const maxRetryAfterMs = 3_600_000;

/**
 * Reads `Retry-After` as seconds or as a date, and the finer `retry-after-ms` that some model servers send.
 *
 * @param nowMs - Unix time in milliseconds. @defaultValue now
 * @returns milliseconds from 0 to {@link maxRetryAfterMs}; undefined when absent or malformed.
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3
 */
export function retryAfterMs(headers: IncomingHttpHeaders, nowMs = Date.now()): number | undefined {
  const fine = headers['retry-after-ms'];
  if (typeof fine === 'string' && /^\d{1,12}(\.\d+)?$/.test(fine)) return bounded(Math.ceil(Number(fine)));
  const asked = headers['retry-after'];
  if (asked === undefined) return undefined;
  if (/^\d{1,12}(\.\d+)?$/.test(asked)) return bounded(Math.ceil(Number(asked) * 1000));
  const atMs = asked.endsWith('GMT') ? Date.parse(asked) : Number.NaN;
  return Number.isNaN(atMs) ? undefined : bounded(atMs - nowMs);
}

function bounded(waitMs: number): number {
  return Math.min(Math.max(0, waitMs), maxRetryAfterMs);
}
