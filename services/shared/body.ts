// Reads a request's body within a limit, and JSON from it strictly.
// Next: json-fault.ts, which says where a text stops being JSON.
import type { Context } from 'hono';
import { ServiceError } from './errors.ts';
import { findJsonFault } from './json-fault.ts';

/**
 * The whole body, never more than `maxBytes` of it in memory.
 *
 * @throws ServiceError `payload_too_large` over the limit, at once when the declared length says so, else as soon as it
 *   is passed; `request_invalid` when the body ends early.
 */
export async function readBody(c: Context, maxBytes: number): Promise<Uint8Array> {
  const declared = declaredLength(c.req.header('content-length'));
  if (declared !== null && declared > maxBytes) throw tooLarge(maxBytes);
  const bytes = await readWhole(c, declared, maxBytes);
  if (bytes.byteLength > maxBytes) throw tooLarge(maxBytes);
  if (declared !== null && bytes.byteLength !== declared) throw endedEarly();
  return bytes;
}

async function readWhole(c: Context, declared: number | null, maxBytes: number): Promise<Uint8Array> {
  try {
    // INVARIANT: with a declared length the parser below gives exactly that many bytes, so one read is bounded by it.
    if (declared !== null) return new Uint8Array(await c.req.arrayBuffer());
    return await readLimited(c.req.raw.body, maxBytes);
  } catch (error) {
    if (error instanceof ServiceError) throw error;
    throw endedEarly(error);
  }
}

async function readLimited(body: ReadableStream<Uint8Array> | null, maxBytes: number): Promise<Uint8Array> {
  if (body === null) return new Uint8Array(0);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.byteLength;
    // Leaving the loop cancels the stream: the rest is never read into memory.
    if (size > maxBytes) throw tooLarge(maxBytes);
    chunks.push(chunk);
  }
  return new Uint8Array(Buffer.concat(chunks));
}

function declaredLength(header: string | undefined): number | null {
  if (header === undefined) return null;
  const length = /^\d{1,15}$/.test(header) ? Number(header) : Number.NaN;
  if (Number.isNaN(length))
    throw new ServiceError('request_invalid', 'got a malformed content-length, expected digits');
  return length;
}

function tooLarge(maxBytes: number): ServiceError {
  return new ServiceError(
    'payload_too_large',
    `got a body over the limit, expected at most ${maxBytes} bytes, send less`,
  );
}

function endedEarly(cause?: unknown): ServiceError {
  return new ServiceError('request_invalid', 'got a body that ends early, expected its declared length', { cause });
}

const jsonType = /^application\/json[ \t]*(?:;[ \t]*charset[ \t]*=[ \t]*(?:utf-8|"utf-8")[ \t]*)?$/i;
const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The deepest nesting of arrays and objects that is read. */
export const maxJsonDepth = 32;

/**
 * A JSON value from body bytes.
 *
 * @param contentType - the request's header; `application/json`, alone or with `charset=utf-8`.
 * @throws ServiceError `unsupported_media_type` for another type; `request_invalid` for bytes that are not UTF-8, for
 *   text that is not JSON (with line and column, never the text), for nesting deeper than 32.
 * @see RFC 8259
 */
export function parseJsonBody(bytes: Uint8Array, contentType: string | undefined): unknown {
  if (contentType === undefined || !jsonType.test(contentType)) {
    throw new ServiceError(
      'unsupported_media_type',
      'got a content-type this path does not take, expected application/json in utf-8',
      { headers: { accept: 'application/json' } },
    );
  }
  const text = decodeUtf8(bytes);
  refuseDeep(text);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ServiceError('request_invalid', `got a body that is not json: ${findJsonFault(text)}`, { cause: error });
  }
}

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return strictUtf8.decode(bytes);
  } catch (error) {
    throw new ServiceError('request_invalid', 'got a body that is not utf-8, expected utf-8', { cause: error });
  }
}

/** Counts brackets outside strings, before anything recursive sees the text. */
function refuseDeep(text: string): void {
  let depth = 0;
  let inString = false;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (inString) {
      if (code === 0x5c) at += 1;
      else if (code === 0x22) inString = false;
    } else if (code === 0x22) inString = true;
    else if (code === 0x7b || code === 0x5b) depth += 1;
    else if (code === 0x7d || code === 0x5d) depth -= 1;
    if (depth > maxJsonDepth) {
      throw new ServiceError(
        'request_invalid',
        `got json nested deeper than ${maxJsonDepth}, expected less, flatten it`,
      );
    }
  }
}
