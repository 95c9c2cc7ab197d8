// Reads the public SigV4 test vectors: botocore's and aws-c-auth's, each case as request, canonical forms and signature.
// Next: sigv4-vectors.test.ts, which holds two signers and the verifier to them.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { type WireRequest } from '../../../services/local/sigv4-verifier.ts';

/** One case: a request before and after signing, and every step between. */
export interface SigV4Vector {
  /** `botocore/get-vanilla`, `aws-c-auth/get-vanilla`. */
  readonly name: string;
  readonly secretAccessKey: string;
  /** To be signed along; undefined where the case has none or adds it afterwards. */
  readonly sessionToken: string | undefined;
  readonly signsBody: boolean;
  readonly unsigned: WireRequest;
  readonly signed: WireRequest;
  readonly canonicalRequest: string;
  readonly stringToSign: string;
  readonly signature: string;
}

/** The folder the vectors are in: `SIGV4_VECTORS`, else beside the repository; undefined in a plain clone. */
export function vectorFolder(): string | undefined {
  const root = path.resolve(import.meta.dirname, '../../..');
  const folder = path.resolve(root, process.env['SIGV4_VECTORS'] ?? '../shared/sigv4-vectors');
  return existsSync(path.join(folder, 'botocore')) ? folder : undefined;
}

/** Every case of both collections. */
export function readVectors(folder: string): SigV4Vector[] {
  return [...readBotocore(path.join(folder, 'botocore')), ...readCAuth(path.join(folder, 'aws-c-auth', 'v4'))];
}

const exampleSecret = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY';

function readBotocore(folder: string): SigV4Vector[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.req'));
  return files.sort().map((file) => {
    const read = (extension: string) => readText(path.join(folder, file.replace(/req$/, extension)));
    const canonical = read('creq');
    const sent = parseRequest(read('sreq'));
    const token = sent.rawHeaders.find(([name]) => name === 'X-Amz-Security-Token')?.[1];
    return {
      name: `botocore/${path.basename(file, '.req')}`,
      secretAccessKey: exampleSecret,
      sessionToken: canonical.includes('x-amz-security-token') ? token : undefined,
      signsBody: false,
      unsigned: parseRequest(read('req')),
      // The signature inside the signed request is of an older set; the one in the .authz file is of this.
      signed: withAuthorization(sent, read('authz').trim()),
      canonicalRequest: canonical,
      stringToSign: read('sts'),
      signature: read('authz')
        .replace(/^.*Signature=/s, '')
        .trim(),
    };
  });
}

function readCAuth(folder: string): SigV4Vector[] {
  return readdirSync(folder).map((name) => {
    const read = (file: string) => readText(path.join(folder, name, file));
    const context = JSON.parse(read('context.json')) as {
      credentials: { secret_access_key: string; token?: string };
      sign_body: boolean;
      omit_session_token?: boolean;
    };
    return {
      name: `aws-c-auth/${name}`,
      secretAccessKey: context.credentials.secret_access_key,
      sessionToken: context.omit_session_token === true ? undefined : context.credentials.token,
      signsBody: context.sign_body,
      unsigned: parseRequest(read('request.txt')),
      signed: parseRequest(read('header-signed-request.txt')),
      canonicalRequest: read('header-canonical-request.txt'),
      stringToSign: read('header-string-to-sign.txt'),
      signature: read('header-signature.txt').trim(),
    };
  });
}

function withAuthorization(request: WireRequest, value: string): WireRequest {
  const others = request.rawHeaders.filter(([name]) => name !== 'Authorization');
  return { ...request, rawHeaders: [...others, ['Authorization', value]] };
}

function readText(file: string): string {
  return readFileSync(file, 'utf8').replaceAll('\r\n', '\n');
}

/** A folded header line is one line with a space (RFC 9112, section 5.2). */
function parseRequest(text: string): WireRequest {
  const [head, body] = splitOnce(text, '\n\n');
  const [first = '', ...lines] = head.trimEnd().replaceAll(/\n\s+/g, ' ').split('\n');
  const [, method = '', target = ''] = /^([A-Z]+) (.+) HTTP\/1\.1$/.exec(first) ?? [];
  return { method, target, rawHeaders: lines.map((line) => splitOnce(line, ':')), body: Buffer.from(body) };
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + separator.length)];
}
