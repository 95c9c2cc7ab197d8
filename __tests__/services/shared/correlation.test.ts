// Correlation id and traceparent: strict in, present on every answer.
// Next: log.test.ts, where both stand in the request's line.
import { Hono } from 'hono';
import { describe, expect, it } from 'vitest';
import {
  correlation,
  correlationHeaders,
  correlationOf,
  parseTraceparent,
} from '../../../services/shared/correlation.ts';
import { registerErrors, ServiceError } from '../../../services/shared/errors.ts';
import { memoryLog } from './raw-http.ts';

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const parentId = '00f067aa0ba902b7';
const valid = `00-${traceId}-${parentId}-01`;
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe('the correlation id', () => {
  it.each(['abcdefgh', 'A-b_c.9-0', 'x'.repeat(128)])('of the caller is kept when it fits: %s', (correlationId) => {
    expect(correlationOf({ correlationId }).correlationId).toBe(correlationId);
  });

  it.each([
    '',
    'short',
    'x'.repeat(129),
    'has blank1',
    'new\nline1',
    'abcdefgh\n',
    '<script>1',
    'ünicode12',
    '"quoted"1',
  ])('of the caller is replaced, not repaired, when it does not: %j', (correlationId) => {
    expect(correlationOf({ correlationId }).correlationId).toMatch(uuid);
  });
});

describe('traceparent', () => {
  it('keeps the trace id and makes a new span id', () => {
    const own = correlationOf({ traceparent: valid });
    expect(own.traceId).toBe(traceId);
    expect(own.spanId).toMatch(/^[0-9a-f]{16}$/);
    expect(own.spanId).not.toBe(parentId);
    expect(own.traceparent).toBe(`00-${traceId}-${own.spanId}-01`);
  });

  it('keeps the sampled flag, set or not, and drops flags it does not know', () => {
    expect(correlationOf({ traceparent: `00-${traceId}-${parentId}-00` }).traceparent).toMatch(/-00$/);
    expect(correlationOf({ traceparent: `00-${traceId}-${parentId}-ff` }).traceparent).toMatch(/-01$/);
  });

  it.each([
    undefined,
    '',
    valid.toUpperCase(),
    `ff-${traceId}-${parentId}-01`,
    `00-${'0'.repeat(32)}-${parentId}-01`,
    `00-${traceId}-${'0'.repeat(16)}-01`,
    `00-${traceId}-${parentId}-01-more`,
    `00-${traceId}-${parentId}-01-`,
    `00-${traceId}-${parentId}-1`,
    `00-${traceId}x-${parentId}-01`,
    `01-${traceId}-${parentId}-01more`,
    ` ${valid}`,
    `${valid}, ${valid}`,
    `01-${traceId}-${parentId}-01-${'x'.repeat(300)}`,
  ])('that is invalid starts a new trace: %j', (traceparent) => {
    expect(parseTraceparent(traceparent)).toBeNull();
    expect(correlationOf({ traceparent }).traceId).not.toBe(traceId);
  });

  it('of a later version is read by its first four fields and answered in version 00', () => {
    for (const later of [`01-${traceId}-${parentId}-01`, `cc-${traceId}-${parentId}-03-what-the-future-brings`]) {
      expect(correlationOf({ traceparent: later }).traceparent).toMatch(new RegExp(`^00-${traceId}-`));
    }
  });

  it('carries a valid tracestate along and drops an invalid one, or one without a valid parent', () => {
    const state = 'congo=t61rcWkgMzE,rojo=00f067aa0ba902b7, 1a@vendor=x';
    expect(correlationHeaders(correlationOf({ traceparent: valid, tracestate: state }))['tracestate']).toBe(state);
    expect(correlationOf({ tracestate: state }).tracestate).toBeUndefined();
    const many = Array.from({ length: 33 }, (_, n) => `k${n}=v`).join(',');
    for (const tracestate of ['noequals', 'UPPER=x', 'a=b=c', 'a=\u0001', `a=${'x'.repeat(600)}`, many, ',']) {
      expect(correlationOf({ traceparent: valid, tracestate }).tracestate).toBeUndefined();
    }
  });
});

describe('the middleware', () => {
  const app = new Hono();
  app.use(correlation());
  registerErrors(app, memoryLog().log);
  app.get('/ok', (c) => c.json(c.var.correlation));
  app.get('/refused', () => {
    throw new ServiceError('forbidden', 'got nothing');
  });
  app.get('/broken', () => {
    throw new Error('broken');
  });
  app.get('/frozen', () => Response.redirect('http://a/', 302));
  app.get('/stream', (c) => c.body(new Blob(['streamed']).stream()));

  it.each(['/ok', '/refused', '/broken', '/missing', '/frozen', '/stream'])('puts both headers on %s', async (path) => {
    const headers = { 'x-correlation-id': 'from-the-caller', traceparent: valid };
    const answer = await app.request(path, { headers });
    expect(answer.headers.get('x-correlation-id')).toBe('from-the-caller');
    expect(answer.headers.get('traceparent')).toMatch(new RegExp(`^00-${traceId}-(?!${parentId})[0-9a-f]{16}-01$`));
  });

  it('never echoes an id that does not fit', async () => {
    const answer = await app.request('/refused', { headers: { 'x-correlation-id': '<b>not an id</b>' } });
    expect(answer.headers.get('x-correlation-id')).toMatch(uuid);
    expect(await answer.text()).not.toContain('<b>');
  });
});
