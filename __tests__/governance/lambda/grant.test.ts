// Grant keys: certified once per certificate, renewed ahead of the end, and never a grant that outlives its certificate.
// Next: governance/lambda/grant.ts and governance/lambda/signer.ts.
import { generateKeyPairSync, sign, verify } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createGrantIssuer, type GrantContent } from '../../../governance/lambda/grant.ts';
import { rawSignature, type Signer } from '../../../governance/lambda/signer.ts';
import { readToken, sha256Base64url } from '../../../governance/token.ts';
import { createTestSigner } from '../../support/in-process-runtime.ts';

const content: GrantContent = {
  aud: 'axon',
  sub: 'orbit',
  tnt: 'default',
  int: 'call_reasoning',
  htm: 'POST',
  htu: '/reason',
  bsh: sha256Base64url(''),
  cnf: { jkt: sha256Base64url('k') },
  did: '01890a5d-ac96-774b-bcce-b302099a8057',
  pol: { revision: 1, digest: 'd' },
  obl: [],
};
const startMs = Date.parse('2026-06-01T10:00:00Z');
const exp = (token: string, typ: string, alg: 'ES256' | 'EdDSA') =>
  Number((readToken(token, { typ, alg, parameters: ['kid'] })?.claims as { exp: number } | undefined)?.exp) * 1000 -
  startMs;

function issuerAt(clock: { ms: number }, signer: Signer, failures: unknown[] = []) {
  return createGrantIssuer({
    signer,
    issuer: 'gov',
    nowMs: () => startMs + clock.ms,
    onRenewalFailure: (cause) => void failures.push(cause),
  });
}

describe('the grant issuer', () => {
  it('calls KMS once for any number of grants, even when they ask at once', async () => {
    const signer = createTestSigner('arn:one');
    const issuer = issuerAt({ ms: 0 }, signer);
    const grants = await Promise.all(Array.from({ length: 50 }, () => issuer.issue(content)));
    expect(signer.calls).toBe(1);
    expect(new Set(grants.map(({ certificate }) => certificate)).size).toBe(1);
    expect(new Set(grants.map(({ grant }) => grant)).size).toBe(50);
  });

  it('renews in the background once a third of the life is left, with a new key', async () => {
    const clock = { ms: 0 };
    const signer = createTestSigner('arn:one');
    const issuer = issuerAt(clock, signer);
    const first = await issuer.issue(content);
    clock.ms = 599_000;
    await issuer.issue(content);
    expect(signer.calls).toBe(1);
    clock.ms = 600_000;
    expect((await issuer.issue(content)).certificate).toBe(first.certificate);
    await new Promise((resolve) => setImmediate(resolve));
    const renewed = await issuer.issue(content);
    expect(signer.calls).toBe(2);
    expect(renewed.certificate).not.toBe(first.certificate);
    expect(exp(renewed.certificate, 'govern-cert+jwt', 'ES256')).toBe(1_500_000);
  });

  it('serves on while KMS is down, tries again after a pause, and fails only when nothing valid is left', async () => {
    const clock = { ms: 0 };
    const good = createTestSigner('arn:one');
    const failures: unknown[] = [];
    let down = false;
    let asked = 0;
    const signer: Signer = {
      keyId: 'arn:one',
      sign: (message) => {
        asked += 1;
        return down ? Promise.reject(new Error('kms is down')) : good.sign(message);
      },
    };
    const issuer = issuerAt(clock, signer, failures);
    await issuer.issue(content);
    down = true;
    clock.ms = 700_000;
    for (let call = 0; call < 5; call += 1) {
      await issuer.issue(content);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect([asked, failures.length]).toEqual([2, 1]);
    clock.ms = 706_000;
    await issuer.issue(content);
    await new Promise((resolve) => setImmediate(resolve));
    expect(failures).toHaveLength(2);
    clock.ms = 900_000;
    await expect(issuer.issue(content)).rejects.toThrow('kms is down');
    down = false;
    expect(exp((await issuer.issue(content)).grant, 'govern-grant+jwt', 'EdDSA')).toBe(930_000);
  });

  it('never lets a grant outlive its certificate', async () => {
    const clock = { ms: 0 };
    const signer = createTestSigner('arn:one');
    let hang = false;
    const issuer = issuerAt(clock, {
      keyId: signer.keyId,
      sign: (message) => (hang ? new Promise(() => undefined) : signer.sign(message)),
    });
    await issuer.issue(content);
    hang = true;
    clock.ms = 890_000;
    expect(exp((await issuer.issue(content)).grant, 'govern-grant+jwt', 'EdDSA')).toBe(900_000);
  });

  it('names the key behind an alias, at the price of one more call, once', async () => {
    const behind = createTestSigner('arn:aws:kms:eu-central-1:1:key/behind');
    let calls = 0;
    const issuer = issuerAt(
      { ms: 0 },
      {
        keyId: 'alias/signing',
        sign: (message) => {
          calls += 1;
          return behind.sign(message);
        },
      },
    );
    const { certificate } = await issuer.issue(content);
    expect(readToken(certificate, { typ: 'govern-cert+jwt', alg: 'ES256', parameters: ['kid'] })?.header['kid']).toBe(
      behind.keyId,
    );
    expect(calls).toBe(2);
  });

  it('gives up on an alias that never holds still', async () => {
    let calls = 0;
    const issuer = issuerAt(
      { ms: 0 },
      {
        keyId: 'alias/signing',
        sign: async (message) => ({ ...(await createTestSigner('x').sign(message)), keyId: `arn:${(calls += 1)}` }),
      },
    );
    await expect(issuer.issue(content)).rejects.toThrow('expected the alias to hold still');
  });
});

describe('rawSignature', () => {
  it('converts any DER signature to what verifies as raw', () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    fc.assert(
      fc.property(fc.uint8Array(), (message) =>
        verify(
          'sha256',
          message,
          { key: publicKey, dsaEncoding: 'ieee-p1363' },
          rawSignature(sign('sha256', message, privateKey)),
        ),
      ),
      { numRuns: 300 },
    );
  });

  it('refuses bytes that are no signature', () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const der = sign('sha256', Buffer.from('x'), privateKey);
    for (const broken of [
      Buffer.alloc(0),
      der.subarray(1),
      der.subarray(0, -1),
      Buffer.concat([der, Buffer.from([0])]),
      Buffer.from('3006020100020100ff', 'hex'),
    ]) {
      expect(() => rawSignature(broken)).toThrow('expected der');
    }
  });
});
