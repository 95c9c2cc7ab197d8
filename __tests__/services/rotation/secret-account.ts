// A local Secrets Manager with the secrets of both services, and each role's own way to it.
// Next: services/local/secrets-endpoint.ts, which it starts.
import { createPrincipals } from '../../../services/local/principals.ts';
import { createLocalSecrets } from '../../../services/local/secrets-endpoint.ts';
import type { SecretsManagerAccess } from '../../../services/shared/secret-value.ts';
import { account, region, serve } from '../local/signed-fetch.ts';

/** The roles there are; `governance` is a stranger to every secret. */
export type Role = 'orbit' | 'axon' | 'governance' | 'secrets-rotation';

export const orbitName = 'test/orbit';
export const axonName = 'test/axon';

/** Starts it until the test ends; nothing is stored, nothing is rotated. */
export async function startSecretAccount() {
  const principals = createPrincipals({
    account,
    prefix: 'test',
    names: ['orbit', 'axon', 'governance', 'secrets-rotation'],
  });
  const rotatorRoleArn = principals.roleArn('secrets-rotation');
  const secrets = createLocalSecrets({
    account,
    region,
    principals,
    secrets: [
      { name: orbitName, readerRoleArn: principals.roleArn('orbit'), rotatorRoleArn },
      { name: axonName, readerRoleArn: principals.roleArn('axon'), rotatorRoleArn },
    ],
  });
  const endpoint = await serve(secrets.handler);
  return {
    secrets,
    endpoint,
    /** Signed calls as this role. */
    as: (role: Role): SecretsManagerAccess => ({
      region,
      endpoint,
      credentials: () => Promise.resolve(principals.credentialsOf(role)),
    }),
  };
}

export type SecretAccount = Awaited<ReturnType<typeof startSecretAccount>>;
