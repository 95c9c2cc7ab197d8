// Verifies AWS Signature Version 4 as strictly as a security boundary should: one spelling of a request, or none.
// Next: services/local/lambda-endpoint.ts and services/local/mesh-gateway.ts, which let nobody in without it.
import { createHmac, hash, timingSafeEqual } from 'node:crypto';
import { type KnownKey } from './principals.ts';
import {
  canonicalRequest,
  signingKey,
  stringToSign,
  targetProblem,
  type WireRequest,
} from './sigv4-canonical-request.ts';

export { type WireRequest } from './sigv4-canonical-request.ts';

/** What a signature must be for, and by whom it may be. */
export interface SigV4Expectation {
  readonly service: string;
  readonly region: string;
  /** Finds a key, expired ones too: whether it is still good is decided here, by `nowMs`. */
  readonly lookup: (accessKeyId: string) => KnownKey | undefined;
  /** Unix time in milliseconds. */
  readonly nowMs: number;
  /** @defaultValue 300 000, as AWS has it */
  readonly maxSkewMs?: number;
  /** `required` takes UNSIGNED-PAYLOAD alone (VPC Lattice), `refused` never. @defaultValue 'refused' */
  readonly unsignedPayload?: 'refused' | 'required';
}

/** Who signed, or AWS's error code and why. */
export type SigV4Outcome = { readonly ok: true; readonly signer: KnownKey } | SigV4Refusal;

/** Why a request is not let in, in one line that may be answered: it holds no secret and no expected signature. */
export interface SigV4Refusal {
  readonly ok: false;
  readonly code: SigV4ErrorCode;
  readonly message: string;
}

/**
 * The error codes AWS answers with. As there, a clock too far off is `InvalidSignatureException`; `ExpiredTokenException`
 * is about the session (https://docs.aws.amazon.com/kms/latest/APIReference/CommonErrors.html).
 */
export type SigV4ErrorCode =
  | 'MissingAuthenticationTokenException'
  | 'IncompleteSignatureException'
  | 'InvalidSignatureException'
  | 'UnrecognizedClientException'
  | 'ExpiredTokenException';

const authorizationForm =
  /^AWS4-HMAC-SHA256 Credential=([^/,\s]+)\/(\d{8})\/([a-z0-9-]+)\/([a-z0-9-]+)\/aws4_request, SignedHeaders=([a-z0-9;-]+), Signature=([0-9a-f]{64})$/;
const mustBeSigned = ['host', 'x-amz-date'];
const unsignedPayloadMark = 'UNSIGNED-PAYLOAD';

/**
 * Verifies a header-signed request (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html).
 *
 * Refused rather than normalised: a second spelling of a path or query (see `targetProblem`), a header given twice,
 * white space in a signed value that the signature would collapse, an `x-amz-*` header outside the signature, and any
 * extra in the Authorization header. Never throws.
 *
 * A request is good for as long as its clock is: who must not be called twice checks for that.
 */
export function verifySigV4(request: WireRequest, expectation: SigV4Expectation): SigV4Outcome {
  const headers = new Map(request.rawHeaders.map(([name, value]) => [name.toLowerCase(), value]));
  if (headers.size !== request.rawHeaders.length)
    return refuse('IncompleteSignatureException', 'got a header given twice, expected each once');
  const authorization = headers.get('authorization');
  if (authorization === undefined)
    return refuse(
      'MissingAuthenticationTokenException',
      'got no authorization header, expected an AWS4-HMAC-SHA256 one',
    );
  const match = authorizationForm.exec(authorization);
  if (!match)
    return refuse(
      'IncompleteSignatureException',
      'got an authorization header of another form, expected AWS4-HMAC-SHA256 with credential, signed headers and signature',
    );
  const [, accessKeyId = '', date = '', region = '', service = '', signedNames = '', signature = ''] = match;
  const names = signedNames.split(';');

  const problem =
    spellingProblem(request) ??
    headersProblem(headers, names) ??
    scopeProblem({ date, region, service }, headers, expectation) ??
    payloadProblem(request, headers, expectation);
  if (problem) return problem;
  const signer = expectation.lookup(accessKeyId);
  const sessionProblem = signerProblem(signer, headers, expectation);
  if (!signer || sessionProblem) return sessionProblem ?? unknownKey();

  const toSign = stringToSign(
    canonicalRequest(request, names, payloadHash(request, headers)),
    headers.get('x-amz-date') ?? '',
    `${date}/${region}/${service}/aws4_request`,
  );
  const expected = createHmac('sha256', signingKey(signer.credentials.secretAccessKey, date, region, service))
    .update(toSign)
    .digest();
  return timingSafeEqual(expected, Buffer.from(signature, 'hex'))
    ? { ok: true, signer }
    : refuse('InvalidSignatureException', 'got a signature that does not match the request, expected the same request');
}

function spellingProblem({ method, target }: WireRequest): SigV4Refusal | undefined {
  if (!/^[A-Z-]+$/.test(method)) return refuse('InvalidSignatureException', 'got a method that is not one token');
  const got = targetProblem(target);
  return got === undefined
    ? undefined
    : refuse('InvalidSignatureException', `got ${got}, expected the one spelling that needs no normalising`);
}

