// Reads one version of a secret from Secrets Manager, so that a failure never shows what was read.
// Next: services/shared/secret-schemas.ts, which checks the text.
import * as z from 'zod';
import { AwsError, callAwsJson, type CredentialSource } from './aws.ts';

/** Where Secrets Manager is and who asks. */
export interface SecretsManagerAccess {
  readonly region: string;
  /** @defaultValue the region's public endpoint */
  readonly endpoint?: string | undefined;
  readonly credentials: CredentialSource;
  /**
   * For one call, in milliseconds.
   *
   * @defaultValue 3000
   */
  readonly timeoutMs?: number | undefined;
}

/** Which version: by its id, by its stage, or by both, which must then fit. */
export interface SecretVersion {
  /** Name or ARN. */
  readonly secretId: string;
  readonly versionId?: string | undefined;
  /** @defaultValue `AWSCURRENT` where there is no version id */
  readonly stage?: 'AWSCURRENT' | 'AWSPENDING' | 'AWSPREVIOUS' | undefined;
}

/** A version as it is stored. */
export interface SecretValue {
  readonly versionId: string;
  readonly text: string;
}

const Answer = z.object({ VersionId: z.string().min(1), SecretString: z.string() });

/**
 * Calls `GetSecretValue` (https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html).
 *
 * @throws AwsError for every failure; `ResourceNotFoundException` also for a version that has no value yet.
 */
export async function readSecretValue(
  { timeoutMs = 3000, ...aws }: SecretsManagerAccess,
  { secretId, versionId, stage }: SecretVersion,
): Promise<SecretValue> {
  const answer = await callSecretsManager({ ...aws, timeoutMs }, 'GetSecretValue', {
    SecretId: secretId,
    ...(versionId === undefined ? {} : { VersionId: versionId }),
    ...(stage === undefined ? {} : { VersionStage: stage }),
  });
  const parsed = Answer.safeParse(answer);
  if (!parsed.success) {
    throw new AwsError({
      status: 200,
      type: 'ProtocolError',
      message: 'got a secret without text or version, expected a SecretString and a VersionId',
    });
  }
  return { versionId: parsed.data.VersionId, text: parsed.data.SecretString };
}

/** An operation of Secrets Manager that this project calls. */
export type SecretsManagerOperation =
  | 'GetSecretValue'
  | 'DescribeSecret'
  | 'PutSecretValue'
  | 'UpdateSecretVersionStage';

/**
 * Makes one signed call, once, and gives its answer, unchecked.
 *
 * INVARIANT: an error has no cause and no quoted answer, which could hold the value. What AWS said is kept only of a
 * refusal of an operation that sends none.
 *
 * @throws AwsError for every failure.
 */
export async function callSecretsManager(
  { timeoutMs = 3000, ...aws }: SecretsManagerAccess,
  operation: SecretsManagerOperation,
  body: Readonly<Record<string, unknown>>,
): Promise<unknown> {
  try {
    return await callAwsJson({
      ...aws,
      timeoutMs,
      service: 'secretsmanager',
      target: `secretsmanager.${operation}`,
      body,
    });
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    const { status, type, requestId } = error;
    const said = status >= 400 && operation !== 'PutSecretValue' ? `: ${error.message}` : '';
    throw new AwsError({ status, type, requestId, message: `got ${type} from ${operation}${said}` });
  }
}
