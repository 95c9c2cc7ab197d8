// One JSON object per line on stdout, with nothing secret in it; one line per request.
// Next: redaction.ts, which keeps secrets out of the lines.
import type { Context, MiddlewareHandler } from 'hono';
import { routePath } from 'hono/route';
import pino from 'pino';
import { redactFields, redactLine } from './redaction.ts';

/** A pino logger; services know it by this name alone. */
export type Logger = pino.Logger;

declare module 'hono' {
  interface ContextVariableMap {
    /** What a handler adds to its request's log line, for example `tenant`, `decisionId`, `reason`. */
    logFields: Record<string, unknown>;
  }
}

/** Who logs, from which level on, and where to. */
export interface LoggerOptions {
  readonly service: string;
  readonly version: string;
  readonly level: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';
  /** @defaultValue stdout, written synchronously so that no line is lost when the process ends */
  readonly destination?: pino.DestinationStream | undefined;
}

/**
 * A logger writing `{level, timestamp, service, version, …fields, message}`: level as a word, time as ISO 8601 in UTC.
 * Fields with a secret's name are replaced at every level of nesting, anything shaped like a JWT anywhere in the line.
 */
export function createLogger(options: LoggerOptions): Logger {
  const settings: pino.LoggerOptions = {
    level: options.level,
    base: { service: options.service, version: options.version },
    messageKey: 'message',
    errorKey: 'err',
    timestamp: () => `,"timestamp":"${new Date().toISOString()}"`,
    formatters: { level: (label) => ({ level: label }), log: redactFields },
    // Errors are plain by then; pino's own serializer would take them apart a second time.
    serializers: { err: (error: unknown) => error },
    hooks: { streamWrite: redactLine },
  };
  const log = options.destination === undefined ? pino(settings) : pino(settings, options.destination);
  return withRedactedChildren(log);
}

/** INVARIANT: a child's own fields are redacted too; pino formats only the root's. Children inherit this `child`. */
function withRedactedChildren(log: Logger): Logger {
  const child = log.child;
  const redacting = function (this: Logger, bindings: pino.Bindings, options?: pino.ChildLoggerOptions): Logger {
    return Reflect.apply(
      child,
      this,
      options === undefined ? [redactFields(bindings)] : [redactFields(bindings), options],
    );
  };
  return Object.defineProperty(log, 'child', { value: redacting });
}

/** What {@link requestLog} treats apart. */
export interface RequestLogOptions {
  /** Routes whose successful requests are logged at `debug`: probes. @defaultValue `/health` and `/ready` */
  readonly quietRoutes?: readonly string[];
}

/**
 * Middleware that writes one line per request: method, route (the pattern, never the path or query a client chose),
 * status, durationMs until the answer's head, correlationId, traceId, and what the handler put in `c.var.logFields`.
 * Use it after `correlation()`.
 */
export function requestLog(
  log: Pick<Logger, 'debug' | 'info' | 'error'>,
  options: RequestLogOptions = {},
): MiddlewareHandler {
  const { quietRoutes = ['/health', '/ready'] } = options;
  return async function logRequest(c: Context, next): Promise<void> {
    const startedAt = performance.now();
    await next();
    const route = routeOf(c);
    const { status } = c.res;
    const line = {
      ...c.get('logFields'),
      method: c.req.method,
      route,
      status,
      durationMs: Math.round((performance.now() - startedAt) * 1000) / 1000,
      correlationId: c.get('correlation')?.correlationId,
      traceId: c.get('correlation')?.traceId,
    };
    if (status >= 500 && !quietRoutes.includes(route)) log.error(line, 'request');
    else if (quietRoutes.includes(route) && status < 400) log.debug(line, 'request');
    else log.info(line, 'request');
  };
}

/** The pattern of the handler that answered; a path without one is `unmatched`, whatever it spelled. */
export function routeOf(c: Context): string {
  const pattern = routePath(c, -1);
  return pattern === '' || pattern.endsWith('*') ? 'unmatched' : pattern;
}
