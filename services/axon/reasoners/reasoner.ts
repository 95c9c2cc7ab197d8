// What a reasoner is: a prompt goes in, text comes out, whole or in deltas; every failure is a ReasonerError.
// Next: services/axon/reasoners/select-reasoner.ts, which reasoner a configuration means.

/** One prompt and the bounds of its answer. */
export interface ReasonInput {
  readonly prompt: string;
  /** Instructions that stand above the prompt. */
  readonly system?: string | undefined;
  /** Most tokens of the answer; at least 1. */
  readonly maxTokens: number;
  /** From 0 (steady) to 1 or 2, as the model takes it. @defaultValue the model's own */
  readonly temperature?: number | undefined;
  /** A model of the same provider. @defaultValue the one the reasoner was made with */
  readonly model?: string | undefined;
  /** Ends the work, and closes the connection to the model. */
  readonly signal: AbortSignal;
}

/** Tokens as the model counted them. */
export interface Usage {
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/** A whole answer. */
export interface Reasoned {
  readonly output: string;
  /** The model that answered, which may be a more exact name than the one asked for. */
  readonly model: string;
  /** Why the text ended: by itself, at `maxTokens`, by the provider's filter, or by anything else. */
  readonly stopReason: 'end' | 'max_tokens' | 'content_filter' | 'other';
  readonly usage: Usage;
}

/** A part of a streamed answer: deltas, whose texts joined are the output, then exactly one `done`, the last event. */
export type ReasonEvent =
  | { readonly type: 'delta'; readonly text: string }
  | {
      readonly type: 'done';
      readonly model: string;
      readonly stopReason: Reasoned['stopReason'];
      readonly usage: Usage;
    };

/** Turns prompts into text. Both ways reject only with {@link ReasonerError}; neither tries anything twice. */
export interface Reasoner {
  /** For logs and `GET /reason`. */
  readonly name: string;
  reason(input: ReasonInput): Promise<Reasoned>;
  /** Work begins with the first `next()`, and leaving the loop early closes the connection to the model. */
  stream(input: ReasonInput): AsyncIterable<ReasonEvent>;
}

/**
 * Why a reasoner gave no answer.
 *
 * - `throttled`: too many requests or too much quota used; `retryAfterMs` when the model said how long.
 * - `unavailable`: the model or the way to it is down, or refuses our own credentials.
 * - `rejected`: the model refuses this request; the same one is refused again.
 * - `deadline`: the time was over.
 * - `cancelled`: the input's signal was aborted.
 * - `protocol`: an answer that is broken, cut off or too large.
 */
export type ReasonerErrorCode = 'throttled' | 'unavailable' | 'rejected' | 'deadline' | 'cancelled' | 'protocol';

/** No answer. The message never holds a key, a prompt or an output. */
export class ReasonerError extends Error {
  readonly code: ReasonerErrorCode;
  /** How long the model asks to wait, in milliseconds. */
  readonly retryAfterMs?: number;

  constructor(
    code: ReasonerErrorCode,
    message: string,
    options: { readonly cause?: unknown; readonly retryAfterMs?: number | undefined } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'ReasonerError';
    this.code = code;
    if (options.retryAfterMs !== undefined) this.retryAfterMs = options.retryAfterMs;
  }
}
