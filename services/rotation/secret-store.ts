// The versions of a secret in Secrets Manager: which there are, what is in one, a new one, and which is the current one.
// Next: services/shared/secret-value.ts, which makes the calls.
import * as z from 'zod';
import { AwsError } from '../shared/aws.ts';
import {
  callSecretsManager,
  readSecretValue,
  type SecretsManagerAccess,
  type SecretValue,
  type SecretVersion,
} from '../shared/secret-value.ts';

/** What a rotation has to know of a secret. */
export interface SecretState {
  readonly arn: string;
  readonly rotationEnabled: boolean;
  /** Version id → its staging labels. */
  readonly stages: ReadonlyMap<string, readonly string[]>;
}

/** Secrets Manager as a rotation sees it. Every method throws AwsError, whose message never holds a value. */
export interface SecretStore {
  describe(secretId: string): Promise<SecretState>;
  /** Null for a version that is not there, or has no value yet. */
  read(version: SecretVersion): Promise<SecretValue | null>;
  /** Stores a value under a version id, with the label AWSPENDING alone; the same value again changes nothing. */
  putPending(secretId: string, versionId: string, text: string): Promise<void>;
  /** Moves AWSCURRENT; AWSPREVIOUS follows to where it was. `from` is null when no version has it yet. */
  makeCurrent(secretId: string, move: { readonly from: string | null; readonly to: string }): Promise<void>;
}

const Description = z.object({
  ARN: z.string().min(1),
  RotationEnabled: z.boolean().default(false),
  VersionIdsToStages: z.record(z.string(), z.array(z.string())).default({}),
});

/** A store by signed calls (https://docs.aws.amazon.com/secretsmanager/latest/apireference/Welcome.html). */
export function createSecretStore(access: SecretsManagerAccess): SecretStore {
  return {
    async describe(secretId) {
      const described = Description.safeParse(
        await callSecretsManager(access, 'DescribeSecret', { SecretId: secretId }),
      );
      if (!described.success)
        throw new AwsError({
          status: 200,
          type: 'ProtocolError',
          message: 'got a description of another form from DescribeSecret, expected an arn and versions',
        });
      const { ARN: arn, RotationEnabled: rotationEnabled, VersionIdsToStages } = described.data;
      return { arn, rotationEnabled, stages: new Map(Object.entries(VersionIdsToStages)) };
    },
    async read(version) {
      try {
        return await readSecretValue(access, version);
      } catch (error) {
        if (error instanceof AwsError && error.type === 'ResourceNotFoundException') return null;
        throw error;
      }
    },
    async putPending(secretId, versionId, text) {
      await callSecretsManager(access, 'PutSecretValue', {
        SecretId: secretId,
        ClientRequestToken: versionId,
        SecretString: text,
        VersionStages: ['AWSPENDING'],
      });
    },
    async makeCurrent(secretId, { from, to }) {
      await callSecretsManager(access, 'UpdateSecretVersionStage', {
        SecretId: secretId,
        VersionStage: 'AWSCURRENT',
        MoveToVersionId: to,
        ...(from === null ? {} : { RemoveFromVersionId: from }),
      });
    },
  };
}
