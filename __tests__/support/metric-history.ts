// Values of metrics by the minute, and CloudWatch's statistics over any number of minutes.
// Next: __tests__/support/alarm-simulation.ts.
import { type SignalName } from '../../observability/signals.ts';

/** What CloudWatch keeps of a minute's values. */
export interface Reading {
  readonly count: number;
  readonly sum: number;
  readonly min: number;
  readonly max: number;
}

/** Each signal's reading of a minute; a signal without one was silent. */
export type Minute = Readonly<Partial<Record<SignalName, Reading>>>;

/** Values of all minutes. */
export interface History {
  /** Of the minutes from `start` up to before `end`; undefined where the signal was silent. A percentile is the largest value. */
  statistic(signal: SignalName, statistic: string, start: number, end: number): number | undefined;
}

/** A day, which is the longest that an alarm looks back. */
const dayMinutes = 1440;

/** Reads the minutes from a day before the first one on. */
export function createHistory(minuteAt: (minute: number) => Minute, minutes: number): History {
  const all = Array.from({ length: dayMinutes + minutes }, (_, index) => minuteAt(index - dayMinutes));
  const totals = new Map<SignalName, readonly { readonly count: number; readonly sum: number }[]>();
  return { statistic };

  function statistic(signal: SignalName, name: string, start: number, end: number): number | undefined {
    const sums = totalsOf(signal);
    const first = Math.max(0, start + dayMinutes);
    const last = Math.max(0, end + dayMinutes);
    const count = (sums[last]?.count ?? 0) - (sums[first]?.count ?? 0);
    if (count === 0) return undefined;
    const sum = (sums[last]?.sum ?? 0) - (sums[first]?.sum ?? 0);
    if (name === 'Sum') return sum;
    if (name === 'SampleCount') return count;
    if (name === 'Average') return sum / count;
    const readings = all
      .slice(first, last)
      .flatMap((minute) => minute[signal] ?? [])
      .filter((reading) => reading.count > 0);
    return name === 'Minimum'
      ? Math.min(...readings.map(({ min }) => min))
      : Math.max(...readings.map(({ max }) => max));
  }

  /** Of all minutes before each one. */
  function totalsOf(signal: SignalName) {
    const known = totals.get(signal);
    if (known !== undefined) return known;
    let total = { count: 0, sum: 0 };
    const sums = [total];
    for (const minute of all) {
      const { count = 0, sum = 0 } = minute[signal] ?? {};
      total = { count: total.count + count, sum: total.sum + sum };
      sums.push(total);
    }
    totals.set(signal, sums);
    return sums;
  }
}
