// The embedded reasoner: no model, no network, the same answer to the same input. Proves the whole way there and back.
// Next: services/axon/reason.ts, which runs it.
import { hash } from 'node:crypto';
import { abortFailure } from './call-limit.ts';
import type { Reasoned, ReasonEvent, Reasoner, ReasonInput } from './reasoner.ts';

const model = 'heartbeat';
/** The token estimate: four UTF-16 units each, rounded up, the usual rule of thumb for English text. */
const charactersPerToken = 4;
const deltaCharacters = 24;
/** Sixteen words a digit of a digest may stand for. */
const words = 'amber birch cedar delta ember fjord grove heron inlet jetty knoll larch meadow north ocean pine'.split(
  ' ',
);

/**
 * Answers with facts about the prompt: its words, its characters (code points), and a phrase of four words that follow
 * from the SHA-256 of system and prompt. `maxTokens` cuts the text at four characters a token; usage is counted so too.
 */
export function createHeartbeatReasoner(): Reasoner {
  return {
    name: model,
    reason: async (input) => answerTo(input),
    async *stream(input): AsyncGenerator<ReasonEvent> {
      const { output, stopReason, usage } = answerTo(input);
      for (let at = 0; at < output.length; at += deltaCharacters) {
        refuseAborted(input.signal);
        yield { type: 'delta', text: output.slice(at, at + deltaCharacters) };
        // Lets the client's leaving be heard between two deltas.
        await new Promise((resolve) => setImmediate(resolve));
      }
      refuseAborted(input.signal);
      yield { type: 'done', model, stopReason, usage };
    },
  };
}

function answerTo({ prompt, system = '', maxTokens, signal }: ReasonInput): Reasoned {
  refuseAborted(signal);
  const wordCount = prompt.split(/\s+/u).filter((word) => word !== '').length;
  const characterCount = Array.from(prompt).length;
  const full = `Heartbeat: the prompt has ${wordCount} words in ${characterCount} characters; its phrase is ${phrase(system, prompt)}.`;
  // ASCII throughout, so that no cut can split a character.
  const output = full.slice(0, maxTokens * charactersPerToken);
  return {
    output,
    model,
    stopReason: output.length < full.length ? 'max_tokens' : 'end',
    usage: { inputTokens: tokensIn(system) + tokensIn(prompt), outputTokens: tokensIn(output) },
  };
}

/** JSON keeps the two apart: ('a', 'b') and ('', 'ab') are different inputs. */
function phrase(system: string, prompt: string): string {
  const digits = hash('sha256', JSON.stringify([system, prompt])).slice(0, 4);
  return Array.from(digits, (digit) => words[Number.parseInt(digit, 16)]).join('-');
}

function tokensIn(text: string): number {
  return Math.ceil(text.length / charactersPerToken);
}

function refuseAborted(signal: AbortSignal): void {
  if (signal.aborted) throw abortFailure(signal);
}
