// The lines of a metric widget: samples into periods, then metric math.
// Next: scripts/dashboards/draw-widget.ts.
import { z } from 'zod';
import { type BodyWidget } from './bodies.ts';
import { evaluateMath } from './metric-math.ts';
import { type RecordedLine, samplesOf } from './recording.ts';
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
  const rows = (widget.properties.metrics ?? []).map((row) => ({ row, ...options.parse(row.at(-1)) }));
  const values = new Map<string, Map<number, number>>();
  for (const { row, id, stat = 'Average', expression } of rows)
    if (expression === undefined) values.set(id, inPeriods(row, stat, lines, periodMs));
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

function inPeriods(row: readonly unknown[], statistic: string, lines: readonly RecordedLine[], periodMs: number) {
  const samples = samplesOf(String(row[0]), String(row[1]), lines) ?? [];
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
