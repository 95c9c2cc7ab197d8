// The server over real sockets: limits, errors below the app, drain, TLS, failing streams.
// Next: request-guard.test.ts, for what the guard refuses.
import { connect as tlsConnect } from 'node:tls';
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, request } from 'undici';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ConfigurationError } from '../../../services/shared/environment.ts';
import { createReadiness } from '../../../services/shared/readiness.ts';
import { startServer, stopOnSignals } from '../../../services/shared/server.ts';
import type { RunningServer, ServerStart } from '../../../services/shared/server.ts';
import { createTlsIdentity } from '../../../services/shared/tls.ts';
import { exchange, memoryLog, openConnection, startTestServer, testApp } from './raw-http.ts';

const started: RunningServer[] = [];
afterEach(async () => {
  await Promise.all(started.splice(0).map((server) => server.stop()));
});

async function start(options: Partial<ServerStart> = {}) {
  const memory = memoryLog();
  const readiness = options.readiness ?? createReadiness({});
  const { app, reached } = testApp(memory.log, readiness);
  const gate = Promise.withResolvers<undefined>();
  app.get('/wait', async (c) => {
    await gate.promise;
    return c.text('finished');
  });
  app.get('/broken-stream', (c) => {
    let sent = 0;
    const body = new ReadableStream<Uint8Array>({
      async pull(controller) {
        sent += 1;
        if (sent > 1) await sleep(30);
        if (sent > Number(c.req.query('after') ?? 1)) controller.error(new Error('secret-host.internal refused'));
        else controller.enqueue(Buffer.from(`part ${sent};`));
      },
    });
    return c.body(body, 200, { 'content-type': c.req.query('type') ?? 'text/event-stream' });
  });
  const server = await startTestServer(app, memory.log, { ...options, readiness });
  started.push(server);
  return { server, memory, reached, readiness, release: () => gate.resolve(undefined) };
}

