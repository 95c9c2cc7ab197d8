// What is recorded of each request: how long, and which problem it ended in.
// Next: services/shared/log.ts, the line of the same request.
import type { MiddlewareHandler } from 'hono';
import { type Metrics } from '../../observability/emf.ts';
import { type EmittedSignal } from '../../observability/signals.ts';
import { routeOf } from './log.ts';

/** The signals of a service's requests. */
export interface RequestSignals {
  /** Milliseconds until the answer's head. */
  readonly latency: EmittedSignal;
  /** By code. */
  readonly problems: EmittedSignal;
}

const quietRoutes: ReadonlySet<string> = new Set(['/health', '/ready', 'unmatched']);

/** Middleware that records; probes and paths that nobody serves are no requests. Use it before `requestLog()`. */
export function requestMetrics(metrics: Metrics | undefined, { latency, problems }: RequestSignals): MiddlewareHandler {
  return async function recordRequest(c, next): Promise<void> {
    const startedAt = performance.now();
    await next();
    if (metrics === undefined || quietRoutes.has(routeOf(c))) return;
    metrics.record(latency, performance.now() - startedAt);
    if (c.res.status < 400) return;
    const { problem, refusal, reason } = c.get('logFields') ?? {};
    const code = [problem, refusal, reason].find((text) => typeof text === 'string');
    metrics.record(problems, 1, code ?? `status_${c.res.status}`);
  };
}

/** Runs something and records how long it took, whether it ended well or not. */
export async function timed<T>(
  metrics: Metrics | undefined,
  signal: EmittedSignal,
  work: () => Promise<T>,
): Promise<T> {
  const startedAt = performance.now();
  try {
    return await work();
  } finally {
    metrics?.record(signal, performance.now() - startedAt);
  }
}
