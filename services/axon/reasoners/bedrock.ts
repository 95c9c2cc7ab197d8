// Reasons by Amazon Bedrock's Converse API, signed by SigV4, whole or streamed.
// Next: services/axon/reasoners/bedrock-event-stream.ts, the framing of a streamed answer.
import type { Dispatcher } from 'undici';
import { z } from 'zod';
import { awsEndpoint, type CredentialSource, signRequest } from '../../shared/aws.ts';
import { bedrockFailure, bedrockRefusal } from './bedrock-failures.ts';
import { type EventStreamFrame, readEventStream } from './bedrock-event-stream.ts';
import { createHttpReasoner, type ModelRequest } from './http-reasoner.ts';
import { expectShape, parseModelJson } from './model-json.ts';
import { type Reasoned, type ReasonEvent, type Reasoner, ReasonerError, type ReasonInput } from './reasoner.ts';

/** Where Bedrock is and which model is asked. */
export interface BedrockOptions {
  readonly region: string;
  /** A model id, an inference profile id, or the ARN of either. */
  readonly modelId: string;
  /** Replaces the public endpoint of the region. */
  readonly endpoint?: string | undefined;
  readonly credentials: CredentialSource;
  /** For the whole call, in milliseconds. */
  readonly timeoutMs: number;
  readonly dispatcher?: Dispatcher | undefined;
}

/**
 * Makes the reasoner `bedrock`.
 *
 * @throws TypeError for a region that is none.
 * @see https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html
 * @see https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html
 */
export function createBedrockReasoner(options: BedrockOptions): Reasoner {
  const { region, modelId, endpoint, credentials, timeoutMs, dispatcher } = options;
  const base = awsEndpoint({ service: 'bedrock-runtime', region, endpoint });
  const modelOf = (input: ReasonInput): string => input.model ?? modelId;
  return createHttpReasoner(
    {
      name: 'bedrock',
      streamType: 'application/vnd.amazon.eventstream',
      request: async (input, streaming) => {
        const url = `${base}${conversePath(modelOf(input), streaming)}`;
        return signedRequest(url, JSON.stringify(converseBody(input)), { region, credentials });
      },
      refusal: bedrockRefusal,
      whole: (body, input) => wholeAnswer(body, modelOf(input)),
      events: (chunks, input) => streamedAnswer(chunks, modelOf(input)),
    },
    { timeoutMs, dispatcher },
  );
}

/**
 * A model id begins with a letter or digit, so that none can be a `.` or `..` segment, and is encoded as one segment.
 * The signer encodes the path once more for its canonical request, as AWS does for every service but S3.
 */
function conversePath(model: string, streaming: boolean): string {
  if (!/^[A-Za-z0-9][\w.:/-]{0,2047}$/.test(model)) {
    throw new ReasonerError('rejected', 'got a model that is no bedrock model id, expected an id or an arn');
  }
  return `/model/${encodeURIComponent(model)}/${streaming ? 'converse-stream' : 'converse'}`;
}

function converseBody({ prompt, system, maxTokens, temperature }: ReasonInput): unknown {
  return {
    messages: [{ role: 'user', content: [{ text: prompt }] }],
    ...(system === undefined ? {} : { system: [{ text: system }] }),
    inferenceConfig: { maxTokens, ...(temperature === undefined ? {} : { temperature }) },
  };
}

async function signedRequest(
  url: string,
  body: string,
  { region, credentials }: { region: string; credentials: CredentialSource },
): Promise<ModelRequest> {
  const signed = await signRequest({
    method: 'POST',
    url,
    headers: { 'content-type': 'application/json' },
    body,
    service: 'bedrock',
    region,
    credentials: await credentials(),
    payload: 'signed',
  });
  return { ...signed, body };
}

const TokenUsage = z.object({ inputTokens: z.int().nonnegative(), outputTokens: z.int().nonnegative() });
/** A prompt router names the model it chose. */
const Trace = z.object({ promptRouter: z.object({ invokedModelId: z.string() }).optional() }).optional();
const ConverseAnswer = z.object({
  output: z.object({ message: z.object({ content: z.array(z.object({ text: z.string().optional() })) }) }),
  stopReason: z.string(),
  usage: TokenUsage,
  trace: Trace,
});
const ContentBlockDelta = z.object({ delta: z.object({ text: z.string().optional() }) });
const MessageStop = z.object({ stopReason: z.string() });
const Metadata = z.object({ usage: TokenUsage, trace: Trace });

function wholeAnswer(body: unknown, asked: string): Reasoned {
  const { output, stopReason, usage, trace } = expectShape(ConverseAnswer, body, 'answer of bedrock');
  return {
    // Blocks of other kinds, such as a model's reasoning, have no text of the answer.
    output: output.message.content.map((block) => block.text ?? '').join(''),
    model: trace?.promptRouter?.invokedModelId ?? asked,
    stopReason: stopReasonOf(stopReason),
    usage,
  };
}

async function* streamedAnswer(chunks: AsyncIterable<Uint8Array>, asked: string): AsyncGenerator<ReasonEvent> {
  let stopped: string | null = null;
  for await (const frame of readEventStream(chunks)) {
    const type = eventType(frame);
    if (type === 'contentBlockDelta') {
      const { delta } = readEvent(ContentBlockDelta, frame);
      if (delta.text !== undefined && delta.text !== '') yield { type: 'delta', text: delta.text };
    } else if (type === 'messageStop') {
      stopped = readEvent(MessageStop, frame).stopReason;
    } else if (type === 'metadata' && stopped !== null) {
      const { usage, trace } = readEvent(Metadata, frame);
      const model = trace?.promptRouter?.invokedModelId ?? asked;
      yield { type: 'done', model, stopReason: stopReasonOf(stopped), usage };
      return;
    }
  }
  // INVARIANT: no text without its stop reason and its token counts is ever called a whole answer.
  throw new ReasonerError('protocol', 'got a stream that ends too early, expected messageStop and then metadata');
}

/** The event's type; types unknown here are skipped by the caller, as AWS may add some. */
function eventType({ headers }: EventStreamFrame): string | undefined {
  const kind = headers.get(':message-type');
  if (kind === 'event') return headers.get(':event-type');
  if (kind === 'exception') throw bedrockFailure(headers.get(':exception-type'));
  if (kind === 'error') throw bedrockFailure(headers.get(':error-code'));
  throw new ReasonerError('protocol', 'got a frame of unknown kind, expected event, exception or error');
}

function readEvent<Schema extends z.ZodType>(schema: Schema, { body }: EventStreamFrame): z.output<Schema> {
  return expectShape(schema, parseModelJson(body, 'event of bedrock'), 'event of bedrock');
}

const stopReasons: ReadonlyMap<string, Reasoned['stopReason']> = new Map([
  ['end_turn', 'end'],
  ['stop_sequence', 'end'],
  ['max_tokens', 'max_tokens'],
  ['model_context_window_exceeded', 'max_tokens'],
  ['guardrail_intervened', 'content_filter'],
  ['content_filtered', 'content_filter'],
]);

function stopReasonOf(stopReason: string): Reasoned['stopReason'] {
  return stopReasons.get(stopReason) ?? 'other';
}
