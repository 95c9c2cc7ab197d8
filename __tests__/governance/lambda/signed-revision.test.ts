// What a publisher signs: every part of a revision, unambiguously, by one kind of key.
// Next: governance/lambda/signed-revision.ts.
import { generateKeyPairSync, sign } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import {
  digestOf,
  openRevision,
  packDocument,
  revisionMessage,
  verifyRevision,
} from '../../../governance/lambda/signed-revision.ts';

const text = JSON.stringify({ format: 1, tenant: 'acme', revision: 3, rules: [] });
const unsigned = { tenant: 'acme', revision: 3, digest: digestOf(text), packed: packDocument(text), publisher: 'arn' };
const signWith = (namedCurve: string) => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve });
  const signature = sign('sha256', Buffer.from(revisionMessage(unsigned)), {
    key: privateKey,
    dsaEncoding: 'ieee-p1363',
  });
  return { signed: { ...unsigned, signature }, publicKey };
};

describe('a signed revision', () => {
  it('verifies as signed, and in no part otherwise', () => {
    const { signed, publicKey } = signWith('P-256');
    expect(verifyRevision(signed, publicKey)).toBe(true);
    for (const change of [
      { tenant: 'acmf' },
      { revision: 4 },
      { digest: digestOf('other') },
      { packed: packDocument('other') },
      { signature: Buffer.concat([signed.signature, Buffer.from([0])]) },
      { signature: Buffer.alloc(64) },
    ])
      expect(verifyRevision({ ...signed, ...change }, publicKey)).toBe(false);
  });

  it('verifies by no other kind of key', () => {
    const { signed, publicKey } = signWith('secp256k1');
    expect(verifyRevision(signed, publicKey)).toBe(false);
    expect(verifyRevision(signed, generateKeyPairSync('ed25519').publicKey)).toBe(false);
    expect(verifyRevision(signed, signWith('P-256').publicKey)).toBe(false);
  });

  it('signs a text of its own, which no other revision shares', () => {
    expect(revisionMessage(unsigned)).toMatch(
      /^\["agent-runtime-policy-revision-1","acme",3,"[0-9a-f]{64}","[0-9a-f]{64}"\]$/,
    );
    expect(revisionMessage({ ...unsigned, tenant: 'a","b' })).not.toContain('"a","b"');
  });

  it('opens as the policy it is, under the digest of its text', async () => {
    const { signed } = signWith('P-256');
    expect(await openRevision(signed)).toMatchObject({
      ok: true,
      policy: { tenant: 'acme', revision: 3, digest: digestOf(text) },
    });
    expect(await openRevision({ ...signed, digest: digestOf('other') })).toMatchObject({ ok: false });
    expect(await openRevision({ ...signed, packed: gzipSync(Buffer.alloc(9 * 1024 * 1024)) })).toEqual({
      ok: false,
      detail: 'got ERR_BUFFER_TOO_LARGE, expected at most 8388608 bytes of gzipped UTF-8',
    });
    expect(await openRevision({ ...signed, tenant: 'other' })).toMatchObject({ ok: false });
  });
});
