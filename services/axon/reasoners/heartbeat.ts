// The embedded reasoner: no model, no network, the same answer to the same prompt. Proves the whole way there and back.
// Next: services/axon/reason.ts, which runs it.
import { hash } from 'node:crypto';
import { type Reasoned, type ReasonEvent, type Reasoner, ReasonerError, type ReasonInput } from './reasoner.ts';

const model = 'heartbeat';
/** Tokens are estimated as four characters each, the usual rule of thumb for English text. */
const charactersPerToken = 4;
const deltaCharacters = 24;

/** Answers with facts about the prompt: its words, its characters and the start of its SHA-256. */
export function createHeartbeatReasoner(): Reasoner {
  return {
    name: model,
    reason(input) {
      return Promise.resolve().then(() => answerTo(input));
    },
    async *stream(input): AsyncGenerator<ReasonEvent> {
      const { output, ...end } = answerTo(input);
      for (let at = 0; at < output.length; at += deltaCharacters) {
        refuseAborted(input.signal);
        yield { type: 'delta', text: output.slice(at, at + deltaCharacters) };
        // Lets the client's leaving be heard between two deltas.
        await new Promise((resolve) => setImmediate(resolve));
      }
      refuseAborted(input.signal);
      yield { type: 'done', model: end.model, stopReason: end.stopReason, usage: end.usage };
    },
  };
}

function answerTo({ prompt, system, maxTokens, signal }: ReasonInput): Reasoned {
  refuseAborted(signal);
  const words = prompt.split(/\s+/u).filter((word) => word !== '').length;
  const full = `Heartbeat: the prompt has ${words} words in ${prompt.length} characters; its digest begins ${hash('sha256', prompt).slice(0, 12)}.`;
  const output = full.slice(0, maxTokens * charactersPerToken);
  return {
    output,
    model,
    stopReason: output.length < full.length ? 'max_tokens' : 'end',
    usage: { inputTokens: tokensIn(prompt) + tokensIn(system ?? ''), outputTokens: tokensIn(output) },
  };
}

function tokensIn(text: string): number {
  return Math.ceil(text.length / charactersPerToken);
}

function refuseAborted(signal: AbortSignal): void {
  if (signal.aborted) throw new ReasonerError('cancelled', 'the call was ended before the answer', { cause: signal.reason });
}
