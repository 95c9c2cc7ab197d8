// AWS Signature Version 4 for the one shape of call the function makes: a POST of JSON to the root of an endpoint.
// Next: governance/lambda/aws-json.ts, which sends it.
import { createHmac, hash } from 'node:crypto';

/** What is signed, and by whom. */
export interface SigV4Post {
  readonly url: URL;
  /** All that are sent besides `host`, lower-case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly service: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
  /** Epoch milliseconds. */
  readonly nowMs: number;
}

/**
 * The headers to send: those given, with time, token and authorization
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html).
 *
 * INVARIANT: path and query are fixed, so nothing is left whose encoding a caller could turn.
 */
export function signPost(post: SigV4Post): Record<string, string> {
  const { url, body, service, region, accessKeyId, secretAccessKey, sessionToken, nowMs } = post;
  if (url.pathname !== '/' || url.search !== '')
    throw new Error(`got an endpoint with path ${url.pathname}${url.search}, expected the root`);
  const time = new Date(nowMs).toISOString().replaceAll(/[-:]|\.\d{3}/g, '');
  const day = time.slice(0, 8);
  const headers: Record<string, string> = {
    ...post.headers,
    'x-amz-date': time,
    ...(sessionToken === undefined ? {} : { 'x-amz-security-token': sessionToken }),
  };
  const signed = Object.entries({ ...headers, host: url.host }).sort(([a], [b]) => (a < b ? -1 : 1));
  const names = signed.map(([name]) => name).join(';');
  const canonical = [
    'POST',
    '/',
    '',
    ...signed.map(([name, value]) => `${name}:${value.trim().replaceAll(/ +/g, ' ')}`),
    '',
    names,
    hash('sha256', body, 'hex'),
  ].join('\n');
  const scope = `${day}/${region}/${service}/aws4_request`;
  const toSign = ['AWS4-HMAC-SHA256', time, scope, hash('sha256', canonical, 'hex')].join('\n');
  const first: Buffer | string = `AWS4${secretAccessKey}`;
  const key = [day, region, service, 'aws4_request'].reduce<Buffer | string>(
    (previous, step) => createHmac('sha256', previous).update(step).digest(),
    first,
  );
  const signature = createHmac('sha256', key).update(toSign).digest('hex');
  headers['authorization'] =
    `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature}`;
  return headers;
}
