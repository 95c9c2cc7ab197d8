// Tracing as a service's environment asks for it.
// Next: tracing.ts, which records, and span-exporter.ts, which sends.
import { type z } from '@hono/zod-openapi';
import { type CredentialSource } from './aws.ts';
import { type Logger } from './log.ts';
import { createSpanExporter } from './span-exporter.ts';
import { createTracing, type Tracing, type TracingOptions } from './tracing.ts';
import { type tracingVariables } from './tracing-config.ts';

type Settings = { readonly [K in keyof typeof tracingVariables]?: z.output<(typeof tracingVariables)[K]> } & {
  readonly AWS_REGION: string;
};

/** Makes what `TRACES_TO` asks for. @returns undefined where it asks for nothing */
export function tracingFrom(
  settings: Settings,
  of: Omit<TracingOptions, 'exporter' | 'sampleRatio'> & {
    readonly credentials: CredentialSource;
    readonly log: Logger;
  },
): Tracing | undefined {
  const { TRACES_TO: to = 'none', TRACES_SAMPLE_RATIO: sampleRatio = 0, AWS_REGION: region } = settings;
  if (to === 'none') return undefined;
  const { credentials, log, ...service } = of;
  const exporter = createSpanExporter({ to, region, endpoint: settings.AWS_ENDPOINT_URL_XRAY, credentials, log });
  return createTracing({ ...service, exporter, sampleRatio });
}
