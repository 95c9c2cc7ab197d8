// Callers' tokens: whose are believed, and every kind that is not.
// Next: services/orbit/authenticate.ts.
import { createHmac, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { SignJWT, UnsecuredJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Authenticator, createAuthenticator } from '../../../services/orbit/authenticate.ts';
import { listenLoopback, type LoopbackServer, sendJson } from '../../../services/local/loopback-server.ts';
import { createTokenIssuer, type TokenIssuer } from '../../../services/local/token-issuer.ts';

let issuer: TokenIssuer;
let server: LoopbackServer;
let authenticator: Authenticator;
let jwksRequests = 0;

beforeAll(async () => {
  issuer = await createTokenIssuer({ audience: 'agent-runtime' });
  server = await listenLoopback(
    (incoming, outgoing) => {
      if (incoming.url === '/jwks.json') jwksRequests += 1;
      issuer.handler(incoming, outgoing);
    },
    0,
    { name: 'tokens', setting: 'none' },
  );
  issuer.setIssuer(server.url);
  authenticator = make();
});
afterAll(() => server.close());

const make = (jwksUrl = `${server.url}/jwks.json`, nowMs?: () => number) =>
  createAuthenticator({
    issuer: server.url,
    audience: 'agent-runtime',
    jwksUrl,
    algorithms: ['ES256'],
    tenantClaim: 'tenant',
    ...(nowMs ? { nowMs } : {}),
  });
const signed = (key: KeyObject, header: object, claims: object = {}) =>
  new SignJWT({ tenant: 'default', ...claims })
    .setProtectedHeader({ alg: 'ES256', ...header })
    .setSubject('ada')
    .setIssuer(server.url)
    .setAudience('agent-runtime')
    .setIssuedAt()
    .setExpirationTime('1h')
    .sign(key);
const publishedKey = async () =>
  ((await (await fetch(`${server.url}/jwks.json`)).json()) as { keys: [{ kid: string }] }).keys[0];
const foreign = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;

describe('a token of the issuer', () => {
  it('names tenant and subject, with a kind put before a bare subject', async () => {
    expect(
      await authenticator.authenticate(`Bearer ${await issuer.issue({ subject: 'ada', tenant: 'acme' })}`),
    ).toEqual({ tenant: 'acme', subject: 'user:ada' });
    expect(
      await authenticator.authenticate(`bearer ${await issuer.issue({ subject: 'agent:planner', tenant: 'acme' })}`),
    ).toEqual({ tenant: 'acme', subject: 'agent:planner' });
  });

  it('is still believed after the issuer rotated its key, and the old key’s tokens until it is retired', async () => {
    const rotating = make();
    const before = await issuer.issue({ subject: 'ada', tenant: 'acme' });
    await rotating.authenticate(`Bearer ${before}`);
    await issuer.rotate();
    const after = await issuer.issue({ subject: 'bob', tenant: 'acme' });
    const later = make(undefined);
    expect((await later.authenticate(`Bearer ${after}`)).subject).toBe('user:bob');
    expect((await later.authenticate(`Bearer ${before}`)).subject).toBe('user:ada');
    issuer.retire();
    await expect(make().authenticate(`Bearer ${before}`)).rejects.toMatchObject({ code: 'unauthenticated' });
  });

  it('is fetched keys for once, however many ask', async () => {
    const fresh = make();
    jwksRequests = 0;
    const tokens = await Promise.all(
      Array.from({ length: 20 }, (_, index) => issuer.issue({ subject: `u${index}`, tenant: 'acme' })),
    );
    await Promise.all(tokens.map((token) => fresh.authenticate(`Bearer ${token}`)));
    expect(jwksRequests).toBe(1);
    expect(fresh.ready()).toBe(true);
  });

  it('is not believed past its end, though it was remembered', async () => {
    let nowMs = Date.now();
    const timed = make(undefined, () => nowMs);
    const token = await issuer.issue({ subject: 'ada', tenant: 'acme', expiresInSeconds: 30 });
    await timed.authenticate(`Bearer ${token}`);
    nowMs += 36_000;
    await expect(timed.authenticate(`Bearer ${token}`)).rejects.toMatchObject({
      code: 'unauthenticated',
      message: expect.stringContaining('expired'),
    });
  });
});

describe('anything else is refused', () => {
  const header = (token: string) => `Bearer ${token}`;
  const hmac = (publicKey: string) => {
    const input = [
      '{"alg":"HS256","typ":"JWT"}',
      JSON.stringify({ iss: server.url, aud: 'agent-runtime', sub: 'ada', tenant: 'acme', exp: 9_999_999_999 }),
    ]
      .map((text) => Buffer.from(text).toString('base64url'))
      .join('.');
    return `${input}.${createHmac('sha256', publicKey).update(input).digest('base64url')}`;
  };
  // With the issuer's present keys, so that each is refused for its own reason and not for a key it does not know.
  let present: Authenticator;
  beforeAll(async () => {
    present = make();
    await present.authenticate(header(await issuer.issue({ subject: 'ada', tenant: 'acme' })));
  });

  it.each<[string, string, () => string | undefined | Promise<string>]>([
    ['no header', 'no authorization header', () => undefined],
    ['another scheme', 'no bearer token', () => 'Basic YTpi'],
    ['no token', 'no bearer token', () => 'Bearer '],
    ['two tokens', 'no bearer token', () => 'Bearer a b'],
    ['text', 'does not verify', () => header('abc')],
    ['an endless token', 'no bearer token', () => header('a'.repeat(9000))],
    [
      'another audience',
      'claim aud',
      async () => header(await issuer.issue({ subject: 'ada', tenant: 'acme', audience: 'other' })),
    ],
    [
      'another issuer',
      'claim iss',
      async () => header(await issuer.issue({ subject: 'ada', tenant: 'acme', issuer: 'http://evil' })),
    ],
    [
      'an expired token',
      'expired',
      async () => header(await issuer.issue({ subject: 'ada', tenant: 'acme', expiresInSeconds: -10 })),
    ],
    ['no tenant', 'claim tenant', async () => header(await issuer.issue({ subject: 'ada' }))],
    ['the platform’s tenant', 'claim tenant', async () => header(await issuer.issue({ subject: 'ada', tenant: '*' }))],
    [
      'a subject with a line break',
      'claim sub',
      async () => header(await issuer.issue({ subject: 'ada\nadmin', tenant: 'acme' })),
    ],
    ['an empty subject', 'claim sub', async () => header(await issuer.issue({ subject: '', tenant: 'acme' }))],
    [
      'alg none',
      'does not verify',
      () =>
        header(
          new UnsecuredJWT({ tenant: 'acme' })
            .setSubject('ada')
            .setIssuer(server.url)
            .setAudience('agent-runtime')
            .setExpirationTime('1h')
            .encode(),
        ),
    ],
    ['HMAC with the public key', 'does not verify', async () => header(hmac(JSON.stringify(await publishedKey())))],
    [
      'a foreign key with the known kid',
      'does not verify',
      async () => header(await signed(foreign, { kid: (await publishedKey()).kid })),
    ],
    [
      'a foreign key embedded as jwk',
      'does not verify',
      async () => header(await signed(foreign, { jwk: foreign.export({ format: 'jwk' }) })),
    ],
    ['an unknown kid', 'does not verify', async () => header(await signed(foreign, { kid: 'unknown' }))],
  ])('%s', async (_name, why, authorization) => {
    await expect(present.authenticate(await authorization())).rejects.toMatchObject({
      code: 'unauthenticated',
      message: expect.stringContaining(why),
      status: 401,
      headers: { 'www-authenticate': expect.stringContaining('Bearer') },
    });
  });

  it('a token of another type, signed by the right key', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const own = await listenLoopback(
      (_incoming, outgoing) =>
        sendJson(outgoing, 200, { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'k', alg: 'ES256' }] }),
      0,
      { name: 'jwks', setting: 'none' },
    );
    const own2 = createAuthenticator({
      issuer: server.url,
      audience: 'agent-runtime',
      jwksUrl: own.url,
      algorithms: ['ES256'],
      tenantClaim: 'tenant',
    });
    expect((await own2.authenticate(header(await signed(privateKey, { kid: 'k', typ: 'JWT' })))).tenant).toBe(
      'default',
    );
    for (const typ of ['dpop+jwt', 'govern-grant+jwt', 'id_token+jwt'])
      await expect(own2.authenticate(header(await signed(privateKey, { kid: 'k', typ })))).rejects.toMatchObject({
        code: 'unauthenticated',
      });
    await own.close();
  });

  it('everyone, as unavailable, while the issuer’s keys cannot be had', async () => {
    const cut = make('http://127.0.0.1:9/jwks.json');
    expect(cut.ready()).toBe(false);
    await expect(
      cut.authenticate(header(await issuer.issue({ subject: 'ada', tenant: 'acme' }))),
    ).rejects.toMatchObject({ code: 'unavailable', status: 503 });
  });
});
