// Reads log lines as CloudWatch reads embedded metrics, and says what it would drop.
// Next: observability/emf.ts, which writes them.
import { z } from 'zod';

/** Units of CloudWatch that we use (https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDatum.html). */
const unit = z.enum(['Seconds', 'Milliseconds', 'Percent', 'Count', 'None', 'Bytes/Second']);
const name = z.string().regex(/^[\x21-\x7e]{1,255}$/);
const directive = z.strictObject({
  Namespace: z.string().regex(/^[A-Za-z0-9._/#:-]{1,255}$/),
  Dimensions: z.array(z.array(name).max(30)).min(1),
  Metrics: z
    .array(z.strictObject({ Name: name, Unit: unit }))
    .min(1)
    .max(100),
});
const document = z.looseObject({
  _aws: z.strictObject({ Timestamp: z.int().positive(), CloudWatchMetrics: z.array(directive).min(1) }),
});
const target = z.union([z.number(), z.array(z.number()).min(1).max(100)]);
const dimensionValue = z.string().min(1).max(1024);

/** Values of one metric with one set of dimensions, as they arrive. */
export interface ArrivedMetric {
  readonly namespace: string;
  readonly name: string;
  readonly unit: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly values: readonly number[];
}

/**
 * The metrics of a line (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html).
 *
 * @returns none for a line without `_aws`
 * @throws ZodError for a line from which CloudWatch would take nothing
 */
export function arrivedMetrics(line: string): ArrivedMetric[] {
  if (!line.startsWith('{') || !line.includes('"_aws"')) return [];
  const members = document.parse(JSON.parse(line));
  return members._aws.CloudWatchMetrics.flatMap(({ Namespace: namespace, Dimensions, Metrics }) =>
    Dimensions.flatMap((names) => {
      const dimensions = Object.fromEntries(names.map((each) => [each, dimensionValue.parse(members[each])]));
      return Metrics.map(({ Name, Unit }) => {
        const values = [target.parse(members[Name])].flat();
        return { namespace, name: Name, unit: Unit, dimensions, values };
      });
    }),
  );
}
