// Log lines: their keys, one per request, and no secret in any.
// Next: errors.test.ts, for what a failure logs.
import { Hono } from 'hono';
import { describe, expect, it } from 'vitest';
import { correlation } from '../../../services/shared/correlation.ts';
import { registerErrors } from '../../../services/shared/errors.ts';
import { requestLog } from '../../../services/shared/log.ts';
import { memoryLog } from './raw-http.ts';

describe('a line', () => {
  it('has timestamp, level, service, version and message', () => {
    const { log, lines, text } = memoryLog();
    log.warn({ tenant: 'default', at: new Date(0), none: null, list: [1, 'a'] }, 'something happened');
    const [line = {}] = lines();
    expect(Object.keys(line).slice(0, 4)).toEqual(['level', 'timestamp', 'service', 'version']);
    expect(line).toMatchObject({
      level: 'warn',
      service: 'test',
      version: '1.2.3',
      tenant: 'default',
      at: '1970-01-01T00:00:00.000Z',
      none: null,
      list: [1, 'a'],
      message: 'something happened',
    });
    expect(new Date(String(line['timestamp'])).toISOString()).toBe(line['timestamp']);
    expect(text[0]?.endsWith('\n')).toBe(true);
  });

  it('cannot be forged by a line break in a value', () => {
    const { log, text } = memoryLog();
    log.info({ value: 'a\n{"level":"info","message":"forged"}' }, 'one\ntwo');
    expect(text.join('').trimEnd().split('\n')).toHaveLength(1);
  });
});

describe('a secret', () => {
  const names = [
    'authorization',
    'Authorization',
    'AUTHORIZATION',
    'dpop',
    'DPoP',
    'governance-grant',
    'Governance-Grant',
    'governance-certificate',
    'cookie',
    'x-amz-security-token',
    'prompt',
    'output',
    'secretAccessKey',
    'secret_access_key',
    'sessionToken',
    'password',
  ];
  it.each(names)('named %s is redacted at the top, nested, in arrays, in a child, at any depth', (name) => {
    const { log, text } = memoryLog();
    const secret = { [name]: 'hunter2-value' };
    log.info(secret, 'top');
    log.info({ headers: secret }, 'nested');
    log.info({ a: { b: { c: { d: secret } } } }, 'deep');
    log.info({ a: { b: { c: { d: { e: { f: { g: { h: secret } } } } } } } }, 'too deep to look');
    log.info({ list: [secret, [secret]] }, 'list');
    log.child(secret).info('child');
    log.child({ request: secret }).info('child nested');
    expect(text).toHaveLength(7);
    expect(text.join('')).not.toContain('hunter2');
    expect(text[0]).toContain(`"${name}":"[redacted]"`);
  });

  it('in an array of raw headers or in bytes is not written', () => {
    const { log, text } = memoryLog();
    log.info({ rawHeaders: ['authorization', 'hunter2'], body: Buffer.from('hunter2') }, 'x');
    expect(text.join('')).not.toMatch(/hunter2|104,117|aHVudGVyMg/);
  });

  const jwt = 'eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJvcmJpdCJ9.c2lnbmF0dXJl';
  it('shaped like a JWT is redacted wherever it stands', () => {
    const { log, text } = memoryLog();
    log.info({ harmless: `Bearer ${jwt}`, list: [jwt], [`key-${jwt}`]: 1 }, `message ${jwt}`);
    log.error(new Error(`got ${jwt}`, { cause: new Error(jwt) }));
    expect(text.join('')).not.toContain('c2lnbmF0dXJl');
    expect(text.join('')).not.toContain('eyJzdWIi');
    expect(text.map((line): unknown => JSON.parse(line))).toHaveLength(2);
  });

  it('hung on an error by a library is left out, message, code, stack and causes stay', () => {
    const { log, lines, text } = memoryLog();
    const cause = Object.assign(new Error('socket closed'), { code: 'ECONNRESET' });
    const error = Object.assign(new TypeError('fetch failed', { cause }), {
      config: { url: 'hunter2' },
      body: 'hunter2',
    });
    log.error(error);
    log.error({ err: error, nested: { error } }, 'said');
    expect(text.join('')).not.toContain('hunter2');
    for (const line of lines()) {
      expect(line['err']).toMatchObject({ type: 'TypeError', message: 'fetch failed' });
      expect(line['err']).toMatchObject({ cause: { code: 'ECONNRESET', message: 'socket closed' } });
      expect(JSON.stringify(line['err'])).toContain('log.test.ts');
    }
  });

  it('survives a circle of causes and of fields', () => {
    const { log, text } = memoryLog();
    const error = new Error('round');
    error.cause = error;
    const circle: Record<string, unknown> = {};
    circle['self'] = circle;
    log.error({ err: error, circle }, 'x');
    expect(text).toHaveLength(1);
  });
});

describe('the request line', () => {
  function app() {
    const memory = memoryLog();
    const hono = new Hono();
    hono.use(correlation(), requestLog(memory.log));
    registerErrors(hono, memory.log);
    hono.get('/health', (c) => c.text('x'));
    hono.get('/things/:id', (c) => {
      c.set('logFields', { tenant: 'acme', status: 'forged', prompt: 'hunter2', correlationId: 'forged-id' });
      return c.text('x', 201);
    });
    hono.get('/broken', () => {
      throw new Error('broken');
    });
    return { hono, ...memory };
  }

  it('has method, route pattern, status, duration, ids and the handler’s fields, which replace none of them', async () => {
    const { hono, lines, text } = app();
    const answer = await hono.request('/things/secret-id?token=hunter2', {
      headers: { 'x-correlation-id': 'my-correlation' },
    });
    expect(lines()).toHaveLength(1);
    const [line = {}] = lines();
    expect(line).toMatchObject({ level: 'info', message: 'request', method: 'GET', route: '/things/:id', status: 201 });
    expect(line).toMatchObject({ tenant: 'acme', correlationId: 'my-correlation', prompt: '[redacted]' });
    expect(line['traceId']).toBe(answer.headers.get('traceparent')?.split('-')[1]);
    expect(line['durationMs']).toBeTypeOf('number');
    expect(text.join('')).not.toMatch(/secret-id|hunter2/);
  });

  it('calls an unknown path unmatched, whatever it spells', async () => {
    const { hono, lines } = app();
    await hono.request('/eyJsecret/x?y');
    expect(lines()).toEqual([expect.objectContaining({ route: 'unmatched', status: 404 })]);
  });

  it('is an error for a 5xx, and quiet for a probe that succeeds', async () => {
    const { hono, lines } = app();
    await hono.request('/broken');
    await hono.request('/health');
    expect(lines().filter((line) => line['message'] === 'request')).toEqual([
      expect.objectContaining({ level: 'error', route: '/broken', status: 500 }),
      expect.objectContaining({ level: 'debug', route: '/health', status: 200 }),
    ]);
  });
});
