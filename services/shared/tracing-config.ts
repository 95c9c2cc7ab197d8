// Where traces go, from the environment; pure, so that the stacks can type a task definition against it.
// Next: span-exporter.ts, which sends them there.
import { z } from '@hono/zod-openapi';

/** The variables of tracing, which both services have. */
export const tracingVariables = {
  /**
   * `none`; `xray`, the OTLP endpoint of X-Ray in this region
   * (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-OTLPEndpoint.html); or the URL of a
   * collector's OTLP/HTTP traces endpoint, which takes JSON (https://opentelemetry.io/docs/specs/otlp/#otlphttp).
   */
  TRACES_TO: z.union([z.enum(['none', 'xray']), z.url({ protocol: /^https?$/ })]).default('none'),
  /** Share of the traces begun here that is recorded. */
  TRACES_SAMPLE_RATIO: z.coerce.number().min(0).max(1).default(0.05),
  AWS_ENDPOINT_URL_XRAY: z.url().optional(),
} as const;
