// Makes a key and certificate in memory at start, for traffic behind a load balancer that does not check either.
// Next: server.ts, which serves with them.
import { createHash, randomBytes } from 'node:crypto';
import { isIP } from 'node:net';
import type * as X509Library from '@peculiar/x509';

/** A private key and its certificate, both PEM. The key exists in this process's memory alone. */
export interface TlsIdentity {
  /** PKCS #8. */
  readonly key: string;
  /** X.509, self-signed. */
  readonly cert: string;
  /** SHA-256 of the certificate as Node shows it: uppercase hex pairs with colons. */
  readonly fingerprint256: string;
}

/** Whom the certificate names and how long it lasts. */
export interface TlsIdentityOptions {
  readonly commonName: string;
  /** DNS names and IP addresses, at least one. */
  readonly altNames: readonly string[];
  /** 1..825. @defaultValue 90: longer than any task should run, and a task makes its own at each start */
  readonly validDays?: number | undefined;
}

const dayMs = 24 * 60 * 60 * 1000;
/** Begins this much in the past, for clocks that are behind. */
const backdatedMs = 5 * 60 * 1000;

/**
 * A new EC P-256 key with a self-signed server certificate (ECDSA, SHA-256). Nothing is written to disk.
 *
 * @throws RangeError when `validDays` or the names are out of bounds.
 * @see RFC 5280; AWS: "the load balancer does not validate" target certificates,
 *   https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-target-groups.html
 */
export async function createTlsIdentity(options: TlsIdentityOptions): Promise<TlsIdentity> {
  const { commonName, altNames, validDays = 90 } = options;
  checkOptions(commonName, altNames, validDays);
  const x509 = await loadX509();
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const nowMs = Date.now();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: positiveSerial(),
    name: [{ CN: [commonName] }],
    notBefore: new Date(nowMs - backdatedMs),
    notAfter: new Date(nowMs + validDays * dayMs),
    keys,
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension(altNames.map(generalName)),
    ],
  });
  const key = pem('PRIVATE KEY', await crypto.subtle.exportKey('pkcs8', keys.privateKey));
  const digest = createHash('sha256').update(new Uint8Array(certificate.rawData)).digest('hex').toUpperCase();
  return { key, cert: pem('CERTIFICATE', certificate.rawData), fingerprint256: digest.replaceAll(/..(?!$)/g, '$&:') };
}

type X509 = typeof X509Library;

let x509Module: Promise<X509> | undefined;

function loadX509(): Promise<X509> {
  x509Module ??= importX509();
  return x509Module;
}

/**
 * Loads the library only when TLS is on, and lets it find the two functions of reflect-metadata it asks for.
 *
 * Its dependency tsyringe refuses to load without them, then calls them for each of the library's own classes, none of
 * which takes a constructor argument: "no metadata" is the true answer to all. They are gone again after the load.
 */
async function importX509(): Promise<X509> {
  const noMetadata = (): undefined => undefined;
  const missing = ['getMetadata', 'getOwnMetadata'].filter((name) => !Reflect.has(Reflect, name));
  for (const name of missing) Object.defineProperty(Reflect, name, { value: noMetadata, configurable: true });
  try {
    return await import('@peculiar/x509');
  } finally {
    for (const name of missing) Reflect.deleteProperty(Reflect, name);
  }
}

function checkOptions(commonName: string, altNames: readonly string[], validDays: number): void {
  if (commonName.length < 1 || commonName.length > 64) {
    throw new RangeError(`got a common name of ${commonName.length} characters, expected 1 to 64, shorten it`);
  }
  if (altNames.length < 1 || altNames.length > 100) {
    throw new RangeError(`got ${altNames.length} alternative names, expected 1 to 100, name the host served`);
  }
  if (!Number.isInteger(validDays) || validDays < 1 || validDays > 825) {
    throw new RangeError(`got ${validDays} days of validity, expected a whole number from 1 to 825`);
  }
}

/** RFC 5280, section 4.1.2.2: positive and unique; the top bit clear keeps it positive, 0x40 keeps it from being zero. */
function positiveSerial(): string {
  const bytes = randomBytes(16);
  bytes.writeUInt8((bytes.readUInt8(0) & 0x3f) | 0x40, 0);
  return bytes.toString('hex');
}

function generalName(name: string): { type: X509Library.GeneralNameType; value: string } {
  return { type: isIP(name) === 0 ? 'dns' : 'ip', value: name };
}

function pem(label: string, der: ArrayBuffer): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}
