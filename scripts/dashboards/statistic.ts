// Values of a period as one number, as CloudWatch's statistics do.
// Next: scripts/dashboards/series.ts.

/** Sum, SampleCount, Average, Maximum, Minimum, or a percentile such as p99 (by nearest rank). @throws Error for another */
export function statisticOf(name: string, values: readonly number[]): number {
  const sum = values.reduce((total, value) => total + value, 0);
  if (name === 'Sum') return sum;
  if (name === 'SampleCount') return values.length;
  if (name === 'Average') return sum / values.length;
  if (name === 'Maximum') return Math.max(...values);
  if (name === 'Minimum') return Math.min(...values);
  const rank = Number(/^p(\d+)$/.exec(name)?.[1] ?? Number.NaN);
  const sorted = values.toSorted((left, right) => left - right);
  const value = sorted[Math.max(0, Math.ceil((rank / 100) * sorted.length) - 1)];
  if (value === undefined)
    throw new Error(`got statistic ${name}, expected Sum, SampleCount, Average, Maximum, Minimum or pNN`);
  return value;
}
