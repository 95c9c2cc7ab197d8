// Serves an app over HTTP or TLS with limits on everything, and ends without cutting anyone off.
// Next: request-guard.ts, which sees each request first.
import { createServer } from 'node:http';
import type { IncomingMessage, RequestListener, Server, ServerOptions, ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { getRequestListener } from '@hono/node-server';
import { correlationHeaders, correlationOf } from './correlation.ts';
import { ConfigurationError } from './environment.ts';
import { problemBody, problemHeaders } from './errors.ts';
import type { ProblemFields } from './errors.ts';
import type { Logger } from './log.ts';
import type { Readiness } from './readiness.ts';
import { guardRequest, originForm } from './request-guard.ts';
import { answerParserErrors } from './parser-errors.ts';
import { createDrain } from './server-drain.ts';
import type { TlsIdentity } from './tls.ts';

/** What one connection and one request may take. */
export interface ServerLimits {
  /** Until all headers are there. @defaultValue 10000 */
  readonly headersTimeoutMs: number;
  /** Until head and body are there; the answer may take longer. @defaultValue 30000 */
  readonly requestTimeoutMs: number;
  /** Idle between two requests: above the load balancer's 60 s, or it would send into a closing connection. @defaultValue 75000 */
  readonly keepAliveTimeoutMs: number;
  /** No byte either way: ends a client that stops reading. Above the longest deadline. @defaultValue 150000 */
  readonly socketTimeoutMs: number;
  /** All header names and values together. @defaultValue 16384 */
  readonly maxHeaderBytes: number;
  /** Connections at once; further ones are closed at once. @defaultValue 4096 */
  readonly maxConnections: number;
  /** How often Node looks for overdue headers and requests. @defaultValue 1000 */
  readonly checkIntervalMs: number;
}

/** What {@link startServer} needs. */
export interface ServerStart {
  /** A Hono app, or anything with its `fetch`. */
  readonly app: { readonly fetch: (request: Request, env: never) => Response | Promise<Response> };
  readonly hostname: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** With it the server speaks TLS 1.2 or later alone. */
  readonly tls?: TlsIdentity | undefined;
  readonly limits?: Partial<ServerLimits> | undefined;
  readonly readiness: Readiness;
  readonly log: Logger;
  /** How long to go on serving after readiness fails, so that the load balancer notices first. */
  readonly drainDelayMs: number;
  /** How long requests in flight may take after that. */
  readonly drainTimeoutMs: number;
}

/** A server that accepts connections. */
export interface RunningServer {
  readonly port: number;
  /** `http://host:port`, no trailing slash. */
  readonly url: string;
  /** Drains and ends; a second call gets the same promise. Never rejects. */
  stop(): Promise<void>;
}

const defaultLimits: ServerLimits = {
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 30_000,
  keepAliveTimeoutMs: 75_000,
  socketTimeoutMs: 150_000,
  maxHeaderBytes: 16_384,
  maxConnections: 4096,
  checkIntervalMs: 1000,
};

/**
 * Starts serving. Each request passes the guard before the app sees it; what does not parse, is too large or too slow
 * is answered with problem+json and its connection closed.
 *
 * @throws ConfigurationError when the address cannot be had, naming it.
 */
export async function startServer(options: ServerStart): Promise<RunningServer> {
  const limits = { ...defaultLimits, ...options.limits };
  const server = createLimitedServer(limits, options.tls);
  const drain = createDrain({ ...options, server });
  const serveApp = getRequestListener(options.app.fetch as Parameters<typeof getRequestListener>[0], {
    errorHandler: (error) => failedBeforeApp(options.log, error),
  });
  const listener: RequestListener = (incoming, outgoing) => {
    drain.track(incoming, outgoing);
    if (refuseUnsafe(options.log, incoming, outgoing)) return;
    void serveApp(incoming, outgoing);
  };
  server.on('request', listener);
  server.on('checkContinue', (incoming: IncomingMessage, outgoing: ServerResponse) => {
    // A refused request is never told to go on and send its body.
    if (guardRequest(incoming) === null) outgoing.writeContinue();
    listener(incoming, outgoing);
  });
  answerParserErrors(server, options.log);
  logDroppedConnections(server, options.log);
  const port = await listen(server, options);
  const host = options.hostname.includes(':') ? `[${options.hostname}]` : options.hostname;
  return { port, url: `${options.tls === undefined ? 'http' : 'https'}://${host}:${port}`, stop: drain.stop };
}
