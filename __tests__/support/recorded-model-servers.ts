// A loopback model server that answers as recorded, and the recorded shapes of Bedrock and OpenAI answers.
// Next: __tests__/services/axon/reasoners/http-reasoner.test.ts, which uses it for time, size and closing.
import { createServer } from 'node:http';
import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { EventStreamCodec } from '@smithy/eventstream-codec';
import { fromUtf8, toUtf8 } from '@smithy/util-utf8';

/** A request as the server saw it; `closed` resolves when its socket closes. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** The caller's port, by which two requests on one connection are known. */
  readonly port: number | undefined;
  readonly closed: Promise<void>;
}

/** A running server. */
export interface ModelServer {
  readonly url: string;
  readonly seen: SeenRequest[];
  stop(): Promise<void>;
}

/** Starts a server whose answers `respond` writes. */
export async function startModelServer(
  respond: (response: ServerResponse, seen: SeenRequest) => void,
): Promise<ModelServer> {
  const seen: SeenRequest[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    const port = request.socket.remotePort;
    const closed = new Promise<void>((resolve) => request.socket.once('close', () => resolve()));
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8');
      const one = {
        method: request.method ?? '',
        path: request.url ?? '',
        headers: request.headers,
        body,
        port,
        closed,
      };
      seen.push(one);
      respond(response, one);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    async stop() {
      const stopped = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await stopped;
    },
  };
}

/** Answers with JSON. */
export function json(
  response: ServerResponse,
  body: unknown,
  status = 200,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

/** Answers with a stream of the given bytes, whole. */
export function stream(response: ServerResponse, type: string, bytes: Uint8Array | string): void {
  response.writeHead(200, { 'content-type': type }).end(bytes);
}

/** The media type of a Bedrock stream. */
export const eventStreamType = 'application/vnd.amazon.eventstream';

const codec = new EventStreamCodec(toUtf8, fromUtf8);

/** One frame of a Bedrock stream. */
export function frame(headers: Record<string, string>, body: unknown): Uint8Array {
  const typed = Object.entries(headers).map(([name, value]) => [name, { type: 'string', value }] as const);
  return codec.encode({ headers: Object.fromEntries(typed), body: fromUtf8(JSON.stringify(body)) });
}

/** One event frame, with the padding field `p` that Bedrock adds. */
export function bedrockEvent(type: string, body: Record<string, unknown>): Uint8Array {
  const headers = { ':event-type': type, ':content-type': 'application/json', ':message-type': 'event' };
  return frame(headers, { ...body, p: 'abcdefghij' });
}

/** A whole Bedrock answer to "hello". */
export const converseAnswer = {
  metrics: { latencyMs: 551 },
  output: { message: { content: [{ text: 'Grüße, ' }, { text: 'Welt 🌍' }], role: 'assistant' } },
  stopReason: 'end_turn',
  usage: { inputTokens: 11, outputTokens: 7, totalTokens: 18, cacheReadInputTokens: 0 },
};

/** The frames of the same answer streamed. */
export const converseFrames: readonly Uint8Array[] = [
  bedrockEvent('messageStart', { role: 'assistant' }),
  bedrockEvent('contentBlockDelta', { contentBlockIndex: 0, delta: { text: 'Grüße, ' } }),
  bedrockEvent('contentBlockDelta', { contentBlockIndex: 0, delta: { text: 'Welt 🌍' } }),
  bedrockEvent('contentBlockStop', { contentBlockIndex: 0 }),
  bedrockEvent('messageStop', { stopReason: 'end_turn' }),
  bedrockEvent('metadata', {
    metrics: { latencyMs: 551 },
    usage: { inputTokens: 11, outputTokens: 7, totalTokens: 18 },
  }),
];

/** A whole OpenAI answer to "hello". */
export const completionAnswer = {
  id: 'chatcmpl-1',
  object: 'chat.completion',
  model: 'gpt-4o-mini-2024-07-18',
  choices: [
    { index: 0, message: { role: 'assistant', content: 'Grüße, Welt 🌍', refusal: null }, finish_reason: 'stop' },
  ],
  usage: { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 },
};

/** One chunk of a streamed OpenAI answer. */
export function completionChunk(delta: Record<string, unknown>, finish: string | null = null): Record<string, unknown> {
  const choices = [{ index: 0, delta, logprobs: null, finish_reason: finish }];
  return { id: 'chatcmpl-1', object: 'chat.completion.chunk', model: 'gpt-4o-mini-2024-07-18', choices, usage: null };
}

/** The chunks of the same answer streamed. */
export const completionChunks: readonly Record<string, unknown>[] = [
  completionChunk({ role: 'assistant', content: '' }),
  completionChunk({ content: 'Grüße, ' }),
  completionChunk({ content: 'Welt 🌍' }),
  completionChunk({}, 'stop'),
  { ...completionChunk({}), choices: [], usage: { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 } },
];

/** Server-sent events of chunks, with `[DONE]` unless told otherwise. */
export function sse(chunks: readonly unknown[], done = true): string {
  const events = chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`);
  return [...events, ...(done ? ['data: [DONE]\n\n'] : [])].join('');
}
