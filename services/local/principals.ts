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
  /** Finds a key, for an hour after its end too, so that the verifier can say that it expired. */
  lookup(accessKeyId: string): KnownKey | undefined;
  /** @throws Error for a name that is not one of the principals */
  roleArn(name: string): string;
  /**
   * The present credentials; new ones once the present ones near their end, as the ECS agent gives them.
   *
   * @throws Error for a name that is not one of the principals
   */
  credentialsOf(name: string): TemporaryCredentials;
  /**
   * Gives a principal new credentials; the old ones stay good until they expire.
   *
   * @throws Error for a name that is not one of the principals
   */
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

/** An SDK asks again five minutes before the end, so what it gets then must last well beyond that. */
const renewBeforeMs = 15 * 60_000;
const forgetAfterMs = 3_600_000;

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
  return { lookup: (accessKeyId) => keys.get(accessKeyId), roleArn, credentialsOf, rotate };

  function roleArn(name: string): string {
    if (!names.includes(name)) throw new Error(`got principal ${name}, expected one of ${names.join(', ')}`);
    return `arn:aws:iam::${account}:role/${prefix}-${name}-role`;
  }

  function credentialsOf(name: string): TemporaryCredentials {
    const credentials = current.get(name);
    const lasts = credentials && credentials.expiresMs - nowMs() > Math.min(renewBeforeMs, lifetimeMs / 4);
    return lasts ? credentials : rotate(name);
  }

  function rotate(name: string): TemporaryCredentials {
    const owner = { name, roleArn: roleArn(name) };
    const credentials = {
      accessKeyId: `ASIA${randomBytes(8).toString('hex').toUpperCase()}`,
      secretAccessKey: randomBytes(30).toString('base64'),
      sessionToken: randomBytes(48).toString('base64'),
      expiresMs: nowMs() + lifetimeMs,
    };
    for (const [id, { credentials: old }] of keys) if (old.expiresMs + forgetAfterMs < nowMs()) keys.delete(id);
    keys.set(credentials.accessKeyId, { ...owner, credentials });
    current.set(name, credentials);
    return credentials;
  }
}
