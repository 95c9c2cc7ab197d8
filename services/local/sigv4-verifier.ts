// Verifies AWS Signature Version 4 as strictly as a security boundary should: one spelling of a request, or none.
// Next: services/local/lambda-endpoint.ts and services/local/mesh-gateway.ts, which let nobody in without it.
import { createHmac, createSecretKey, hash, type KeyObject, timingSafeEqual } from 'node:crypto';
import { type KnownKey } from './principals.ts';

/** A request as it came off the wire: names and values untouched. `body` is null where it is not to be read. */
export interface WireRequest {
  readonly method: string;
  /** The raw request target: path and query. */
  readonly target: string;
  readonly rawHeaders: readonly (readonly [string, string])[];
  readonly body: Uint8Array | null;
}

/** What a signature must be for, and by whom it may be. */
export interface SigV4Expectation {
  readonly service: string;
  readonly region: string;
  readonly lookup: (accessKeyId: string) => KnownKey | undefined;
  readonly nowMs: number;
  /** @defaultValue 300 000, as AWS has it */
  readonly maxSkewMs?: number;
  /** `required` takes UNSIGNED-PAYLOAD alone (VPC Lattice), `refused` never. @defaultValue 'refused' */
  readonly unsignedPayload?: 'refused' | 'required';
}

/** Who signed, or AWS's error code and why. */
export type SigV4Outcome =
  | { readonly ok: true; readonly signer: KnownKey }
  | { readonly ok: false; readonly code: SigV4ErrorCode; readonly message: string };

/** The error codes AWS answers with. */
export type SigV4ErrorCode =
  | 'MissingAuthenticationTokenException'
  | 'IncompleteSignatureException'
  | 'InvalidSignatureException'
  | 'UnrecognizedClientException'
  | 'ExpiredTokenException';

const authorizationForm =
  /^AWS4-HMAC-SHA256 Credential=([^/,\s]+)\/(\d{8})\/([a-z0-9-]+)\/([a-z0-9-]+)\/aws4_request, ?SignedHeaders=([a-z0-9;-]+), ?Signature=([0-9a-f]{64})$/;
const mustBeSigned = ['host', 'x-amz-date'];

/**
 * Verifies a header-signed request (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html).
 *
 * Refused rather than normalised: `..`, `//` and other second spellings of a path, a header given twice, an `x-amz-*`
 * header outside the signature, and any extra in the Authorization header.
 */
export function verifySigV4(request: WireRequest, expectation: SigV4Expectation): SigV4Outcome {
  const headers = singleHeaders(request.rawHeaders);
  if (!headers) return refuse('IncompleteSignatureException', 'got a header given twice, expected each once');
  const authorization = headers.get('authorization');
  if (authorization === undefined) return refuse('MissingAuthenticationTokenException', 'got no authorization header');
  const match = authorizationForm.exec(authorization);
  if (!match)
    return refuse(
      'IncompleteSignatureException',
      'got an authorization header of another form, expected AWS4-HMAC-SHA256 with credential, signed headers and signature',
    );
  const [, accessKeyId = '', date = '', region = '', service = '', signedNames = '', signature = ''] = match;

  const problem =
    requestProblem(request, headers, signedNames, expectation) ??
    scopeProblem({ date, region, service }, headers, expectation);
  if (problem) return problem;
  const signer = expectation.lookup(accessKeyId);
  if (!signer) return refuse('UnrecognizedClientException', 'got an access key that is not known or has expired');
  if (headers.get('x-amz-security-token') !== signer.credentials.sessionToken)
    return refuse('UnrecognizedClientException', 'got another session token than the access key came with');

  const toSign = stringToSign(
    canonicalRequest(request, signedNames.split(';'), payloadHash(request, headers)),
    headers.get('x-amz-date') ?? '',
    `${date}/${region}/${service}/aws4_request`,
  );
  const expected = createHmac('sha256', signingKey(signer.credentials.secretAccessKey, date, region, service))
    .update(toSign)
    .digest();
  return timingSafeEqual(expected, Buffer.from(signature, 'hex'))
    ? { ok: true, signer }
    : refuse('InvalidSignatureException', 'got a signature that does not match the request');
}

/** The canonical request, from a request whose headers may repeat (joined by commas as the specification says). */
export function canonicalRequest(
  { method, target, rawHeaders }: WireRequest,
  signedNames: readonly string[],
  bodyHash: string,
): string {
  const [path = '', query = ''] = splitTarget(target);
  const values = (name: string) =>
    rawHeaders
      .filter(([header]) => header.toLowerCase() === name)
      .map(([, value]) => value.trim().replaceAll(/\s+/g, ' '));
  const headerLines = signedNames.map((name) => `${name}:${values(name).join(',')}\n`);
  return [method, encodePath(path), canonicalQuery(query), headerLines.join(''), signedNames.join(';'), bodyHash].join(
    '\n',
  );
}

/** The string to sign for a canonical request. `date` is the `x-amz-date` value. */
export function stringToSign(canonical: string, date: string, scope: string): string {
  return ['AWS4-HMAC-SHA256', date, scope, hash('sha256', canonical)].join('\n');
}

const signingKeys = new Map<string, KeyObject>();

