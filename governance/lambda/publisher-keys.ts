// The public keys of those who may publish policies: by configuration which, from KMS what they are.
// Next: governance/lambda/signed-revision.ts, whose signatures they verify.
import { createPublicKey, type KeyObject } from 'node:crypto';
import * as z from 'zod/mini';
import { type AwsAccess, callAws } from './aws-json.ts';

/** Finds the public key of a trusted publisher. */
export interface PublisherKeys {
  /**
   * The key of an ARN; null when it is not among the trusted. KMS is asked once per key: an ARN's key never changes.
   *
   * @throws Error when KMS does not answer with a P-256 key
   */
  find(keyArn: string): Promise<KeyObject | null>;
}

/** Which keys are trusted, by ARN, and where KMS is. */
export interface PublisherKeysOptions {
  readonly trusted: readonly string[];
  readonly kms: AwsAccess;
  /** @defaultValue 2000 */
  readonly timeoutMs?: number;
}

const PublicKeyAnswer = z.object({
  KeyId: z.string(),
  PublicKey: z.base64(),
  KeyUsage: z.literal('SIGN_VERIFY'),
});

/** Publisher keys from KMS `GetPublicKey` (https://docs.aws.amazon.com/kms/latest/APIReference/API_GetPublicKey.html). */
export function createPublisherKeys({ trusted, kms, timeoutMs = 2000 }: PublisherKeysOptions): PublisherKeys {
  const keys = new Map<string, Promise<KeyObject>>();

  return {
    async find(keyArn) {
      // INVARIANT: an ARN that is not configured is never even asked for.
      if (!trusted.includes(keyArn)) return null;
      const known = keys.get(keyArn) ?? fetchPublicKey(kms, keyArn, timeoutMs);
      keys.set(keyArn, known);
      try {
        return await known;
      } catch (error) {
        if (keys.get(keyArn) === known) keys.delete(keyArn);
        throw error;
      }
    },
  };
}

/**
 * Asks KMS for the public key of an ARN.
 *
 * @throws Error when KMS does not answer, or with another key than asked for, or with one that is not for P-256 signatures
 */
export async function fetchPublicKey(kms: AwsAccess, keyArn: string, timeoutMs: number): Promise<KeyObject> {
  const body = { KeyId: keyArn };
  const answer = z.safeParse(
    PublicKeyAnswer,
    await callAws(kms, { service: 'kms', operation: 'GetPublicKey', body, timeoutMs }),
  );
  if (!answer.success || !namesKey(keyArn, answer.data.KeyId))
    throw new Error('got another answer from kms, expected the signing key that was asked for');
  const key = createPublicKey({ key: Buffer.from(answer.data.PublicKey, 'base64'), format: 'der', type: 'spki' });
  if (!isP256(key)) throw new Error(`got a ${key.asymmetricKeyType} key from kms, expected one on p-256`);
  return key;
}

/** The key itself says what it is, whatever the answer calls it. */
function isP256(key: KeyObject): boolean {
  return key.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === 'prime256v1';
}

/** KMS answers the ARN; the bare id at its end names the same key of the same account. */
function namesKey(keyArn: string, keyId: string): boolean {
  return keyId === keyArn || (/^[A-Za-z0-9-]{8,64}$/.test(keyId) && keyArn.endsWith(`:key/${keyId}`));
}
