// The services' secrets on the local platform: stored at start, read by their own service, rotated by the real function.
// Next: services/local/secrets-endpoint.ts, then services/rotation/main.ts, the function.
import { randomUUID } from 'node:crypto';
import { createLogKey, type SecretOwner, secretSchemas } from '../shared/secret-schemas.ts';
import { createLambdaWorker } from './lambda-worker.ts';
import { type Principals } from './principals.ts';
import { createLocalSecrets, type LocalSecrets } from './secrets-endpoint.ts';

/** The secrets of both services. */
export interface PlatformSecrets {
  readonly handler: LocalSecrets['handler'];
  /** What leads a service to its secret; `url` is where the endpoint listens. */
  environmentFor(owner: SecretOwner, url: string): Record<string, string>;
  /**
   * Rotates as Secrets Manager does: an empty pending version, then the function, step by step.
   *
   * @returns the id of the version that is current now
   * @throws Error as the function worded it, when a step fails; what was current then is current still
   */
  rotate(owner: SecretOwner, url: string): Promise<string>;
}

/** Whose secrets, and who is told what the function writes. */
export interface PlatformSecretsOptions {
  readonly account: string;
  readonly region: string;
  /** `<p>` of the secrets' names `<p>/<service>`. */
  readonly prefix: string;
  /** Must know `orbit`, `axon` and `secrets-rotation`. */
  readonly principals: Principals;
  readonly onLine: (line: string) => void;
}

/** The role of the rotation function. */
export const rotatorName = 'secrets-rotation';

/** In the order Secrets Manager asks for them. */
const steps = ['createSecret', 'setSecret', 'testSecret', 'finishSecret'] as const;

/** Stores a first value for every service; nothing of it outlives the process. */
export function createPlatformSecrets({
  account,
  region,
  prefix,
  principals,
  onLine,
}: PlatformSecretsOptions): PlatformSecrets {
  const owners = Object.keys(secretSchemas) as SecretOwner[];
  const nameOf = (owner: SecretOwner): string => `${prefix}/${owner}`;
  const secrets = createLocalSecrets({
    account,
    region,
    principals,
    secrets: owners.map((owner) => ({
      name: nameOf(owner),
      readerRoleArn: principals.roleArn(owner),
      rotatorRoleArn: principals.roleArn(rotatorName),
    })),
  });
  for (const owner of owners) {
    secrets.store(nameOf(owner), JSON.stringify({ logKey: createLogKey() }));
    secrets.enableRotation(nameOf(owner));
  }
  return {
    handler: secrets.handler,
    environmentFor: (owner, url) => ({
      AWS_ENDPOINT_URL_SECRETS_MANAGER: url,
      [`${owner.toUpperCase()}_SECRET`]: secrets.arnOf(nameOf(owner)),
    }),
    async rotate(owner, url) {
      const versionId = secrets.beginRotation(nameOf(owner));
      const functionName = `${prefix}-${rotatorName}`;
      const worker = createLambdaWorker({
        entry: new URL('../rotation/main.ts', import.meta.url),
        env: rotationEnvironment(url),
        onLine,
      });
      try {
        for (const Step of steps) {
          const event = { SecretId: secrets.arnOf(nameOf(owner)), ClientRequestToken: versionId, Step };
          await worker.invoke(event, {
            invokedFunctionArn: `arn:aws:lambda:${region}:${account}:function:${functionName}`,
            awsRequestId: randomUUID(),
            functionName,
            functionVersion: '$LATEST',
          });
        }
        return versionId;
      } finally {
        await worker.stop();
      }
    },
  };

  function rotationEnvironment(url: string): Record<string, string> {
    const { accessKeyId, secretAccessKey, sessionToken } = principals.credentialsOf(rotatorName);
    return {
      AWS_REGION: region,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_SESSION_TOKEN: sessionToken,
      AWS_ENDPOINT_URL_SECRETS_MANAGER: url,
      ROTATION_SECRETS: owners.map((owner) => `${owner}=${secrets.arnOf(nameOf(owner))}`).join(','),
    };
  }
}
