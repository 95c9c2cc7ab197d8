// Every single change to a well-signed request is refused, each with its AWS error code. The change is the test's name.
// Next: mesh-gateway.test.ts, where the same verifier guards a real socket.
import { beforeAll, describe, expect, it } from 'vitest';
import { verifySigV4 } from '../../../services/local/sigv4-verifier.ts';
import {
  headerOf,
  knownKey,
  nowMs,
  region,
  service,
  type SignedCall,
  signWithServices,
  type ToSign,
  verdict,
  verify,
  withHeader,
} from './signed-request.ts';

const request: ToSign = {
  method: 'POST',
  target: '/2015-03-31/functions/governance/invocations?Qualifier=orbit&a=&b=x%20y',
  headers: { 'x-trace': 'one two', accept: 'application/json' },
  body: '{"intent":"call_reasoning"}',
};
const skewMs = 300_000;
const invalid = 'InvalidSignatureException';
const incomplete = 'IncompleteSignatureException';
const unrecognized = 'UnrecognizedClientException';

let call: SignedCall;
let unsigned: SignedCall;
beforeAll(async () => {
  call = await signWithServices(request);
  unsigned = await signWithServices({ ...request, payload: 'unsigned' });
});

type Change = (signed: SignedCall) => SignedCall;
const target =
  (from: string, to: string): Change =>
  (signed) => ({ ...signed, target: replaced(signed.target, from, to) });
const header =
  (name: string, value: string | undefined): Change =>
  (signed) =>
    withHeader(signed, name, () => value);
const authorization =
  (from: string, to: string): Change =>
  (signed) =>
    withHeader(signed, 'authorization', (value) => replaced(value, from, to));
const plus =
  (name: string, value: string): Change =>
  (signed) => ({ ...signed, headers: [...signed.headers, [name, value]] });

/** A change that changes nothing would pass for one that is let in. */
function replaced(text: string, from: string, to: string): string {
  if (!text.includes(from)) throw new Error(`got ${text} without ${from}, expected it there`);
  return text.replace(from, () => to);
}

