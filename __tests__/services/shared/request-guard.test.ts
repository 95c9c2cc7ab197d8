// The guard against requests that two readers could read differently: by itself, and in front of a real server.
// Next: server.test.ts, for limits and drain.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { guardRequest, originForm } from '../../../services/shared/request-guard.ts';
import type { RunningServer } from '../../../services/shared/server.ts';
import { exchange, memoryLog, startTestServer, testApp } from './raw-http.ts';

const memory = memoryLog();
const { app, reached } = testApp(memory.log);
let server: RunningServer;
let host: string;

beforeAll(async () => {
  server = await startTestServer(app, memory.log);
  host = `127.0.0.1:${server.port}`;
});
afterAll(() => server.stop());

function get(target: string, headers: readonly string[] = []): string {
  return [`GET ${target} HTTP/1.1`, `Host: ${host}`, ...headers, '', ''].join('\r\n');
}

describe('the guard in front of a server, by raw bytes', () => {
  it('lets an ordinary request through', async () => {
    const answer = await exchange(server.port, get('/echo?a=1&b=//x'));
    expect(answer.status).toBe(200);
    expect(reached.at(-1)).toBe(`http://${host}/echo?a=1&b=//x`);
  });

  const single = [
    'Authorization: Bearer a',
    'DPoP: a',
    'Governance-Grant: a',
    'Governance-Certificate: a',
    'X-Amz-Date: 20260101T000000Z',
    'X-Amz-Content-Sha256: a',
    'x-amzn-lattice-identity: Principal=a',
    'x-correlation-id: abcdefgh1',
    'traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
    'Content-Type: application/json',
    'x-request-timeout-ms: 10',
    'Content-Encoding: gzip',
  ];
  it.each(single)('refuses a second %s, whatever its case and value', async (line) => {
    const before = reached.length;
    const once = await exchange(server.port, get('/echo', [line]));
    expect(once.status).toBe(200);
    const [name = '', value = ''] = line.split(': ');
    const twice = await exchange(server.port, get('/echo', [line, `${name.toUpperCase()}: other${value}`]));
    expect(twice.status).toBe(400);
    expect(twice.json()['detail']).toContain(name.toLowerCase());
    expect(twice.header('connection')).toBe('close');
    expect(reached.length).toBe(before + 1);
  });

  it('refuses a second Host, which Node would drop', async () => {
    const before = reached.length;
    for (const second of ['Host: evil.example', `host: ${host}`]) {
      const answer = await exchange(server.port, get('/echo', [second]));
      expect(answer.status).toBe(400);
      expect(answer.json()['detail']).toContain('host');
    }
    expect(reached.length).toBe(before);
  });

  it('refuses a second Content-Length and Content-Length with Transfer-Encoding', async () => {
    const before = reached.length;
    const head = `POST /echo HTTP/1.1\r\nHost: ${host}\r\n`;
    const attacks = [
      `${head}Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc`,
      `${head}Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd`,
      `${head}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
      `${head}Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n`,
      `${head}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`,
      `${head}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`,
      `POST /echo HTTP/1.0\r\nHost: ${host}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
      `${head}Content-Length: +3\r\n\r\nabc`,
      `${head}Content-Length : 3\r\n\r\nabc`,
    ];
    for (const attack of attacks) {
      const answer = await exchange(server.port, attack);
      expect(answer.status).toBe(400);
      expect(answer.header('content-type')).toBe('application/problem+json');
      expect(answer.answers).toBe(1);
    }
    expect(reached.length).toBe(before);
  });

  it('refuses an absolute target of another host with 421 and takes one of its own as a path', async () => {
    const before = reached.length;
    for (const target of ['http://evil.example/echo', `http://evil.example:80/echo`, `http://${host}@evil.example/`]) {
      const answer = await exchange(server.port, get(target));
      expect(answer.status).toBe(421);
      expect(answer.json()['code']).toBe('misdirected_request');
    }
    expect(reached.length).toBe(before);
    const own = await exchange(server.port, get(`http://${host}/echo?x=1`));
    expect(own.status).toBe(200);
    expect(reached.at(-1)).toBe(`http://${host}/echo?x=1`);
    await exchange(server.port, get(`https://${host}/echo?scheme=claimed`));
    expect(reached.at(-1)).toBe(`http://${host}/echo?scheme=claimed`);
  });

  const badTargets = [
    '//echo',
    '/echo//x',
    '/../echo',
    '/a/../echo',
    '/a/..',
    '/./echo',
    '/%2e%2e/echo',
    '/.%2E/echo',
    '/%2e/echo',
    '/a%2f..%2fecho',
    '/a%5cecho',
    '/a\\echo',
    '/echo%00',
    '/echo%0d%0ax',
    '/echo%7f',
    '/echo%',
    '/echo%zz',
    '/%252e%252e/echo',
    '/echo#fragment',
    '/ech\u00f6',
    '*',
    'echo',
    'ftp://evil.example/echo',
    'http:///echo',
  ];
  it.each(badTargets)('refuses the target %j', async (target) => {
    const before = reached.length;
    const answer = await exchange(server.port, Buffer.from(get(target), 'latin1'));
    expect([400, 421]).toContain(answer.status);
    expect(answer.header('content-type')).toBe('application/problem+json');
    expect(reached.length).toBe(before);
  });

  it.each(['', 'a b', 'user@host', 'host/path', 'host?x', 'a,b', 'host:port', '[::1', 'a:80:80', '-'])(
    'refuses the host %j',
    async (value) => {
      const answer = await exchange(server.port, `GET /echo HTTP/1.1\r\nHost: ${value}\r\n\r\n`);
      expect(answer.status).toBe(400);
    },
  );

  it.each(['1.1', '1.0'])('refuses a request without Host in HTTP/%s', async (version) => {
    const answer = await exchange(server.port, `GET /echo HTTP/${version}\r\n\r\n`);
    expect(answer.status).toBe(400);
    expect(answer.json()['detail']).toContain('no host header');
  });

  it('refuses a Connection header that would have a proxy take out a header that matters', async () => {
    expect((await exchange(server.port, get('/echo', ['Connection: close, Governance-Grant']))).status).toBe(400);
    expect((await exchange(server.port, get('/echo', ['Connection: keep-alive, x-harmless']))).status).toBe(200);
  });

  it('does not answer what is hidden in the body of a refused request', async () => {
    const before = reached.length;
    const hidden = get('/echo');
    const attack = `POST /echo HTTP/1.1\r\nHost: ${host}\r\nHost: evil\r\nContent-Length: 0\r\n\r\n${hidden}`;
    const answer = await exchange(server.port, attack);
    expect(answer.answers).toBe(1);
    expect(answer.status).toBe(400);
    expect(reached.length).toBe(before);
  });

  it('refuses more than 100 headers with 431 and a target over 8192 characters with 414', async () => {
    const many = Array.from({ length: 110 }, (_, at) => `x-h${at}: 1`);
    expect((await exchange(server.port, get('/echo', many))).status).toBe(431);
    expect((await exchange(server.port, get('/echo', many.slice(0, 90)))).status).toBe(200);
    expect((await exchange(server.port, get(`/echo?${'x'.repeat(8200)}`))).status).toBe(414);
  });

  it('refuses so many headers that Node would drop some, so that none can hide there', async () => {
    const many = Array.from({ length: 2500 }, () => 'a:');
    expect((await exchange(server.port, get('/echo', [...many, 'Host: evil']))).status).toBe(431);
  });

  it('puts a correlation id in the refusal, the same in header, body and log', async () => {
    const answer = await exchange(server.port, get('/echo//'));
    const id = answer.header('x-correlation-id');
    expect(id).toMatch(/^[0-9a-f-]{36}$/);
    expect(answer.json()['correlationId']).toBe(id);
    expect(answer.header('traceparent')).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
    expect(memory.lines().some((line) => line['correlationId'] === id && line['status'] === 400)).toBe(true);
  });

  it('never tells the client to send the body of a request it refuses', async () => {
    const head = (extra: string): string =>
      `POST /echo HTTP/1.1\r\nHost: ${host}\r\n${extra}Expect: 100-continue\r\nContent-Length: 2\r\n\r\n`;
    const refused = await exchange(server.port, head('Host: evil\r\n'));
    expect(refused.status).toBe(400);
    const good = await exchange(server.port, head(''));
    expect(good.text).toMatch(/^HTTP\/1\.1 100 Continue/);
  });
});

