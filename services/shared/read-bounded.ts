// Reads an upstream's answer whole, up to a bound, by events: an async iterator costs several times as much per answer.
// Next: services/orbit/governance-client.ts and services/orbit/answer.ts, which read answers with it.
import { type Readable } from 'node:stream';

/**
 * Collects a stream as UTF-8 text.
 *
 * @param stream - the body of an answer; destroyed when it is too long.
 * @param maxBytes - the most it may hold.
 * @throws Error when it is longer, cut off, or fails.
 */
export function readBounded(stream: Readable, maxBytes: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    let ended = false;
    stream.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > maxBytes) stream.destroy(new Error(`got more than ${maxBytes} bytes, expected fewer`));
      else chunks.push(chunk);
    });
    stream.on('end', () => {
      ended = true;
      resolve(Buffer.concat(chunks, bytes).toString('utf8'));
    });
    stream.on('error', reject);
    stream.on('close', () => {
      if (!ended) reject(new Error('got an answer that was cut off, expected all of it'));
    });
  });
}
