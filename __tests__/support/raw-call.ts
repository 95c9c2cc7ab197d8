// One call as bytes on a connection, whole or broken off, and the answer a client would have read.
// Next: __tests__/flow/broken-wire.test.ts, which makes such calls.
import { connect } from 'node:net';
import { type SeenAnswer } from './broken-bodies.ts';

/** A call in parts; what is left out is filled in so that the call is right. */
export interface RawCall {
  readonly method?: string;
  readonly path: string;
  readonly headers?: readonly (readonly [string, string | Uint8Array])[];
  readonly body?: Uint8Array;
  /** As sent; without it the body's own. */
  readonly declaredLength?: number | string;
}

/** The bytes of a call, with `Connection: close`. Header values go out as given, whatever they hold. */
export function rawBytes({ method = 'POST', path, headers = [], body = Buffer.of(), declaredLength }: RawCall): Buffer {
  const line = (name: string, value: string | Uint8Array) =>
    Buffer.concat([Buffer.from(`${name}: `), Buffer.from(value), Buffer.from('\r\n')]);
  const framed = headers.some(([name]) => /^transfer-encoding$/i.test(name));
  return Buffer.concat([
    Buffer.from(`${method} ${path} HTTP/1.1\r\n`),
    ...(headers.some(([name]) => /^host$/i.test(name)) ? [] : [line('host', 'localhost')]),
    line('connection', 'close'),
    ...(framed ? [] : [line('content-length', String(declaredLength ?? body.length))]),
    ...headers.map(([name, value]) => line(name, value)),
    Buffer.from('\r\n'),
    body,
  ]);
}

/** A body in chunks of the given size, without the last chunk when it is to break off. */
export function chunked(body: Uint8Array, size: number, whole = true): Buffer {
  const chunks: Buffer[] = [];
  for (let at = 0; at < body.length; at += size) {
    const chunk = body.subarray(at, at + size);
    chunks.push(Buffer.from(`${chunk.length.toString(16)}\r\n`), Buffer.from(chunk), Buffer.from('\r\n'));
  }
  return Buffer.concat([...chunks, Buffer.from(whole ? '0\r\n\r\n' : '')]);
}

/** How a call is sent; `breakOffMs` after the last byte the client ends its side, if the server has not. */
export interface SendOptions {
  readonly breakOffMs?: number;
}

const giveUpMs = 5000;

/** Sends bytes, reads until the server closes. @returns null when it closed without a word; @throws Error when it never closes */
export function sendRaw(
  url: string,
  bytes: Uint8Array,
  { breakOffMs = 400 }: SendOptions = {},
): Promise<SeenAnswer | null> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port: Number(new URL(url).port), host: '127.0.0.1' });
    const chunks: Buffer[] = [];
    let breakOff: NodeJS.Timeout | undefined;
    const giveUp = setTimeout(() => {
      socket.destroy();
      reject(new Error(`got no end of the connection within ${giveUpMs} ms after ${Buffer.concat(chunks).toString()}`));
    }, giveUpMs);
    socket.on('connect', () => socket.write(bytes, () => (breakOff = setTimeout(() => socket.end(), breakOffMs))));
    socket.on('data', (chunk: Buffer) => void chunks.push(chunk));
    // A reset after the answer is the server's right: it stopped reading.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      clearTimeout(giveUp);
      clearTimeout(breakOff);
      resolve(answerOf(Buffer.concat(chunks).toString('utf8')));
    });
  });
}

function answerOf(text: string): SeenAnswer | null {
  if (text === '') return null;
  const end = text.indexOf('\r\n\r\n');
  const head = text.slice(0, end);
  return {
    status: Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1] ?? 0),
    type: /^content-type: (.*)$/im.exec(head)?.[1]?.trim(),
    body: text.slice(end + 4),
  };
}
