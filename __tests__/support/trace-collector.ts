// A collector of OTLP/HTTP traces on loopback, as an OpenTelemetry collector or X-Ray would take them.
// Next: __tests__/flow/tracing.test.ts, which looks at what came.
import { z } from 'zod';
import { type WireRequest } from '../../services/local/sigv4-canonical-request.ts';
import { listenLoopback, readWireRequest, sendJson } from '../../services/local/loopback-server.ts';

const Value = z.union([
  z.object({ stringValue: z.string() }).transform(({ stringValue }) => stringValue),
  z.object({ intValue: z.coerce.number() }).transform(({ intValue }) => intValue),
  z.object({ doubleValue: z.number() }).transform(({ doubleValue }) => doubleValue),
]);
const Attributes = z
  .array(z.object({ key: z.string(), value: Value }))
  .transform((list) => Object.fromEntries(list.map(({ key, value }) => [key, value])));
/** The part of OTLP's JSON that is looked at (https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding). */
const Export = z.object({
  resourceSpans: z.array(
    z.object({
      resource: z.object({ attributes: Attributes }),
      scopeSpans: z.array(
        z.object({
          spans: z.array(
            z.object({
              traceId: z.string().regex(/^[0-9a-f]{32}$/),
              spanId: z.string().regex(/^[0-9a-f]{16}$/),
              parentSpanId: z.string().optional(),
              name: z.string(),
              kind: z.number(),
              startTimeUnixNano: z.coerce.bigint(),
              endTimeUnixNano: z.coerce.bigint(),
              attributes: Attributes,
              status: z.object({ code: z.number() }),
            }),
          ),
        }),
      ),
    }),
  ),
});

/** A span as it came, with the service it is of. */
export type CollectedSpan = z.output<typeof Export>['resourceSpans'][number]['scopeSpans'][number]['spans'][number] & {
  readonly service: unknown;
};

export interface TraceCollector {
  readonly url: string;
  readonly spans: CollectedSpan[];
  readonly bodies: string[];
  readonly requests: WireRequest[];
  close(): Promise<void>;
}

/** @param status - what every export is answered with */
export async function startTraceCollector(status = 200): Promise<TraceCollector> {
  const spans: CollectedSpan[] = [];
  const bodies: string[] = [];
  const requests: TraceCollector['requests'] = [];
  const server = await listenLoopback(
    (incoming, outgoing) => {
      void readWireRequest(incoming, 5_000_000).then((request) => {
        const text = Buffer.from(request.body ?? []).toString('utf8');
        requests.push(request);
        bodies.push(text);
        for (const { resource, scopeSpans } of Export.parse(JSON.parse(text)).resourceSpans)
          for (const span of scopeSpans.flatMap((scope) => scope.spans))
            spans.push({ ...span, service: resource.attributes['service.name'] });
        sendJson(outgoing, status, {});
      });
    },
    0,
    { name: 'collector', setting: 'none' },
  );
  return { url: `${server.url}/v1/traces`, spans, bodies, requests, close: () => server.close() };
}
