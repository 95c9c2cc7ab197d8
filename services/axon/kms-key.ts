// Fetches the public half of a KMS key, the one thing Axon needs from KMS.
// Next: services/axon/trusted-keys.ts, which keeps it.
import { z } from 'zod';
import { callAwsJson, type CredentialSource } from '../shared/aws.ts';
import { type FetchedKey } from './trusted-keys.ts';

const PublicKeyAnswer = z.object({
  KeyId: z.string(),
  PublicKey: z.base64(),
  KeySpec: z.literal('ECC_NIST_P256'),
  KeyUsage: z.literal('SIGN_VERIFY'),
});

/** Calls KMS `GetPublicKey` (https://docs.aws.amazon.com/kms/latest/APIReference/API_GetPublicKey.html). */
export function fetchKmsKey(aws: {
  region: string;
  endpoint?: string | undefined;
  credentials: CredentialSource;
}): (keyId: string) => Promise<FetchedKey> {
  return async (keyId) => {
    const answer = await callAwsJson({
      ...aws,
      service: 'kms',
      target: 'TrentService.GetPublicKey',
      jsonVersion: '1.1',
      body: { KeyId: keyId },
      timeoutMs: 3000,
    });
    const { KeyId, PublicKey } = PublicKeyAnswer.parse(answer);
    return { arn: KeyId, spki: Buffer.from(PublicKey, 'base64') };
  };
}
