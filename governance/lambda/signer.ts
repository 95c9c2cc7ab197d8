// Asks KMS to sign: the only key that outlives a process, and the only one anything else trusts.
// Next: governance/lambda/grant.ts, which has its in-memory keys certified through this.
import { AwsV4Signer } from 'aws4fetch';

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

/** Where KMS is and who asks. */
export interface KmsSignerOptions {
  readonly keyId: string;
  readonly region: string;
  readonly endpoint?: string | undefined;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
  /** @defaultValue 2000 */
  readonly timeoutMs?: number;
}

/** A {@link Signer} backed by KMS `Sign` (https://docs.aws.amazon.com/kms/latest/APIReference/API_Sign.html). */
export function createKmsSigner({ endpoint, timeoutMs = 2000, ...options }: KmsSignerOptions): Signer {
  const { keyId, region, accessKeyId, secretAccessKey, sessionToken } = options;
  const url = endpoint ?? `https://kms.${region}.amazonaws.com/`;
  return { keyId, sign };

  async function sign(message: string): Promise<{ keyId: string; signature: Buffer }> {
    const body = JSON.stringify({
      KeyId: keyId,
      Message: Buffer.from(message).toString('base64'),
      MessageType: 'RAW',
      SigningAlgorithm: 'ECDSA_SHA_256',
    });
    const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'TrentService.Sign' };
    const signed = await new AwsV4Signer({
      method: 'POST',
      url,
      headers,
      body,
      service: 'kms',
      region,
      accessKeyId,
      secretAccessKey,
      ...(sessionToken === undefined ? {} : { sessionToken }),
    }).sign();
    const response = await fetch(signed.url, {
      method: 'POST',
      headers: signed.headers,
      body,
      signal: AbortSignal.timeout(timeoutMs),
    });
    const answer = (await response.json()) as { KeyId?: unknown; Signature?: unknown; __type?: string };
    if (!response.ok || typeof answer.KeyId !== 'string' || typeof answer.Signature !== 'string') {
      throw new Error(`got ${response.status} ${answer.__type ?? 'no type'} from kms, expected a signature`);
    }
    return { keyId: answer.KeyId, signature: rawSignature(Buffer.from(answer.Signature, 'base64')) };
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
