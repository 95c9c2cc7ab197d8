// Signed calls to AWS: one function that signs a request, one that makes a JSON-protocol call (KMS, DynamoDB).
// Next: aws-credentials.ts, where the credentials come from.
import { request } from 'undici';
import type { Dispatcher } from 'undici';
import type { AwsCredentials, CredentialSource } from './aws-credentials.ts';
import { sha256Hex, SigV4Signer } from './sigv4-signer.ts';

export type { AwsCredentials, CredentialSource } from './aws-credentials.ts';

/** What {@link signRequest} signs. */
export interface SignableRequest {
  readonly method: string;
  /** Absolute; its host is signed as the `host` header and must be the one the request goes to. */
  readonly url: string;
  /** All headers of the request that must not change on the way. `authorization`, `host` and `x-amz-*` are set here. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: string | Uint8Array | undefined;
  /** The signing name, for example `lambda`, `kms`, `vpc-lattice-svcs`. */
  readonly service: string;
  readonly region: string;
  readonly credentials: AwsCredentials;
  /** `unsigned` sends `UNSIGNED-PAYLOAD`: the only mode VPC Lattice takes. */
  readonly payload: 'signed' | 'unsigned';
  /** Unix time in milliseconds of the signature. @defaultValue now */
  readonly nowMs?: number | undefined;
}

/** A request ready to send: the URL as it was signed and all its headers, names in lower case. */
export interface SignedRequest {
  readonly url: string;
  readonly headers: Record<string, string>;
}

/**
 * Signs one request by SigV4 and never sends it: retry belongs to the caller's policy.
 *
 * `content-type`, `content-length`, `user-agent`, `range`, `expect` and `connection` are sent but not signed, as
 * proxies rewrite them (aws4fetch's list).
 *
 * @throws TypeError for an invalid URL or header value.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 * @see https://docs.aws.amazon.com/vpc-lattice/latest/ug/sigv4-authenticated-requests.html
 */
export async function signRequest(options: SignableRequest): Promise<SignedRequest> {
  const { method, url, body = '', service, region, credentials } = options;
  const signer = new SigV4Signer({
    method,
    url,
    headers: {
      ...withoutOwn(options.headers ?? {}),
      'x-amz-content-sha256': options.payload === 'unsigned' ? 'UNSIGNED-PAYLOAD' : sha256Hex(body),
    },
    accessKeyId: credentials.accessKeyId,
    secretAccessKey: credentials.secretAccessKey,
    ...(credentials.sessionToken === undefined ? {} : { sessionToken: credentials.sessionToken }),
    service,
    region,
    datetime: amzDate(options.nowMs ?? Date.now()),
  });
  const signed = await signer.sign();
  return { url: signed.url.href, headers: Object.fromEntries(signed.headers) };
}

/** INVARIANT: these are this function's alone; a caller's value, in any spelling, never reaches the signature. */
const ownHeaders: ReadonlySet<string> = new Set([
  'authorization',
  'host',
  'x-amz-date',
  'x-amz-security-token',
  'x-amz-content-sha256',
]);

function withoutOwn(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !ownHeaders.has(name.toLowerCase())));
}

function amzDate(nowMs: number): string {
  return new Date(nowMs).toISOString().replaceAll(/[:-]|\.\d{3}/g, '');
}

/** An AWS call that gave no answer of success. `status` is 0 when there was no HTTP answer at all. */
export class AwsError extends Error {
  readonly status: number;
  /** The error's short name, for example `ConditionalCheckFailedException`; `NetworkError`, `TimeoutError`, `ProtocolError` are ours. */
  readonly type: string;
  /** Whether the same call may succeed later. Whether it may be repeated is for the caller to know. */
  readonly retryable: boolean;
  readonly requestId?: string;

