// The lines of a metric widget: samples into periods, then metric math.
// Next: scripts/dashboards/draw-widget.ts.
import { z } from 'zod';
import { type BodyWidget } from './bodies.ts';
import { evaluateMath } from './metric-math.ts';
import { emittedValues, type RecordedLine, type Sample, samplesOf } from './recording.ts';
import { statisticOf } from './statistic.ts';

/** A point of a drawn line. */
export interface Point {
  readonly atMs: number;
  readonly value: number;
  readonly label: string;
}

const options = z.object({
  id: z.string(),
  stat: z.string().optional(),
  label: z.string(),
  expression: z.string().optional(),
  visible: z.boolean().optional(),
});

/**
 * The points that a widget shows.
 *
 * @param scale - how many times shorter a period is drawn than CloudWatch's
 */
export function seriesOf(widget: BodyWidget, lines: readonly RecordedLine[], scale: number): Point[] {
  const periodMs = ((widget.properties.period ?? 60) * 1000) / scale;
  const rows = (widget.properties.metrics ?? [])
    .map((row) => ({ row, ...options.parse(row.at(-1)) }))
    // What is usual takes CloudWatch two weeks to learn.
    .filter(({ expression }) => expression?.startsWith('ANOMALY_DETECTION_BAND') !== true);
  const [searched] = rows.flatMap(({ expression }) => searchOf(expression ?? '') ?? []);
  if (searched !== undefined) return spread(searched, lines, periodMs);
  const values = new Map<string, Map<number, number>>();
  for (const { row, id, stat = 'Average', expression } of rows)
    if (expression === undefined) values.set(id, inPeriods(samplesOfRow(row, lines), stat, periodMs));
  const periods = [...new Set(Array.from(values.values(), (ofOne) => [...ofOne.keys()]).flat())].toSorted(
    (a, b) => a - b,
  );
  return rows
    .filter(({ visible }) => visible !== false)
    .flatMap(({ id, label, expression }) =>
      periods.flatMap((atMs) => {
        const now = Object.fromEntries(Array.from(values, ([name, ofOne]) => [name, ofOne.get(atMs)]));
        const value = expression === undefined ? now[id] : evaluateMath(expression, now);
        return value === undefined ? [] : [{ atMs, value, label }];
      }),
    );
}

interface Search {
  readonly by: string;
  readonly name: string;
  readonly statistic: string;
}

function searchOf(expression: string): Search | undefined {
  const found = /^SEARCH\('\{"[^"]+","(\w+)"\} MetricName="(\w+)"', '(\w+)', \d+\)$/.exec(expression);
  const [, by = '', name = '', statistic = ''] = found ?? [];
  return found === null ? undefined : { by, name, statistic };
}

/** A line for each value of the dimension that was written. */
function spread({ by, name, statistic }: Search, lines: readonly RecordedLine[], periodMs: number): Point[] {
  const written = lines.filter(({ fields }) => fields['message'] === 'metrics' && name in fields);
  const values = [...new Set(written.map(({ fields }) => String(fields[by])))].toSorted();
  return values.flatMap((value) => {
    const periods = inPeriods(emittedValues(name, lines, { by, value }), statistic, periodMs);
    return Array.from(periods, ([atMs, number]) => ({ atMs, value: number, label: value }));
  });
}

function samplesOfRow(row: readonly unknown[], lines: readonly RecordedLine[]): readonly Sample[] {
  const [namespace = '', name = '', ...of] = row.slice(0, -1).map(String);
  return samplesOf({ namespace, name, of }, lines) ?? [];
}

function inPeriods(samples: readonly Sample[], statistic: string, periodMs: number): Map<number, number> {
  const groups = Map.groupBy(samples, ({ atMs }) => Math.floor(atMs / periodMs) * periodMs);
  return new Map(
    Array.from(groups, ([atMs, ofOne]) => [
      atMs,
      statisticOf(
        statistic,
        ofOne.map(({ value }) => value),
      ),
    ]),
  );
}
