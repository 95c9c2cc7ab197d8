// The token format against jose, an independent implementation: what either signs the other verifies, and nothing else passes.
// Next: governance/token.ts, the format.
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import fc from 'fast-check';
import { calculateJwkThumbprint, CompactSign, jwtVerify, SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import {
  publicJwk,
  publicKeyOf,
  readToken,
  sha256Base64url,
  signToken,
  thumbprint,
  tokenMaxLength,
  toSigningInput,
  verifySignature,
} from '../../governance/token.ts';

const ed = generateKeyPairSync('ed25519');
const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const grant = { typ: 'govern-grant+jwt', alg: 'EdDSA' } as const;
const verifies = (token: string, expected: Parameters<typeof readToken>[1], key: KeyObject): boolean => {
  const read = readToken(token, expected);
  return read !== undefined && verifySignature(read, key);
};

describe('the token format', () => {
  it('signs what jose verifies, for any claims', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(fc.string({ minLength: 1 }), fc.oneof(fc.string(), fc.integer(), fc.boolean()), { maxKeys: 6 }),
        async (claims) => {
          const token = signToken({ typ: grant.typ }, { note: claims }, ed.privateKey);
          const { payload } = await jwtVerify(token, ed.publicKey, { algorithms: ['EdDSA'], typ: grant.typ });
          expect(payload['note']).toEqual(JSON.parse(JSON.stringify(claims)));
        },
      ),
      { numRuns: 50 },
    );
  });

  it('verifies what jose signs, with either algorithm', async () => {
    const eddsa = await new SignJWT({ a: 1 }).setProtectedHeader(grant).sign(ed.privateKey);
    const es256 = await new SignJWT({ a: 1 })
      .setProtectedHeader({ alg: 'ES256', typ: 'govern-cert+jwt', kid: 'k' })
      .sign(p256.privateKey);
    expect(verifies(eddsa, grant, ed.publicKey)).toBe(true);
    expect(verifies(es256, { alg: 'ES256', typ: 'govern-cert+jwt', parameters: ['kid'] }, p256.publicKey)).toBe(true);
  });

  it('refuses every single-character change of a token', () => {
    const token = signToken({ typ: grant.typ }, { sub: 'orbit', exp: 1 }, ed.privateKey);
    const changes = Array.from({ length: token.length }, (_, at) =>
      ['A', 'B', '.', '=', '-', ' '].map((character) => `${token.slice(0, at)}${character}${token.slice(at + 1)}`),
    );
    const accepted = changes.flat().filter((changed) => changed !== token && verifies(changed, grant, ed.publicKey));
    expect(accepted).toEqual([]);
  });

  it('refuses a token of another type, algorithm or with a parameter nobody asked for', async () => {
    const as = (header: { alg: string; typ?: string; kid?: string }) =>
      new CompactSign(Buffer.from('{}')).setProtectedHeader(header).sign(ed.privateKey);
    expect(verifies(await as({ ...grant, typ: 'dpop+jwt' }), grant, ed.publicKey)).toBe(false);
    expect(verifies(await as({ alg: 'EdDSA' }), grant, ed.publicKey)).toBe(false);
    expect(verifies(await as({ ...grant, kid: 'x' }), grant, ed.publicKey)).toBe(false);
    expect(verifies(await as({ ...grant, kid: 'x' }), { ...grant, parameters: ['kid'] }, ed.publicKey)).toBe(true);
    expect(verifies(signToken({ typ: grant.typ }, {}, ed.privateKey), { ...grant, alg: 'ES256' }, p256.publicKey)).toBe(
      false,
    );
  });

  it('lets the key decide the algorithm: a key of another kind verifies nothing', () => {
    const token = signToken({ typ: grant.typ }, {}, ed.privateKey);
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey;
    const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey;
    for (const key of [p256.publicKey, p384, rsa, generateKeyPairSync('ed25519').publicKey])
      expect(verifies(token, grant, key)).toBe(false);
  });

  it('reads no token beyond its length, and no text that is none', () => {
    const long = signToken({ typ: grant.typ }, { pad: 'x'.repeat(tokenMaxLength) }, ed.privateKey);
    expect(readToken(long, grant)).toBeUndefined();
    fc.assert(fc.property(fc.string(), (text) => readToken(text, grant) === undefined));
    const array = `${toSigningInput(grant, []).split('.')[0]}.${Buffer.from('[]').toString('base64url')}.${'A'.repeat(86)}`;
    expect(readToken(array, grant)).toBeUndefined();
  });

  it('agrees with jose about thumbprints, and with itself about public keys', async () => {
    const jwk = publicJwk(ed.privateKey);
    expect(thumbprint(jwk)).toBe(await calculateJwkThumbprint(jwk));
    expect(publicKeyOf(jwk).equals(ed.publicKey)).toBe(true);
    expect(publicJwk(ed.publicKey)).toEqual(jwk);
    expect(jwk).not.toHaveProperty('d');
    expect(sha256Base64url('')).toBe('47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU');
  });
});
