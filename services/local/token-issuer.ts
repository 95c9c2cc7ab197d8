// The identity provider of the dev server: signs callers' tokens, publishes its keys, rotates them.
// Next: services/orbit/authenticate.ts, which believes it.
import { type IncomingMessage, type RequestListener } from 'node:http';
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import { readWireRequest, sendJson } from './loopback-server.ts';

/** What a token says, with the field's usual claims added. */
export interface TokenContent {
  readonly subject: string;
  readonly tenant?: string | undefined;
  /** @defaultValue one hour */
  readonly expiresInSeconds?: number;
  readonly issuer?: string;
  readonly audience?: string;
}

/** Issues tokens. */
export interface TokenIssuer {
  readonly handler: RequestListener;
  issue(content: TokenContent): Promise<string>;
  /** Signs with a new key from now on; the old ones stay published until {@link TokenIssuer.retire}. */
  rotate(): Promise<void>;
  /** Publishes the present key alone. */
  retire(): void;
  /** Where the issuer serves; known once it listens. */
  setIssuer(url: string): void;
}

interface SigningKey {
  readonly kid: string;
  readonly privateKey: CryptoKey;
  readonly jwk: JWK;
}

const bodyMaxBytes = 8192;

/** Makes an issuer with one ES256 key. Routes: `/.well-known/openid-configuration`, `/jwks.json`, and `POST /token`. */
export async function createTokenIssuer({
  audience,
  nowMs = Date.now,
}: {
  audience: string;
  nowMs?: () => number;
}): Promise<TokenIssuer> {
  let issuer = 'http://127.0.0.1';
  let serial = 0;
  let current = await makeKey();
  let published = [current];

  return {
    handler: (incoming, outgoing) => {
      answer(incoming).then(
        ({ status, body }) => sendJson(outgoing, status, body, { 'cache-control': 'no-store' }),
        () =>
          sendJson(outgoing, 400, {
            error: 'invalid_request',
            error_description: 'got a body that is no {"subject", "tenant"}',
          }),
      );
    },
    issue,
    async rotate() {
      current = await makeKey();
      published = [...published, current];
    },
    retire() {
      published = [current];
    },
    setIssuer(url) {
      issuer = url;
    },
  };

  function issue({ subject, tenant, expiresInSeconds = 3600, ...other }: TokenContent): Promise<string> {
    const iat = Math.floor(nowMs() / 1000);
    return new SignJWT(tenant === undefined ? {} : { tenant })
      .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: current.kid })
      .setSubject(subject)
      .setIssuer(other.issuer ?? issuer)
      .setAudience(other.audience ?? audience)
      .setIssuedAt(iat)
      .setExpirationTime(iat + expiresInSeconds)
      .sign(current.privateKey);
  }

  async function answer(incoming: IncomingMessage): Promise<{ status: number; body: object }> {
    const route = `${incoming.method} ${incoming.url}`;
    if (route === 'GET /.well-known/openid-configuration') {
      return {
        status: 200,
        body: {
          issuer,
          jwks_uri: `${issuer}/jwks.json`,
          id_token_signing_alg_values_supported: ['ES256'],
          subject_types_supported: ['public'],
          response_types_supported: ['token'],
        },
      };
    }
    if (route === 'GET /jwks.json') return { status: 200, body: { keys: published.map(({ jwk }) => jwk) } };
    if (route !== 'POST /token') return { status: 404, body: { error: 'not_found' } };
    const { body } = await readWireRequest(incoming, bodyMaxBytes);
    const { subject, tenant } = JSON.parse(body.toString('utf8')) as { subject?: unknown; tenant?: unknown };
    if (typeof subject !== 'string' || (tenant !== undefined && typeof tenant !== 'string'))
      throw new Error('got no subject');
    return {
      status: 200,
      body: { access_token: await issue({ subject, tenant }), token_type: 'Bearer', expires_in: 3600 },
    };
  }

  async function makeKey(): Promise<SigningKey> {
    serial += 1;
    const kid = `local-${serial}`;
    const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
    return { kid, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg: 'ES256', use: 'sig' } };
  }
}
