// Times a function per call, in batches, and gives percentiles; the clock's own cost is spread over a batch.
// Next: __tests__/bench/decide.ts and __tests__/bench/grants.ts, which print what this measures.

export interface Timing {
  readonly p50Us: number;
  readonly p99Us: number;
  readonly perSecond: number;
}

/** Runs `call` for at least `forMs`, after a tenth of that as warm-up; `batch` calls share one reading of the clock. */
export function measure(call: (index: number) => void, { forMs = 600, batch = 16 } = {}): Timing {
  let index = 0;
  const run = (untilMs: number, samples: number[] | null) => {
    while (performance.now() < untilMs) {
      const startNs = process.hrtime.bigint();
      for (let each = 0; each < batch; each += 1) call(index++);
      samples?.push(Number(process.hrtime.bigint() - startNs) / batch / 1000);
    }
  };
  run(performance.now() + forMs / 2, null);
  const samples: number[] = [];
  run(performance.now() + forMs, samples);
  return summarise(samples);
}

/** As {@link measure}, for calls that have to be awaited. */
export async function measureAsync(
  call: (index: number) => Promise<unknown>,
  { forMs = 600, batch = 8 } = {},
): Promise<Timing> {
  let index = 0;
  const samples: number[] = [];
  const endMs = performance.now() + forMs * 1.5;
  const warmMs = performance.now() + forMs / 2;
  while (performance.now() < endMs) {
    const startNs = process.hrtime.bigint();
    for (let each = 0; each < batch; each += 1) await call(index++);
    if (performance.now() > warmMs) samples.push(Number(process.hrtime.bigint() - startNs) / batch / 1000);
  }
  return summarise(samples);
}

/** The middle of some measurements. */
export function median(samples: readonly number[]): number {
  return samples.toSorted((a, b) => a - b)[Math.floor(samples.length / 2)] ?? Number.NaN;
}

export function table(rows: readonly Readonly<Record<string, string | number>>[]): string {
  const columns = Object.keys(rows[0] ?? {});
  const width = (column: string) => Math.max(column.length, ...rows.map((row) => String(row[column]).length));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, at) => (at === 0 ? cell.padEnd(width(columns[at] ?? '')) : cell.padStart(width(columns[at] ?? ''))))
      .join('  ');
  return [line(columns), ...rows.map((row) => line(columns.map((column) => String(row[column]))))].join('\n');
}

/** Percentiles of samples in microseconds. */
export function summarise(samples: number[]): Timing {
  const sorted = samples.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
  const meanUs = sorted.reduce((sum, each) => sum + each, 0) / sorted.length;
  return { p50Us: at(0.5), p99Us: at(0.99), perSecond: 1_000_000 / meanUs };
}
