// Bodies within a limit, over real sockets and in process, and JSON read strictly.
// Next: request-guard.test.ts, for how a body is framed.
import { assert, json as anyJson, nat, property } from 'fast-check';
import { Hono } from 'hono';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { maxJsonDepth, parseJsonBody, readBody } from '../../../services/shared/body.ts';
import { registerErrors, ServiceError } from '../../../services/shared/errors.ts';
import { findJsonFault } from '../../../services/shared/json-fault.ts';
import type { RunningServer } from '../../../services/shared/server.ts';
import { exchange, memoryLog, openConnection, startTestServer } from './raw-http.ts';

const limit = 1000;
const memory = memoryLog();
const app = new Hono();
const failures: unknown[] = [];
app.post('/', async (c) => {
  try {
    return c.json({ length: (await readBody(c, limit)).byteLength });
  } catch (error) {
    failures.push(error);
    throw error;
  }
});
registerErrors(app, memory.log);
let server: RunningServer;
beforeAll(async () => {
  server = await startTestServer(app, memory.log);
});
afterAll(() => server.stop());

const head = 'POST / HTTP/1.1\r\nHost: a\r\n';
const chunked = (size: number): string => `${size.toString(16)}\r\n${'x'.repeat(size)}\r\n`;

describe('readBody over a socket', () => {
  it.each([0, 1, limit])('reads %d bytes, declared or in chunks', async (size) => {
    const declared = await exchange(server.port, `${head}Content-Length: ${size}\r\n\r\n${'x'.repeat(size)}`);
    expect(declared.json()).toEqual({ length: size });
    const parts = `${size === 0 ? '' : chunked(size)}0\r\n\r\n`;
    const inChunks = await exchange(server.port, `${head}Transfer-Encoding: chunked\r\n\r\n${parts}`);
    expect(inChunks.json()).toEqual({ length: size });
  });

  it('answers 413 to a declared length over the limit before the body comes', async () => {
    const answer = await exchange(server.port, `${head}Content-Length: ${limit + 1}\r\n\r\n`);
    expect(answer.status).toBe(413);
    expect(answer.json()['code']).toBe('payload_too_large');
  });

  it('answers 413 to chunks that pass the limit, while more would come', async () => {
    const answer = await exchange(
      server.port,
      `${head}Transfer-Encoding: chunked\r\n\r\n${chunked(600)}${chunked(600)}`,
    );
    expect(answer.status).toBe(413);
  });

  it('answers 400 to a body that ends early, and the server lives', async () => {
    const before = failures.length;
    const { socket, received, closed } = await openConnection(server.port);
    socket.end(`${head}Content-Length: 10\r\n\r\nabc`);
    await closed;
    expect(received()).toMatch(/^HTTP\/1\.1 400 /);
    const cut = await openConnection(server.port);
    cut.socket.write(`${head}Transfer-Encoding: chunked\r\n\r\n${chunked(5)}`);
    await new Promise((resolve) => void setTimeout(resolve, 50));
    cut.socket.destroy();
    await expect.poll(() => failures.length).toBe(before + 2);
    for (const failure of failures.slice(before)) expect(failure).toMatchObject({ code: 'request_invalid' });
    expect((await exchange(server.port, `${head}Content-Length: 1\r\n\r\nx`)).json()).toEqual({ length: 1 });
  });
});

describe('readBody in process', () => {
  it('does not believe a declared length', async () => {
    const body = 'x'.repeat(limit + 1);
    const short = await app.request('/', { method: 'POST', body, headers: { 'content-length': '5' } });
    expect(short.status).toBe(413);
    const wrong = await app.request('/', { method: 'POST', body: 'abc', headers: { 'content-length': '5' } });
    expect(wrong.status).toBe(400);
    const odd = await app.request('/', { method: 'POST', body: 'abc', headers: { 'content-length': '3e0' } });
    expect(odd.status).toBe(400);
  });

  it('reads nothing further once the limit is passed', async () => {
    let pulled = 0;
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        pulled += 1;
        controller.enqueue(new Uint8Array(400));
      },
    });
    const answer = await app.request(new Request('http://a/', { method: 'POST', body, duplex: 'half' }));
    expect(answer.status).toBe(413);
    expect(pulled).toBeLessThan(6);
  });
});

const json = 'application/json';
const parse = (text: string | Uint8Array, type: string | undefined = json): unknown =>
  parseJsonBody(typeof text === 'string' ? Buffer.from(text) : text, type);

function refusal(text: string | Uint8Array, type?: string): ServiceError {
  try {
    parse(text, type);
  } catch (error) {
    if (error instanceof ServiceError) return error;
    throw error;
  }
  throw new Error('expected a refusal');
}

