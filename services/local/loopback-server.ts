// One HTTP server on the loopback interface, and what every stand-in does with a request.
// Next: services/local/platform.ts, which starts them all.
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { type WireRequest } from './sigv4-verifier.ts';

/** A listening server. */
export interface LoopbackServer {
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Listens on 127.0.0.1.
 *
 * @param port - 0 for any free one
 * @param about - what listens and which setting names its port, for the message when it is taken
 * @throws Error in one line when the port cannot be had
 */
export function listenLoopback(
  handler: RequestListener,
  port: number,
  about: { name: string; setting: string },
): Promise<LoopbackServer> {
  const server = createServer({ keepAliveTimeout: 75_000, maxHeaderSize: 16_384 }, handler);
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const got =
        error.code === 'EADDRINUSE' ? `port ${port}, which is taken` : `${error.code ?? error.message} on port ${port}`;
      reject(new Error(`${about.name}: got ${got}, expected a free port; set ${about.setting} or stop what holds it`));
    });
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      const bound = typeof address === 'object' && address ? address.port : port;
      resolve({ url: `http://127.0.0.1:${bound}`, port: bound, close });
    });
  });

  function close(): Promise<void> {
    return new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  }
}

/** Reads a request whole, as a signature needs it. @throws Error when it is longer than `maxBytes` */
export async function readWireRequest(
  incoming: IncomingMessage,
  maxBytes: number,
): Promise<WireRequest & { body: Buffer }> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw new Error(`got more than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return { ...wireHead(incoming), body: Buffer.concat(chunks) };
}

/** The head of a request, names and values as they came. */
export function wireHead({ method, url, rawHeaders }: IncomingMessage): Omit<WireRequest, 'body'> {
  const pairs = Array.from(
    { length: rawHeaders.length / 2 },
    (_, index) => [rawHeaders[2 * index] ?? '', rawHeaders[2 * index + 1] ?? ''] as const,
  );
  return { method: method ?? 'GET', target: url ?? '/', rawHeaders: pairs };
}

/** Answers JSON. */
export function sendJson(
  outgoing: ServerResponse,
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  sendText(outgoing, status, JSON.stringify(value), headers);
}

/** Answers a text, as JSON unless a header says otherwise. */
export function sendText(
  outgoing: ServerResponse,
  status: number,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  outgoing
    .writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body), ...headers })
    .end(body);
}
