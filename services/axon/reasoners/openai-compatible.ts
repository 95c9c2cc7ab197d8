// Reasons by any server that speaks OpenAI's chat completions, whole or streamed.
// Next: services/axon/reasoners/sse.ts, the framing of a streamed answer.
import type { Dispatcher } from 'undici';
import { z } from 'zod';
import { createHttpReasoner } from './http-reasoner.ts';
import { expectShape, parseModelJson } from './model-json.ts';
import { openAiFailure, openAiRefusal } from './openai-failures.ts';
import {
  type Reasoned,
  type ReasonEvent,
  type Reasoner,
  ReasonerError,
  type ReasonInput,
  type Usage,
} from './reasoner.ts';
import { readSse } from './sse.ts';

/** Where the server is and which model is asked. */
export interface OpenAiOptions {
  /** Up to and without `/chat/completions`, for example `https://api.openai.com/v1`. */
  readonly baseUrl: string;
  /** Sent as a bearer token. @defaultValue none is sent */
  readonly apiKey?: string | undefined;
  /** Asked before each call, so that a key can change under way; goes before `apiKey`. */
  readonly currentApiKey?: (() => string | undefined) | undefined;
  readonly model: string;
  /** For the whole call, in milliseconds. */
  readonly timeoutMs: number;
  readonly dispatcher?: Dispatcher | undefined;
}

/**
 * Makes the reasoner `openai-compatible`.
 *
 * The server must count tokens: an answer without usage is refused, as a made-up count would be worse than none.
 *
 * @throws TypeError for a base URL or a key that cannot be used; the key is not shown.
 * @see https://platform.openai.com/docs/api-reference/chat/create
 */
export function createOpenAiReasoner(options: OpenAiOptions): Reasoner {
  const { baseUrl, apiKey, currentApiKey, model, timeoutMs, dispatcher } = options;
  const url = completionsUrl(baseUrl);
  const configured = authorization(apiKey);
  return createHttpReasoner(
    {
      name: 'openai-compatible',
      streamType: 'text/event-stream',
      request: async (input, streaming) => {
        const current = currentApiKey?.();
        const headers = {
          'content-type': 'application/json',
          ...(current === undefined ? configured : authorization(current)),
          accept: streaming ? 'text/event-stream' : 'application/json',
        };
        return { url, headers, body: JSON.stringify(completionBody(input, model, streaming)) };
      },
      refusal: openAiRefusal,
      whole: wholeAnswer,
      events: streamedAnswer,
    },
    { timeoutMs, dispatcher },
  );
}

function completionsUrl(baseUrl: string): string {
  const url = URL.parse(baseUrl);
  const plain =
    url !== null && /^https?:$/.test(url.protocol) && `${url.username}${url.password}${url.search}${url.hash}` === '';
  if (!plain)
    throw new TypeError('got a base url of another form, expected http(s) without credentials, query and fragment');
  return `${url.href.replace(/\/+$/, '')}/chat/completions`;
}

function authorization(apiKey: string | undefined): Record<string, string> {
  if (apiKey === undefined) return {};
  if (!/^[\x21-\x7e]+$/.test(apiKey))
    throw new TypeError('got an api key with blanks or control characters, expected none');
  return { authorization: `Bearer ${apiKey}` };
}

function completionBody(
  { prompt, system, maxTokens, temperature, model }: ReasonInput,
  ours: string,
  streaming: boolean,
): unknown {
  return {
    model: model ?? ours,
    messages: [
      ...(system === undefined ? [] : [{ role: 'system', content: system }]),
      { role: 'user', content: prompt },
    ],
    // The newer `max_completion_tokens` is not known by most compatible servers.
    max_tokens: maxTokens,
    ...(temperature === undefined ? {} : { temperature }),
    ...(streaming ? { stream: true, stream_options: { include_usage: true } } : {}),
  };
}

const TokenUsage = z.object({ prompt_tokens: z.int().nonnegative(), completion_tokens: z.int().nonnegative() });
const Completion = z.object({
  model: z.string(),
  choices: z.tuple(
    [z.object({ message: z.object({ content: z.string().nullish() }), finish_reason: z.string() })],
    z.unknown(),
  ),
  usage: TokenUsage,
});
const Chunk = z.object({
  model: z.string().optional(),
  choices: z.array(
    z.object({ delta: z.object({ content: z.string().nullish() }).nullish(), finish_reason: z.string().nullish() }),
  ),
  usage: TokenUsage.nullish(),
});
const Failure = z.object({ error: z.unknown().refine((error) => error !== undefined && error !== null) });

function wholeAnswer(body: unknown): Reasoned {
  refuseFailure(body);
  const { model, choices, usage } = expectShape(Completion, body, 'answer');
  const [{ message, finish_reason: finish }] = choices;
  return { output: message.content ?? '', model, stopReason: stopReasonOf(finish), usage: usageOf(usage) };
}

async function* streamedAnswer(chunks: AsyncIterable<Uint8Array>, input: ReasonInput): AsyncGenerator<ReasonEvent> {
  let model = input.model;
  let finish: string | null = null;
  let usage: Usage | null = null;
  for await (const { event, data } of readSse(chunks)) {
    if (event === 'error') throw openAiFailure(undefined);
    if (data === '[DONE]') {
      yield doneEvent(model, finish, usage);
      return;
    }
    const chunk = readChunk(data);
    const choice = chunk.choices[0];
    model = chunk.model ?? model;
    finish = choice?.finish_reason ?? finish;
    usage = chunk.usage ? usageOf(chunk.usage) : usage;
    const text = choice?.delta?.content ?? '';
    if (text !== '') yield { type: 'delta', text };
  }
  throw new ReasonerError('protocol', 'got a stream that ends too early, expected [DONE]');
}

function readChunk(data: string): z.output<typeof Chunk> {
  const body = parseModelJson(data, 'event');
  refuseFailure(body);
  return expectShape(Chunk, body, 'event');
}

/** INVARIANT: no text without its finish reason and its token counts is ever called a whole answer. */
function doneEvent(model: string | undefined, finish: string | null, usage: Usage | null): ReasonEvent {
  if (finish === null) throw new ReasonerError('protocol', 'got [DONE] before a finish reason, expected one');
  if (usage === null || model === undefined) {
    throw new ReasonerError(
      'protocol',
      'got [DONE] without usage or model, expected a server that honours include_usage',
    );
  }
  return { type: 'done', model, stopReason: stopReasonOf(finish), usage };
}

/** Some servers answer 200 and then tell of a failure. */
function refuseFailure(body: unknown): void {
  const parsed = Failure.safeParse(body);
  if (parsed.success) throw openAiFailure(parsed.data.error);
}

function usageOf({ prompt_tokens: inputTokens, completion_tokens: outputTokens }: z.output<typeof TokenUsage>): Usage {
  return { inputTokens, outputTokens };
}

const stopReasons: ReadonlyMap<string, Reasoned['stopReason']> = new Map([
  ['stop', 'end'],
  ['length', 'max_tokens'],
  ['content_filter', 'content_filter'],
]);

function stopReasonOf(finish: string): Reasoned['stopReason'] {
  return stopReasons.get(finish) ?? 'other';
}
