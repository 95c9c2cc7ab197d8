// Answers what Node's parser refuses (bad syntax, too large, too slow) with problem+json and closes the connection.
// Next: request-guard.ts, which judges what the parser lets pass.
import { STATUS_CODES } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { correlationHeaders, correlationOf } from './correlation.ts';
import { problemBody, problemHeaders } from './errors.ts';
import type { ProblemFields } from './errors.ts';
import type { Logger } from './log.ts';

/** For the client to read the answer while it may still be sending; then the socket is destroyed. */
const lingerMs = 1000;

/**
 * Answers 431 for headers over the limit, 408 for a head or body that takes too long, 413 for chunk extensions over
 * the limit and 400 for everything else that is no HTTP. A connection that failed in another way, TLS included, is
 * destroyed without a word.
 */
export function answerParserErrors(server: Server, log: Pick<Logger, 'info'>): void {
  const latest = new WeakMap<Duplex, { incoming: IncomingMessage; outgoing: ServerResponse }>();
  const remember = (incoming: IncomingMessage, outgoing: ServerResponse): void => {
    latest.set(incoming.socket, { incoming, outgoing });
  };
  server.prependListener('request', remember);
  server.prependListener('checkContinue', remember);
  server.prependListener('checkExpectation', remember);
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    const refusal = refusalOf(error.code ?? '');
    const request = latest.get(socket);
    if (refusal === null || !socket.writable || wouldMisanswer(request)) {
      socket.destroy();
      return;
    }
    const own = correlationOf();
    log.info({ ...refusal, cause: error.code, correlationId: own.correlationId }, 'request refused by the parser');
    socket.end(rawAnswer({ ...refusal, headers: correlationHeaders(own), correlationId: own.correlationId }));
    // Unread bytes at close would make the system send a reset, which can overtake the answer.
    socket.resume();
    setTimeout(() => socket.destroy(), lingerMs).unref();
  });
}

/**
 * INVARIANT: an answer never reaches a client as that of another request. While one that came whole is being
 * answered, the error is about bytes behind it; once its answer has begun, nothing may be put in between.
 */
function wouldMisanswer(request: { incoming: IncomingMessage; outgoing: ServerResponse } | undefined): boolean {
  if (request === undefined || request.outgoing.writableFinished) return false;
  return request.incoming.complete || request.outgoing.headersSent;
}

function refusalOf(code: string): Pick<ProblemFields, 'status' | 'code' | 'detail'> | null {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return {
        status: 431,
        code: 'headers_too_large',
        detail: 'got headers over the limit, expected less, send fewer',
      };
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return { status: 408, code: 'request_timeout', detail: 'got no whole request in time, expected it sooner' };
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return { status: 413, code: 'payload_too_large', detail: 'got chunk extensions over the limit, expected none' };
    default:
      return code.startsWith('HPE_')
        ? { status: 400, code: 'request_invalid', detail: 'got bytes that are no http/1.1 request, expected one' }
        : null;
  }
}

function rawAnswer(fields: ProblemFields): string {
  const body = problemBody(fields);
  const headers = {
    ...problemHeaders(fields.headers),
    connection: 'close',
    'content-length': String(Buffer.byteLength(body)),
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return [`HTTP/1.1 ${fields.status} ${STATUS_CODES[fields.status] ?? ''}`, ...lines, '', body].join('\r\n');
}
