// The KMS public keys Axon believes, fetched from KMS and kept fresh; several at once, so that rotation fails no request.
// Next: services/axon/verify.ts, which asks for a key by the ARN a certificate names.
import { createPublicKey, type KeyObject } from 'node:crypto';

/** Keys by ARN. */
export interface TrustedKeys {
  get(arn: string): KeyObject | undefined;
  /** True once every configured key has been fetched. */
  ready(): boolean;
  /** Fetches all keys again, at most once in five seconds and one fetch at a time. */
  refresh(): Promise<void>;
  stop(): void;
}

/** What KMS `GetPublicKey` answers, as far as it matters here. */
export interface FetchedKey {
  readonly arn: string;
  /** SubjectPublicKeyInfo, DER. */
  readonly spki: Uint8Array;
}

/** How keys are fetched and how often. */
export interface TrustedKeysOptions {
  /** Ids, ARNs or aliases of the keys. An alias trusts whatever it points at when fetched. */
  readonly keyIds: readonly string[];
  readonly fetchKey: (keyId: string) => Promise<FetchedKey>;
  /** @defaultValue 300 000 */
  readonly refreshMs?: number;
  readonly onFailure: (keyId: string, cause: unknown) => void;
  readonly nowMs?: () => number;
}

const pauseMs = 5000;

/** Starts fetching at once. A key that cannot be fetched again stays trusted as it was; one never fetched is not. */
export function createTrustedKeys({
  keyIds,
  fetchKey,
  refreshMs = 300_000,
  onFailure,
  nowMs = Date.now,
}: TrustedKeysOptions): TrustedKeys {
  const byKeyId = new Map<string, { arn: string; key: KeyObject }>();
  let lastStartedMs = Number.NEGATIVE_INFINITY;
  let running: Promise<void> | null = null;

  const timer = setInterval(() => void refresh(), refreshMs).unref();
  void refresh();
  return {
    get: (arn) => [...byKeyId.values()].find((trusted) => trusted.arn === arn)?.key,
    ready: () => byKeyId.size === new Set(keyIds).size,
    refresh,
    stop: () => clearInterval(timer),
  };

  function refresh(): Promise<void> {
    if (running) return running;
    // While a key is still missing there is nothing to spare KMS for.
    if (byKeyId.size === keyIds.length && nowMs() - lastStartedMs < pauseMs) return Promise.resolve();
    lastStartedMs = nowMs();
    running = Promise.all(keyIds.map(fetchOne))
      .then(() => undefined)
      .finally(() => (running = null));
    return running;
  }

  async function fetchOne(keyId: string): Promise<void> {
    try {
      const { arn, spki } = await fetchKey(keyId);
      const key = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
      if (key.asymmetricKeyDetails?.namedCurve !== 'prime256v1')
        throw new Error(`got a key of another kind for ${keyId}, expected ecc_nist_p256`);
      const known = byKeyId.get(keyId);
      // The same key stays the same object, by which a verified certificate remembers who signed it.
      if (known?.arn !== arn || !known.key.equals(key)) byKeyId.set(keyId, { arn, key });
    } catch (error) {
      onFailure(keyId, error);
    }
  }
}
