// AWS's own test vectors, against aws4fetch, the services' signer and the verifier. What each cannot pass is named.
// Next: sigv4-differential.test.ts, which needs no vectors.
import { createHmac, hash } from 'node:crypto';
import { AwsV4Signer } from 'aws4fetch';
import { describe, expect, it } from 'vitest';
import { canonicalRequest, signingKey, stringToSign } from '../../../services/local/sigv4-canonical-request.ts';
import { verifySigV4 } from '../../../services/local/sigv4-verifier.ts';
import { SigV4Signer } from '../../../services/shared/sigv4-signer.ts';
import { readVectors, type SigV4Vector, vectorFolder } from './sigv4-vectors.ts';

const folder = vectorFolder();
const vectors = folder === undefined ? [] : readVectors(folder);
const signedAtMs = Date.UTC(2015, 7, 30, 12, 36);

/** The URL parser collapses their paths before anything is signed, or leaves `$` as it is. */
const unsignable = [
  'aws-c-auth/get-relative-relative-unnormalized',
  'aws-c-auth/get-relative-unnormalized',
  'aws-c-auth/get-slash-dot-slash-unnormalized',
  'aws-c-auth/get-slash-pointless-dot-unnormalized',
  'aws-c-auth/get-slash-unnormalized',
  'aws-c-auth/get-slashes-unnormalized',
  'botocore/get-special-character',
];

/** The signature is of a normalised path; the verifier normalises nothing, so it has no canonical form for these. */
const normalised = [
  'aws-c-auth/get-relative-normalized',
  'aws-c-auth/get-relative-relative-normalized',
  'aws-c-auth/get-slash-dot-slash-normalized',
  'aws-c-auth/get-slash-normalized',
  'aws-c-auth/get-slash-pointless-dot-normalized',
  'aws-c-auth/get-slashes-normalized',
  'botocore/get-relative',
  'botocore/get-relative-relative',
  'botocore/get-slash',
  'botocore/get-slash-dot-slash',
  'botocore/get-slash-pointless-dot',
  'botocore/get-slashes',
];

/** What the strict front refuses although it is signed well: the cases, without their collection, by reason. */
const refused: Readonly<Record<string, readonly string[]>> = {
  'a header given twice': ['get-header-key-duplicate', 'get-header-value-order'],
  'my-header2 with loose white space': ['get-header-value-trim'],
  'a path with an empty segment': ['get-slash', 'get-slashes'],
  'a path with dot segments': [
    'get-relative',
    'get-relative-relative',
    'get-slash-dot-slash',
    'get-slash-pointless-dot',
  ],
  'a target that is not a path of plain ASCII': ['get-space', 'get-utf8', 'get-vanilla-utf8-query'],
  'a query that names a parameter twice': ['get-vanilla-query-order-key', 'get-vanilla-query-order-value'],
  'header x-amz-security-token outside the signature': ['post-sts-header-after'],
};

