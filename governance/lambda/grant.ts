// Signs grants with an Ed25519 key that lives only in this process, certified by KMS for minutes at a time.
// Next: services/axon/verify.ts, which accepts the grant on its own.
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import { type CertificateClaims, type GrantClaims, lifetimes, tokenTypes } from '../contract.ts';
import { publicJwk, toSigningInput, signToken } from '../token.ts';
import { type Signer } from './signer.ts';

/** What the decision fixes of a grant; issuer, id and times are added when it is signed. */
export type GrantContent = Omit<GrantClaims, 'iss' | 'jti' | 'iat' | 'exp'>;

/** A signed grant with the certificate of the key that signed it. `expiresMs` is epoch milliseconds. */
export interface IssuedGrant {
  readonly grant: string;
  readonly certificate: string;
  readonly expiresMs: number;
  /** How long ago the certificate was made. */
  readonly certificateAgeSeconds: number;
}

/** Issues grants and signs audit checkpoints with the same certified key. */
export interface GrantIssuer {
  /** @throws Error when no certificate is valid and none can be had */
  issue(content: GrantContent): Promise<IssuedGrant>;
  /** Signs claims as `typ` with the certified key. @throws as `issue` */
  attest(typ: string, claims: object): Promise<{ token: string; certificate: string }>;
  /** Has a certificate made ahead of the first decision. @throws as `issue` */
  prepare(): Promise<void>;
}

/** What an issuer is made of. Times of the clock are epoch milliseconds. */
export interface GrantIssuerOptions {
  readonly signer: Signer;
  readonly issuer: string;
  /** @defaultValue 900, the most the contract allows */
  readonly certificateSeconds?: number;
  /** @defaultValue 30, the most the contract allows */
  readonly grantSeconds?: number;
  readonly nowMs?: () => number;
  /** Told when a renewal in the background failed; the next decision tries again. */
  readonly onRenewalFailure?: (cause: unknown) => void;
}

interface CertifiedKey {
  readonly privateKey: KeyObject;
  readonly certificate: string;
  readonly renewFromSeconds: number;
  readonly expiresSeconds: number;
}

const retryAfterFailureSeconds = 5;
const signingAttempts = 3;

/**
 * Makes a grant issuer. A new key is made and certified for every certificate; renewal starts during a call once a
 * third of the life is left (a Lambda is frozen between invocations, so no timer would run), and a call waits for it
 * only when nothing valid is left.
 */
export function createGrantIssuer(options: GrantIssuerOptions): GrantIssuer {
  const {
    signer,
    issuer,
    certificateSeconds = lifetimes.certificateSeconds,
    grantSeconds = lifetimes.grantSeconds,
    nowMs = Date.now,
    onRenewalFailure,
  } = options;
  let current: CertifiedKey | null = null;
  let renewal: Promise<CertifiedKey> | null = null;
  let renewNotBeforeSeconds = 0;

  return { issue, attest, prepare: async () => void (await certifiedKey()) };

  async function issue(content: GrantContent): Promise<IssuedGrant> {
    const key = await certifiedKey();
    const iat = nowSeconds();
    // INVARIANT: a grant never outlives the certificate of the key that signed it.
    const exp = Math.min(iat + grantSeconds, key.expiresSeconds);
    const claims: GrantClaims = { iss: issuer, ...content, jti: uuidv7(), iat, exp };
    return {
      grant: signToken({ typ: tokenTypes.grant }, claims, key.privateKey),
      certificate: key.certificate,
      expiresMs: exp * 1000,
      certificateAgeSeconds: iat - (key.expiresSeconds - certificateSeconds),
    };
  }

  async function attest(typ: string, claims: object): Promise<{ token: string; certificate: string }> {
    const key = await certifiedKey();
    return { token: signToken({ typ }, claims, key.privateKey), certificate: key.certificate };
  }

  async function certifiedKey(): Promise<CertifiedKey> {
    const now = nowSeconds();
    if (current === null || now >= current.expiresSeconds) return startRenewal();
    if (now >= current.renewFromSeconds && now >= renewNotBeforeSeconds) {
      startRenewal().catch((error: unknown) => {
        renewNotBeforeSeconds = nowSeconds() + retryAfterFailureSeconds;
        onRenewalFailure?.(error);
      });
    }
    return current;
  }

  function startRenewal(): Promise<CertifiedKey> {
    renewal ??= certifyNewKey()
      .then((key) => (current = key))
      .finally(() => (renewal = null));
    return renewal;
  }

  async function certifyNewKey(): Promise<CertifiedKey> {
    const { privateKey } = generateKeyPairSync('ed25519');
    const iat = nowSeconds();
    const exp = iat + certificateSeconds;
    const claims: CertificateClaims = {
      iss: issuer,
      cnf: { jwk: publicJwk(privateKey) },
      iat,
      nbf: iat - lifetimes.skewSeconds,
      exp,
    };
    // The header names the key's ARN, which KMS tells with the signature: an alias costs one call more, once.
    let kid = signer.keyId;
    for (let attempt = 1; attempt <= signingAttempts; attempt += 1) {
      const input = toSigningInput({ typ: tokenTypes.certificate, alg: 'ES256', kid }, claims);
      const { keyId, signature } = await signer.sign(input);
      if (keyId === kid) {
        const certificate = `${input}.${signature.toString('base64url')}`;
        return {
          privateKey,
          certificate,
          renewFromSeconds: exp - Math.ceil(certificateSeconds / 3),
          expiresSeconds: exp,
        };
      }
      kid = keyId;
    }
    throw new Error(
      `got ${signingAttempts} signatures by as many keys for ${signer.keyId}, expected the alias to hold still`,
    );
  }

  function nowSeconds(): number {
    return Math.floor(nowMs() / 1000);
  }
}
