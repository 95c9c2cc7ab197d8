// Where signed calls get their credentials: the process's default chain, kept until shortly before they expire.
// Next: sigv4-signer.ts, which signs with them.

/** One set of AWS credentials. Temporary ones carry a session token. */
export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

/** Gives the credentials of the moment; asked before every signed call, so it must be cheap when nothing changed. */
export type CredentialSource = () => Promise<AwsCredentials>;

/** Credentials as a provider gives them, with the time they end. */
export interface ExpiringCredentials extends AwsCredentials {
  readonly expiration?: Date | undefined;
}

/** The clock, and what a test replaces. */
export interface MemoizeOptions {
  /** Unix time in milliseconds. @defaultValue `Date.now` */
  readonly nowMs?: () => number;
}

/** From here on a new set is fetched in the background while the old one still serves. */
const refreshBeforeMs = 5 * 60_000;
/** From here on callers wait for the new set: a request signed now must outlive its own way. */
const blockBeforeMs = 30_000;
/** Between two tries in the background, so that a broken provider is not asked by every request. */
const retryAfterMs = 1_000;

/**
 * Credentials from the AWS default chain (environment, shared files, container endpoint of the task role).
 *
 * The provider package is loaded at the first call, not at start.
 *
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html
 */
export function fromDefaultChain(): CredentialSource {
  return memoizeCredentials(async () => {
    provider ??= loadProvider();
    const provide = await provider;
    return provide();
  });
}

type Provider = () => Promise<ExpiringCredentials>;

let provider: Promise<Provider> | undefined;

async function loadProvider(): Promise<Provider> {
  const { defaultProvider } = await import('@aws-sdk/credential-provider-node');
  return defaultProvider();
}

/**
 * Keeps a provider's credentials until five minutes before they end; then fetches the next in the background, one
 * fetch at a time, and makes callers wait only in the last 30 seconds. A failed background fetch is tried again while
 * the old credentials last.
 *
 * @throws whatever `load` throws, once nothing valid is left.
 */
export function memoizeCredentials(
  load: () => Promise<ExpiringCredentials>,
  options: MemoizeOptions = {},
): CredentialSource {
  const { nowMs = Date.now } = options;
  let current: ExpiringCredentials | undefined;
  let pending: Promise<ExpiringCredentials> | undefined;
  let nextTryMs = 0;

  function fetchOnce(): Promise<ExpiringCredentials> {
    pending ??= load()
      .then((loaded) => (current = loaded))
      .finally(() => {
        pending = undefined;
        nextTryMs = nowMs() + retryAfterMs;
      });
    return pending;
  }

  return async function credentials() {
    const leftMs = current === undefined ? -1 : (current.expiration?.getTime() ?? Infinity) - nowMs();
    if (current === undefined || leftMs <= blockBeforeMs) return fetchOnce();
    if (leftMs <= refreshBeforeMs && nowMs() >= nextTryMs) {
      // The failure shows itself to whoever has to wait for the next try; until then the old credentials are good.
      fetchOnce().catch(() => undefined);
    }
    return current;
  };
}
