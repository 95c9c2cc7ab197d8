// Ends a server in order: readiness first, then no new connections, then what is in flight, then the rest by force.
// Next: readiness.ts, which the load balancer reads meanwhile.
import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from './log.ts';
import type { Readiness } from './readiness.ts';

/** What {@link createDrain} needs. */
export interface DrainOptions {
  readonly server: Server;
  readonly readiness: Readiness;
  readonly log: Pick<Logger, 'info' | 'warn'>;
  /** Milliseconds of serving on after readiness fails. */
  readonly drainDelayMs: number;
  /** Milliseconds that requests in flight get after that. */
  readonly drainTimeoutMs: number;
}

/** Knows every connection and every request in flight of one server. */
export interface Drain {
  /** Call it for each request before anything else. */
  readonly track: (outgoing: ServerResponse) => void;
  /** Drains and ends the server; a second call gets the same promise. Never rejects. */
  readonly stop: () => Promise<void>;
}

/** After the last answer, for its bytes and the TLS goodbye to leave before sockets are destroyed. */
const lingerMs = 250;

/** Begins watching a server that does not listen yet. */
export function createDrain(options: DrainOptions): Drain {
  const { server, readiness, log, drainDelayMs, drainTimeoutMs } = options;
  const sockets = trackSockets(server);
  const inFlight = new Set<ServerResponse>();
  let idle: (() => void) | undefined;
  let stopped: Promise<void> | undefined;

  function track(outgoing: ServerResponse): void {
    inFlight.add(outgoing);
    if (stopped !== undefined) outgoing.shouldKeepAlive = false;
    outgoing.once('close', () => {
      inFlight.delete(outgoing);
      if (inFlight.size === 0) idle?.();
    });
  }

  async function drain(): Promise<void> {
    readiness.beginDrain();
    log.info({ inFlight: inFlight.size, drainDelayMs, drainTimeoutMs }, 'draining');
    // Answers from here on say `Connection: close`, so that clients bring their next request elsewhere.
    for (const outgoing of inFlight) if (!outgoing.headersSent) outgoing.shouldKeepAlive = false;
    await sleep(drainDelayMs);
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    const allAnswered = new Promise<void>((resolve) => {
      idle = resolve;
      if (inFlight.size === 0) resolve();
    });
    await within(drainTimeoutMs, allAnswered);
    if (inFlight.size > 0) log.warn({ cut: inFlight.size }, 'drain timeout, requests cut off');
    else await within(lingerMs, closed);
    for (const socket of sockets) socket.destroy();
    server.closeAllConnections();
    await closed;
    log.info('drained');
  }

  return {
    track,
    stop() {
      stopped ??= Promise.resolve().then(drain);
      return stopped;
    },
  };
}

function trackSockets(server: Server): ReadonlySet<Socket> {
  const sockets = new Set<Socket>();
  const track = (socket: Socket): void => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  };
  // With TLS there are two for each connection; until the handshake is done only the first exists.
  server.on('connection', track);
  server.on('secureConnection', track);
  return sockets;
}

async function within(timeoutMs: number, work: Promise<void>): Promise<void> {
  const timer = new AbortController();
  const timeUp = sleep(timeoutMs, undefined, { signal: timer.signal }).catch(() => undefined);
  await Promise.race([work, timeUp]);
  timer.abort();
}
