// A service's own metrics: what one process records, written every few seconds with how busy it is.
// Next: observability/emf.ts, the lines; request-metrics.ts, what is recorded of each request.
import { performance } from 'node:perf_hooks';
import { createMetrics, type Metrics } from '../../observability/emf.ts';
import { type EmittedSignal } from '../../observability/signals.ts';

/** Whose metrics, and how they leave. */
export interface ServiceMetricsOptions {
  readonly namespace: string;
  readonly service: 'orbit' | 'axon';
  /** Percent of its time that the event loop was at work (https://nodejs.org/api/perf_hooks.html#performanceeventlooputilizationutilization1-utilization2). */
  readonly saturation: EmittedSignal;
  /** Records what else is looked at and not counted. */
  readonly look?: (metrics: Metrics) => void;
  /** Takes one line. @defaultValue stdout */
  readonly write?: (line: string) => void;
  /** Milliseconds between two looks, each of which writes. @defaultValue 10 000 */
  readonly everyMs?: number;
}

/** Metrics that are written until they are stopped, and then once more. */
export interface ServiceMetrics extends Metrics {
  stop(): void;
}

const writeLine = (line: string): void => void process.stdout.write(`${line}\n`);

/** Starts them. */
export function startServiceMetrics(options: ServiceMetricsOptions): ServiceMetrics {
  const { namespace, service, saturation, look, write = writeLine, everyMs = 10_000 } = options;
  const metrics = createMetrics({ namespace, service, write });
  let before = performance.eventLoopUtilization();
  const timer = setInterval(lookAndWrite, everyMs).unref();
  return {
    ...metrics,
    stop() {
      clearInterval(timer);
      lookAndWrite();
    },
  };

  function lookAndWrite(): void {
    const now = performance.eventLoopUtilization();
    metrics.record(saturation, 100 * performance.eventLoopUtilization(now, before).utilization);
    before = now;
    look?.(metrics);
    metrics.flush();
  }
}