const getLine = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`;

describe('limits', () => {
  it('answers 20 kB of headers with 431 problem+json, whole, and closes', async () => {
    const { server, reached } = await start();
    const bytes = `GET /echo HTTP/1.1\r\nHost: a\r\nx-big: ${'x'.repeat(20_000)}\r\n\r\n`;
    const answer = await exchange(server.port, bytes);
    expect(answer.status).toBe(431);
    expect(answer.header('content-type')).toBe('application/problem+json');
    expect(answer.json()).toMatchObject({ code: 'headers_too_large', status: 431 });
    expect(answer.header('connection')).toBe('close');
    expect(answer.header('x-correlation-id')).toBe(answer.json()['correlationId']);
    expect(reached).toEqual([]);
  });

  it('lets a client that is still sending read its 431', async () => {
    const { server } = await start();
    const bytes = `GET /echo HTTP/1.1\r\nHost: a\r\nx-big: ${'x'.repeat(4_000_000)}`;
    const answer = await exchange(server.port, bytes);
    expect(answer.status).toBe(431);
    expect(answer.json()['code']).toBe('headers_too_large');
  });

  it('takes 10 kB of headers', async () => {
    const { server } = await start();
    const answer = await exchange(server.port, `GET /echo HTTP/1.1\r\nHost: a\r\nx-big: ${'x'.repeat(10_000)}\r\n\r\n`);
    expect(answer.status).toBe(200);
  });

  it('ends a client that sends its headers a byte at a time', async () => {
    const limits = { headersTimeoutMs: 300, requestTimeoutMs: 600, checkIntervalMs: 50 };
    const { server, reached } = await start({ limits });
    const { socket, received, closed } = await openConnection(server.port);
    const drip = setInterval(() => socket.write('x'), 40);
    socket.write('GET /echo HTTP/1.1\r\nHost: a\r\nx-slow: ');
    socket.on('error', () => clearInterval(drip));
    await closed;
    clearInterval(drip);
    expect(received()).toMatch(/^HTTP\/1\.1 408 /);
    expect(received()).toContain('"code":"request_timeout"');
    expect(reached).toEqual([]);
  });

  it('ends a client that sends its body too slowly', async () => {
    const limits = { headersTimeoutMs: 300, requestTimeoutMs: 400, checkIntervalMs: 50 };
    const { server } = await start({ limits });
    const { socket, received, closed } = await openConnection(server.port);
    socket.on('error', () => undefined);
    socket.write('POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nab');
    await closed;
    expect(received()).toMatch(/^HTTP\/1\.1 408 /);
    expect(received().match(/HTTP\/1\.1/g)).toHaveLength(1);
  });

  it('ends a connection on which nothing moves', async () => {
    const { server } = await start({ limits: { socketTimeoutMs: 200, keepAliveTimeoutMs: 200 } });
    const { received, closed } = await openConnection(server.port);
    await closed;
    expect(received()).toBe('');
  });

  it('refuses connections over the limit and says so once', async () => {
    const { server, memory } = await start({ limits: { maxConnections: 1 } });
    const first = await openConnection(server.port);
    const second = await openConnection(server.port);
    const third = await openConnection(server.port);
    await Promise.all([second.closed, third.closed]);
    expect(memory.lines().filter((line) => line['maxConnections'] === 1)).toHaveLength(1);
    first.socket.destroy();
  });
});

describe('what is no HTTP', () => {
  it.each([
    'nonsense\r\n\r\n',
    'GET / HTTP/9.9\r\nHost: a\r\n\r\n',
    'GET /echo HTTP/1.1\r\nHost: a\r\nbad header\r\n\r\n',
    'GET /echo HTTP/1.1\nHost: a\n\n',
    'POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
    '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
  ])('gets 400 problem+json: %j', async (bytes) => {
    const { server } = await start();
    const answer = await exchange(server.port, Buffer.from(bytes, 'latin1'));
    expect(answer.status).toBe(400);
    expect(answer.json()['code']).toBe('request_invalid');
    expect(answer.answers).toBe(1);
  });

  it('is never answered in the place of a request that is still being served', async () => {
    const { server, release } = await start();
    const { socket, received, closed } = await openConnection(server.port);
    socket.on('error', () => undefined);
    socket.write(`${getLine('/wait')}nonsense\r\n\r\n`);
    await closed;
    release();
    expect(received()).toBe('');
  });

  it.each(['TRACE', 'CONNECT', 'TRACK', 'PURGE', 'OPTIONS', 'DELETE'])('a %s never becomes a 5xx', async (method) => {
    const { server } = await start();
    const target = method === 'CONNECT' ? 'a:443' : '/echo';
    const answer = await exchange(server.port, `${method} ${target} HTTP/1.1\r\nHost: a\r\n\r\n`);
    expect(answer.status).toBeLessThan(500);
    expect(answer.status === 0 || answer.status >= 400).toBe(true);
  });

  it('keeps two pipelined requests apart', async () => {
    const { server } = await start();
    const answer = await exchange(server.port, getLine('/echo') + getLine('/health'));
    expect(answer.answers).toBe(2);
    expect(answer.text.indexOf('hello')).toBeLessThan(answer.text.indexOf('healthy'));
  });
});

describe('an answer stream that fails', () => {
  it.each([
    ['before its first part', 'after=0'],
    ['after its first part', 'after=1'],
    ['later', 'after=3'],
    ['under the type of json', 'after=0&type=application/json'],
  ])('%s shows nothing of the error and is not ended as if whole', async (_when, query) => {
    const { server, memory } = await start();
    const toStderr = vi.spyOn(console, 'error');
    const answer = await exchange(server.port, getLine(`/broken-stream?${query}`), 500);
    expect(answer.text).not.toContain('secret-host');
    expect(answer.text).not.toContain('Error');
    expect(answer.text.endsWith('0\r\n\r\n')).toBe(false);
    expect(memory.text.join('')).toContain('secret-host.internal refused');
    expect(toStderr).not.toHaveBeenCalled();
  });
});

describe('drain', () => {
  it('fails readiness first, goes on serving, finishes what is in flight, takes no new connection', async () => {
    const { server, readiness, release } = await start({ drainDelayMs: 200, drainTimeoutMs: 2000 });
    const waiting = exchange(server.port, getLine('/wait'), 1000);
    const keptAlive = await openConnection(server.port);
    keptAlive.socket.write(getLine('/health'));
    await sleep(50);
    expect((await exchange(server.port, getLine('/ready'))).status).toBe(200);

    const stopped = server.stop();
    await sleep(20);
    expect(readiness.draining).toBe(true);
    const ready = await exchange(server.port, getLine('/ready'));
    expect(ready.status).toBe(503);
    expect(ready.json()).toMatchObject({ code: 'unavailable', waitingFor: ['drain'] });
    expect(ready.header('connection')).toBe('close');
    expect((await exchange(server.port, getLine('/echo'))).status).toBe(200);

    await sleep(250);
    await expect(openConnection(server.port)).rejects.toThrow('ECONNREFUSED');
    await keptAlive.closed;
    release();
    const answer = await waiting;
    expect(answer.status).toBe(200);
    expect(answer.text).toContain('finished');
    expect(answer.header('connection')).toBe('close');
    await stopped;
  });

  it('cuts a stuck request after the timeout, and a connection that never sent a request', async () => {
    const { server, memory } = await start({ drainDelayMs: 0, drainTimeoutMs: 200 });
    const stuck = await openConnection(server.port);
    stuck.socket.write(getLine('/wait'));
    const silent = await openConnection(server.port);
    const halfway = await openConnection(server.port);
    halfway.socket.write('GET /echo HTTP/1.1\r\nHos');
    await sleep(50);
    const startedAt = performance.now();
    await server.stop();
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(190);
    expect(performance.now() - startedAt).toBeLessThan(1500);
    await Promise.all([stuck.closed, silent.closed, halfway.closed]);
    expect(stuck.received()).toBe('');
    expect(memory.lines()).toContainEqual(expect.objectContaining({ level: 'warn', cut: 1 }));
  });

  it('ends at once when nothing is in flight, and a second stop is the same stop', async () => {
    const { server } = await start({ drainTimeoutMs: 10_000 });
    await exchange(server.port, getLine('/health'));
    const startedAt = performance.now();
    const first = server.stop();
    expect(server.stop()).toBe(first);
    await first;
    expect(performance.now() - startedAt).toBeLessThan(1000);
  });
});

describe('TLS', () => {
  it('serves with a certificate made in memory, to a client that trusts that one alone', async () => {
    const tls = await createTlsIdentity({ commonName: 'axon', altNames: ['localhost', '127.0.0.1'] });
    const { server } = await start({ tls });
    expect(server.url).toBe(`https://127.0.0.1:${server.port}`);
    const trusting = new Agent({ connect: { ca: tls.cert } });
    const answer = await request(`${server.url}/health`, { dispatcher: trusting });
    expect(answer.statusCode).toBe(200);
    await answer.body.dump();
    await trusting.close();
    const doubting = new Agent();
    await expect(request(`${server.url}/health`, { dispatcher: doubting })).rejects.toThrow('self-signed');
    await doubting.close();
  });

  it('refuses TLS 1.1 and plain HTTP, and drains with a connection stuck in its handshake', async () => {
    const tls = await createTlsIdentity({ commonName: 'axon', altNames: ['127.0.0.1'] });
    const { server, reached } = await start({ tls });
    const old = tlsConnect({
      port: server.port,
      host: '127.0.0.1',
      ca: tls.cert,
      minVersion: 'TLSv1.1',
      maxVersion: 'TLSv1.1',
      ciphers: 'DEFAULT@SECLEVEL=0',
    });
    const failure = await new Promise<Error>((resolve) => void old.once('error', resolve));
    expect(failure.message).toMatch(/protocol version|unsupported protocol|no protocols available/);
    const plain = await exchange(server.port, getLine('/echo'));
    expect(plain.status).toBe(0);
    expect(reached).toEqual([]);
    const handshaking = await openConnection(server.port);
    const startedAt = performance.now();
    await server.stop();
    expect(performance.now() - startedAt).toBeLessThan(2000);
    await handshaking.closed;
  });
});

