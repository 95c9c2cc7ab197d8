// A reasoner behind HTTP: one POST, sent once, bounded in time and bytes, its socket closed as soon as nobody waits.
// Next: services/axon/reasoners/bedrock.ts and openai-compatible.ts, the two protocols it speaks.
import type { IncomingHttpHeaders } from 'node:http';
import { request } from 'undici';
import type { Dispatcher } from 'undici';
import { type CallLimit, startCallLimit } from './call-limit.ts';
import { parseModelJson } from './model-json.ts';
import { type Reasoned, type ReasonEvent, type Reasoner, ReasonerError, type ReasonInput } from './reasoner.ts';

/** A POST ready to send. */
export interface ModelRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** An answer outside 2xx. The text is empty when it could not be read or was too long. */
export interface ModelRefusal {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** What differs between model servers; everything here is free of I/O but for `request`, which may need credentials. */
export interface ModelProtocol {
  /** The reasoner's name, also named in failures. */
  readonly name: string;
  /** The media type of a streamed answer. */
  readonly streamType: string;
  request(input: ReasonInput, streaming: boolean): Promise<ModelRequest>;
  /** Words a refusal without repeating what the server said, which may hold a key or the prompt. */
  refusal(refusal: ModelRefusal, input: ReasonInput): ReasonerError;
  /** @throws ReasonerError `protocol` for JSON of another shape. */
  whole(body: unknown, input: ReasonInput): Reasoned;
  /** Ends with `done`, or throws {@link ReasonerError}: `protocol` also when the bytes end before it. */
  events(chunks: AsyncIterable<Uint8Array>, input: ReasonInput): AsyncIterable<ReasonEvent>;
}

/** Bounds of an HTTP reasoner. */
export interface HttpReasonerOptions {
  /** For the whole call, from credentials to the last byte, in milliseconds. */
  readonly timeoutMs: number;
  /** @defaultValue undici's global dispatcher */
  readonly dispatcher?: Dispatcher | undefined;
}

/** Bytes of a whole or a streamed answer; 8192 tokens with the framing of a streamed one stay well below. */
export const maxAnswerBytes = 8 * 1024 * 1024;
const maxRefusalBytes = 64 * 1024;
/** How long a finished answer may take to end, so that its connection can be used again. */
const drainMs = 1000;

type ModelAnswer = Dispatcher.ResponseData;

/** Makes a reasoner of a protocol. Never retries: that belongs to who knows the caller's budget. */
export function createHttpReasoner(protocol: ModelProtocol, options: HttpReasonerOptions): Reasoner {
  return {
    name: protocol.name,
    reason: (input) => reasonWhole(protocol, options, input),
    stream: (input) => reasonStreamed(protocol, options, input),
  };
}

async function reasonWhole(
  protocol: ModelProtocol,
  options: HttpReasonerOptions,
  input: ReasonInput,
): Promise<Reasoned> {
  const limit = startCallLimit(input.signal, options.timeoutMs);
  try {
    const { body } = await send(protocol, options, input, { limit, streaming: false });
    try {
      const bytes = await collect(boundedChunks(body, maxAnswerBytes));
      return protocol.whole(parseModelJson(bytes, 'answer'), input);
    } finally {
      body.destroy();
    }
  } catch (error) {
    throw asReasonerError(error, protocol.name, limit);
  } finally {
    limit.dispose();
  }
}

async function* reasonStreamed(
  protocol: ModelProtocol,
  options: HttpReasonerOptions,
  input: ReasonInput,
): AsyncGenerator<ReasonEvent> {
  const limit = startCallLimit(input.signal, options.timeoutMs);
  try {
    const { body, headers } = await send(protocol, options, input, { limit, streaming: true });
    let done: ReasonEvent | null = null;
    try {
      requireType(headers['content-type'], protocol.streamType);
      for await (const event of protocol.events(boundedChunks(body, maxAnswerBytes), input)) {
        if (event.type === 'done') {
          done = event;
          break;
        }
        yield event;
      }
    } finally {
      // INVARIANT: a loop left in any other way than by `done` closes the socket.
      if (done === null) body.destroy();
    }
    if (done === null) throw new ReasonerError('protocol', 'got a stream without its end, expected one');
    // The answer is whole: from here on neither clock nor client can turn it into a failure.
    limit.dispose();
    drain(body);
    yield done;
  } catch (error) {
    throw asReasonerError(error, protocol.name, limit);
  } finally {
    limit.dispose();
  }
}

async function send(
  protocol: ModelProtocol,
  { dispatcher }: HttpReasonerOptions,
  input: ReasonInput,
  { limit, streaming }: { limit: CallLimit; streaming: boolean },
): Promise<ModelAnswer> {
  const { url, headers, body } = await limit.race(protocol.request(input, streaming));
  const answer = await request(url, {
    method: 'POST',
    headers,
    body,
    signal: limit.signal,
    // The limit alone keeps time: undici's own clocks would only word the same end differently.
    headersTimeout: 0,
    bodyTimeout: 0,
    ...(dispatcher === undefined ? {} : { dispatcher }),
  });
  // Destroying an unread body emits an error that nobody needs; readers get it through their iterator.
  answer.body.on('error', () => undefined);
  if (answer.statusCode >= 200 && answer.statusCode < 300) return answer;
  const { statusCode: status, headers: answered } = answer;
  throw protocol.refusal({ status, headers: answered, text: await refusalText(answer, limit) }, input);
}

/** The refusal is already known by its status, so that a broken text of it is no other failure. */
async function refusalText({ body }: ModelAnswer, { signal }: CallLimit): Promise<string> {
  try {
    return Buffer.from(await collect(boundedChunks(body, maxRefusalBytes))).toString('utf8');
  } catch {
    signal.throwIfAborted();
    return '';
  } finally {
    body.destroy();
  }
}

async function* boundedChunks(body: ModelAnswer['body'], maxBytes: number): AsyncGenerator<Uint8Array> {
  let size = 0;
  try {
    for await (const chunk of body.iterator({ destroyOnReturn: false })) {
      const bytes = chunk as Uint8Array;
      size += bytes.byteLength;
      if (size > maxBytes) throw new ReasonerError('protocol', `got more than ${maxBytes} bytes, expected less`);
      yield bytes;
    }
  } catch (error) {
    if (error instanceof ReasonerError) throw error;
    throw new ReasonerError('protocol', 'got an answer that was cut off, expected all of it', { cause: error });
  }
}

async function collect(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const held: Uint8Array[] = [];
  for await (const chunk of chunks) held.push(chunk);
  return Buffer.concat(held);
}

function requireType(got: string | string[] | undefined, expected: string): void {
  const type = typeof got === 'string' ? got.split(';')[0]?.trim().toLowerCase() : undefined;
  if (type !== expected) throw new ReasonerError('protocol', `got an answer of another type, expected ${expected}`);
}

/** Only after the loop: while an iterator listens, a body cannot flow. */
function drain(body: ModelAnswer['body']): void {
  const timer = setTimeout(() => body.destroy(), drainMs).unref();
  body.once('close', () => clearTimeout(timer));
  body.resume();
}

function asReasonerError(error: unknown, name: string, { signal }: CallLimit): ReasonerError {
  // The limit's own end arrives here in many forms: undici's, the iterator's, a cut body.
  if (signal.aborted && signal.reason instanceof ReasonerError) return signal.reason;
  if (error instanceof ReasonerError) return error;
  return new ReasonerError('unavailable', `got no answer from ${name}, expected one`, { cause: error });
}
