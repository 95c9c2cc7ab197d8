// Serves an app over HTTP or TLS with limits on everything, and ends without cutting anyone off.
// Next: request-guard.ts, which sees each request first.
import { createServer } from 'node:http';
import type { IncomingMessage, RequestListener, Server, ServerOptions, ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Socket } from 'node:net';
import { getRequestListener, RequestError } from '@hono/node-server';
import { correlationHeaders, correlationOf } from './correlation.ts';
import { ConfigurationError } from './environment.ts';
import { problem, problemBody, problemHeaders } from './errors.ts';
import type { ProblemFields } from './errors.ts';
import type { Logger } from './log.ts';
import type { Readiness } from './readiness.ts';
import { guardRequest, originForm } from './request-guard.ts';
import { answerParserErrors } from './parser-errors.ts';
import { createDrain } from './server-drain.ts';
import { guardStreams } from './stream-guard.ts';
import type { AppFetch } from './stream-guard.ts';
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
  readonly app: { readonly fetch: AppFetch };
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
  readonly stop: () => Promise<void>;
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
  const serveApp = getRequestListener(guardStreams(options.app.fetch, options.log), {
    errorHandler: (error) => failedAroundApp(options.log, error),
  });
  const refused = new WeakSet<Socket>();
  const listener: RequestListener = (incoming, outgoing) => {
    // INVARIANT: what follows a refused request on its connection, framed as that one chose, is never served.
    if (refused.has(incoming.socket)) return;
    drain.track(outgoing);
    if (refuseUnsafe(options.log, incoming, outgoing)) refused.add(incoming.socket);
    else void serveApp(incoming, outgoing);
  };
  server.on('request', listener);
  server.on('checkContinue', (incoming: IncomingMessage, outgoing: ServerResponse) => {
    // A refused request is never told to go on and send its body.
    if (guardRequest(incoming) === null && !refused.has(incoming.socket)) outgoing.writeContinue();
    listener(incoming, outgoing);
  });
  // Node would answer another expectation with a bare 417; the guard has one with a problem.
  server.on('checkExpectation', listener);
  answerParserErrors(server, options.log);
  logDroppedConnections(server, options.log);
  const port = await listen(server, options);
  const host = options.hostname.includes(':') ? `[${options.hostname}]` : options.hostname;
  return { port, url: `${options.tls === undefined ? 'http' : 'https'}://${host}:${port}`, stop: drain.stop };
}

function createLimitedServer(limits: ServerLimits, tls: TlsIdentity | undefined): Server {
  const settings: ServerOptions = {
    headersTimeout: limits.headersTimeoutMs,
    requestTimeout: limits.requestTimeoutMs,
    keepAliveTimeout: limits.keepAliveTimeoutMs,
    connectionsCheckingInterval: limits.checkIntervalMs,
    maxHeaderSize: limits.maxHeaderBytes,
    insecureHTTPParser: false,
    joinDuplicateHeaders: false,
    // The guard asks for Host itself, so that the refusal is problem+json.
    requireHostHeader: false,
  };
  const server =
    tls === undefined
      ? createServer(settings)
      : createTlsServer({
          ...settings,
          key: tls.key,
          cert: tls.cert,
          minVersion: 'TLSv1.2',
          ALPNProtocols: ['http/1.1'],
          handshakeTimeout: limits.headersTimeoutMs,
        });
  server.maxConnections = limits.maxConnections;
  server.timeout = limits.socketTimeoutMs;
  return server;
}

/** @returns true when the request was refused and answered. */
function refuseUnsafe(log: Logger, incoming: IncomingMessage, outgoing: ServerResponse): boolean {
  const refusal = guardRequest(incoming);
  if (refusal === null) {
    incoming.url = originForm(incoming.url ?? '/');
    return false;
  }
  const own = correlationOf();
  log.info({ ...refusal, correlationId: own.correlationId, traceId: own.traceId }, 'request refused by the guard');
  const body = problemBody({ ...refusal, correlationId: own.correlationId });
  const headers = { ...problemHeaders(correlationHeaders(own)), connection: 'close' };
  outgoing.writeHead(refusal.status, { ...headers, 'content-length': Buffer.byteLength(body) });
  outgoing.end(body);
  return true;
}

/** The adapter could not make a Request of what the guard let pass (400), or the app's own error handling failed (500). */
function failedAroundApp(log: Logger, error: unknown): Response {
  const own = correlationOf();
  const isRequest = error instanceof RequestError;
  const fields: ProblemFields = isRequest
    ? { status: 400, code: 'request_invalid', detail: 'got a request target or host that is no valid url' }
    : { status: 500, code: 'internal_error' };
  log[isRequest ? 'info' : 'error']({ err: error, correlationId: own.correlationId }, 'request failed outside the app');
  return problem({ ...fields, headers: correlationHeaders(own), correlationId: own.correlationId });
}

const dropLogEveryMs = 10_000;

/** At most one line in ten seconds: a flood of connections must not become a flood of lines. */
function logDroppedConnections(server: Server, log: Logger): void {
  let dropped = 0;
  let nextLineMs = 0;
  server.on('drop', () => {
    dropped += 1;
    if (Date.now() < nextLineMs) return;
    log.warn({ dropped, maxConnections: server.maxConnections }, 'connections refused, too many at once');
    nextLineMs = Date.now() + dropLogEveryMs;
    dropped = 0;
  });
}

function listen(server: Server, at: Pick<ServerStart, 'hostname' | 'port'>): Promise<number> {
  return new Promise((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException): void => reject(cannotListen(error, at));
    server.once('error', fail);
    server.listen({ host: at.hostname, port: at.port }, () => {
      server.off('error', fail);
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : at.port);
    });
  });
}

function cannotListen(error: NodeJS.ErrnoException, at: Pick<ServerStart, 'hostname' | 'port'>): ConfigurationError {
  const got =
    error.code === 'EADDRINUSE' ? `${at.port}, which is taken` : `${at.port} (${error.code ?? error.message})`;
  const expected = `a free port on ${at.hostname}, set another or stop what holds it`;
  return new ConfigurationError('server', [{ path: 'port', got, expected }], { cause: error });
}

/** What {@link stopOnSignals} uses of the process; replaced in tests. */
export interface SignalHooks {
  readonly on?: (signal: NodeJS.Signals, listener: () => void) => unknown;
  readonly exit?: (code: number) => void;
}

/**
 * On SIGTERM or SIGINT stops what runs and ends the process with 0, or 1 when stopping failed; a second signal ends it
 * at once with 1.
 */
export function stopOnSignals(running: Pick<RunningServer, 'stop'>, log: Logger, hooks: SignalHooks = {}): void {
  const { on = (signal, listener) => process.on(signal, listener), exit = (code) => process.exit(code) } = hooks;
  let stopping = false;
  const end = (signal: NodeJS.Signals): void => {
    if (stopping) return exit(1);
    stopping = true;
    log.info({ signal }, 'stopping');
    running.stop().then(
      () => exit(0),
      (error: unknown) => {
        log.error({ err: error }, 'stopping failed');
        exit(1);
      },
    );
  };
  on('SIGTERM', () => end('SIGTERM'));
  on('SIGINT', () => end('SIGINT'));
}