describe('starting and signals', () => {
  it('names a port that is taken, in a configuration error', async () => {
    const { server, memory } = await start();
    const { app } = testApp(memory.log);
    const second = startServer({
      app,
      hostname: '127.0.0.1',
      port: server.port,
      readiness: createReadiness({}),
      log: memory.log,
      drainDelayMs: 0,
      drainTimeoutMs: 0,
    });
    await expect(second).rejects.toThrow(ConfigurationError);
    await expect(second).rejects.toThrow(`got ${server.port}, which is taken`);
  });

  it('stops at the first signal and exits at once at the second', async () => {
    const { log } = memoryLog();
    const listeners = new Map<string, () => void>();
    const exits: number[] = [];
    const stop = Promise.withResolvers<void>();
    stopOnSignals({ stop: () => stop.promise }, log, {
      on: (signal, listener) => listeners.set(signal, listener),
      exit: (code) => exits.push(code),
    });
    expect([...listeners.keys()]).toEqual(['SIGTERM', 'SIGINT']);
    listeners.get('SIGTERM')?.();
    await sleep(5);
    expect(exits).toEqual([]);
    listeners.get('SIGINT')?.();
    expect(exits).toEqual([1]);
    stop.resolve();
    await sleep(5);
    expect(exits).toEqual([1, 0]);
  });
});
