// Sends spans as OTLP/HTTP JSON: to a collector as they are, to X-Ray signed.
// Next: aws.ts, which signs.
import { JsonTraceSerializer } from '@opentelemetry/otlp-transformer';
import { type ReadableSpan, type SpanExporter } from '@opentelemetry/sdk-trace';
import { type Dispatcher, request } from 'undici';
import { awsEndpoint, type CredentialSource, signRequest } from './aws.ts';
import { type Logger } from './log.ts';

/** Where spans go; see `TRACES_TO` in tracing-config.ts. */
export interface SpanExporterOptions {
  readonly to: string;
  readonly region: string;
  readonly endpoint?: string | undefined;
  readonly credentials: CredentialSource;
  readonly dispatcher?: Dispatcher | undefined;
  readonly log: Pick<Logger, 'warn'>;
}

const sendTimeoutMs = 5000;
/** An outage of tracing is one line in so long, not one in every batch. */
const warnEveryMs = 60_000;
const succeeded = 0;
const failed = 1;

/** Makes the exporter. Spans that cannot be sent are dropped and counted in a line: tracing never holds up an answer. */
export function createSpanExporter(options: SpanExporterOptions): SpanExporter {
  const { to, log } = options;
  const url = to === 'xray' ? `${awsEndpoint({ ...options, service: 'xray' })}/v1/traces` : to;
  let dropped = 0;
  let nextWarningMs = 0;

  return {
    export(spans, done) {
      void deliver(spans, done);
    },
    shutdown: () => Promise.resolve(),
  };

  async function deliver(spans: ReadableSpan[], done: Parameters<SpanExporter['export']>[1]): Promise<void> {
    try {
      await send(spans);
      done({ code: succeeded });
    } catch (error) {
      warn(spans.length, error);
      done({ code: failed });
    }
  }

  async function send(spans: ReadableSpan[]): Promise<void> {
    const body = JsonTraceSerializer.serializeRequest(spans);
    if (body === undefined) throw new Error('got spans that could not be written as otlp');
    const headers = { 'content-type': 'application/json' };
    const answer = await request(url, {
      method: 'POST',
      headers: to === 'xray' ? await signed(headers, body) : headers,
      body,
      signal: AbortSignal.timeout(sendTimeoutMs),
      ...(options.dispatcher === undefined ? {} : { dispatcher: options.dispatcher }),
    });
    await answer.body.dump();
    if (answer.statusCode !== 200) throw new Error(`got ${answer.statusCode} from ${new URL(url).host}, expected 200`);
  }

  async function signed(headers: Record<string, string>, body: Uint8Array): Promise<Record<string, string>> {
    const { region, credentials } = options;
    const post = { method: 'POST', url, headers, body, service: 'xray', region, payload: 'signed' as const };
    return (await signRequest({ ...post, credentials: await credentials() })).headers;
  }

  function warn(count: number, error: unknown): void {
    dropped += count;
    if (Date.now() < nextWarningMs) return;
    log.warn({ err: error, dropped }, 'spans could not be sent');
    nextWarningMs = Date.now() + warnEveryMs;
    dropped = 0;
  }
}
