// Axon's own check of every call: certificate, grant, proof, body and first use. It asks nobody and trusts no gateway.
// Next: services/axon/reason.ts, which runs only behind an accepted grant.
import { type KeyObject } from 'node:crypto';
import type * as z from 'zod/mini';
import {
  CertificateClaims,
  Ed25519Jwk,
  type GrantClaims,
  GrantClaims as GrantShape,
  lifetimes,
  ProofClaims,
  tokenTypes,
} from '../../governance/contract.ts';
import {
  publicKeyOf,
  readToken,
  type ReadToken,
  sha256Base64url,
  thumbprint,
  verifySignature,
} from '../../governance/token.ts';
import { meshCallerProblem } from './mesh-identity.ts';
import { type ReplaySet } from './replay-set.ts';
import { type TrustedKeys } from './trusted-keys.ts';

/** Why a call is refused, with the HTTP status of each. */
export const refusals = {
  grant_missing: 401,
  certificate_missing: 401,
  proof_missing: 401,
  certificate_invalid: 403,
  certificate_untrusted: 403,
  certificate_expired: 403,
  grant_invalid: 403,
  grant_expired: 403,
  grant_not_yet_valid: 403,
  audience_mismatch: 403,
  method_mismatch: 403,
  path_mismatch: 403,
  body_mismatch: 403,
  tenant_mismatch: 403,
  caller_mismatch: 403,
  proof_invalid: 403,
  proof_expired: 403,
  proof_key_mismatch: 403,
  obligation_unknown: 403,
  obligation_unenforceable: 403,
  replayed: 403,
  replay_set_full: 503,
  single_use_unavailable: 503,
} as const satisfies Record<string, number>;
/** One of {@link refusals}. */
export type RefusalCode = keyof typeof refusals;

/** A refusal: its code, and what was got and expected without any of the tokens' text. */
export interface Refusal {
  readonly ok: false;
  readonly code: RefusalCode;
  readonly detail: string;
}

/** An accepted grant, or the refusal. */
export type Verification = { readonly ok: true; readonly grant: GrantClaims } | Refusal;

/** One HTTP call as it arrived. `target` is path and query; the headers are undefined where absent. */
export interface GovernedCall {
  readonly method: string;
  readonly target: string;
  readonly body: Uint8Array;
  readonly grant: string | undefined;
  readonly certificate: string | undefined;
  readonly proof: string | undefined;
  readonly meshIdentity: string | undefined;
  /** A tenant the caller claims beside the grant's; it must be the same. */
  readonly claimedTenant: string | undefined;
}

/** What a verifier trusts. */
export interface VerifierOptions {
  readonly issuer: string;
  readonly audience: string;
  readonly trustedKeys: Pick<TrustedKeys, 'get' | 'refresh'>;
  readonly replays: ReplaySet;
  /** IAM role ARN of each calling service where a mesh names the caller; null where none does. */
  readonly callers: ReadonlyMap<string, string> | null;
  readonly nowMs?: () => number;
}

