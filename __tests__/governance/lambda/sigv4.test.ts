// The signature is the one that AWS's own signer makes, for any body, time and credentials.
// Next: governance/lambda/sigv4.ts.
import { Sha256 } from '@aws-crypto/sha256-js';
import { HttpRequest } from '@smithy/protocol-http';
import { SignatureV4 } from '@smithy/signature-v4';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { signPost } from '../../../governance/lambda/sigv4.ts';

const text = fc.string({ minLength: 1, maxLength: 40 });
const posts = fc.record({
  host: fc.constantFrom('kms.eu-central-1.amazonaws.com', '127.0.0.1:4000', 'dynamodb.cn-north-1.amazonaws.com.cn'),
  body: fc.oneof(text, fc.constant(''), fc.constant('{"é":"\u{1F510}"}')),
  service: fc.constantFrom('kms', 'dynamodb'),
  region: fc.constantFrom('eu-central-1', 'cn-north-1'),
  accessKeyId: fc.stringMatching(/^[A-Z0-9]{20}$/),
  secretAccessKey: text,
  sessionToken: fc.option(fc.stringMatching(/^[A-Za-z0-9+/=]{10,60}$/), { nil: undefined }),
  nowMs: fc.date({ min: new Date('2000-01-01'), max: new Date('2099-12-31'), noInvalidDate: true }).map(Number),
  target: fc.constantFrom('TrentService.Sign', 'DynamoDB_20120810.GetItem', 'two  blanks'),
});

it('is that of @smithy/signature-v4', async () => {
  await fc.assert(
    fc.asyncProperty(posts, async ({ host, body, service, region, nowMs, target, ...credentials }) => {
      const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': target };
      const ours = signPost({ url: new URL(`http://${host}/`), headers, body, service, region, nowMs, ...credentials });
      const { sessionToken, ...lasting } = credentials;
      const signer = new SignatureV4({
        service,
        region,
        credentials: sessionToken === undefined ? lasting : { ...lasting, sessionToken },
        sha256: Sha256,
        applyChecksum: false,
      });
      const [hostname = '', port] = host.split(':');
      const request = new HttpRequest({
        method: 'POST',
        protocol: 'http:',
        hostname,
        ...(port === undefined ? {} : { port: Number(port) }),
        path: '/',
        headers: { ...headers, host },
        body,
      });
      const theirs = await signer.sign(request, { signingDate: new Date(nowMs) });
      expect(ours['authorization']).toBe(theirs.headers['authorization']);
      expect(ours['x-amz-date']).toBe(theirs.headers['x-amz-date']);
      expect(ours['x-amz-security-token']).toBe(sessionToken);
    }),
    { numRuns: 300 },
  );
});

it.each(['http://127.0.0.1/path', 'http://127.0.0.1/?query=1'])('signs nothing for %s', (url) => {
  const post = {
    headers: {},
    body: '',
    service: 'kms',
    region: 'eu-central-1',
    accessKeyId: 'A',
    secretAccessKey: 'S',
  };
  expect(() => signPost({ ...post, url: new URL(url), nowMs: 0 })).toThrow(/expected the root/);
});
