// Calls to Secrets Manager that fail: what is told, and that no value is told with it.
// Next: services/shared/secret-value.ts.
import { describe, expect, it } from 'vitest';
import { AwsError } from '../../../services/shared/aws.ts';
import {
  callSecretsManager,
  readSecretValue,
  type SecretsManagerOperation,
} from '../../../services/shared/secret-value.ts';
import { region, serve } from '../local/signed-fetch.ts';

const credentials = () => Promise.resolve({ accessKeyId: 'ASIAEXAMPLE', secretAccessKey: 'x' });

async function answering(status: number, body: string) {
  const endpoint = await serve((incoming, outgoing) => {
    incoming.resume();
    outgoing.writeHead(status, { 'x-amzn-requestid': 'request-7' }).end(body);
  });
  return { region, endpoint, credentials, timeoutMs: 1000 };
}

async function failureOf(work: Promise<unknown>): Promise<AwsError> {
  const error: unknown = await work.catch((caught: unknown) => caught);
  if (error instanceof AwsError) return error;
  throw new Error(`got ${String(error)}, expected an AwsError`);
}

const told = (error: Error): string =>
  `${error.message}\n${error.stack}\n${JSON.stringify(error)}\n${error.cause instanceof Error ? told(error.cause) : ''}`;

describe('a call that fails', () => {
  it.each<SecretsManagerOperation>(['GetSecretValue', 'DescribeSecret', 'UpdateSecretVersionStage'])(
    'tells of %s what Secrets Manager said',
    async (operation) => {
      const access = await answering(400, '{"__type":"AccessDeniedException","Message":"User: x is not authorized"}');
      expect(await failureOf(callSecretsManager(access, operation, { SecretId: 'x' }))).toMatchObject({
        type: 'AccessDeniedException',
        status: 400,
        requestId: 'request-7',
        retryable: false,
        message: `got AccessDeniedException from ${operation}: User: x is not authorized`,
      });
    },
  );

  it('tells of PutSecretValue, which sends a value, no word of the answer', async () => {
    const access = await answering(400, '{"__type":"ValidationException","message":"Value canary at secretString"}');
    const error = await failureOf(callSecretsManager(access, 'PutSecretValue', { SecretString: 'canary' }));
    expect(error).toMatchObject({
      type: 'ValidationException',
      message: 'got ValidationException from PutSecretValue',
    });
    expect(told(error)).not.toContain('canary');
  });

  it.each([
    ['that is no json', '{"SecretString":canary}'],
    ['without a version', '{"SecretString":"canary"}'],
    ['with a value of another kind', '{"VersionId":"canary","SecretString":["canary"]}'],
    ['with bytes instead of text', '{"VersionId":"one","SecretBinary":"canary"}'],
  ])('tells of an answer %s nothing that was in it', async (_, body) => {
    const error = await failureOf(readSecretValue(await answering(200, body), { secretId: 'x' }));
    expect(error.type).toBe('ProtocolError');
    expect(told(error)).not.toContain('canary');
  });

  it('tells that there was no answer in time', async () => {
    const endpoint = await serve((incoming) => void incoming.resume());
    const access = { region, endpoint, credentials, timeoutMs: 50 };
    expect(await failureOf(readSecretValue(access, { secretId: 'x' }))).toMatchObject({
      type: 'TimeoutError',
      status: 0,
      retryable: true,
      message: 'got TimeoutError from GetSecretValue',
    });
  });
});
