// Asks KMS to sign: the only key that outlives a process, and the only one anything else trusts.
// Next: governance/lambda/grant.ts, which has its in-memory keys certified through this.
import * as z from 'zod/mini';
import { type AwsAccess, callAws } from './aws-json.ts';

/** Signs with a P-256 key that never leaves its owner. */
export interface Signer {
  /** The key to ask for: id, ARN or alias. */
  readonly keyId: string;
  /**
   * Signs SHA-256 of the message with ECDSA.
   *
   * @returns the ARN of the key that signed, and the signature as raw `r || s` (RFC 7518 section 3.4)
   * @throws Error when no signature could be had
   */
  sign(message: string): Promise<{ keyId: string; signature: Buffer }>;
}

/** Which key signs, where KMS is and who asks. */
export interface KmsSignerOptions extends AwsAccess {
  readonly keyId: string;
  /** Repeats included. @defaultValue 2000 */
  readonly timeoutMs?: number;
}

const SignAnswer = z.object({ KeyId: z.string(), Signature: z.string() });

/** A {@link Signer} backed by KMS `Sign` (https://docs.aws.amazon.com/kms/latest/APIReference/API_Sign.html). */
export function createKmsSigner({ keyId, timeoutMs = 2000, ...access }: KmsSignerOptions): Signer {
  return { keyId, sign };

  async function sign(message: string): Promise<{ keyId: string; signature: Buffer }> {
    const body = {
      KeyId: keyId,
      Message: Buffer.from(message).toString('base64'),
      MessageType: 'RAW',
      SigningAlgorithm: 'ECDSA_SHA_256',
    };
    const answer = z.safeParse(
      SignAnswer,
      await callAws(access, { service: 'kms', operation: 'Sign', body, timeoutMs }),
    );
    if (!answer.success) throw new Error('got an answer without key or signature from kms, expected a signature');
    return { keyId: answer.data.KeyId, signature: rawSignature(Buffer.from(answer.data.Signature, 'base64')) };
  }
}

/**
 * Converts an ECDSA P-256 signature from DER, which KMS answers (RFC 3279 section 2.2.3), to raw `r || s`.
 *
 * @throws Error when the bytes are no such signature
 */
export function rawSignature(der: Buffer): Buffer {
  const raw = Buffer.alloc(64);
  let at = expectByte(expectByte(0, 0x30), der.length - 2);
  for (const end of [32, 64]) {
    at = expectByte(at, 0x02);
    const length = der[at] ?? 0;
    const integer = der.subarray(at + 1, at + 1 + length);
    const magnitude = integer[0] === 0 ? integer.subarray(1) : integer;
    if (integer.length !== length || length === 0 || magnitude.length > 32) throw malformed();
    magnitude.copy(raw, end - magnitude.length);
    at += 1 + length;
  }
  if (at !== der.length) throw malformed();
  return raw;

  function expectByte(index: number, byte: number): number {
    if (der[index] !== byte) throw malformed();
    return index + 1;
  }
  function malformed(): Error {
    return new Error(`got ${der.length} bytes that are no ecdsa p-256 signature, expected der`);
  }
}