const short = (name: string) => name.replace(/^.*\//, '').replace(/-(un)?normalized$/, '');

describe.each(folder === undefined ? [{ oracle: 'AWS’s own library' }] : [])(
  'without the SigV4 vectors',
  ({ oracle }) => {
    it(`the signers are held to ${oracle} alone, by sigv4-differential.test.ts`, () => {
      expect(vectors).toEqual([]);
    });
  },
);

describe.each(folder === undefined ? [] : [{ collections: 'botocore and aws-c-auth' }])(
  'the vectors of $collections',
  () => {
    it('are all here', () => {
      const of = (collection: string) => vectors.filter(({ name }) => name.startsWith(collection)).length;
      expect([of('botocore/'), of('aws-c-auth/')]).toEqual([34, 38]);
      expect(vectors.filter(({ unsigned }) => unsigned.method === '' || unsigned.target === '')).toEqual([]);
    });

    it.each([
      ['aws4fetch', AwsV4Signer],
      ['the services’ signer', SigV4Signer],
    ])('are signed right by %s, but for the named', async (_, Signer) => {
      const wrong: string[] = [];
      for (const vector of vectors) {
        const signer = new Signer(signerOptions(vector));
        const right =
          (await signer.signature()) === vector.signature &&
          (await signer.stringToSign()) === vector.stringToSign &&
          (await signer.canonicalString()) === vector.canonicalRequest;
        if (!right) wrong.push(vector.name);
      }
      expect(wrong.sort()).toEqual(unsignable);
    });

    it('have the verifier’s canonical request, string to sign and signature, but for normalised paths', () => {
      const wrong = vectors.filter((vector) => !verifierAgrees(vector)).map(({ name }) => name);
      expect(wrong.sort()).toEqual(normalised);
    });

    it('are let in by the strict front, but for the named, each with its reason', () => {
      const reasons = Object.entries(refused).flatMap(([reason, names]) =>
        names.map((name) => [name, reason] as const),
      );
      const outcomes = vectors.map((vector) => ({ name: vector.name, outcome: strictly(vector) }));
      const wrong = outcomes.filter(({ name, outcome }) => {
        const reason = reasons.find(([refusedName]) => refusedName === short(name))?.[1];
        return outcome.ok ? reason !== undefined : reason === undefined || !outcome.message.includes(reason);
      });
      expect(wrong).toEqual([]);
      const refusedNames = outcomes.filter(({ outcome }) => !outcome.ok).map(({ name }) => short(name));
      expect([...new Set(refusedNames)].sort()).toEqual(reasons.map(([name]) => name).sort());
    });

    it('are refused by the strict front once the last digit of the signature changes', () => {
      const letIn = vectors.filter((vector) => strictly(vector).ok);
      expect(letIn.length).toBeGreaterThan(35);
      const codes = letIn.map(({ signed, ...vector }) => {
        const rawHeaders = signed.rawHeaders.map(([name, value]) =>
          name === 'Authorization' ? ([name, value.replace(/.$/, flipped)] as const) : ([name, value] as const),
        );
        const outcome = strictly({ ...vector, signed: { ...signed, rawHeaders } });
        return outcome.ok ? vector.name : outcome.code;
      });
      expect(new Set(codes)).toEqual(new Set(['InvalidSignatureException']));
    });
  },
);

function signerOptions({ unsigned, secretAccessKey, sessionToken, signsBody }: SigV4Vector) {
  const headers = new Headers();
  for (const [name, value] of unsigned.rawHeaders) headers.append(name, value);
  if (signsBody) headers.set('x-amz-content-sha256', hash('sha256', unsigned.body ?? ''));
  return {
    method: unsigned.method,
    url: `https://${headers.get('host') ?? ''}${unsigned.target}`,
    // `Headers` joins repeated values by a comma and a space, the specification by a comma.
    headers: Object.fromEntries([...headers].map(([name, value]) => [name, value.replaceAll(', ', ',')])),
    body: Buffer.from(unsigned.body ?? '').toString('utf8'),
    accessKeyId: 'AKIDEXAMPLE',
    secretAccessKey,
    ...(sessionToken === undefined ? {} : { sessionToken }),
    service: 'service',
    region: 'us-east-1',
    datetime: '20150830T123600Z',
    allHeaders: true,
    singleEncode: true,
  };
}

function verifierAgrees(vector: SigV4Vector): boolean {
  const [names = '', bodyHash = ''] = vector.canonicalRequest.split('\n').slice(-2);
  const canonical = canonicalRequest(vector.signed, names.split(';'), bodyHash);
  const toSign = stringToSign(canonical, '20150830T123600Z', '20150830/us-east-1/service/aws4_request');
  const key = signingKey(vector.secretAccessKey, '20150830', 'us-east-1', 'service');
  return (
    canonical === vector.canonicalRequest &&
    toSign === vector.stringToSign &&
    createHmac('sha256', key).update(toSign).digest('hex') === vector.signature
  );
}

function strictly({ signed, secretAccessKey, sessionToken }: SigV4Vector) {
  const token = signed.rawHeaders.find(([name]) => name.toLowerCase() === 'x-amz-security-token')?.[1];
  // As they come out of an HTTP parser: without the white space around a value.
  const rawHeaders = signed.rawHeaders.map(([name, value]) => [name, value.trim()] as const);
  return verifySigV4(
    { ...signed, rawHeaders },
    {
      service: 'service',
      region: 'us-east-1',
      nowMs: signedAtMs,
      lookup: (accessKeyId) => ({
        name: 'example',
        roleArn: 'arn:aws:iam::000000000000:role/example',
        credentials: {
          accessKeyId,
          secretAccessKey,
          sessionToken: sessionToken ?? token ?? '',
          expiresMs: signedAtMs + 1,
        },
      }),
    },
  );
}

function flipped(digit: string): string {
  return digit === '0' ? '1' : '0';
}
