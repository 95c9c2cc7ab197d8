// What Bedrock's errors mean, whether they come as a status or as a frame within a stream.
// Next: services/axon/reasoners/reasoner.ts, the failures a reasoner may have.
import type { ModelRefusal } from './http-reasoner.ts';
import { errorFields } from './model-json.ts';
import { ReasonerError, type ReasonerErrorCode, type ReasonInput } from './reasoner.ts';
import { retryAfterMs } from './retry-after.ts';

/** By name in lower case: a status has `ThrottlingException`, a stream `throttlingException`. */
const failures: ReadonlyMap<string, ReasonerErrorCode> = new Map([
  ['throttlingexception', 'throttled'],
  ['servicequotaexceededexception', 'throttled'],
  ['validationexception', 'rejected'],
  ['modeltimeoutexception', 'deadline'],
  ['modelerrorexception', 'unavailable'],
  ['modelstreamerrorexception', 'unavailable'],
  ['modelnotreadyexception', 'unavailable'],
  ['serviceunavailableexception', 'unavailable'],
  ['internalserverexception', 'unavailable'],
  // Our own role or credentials, nothing the caller could mend.
  ['accessdeniedexception', 'unavailable'],
  ['unrecognizedclientexception', 'unavailable'],
  ['expiredtokenexception', 'unavailable'],
  ['invalidsignatureexception', 'unavailable'],
  ['resourcenotfoundexception', 'unavailable'],
]);

/**
 * The failure of an answer outside 2xx, by its error type, else by its status.
 *
 * @see https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html#API_runtime_Converse_Errors
 */
export function bedrockRefusal({ status, headers, text }: ModelRefusal, input: ReasonInput): ReasonerError {
  const fields = errorFields(text);
  const type = shortName(headers['x-amzn-errortype'] ?? fields['__type']);
  // A model the caller chose and that is not there is the caller's; the one we are set up with is ours.
  const code =
    status === 404 && input.model !== undefined ? 'rejected' : (failures.get(type.toLowerCase()) ?? byStatus(status));
  return new ReasonerError(code, `bedrock answered ${status} ${known(type)}, expected 200`, {
    retryAfterMs: retryAfterMs(headers),
  });
}

/** The failure of an exception or error frame. */
export function bedrockFailure(name: string | undefined): ReasonerError {
  const type = shortName(name);
  const code = failures.get(type.toLowerCase()) ?? 'unavailable';
  return new ReasonerError(code, `bedrock ended its stream by ${known(type)}, expected metadata`);
}

/** A type may have a namespace before `#` and a URL after `:`. */
function shortName(type: unknown): string {
  return typeof type === 'string' ? (type.split(':')[0] ?? '').replace(/^.*#/, '') : '';
}

/** INVARIANT: a message holds only names listed here, never what a server made up. */
function known(type: string): string {
  return failures.has(type.toLowerCase()) ? type : 'an unnamed error';
}

function byStatus(status: number): ReasonerErrorCode {
  if (status === 429) return 'throttled';
  if (status === 408) return 'deadline';
  return status === 400 || status === 413 || status === 422 ? 'rejected' : 'unavailable';
}
