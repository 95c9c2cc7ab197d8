// Who calls: a bearer token of the configured issuer, and nothing from the payload.
// Next: services/orbit/dispatch.ts, which acts for this caller.
import { createRemoteJWKSet, errors, type JWTPayload, jwtVerify } from 'jose';
import { sha256Base64url, tokenMaxLength } from '../../governance/token.ts';
import { ServiceError } from '../shared/errors.ts';

/** The authenticated caller. `subject` is `user:…` or `agent:…`. */
export interface Caller {
  readonly tenant: string;
  readonly subject: string;
}

/** Whose tokens are believed. */
export interface AuthenticatorOptions {
  readonly issuer: string;
  readonly audience: string;
  readonly jwksUrl: string;
  readonly algorithms: readonly string[];
  readonly tenantClaim: string;
  readonly nowMs?: () => number;
}

/** Authenticates callers; `ready` once the issuer's keys have been fetched. */
export interface Authenticator {
  /** @throws ServiceError `unauthenticated` with a `WWW-Authenticate` challenge (RFC 6750), `unavailable` when the issuer's keys cannot be had */
  authenticate(authorization: string | undefined): Promise<Caller>;
  ready(): boolean;
  /** Fetches the issuer's keys ahead of the first caller. */
  prepare(): Promise<void>;
}

const clockToleranceSeconds = 5;
const rememberedTokens = 10_000;
const rememberedForSeconds = 60;
const jwksOptions = { cacheMaxAge: 600_000, cooldownDuration: 1000, timeoutDuration: 3000 };

/**
 * Makes an authenticator. Keys are cached for ten minutes and fetched again when a token names an unknown one, at most
 * once a second. A token that verified is remembered by its hash for at most a minute and never past its end.
 */
export function createAuthenticator({
  issuer,
  audience,
  jwksUrl,
  algorithms,
  tenantClaim,
  nowMs = Date.now,
}: AuthenticatorOptions): Authenticator {
  const jwks = createRemoteJWKSet(new URL(jwksUrl), jwksOptions);
  const known = new Map<string, { caller: Caller; untilSeconds: number }>();

  return { authenticate, ready: () => jwks.jwks() !== undefined, prepare: () => jwks.reload() };

  async function authenticate(authorization: string | undefined): Promise<Caller> {
    const token = bearerToken(authorization);
    const digest = sha256Base64url(token);
    const remembered = known.get(digest);
    const nowSeconds = nowMs() / 1000;
    if (remembered && nowSeconds < remembered.untilSeconds) return remembered.caller;
    const claims = await verifyToken(token);
    const caller = callerOf(claims, tenantClaim);
    if (known.size >= rememberedTokens) known.clear();
    known.set(digest, { caller, untilSeconds: Math.min(nowSeconds + rememberedForSeconds, claims.exp ?? 0) });
    return caller;
  }

  async function verifyToken(token: string): Promise<JWTPayload> {
    try {
      const { payload, protectedHeader } = await jwtVerify(token, jwks, {
        issuer,
        audience,
        algorithms: [...algorithms],
        clockTolerance: clockToleranceSeconds,
        requiredClaims: ['exp', 'sub', tenantClaim],
        currentDate: new Date(nowMs()),
      });
      // A proof or grant of ours, or an ID token marked as such, is no access token (RFC 8725 section 3.11).
      if (!['jwt', 'at+jwt', undefined].includes(protectedHeader.typ?.toLowerCase()))
        throw unauthenticated('got a token of another type, expected an access token');
      return payload;
    } catch (error) {
      throw refusalOf(error);
    }
  }
}

function bearerToken(authorization: string | undefined): string {
  if (authorization === undefined) throw unauthenticated('got no authorization header, expected a bearer token');
  const match = /^Bearer ([A-Za-z0-9._~+/-]+=*)$/i.exec(authorization);
  const token = match?.[1];
  if (token === undefined || token.length > tokenMaxLength)
    throw unauthenticated('got an authorization header that is no bearer token, expected "Bearer <token>"');
  return token;
}

function callerOf(claims: JWTPayload, tenantClaim: string): Caller {
  const tenant = claims[tenantClaim];
  if (typeof tenant !== 'string' || !/^[a-z0-9][a-z0-9-]{0,62}$/.test(tenant))
    throw unauthenticated(`got a token whose claim ${tenantClaim} is no tenant name`);
  const subject = /^(user|agent):/.test(claims.sub ?? '') ? String(claims.sub) : `user:${claims.sub}`;
  if (!/^(user|agent):[\x21-\x7e]{1,200}$/.test(subject))
    throw unauthenticated('got a token whose claim sub is no subject, expected up to 200 printable characters');
  return { tenant, subject };
}

function refusalOf(error: unknown): ServiceError {
  if (error instanceof ServiceError) return error;
  if (error instanceof errors.JWTExpired) return unauthenticated('got a token that has expired, expected a fresh one');
  if (error instanceof errors.JWTClaimValidationFailed)
    return unauthenticated(`got a token whose claim ${error.claim} does not fit, expected one for this audience`);
  const isTokensFault =
    error instanceof errors.JWSInvalid ||
    error instanceof errors.JWTInvalid ||
    error instanceof errors.JOSEAlgNotAllowed ||
    error instanceof errors.JOSENotSupported ||
    error instanceof errors.JWSSignatureVerificationFailed ||
    error instanceof errors.JWKSNoMatchingKey ||
    error instanceof errors.JWKSMultipleMatchingKeys;
  if (isTokensFault)
    return unauthenticated('got a token that does not verify, expected one signed by the configured issuer');
  return new ServiceError('unavailable', 'the issuer keys could not be fetched', { cause: error });
}

function unauthenticated(detail: string): ServiceError {
  return new ServiceError('unauthenticated', detail, {
    headers: { 'www-authenticate': 'Bearer error="invalid_token"' },
  });
}