/** Makes the verifier. The answer is a value; it throws only when a key cannot be fetched for reasons of the transport. */
export function createVerifier(options: VerifierOptions): (call: GovernedCall) => Promise<Verification> {
  const { issuer, audience, trustedKeys, replays, callers, nowMs = Date.now } = options;
  const certified = new Map<string, CertifiedKey>();
  const provers = new Map<string, Prover>();

  return async function verify(call) {
    const { grant: grantToken, certificate, proof } = call;
    if (grantToken === undefined)
      return refuse('grant_missing', 'got no Governance-Grant header, expected a grant for this request');
    if (certificate === undefined)
      return refuse(
        'certificate_missing',
        'got no Governance-Certificate header, expected the certificate of the key that signed the grant',
      );
    if (proof === undefined) return refuse('proof_missing', 'got no DPoP header, expected a proof of possession');

    const key = await certifiedKey(certificate);
    if (!key.ok) return key;
    const grant = checkGrant(grantToken, key, call);
    if (!grant.ok) return grant;
    const refusal = checkProof(proof, grantToken, grant.grant, call);
    if (refusal) return refusal;

    // INVARIANT: nothing is awaited between this claim and the answer, and nothing unverified is ever remembered.
    const claim = replays.claim(grant.grant.jti, nowMs());
    if (claim === 'replayed') return refuse('replayed', 'got a grant that was used before, expected a new one');
    if (claim === 'full')
      return refuse('replay_set_full', 'got more grants at once than can be remembered, try again shortly');
    return grant;
  };

  /** KMS → the key that signs grants. Verified once per certificate, then checked for trust and time only. */
  async function certifiedKey(certificate: string): Promise<CertifiedKey | Refusal> {
    const known = certified.get(certificate) ?? (await readCertificate(certificate));
    if (!known.ok) return known;
    if (trustedKeys.get(known.kid) !== known.signedBy)
      return refuse(
        'certificate_untrusted',
        'got a certificate by a key that is not trusted, expected one of the configured keys',
      );
    const now = nowSeconds();
    if (now >= known.exp + lifetimes.skewSeconds || now < known.nbf - lifetimes.skewSeconds) {
      return refuse(
        'certificate_expired',
        `got a certificate valid from ${known.nbf} to ${known.exp}, expected one valid at ${now}`,
      );
    }
    remember(certified, certificate, known, 16);
    return known;
  }

  async function readCertificate(certificate: string): Promise<CertifiedKey | Refusal> {
    const token = readToken(certificate, { typ: tokenTypes.certificate, alg: 'ES256', parameters: ['kid'] });
    const kid = token?.header['kid'];
    const claims = token && parseClaims(CertificateClaims, token);
    if (!token || !claims || typeof kid !== 'string')
      return refuse(
        'certificate_invalid',
        `got a certificate that cannot be read, expected a ${tokenTypes.certificate} signed with ES256`,
      );
    if (!trustedKeys.get(kid)) await trustedKeys.refresh();
    const signedBy = trustedKeys.get(kid);
    if (!signedBy)
      return refuse(
        'certificate_untrusted',
        'got a certificate by a key that is not trusted, expected one of the configured keys',
      );
    if (!verifySignature(token, signedBy))
      return refuse('certificate_invalid', 'got a certificate whose signature does not verify');
    if (claims.iss !== issuer)
      return refuse('certificate_invalid', `got a certificate of another issuer, expected ${issuer}`);
    if (claims.exp - claims.iat > lifetimes.certificateSeconds)
      return refuse('certificate_invalid', `got a certificate for longer than ${lifetimes.certificateSeconds} s`);
    const key = ed25519Key(claims.cnf.jwk);
    if (!key) return refuse('certificate_invalid', 'got a certificate for a key that is no Ed25519 key');
    return { ok: true, key, kid, signedBy, nbf: claims.nbf, exp: claims.exp };
  }

  function checkGrant(grantToken: string, key: CertifiedKey, call: GovernedCall): Verification {
    const token = readToken(grantToken, { typ: tokenTypes.grant, alg: 'EdDSA' });
    if (!token || !verifySignature(token, key.key))
      return refuse(
        'grant_invalid',
        `got a grant that does not verify, expected a ${tokenTypes.grant} signed by the certified key`,
      );
    const grant = parseClaims(GrantShape, token);
    if (!grant || grant.iss !== issuer)
      return refuse('grant_invalid', 'got a grant whose claims do not fit the contract');
    if (grant.exp - grant.iat > lifetimes.grantSeconds || grant.exp > key.exp)
      return refuse('grant_invalid', `got a grant for longer than ${lifetimes.grantSeconds} s or than its certificate`);
    const now = nowSeconds();
    if (now >= grant.exp + lifetimes.skewSeconds)
      return refuse('grant_expired', `got a grant that ended at ${grant.exp}, expected one valid at ${now}`);
    if (now < grant.iat - lifetimes.skewSeconds)
      return refuse('grant_not_yet_valid', `got a grant issued at ${grant.iat}, expected one issued by ${now}`);
    if (grant.aud !== audience)
      return refuse('audience_mismatch', `got a grant for ${grant.aud}, expected ${audience}`);
    if (grant.htm !== call.method) return refuse('method_mismatch', `got ${call.method} with a grant for ${grant.htm}`);
    if (grant.htu !== call.target)
      return refuse('path_mismatch', `got another path or a query with a grant for ${grant.htu}`);
    if (grant.bsh !== sha256Base64url(call.body))
      return refuse('body_mismatch', 'got another body than the one the grant is for');
    if (call.claimedTenant !== undefined && call.claimedTenant !== grant.tnt)
      return refuse('tenant_mismatch', `got another tenant with a grant for ${grant.tnt}`);
    const stranger = callers && meshCallerProblem(call.meshIdentity, callers.get(grant.sub));
    return stranger ? refuse('caller_mismatch', stranger) : { ok: true, grant };
  }

  function checkProof(proof: string, grantToken: string, grant: GrantClaims, call: GovernedCall): Refusal | null {
    const token = readToken(proof, { typ: tokenTypes.proof, alg: 'EdDSA', parameters: ['jwk'] });
    const prover = token && proverOf(token);
    const claims = token && parseClaims(ProofClaims, token);
    if (!token || !prover || !claims)
      return refuse(
        'proof_invalid',
        `got a proof that cannot be read, expected a ${tokenTypes.proof} with its Ed25519 key`,
      );
    if (prover.jkt !== grant.cnf.jkt)
      return refuse('proof_key_mismatch', 'got a proof by another key than the grant is bound to');
    if (!verifySignature(token, prover.key))
      return refuse('proof_invalid', 'got a proof whose signature does not verify');
    const { htm, htu, ath, bsh, iat } = claims;
    if (htm !== call.method || htu !== call.target || bsh !== grant.bsh || ath !== sha256Base64url(grantToken))
      return refuse('proof_invalid', 'got a proof for another request or another grant');
    if (Math.abs(nowSeconds() - iat) > lifetimes.proofSeconds + lifetimes.skewSeconds)
      return refuse(
        'proof_expired',
        `got a proof made at ${iat}, expected one made within ${lifetimes.proofSeconds} s`,
      );
    return null;
  }

  function proverOf({ header }: ReadToken): Prover | undefined {
    const jwk = Ed25519Jwk.safeParse(header['jwk']);
    if (!jwk.success) return undefined;
    const known = provers.get(jwk.data.x);
    if (known) return known;
    const key = ed25519Key(jwk.data);
    return key && remember(provers, jwk.data.x, { key, jkt: thumbprint(jwk.data) }, 64);
  }

  function nowSeconds(): number {
    return Math.floor(nowMs() / 1000);
  }
}

