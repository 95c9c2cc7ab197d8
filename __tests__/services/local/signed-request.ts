// A key that is known, requests signed with it, and how the verifier answers them: what the SigV4 tests share.
// Next: sigv4-mutation.test.ts, which spoils such a request in every single way.
import { createHmac, hash } from 'node:crypto';
import { Sha256 } from '@aws-crypto/sha256-js';
import { HttpRequest } from '@smithy/protocol-http';
import { SignatureV4 } from '@smithy/signature-v4';
import { type KnownKey } from '../../../services/local/principals.ts';
import { canonicalRequest, signingKey, stringToSign } from '../../../services/local/sigv4-canonical-request.ts';
import { type SigV4Expectation, type SigV4Outcome, verifySigV4 } from '../../../services/local/sigv4-verifier.ts';
import { signRequest } from '../../../services/shared/aws.ts';

export const nowMs = Date.UTC(2026, 10, 23, 12, 0, 0);
export const region = 'eu-central-1';
export const service = 'lambda';

export const knownKey: KnownKey = {
  name: 'orbit',
  roleArn: 'arn:aws:iam::000000000000:role/agent-runtime-local-orbit-role',
  credentials: {
    accessKeyId: 'ASIA0123456789ABCDEF',
    secretAccessKey: 'c2VjcmV0/c2VjcmV0+c2VjcmV0c2VjcmV0',
    sessionToken: 'dG9rZW4/dG9rZW4+dG9rZW4=',
    expiresMs: nowMs + 3_600_000,
  },
};

/** A request on the wire, every part of it replaceable. */
export interface SignedCall {
  readonly method: string;
  readonly target: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string;
}

export interface ToSign {
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly payload?: 'signed' | 'unsigned';
  readonly service?: string;
  readonly region?: string;
  readonly nowMs?: number;
  readonly secretAccessKey?: string;
  /** Undefined signs without one. */
  readonly sessionToken?: string | undefined;
}

const host = 'lambda.eu-central-1.amazonaws.com';

/** Signs with the services' own signer; the wire form has the host that the client adds. */
export async function signWithServices(request: ToSign): Promise<SignedCall> {
  const { method, target, headers = {}, body = '', payload = 'signed' } = request;
  const { accessKeyId, secretAccessKey, sessionToken } = { ...knownKey.credentials, ...request };
  const signed = await signRequest({
    method,
    url: `https://${host}${target}`,
    headers,
    body,
    service: request.service ?? service,
    region: request.region ?? region,
    credentials: { accessKeyId, secretAccessKey, sessionToken },
    payload,
    nowMs: request.nowMs ?? nowMs,
  });
  const url = new URL(signed.url);
  return {
    method,
    target: `${url.pathname}${url.search}`,
    headers: [['host', host], ...Object.entries(signed.headers)],
    body,
  };
}

/** Signs with AWS's own library: the oracle. It escapes the path once more, as every service but S3 wants it. */
export async function signWithSmithy(request: ToSign): Promise<SignedCall> {
  const { method, target, headers = {}, body = '', payload = 'signed' } = request;
  const url = new URL(`https://${host}${target}`);
  const signer = new SignatureV4({
    service: request.service ?? service,
    region: request.region ?? region,
    credentials: knownKey.credentials,
    sha256: Sha256,
    applyChecksum: true,
  });
  const signed = await signer.sign(
    new HttpRequest({
      method,
      protocol: 'https:',
      hostname: host,
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      headers: { host, ...headers, ...(payload === 'unsigned' ? { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' } : {}) },
      body,
    }),
    { signingDate: new Date(request.nowMs ?? nowMs) },
  );
  return { method, target, headers: Object.entries(signed.headers), body };
}

/** Signs anything at all, however wrong, as a holder of the key could: only strictness can refuse it. */
export function signByHand(
  wrong: Partial<SignedCall> & { signedNames?: readonly string[]; scopeDate?: string; amzDate?: string } = {},
): SignedCall {
  const { accessKeyId, secretAccessKey, sessionToken } = knownKey.credentials;
  const { method = 'GET', target = '/reason', body = '', scopeDate = '20261123', amzDate = '20261123T120000Z' } = wrong;
  const headers = [
    ['host', host],
    ['x-amz-date', amzDate],
    ['x-amz-security-token', sessionToken],
    ...(wrong.headers ?? []),
  ] as const;
  const names = wrong.signedNames ?? [...new Set(headers.map(([name]) => name))].sort();
  const scope = `${scopeDate}/${region}/${service}/aws4_request`;
  const bodyHash = headers.find(([name]) => name === 'x-amz-content-sha256')?.[1] ?? hash('sha256', body);
  const canonical = canonicalRequest({ method, target, rawHeaders: headers, body: null }, names, bodyHash);
  const signature = createHmac('sha256', signingKey(secretAccessKey, scopeDate, region, service))
    .update(stringToSign(canonical, amzDate, scope))
    .digest('hex');
  const authorization = `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${names.join(';')}, Signature=${signature}`;
  return { method, target, headers: [...headers, ['authorization', authorization]], body };
}

/** How the verifier answers. */
export function verify(call: SignedCall, expectation: Partial<SigV4Expectation> = {}): SigV4Outcome {
  return verifySigV4(
    { method: call.method, target: call.target, rawHeaders: call.headers, body: Buffer.from(call.body) },
    {
      service,
      region,
      lookup: (id) => (id === knownKey.credentials.accessKeyId ? knownKey : undefined),
      nowMs,
      ...expectation,
    },
  );
}

/** `ok`, or the error code: what most tests assert. */
export function verdict(call: SignedCall, expectation: Partial<SigV4Expectation> = {}): string {
  const outcome = verify(call, expectation);
  return outcome.ok ? 'ok' : outcome.code;
}

/** The value of a header; empty when there is none. */
export function headerOf(call: SignedCall, name: string): string {
  return call.headers.find(([header]) => header.toLowerCase() === name)?.[1] ?? '';
}

/** The request with one header's value changed; the header goes when the change gives undefined. */
export function withHeader(call: SignedCall, name: string, change: (value: string) => string | undefined): SignedCall {
  const headers = call.headers.flatMap(([header, value]) => {
    if (header.toLowerCase() !== name) return [[header, value] as const];
    const changed = change(value);
    return changed === undefined ? [] : [[header, changed] as const];
  });
  return { ...call, headers };
}

/** The signature of a request, as hex. */
export function signatureOf(call: SignedCall): string {
  return /Signature=([0-9a-f]{64})$/.exec(headerOf(call, 'authorization'))?.[1] ?? '';
}
