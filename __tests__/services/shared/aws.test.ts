// Signed calls: equal to aws4fetch's own signature, bound to body and credentials; every failure one AwsError.
// Next: aws-credentials.test.ts, for where the credentials come from.
import { createServer } from 'node:http';
import type { IncomingHttpHeaders, RequestListener } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { AwsV4Signer } from 'aws4fetch';
import { afterEach, describe, expect, it } from 'vitest';
import { AwsError, awsEndpoint, callAwsJson, signRequest } from '../../../services/shared/aws.ts';
import { SigV4Signer, sha256Hex } from '../../../services/shared/sigv4-signer.ts';

const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };
const nowMs = Date.UTC(2015, 7, 30, 12, 36, 0);

describe('SigV4Signer', () => {
  it('makes the signature of the AWS example request', async () => {
    const signer = new SigV4Signer({
      method: 'GET',
      url: 'https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08',
      headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
      ...credentials,
      service: 'iam',
      region: 'us-east-1',
      datetime: '20150830T123600Z',
      allHeaders: true,
    });
    expect(await signer.signature()).toBe('5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7');
  });

  const cases = [
    { method: 'GET', url: 'https://a.example/' },
    { method: 'POST', url: 'https://a.example/a%20b/c?z=1&a=2&a=1', body: 'text: ü' },
    { method: 'PUT', url: 'https://a.example:8443/x', body: new Uint8Array([0, 255, 10]) },
    { method: 'POST', url: 'https://a.example/x', body: new Uint8Array([1, 2]).buffer },
    { method: 'POST', url: 'https://a.example/functions/arn%3Aaws%3Alambda/x?Qualifier=orbit', body: '' },
    { method: 'POST', url: 'https://a.example/', body: 'x', headers: { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' } },
    { method: 'GET', url: 'https://a.example/k', service: 's3', signQuery: true },
    { method: 'POST', url: 'https://a.example/', sessionToken: 'token', headers: { 'x-amz-target': ' a  b ' } },
  ];
  it.each(cases)('signs as aws4fetch does: $method $url', async (request) => {
    const options = {
      ...credentials,
      service: 'lambda',
      region: 'eu-central-1',
      datetime: '20260101T000000Z',
      ...request,
    };
    const theirs = await new AwsV4Signer(options).sign();
    const ours = await new SigV4Signer(options).sign();
    expect(Object.fromEntries(ours.headers)).toEqual(Object.fromEntries(theirs.headers));
    expect(ours.url.href).toBe(theirs.url.href);
  });

  it('keeps keys apart by credential, day, region, service, and by secret even under one key id', async () => {
    const base = {
      ...credentials,
      url: 'https://a.example/',
      service: 'kms',
      region: 'eu-central-1',
      datetime: '20260101T000000Z',
    };
    const variants = [
      base,
      { ...base, secretAccessKey: 'another' },
      base,
      { ...base, accessKeyId: 'AKIDOTHER' },
      { ...base, datetime: '20260102T000000Z' },
      { ...base, region: 'eu-west-1' },
      { ...base, service: 'lambda' },
    ];
    for (const options of variants) {
      expect(await new SigV4Signer(options).signature()).toBe(await new AwsV4Signer(options).signature());
    }
  });

  it('signs right with far more credentials than it keeps keys for', async () => {
    for (let n = 0; n < 200; n += 1) {
      const options = {
        accessKeyId: `AKID${n % 90}`,
        secretAccessKey: `s${n % 90}`,
        url: 'https://a.example/',
        service: 'kms',
        region: 'eu-central-1',
        datetime: '20260101T000000Z',
      };
      expect(await new SigV4Signer(options).signature()).toBe(await new AwsV4Signer(options).signature());
    }
  });

  it('refuses a body it cannot hash', () => {
    expect(() => sha256Hex(new ReadableStream())).toThrow(TypeError);
    expect(sha256Hex('')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  });
});

describe('signRequest', () => {
  const base = {
    method: 'POST',
    url: 'https://axon.example/reason?x=1',
    body: '{"a":1}',
    service: 'vpc-lattice-svcs',
    region: 'eu-central-1',
    credentials: { ...credentials, sessionToken: 'session' },
    payload: 'signed',
    nowMs,
  } as const;
  const signatureOf = async (change: Partial<Parameters<typeof signRequest>[0]>): Promise<string> =>
    (await signRequest({ ...base, ...change })).headers['authorization'] ?? '';

  it('signs host, date, session token, payload hash and every header given but those proxies rewrite', async () => {
    const { url, headers } = await signRequest({
      ...base,
      headers: { 'Governance-Grant': 'g', 'Content-Type': 'application/json' },
    });
    expect(url).toBe(base.url);
    expect(headers).toMatchObject({
      'x-amz-date': '20150830T123600Z',
      'x-amz-security-token': 'session',
      'x-amz-content-sha256': sha256Hex(base.body),
      'content-type': 'application/json',
      'governance-grant': 'g',
    });
    expect(headers['authorization']).toContain(
      'Credential=AKIDEXAMPLE/20150830/eu-central-1/vpc-lattice-svcs/aws4_request, ' +
        'SignedHeaders=governance-grant;host;x-amz-content-sha256;x-amz-date;x-amz-security-token, Signature=',
    );
  });

  it('changes its signature with anything that is signed', async () => {
    const changes: Partial<Parameters<typeof signRequest>[0]>[] = [
      {},
      { method: 'PUT' },
      { url: 'https://axon.example/reason?x=2' },
      { url: 'https://axon.example/reasons?x=1' },
      { url: 'https://axon.example:444/reason?x=1' },
      { body: '{"a":2}' },
      { headers: { 'governance-grant': 'g' } },
      { nowMs: nowMs + 1000 },
      { credentials: { ...credentials, sessionToken: 'other' } },
      { payload: 'unsigned' },
    ];
    const signatures = await Promise.all(changes.map(signatureOf));
    expect(new Set(signatures).size).toBe(changes.length);
  });

  it('leaves the body out when the payload is unsigned, and says so', async () => {
    const { headers } = await signRequest({ ...base, payload: 'unsigned' });
    expect(headers['x-amz-content-sha256']).toBe('UNSIGNED-PAYLOAD');
    expect(await signatureOf({ payload: 'unsigned', body: 'other' })).toBe(headers['authorization']);
  });

  it('takes none of its own headers from the caller', async () => {
    const own = {
      'X-Amz-Content-SHA256': 'UNSIGNED-PAYLOAD',
      AUTHORIZATION: 'Bearer x',
      Host: 'evil',
      'X-Amz-Date': '20000101T000000Z',
      'x-amz-security-token': 'evil',
    };
    expect(await signRequest({ ...base, headers: own })).toEqual(await signRequest(base));
  });

  it('refuses a header value with a line break', async () => {
    await expect(signRequest({ ...base, headers: { 'governance-grant': 'a\r\nx: y' } })).rejects.toThrow(TypeError);
  });
});

describe('awsEndpoint', () => {
  it('is the one given, else that of the region’s partition', () => {
    expect(awsEndpoint({ service: 'kms', region: 'eu-central-1' })).toBe('https://kms.eu-central-1.amazonaws.com');
    expect(awsEndpoint({ service: 'kms', region: 'us-gov-west-1' })).toBe('https://kms.us-gov-west-1.amazonaws.com');
    expect(awsEndpoint({ service: 'kms', region: 'cn-north-1' })).toBe('https://kms.cn-north-1.amazonaws.com.cn');
    expect(awsEndpoint({ service: 'kms', region: 'x', endpoint: 'http://127.0.0.1:99/' })).toBe('http://127.0.0.1:99');
  });

  it.each([
    ['kms', 'evil.example/'],
    ['kms.evil.example/', 'eu-central-1'],
    ['kms', ''],
  ])('refuses service %j in region %j', (service, region) => {
    expect(() => awsEndpoint({ service, region })).toThrow(TypeError);
  });
});

describe('callAwsJson', () => {
  const closers: (() => Promise<void>)[] = [];
  afterEach(async () => {
    await Promise.all(closers.splice(0).map((close) => close()));
  });

  async function serve(listener: RequestListener): Promise<string> {
    const server = createServer(listener).listen(0, '127.0.0.1');
    await new Promise((resolve) => void server.once('listening', resolve));
    closers.push(async () => {
      server.closeAllConnections();
      await new Promise((resolve) => void server.close(resolve));
    });
    const address = server.address();
    return `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
  }
  const call = (endpoint: string, more: Partial<Parameters<typeof callAwsJson>[0]> = {}) =>
    callAwsJson({
      endpoint,
      service: 'kms',
      target: 'TrentService.Sign',
      region: 'eu-central-1',
      credentials: async () => credentials,
      body: { KeyId: 'alias/x' },
      timeoutMs: 1000,
      ...more,
    });
  const failure = async (work: Promise<unknown>): Promise<AwsError> => {
    const error: unknown = await work.catch((thrown: unknown) => thrown);
    if (error instanceof AwsError) return error;
    throw new Error('expected an AwsError', { cause: error });
  };

  it('posts one signed JSON request and gives the JSON answer', async () => {
    let seen: { headers: IncomingHttpHeaders; body: string } | undefined;
    const endpoint = await serve((incoming, outgoing) => {
      let body = '';
      incoming.on('data', (chunk: Buffer) => void (body += chunk.toString()));
      incoming.on('end', () => {
        seen = { headers: incoming.headers, body };
        outgoing.end('{"Signature":"x"}');
      });
    });
    expect(await call(endpoint, { jsonVersion: '1.0' })).toEqual({ Signature: 'x' });
    expect(seen?.body).toBe('{"KeyId":"alias/x"}');
    expect(seen?.headers).toMatchObject({
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': 'TrentService.Sign',
      'x-amz-content-sha256': sha256Hex('{"KeyId":"alias/x"}'),
    });
    expect(seen?.headers.authorization).toContain('x-amz-target');
  });

  it.each([
    [
      400,
      { __type: 'com.amazonaws.dynamodb#ConditionalCheckFailedException', message: 'no' },
      {},
      'ConditionalCheckFailedException',
      false,
    ],
    [400, { __type: 'AccessDeniedException', Message: 'no' }, {}, 'AccessDeniedException', false],
    [400, { __type: 'ThrottlingException' }, {}, 'ThrottlingException', true],
    [429, {}, { 'x-amzn-errortype': 'TooManyRequestsException:http://internal/' }, 'TooManyRequestsException', true],
    [500, { __type: 'KMSInternalException' }, {}, 'KMSInternalException', true],
    [503, {}, {}, 'UnknownError', true],
    [403, { __type: '<script>' }, {}, 'UnknownError', false],
    [302, {}, { location: 'http://evil.example/' }, 'UnknownError', false],
  ] as const)('status %d is an AwsError with its type', async (status, body, headers, type, retryable) => {
    const endpoint = await serve((_incoming, outgoing) => {
      outgoing.writeHead(status, { ...headers, 'x-amzn-requestid': 'request-7' }).end(JSON.stringify(body));
    });
    expect(await failure(call(endpoint))).toMatchObject({ status, type, retryable, requestId: 'request-7' });
  });

  it('is never sent twice', async () => {
    let requests = 0;
    const endpoint = await serve((_incoming, outgoing) => {
      requests += 1;
      outgoing.writeHead(500).end();
    });
    await failure(call(endpoint));
    expect(requests).toBe(1);
  });

  it('is a TimeoutError when the answer, its body or the credentials do not come in time', async () => {
    const silent = await serve(() => undefined);
    expect(await failure(call(silent, { timeoutMs: 50 }))).toMatchObject({
      status: 0,
      type: 'TimeoutError',
      retryable: true,
    });
    const halting = await serve((_incoming, outgoing) => void outgoing.write('{"a"'));
    expect(await failure(call(halting, { timeoutMs: 50 }))).toMatchObject({ type: 'TimeoutError' });
    const never = call(silent, { timeoutMs: 50, credentials: () => new Promise(() => undefined) });
    expect(await failure(never)).toMatchObject({ type: 'TimeoutError' });
  });

  it('is an AbortError, not to be retried, when the caller stops', async () => {
    const endpoint = await serve(() => undefined);
    const controller = new AbortController();
    const pending = failure(call(endpoint, { signal: controller.signal }));
    await sleep(20);
    controller.abort();
    expect(await pending).toMatchObject({ type: 'AbortError', retryable: false });
    expect(await failure(call(endpoint, { signal: AbortSignal.abort() }))).toMatchObject({ type: 'AbortError' });
  });

  it('is a NetworkError when nobody listens or the answer is cut', async () => {
    expect(await failure(call('http://127.0.0.1:9'))).toMatchObject({
      status: 0,
      type: 'NetworkError',
      retryable: true,
    });
    const endpoint = await serve((_incoming, outgoing) => {
      outgoing.writeHead(200, { 'content-length': '100' });
      outgoing.write('{');
      setTimeout(() => outgoing.destroy(), 10);
    });
    expect(await failure(call(endpoint))).toMatchObject({ type: 'NetworkError' });
  });

  it('is a ProtocolError when the answer is no JSON or over a megabyte', async () => {
    const html = await serve((_incoming, outgoing) => void outgoing.end('<html>'));
    expect(await failure(call(html))).toMatchObject({ status: 200, type: 'ProtocolError' });
    const huge = await serve((_incoming, outgoing) => void outgoing.end(`"${'x'.repeat(1_100_000)}"`));
    expect(await failure(call(huge))).toMatchObject({ type: 'ProtocolError' });
  });

  it('names no secret in its error', async () => {
    const error = await failure(call('http://127.0.0.1:9'));
    expect(JSON.stringify(error) + error.stack + error.message).not.toContain(credentials.secretAccessKey);
  });
});
