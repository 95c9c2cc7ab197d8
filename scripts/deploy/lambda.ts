// The calls to Lambda that a deployment makes: REST, signed, bounded, each once.
// Next: scripts/deploy/function.ts and scripts/deploy/verify.ts, which make them.
import { request as httpRequest } from 'undici';
import { awsEndpoint, AwsError, signRequest } from '../../services/shared/aws.ts';
import { type AwsCallOptions } from './aws.ts';

/** What Lambda answered, whatever it is. */
export interface LambdaAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** Sends to a path below `/2015-03-31/functions/`. */
export type SendToLambda = (method: 'GET' | 'POST' | 'PUT', path: string, body?: object) => Promise<LambdaAnswer>;

/** Above the smoke function's own timeout; an archive takes its time as well. */
const timeoutMs = 180_000;

/** Makes the sender (https://docs.aws.amazon.com/lambda/latest/api/API_Operations.html). */
export function createLambdaSender({ region, endpoint, credentials }: AwsCallOptions): SendToLambda {
  const base = awsEndpoint({ service: 'lambda', region, endpoint }).replace(/\/$/, '');
  return async function sendToLambda(method, path, content) {
    const body = content === undefined ? '' : JSON.stringify(content);
    const signed = await signRequest({
      method,
      url: `${base}/2015-03-31/functions/${path}`,
      headers: { 'content-type': 'application/json' },
      body,
      service: 'lambda',
      region,
      credentials: await credentials(),
      payload: 'signed',
    });
    const {
      statusCode,
      headers,
      body: answer,
    } = await httpRequest(signed.url, {
      method,
      headers: signed.headers,
      body: body === '' ? null : body,
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
    });
    return { status: statusCode, headers, text: await answer.text() };
  };
}

/** Reads what Lambda answers when it does as it is asked; unchecked. @throws AwsError when it does not */
export function readLambdaAnswer({ status, headers, text }: LambdaAnswer): unknown {
  if (status >= 200 && status < 300) return JSON.parse(text) as unknown;
  const type = String(headers['x-amzn-errortype'] ?? 'UnknownError').split(':')[0] ?? '';
  throw new AwsError({ status, type, message: `lambda: got ${status} ${type}: ${text.slice(0, 300)}` });
}
