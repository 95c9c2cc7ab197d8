// The credentials endpoint an ECS task has, so that services fetch and rotate credentials here as they do there.
// Next: services/shared/aws-credentials.ts, its client.
import { randomBytes } from 'node:crypto';
import { type RequestListener } from 'node:http';
import { sendJson } from './loopback-server.ts';
import { type Principals } from './principals.ts';

/** The endpoint, and the environment that leads a process to it. */
export interface ContainerCredentials {
  readonly handler: RequestListener;
  /**
   * Gives a process of the principal a token of its own; earlier ones stay good.
   *
   * @param url - where the endpoint listens
   */
  environmentFor(name: string, url: string): Record<string, string>;
}

/** Serves each principal's present credentials to whoever holds its token (https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html). */
export function createContainerCredentials(
  principals: Pick<Principals, 'credentialsOf' | 'roleArn'>,
): ContainerCredentials {
  const nameByToken = new Map<string, string>();
  return {
    handler({ method, url, headers }, outgoing) {
      if (method !== 'GET')
        return sendJson(
          outgoing,
          405,
          { code: 'MethodNotAllowed', message: `got ${method}, expected GET` },
          { allow: 'GET' },
        );
      const name = nameByToken.get(headers.authorization ?? '');
      // One answer for no token, a wrong one and another principal's: nothing here tells which names there are.
      if (name === undefined || url !== `/credentials/${name}`)
        return sendJson(outgoing, 403, { code: 'AccessDenied', message: 'got no token of this principal' });
      const { accessKeyId, secretAccessKey, sessionToken, expiresMs } = principals.credentialsOf(name);
      sendJson(
        outgoing,
        200,
        {
          RoleArn: principals.roleArn(name),
          AccessKeyId: accessKeyId,
          SecretAccessKey: secretAccessKey,
          Token: sessionToken,
          Expiration: new Date(expiresMs).toISOString(),
        },
        { 'cache-control': 'no-store' },
      );
    },
    environmentFor(name, url) {
      const token = randomBytes(24).toString('base64url');
      nameByToken.set(token, name);
      return {
        AWS_CONTAINER_CREDENTIALS_FULL_URI: `${url}/credentials/${name}`,
        AWS_CONTAINER_AUTHORIZATION_TOKEN: token,
      };
    },
  };
}
