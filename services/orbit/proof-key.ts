// Orbit's in-memory key: grants are bound to it, and it proves possession on every call.
// Next: services/orbit/axon-client.ts, which sends the proof.
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { type ProofClaims, tokenTypes } from '../../governance/contract.ts';
import { publicJwk, sha256Base64url, signToken, thumbprint } from '../../governance/token.ts';

/** What a proof is for: one request under one grant. */
export interface ProvedRequest {
  readonly method: string;
  readonly path: string;
  readonly bodySha256: string;
  readonly grant: string;
}

/** A key that never leaves the process. */
export interface ProofKey {
  /** The key's thumbprint (RFC 7638): what a grant is bound to. */
  readonly jkt: string;
  /** Signs a proof of possession after RFC 9449, with the body's hash added. */
  prove(request: ProvedRequest): string;
}

/** Makes a new Ed25519 key. */
export function createProofKey(nowMs: () => number = Date.now): ProofKey {
  const { privateKey } = generateKeyPairSync('ed25519');
  const jwk = publicJwk(privateKey);
  return {
    jkt: thumbprint(jwk),
    prove({ method, path, bodySha256, grant }) {
      const claims: ProofClaims = {
        htm: method,
        htu: path,
        ath: sha256Base64url(grant),
        bsh: bodySha256,
        iat: Math.floor(nowMs() / 1000),
        jti: randomUUID(),
      };
      return signToken({ typ: tokenTypes.proof, jwk }, claims, privateKey);
    },
  };
}