describe('parseJsonBody', () => {
  it.each([json, 'Application/JSON', 'application/json; charset=utf-8', 'application/json;charset="UTF-8"'])(
    'takes the type %s',
    (type) => {
      expect(parse('{"a":"ü"}', type)).toEqual({ a: 'ü' });
    },
  );

  it.each([
    '',
    'text/plain',
    'application/jsonp',
    'application/json, text/plain',
    'application/json; charset=latin1',
    'application/json; charset=utf-8; x=y',
    'application/problem+json',
    'text/json',
  ])('refuses the type %j with 415', (type) => {
    expect(refusal('{}', type)).toMatchObject({ code: 'unsupported_media_type', headers: { accept: json } });
  });

  it('refuses an absent type', () => {
    expect(() => parseJsonBody(Buffer.from('{}'), undefined)).toThrow(ServiceError);
  });

  it.each([[0xff], [0xc0, 0x80], [0x22, 0xed, 0xa0, 0x80, 0x22], [0x22, 0xe2, 0x82]])(
    'refuses invalid UTF-8',
    (...bytes) => {
      expect(refusal(new Uint8Array(bytes)).message).toContain('utf-8');
    },
  );

  it('refuses a byte order mark', () => {
    expect(refusal('\ufeff{}').message).toContain('line 1 column 1');
  });

  it.each([
    ['', 'unexpected end at line 1 column 1'],
    ['  ', 'unexpected end at line 1 column 3'],
    ['{', 'unexpected end at line 1 column 2'],
    ['{"a":1,}', 'unexpected character at line 1 column 8'],
    ['{"a" 1}', 'unexpected character at line 1 column 6'],
    ["{'a':1}", 'unexpected character at line 1 column 2'],
    ['{\n  "a": tru\n}', 'unexpected character at line 2 column 8'],
    ['[1,2', 'unexpected end at line 1 column 5'],
    ['[1,]', 'unexpected character at line 1 column 4'],
    ['[1}', 'unexpected character at line 1 column 3'],
    ['{} {}', 'unexpected character at line 1 column 4'],
    ['"abc', 'unexpected end at line 1 column 5'],
    ['"a\nb"', 'unexpected character at line 1 column 3'],
    ['"a\\x"', 'unexpected character at line 1 column 3'],
    ['"\\u12g4"', 'unexpected character at line 1 column 2'],
    ['01', 'unexpected character at line 1 column 1'],
    ['1.', 'unexpected character at line 1 column 1'],
    ['NaN', 'unexpected character at line 1 column 1'],
    ['{"a":1 /* x */}', 'unexpected character at line 1 column 8'],
  ])('says where %j stops being json', (text, where) => {
    expect(refusal(text).message).toBe(`got a body that is not json: ${where}`);
  });

  it('never quotes the body', () => {
    const { message, cause } = refusal('{"prompt": hunter2}');
    expect(message).not.toContain('hunter');
    expect(cause).toBeInstanceOf(SyntaxError);
  });

  it('takes nesting of 32 and refuses 33, brackets in strings not counted', () => {
    const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
    expect(parse(nested(maxJsonDepth))).toBeInstanceOf(Array);
    expect(refusal(nested(maxJsonDepth + 1)).message).toContain('nested deeper than 32');
    expect(refusal('{"a":'.repeat(33)).message).toContain('nested deeper');
    expect(refusal('['.repeat(1_000_000)).message).toContain('nested deeper');
    expect(parse(JSON.stringify(`"\\${'['.repeat(100)}`))).toContain('[[[');
    expect(refusal(`"\\\\"${'['.repeat(40)}`).message).toContain('nested deeper');
  });

  it('keeps __proto__ an ordinary key', () => {
    const value = parse('{"__proto__":{"admin":true}}');
    expect(Object.keys(Object(value))).toEqual(['__proto__']);
    expect(Reflect.get({}, 'admin')).toBeUndefined();
  });
});

describe('findJsonFault agrees with JSON.parse', () => {
  const offsetIn = (fault: string): number => Number(/column (\d+)/.exec(fault)?.[1]) - 1;

  it('finds nothing wrong but the end in valid json, and in damaged json never a place behind the damage', () => {
    assert(
      property(anyJson({ maxDepth: 4 }), nat(), (text, n) => {
        expect(findJsonFault(text)).toBe(`unexpected end at line 1 column ${text.length + 1}`);
        // A control character is valid nowhere: not between tokens, not inside one.
        const at = n % (text.length + 1);
        const fault = offsetIn(findJsonFault(`${text.slice(0, at)}\u0001${text.slice(at)}`));
        expect(fault).toBeLessThanOrEqual(at);
        // At most the token is blamed in which the damage is; the longest is a number.
        expect(fault).toBeGreaterThanOrEqual(at - 30);
      }),
      { numRuns: 1000 },
    );
  });

  it('is linear: a megabyte takes no time to speak of', () => {
    const startedAt = performance.now();
    findJsonFault(`[${'"\\u0041\\n",1,'.repeat(70_000)}`);
    findJsonFault(`${' '.repeat(1_000_000)}x`);
    findJsonFault(`"${'a'.repeat(1_000_000)}`);
    expect(performance.now() - startedAt).toBeLessThan(1000);
  });
});