const mutations: readonly (readonly [name: string, code: string, change: Change])[] = [
  ['another method', invalid, (signed) => ({ ...signed, method: 'PUT' })],
  ['the method in lower case', invalid, (signed) => ({ ...signed, method: 'post' })],
  ['a method that holds the next line', invalid, (signed) => ({ ...signed, method: 'POST\n/' })],

  ['a path character', invalid, target('governance', 'governancf')],
  ['a path character in the other case', invalid, target('functions', 'Functions')],
  ['a path segment more', invalid, target('invocations', 'invocations/x')],
  ['a slash at the end', invalid, target('invocations', 'invocations/')],
  ['a doubled slash', invalid, target('/functions', '//functions')],
  ['a doubled slash at the start', invalid, target('/2015', '//2015')],
  ['a dot segment', invalid, target('/functions', '/./functions')],
  ['a dot dot segment', invalid, target('/functions', '/x/../functions')],
  ['an escaped dot dot segment', invalid, target('/functions', '/x/%2e%2e/functions')],
  ['a dot dot segment behind an escaped slash', invalid, target('/functions', '/x%2F..%2Ffunctions')],
  ['a backslash', invalid, target('/functions', '\\functions')],
  ['a needless escape in the path', invalid, target('functions', '%66unctions')],
  ['a lower-case escape in the path', invalid, target('governance', 'governance%2f')],
  ['a broken escape in the path', invalid, target('governance', 'governance%zz')],
  ['an escaped null in the path', invalid, target('governance', 'governance%00')],
  ['a fragment', invalid, target('y', 'y#z')],
  ['an absolute target', invalid, (signed) => ({ ...signed, target: `http://other${signed.target}` })],
  ['a target beyond ASCII', invalid, target('governance', 'governancé')],

  ['a query parameter more', invalid, target('a=&', 'a=&c=1&')],
  ['a query parameter less', invalid, target('a=&', '')],
  ['no query', invalid, (signed) => ({ ...signed, target: signed.target.replace(/\?.*/, '') })],
  ['another query value', invalid, target('=orbit', '=axon')],
  ['a value for an empty parameter', invalid, target('a=&', 'a=1&')],
  ['another query name', invalid, target('a=&', 'A=&')],
  ['a parameter given twice', invalid, target('a=&', 'a=&a=&')],
  ['an empty pair', invalid, target('a=&', 'a=&&')],
  ['an ampersand at the end', invalid, target('x%20y', 'x%20y&')],
  ['an empty parameter without its equals sign', invalid, target('a=&', 'a&')],
  ['a plus for a space in the query', invalid, target('x%20y', 'x+y')],
  ['a needless escape in the query', invalid, target('=orbit', '=%6Frbit')],
  ['a lower-case escape in the query', invalid, target('x%20y', 'x%20y%2f')],
  ['a second question mark', invalid, target('?', '??')],

  ['another host', invalid, header('host', 'kms.eu-central-1.amazonaws.com')],
  ['another host, by its port', invalid, header('host', 'lambda.eu-central-1.amazonaws.com:443')],
  ['another value of a signed header', invalid, header('x-trace', 'one three')],
  ['another case of a signed value', invalid, header('x-trace', 'One two')],
  ['an empty signed header', invalid, header('x-trace', '')],
  ['a second space in a signed value', invalid, header('x-trace', 'one  two')],
  ['a tab for a space in a signed value', invalid, header('x-trace', 'one\ttwo')],
  ['a non-breaking space in a signed value', invalid, header('x-trace', 'one\u00A0two')],
  ['a space around a signed value', invalid, header('x-trace', ' one two')],
  ['a line break in a signed value', invalid, header('x-trace', 'one\ntwo')],
  ['no signed header', incomplete, header('x-trace', undefined)],
  ['no host', incomplete, header('host', undefined)],
  ['no payload hash', incomplete, header('x-amz-content-sha256', undefined)],
  ['another name of a signed header', incomplete, (signed) => renamed(signed, 'x-trace', 'x-track')],
  ['a signed header given twice', incomplete, plus('x-trace', 'one two')],
  ['a signed header given twice, in another case', incomplete, plus('X-Trace', 'three')],
  ['an unsigned header given twice', incomplete, (signed) => plus('x-a', '2')(plus('x-a', '1')(signed))],
  ['a host given twice', incomplete, plus('Host', 'other')],
  ['an x-amz header outside the signature', incomplete, plus('x-amz-target', 'TrentService.Sign')],
  ['an x-amz header outside the signature, in another case', incomplete, plus('X-Amz-Meta', '1')],

  ['a body byte', invalid, (signed) => ({ ...signed, body: replaced(signed.body, 'call', 'Call') })],
  ['a longer body', invalid, (signed) => ({ ...signed, body: `${signed.body} ` })],
  ['no body', invalid, (signed) => ({ ...signed, body: '' })],
  ['another payload hash', invalid, header('x-amz-content-sha256', '0'.repeat(64))],
  [
    'a payload hash in upper case',
    invalid,
    (signed) => withHeader(signed, 'x-amz-content-sha256', (value) => value.toUpperCase()),
  ],
  ['an unsigned payload where none is taken', invalid, () => unsigned],
  ['a signed payload that is called unsigned', invalid, header('x-amz-content-sha256', 'UNSIGNED-PAYLOAD')],
  ['a streaming payload', invalid, header('x-amz-content-sha256', 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD')],

  ['a second later', invalid, header('x-amz-date', '20261123T120001Z')],
  ['another day', invalid, header('x-amz-date', '20261122T120000Z')],
  ['a time of another form', incomplete, header('x-amz-date', '2026-11-23T12:00:00Z')],
  ['a time that no clock shows', incomplete, header('x-amz-date', '20261123T115960Z')],
  ['no time', incomplete, header('x-amz-date', undefined)],

  ['another access key', unrecognized, authorization(knownKey.credentials.accessKeyId, 'ASIA0123456789ABCDEE')],
  ['no access key', incomplete, authorization(knownKey.credentials.accessKeyId, '')],
  ['another day in the scope', invalid, authorization('/20261123/', '/20261122/')],
  ['another region in the scope', invalid, authorization('/eu-central-1/', '/eu-central-2/')],
  ['another service in the scope', invalid, authorization('/lambda/', '/kms/')],
  ['another end of the scope', incomplete, authorization('/aws4_request', '/aws5_request')],
  ['another algorithm', incomplete, authorization('AWS4-HMAC-SHA256', 'AWS4-HMAC-SHA1')],
  ['the asymmetric algorithm', incomplete, authorization('AWS4-HMAC-SHA256', 'AWS4-ECDSA-P256-SHA256')],
  ['a header less in the list', invalid, authorization(';x-trace', '')],
  ['an x-amz header less in the list', incomplete, authorization(';x-amz-date', '')],
  ['the token less in the list', incomplete, authorization(';x-amz-security-token', '')],
  ['the payload hash less in the list', incomplete, authorization(';x-amz-content-sha256', '')],
  ['host less in the list', incomplete, authorization(';host;', ';')],
  [
    'a header more in the list, which is there',
    invalid,
    (signed) => plus('x-z', '1')(authorization('x-trace,', 'x-trace;x-z,')(signed)),
  ],
  ['a header more in the list, which is not there', incomplete, authorization('x-trace,', 'x-trace;x-z,')],
  ['a header twice in the list', incomplete, authorization('host;', 'host;host;')],
  [
    'another order of the list',
    incomplete,
    authorization('x-amz-date;x-amz-security-token', 'x-amz-security-token;x-amz-date'),
  ],
  ['an empty name in the list', incomplete, authorization(';host;', ';;host;')],
  ['an upper-case name in the list', incomplete, authorization(';host;', ';Host;')],
  ['the first digit of the signature', invalid, (signed) => signatureDigit(signed, 0)],
  ['the last digit of the signature', invalid, (signed) => signatureDigit(signed, 63)],
  ['a signature in upper case', incomplete, (signed) => withHeader(signed, 'authorization', upperSignature)],
  ['a shorter signature', incomplete, (signed) => withHeader(signed, 'authorization', (value) => value.slice(0, -1))],
  ['a longer signature', incomplete, (signed) => withHeader(signed, 'authorization', (value) => `${value}0`)],
  [
    'no signature',
    incomplete,
    (signed) => withHeader(signed, 'authorization', (value) => value.replace(/, Signature.*/, '')),
  ],
  [
    'a parameter more at the end',
    incomplete,
    (signed) => withHeader(signed, 'authorization', (value) => `${value}, Extra=1`),
  ],
  ['a parameter more in the middle', incomplete, authorization(', SignedHeaders', ', Extra=1, SignedHeaders')],
  [
    'a second signature',
    incomplete,
    (signed) => withHeader(signed, 'authorization', (value) => `${value}, ${value.slice(-74)}`),
  ],
  ['other white space in the authorization', incomplete, authorization(', Signed', ',  Signed')],
  ['no authorization', 'MissingAuthenticationTokenException', header('authorization', undefined)],
  ['a bearer token', incomplete, header('authorization', 'Bearer abc')],
  ['a second authorization', incomplete, plus('Authorization', 'Bearer abc')],

  ['another session token', unrecognized, header('x-amz-security-token', 'dG9rZW4/dG9rZW4+dG9rZW5=')],
  ['no session token', incomplete, header('x-amz-security-token', undefined)],
];

describe('a well-signed request', () => {
  it('is let in, and names its signer', () => {
    expect(verify(call)).toEqual({ ok: true, signer: knownKey });
    expect(verdict(unsigned, { unsignedPayload: 'required' })).toBe('ok');
  });

  it('is let in with headers beside the signature, in any order, names in any case, query in any order', () => {
    expect(verdict(plus('User-Agent', 'any  agent')(call))).toBe('ok');
    expect(verdict({ ...call, headers: call.headers.toReversed() })).toBe('ok');
    expect(verdict({ ...call, headers: call.headers.map(([name, value]) => [name.toUpperCase(), value]) })).toBe('ok');
    expect(verdict(target('?Qualifier=orbit&a=&b=x%20y', '?b=x%20y&a=&Qualifier=orbit')(call))).toBe('ok');
  });

  it.each(mutations)('is refused with %s as %s', (_, code, change) => {
    const changed = change(call);
    expect(changed).not.toEqual(call);
    expect(verdict(changed)).toBe(code);
  });

  it('is refused with any character of any signed value changed', () => {
    const names = signedNames(call);
    expect(names).toHaveLength(6);
    const letIn = names.flatMap((name) =>
      everyAlteration(headerOf(call, name)).filter((value) => verdict(withHeader(call, name, () => value)) === 'ok'),
    );
    expect(letIn).toEqual([]);
  });

  it('is refused with any character of the target, the body or the authorization changed', () => {
    const changed = [
      ...everyAlteration(call.target).map((other) => ({ ...call, target: other })),
      ...everyAlteration(call.body).map((body) => ({ ...call, body })),
      ...everyAlteration(headerOf(call, 'authorization')).map((value) =>
        withHeader(call, 'authorization', () => value),
      ),
    ];
    expect(changed.length).toBeGreaterThan(300);
    expect(changed.filter((one) => verdict(one) === 'ok')).toEqual([]);
  });

  it('is refused with any signed header removed, and with any name taken off the list', () => {
    const names = signedNames(call);
    const removed = names.map((name) => verdict(withHeader(call, name, () => undefined)));
    expect(removed).toEqual(names.map(() => incomplete));
    const unlisted = names.map((name) => {
      const rest = names.filter((other) => other !== name).join(';');
      return withHeader(call, 'authorization', (value) =>
        value.replace(/SignedHeaders=[^,]+/, `SignedHeaders=${rest}`),
      );
    });
    expect(unlisted.filter((one) => verdict(one) === 'ok')).toEqual([]);
  });
});

describe('a request signed for something else', () => {
  it.each([
    ['with another secret', { secretAccessKey: 'another' }],
    ['for another region', { region: 'eu-central-2' }],
    ['for another service', { service: 'kms' }],
  ])('is refused %s', async (_, other) => {
    expect(verdict(await signWithServices({ ...request, ...other }))).toBe(invalid);
  });

  it('is refused without the session’s token, and with another one', async () => {
    expect(verdict(await signWithServices({ ...request, sessionToken: undefined }))).toBe(unrecognized);
    expect(verdict(await signWithServices({ ...request, sessionToken: 'another' }))).toBe(unrecognized);
  });

  it.each([
    ['just before', nowMs - skewMs, 'ok'],
    ['just after', nowMs + skewMs, 'ok'],
    ['too long ago', nowMs - skewMs - 1000, invalid],
    ['too far ahead', nowMs + skewMs + 1000, invalid],
    ['a day ago', nowMs - 86_400_000, invalid],
  ])('is judged by the clock: %s', async (_, signedMs, code) => {
    expect(verdict(await signWithServices({ ...request, nowMs: signedMs }))).toBe(code);
  });

  it('may be held to a narrower clock', async () => {
    const older = await signWithServices({ ...request, nowMs: nowMs - 6000 });
    expect(verdict(older, { maxSkewMs: 5000 })).toBe(invalid);
    expect(verdict(older, { maxSkewMs: 6000 })).toBe('ok');
  });
});

describe('credentials', () => {
  it('are good until the millisecond they end', () => {
    const ending = (expiresMs: number) => ({
      lookup: () => ({ ...knownKey, credentials: { ...knownKey.credentials, expiresMs } }),
    });
    expect(verdict(call, ending(nowMs + 1))).toBe('ok');
    expect(verdict(call, ending(nowMs))).toBe('ExpiredTokenException');
  });

  it('are not interchangeable: another key’s secret or token does not do', () => {
    const other = (change: Partial<typeof knownKey.credentials>) => ({
      lookup: () => ({ ...knownKey, credentials: { ...knownKey.credentials, ...change } }),
    });
    expect(verdict(call, other({ secretAccessKey: 'another' }))).toBe(invalid);
    expect(verdict(call, other({ sessionToken: 'another' }))).toBe(unrecognized);
  });
});

describe('an unsigned payload', () => {
  it('is the only one taken where it is required', () => {
    expect(verdict(call, { unsignedPayload: 'required' })).toBe(invalid);
    expect(
      verdict(
        withHeader(unsigned, 'x-amz-content-sha256', () => undefined),
        { unsignedPayload: 'required' },
      ),
    ).toBe(incomplete);
  });

  it('is not what a body that was never read is taken for', async () => {
    const empty = await signWithServices({ ...request, body: '' });
    const wire = { method: empty.method, target: empty.target, rawHeaders: empty.headers };
    const expectation = { service, region, lookup: () => knownKey, nowMs };
    expect(verifySigV4({ ...wire, body: Buffer.alloc(0) }, expectation).ok).toBe(true);
    expect(verifySigV4({ ...wire, body: null }, expectation)).toMatchObject({ ok: false, code: invalid });
  });
});

describe('a refusal', () => {
  it('holds neither secret nor token nor the signature that was expected', () => {
    const digits = headerOf(call, 'authorization').slice(-64);
    const { secretAccessKey, sessionToken } = knownKey.credentials;
    const said = mutations.map(([, , change]) => JSON.stringify(verify(change(call)))).join('\n');
    for (const secret of [digits, secretAccessKey, sessionToken]) expect(said).not.toContain(secret);
  });
});

function signedNames(signed: SignedCall): string[] {
  return (/SignedHeaders=([^,]+)/.exec(headerOf(signed, 'authorization'))?.[1] ?? '').split(';');
}

function renamed(signed: SignedCall, from: string, to: string): SignedCall {
  return { ...signed, headers: signed.headers.map(([name, value]) => [name === from ? to : name, value]) };
}

function everyAlteration(text: string): string[] {
  return Array.from(text, (_, at) => altered(text, at));
}

function altered(text: string, at: number): string {
  return `${text.slice(0, at)}${text[at] === '0' ? '1' : '0'}${text.slice(at + 1)}`;
}

function signatureDigit(signed: SignedCall, digit: number): SignedCall {
  return withHeader(signed, 'authorization', (value) => altered(value, value.length - 64 + digit));
}

function upperSignature(value: string): string {
  return `${value.slice(0, -64)}${value.slice(-64).toUpperCase()}`;
}
