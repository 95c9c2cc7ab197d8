// The local identity provider as a standard client sees it: discovery, keys by jose, tokens, rotation.
// Next: services/orbit/authenticate.ts, the client that it is for.
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import { describe, expect, it } from 'vitest';
import { createTokenIssuer } from '../../../services/local/token-issuer.ts';
import { serve } from './signed-fetch.ts';

const audience = 'agent-runtime';

async function startIssuer(nowMs?: () => number) {
  const issuer = await createTokenIssuer({ audience, ...(nowMs ? { nowMs } : {}) });
  const url = await serve(issuer.handler);
  issuer.setIssuer(url);
  /** As a client that has fetched no keys yet. */
  const verify = (token: string, expected: { issuer?: string; audience?: string } = {}) =>
    jwtVerify(token, createRemoteJWKSet(new URL(`${url}/jwks.json`)), { issuer: url, audience, ...expected });
  const ask = async (route: string, init: RequestInit = {}) => {
    const response = await fetch(`${url}${route}`, init);
    return { status: response.status, json: (await response.json()) as Record<string, unknown> };
  };
  return { ...issuer, url, verify, ask };
}

describe('a token of the local issuer', () => {
  it('is verified by jose with the keys that discovery leads to', async () => {
    const { url, issue, ask } = await startIssuer();
    const { json } = await ask('/.well-known/openid-configuration');
    expect(json).toMatchObject({ issuer: url, jwks_uri: `${url}/jwks.json` });
    const token = await issue({ subject: 'user:ada', tenant: 'default' });
    const keys = createRemoteJWKSet(new URL(String(json['jwks_uri'])));
    const { payload, protectedHeader } = await jwtVerify(token, keys, { issuer: url, audience, typ: 'at+jwt' });
    expect(payload).toMatchObject({ sub: 'user:ada', tenant: 'default', iss: url, aud: audience });
    expect(protectedHeader).toMatchObject({ alg: 'ES256', typ: 'at+jwt' });
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(3600);
  });

  it('is refused elsewhere: for another audience, by another issuer, after its end, of another issuer’s key', async () => {
    const { issue, verify } = await startIssuer();
    const token = await issue({ subject: 'user:ada' });
    await expect(verify(token)).resolves.toBeDefined();
    await expect(verify(token, { audience: 'other' })).rejects.toMatchObject({ claim: 'aud' });
    await expect(verify(token, { issuer: 'http://127.0.0.1' })).rejects.toMatchObject({ claim: 'iss' });
    const ended = await issue({ subject: 'user:ada', expiresInSeconds: -1 });
    await expect(verify(ended)).rejects.toMatchObject({ code: 'ERR_JWT_EXPIRED' });
    const other = await startIssuer();
    await expect(other.verify(token)).rejects.toMatchObject({ code: 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED' });
  });

  it('may be made to disagree with its issuer, for tests of who reads it', async () => {
    const { issue, verify } = await startIssuer();
    await expect(verify(await issue({ subject: 'a', audience: 'other' }))).rejects.toMatchObject({ claim: 'aud' });
    await expect(verify(await issue({ subject: 'a', issuer: 'http://x' }))).rejects.toMatchObject({ claim: 'iss' });
  });

  it('has no tenant unless it was given one', async () => {
    const { issue, verify } = await startIssuer();
    expect((await verify(await issue({ subject: 'user:ada' }))).payload).not.toHaveProperty('tenant');
  });
});

describe('a rotation', () => {
  it('signs with a new key; the old one verifies until it is retired', async () => {
    const { issue, verify, rotate, retire, ask } = await startIssuer();
    const before = await issue({ subject: 'user:ada' });
    await rotate();
    const after = await issue({ subject: 'user:ada' });
    expect(decodeProtectedHeader(after).kid).not.toBe(decodeProtectedHeader(before).kid);
    await expect(verify(before)).resolves.toBeDefined();
    await expect(verify(after)).resolves.toBeDefined();
    expect((await ask('/jwks.json')).json['keys']).toHaveLength(2);

    retire();
    await expect(verify(before)).rejects.toMatchObject({ code: 'ERR_JWKS_NO_MATCHING_KEY' });
    await expect(verify(after)).resolves.toBeDefined();
  });

  it('publishes no private key', async () => {
    const { rotate, ask } = await startIssuer();
    await rotate();
    const { keys } = (await ask('/jwks.json')).json as { keys: object[] };
    expect(keys.map((key) => Object.keys(key).sort())).toEqual(
      Array.from({ length: 2 }, () => ['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y']),
    );
  });
});

describe('POST /token', () => {
  it('gives a token for the subject and tenant that are asked for', async () => {
    const { ask, verify } = await startIssuer();
    const { status, json } = await ask('/token', { method: 'POST', body: '{"subject":"user:ada","tenant":"acme"}' });
    expect({ status, json }).toMatchObject({ status: 200, json: { token_type: 'Bearer', expires_in: 3600 } });
    expect((await verify(String(json['access_token']))).payload).toMatchObject({ sub: 'user:ada', tenant: 'acme' });
  });

  it.each([
    ['no body', ''],
    ['no JSON', '{'],
    ['null', 'null'],
    ['no subject', '{"tenant":"acme"}'],
    ['a subject that is no text', '{"subject":1}'],
    ['a tenant that is no text', '{"subject":"user:ada","tenant":["acme"]}'],
    ['more than 8 KiB', JSON.stringify({ subject: 'x'.repeat(8192) })],
  ])('refuses %s', async (_, body) => {
    const { ask } = await startIssuer();
    expect(await ask('/token', { method: 'POST', body })).toMatchObject({
      status: 400,
      json: { error: 'invalid_request' },
    });
  });

  it.each([
    ['GET', '/token'],
    ['POST', '/jwks.json'],
    ['GET', '/jwks.json?x=1'],
    ['GET', '/'],
  ])('and no other route is there: %s %s', async (method, route) => {
    const { ask } = await startIssuer();
    expect((await ask(route, { method })).status).toBe(404);
  });
});
