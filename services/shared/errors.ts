// How a failure leaves a service: one error class with a closed set of codes, mapped once to RFC 9457 problem+json.
// Next: correlation.ts, whose id every problem carries.
import type { Context, ErrorHandler, Hono, NotFoundHandler } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { Logger } from './log.ts';

/**
 * Every code a {@link ServiceError} may carry, with its HTTP status. Closed: a new failure gets a new line here.
 *
 * @see RFC 9110, section 15; 499 is nginx's "client closed request"
 */
export const problemStatuses = {
  request_invalid: 400,
  context_conflict: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  method_not_allowed: 405,
  not_acceptable: 406,
  request_timeout: 408,
  payload_too_large: 413,
  uri_too_long: 414,
  unsupported_media_type: 415,
  misdirected_request: 421,
  unprocessable: 422,
  headers_too_large: 431,
  client_closed_request: 499,
  internal_error: 500,
  upstream_failed: 502,
  upstream_throttled: 503,
  unavailable: 503,
  deadline_exceeded: 504,
} as const satisfies Record<string, number>;

/** The closed union of codes in {@link problemStatuses}. */
export type ProblemCode = keyof typeof problemStatuses;

/** One thing wrong with an input: where (JSON path or setting name), what was got, what was expected. */
export interface Issue {
  readonly path: string;
  readonly got: string;
  readonly expected: string;
}

/** What a {@link ServiceError} may carry besides code and message. */
export interface ServiceErrorOptions {
  readonly cause?: unknown;
  readonly issues?: readonly Issue[] | undefined;
  /** Response headers, for example `retry-after`; sent with the problem whatever the status. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/**
 * A failure with a closed code. Below 500 its message and issues reach the client, so they hold nothing secret;
 * from 500 on they reach the log alone.
 */
export class ServiceError extends Error {
  readonly code: ProblemCode;
  readonly status: number;
  readonly issues?: readonly Issue[];
  readonly headers?: Readonly<Record<string, string>>;