function headersProblem(headers: ReadonlyMap<string, string>, names: readonly string[]): SigV4Refusal | undefined {
  if (names.join(';') !== [...new Set(names)].sort().join(';'))
    return refuse('IncompleteSignatureException', 'got signed headers out of order or twice, expected them sorted');
  const unsigned =
    [...headers.keys()].find((name) => name.startsWith('x-amz-') && !names.includes(name)) ??
    mustBeSigned.find((name) => !names.includes(name));
  if (unsigned !== undefined)
    return refuse('IncompleteSignatureException', `got header ${unsigned} outside the signature, expected it signed`);
  const absent = names.find((name) => !headers.has(name));
  if (absent !== undefined)
    return refuse('IncompleteSignatureException', `got no header ${absent}, which the signature names`);
  const loose = names.find((name) => /[^\x20-\x7e]| {2}|^ | $/.test(headers.get(name) ?? ''));
  return loose === undefined
    ? undefined
    : refuse(
        'InvalidSignatureException',
        `got header ${loose} with loose white space or beyond ASCII, expected neither`,
      );
}

interface Scope {
  /** `yyyymmdd`. */
  readonly date: string;
  readonly region: string;
  readonly service: string;
}

function scopeProblem(
  scope: Scope,
  headers: ReadonlyMap<string, string>,
  { service, region, nowMs, maxSkewMs = 300_000 }: SigV4Expectation,
): SigV4Refusal | undefined {
  if (scope.service !== service || scope.region !== region)
    return refuse(
      'InvalidSignatureException',
      `got a signature for ${scope.region}/${scope.service}, expected ${region}/${service}`,
    );
  const amzDate = headers.get('x-amz-date') ?? '';
  const signedMs = parseAmzDate(amzDate);
  if (signedMs === undefined)
    return refuse('IncompleteSignatureException', 'got an x-amz-date of another form, expected yyyymmddThhmmssZ');
  if (!amzDate.startsWith(scope.date))
    return refuse('InvalidSignatureException', 'got a credential of another day than x-amz-date, expected the same');
  if (Math.abs(nowMs - signedMs) <= maxSkewMs) return undefined;
  const state = signedMs < nowMs ? 'signature expired' : 'signature not yet current';
  return refuse(
    'InvalidSignatureException',
    `${state}: got one made at ${amzDate}, expected one within ${maxSkewMs / 1000} s of now`,
  );
}

/** Unix time in milliseconds; undefined for another form and for times that no clock shows. */
function parseAmzDate(text: string): number | undefined {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text);
  if (!match) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1).map(Number);
  const ms = Date.UTC(year, month - 1, day, hour, minute, second);
  return new Date(ms).toISOString().replaceAll(/[:-]|\.\d{3}/g, '') === text ? ms : undefined;
}

function payloadProblem(
  { body }: WireRequest,
  headers: ReadonlyMap<string, string>,
  { unsignedPayload = 'refused' }: SigV4Expectation,
): SigV4Refusal | undefined {
  const claimed = headers.get('x-amz-content-sha256');
  if (unsignedPayload === 'required') {
    return claimed === unsignedPayloadMark
      ? undefined
      : refuse('InvalidSignatureException', `got a signed payload, expected ${unsignedPayloadMark}`);
  }
  // INVARIANT: a body that was not read is never taken for an empty one.
  if (body === null) return refuse('InvalidSignatureException', 'got a payload that was not read, expected it whole');
  return claimed === undefined || claimed === hash('sha256', body)
    ? undefined
    : refuse('InvalidSignatureException', 'got another payload than x-amz-content-sha256 says, expected the same');
}

function signerProblem(
  signer: KnownKey | undefined,
  headers: ReadonlyMap<string, string>,
  { nowMs }: SigV4Expectation,
): SigV4Refusal | undefined {
  if (!signer) return unknownKey();
  const { sessionToken, expiresMs } = signer.credentials;
  if (!sameText(headers.get('x-amz-security-token') ?? '', sessionToken))
    return refuse('UnrecognizedClientException', 'got another session token than came with the access key');
  return expiresMs > nowMs
    ? undefined
    : refuse('ExpiredTokenException', 'got a session that has ended, expected newer credentials');
}

function unknownKey(): SigV4Refusal {
  return refuse('UnrecognizedClientException', 'got an access key that is not known, expected one given out here');
}

/** In constant time, whatever the lengths. */
function sameText(a: string, b: string): boolean {
  return timingSafeEqual(hash('sha256', a, 'buffer'), hash('sha256', b, 'buffer'));
}

function payloadHash({ body }: WireRequest, headers: ReadonlyMap<string, string>): string {
  return headers.get('x-amz-content-sha256') ?? hash('sha256', body ?? '');
}

function refuse(code: SigV4ErrorCode, message: string): SigV4Refusal {
  return { ok: false, code, message };
}