/** The longest a used grant must be remembered, milliseconds: its life, and the skew at either end. */
export const replayKeepMs = (lifetimes.grantSeconds + 2 * lifetimes.skewSeconds) * 1000;

interface CertifiedKey {
  readonly ok: true;
  readonly key: KeyObject;
  readonly kid: string;
  readonly signedBy: KeyObject;
  readonly nbf: number;
  readonly exp: number;
}

interface Prover {
  readonly key: KeyObject;
  readonly jkt: string;
}

function refuse(code: RefusalCode, detail: string): Refusal {
  return { ok: false, code, detail };
}

function parseClaims<T extends z.ZodMiniType>(shape: T, { claims }: ReadToken): z.infer<T> | undefined {
  const parsed = shape.safeParse(claims);
  return parsed.success ? parsed.data : undefined;
}

function ed25519Key(jwk: Ed25519Jwk): KeyObject | undefined {
  try {
    return publicKeyOf(jwk);
  } catch {
    return undefined;
  }
}

/** Keeps the newest few; what falls out is only read again. */
function remember<V>(cache: Map<string, V>, key: string, value: V, most: number): V {
  if (!cache.has(key) && cache.size >= most) for (const oldest of [...cache.keys()].slice(0, 1)) cache.delete(oldest);
  cache.set(key, value);
  return value;
}
