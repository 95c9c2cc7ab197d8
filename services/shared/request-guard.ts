// Refuses, before any framework sees it, a request that two readers could read in two ways.
// Next: server.ts, which asks this first.
import type { IncomingMessage } from 'node:http';

/** Why a request is refused; becomes a problem+json answer, after which the connection is closed. */
export interface GuardRefusal {
  readonly status: number;
  readonly code:
    | 'request_invalid'
    | 'misdirected_request'
    | 'uri_too_long'
    | 'headers_too_large'
    | 'expectation_failed';
  /** Names the header or the part of the target, never its value. */
  readonly detail: string;
}

/** The parts of a request the guard reads: as received, before Node joins or drops anything. */
export type GuardedRequest = Pick<IncomingMessage, 'rawHeaders' | 'url' | 'httpVersion'>;

/** Far below the 2000 that Node keeps before it drops further ones silently. */
const maxHeaders = 100;
const maxTargetLength = 8192;

/**
 * Judges the raw head of a request.
 *
 * Refused: a header that must be single and is not (host, framing, identity, signature, grant, trace); a missing or
 * malformed Host; `Transfer-Encoding` together with `Content-Length`; a target that is neither a path nor an absolute
 * URL of this very host; in its path an empty segment, `.` or `..`, backslash, slash, control character or percent
 * sign in encoded form.
 *
 * @returns null when the request may pass.
 * @see RFC 9112, sections 3.2, 3.2.2, 6.1 and 11.2; RFC 9110, section 7.2
 */
export function guardRequest(incoming: GuardedRequest): GuardRefusal | null {
  const { rawHeaders } = incoming;
  if (rawHeaders.length > maxHeaders * 2) {
    return refuse(431, 'headers_too_large', `got ${rawHeaders.length / 2} headers, expected at most ${maxHeaders}`);
  }
  const single = singleHeaders(rawHeaders);
  if (!(single instanceof Map)) return single;
  if (!/^(?:100-continue)?$/i.test(single.get('expect') ?? ''))
    return refuse(417, 'expectation_failed', 'got an expect header other than 100-continue, expected that or none');
  return refuseFraming(single, incoming.httpVersion) ?? refuseHost(single) ?? refuseTarget(incoming.url ?? '', single);
}

/**
 * The path and query of a target that {@link guardRequest} let pass: an absolute URL loses scheme and authority, so
 * that nothing behind the guard sees a second host.
 */
export function originForm(target: string): string {
  const absolute = absolutePattern.exec(target);
  if (absolute === null) return target;
  const rest = target.slice(absolute[0].length);
  return rest.startsWith('/') ? rest : `/${rest}`;
}

/** Headers that may come once; by prefix: `governance-`, `x-amz-`, `x-amzn-`. */
const singleNames: ReadonlySet<string> = new Set([
  'host',
  'authorization',
  'proxy-authorization',
  'content-length',
  'content-type',
  'content-encoding',
  'transfer-encoding',
  'expect',
  'dpop',
  'x-correlation-id',
  'traceparent',
  'x-request-timeout-ms',
  'connection',
]);

function mustBeSingle(name: string): boolean {
  return (
    singleNames.has(name) || name.startsWith('x-amz-') || name.startsWith('x-amzn-') || name.startsWith('governance-')
  );
}

function singleHeaders(rawHeaders: readonly string[]): Map<string, string> | GuardRefusal {
  const single = new Map<string, string>();
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = (rawHeaders[at] ?? '').toLowerCase();
    if (!mustBeSingle(name)) continue;
    // INVARIANT: the raw list is read, for Node drops a second Host or Authorization and joins a second DPoP.
    if (single.has(name)) return invalid(`got header ${name} more than once, expected it once`);
    single.set(name, rawHeaders[at + 1] ?? '');
  }
  return single;
}

const connectionOptions = /^(?:keep-alive|close)$/i;