  constructor(
    fields: {
      readonly status: number;
      readonly type: string;
      readonly message: string;
      readonly requestId?: string | undefined;
    },
    options: { readonly cause?: unknown } = {},
  ) {
    super(fields.message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'AwsError';
    this.status = fields.status;
    this.type = fields.type;
    this.retryable = isRetryable(fields.status, fields.type);
    if (fields.requestId !== undefined) this.requestId = fields.requestId;
  }
}

/** One call of an AWS JSON protocol. */
export interface AwsJsonCall {
  /** Replaces the public endpoint, for example a VPC endpoint or `AWS_ENDPOINT_URL_KMS`. */
  readonly endpoint?: string | undefined;
  /** Signing name and endpoint prefix, for example `kms`. */
  readonly service: string;
  /** `x-amz-target`, for example `TrentService.Sign` or `DynamoDB_20120810.PutItem`. */
  readonly target: string;
  readonly region: string;
  readonly credentials: CredentialSource;
  readonly body: Readonly<Record<string, unknown>>;
  /** For the whole call, credentials included, in milliseconds. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  readonly dispatcher?: Dispatcher | undefined;
  /** KMS speaks 1.1, DynamoDB 1.0. @defaultValue `1.1` */
  readonly jsonVersion?: '1.0' | '1.1' | undefined;
}

const maxAnswerBytes = 1024 * 1024;

/**
 * Makes one signed call, once, and gives its JSON answer, unchecked: parse it with a schema.
 *
 * @throws AwsError for every failure: refused, throttled, timed out, aborted, unreadable.
 * @see https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html
 */
export async function callAwsJson(call: AwsJsonCall): Promise<unknown> {
  const timeout = AbortSignal.timeout(call.timeoutMs);
  const signal = call.signal === undefined ? timeout : AbortSignal.any([call.signal, timeout]);
  try {
    const { status, headers, text } = await send(call, signal);
    if (status >= 200 && status < 300) return text === '' ? {} : parseAnswer(text, status);
    throw refusal(status, headers, text);
  } catch (error) {
    if (error instanceof AwsError) throw error;
    const type = timeout.aborted ? 'TimeoutError' : signal.aborted ? 'AbortError' : 'NetworkError';
    throw new AwsError({ status: 0, type, message: `${call.service} gave no answer: ${type}` }, { cause: error });
  }
}

/**
 * The base URL of an AWS service: the one given, else the public one of the region's partition.
 *
 * @returns without a trailing slash.
 * @throws TypeError when a part would not be a host label or URL.
 */
export function awsEndpoint(of: { service: string; region: string; endpoint?: string | undefined }): string {
  if (of.endpoint !== undefined) return new URL(of.endpoint).href.replace(/\/$/, '');
  if (!/^[a-z][a-z0-9-]{1,40}$/.test(of.service) || !/^[a-z]{2,4}(-[a-z]+)+-\d$/.test(of.region)) {
    throw new TypeError(
      `got service "${of.service}" in region "${of.region}", expected names like kms and eu-central-1`,
    );
  }
  const domain = of.region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  return `https://${of.service}.${of.region}.${domain}`;
}

type Answer = {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly text: string;
};

async function send(call: AwsJsonCall, signal: AbortSignal): Promise<Answer> {
  const body = JSON.stringify(call.body);
  const signed = await signRequest({
    method: 'POST',
    url: `${awsEndpoint(call)}/`,
    headers: { 'content-type': `application/x-amz-json-${call.jsonVersion ?? '1.1'}`, 'x-amz-target': call.target },
    body,
    service: call.service,
    region: call.region,
    credentials: await raceAbort(call.credentials(), signal),
    payload: 'signed',
  });
  const answer = await request(signed.url, {
    method: 'POST',
    headers: signed.headers,
    body,
    signal,
    ...(call.dispatcher === undefined ? {} : { dispatcher: call.dispatcher }),
  });
  return {
    status: answer.statusCode,
    headers: answer.headers,
    text: await limitedText(answer.body, answer.statusCode),
  };
}

/** A credential provider knows no signal; the caller's deadline holds for it all the same. */
function raceAbort<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const abort = (): void => reject(new Error('aborted while waiting for credentials', { cause: signal.reason }));
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

async function limitedText(body: AsyncIterable<Uint8Array>, status: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.byteLength;
    if (size > maxAnswerBytes) throw protocolError(status, `got more than ${maxAnswerBytes} bytes, expected less`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parseAnswer(text: string, status: number): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw protocolError(status, 'got an answer that is not JSON, expected JSON', error);
  }
}

function protocolError(status: number, message: string, cause?: unknown): AwsError {
  return new AwsError({ status, type: 'ProtocolError', message }, { cause });
}

/** The error's name stands in a header or in `__type`, with a namespace before `#` and a URL after `:`. */
function refusal(status: number, headers: Answer['headers'], text: string): AwsError {
  const body = errorBody(text);
  const named = headers['x-amzn-errortype'] ?? body['__type'] ?? body['code'];
  const type = typeof named === 'string' ? (named.split(':')[0] ?? '').replace(/^.*#/, '') : '';
  const said = body['message'] ?? body['Message'];
  const requestId = headers['x-amzn-requestid'];
  return new AwsError({
    status,
    type: /^\w{1,100}$/.test(type) ? type : 'UnknownError',
    message: typeof said === 'string' ? said.slice(0, 500) : `got status ${status}, expected 200`,
    requestId: typeof requestId === 'string' ? requestId : undefined,
  });
}

function errorBody(text: string): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null ? { ...parsed } : {};
  } catch {
    return {};
  }
}

const throttlingType =
  /^(Throttl|TooManyRequests|RequestLimitExceeded|ProvisionedThroughputExceeded|LimitExceeded|KMSInternal|DependencyTimeout)/;

function isRetryable(status: number, type: string): boolean {
  if (status === 0) return type !== 'AbortError';
  return status === 429 || status >= 500 || throttlingType.test(type);
}
