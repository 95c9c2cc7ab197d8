// One signed call of an AWS JSON protocol (KMS, DynamoDB), repeated while that helps and the time allows.
// Next: governance/lambda/signer.ts and governance/lambda/dynamodb-store.ts, which call through it.
import type { IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { monotonicMs } from './clock.ts';
import { signPost } from './sigv4.ts';

/** Where an AWS service is and who asks. `endpoint` replaces the region's own. */
export interface AwsAccess {
  readonly region: string;
  readonly endpoint?: string | undefined;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

/** One call. It may be sent more than once, so it must be safe to repeat. */
export interface AwsCall {
  readonly service: 'kms' | 'dynamodb';
  /** `Sign`, `GetItem`. */
  readonly operation: string;
  readonly body: Readonly<Record<string, unknown>>;
  /** For the whole call, repeats included, in milliseconds. */
  readonly timeoutMs: number;
}

/** Why one action of a cancelled transaction stopped it; `item` is what was there instead. */
export interface CancellationReason {
  readonly code: string;
  readonly item: unknown;
}

/** An AWS call without an answer of success. Its message names nothing of the account and may be shown to a caller. */
export class AwsCallError extends Error {
  /** HTTP status; 0 when there was no answer at all. */
  readonly status: number;
  /** The error's short name, such as `ThrottlingException`; `TimeoutError`, `NetworkError` and `ProtocolError` are ours. */
  readonly type: string;
  /** What AWS said, for an operator's eyes. */
  readonly said: string;
  /** Of a `TransactionCanceledException`, one per action, in order. */
  readonly cancellations: readonly CancellationReason[];

  constructor(
    call: Pick<AwsCall, 'service' | 'operation'>,
    fields: { status: number; type: string; said?: string; cancellations?: readonly CancellationReason[] },
    cause?: unknown,
  ) {
    const got = fields.status === 0 ? fields.type : `${fields.status} ${fields.type}`;
    super(`got ${got} from ${call.service}, expected an answer to ${call.operation}`, { cause });
    this.name = 'AwsCallError';
    this.status = fields.status;
    this.type = fields.type;
    this.said = fields.said ?? '';
    this.cancellations = fields.cancellations ?? [];
  }

  /** Whether the same call may succeed in a moment. */
  get transient(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500 || throttling.test(this.type);
  }
}

const protocols = {
  kms: { target: 'TrentService', version: '1.1' },
  dynamodb: { target: 'DynamoDB_20120810', version: '1.0' },
} as const;
const throttling =
  /^(Throttl|TooManyRequests|RequestLimitExceeded|ProvisionedThroughputExceeded|TransactionInProgress)/;
const attemptsMost = 5;
const firstPauseMs = 25;
const answerMaxBytes = 1024 * 1024;

/**
 * Calls AWS and gives its JSON answer, unchecked: read it by a schema. Throttling, server errors and lost connections
 * are tried again after a random pause, until the time is up. One attempt gets half of what is left, so that a
 * connection that hangs leaves time for another.
 *
 * @throws AwsCallError for whatever kept the answer away
 */
export async function callAws(access: AwsAccess, call: AwsCall): Promise<unknown> {
  const deadlineMs = monotonicMs() + call.timeoutMs;
  for (let attempt = 1; ; attempt += 1) {
    const leftMs = deadlineMs - monotonicMs();
    try {
      return await attemptCall(access, call, Math.max(1, Math.ceil(leftMs / 2)));
    } catch (error) {
      const pauseMs = Math.random() * firstPauseMs * 2 ** attempt;
      const worthwhile = error instanceof AwsCallError && error.transient && attempt < attemptsMost;
      if (!worthwhile || monotonicMs() + pauseMs >= deadlineMs) throw error;
      await sleep(pauseMs);
    }
  }
}

async function attemptCall(access: AwsAccess, call: AwsCall, timeoutMs: number): Promise<unknown> {
  const { service, operation } = call;
  const { endpoint, ...credentials } = access;
  const url = new URL(endpoint ?? publicEndpoint(service, access.region));
  const body = JSON.stringify(call.body);
  const headers = signPost({
    ...credentials,
    url,
    headers: {
      'content-type': `application/x-amz-json-${protocols[service].version}`,
      'x-amz-target': `${protocols[service].target}.${operation}`,
    },
    body,
    service,
    nowMs: Date.now(),
  });
  const signal = AbortSignal.timeout(timeoutMs);
  let status = 0;
  try {
    const response = await send(url, headers, body, signal);
    status = response.statusCode ?? 0;
    const answer = readAnswer(await boundedText(response));
    if (status >= 200 && status < 300 && answer) return answer;
    throw refusal(call, status, answer);
  } catch (error) {
    if (error instanceof AwsCallError) throw error;
    const type = signal.aborted ? 'TimeoutError' : error instanceof RangeError ? 'ProtocolError' : 'NetworkError';
    throw new AwsCallError(call, { status: type === 'ProtocolError' ? status : 0, type }, error);
  }
}

/**
 * By `node:https`, whose agent keeps connections. `fetch` is a quarter of a cold start to load, and importing
 * `node:http` loads it too, for the sake of exports nobody asks for; hence by `getBuiltinModule`. Redirects are not
 * followed, as a signature is for one host.
 */
function send(
  url: URL,
  headers: Readonly<Record<string, string>>,
  body: string,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const { request } = process.getBuiltinModule(url.protocol === 'https:' ? 'node:https' : 'node:http');
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method: 'POST', headers, signal }, resolve);
    outgoing.once('error', reject);
    outgoing.end(body);
  });
}

function publicEndpoint(service: string, region: string): string {
  return `https://${service}.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}/`;
}

async function boundedText(response: IncomingMessage): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Uint8Array>) {
    bytes += chunk.byteLength;
    if (bytes > answerMaxBytes) throw new RangeError(`got more than ${answerMaxBytes} bytes, expected less`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function readAnswer(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = text === '' ? {} : JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : null;
  } catch {
    return null;
  }
}

/** The error's name stands in `__type`, behind a namespace and `#`. */
function refusal(call: AwsCall, status: number, answer: Record<string, unknown> | null): AwsCallError {
  const { __type: named, message, Message = message, CancellationReasons: reasons } = answer ?? {};
  const type = typeof named === 'string' ? named.replace(/^.*#/, '') : '';
  return new AwsCallError(call, {
    status,
    type: /^\w{1,100}$/.test(type) ? type : 'ProtocolError',
    said: typeof Message === 'string' ? Message.slice(0, 500) : '',
    cancellations: Array.isArray(reasons) ? reasons.map(readCancellation) : [],
  });
}

function readCancellation(reason: unknown): CancellationReason {
  const { Code: code, Item: item } = (reason ?? {}) as { Code?: unknown; Item?: unknown };
  return { code: typeof code === 'string' ? code : 'None', item };
}