function refuseFraming(headers: ReadonlyMap<string, string>, httpVersion: string): GuardRefusal | null {
  const coding = headers.get('transfer-encoding');
  if (coding !== undefined) {
    if (headers.has('content-length')) return invalid('got transfer-encoding and content-length, expected one of them');
    if (coding.toLowerCase() !== 'chunked')
      return invalid('got a transfer-encoding other than chunked, expected chunked');
    if (httpVersion === '1.0') return invalid('got transfer-encoding in http/1.0, expected http/1.1');
  }
  const connection = headers.get('connection');
  if (connection === undefined || connectionOptions.test(connection)) return null;
  // A header named here is for one hop alone: a proxy on the way would take it out.
  const hidden = connection.split(',').find((option) => mustBeSingle(option.trim().toLowerCase()));
  return hidden === undefined
    ? null
    : invalid('got a connection header naming a header that must arrive, expected none');
}

const authorityPattern = /^(?:[a-z0-9](?:[a-z0-9._-]{0,253}[a-z0-9])?|\[[0-9a-f:.]{2,45}\])(?::\d{1,5})?$/i;

function refuseHost(headers: ReadonlyMap<string, string>): GuardRefusal | null {
  const host = headers.get('host');
  if (host === undefined) return invalid('got no host header, expected one');
  return authorityPattern.test(host) ? null : invalid('got a malformed host header, expected name or name:port');
}

const absolutePattern = /^(https?):\/\/([^/?#]*)/i;

function refuseTarget(target: string, headers: ReadonlyMap<string, string>): GuardRefusal | null {
  if (target.length > maxTargetLength) {
    return refuse(
      414,
      'uri_too_long',
      `got a target of ${target.length} characters, expected at most ${maxTargetLength}`,
    );
  }
  if (!/^[\x21-\x7e]+$/.test(target)) return invalid('got a blank, control or non-ascii character in the target');
  if (/[\\#]/.test(target)) return invalid('got a backslash or # in the target, expected neither');
  const absolute = absolutePattern.exec(target);
  if (absolute === null && !target.startsWith('/')) return invalid('got a target that is not a path, expected one');
  const [, scheme = 'http', authority] = absolute ?? [];
  if (authority !== undefined && !sameAuthority(scheme, authority, headers.get('host') ?? '')) {
    return refuse(421, 'misdirected_request', 'got a target for another host than the host header, expected the same');
  }
  return refusePath(originForm(target).split('?', 1)[0] ?? '');
}

/** Host and target name the same when equal without case and without the scheme's default port. */
function sameAuthority(scheme: string, authority: string, host: string): boolean {
  const defaultPort = scheme.toLowerCase() === 'https' ? ':443' : ':80';
  const plain = (text: string): string => {
    const lower = text.toLowerCase();
    return lower.endsWith(defaultPort) ? lower.slice(0, -defaultPort.length) : lower;
  };
  return plain(authority) === plain(host);
}

function refusePath(path: string): GuardRefusal | null {
  if (path.includes('//')) return invalid('got // in the path, expected single slashes');
  if (!path.includes('%') && !path.includes('/.')) return null;
  if (/%(?![0-9a-f]{2})/i.test(path)) return invalid('got a malformed percent-encoding in the path');
  // A slash, backslash or percent sign in encoded form is decoded by some readers and kept by others.
  if (/%(?:2f|5c|25|[01][0-9a-f]|7f)/i.test(path)) {
    return invalid('got an encoded slash, backslash, percent sign or control character in the path, expected none');
  }
  const hasDots = path.split('/').some((segment) => /^(?:\.|%2e){1,2}$/i.test(segment));
  return hasDots ? invalid('got a . or .. segment in the path, expected none') : null;
}

function invalid(detail: string): GuardRefusal {
  return refuse(400, 'request_invalid', detail);
}

function refuse(status: number, code: GuardRefusal['code'], detail: string): GuardRefusal {
  return { status, code, detail };
}