  constructor(code: ProblemCode, message: string, options: ServiceErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'ServiceError';
    this.code = code;
    this.status = problemStatuses[code];
    if (options.issues !== undefined) this.issues = options.issues;
    if (options.headers !== undefined) this.headers = options.headers;
  }
}

/**
 * Gives an app its error answers: {@link onError}, 404 for an unknown path, 405 with `Allow` for a known path asked
 * with another method (RFC 9110, section 15.5.6).
 *
 * @param app - the app whose routes decide what is known; call it at any time before the first request.
 * @param log - where failures from 500 on go, with their cause.
 */
export function registerErrors(app: ErrorAnsweringApp, log: ErrorLog): void {
  app.onError(onError(log));
  app.notFound((c) => {
    const allowed = allowedMethods(app, c.req.path);
    return allowed.length === 0 ? notFound(c) : methodNotAllowed(c, allowed);
  });
}

/** The parts of a Hono app that {@link registerErrors} touches; `Hono` and `OpenAPIHono` of any `Env` fit. */
export interface ErrorAnsweringApp {
  onError(handler: ErrorHandler): unknown;
  notFound(handler: NotFoundHandler): unknown;
  readonly router: Pick<Hono['router'], 'match'>;
}

/** The two levels {@link onError} writes at; any pino logger fits. */
export type ErrorLog = Pick<Logger, 'error' | 'info'>;

/**
 * The one place where an exception becomes an answer: `app.onError(onError(log))`.
 *
 * A `ServiceError` keeps its code; a Hono `HTTPException` gets the code of its status; anything else is
 * `internal_error`, or `client_closed_request` when the client had gone.
 *
 * @param log - gets everything from 500 on, with cause and correlation id.
 */
export function onError(log: ErrorLog): ErrorHandler {
  return function answerError(error: Error, c: Context): Response {
    const failure = asServiceError(error, c);
    const correlationId = c.get('correlation')?.correlationId;
    if (failure.status >= 500) log.error({ err: error, code: failure.code, correlationId }, 'request failed');
    else if (failure.status === 499) log.info({ code: failure.code, correlationId }, 'client went away');
    c.set('logFields', { ...c.get('logFields'), problem: failure.code });
    // INVARIANT: from 500 on neither message nor issues leave the process; they may name hosts, keys or data.
    const mayTell = failure.status < 500;
    return problem({
      status: failure.status,
      code: failure.code,
      detail: mayTell ? failure.message : undefined,
      headers: failure.headers,
      extensions: mayTell && failure.issues !== undefined ? { issues: failure.issues } : undefined,
      correlationId,
    });
  };
}

/** 404 as problem+json: `app.notFound(notFound)`. {@link registerErrors} does this and tells 405 apart. */
export function notFound(c: Context): Response {
  return problem({
    status: problemStatuses.not_found,
    code: 'not_found',
    detail: 'got a path this service does not have, expected one listed in /openapi.json',
    correlationId: c.get('correlation')?.correlationId,
  });
}

/** What a problem says. `code` names it in the type URI and in the member `code`. */
export interface ProblemFields {
  /** HTTP status, 400..599. */
  readonly status: number;
  /** `snake_case`; becomes `urn:agent-runtime:problem:<code>` and, with blanks, the title. */
  readonly code: string;
  /** One lowercase line for the client: what was got, what was expected, what to do. Nothing secret. */
  readonly detail?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Further members, for example `reason` and `decisionId`; they never replace a member of RFC 9457. */
  readonly extensions?: Readonly<Record<string, unknown>> | undefined;
  readonly correlationId?: string | undefined;
}

/**
 * One problem+json response.
 *
 * @returns status, `content-type: application/problem+json`, `cache-control: no-store`, and the JSON members
 *   `type title status code detail? correlationId?` with the extensions.
 * @see RFC 9457, sections 3 and 4
 */
export function problem(fields: ProblemFields): Response {
  return new Response(problemBody(fields), { status: fields.status, headers: problemHeaders(fields.headers) });
}

/**
 * The JSON text of a problem, for answers written to a socket before Hono exists.
 *
 * @see RFC 9457, section 3.1
 */
export function problemBody(fields: ProblemFields): string {
  const detail = fields.detail?.slice(0, maxDetailLength);
  return JSON.stringify({
    // INVARIANT: extensions come first, so that none can replace a member below.
    ...fields.extensions,
    type: `urn:agent-runtime:problem:${fields.code}`,
    title: titleOf(fields.code),
    status: fields.status,
    code: fields.code,
    detail,
    correlationId: fields.correlationId,
  });
}

/**
 * The headers of a problem: the given ones, then content type and `no-store`, which they cannot replace.
 *
 * @param headers - further headers, names in lower case.
 */
export function problemHeaders(headers: Readonly<Record<string, string>> = {}): Record<string, string> {
  return { ...headers, 'content-type': 'application/problem+json', 'cache-control': 'no-store' };
}

const maxDetailLength = 1000;

function methodNotAllowed(c: Context, allowed: readonly string[]): Response {
  const allow = allowed.join(', ');
  return problem({
    status: problemStatuses.method_not_allowed,
    code: 'method_not_allowed',
    detail: `got a method this path does not take, expected one of ${allow}`,
    headers: { allow },
    correlationId: c.get('correlation')?.correlationId,
  });
}

const probedMethods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;

function allowedMethods(app: ErrorAnsweringApp, path: string): string[] {
  const allowed = probedMethods.filter((method) => hasRoute(app, method, path));
  // Hono answers HEAD from the GET route.
  return allowed.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method]));
}

function hasRoute(app: ErrorAnsweringApp, method: string, path: string): boolean {
  // Middleware is registered for the method ALL and says nothing about what a path takes.
  return app.router.match(method, path)[0].some(([[, route]]) => route.method === method);
}

function asServiceError(error: Error, c: Context): ServiceError {
  if (error instanceof ServiceError) return error;
  if (error instanceof HTTPException) {
    return new ServiceError(codeOfStatus(error.status), error.message || 'got a request that cannot be served', {
      cause: error,
    });
  }
  if (c.req.raw.signal.aborted) return new ServiceError('client_closed_request', 'the client went away');
  return new ServiceError('internal_error', 'unexpected failure', { cause: error });
}

function codeOfStatus(status: number): ProblemCode {
  return codesByStatus.get(status) ?? (status >= 500 ? 'internal_error' : 'request_invalid');
}

/** What a bare status means; of two codes that share one, the general. */
const codesByStatus: ReadonlyMap<number, ProblemCode> = new Map<number, ProblemCode>([
  [401, 'unauthenticated'],
  [403, 'forbidden'],
  [404, 'not_found'],
  [405, 'method_not_allowed'],
  [406, 'not_acceptable'],
  [408, 'request_timeout'],
  [413, 'payload_too_large'],
  [414, 'uri_too_long'],
  [415, 'unsupported_media_type'],
  [421, 'misdirected_request'],
  [422, 'unprocessable'],
  [431, 'headers_too_large'],
  [499, 'client_closed_request'],
  [502, 'upstream_failed'],
  [503, 'unavailable'],
  [504, 'deadline_exceeded'],
]);

function titleOf(code: string): string {
  return code.replaceAll('_', ' ').replace(/^./, (first) => first.toUpperCase());
}
