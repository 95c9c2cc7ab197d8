// IAM principals as the local platform knows them: a role each, with temporary credentials that rotate.
// Next: services/local/sigv4-verifier.ts, which looks a signer up here.
import { randomBytes } from 'node:crypto';

/** Temporary credentials as STS gives them. `expiresMs` is epoch milliseconds. */
export interface TemporaryCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expiresMs: number;
}

/** Who an access key belongs to. */
export interface KnownKey {
  readonly name: string;
  readonly roleArn: string;
  readonly credentials: TemporaryCredentials;
}

/** The principals there are. */
export interface Principals {
  lookup(accessKeyId: string): KnownKey | undefined;
  roleArn(name: string): string;
  credentialsOf(name: string): TemporaryCredentials;
  /** Gives a principal new credentials; the old ones stay good until they expire. */
  rotate(name: string): TemporaryCredentials;
}

/** Which principals to make. */
export interface PrincipalsOptions {
  readonly account: string;
  /** `<project>-<environment>`, the prefix of every role name. */
  readonly prefix: string;
  readonly names: readonly string[];
  /** @defaultValue twelve hours, a role session's most */
  readonly lifetimeMs?: number;
  readonly nowMs?: () => number;
}

/** Makes a role `<prefix>-<name>-role` and credentials for every name. */
export function createPrincipals({
  account,
  prefix,
  names,
  lifetimeMs = 43_200_000,
  nowMs = Date.now,
}: PrincipalsOptions): Principals {
  const keys = new Map<string, KnownKey>();
  const current = new Map<string, TemporaryCredentials>();
  for (const name of names) rotate(name);
  return { lookup, roleArn, credentialsOf, rotate };

  function lookup(accessKeyId: string): KnownKey | undefined {
    const known = keys.get(accessKeyId);
    return known && known.credentials.expiresMs > nowMs() ? known : undefined;
  }

  function roleArn(name: string): string {
    return `arn:aws:iam::${account}:role/${prefix}-${name}-role`;
  }

  function credentialsOf(name: string): TemporaryCredentials {
    const credentials = current.get(name);
    if (!credentials) throw new Error(`got principal ${name}, expected one of ${names.join(', ')}`);
    return credentials;
  }

  function rotate(name: string): TemporaryCredentials {
    const credentials = {
      accessKeyId: `ASIA${randomBytes(8).toString('hex').toUpperCase()}`,
      secretAccessKey: randomBytes(30).toString('base64'),
      sessionToken: randomBytes(48).toString('base64'),
      expiresMs: nowMs() + lifetimeMs,
    };
    keys.set(credentials.accessKeyId, { name, roleArn: roleArn(name), credentials });
    current.set(name, credentials);
    return credentials;
  }
}
