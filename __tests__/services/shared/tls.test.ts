// The certificate made in memory: what it names, how long it lasts, that it is new each time.
// Next: server.test.ts, which serves with one.
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createTlsIdentity } from '../../../services/shared/tls.ts';

describe('createTlsIdentity', () => {
  it('makes a P-256 key and a self-signed server certificate for the names given', async () => {
    const identity = await createTlsIdentity({
      commonName: 'axon',
      altNames: ['axon.internal', '127.0.0.1', '::1'],
      validDays: 7,
    });
    const certificate = new X509Certificate(identity.cert);
    const key = createPrivateKey(identity.key);
    expect(key.asymmetricKeyDetails).toEqual({ namedCurve: 'prime256v1' });
    expect(certificate.checkPrivateKey(key)).toBe(true);
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    expect(certificate.subject).toBe('CN=axon');
    expect(certificate.subjectAltName).toBe('DNS:axon.internal, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1');
    expect(certificate.ca).toBe(false);
    expect(certificate.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1']);
    expect(identity.fingerprint256).toBe(certificate.fingerprint256);
    expect(/^[4-7]/.test(certificate.serialNumber)).toBe(true);
  });

  it('begins five minutes ago and ends after the days given', async () => {
    const { cert } = await createTlsIdentity({ commonName: 'a', altNames: ['a'], validDays: 7 });
    const { validFromDate, validToDate } = new X509Certificate(cert);
    expect(Math.abs(validFromDate.getTime() - (Date.now() - 300_000))).toBeLessThan(5000);
    expect(Math.abs(validToDate.getTime() - (Date.now() + 7 * 86_400_000))).toBeLessThan(5000);
  });

  it('is another key and serial each time, and leaves nothing on Reflect', async () => {
    const options = { commonName: 'a', altNames: ['a'] };
    const [one, two] = await Promise.all([createTlsIdentity(options), createTlsIdentity(options)]);
    expect(one.key).not.toBe(two.key);
    expect(one.fingerprint256).not.toBe(two.fingerprint256);
    expect(new X509Certificate(one.cert).serialNumber).not.toBe(new X509Certificate(two.cert).serialNumber);
    expect(Object.getOwnPropertyNames(Reflect).filter((name) => /metadata/i.test(name))).toEqual([]);
  });

  it.each([
    { commonName: '', altNames: ['a'] },
    { commonName: 'x'.repeat(65), altNames: ['a'] },
    { commonName: 'a', altNames: [] },
    { commonName: 'a', altNames: ['a'], validDays: 0 },
    { commonName: 'a', altNames: ['a'], validDays: 826 },
    { commonName: 'a', altNames: ['a'], validDays: 1.5 },
  ])('refuses %j', async (options) => {
    await expect(createTlsIdentity(options)).rejects.toThrow(RangeError);
  });
});