describe('guardRequest and originForm by themselves', () => {
  const request = (url: string, ...rawHeaders: string[]) => ({ url, rawHeaders, httpVersion: '1.1' });

  it('treats the default port as no port and ignores case', () => {
    expect(guardRequest(request('http://Axon.Internal/reason', 'Host', 'axon.internal:80'))).toBeNull();
    expect(guardRequest(request('https://axon/reason', 'Host', 'axon:443'))).toBeNull();
    expect(guardRequest(request('http://axon/reason', 'Host', 'axon:443'))?.status).toBe(421);
    expect(guardRequest(request('http://axon:8080/reason', 'Host', 'axon'))?.status).toBe(421);
  });

  it('gives the path of an absolute target', () => {
    expect(originForm('http://axon:80/reason?x=http://y/')).toBe('/reason?x=http://y/');
    expect(originForm('http://axon')).toBe('/');
    expect(originForm('http://axon?x')).toBe('/?x');
    expect(originForm('/reason')).toBe('/reason');
  });

  it('checks the path inside an absolute target as well', () => {
    expect(guardRequest(request('http://axon/a/../b', 'Host', 'axon'))?.status).toBe(400);
    expect(guardRequest(request('http://axon//b', 'Host', 'axon'))?.status).toBe(400);
  });

  it('never repeats a value the client sent', () => {
    const refusal = guardRequest(request('/x', 'Host', 'a', 'Authorization', 'hunter2', 'Authorization', 'hunter2'));
    expect(JSON.stringify(refusal)).not.toContain('hunter2');
  });
});