/** The key of a day, region and service; the last few are kept. */
export function signingKey(secret: string, date: string, region: string, service: string): KeyObject {
  const id = [secret, date, region, service].join('\n');
  let key = signingKeys.get(id);
  if (!key) {
    const derived = [date, region, service, 'aws4_request'].reduce<Buffer>(
      (previous, part) => createHmac('sha256', previous).update(part).digest(),
      Buffer.from(`AWS4${secret}`),
    );
    key = createSecretKey(derived);
    if (signingKeys.size >= 64) signingKeys.clear();
    signingKeys.set(id, key);
  }
  return key;
}

function requestProblem(
  request: WireRequest,
  headers: ReadonlyMap<string, string>,
  signedNames: string,
  { unsignedPayload = 'refused' }: SigV4Expectation,
): SigV4Outcome | undefined {
  const names = signedNames.split(';');
  if (names.join(';') !== [...new Set(names)].sort().join(';'))
    return refuse('IncompleteSignatureException', 'got signed headers out of order or twice');
  const unsigned =
    [...headers.keys()].find((name) => name.startsWith('x-amz-') && !names.includes(name)) ??
    mustBeSigned.find((name) => !names.includes(name));
  if (unsigned !== undefined)
    return refuse('IncompleteSignatureException', `got header ${unsigned} outside the signature, expected it signed`);
  const absent = names.find((name) => !headers.has(name));
  if (absent !== undefined)
    return refuse('IncompleteSignatureException', `got no header ${absent}, which the signature names`);
  if (!isCanonicalTarget(request.target))
    return refuse(
      'InvalidSignatureException',
      'got a path with a second spelling, expected one without dots, double slashes or needless escapes',
    );
  const claimed = headers.get('x-amz-content-sha256');
  if (unsignedPayload === 'required') {
    return claimed === 'UNSIGNED-PAYLOAD'
      ? undefined
      : refuse('InvalidSignatureException', 'got a signed payload, expected UNSIGNED-PAYLOAD');
  }
  const actual = hash('sha256', request.body ?? new Uint8Array());
  return claimed === undefined || claimed === actual
    ? undefined
    : refuse('InvalidSignatureException', 'got another payload than x-amz-content-sha256 says');
}

interface Scope {
  readonly date: string;
  readonly region: string;
  readonly service: string;
}

function scopeProblem(
  scope: Scope,
  headers: ReadonlyMap<string, string>,
  expectation: SigV4Expectation,
): SigV4Outcome | undefined {
  const { service, region, nowMs, maxSkewMs = 300_000 } = expectation;
  if (scope.service !== service || scope.region !== region)
    return refuse(
      'InvalidSignatureException',
      `got a signature for ${scope.region}/${scope.service}, expected ${region}/${service}`,
    );
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(headers.get('x-amz-date') ?? '');
  if (!match)
    return refuse('IncompleteSignatureException', 'got an x-amz-date of another form, expected yyyymmddThhmmssZ');
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1).map(Number);
  const signedMs = Date.UTC(year, month - 1, day, hour, minute, second);
  if (!headers.get('x-amz-date')?.startsWith(scope.date))
    return refuse('InvalidSignatureException', 'got a credential of another day than x-amz-date');
  return Math.abs(nowMs - signedMs) <= maxSkewMs
    ? undefined
    : refuse(
        'ExpiredTokenException',
        `got a signature made at ${new Date(signedMs).toISOString()}, expected one within ${maxSkewMs / 1000} s`,
      );
}

function payloadHash({ body }: WireRequest, headers: ReadonlyMap<string, string>): string {
  return headers.get('x-amz-content-sha256') ?? hash('sha256', body ?? new Uint8Array());
}

/** Lower-cased names with their one value; undefined when a name repeats. */
function singleHeaders(rawHeaders: WireRequest['rawHeaders']): Map<string, string> | undefined {
  const headers = new Map<string, string>();
  for (const [name, value] of rawHeaders) {
    const key = name.toLowerCase();
    if (headers.has(key)) return undefined;
    headers.set(key, value);
  }
  return headers;
}

function splitTarget(target: string): [string, string] {
  const at = target.indexOf('?');
  return at === -1 ? [target, ''] : [target.slice(0, at), target.slice(at + 1)];
}

/** One spelling only: absolute, no empty or dot segments, escapes upper-case and only where needed. */
function isCanonicalTarget(target: string): boolean {
  const [path] = splitTarget(target);
  if (!path.startsWith('/') || path.includes('//') || /[\\\s#\u0080-\uffff]/.test(target)) return false;
  return path.split('/').every((segment) => {
    const decoded = decode(segment);
    return (
      decoded !== undefined &&
      decoded !== '.' &&
      decoded !== '..' &&
      (segment === '' || encode(decoded) === segment || encodeURI(decoded) === segment)
    );
  });
}

// Every AWS service but S3 escapes the path once more than it stands in the request.
function encodePath(path: string): string {
  return path.split('/').map(encode).join('/');
}

function canonicalQuery(query: string): string {
  if (query === '') return '';
  const pairs = query.split('&').map((pair) => {
    const at = pair.indexOf('=');
    const [name, value] = at === -1 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)];
    return [
      encode(decode(name.replaceAll('+', ' ')) ?? name),
      encode(decode(value.replaceAll('+', ' ')) ?? value),
    ] as const;
  });
  return pairs
    .sort(([nameA, valueA], [nameB, valueB]) => compare(nameA, nameB) || compare(valueA, valueB))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function encode(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function refuse(code: SigV4ErrorCode, message: string): SigV4Outcome {
  return { ok: false, code, message };
}
