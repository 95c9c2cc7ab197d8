// Signs by AWS Signature Version 4: aws4fetch's canonical request, hashed and signed synchronously by node:crypto.
// Next: aws.ts, which gives the two calls the services use.
import { createHmac, createSecretKey, hash } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { AwsV4Signer } from 'aws4fetch';

/**
 * aws4fetch's signer with its WebCrypto calls replaced. What is signed (method, path, query, headers, their order and
 * encoding) stays aws4fetch's; only SHA-256 and HMAC-SHA-256 run here, without a thread-pool round trip for each, and
 * the signing key of a day, region and service is kept.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export class SigV4Signer extends AwsV4Signer {
  /** The payload hash line: the caller's `x-amz-content-sha256` where there is one, else the hash of the body. */
  override async hexBodyHash(): Promise<string> {
    const declared = this.headers.get('X-Amz-Content-Sha256');
    if (declared !== null) return declared;
    if (this.service === 's3' && this.signQuery === true) return 'UNSIGNED-PAYLOAD';
    return sha256Hex(this.body ?? '');
  }

  override async stringToSign(): Promise<string> {
    return ['AWS4-HMAC-SHA256', this.datetime, this.credentialString, sha256Hex(await this.canonicalString())].join(
      '\n',
    );
  }

  override async signature(): Promise<string> {
    const key = signingKey({
      accessKeyId: this.accessKeyId,
      secretAccessKey: this.secretAccessKey,
      date: this.datetime.slice(0, 8),
      region: this.region,
      service: this.service,
    });
    return createHmac('sha256', key)
      .update(await this.stringToSign())
      .digest('hex');
  }
}

/**
 * SHA-256 as lowercase hex, as SigV4 wants it.
 *
 * @param content - text (as UTF-8) or bytes.
 * @throws TypeError for anything else: a stream cannot be hashed before it is sent.
 */
export function sha256Hex(content: unknown): string {
  if (typeof content === 'string') return hash('sha256', content, 'hex');
  if (content instanceof Uint8Array) return hash('sha256', content, 'hex');
  if (content instanceof ArrayBuffer) return hash('sha256', new Uint8Array(content), 'hex');
  throw new TypeError('got a body that is neither text nor bytes, expected one of them, sign it as unsigned instead');
}

interface KeyScope {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly date: string;
  readonly region: string;
  readonly service: string;
}

/** Keys in use at once: one per credential, day, region and service. */
const maxCachedKeys = 64;
const cachedKeys = new Map<string, { readonly secretAccessKey: string; readonly key: KeyObject }>();

function signingKey(scope: KeyScope): KeyObject {
  const name = `${scope.accessKeyId}/${scope.date}/${scope.region}/${scope.service}`;
  const cached = cachedKeys.get(name);
  // INVARIANT: a key is used only with the secret it was derived from, even if an access key id comes back.
  if (cached !== undefined && cached.secretAccessKey === scope.secretAccessKey) return cached.key;
  const key = deriveKey(scope);
  cachedKeys.delete(name);
  cachedKeys.set(name, { secretAccessKey: scope.secretAccessKey, key });
  dropOldest();
  return key;
}

/** A KeyObject, not bytes: node:crypto imports bytes anew for every HMAC, which costs six times the HMAC itself. */
function deriveKey({ secretAccessKey, date, region, service }: KeyScope): KeyObject {
  const steps = [date, region, service, 'aws4_request'];
  const first = Buffer.from(`AWS4${secretAccessKey}`);
  return createSecretKey(steps.reduce((key, step) => createHmac('sha256', key).update(step).digest(), first));
}

function dropOldest(): void {
  for (const name of cachedKeys.keys()) {
    if (cachedKeys.size <= maxCachedKeys) return;
    cachedKeys.delete(name);
  }
}
