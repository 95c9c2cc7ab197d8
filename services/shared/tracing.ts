// Spans of what a service does and of what it calls, in the trace that correlation.ts has placed the request in.
// Next: span-exporter.ts, which sends them.
import {
  type Attributes,
  type Context as OpenTelemetryContext,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
  TraceFlags,
  ROOT_CONTEXT,
} from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  type SpanExporter,
  TracerProvider,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace';
import {
  type Correlation,
  correlationWithin,
  parseTraceparent,
  type RequestSpan,
  type SpanPlace,
  type StartSpan,
  type TraceParent,
} from './correlation.ts';
import { routeOf } from './log.ts';

/** What {@link createTracing} needs. */
export interface TracingOptions {
  readonly service: string;
  readonly version: string;
  readonly exporter: SpanExporter;
  /** Share of the traces begun here that is recorded, 0 to 1. */
  readonly sampleRatio: number;
  /**
   * Whether a caller's `sampled` flag is followed. A caller from outside is not: it would decide what tracing costs.
   */
  readonly followsCaller: boolean;
}

/** A call to the next hop: its place in the trace goes along with it. */
export interface CallSpan {
  /** The request's correlation, with the call as the span. */
  readonly correlation: Correlation;
  /** @param failure - what went wrong, in a word; without it the call went well */
  end(attributes?: Attributes, failure?: string): void;
}

/** Records spans. */
export interface Tracing {
  /** For `correlation({ startSpan })`: the span of each request, but for those of health and readiness. */
  readonly startSpan: StartSpan;
  startCall(name: string, correlation: Correlation, attributes?: Attributes): CallSpan;
  /** Sends what is left, for five seconds at most. Never rejects. */
  stop(): Promise<void>;
}

/** Bounds on what waits to be sent (https://opentelemetry.io/docs/specs/otel/trace/sdk/#batching-processor); more is dropped. */
const queue = { maxQueueSize: 2048, maxExportBatchSize: 512, scheduledDelayMillis: 5000, exportTimeoutMillis: 10_000 };
const stopWithinMs = 5000;
const quietPaths: ReadonlySet<string> = new Set(['/health', '/ready']);

/** Makes the recorder (OpenTelemetry's; attribute names are its semantic conventions' where they have one). */
export function createTracing(options: TracingOptions): Tracing {
  const { service, version, exporter, sampleRatio, followsCaller } = options;
  const ratio = new TraceIdRatioBasedSampler(sampleRatio);
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': service, 'service.version': version }),
    sampler: new ParentBasedSampler({
      root: ratio,
      ...(followsCaller ? {} : { remoteParentSampled: ratio, remoteParentNotSampled: ratio }),
    }),
    spanLimits: { attributeValueLengthLimit: 256, attributeCountLimit: 32 },
    spanProcessors: [new BatchSpanProcessor({ exporter, ...queue })],
  });
  const tracer = provider.getTracer('agent-runtime', version);

  return {
    startSpan(c, parent) {
      if (quietPaths.has(c.req.path)) return undefined;
      const span = tracer.startSpan(
        c.req.method,
        { kind: SpanKind.SERVER, attributes: { 'http.request.method': c.req.method } },
        within(parent, true),
      );
      return requestSpan(span);
    },
    startCall(name, correlation, attributes = {}) {
      const span = tracer.startSpan(
        name,
        { kind: SpanKind.CLIENT, attributes },
        within(parseTraceparent(correlation.traceparent), false),
      );
      return {
        correlation: correlationWithin(correlation, placeOf(span)),
        end(extra = {}, failure) {
          span.setAttributes(extra);
          if (failure !== undefined) span.setStatus({ code: SpanStatusCode.ERROR }).setAttribute('error.type', failure);
          span.end();
        },
      };
    },
    async stop() {
      const late = new Promise<void>((resolve) => setTimeout(resolve, stopWithinMs).unref());
      // What could not be sent was logged by the exporter.
      await Promise.race([provider.shutdown().catch(() => undefined), late]);
    },
  };
}

function within(parent: TraceParent | null, isRemote: boolean): OpenTelemetryContext {
  if (parent === null) return ROOT_CONTEXT;
  const { traceId, parentId: spanId, sampled } = parent;
  const traceFlags = sampled ? TraceFlags.SAMPLED : TraceFlags.NONE;
  return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags, isRemote });
}

function placeOf(span: Span): SpanPlace {
  const { traceId, spanId, traceFlags } = span.spanContext();
  return { traceId, spanId, sampled: (traceFlags & TraceFlags.SAMPLED) !== 0 };
}

/** Ends with the head of the answer, as the request's log line does. */
function requestSpan(span: Span): RequestSpan {
  return {
    ...placeOf(span),
    end(c) {
      const route = routeOf(c);
      const { status } = c.res;
      const { tenant, decisionId, reason, refusal } = c.get('logFields') ?? {};
      span.updateName(`${c.req.method} ${route}`);
      span.setAttributes({
        'http.route': route,
        'http.response.status_code': status,
        ...named({ tenant, decisionId, reason, refusal }),
      });
      if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end();
    },
  };
}

/** Own attributes, below one name. */
function named(fields: Readonly<Record<string, unknown>>): Attributes {
  const texts = Object.entries(fields).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  return Object.fromEntries(texts.map(([name, value]) => [`agent_runtime.${name}`, value]));
}
