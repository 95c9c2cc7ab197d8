// The one token format of certificate, grant and proof: compact JWS (RFC 7515), nothing negotiable.
// Next: governance/lambda/grant.ts, which signs; services/axon/verify.ts, which verifies.
import { createHash, createPublicKey, hash, type KeyObject, sign, verify } from 'node:crypto';
import { type Ed25519Jwk } from './contract.ts';

/** The two algorithms there are: KMS signs certificates with ES256, keys in memory sign the rest with EdDSA (Ed25519). */
export type TokenAlgorithm = 'ES256' | 'EdDSA';

/** What a token must be before its signature is even looked at. */
export interface TokenExpectation {
  readonly typ: string;
  readonly alg: TokenAlgorithm;
  /** Header parameters allowed beside `alg` and `typ`. Any other refuses the token, `crit` above all. */
  readonly parameters?: readonly string[];
}

/** A token taken apart. Nothing in it may be believed before {@link verifySignature}. */
export interface ReadToken {
  readonly header: Readonly<Record<string, unknown>>;
  readonly claims: unknown;
  readonly signingInput: string;
  readonly signature: Buffer;
}

/** No token of ours comes near this; a longer one is refused unread. */
export const tokenMaxLength = 8192;

const segment = /^[A-Za-z0-9_-]+$/;
const signatureBytes = 64;

/**
 * Takes a compact JWS apart and checks its header against exactly one `typ` and `alg`. Undefined when anything is off:
 * `none`, HMAC, another type, an unknown header parameter, padding, or a second base64url spelling of the signature.
 */
export function readToken(token: string, { typ, alg, parameters = [] }: TokenExpectation): ReadToken | undefined {
  if (token.length > tokenMaxLength) return undefined;
  const [head, body, mac, ...rest] = token.split('.');
  if (head === undefined || body === undefined || mac === undefined || rest.length > 0) return undefined;
  if (!segment.test(head) || !segment.test(body) || !segment.test(mac)) return undefined;
  const header = readObject(head);
  const claims = readObject(body);
  const signature = Buffer.from(mac, 'base64url');
  if (!header || !claims || signature.length !== signatureBytes || signature.toString('base64url') !== mac)
    return undefined;
  if (header['typ'] !== typ || header['alg'] !== alg) return undefined;
  for (const name in header) if (name !== 'typ' && name !== 'alg' && !parameters.includes(name)) return undefined;
  return { header, claims, signingInput: token.slice(0, head.length + 1 + body.length), signature };
}

/**
 * Checks a token's signature. The key decides the algorithm, never the token: an Ed25519 key verifies EdDSA, a P-256
 * key verifies ES256 (raw `r || s`, RFC 7518 section 3.4), any other key verifies nothing.
 */
export function verifySignature({ signingInput, signature, header }: ReadToken, key: KeyObject): boolean {
  const data = Buffer.from(signingInput);
  if (header['alg'] === 'EdDSA' && key.asymmetricKeyType === 'ed25519') return verify(null, data, key, signature);
  if (header['alg'] === 'ES256' && isP256(key))
    return verify('sha256', data, { key, dsaEncoding: 'ieee-p1363' }, signature);
  return false;
}

/** Signs claims with an Ed25519 key. */
export function signToken(
  header: Readonly<Record<string, unknown>> & { typ: string },
  claims: object,
  privateKey: KeyObject,
): string {
  const input = toSigningInput({ ...header, alg: 'EdDSA' }, claims);
  return `${input}.${sign(null, Buffer.from(input), privateKey).toString('base64url')}`;
}

/** The text a signer elsewhere (KMS) has to sign; append `.` and the base64url signature. */
export function toSigningInput(header: object, claims: object): string {
  return `${encode(header)}.${encode(claims)}`;
}

/** SHA-256 in base64url, of a body or a token (`ath`, RFC 9449 section 4.2). */
export function sha256Base64url(data: string | Uint8Array): string {
  return hash('sha256', data, 'base64url');
}

/** The thumbprint of an Ed25519 public key (RFC 7638, members in the order of RFC 8037 section 2). */
export function thumbprint({ crv, kty, x }: Ed25519Jwk): string {
  return createHash('sha256').update(JSON.stringify({ crv, kty, x })).digest('base64url');
}

/** The public JWK of an Ed25519 key, private or public. */
export function publicJwk(key: KeyObject): Ed25519Jwk {
  const { x } = createPublicKey(
    key.type === 'private' ? key.export({ type: 'pkcs8', format: 'pem' }) : key.export({ type: 'spki', format: 'pem' }),
  ).export({ format: 'jwk' });
  return { kty: 'OKP', crv: 'Ed25519', x: String(x) };
}

/** The key object of a public JWK. @throws when the point is not on the curve */
export function publicKeyOf(jwk: Ed25519Jwk): KeyObject {
  return createPublicKey({ key: jwk, format: 'jwk' });
}

function isP256(key: KeyObject): boolean {
  return key.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === 'prime256v1';
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function readObject(encoded: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(encoded, 'base64url').toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
