// The calls to Lambda that a deployment makes: REST, signed, bounded, each once.
// Next: scripts/deploy/function.ts, which makes them.
import { request as httpRequest } from 'undici';
import { awsEndpoint, AwsError, signRequest } from '../../services/shared/aws.ts';
import { type AwsCallOptions } from './aws.ts';

/** Calls a path below `/2015-03-31/functions/`; its answer is unchecked. @throws AwsError */
export type CallLambda = (method: 'GET' | 'PUT', path: string, body?: object) => Promise<unknown>;

/** An archive takes its time. */
const timeoutMs = 120_000;

/** Makes the caller (https://docs.aws.amazon.com/lambda/latest/api/API_Operations.html). */
export function createLambdaCaller({ region, endpoint, credentials }: AwsCallOptions): CallLambda {
  const base = awsEndpoint({ service: 'lambda', region, endpoint });
  return async function callLambda(method, path, content) {
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
    const answer = await httpRequest(signed.url, {
      method,
      headers: signed.headers,
      body: body === '' ? null : body,
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
    });
    const text = await answer.body.text();
    if (answer.statusCode >= 200 && answer.statusCode < 300) return JSON.parse(text) as unknown;
    const type = String(answer.headers['x-amzn-errortype'] ?? 'UnknownError').split(':')[0] ?? '';
    const message = `lambda: got ${answer.statusCode} ${type} of ${method} ${path}: ${text.slice(0, 300)}`;
    throw new AwsError({ status: answer.statusCode, type, message });
  };
}
