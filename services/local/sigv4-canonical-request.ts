// The canonical form of AWS Signature Version 4, written from the specification and not from the signer it checks.
// Next: services/local/sigv4-verifier.ts, which decides by it who is let in.
import { createHmac, createSecretKey, hash, type KeyObject } from 'node:crypto';

/** A request as it came off the wire: names and values untouched. `body` is null where it is not to be read. */
export interface WireRequest {
  readonly method: string;
  /** The raw request target: path and query. */
  readonly target: string;
  readonly rawHeaders: readonly (readonly [string, string])[];
  readonly body: Uint8Array | null;
}

/**
 * The canonical request (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html).
 * The path is escaped once more than it stands in the target, as for every service but S3, and never normalised.
 *
 * @param signedNames - lower case, sorted
 * @param bodyHash - SHA-256 as hex, or `UNSIGNED-PAYLOAD`
 */
export function canonicalRequest(
  { method, target, rawHeaders }: WireRequest,
  signedNames: readonly string[],
  bodyHash: string,
): string {
  const [path, query] = splitTarget(target);
  const values = (name: string) =>
    rawHeaders
      .filter(([header]) => header.toLowerCase() === name)
      .map(([, value]) => value.trim().replaceAll(/\s+/g, ' '));
  const headerLines = signedNames.map((name) => `${name}:${values(name).join(',')}\n`);
  return [method, encodePath(path), canonicalQuery(query), headerLines.join(''), signedNames.join(';'), bodyHash].join(
    '\n',
  );
}

/**
 * The string to sign for a canonical request.
 *
 * @param date - the `x-amz-date` value
 * @param scope - `<yyyymmdd>/<region>/<service>/aws4_request`
 */
export function stringToSign(canonical: string, date: string, scope: string): string {
  return ['AWS4-HMAC-SHA256', date, scope, hash('sha256', canonical)].join('\n');
}

/** Keys in use at once: one per secret, day, region and service. */
const maxCachedKeys = 64;
const cachedKeys = new Map<string, KeyObject>();

/** The signing key of a day (`yyyymmdd`), region and service; the last few are kept. */
export function signingKey(secret: string, date: string, region: string, service: string): KeyObject {
  const id = [secret, date, region, service].join('\n');
  const cached = cachedKeys.get(id);
  if (cached) return cached;
  const bytes = [date, region, service, 'aws4_request'].reduce<Buffer>(
    (previous, part) => createHmac('sha256', previous).update(part).digest(),
    Buffer.from(`AWS4${secret}`),
  );
  const key = createSecretKey(bytes);
  if (cachedKeys.size >= maxCachedKeys) cachedKeys.clear();
  cachedKeys.set(id, key);
  return key;
}

/**
 * What speaks against a request target having one spelling only; undefined when it has. Several targets share one
 * canonical request, so a target that could stand for another is refused before its signature is looked at.
 *
 * @returns what was got, to be put into an error message
 */
export function targetProblem(target: string): string | undefined {
  if (!/^\/[\x21-\x7e]*$/.test(target) || /[\\#]/.test(target)) return 'a target that is not a path of plain ASCII';
  const [path, query] = splitTarget(target);
  const segments = path.slice(1).split('/');
  if (segments.slice(0, -1).includes('')) return 'a path with an empty segment';
  if (!segments.every(isPlainSegment)) return 'a path with dot segments or needless or broken escapes';
  if (!target.includes('?')) return undefined;
  const pairs = query.split('&');
  if (!pairs.every(isPlainPair)) return 'a query with a bare name, an empty pair, or needless or broken escapes';
  const names = pairs.map((pair) => pair.slice(0, pair.indexOf('=')));
  // Sorting by value would give `a=1&a=2` and `a=2&a=1` one signature, and readers take the first or the last.
  return new Set(names).size === names.length ? undefined : 'a query that names a parameter twice';
}

/** Escaped fully or as a URL has it, and no dot segment even for a reader who decodes before splitting. */
function isPlainSegment(segment: string): boolean {
  const decoded = decode(segment);
  if (decoded === undefined || (encode(decoded) !== segment && encodeURI(decoded) !== segment)) return false;
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  if (/[\x00-\x1f\x7f]/.test(decoded)) return false;
  return decoded.split(/[/\\]/).every((part) => part !== '.' && part !== '..');
}

function isPlainPair(pair: string): boolean {
  const at = pair.indexOf('=');
  return at > 0 && [pair.slice(0, at), pair.slice(at + 1)].every((part) => encode(decode(part) ?? '%') === part);
}

function splitTarget(target: string): [path: string, query: string] {
  const at = target.indexOf('?');
  return at === -1 ? [target, ''] : [target.slice(0, at), target.slice(at + 1)];
}

function encodePath(path: string): string {
  return path.split('/').map(encode).join('/');
}

function canonicalQuery(query: string): string {
  if (query === '') return '';
  const pairs = query.split('&').map((pair) => {
    const at = pair.indexOf('=');
    const [name, value] = at === -1 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)];
    return [encode(decode(name) ?? name), encode(decode(value) ?? value)] as const;
  });
  return pairs
    .sort(([nameA, valueA], [nameB, valueB]) => compare(nameA, nameB) || compare(valueA, valueB))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

/** By code point, as the specification sorts; what is compared is ASCII. */
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
