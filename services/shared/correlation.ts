// Names each request and places it in a trace: x-correlation-id and W3C traceparent, in and out.
// Next: log.ts, which writes both into every line.
import { randomUUID } from 'node:crypto';
import type { Context, MiddlewareHandler } from 'hono';
import { v7 as uuidv7 } from 'uuid';

/** Who a request is: its correlation id and its place in the trace. `spanId` is this service's own. */
export interface Correlation {
  /** 8..128 characters of `A-Za-z0-9._-`: the caller's, or a UUIDv7. */
  readonly correlationId: string;
  /** 32 lowercase hex digits, not all zero: the caller's, or new. */
  readonly traceId: string;
  /** 16 lowercase hex digits, not all zero: new in every service. */
  readonly spanId: string;
  /** Version 00, for the next hop and for the answer: `00-<traceId>-<spanId>-<flags>`. */
  readonly traceparent: string;
  /** The caller's, unchanged, when it was well-formed and came with a valid `traceparent`. */
  readonly tracestate?: string;
}

declare module 'hono' {
  interface ContextVariableMap {
    correlation: Correlation;
  }
}

/** Where a span is. */
export interface SpanPlace {
  readonly traceId: string;
  readonly spanId: string;
  readonly sampled: boolean;
}

/** The span of a request. */
export interface RequestSpan extends SpanPlace {
  /** Called when the answer's head is there. */
  end(c: Context): void;
}

/** Opens the span of a request in its caller's trace, or in a new one; undefined for a request that gets none. */
export type StartSpan = (c: Context, parent: TraceParent | null) => RequestSpan | undefined;

/** How {@link correlation} makes what the caller did not send. */
export interface CorrelationOptions {
  /** @defaultValue `uuidv7` */
  readonly makeId?: () => string;
  /** Whether a trace begun here is marked as sampled. @defaultValue `true` */
  readonly sampled?: boolean;
  /** Opens spans, which then place the requests. @defaultValue none: requests are placed, and nothing is recorded */
  readonly startSpan?: StartSpan | undefined;
}

const correlationIdPattern = /^[A-Za-z0-9._-]{8,128}$/;

/**
 * Middleware that sets `c.var.correlation` and puts `x-correlation-id` and `traceparent` on every answer, errors
 * included. A correlation id outside its pattern is replaced, never repaired or echoed.
 */
export function correlation(options: CorrelationOptions = {}): MiddlewareHandler {
  return async function correlate(c: Context, next): Promise<void> {
    const received = receivedCorrelation(c, options);
    const span = options.startSpan?.(c, parseTraceparent(c.req.header('traceparent')));
    const own = span === undefined ? received : correlationWithin(received, span);
    c.set('correlation', own);
    await next();
    span?.end(c);
    setHeader(c, 'x-correlation-id', own.correlationId);
    setHeader(c, 'traceparent', own.traceparent);
  };
}

/**
 * The correlation of a request with these headers; without a caller's headers, a new one.
 *
 * @param headers - the raw values as received, `undefined` where absent.
 */
export function correlationOf(
  headers: {
    readonly correlationId?: string | undefined;
    readonly traceparent?: string | undefined;
    readonly tracestate?: string | undefined;
  } = {},
  options: CorrelationOptions = {},
): Correlation {
  const { makeId = uuidv7, sampled = true } = options;
  const asked = headers.correlationId;
  const correlationId = asked !== undefined && correlationIdPattern.test(asked) ? asked : makeId();
  const parent = parseTraceparent(headers.traceparent);
  const traceId = parent?.traceId ?? randomHex(16);
  const spanId = randomHex(8);
  const place = { traceId, spanId, sampled: parent?.sampled ?? sampled };
  const tracestate = parent === null ? undefined : validTracestate(headers.tracestate);
  return correlationWithin({ correlationId, ...(tracestate === undefined ? {} : { tracestate }) }, place);
}

/** The same request with this span as its place. */
export function correlationWithin(
  { correlationId, tracestate }: Pick<Correlation, 'correlationId' | 'tracestate'>,
  { traceId, spanId, sampled }: SpanPlace,
): Correlation {
  const own = { correlationId, traceId, spanId, traceparent: `00-${traceId}-${spanId}-${sampled ? '01' : '00'}` };
  return tracestate === undefined ? own : { ...own, tracestate };
}

/** The headers that carry a request's correlation to the next hop. */
export function correlationHeaders(own: Correlation): Record<string, string> {
  const headers = { 'x-correlation-id': own.correlationId, traceparent: own.traceparent };
  return own.tracestate === undefined ? headers : { ...headers, tracestate: own.tracestate };
}

/** What a valid `traceparent` says. */
export interface TraceParent {
  readonly traceId: string;
  readonly parentId: string;
  readonly sampled: boolean;
}

const traceparentPattern = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
const maxTraceparentLength = 256;

/**
 * Reads a `traceparent` strictly: lowercase hex, no all-zero id, not version ff. Version 00 has nothing after its
 * flags; a later version may, after a dash, and is read by its first four fields.
 *
 * @returns null when it is absent or invalid; the trace then starts anew.
 * @see W3C Trace Context, sections 3.2.2 and 4.3
 */
export function parseTraceparent(value: string | undefined): TraceParent | null {
  if (value === undefined || value.length > maxTraceparentLength) return null;
  const match = traceparentPattern.exec(value);
  if (match === null) return null;
  const [, version = 'ff', traceId = '', parentId = '', flags = '00', rest] = match;
  if (version === 'ff' || (version === '00' && rest !== undefined)) return null;
  if (/^0+$/.test(traceId) || /^0+$/.test(parentId)) return null;
  return { traceId, parentId, sampled: (Number.parseInt(flags, 16) & 1) === 1 };
}

function receivedCorrelation(c: Context, options: CorrelationOptions): Correlation {
  return correlationOf(
    {
      correlationId: c.req.header('x-correlation-id'),
      traceparent: c.req.header('traceparent'),
      tracestate: c.req.header('tracestate'),
    },
    options,
  );
}

/**
 * Sets a header on the answer as it stands. Hono's `c.header` would rebuild it around its body as a stream, which
 * costs the adapter's fast path and the Content-Length; it is left for an answer whose headers cannot be changed.
 */
function setHeader(c: Context, name: string, value: string): void {
  try {
    c.res.headers.set(name, value);
  } catch {
    c.header(name, value);
  }
}

const maxTracestateLength = 512;
const maxTracestateMembers = 32;
const tracestateMember =
  /^(?:[a-z][a-z0-9_\-*/]{0,255}|[a-z0-9][a-z0-9_\-*/]{0,240}@[a-z][a-z0-9_\-*/]{0,13})=[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]$/;

/** W3C Trace Context, section 3.3: an invalid list is dropped whole, the trace id stays. */
function validTracestate(value: string | undefined): string | undefined {
  if (value === undefined || value.length === 0 || value.length > maxTracestateLength) return undefined;
  const members = value.split(',').map((member) => member.replaceAll(/^[ \t]+|[ \t]+$/g, ''));
  const filled = members.filter((member) => member !== '');
  const valid = filled.length > 0 && members.length <= maxTracestateMembers;
  return valid && filled.every((member) => tracestateMember.test(member)) ? value : undefined;
}

/** Random hex from node's pool of entropy, which a system call for each id would cost dearly; the version digits of the UUID are left out. */
function randomHex(byteCount: 8 | 16): string {
  const uuid = randomUUID();
  const hex = uuid.slice(0, 8) + uuid.slice(24);
  return byteCount === 8 ? hex.slice(4) : hex.slice(4) + randomHex(8);
}
