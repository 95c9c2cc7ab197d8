// Reads application/vnd.amazon.eventstream from bytes cut anywhere; every frame is checked before it is believed.
// Next: services/axon/reasoners/bedrock.ts, which streams by it.
import { crc32 } from 'node:zlib';
import { EventStreamCodec } from '@smithy/eventstream-codec';
import { fromUtf8, toUtf8 } from '@smithy/util-utf8';
import { ReasonerError } from './reasoner.ts';

/** One frame that passed both checksums. */
export interface EventStreamFrame {
  /** Headers of type string, names as sent, for example `:message-type`. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Uint8Array;
}

/** Bytes of one frame. The format allows 24 MiB; a delta of text needs hundreds. */
export const maxFrameBytes = 1024 * 1024;
const preludeBytes = 12;
/** A frame without headers and body: the prelude and the checksum of the whole. */
const smallestFrameBytes = 16;

const codec = new EventStreamCodec(toUtf8, fromUtf8);

/**
 * Splits bytes into frames.
 *
 * @throws ReasonerError `protocol` for a wrong checksum, a frame of impossible or too large a size, a header that
 *   cannot be read, and bytes that end within a frame.
 * @see https://docs.aws.amazon.com/lexv2/latest/dg/event-stream-encoding.html
 */
export async function* readEventStream(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<EventStreamFrame> {
  let parts: Uint8Array[] = [];
  let held = 0;
  let needed = preludeBytes;
  for await (const chunk of chunks) {
    parts.push(chunk);
    held += chunk.byteLength;
    // Joined only when a step forward is possible, so that tiny chunks of a large frame are not copied again and again.
    if (held < needed) continue;
    let bytes = Buffer.concat(parts);
    needed = neededBytes(bytes);
    while (bytes.byteLength >= needed) {
      yield decodeFrame(bytes.subarray(0, needed));
      bytes = bytes.subarray(needed);
      needed = neededBytes(bytes);
    }
    parts = [bytes];
    held = bytes.byteLength;
  }
  if (held > 0) throw new ReasonerError('protocol', 'got an event stream that ends within a frame, expected all of it');
}

/** How many bytes make the next step: a prelude, or the frame it announces. */
function neededBytes(bytes: Buffer): number {
  if (bytes.byteLength < preludeBytes) return preludeBytes;
  // Checked before the size is believed: a flipped bit there would have us wait for bytes that never come.
  if (crc32(bytes.subarray(0, 8)) !== bytes.readUInt32BE(8)) throw checksumError();
  const size = bytes.readUInt32BE(0);
  if (size >= smallestFrameBytes && size <= maxFrameBytes) return size;
  throw new ReasonerError(
    'protocol',
    `got a frame of ${size} bytes, expected ${smallestFrameBytes} to ${maxFrameBytes}`,
  );
}

function decodeFrame(bytes: Buffer): EventStreamFrame {
  try {
    const { headers, body } = codec.decode(bytes);
    const texts = Object.entries(headers).flatMap(([name, { type, value }]): [string, string][] =>
      type === 'string' ? [[name, value]] : [],
    );
    return { headers: new Map(texts), body };
  } catch {
    throw checksumError();
  }
}

function checksumError(): ReasonerError {
  return new ReasonerError('protocol', 'got a damaged frame in an event stream, expected matching checksums');
}
