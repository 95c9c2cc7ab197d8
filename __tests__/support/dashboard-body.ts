// CloudWatch's schema of a dashboard's body, as far as our widgets go, strict.
// Next: __tests__/observability/dashboards.test.ts, which holds every synthesized body against it.
import { z } from 'zod';

const period = z.number().refine((seconds) => [1, 5, 10, 30].includes(seconds) || (seconds > 0 && seconds % 60 === 0));
const stat = z.string().regex(/^(SampleCount|Average|Sum|Minimum|Maximum|p\d{1,2}([.]\d+)?)$/);
const options = z.strictObject({
  id: z.string().regex(/^[a-z][a-zA-Z0-9_]*$/),
  label: z.string().min(1),
  stat: stat.optional(),
  visible: z.boolean().optional(),
  expression: z.string().min(1).max(1024).optional(),
});
/** Namespace, name, pairs of a dimension and its value, options; or an expression alone. */
const metric = z.array(z.unknown()).superRefine((row, context) => {
  const rendered = options.safeParse(row.at(-1));
  const names = row.slice(0, -1);
  const isMath = rendered.success && rendered.data.expression !== undefined;
  const counts = isMath ? names.length === 0 : names.length >= 2 && names.length % 2 === 0 && names.length <= 62;
  if (!rendered.success || !counts || !names.every((name) => typeof name === 'string' && name !== ''))
    context.addIssue({ code: 'custom', message: `got ${JSON.stringify(row)}, expected a metric or an expression` });
});
const axis = z.strictObject({ label: z.string(), min: z.number(), showUnits: z.boolean() });
const horizontal = z.strictObject({
  label: z.string(),
  value: z.number(),
  color: z.string().regex(/^#[0-9a-f]{6}$/),
});
const place = {
  x: z.int().min(0).max(23),
  y: z.int().min(0),
  width: z.int().min(1).max(24),
  height: z.int().min(1).max(1000),
};
const region = z.string().min(1);
const title = z.string().min(1);

const widget = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('text'), ...place, properties: z.strictObject({ markdown: z.string().min(1) }) }),
  z.strictObject({
    type: z.literal('metric'),
    ...place,
    properties: z.strictObject({
      title,
      region,
      period,
      view: z.enum(['timeSeries', 'singleValue', 'gauge', 'bar', 'pie', 'table']),
      stacked: z.boolean().optional(),
      yAxis: z.strictObject({ left: axis.optional(), right: axis.optional() }).optional(),
      metrics: z.array(metric).min(1).max(500),
      annotations: z.strictObject({ horizontal: z.array(horizontal).min(1) }).optional(),
    }),
  }),
  z.strictObject({
    type: z.literal('log'),
    ...place,
    properties: z.strictObject({
      title,
      region,
      view: z.enum(['table', 'timeSeries', 'bar', 'pie']),
      query: z.string().regex(/^SOURCE '[^']+' \| /),
    }),
  }),
  z.strictObject({
    type: z.literal('alarm'),
    ...place,
    properties: z.strictObject({
      title,
      alarms: z
        .array(z.string().regex(/^arn:.+:cloudwatch:.+:alarm:.+$/))
        .min(1)
        .max(100),
    }),
  }),
]);

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html */
export const dashboardBody = z.strictObject({ widgets: z.array(widget).max(500) });
/** A body that the schema let through. */
export type DashboardBody = z.infer<typeof dashboardBody>;

/** Pairs of widgets that lie on each other, and those that stick out of the 24 columns, by their places. */
export function layoutFaults({ widgets }: DashboardBody): string[] {
  const at = ({ x, y, width, height }: DashboardBody['widgets'][number]) => `${x},${y} ${width}x${height}`;
  const out = widgets.filter(({ x, width }) => x + width > 24).map((one) => `${at(one)} sticks out`);
  const over = widgets.flatMap((one, index) =>
    widgets
      .slice(index + 1)
      .filter(
        (two) =>
          one.x < two.x + two.width &&
          two.x < one.x + one.width &&
          one.y < two.y + two.height &&
          two.y < one.y + one.height,
      )
      .map((two) => `${at(one)} lies on ${at(two)}`),
  );
  return [...out, ...over];
}
