// Failures as problem+json: codes, 405 with Allow, and nothing told from 500 on.
// Next: server.test.ts, for failures below the app.
import { Hono } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { describe, expect, it } from 'vitest';
import { correlation } from '../../../services/shared/correlation.ts';
import { problem, problemStatuses, registerErrors, ServiceError } from '../../../services/shared/errors.ts';
import type { ProblemCode } from '../../../services/shared/errors.ts';
import { memoryLog } from './raw-http.ts';

const secret = 'db-7.internal refused key AKIASECRET';
const codes = Object.keys(problemStatuses).filter((code): code is ProblemCode => code in problemStatuses);

function failing(fail: () => Error) {
  const memory = memoryLog();
  const app = new Hono();
  app.use('*', correlation());
  app.get('/', () => {
    throw fail();
  });
  registerErrors(app, memory.log);
  return { app, memory };
}

async function bodyOf(answer: Response): Promise<Record<string, unknown>> {
  const body: unknown = await answer.json();
  return { ...(typeof body === 'object' ? body : {}) };
}

describe('a ServiceError', () => {
  it.each(codes)('with code %s has its status and problem type', async (code) => {
    const { app } = failing(() => new ServiceError(code, secret));
    const answer = await app.request('/');
    const body = await bodyOf(answer);
    expect(answer.status).toBe(problemStatuses[code]);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(body).toMatchObject({ type: `urn:agent-runtime:problem:${code}`, status: problemStatuses[code], code });
    expect(body['correlationId']).toBe(answer.headers.get('x-correlation-id'));
  });

  it.each(codes)('with code %s tells its message below 500 and never from 500 on', async (code) => {
    const issues = [{ path: secret, got: secret, expected: secret }];
    const { app, memory } = failing(() => new ServiceError(code, secret, { issues, cause: new Error('root cause') }));
    const text = await (await app.request('/')).text();
    expect(text.includes(secret)).toBe(problemStatuses[code] < 500);
    const logged = memory.lines().filter((line) => line['level'] === 'error');
    expect(JSON.stringify(logged).includes('root cause')).toBe(problemStatuses[code] >= 500);
  });

  it('carries its headers and issues', async () => {
    const issues = [{ path: 'a[0]', got: '1', expected: 'string' }];
    const { app } = failing(() => new ServiceError('unprocessable', 'x', { issues, headers: { 'retry-after': '7' } }));
    const answer = await app.request('/');
    expect(answer.headers.get('retry-after')).toBe('7');
    expect((await bodyOf(answer))['issues']).toEqual(issues);
  });
});

describe('any other failure', () => {
  it('is 500 without its message, which the log has', async () => {
    const { app, memory } = failing(() => new TypeError(secret));
    const answer = await app.request('/');
    expect(answer.status).toBe(500);
    expect(await answer.text()).not.toContain('internal refused');
    expect(memory.text.join('')).toContain(secret);
  });

  it('is client_closed_request when the client had gone', async () => {
    const { app, memory } = failing(() => new Error('whatever follows from it'));
    const answer = await app.request(new Request('http://a/', { signal: AbortSignal.abort() }));
    expect(answer.status).toBe(499);
    expect(memory.lines().some((line) => line['level'] === 'error')).toBe(false);
  });

  it.each([
    [400, 'request_invalid'],
    [401, 'unauthenticated'],
    [404, 'not_found'],
    [413, 'payload_too_large'],
    [418, 'request_invalid'],
    [500, 'internal_error'],
    [503, 'unavailable'],
    [507, 'internal_error'],
  ] as const)('HTTPException %d becomes %s', async (status, code) => {
    const { app } = failing(() => new HTTPException(status, { message: secret }));
    const answer = await app.request('/');
    const text = await answer.text();
    expect(answer.status).toBe(problemStatuses[code]);
    expect(text).toContain(`"code":"${code}"`);
    expect(text.includes(secret)).toBe(status < 500);
  });
});

describe('a path without an answer', () => {
  const app = new Hono();
  app.use(correlation());
  app.get('/reason', (c) => c.text('x'));
  app.post('/reason', (c) => c.text('x'));
  app.post('/only/:id', (c) => c.text('x'));
  registerErrors(app, memoryLog().log);

  it('is 404 when no method has it, and its spelling is not repeated', async () => {
    const answer = await app.request('/secret-path');
    expect(answer.status).toBe(404);
    expect(await answer.text()).not.toContain('secret-path');
  });

  it('is 405 with Allow when another method has it', async () => {
    const answer = await app.request('/reason', { method: 'DELETE' });
    expect(answer.status).toBe(405);
    expect(answer.headers.get('allow')).toBe('GET, HEAD, POST');
    const one = await app.request('/only/7');
    expect(one.status).toBe(405);
    expect(one.headers.get('allow')).toBe('POST');
  });
});

describe('problem', () => {
  it('never lets an extension or header replace its own', async () => {
    const extensions = { status: 200, type: 'x', code: 'ok', title: 'y', reason: 'forbidden_by_rule' };
    const headers = { 'content-type': 'text/html', 'cache-control': 'public' };
    const answer = problem({ status: 403, code: 'forbidden', extensions, headers });
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(answer.headers.get('cache-control')).toBe('no-store');
    const title = 'Forbidden';
    const type = 'urn:agent-runtime:problem:forbidden';
    expect(await answer.json()).toEqual({ type, title, status: 403, code: 'forbidden', reason: 'forbidden_by_rule' });
  });

  it('cuts a detail that has grown', async () => {
    const body = await bodyOf(problem({ status: 400, code: 'request_invalid', detail: 'x'.repeat(5000) }));
    expect(body['detail']).toHaveLength(1000);
  });
});
