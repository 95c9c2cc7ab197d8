// What Axon asks of anything that reasons, and how it may fail.
// Next: heartbeat.ts, bedrock.ts and openai-compatible.ts, the three there are.

/** One prompt with its bounds. `signal` ends the work when the client goes or time is up. */
export interface ReasonInput {
  readonly prompt: string;
  readonly system?: string;
  readonly maxTokens: number;
  /** 0 to 1. */
  readonly temperature?: number;
  readonly model?: string;
  readonly signal: AbortSignal;
}

/** Tokens read and written, as the model counts them. */
export interface Usage {
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/** A whole answer. */
export interface Reasoned {
  readonly output: string;
  readonly model: string;
  readonly stopReason: 'end' | 'max_tokens' | 'content_filter' | 'other';
  readonly usage: Usage;
}

/** A streamed answer: deltas of text, then exactly one `done`. */
export type ReasonEvent =
  | { readonly type: 'delta'; readonly text: string }
  | { readonly type: 'done'; readonly model: string; readonly stopReason: Reasoned['stopReason']; readonly usage: Usage };

/** Something that reasons. Both calls fail with {@link ReasonerError} only. */
export interface Reasoner {
  readonly name: string;
  reason(input: ReasonInput): Promise<Reasoned>;
  stream(input: ReasonInput): AsyncIterable<ReasonEvent>;
}

/** How a reasoner can fail; `rejected` is the input's fault, `protocol` an answer that makes no sense. */
export type ReasonerFailure = 'throttled' | 'unavailable' | 'rejected' | 'deadline' | 'cancelled' | 'protocol';

/** A reasoner's failure. The message never holds a key or the prompt. */
export class ReasonerError extends Error {
  override readonly name = 'ReasonerError';
  readonly code: ReasonerFailure;
  readonly retryAfterMs?: number;

  constructor(code: ReasonerFailure, message: string, options: { cause?: unknown; retryAfterMs?: number | undefined } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    if (options.retryAfterMs !== undefined) this.retryAfterMs = options.retryAfterMs;
  }
}
