// Metrics as lines of a program's own log, in CloudWatch's embedded metric format: nothing is called to send them.
// Next: observability/signals.ts, their names and units.
import { type EmittedSignal, type Signal, signals } from './signals.ts';

/** Takes values and writes them as lines. */
export interface Metrics {
  /**
   * Takes a value.
   *
   * @param value - in the unit of the signal
   * @param of - the value of the signal's own dimension, for those that have one
   */
  record(signal: EmittedSignal, value: number, of?: string): void;
  /** Writes what was taken since the last time. */
  flush(): void;
}

/** Where metrics go. */
export interface MetricsOptions {
  /** `AgentRuntime/<prefix>` in an account. */
  readonly namespace: string;
  /** The program, as its log lines name it. */
  readonly service: string;
  /** Takes one line, without its newline. */
  readonly write: (line: string) => void;
  /** Epoch milliseconds. @defaultValue the clock */
  readonly nowMs?: () => number;
}

/** Values of one dimension, which share a line. */
interface Group {
  readonly dimension: Readonly<Record<string, string>>;
  readonly values: Map<string, { readonly unit: Signal['unit']; readonly taken: number[] }>;
}

const mostValues = 100;

/**
 * Collects values and writes a line per dimension value. No line holds more than a hundred values of a metric: more
 * are no embedded metrics (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html).
 */
export function createMetrics({ namespace, service, write, nowMs = Date.now }: MetricsOptions): Metrics {
  const groups = new Map<string, Group>();
  return { record, flush };

  function record(signal: EmittedSignal, value: number, of?: string): void {
    const { name, unit, by }: Signal = signals[signal];
    if ((by === undefined) !== (of === undefined))
      throw new Error(
        `${name}: got ${of ?? 'no value'} of ${by ?? 'no dimension'}, expected one where the signal has one`,
      );
    const key = `${by}=${of}`;
    const group = groups.get(key) ?? { dimension: by === undefined ? {} : { [by]: of ?? '' }, values: new Map() };
    groups.set(key, group);
    const { taken } = group.values.get(name) ?? { taken: [] };
    group.values.set(name, { unit, taken });
    taken.push(Math.round(value * 1000) / 1000);
    if (taken.length >= mostValues) {
      groups.delete(key);
      writeGroup(group);
    }
  }

  function flush(): void {
    const all = [...groups.values()];
    groups.clear();
    for (const group of all) writeGroup(group);
  }

  function writeGroup({ dimension, values }: Group): void {
    const atMs = nowMs();
    const entries = [...values];
    const directive = {
      Namespace: namespace,
      Dimensions: [Object.keys(dimension)],
      Metrics: entries.map(([Name, { unit: Unit }]) => ({ Name, Unit })),
    };
    write(
      JSON.stringify({
        _aws: { Timestamp: atMs, CloudWatchMetrics: [directive] },
        timestamp: new Date(atMs).toISOString(),
        level: 'info',
        service,
        message: 'metrics',
        ...dimension,
        ...Object.fromEntries(entries.map(([name, { taken }]) => [name, taken.length === 1 ? taken[0] : taken])),
      }),
    );
  }
}
