// What the errors of OpenAI-compatible servers mean, whether they come as a status or within an answer.
// Next: services/axon/reasoners/reasoner.ts, the failures a reasoner may have.
import type { ModelRefusal } from './http-reasoner.ts';
import { errorFields } from './model-json.ts';
import { ReasonerError, type ReasonerErrorCode, type ReasonInput } from './reasoner.ts';
import { retryAfterMs } from './retry-after.ts';

/** By `error.code` or `error.type`. What is not listed here is judged by its status. */
const failures: ReadonlyMap<string, ReasonerErrorCode> = new Map([
  ['rate_limit_exceeded', 'throttled'],
  ['rate_limit_error', 'throttled'],
  // Has status 429, but no waiting helps: our account is spent.
  ['insufficient_quota', 'unavailable'],
  ['invalid_api_key', 'unavailable'],
  ['context_length_exceeded', 'rejected'],
  ['content_filter', 'rejected'],
  ['content_policy_violation', 'rejected'],
  ['server_error', 'unavailable'],
  ['overloaded_error', 'unavailable'],
]);

/**
 * The failure of an answer outside 2xx.
 *
 * @see https://platform.openai.com/docs/guides/error-codes/api-errors
 */
export function openAiRefusal({ status, headers, text }: ModelRefusal, input: ReasonInput): ReasonerError {
  const name = knownName(errorFields(text)['error']);
  const code = failures.get(name ?? '') ?? byStatus(status, input);
  return new ReasonerError(code, `openai-compatible answered ${status} ${name ?? 'an unnamed error'}, expected 200`, {
    retryAfterMs: retryAfterMs(headers),
  });
}

/** The failure of an error object within an answer of 200. */
export function openAiFailure(error: unknown): ReasonerError {
  const name = knownName(error);
  const code = failures.get(name ?? '') ?? 'unavailable';
  return new ReasonerError(
    code,
    `openai-compatible ended its answer by ${name ?? 'an unnamed error'}, expected a whole one`,
  );
}

/** INVARIANT: a message holds only names listed here. What servers write in free text quotes keys and prompts. */
function knownName(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const named = [Reflect.get(error, 'code'), Reflect.get(error, 'type')];
  return named.find((name): name is string => typeof name === 'string' && failures.has(name));
}

function byStatus(status: number, { model }: ReasonInput): ReasonerErrorCode {
  if (status === 429) return 'throttled';
  if (status === 408) return 'deadline';
  // A model the caller chose and that is not there is the caller's; a wrong base URL or model of ours is not.
  if (status === 404) return model === undefined ? 'unavailable' : 'rejected';
  return status === 400 || status === 413 || status === 422 ? 'rejected' : 'unavailable';
}
