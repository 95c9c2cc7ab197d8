// One signal for the caller's budget, ours and the client's patience.
// Next: errors.test.ts, for how its two reasons are answered.
import { setTimeout as sleep } from 'node:timers/promises';
import { Hono } from 'hono';
import { describe, expect, it } from 'vitest';
import { deadlineFor } from '../../../services/shared/deadline.ts';
import type { Deadline } from '../../../services/shared/deadline.ts';
import { registerErrors } from '../../../services/shared/errors.ts';
import { memoryLog, openConnection, startTestServer } from './raw-http.ts';

async function deadlineOf(headers: Record<string, string>, defaultMs = 1000, maxMs = 5000, signal?: AbortSignal) {
  const app = new Hono();
  let made: Deadline | undefined;
  registerErrors(app, memoryLog().log);
  app.get('/', (c) => {
    made = deadlineFor(c, defaultMs, maxMs);
    return c.text('x');
  });
  const answer = await app.request(new Request('http://a/', { headers, ...(signal === undefined ? {} : { signal }) }));
  return { answer, deadline: made };
}

describe('deadlineFor', () => {
  it.each([
    [{}, 1000],
    [{ 'x-request-timeout-ms': '300' }, 300],
    [{ 'x-request-timeout-ms': '1' }, 1],
    [{ 'x-request-timeout-ms': '120000' }, 5000],
  ])('takes the caller’s budget, ours without it, never more than the most: %j', async (headers, budgetMs) => {
    const { deadline } = await deadlineOf(headers);
    expect(deadline?.remainingMs()).toBeLessThanOrEqual(budgetMs);
    expect(deadline?.remainingMs()).toBeGreaterThanOrEqual(Math.max(0, budgetMs - 200));
    deadline?.dispose();
  });

  it('holds our own default to the most as well', async () => {
    const { deadline } = await deadlineOf({}, 9000, 100);
    expect(deadline?.remainingMs()).toBeLessThanOrEqual(100);
    deadline?.dispose();
  });

  it.each(['0', '-1', '1.5', '1e3', '120001', '999999', '9999999', '0x10', ' ', 'ten', '+5', '5, 6', '٣'])(
    'refuses the header %j with 400',
    async (value) => {
      const headers = { 'x-request-timeout-ms': Buffer.from(value).toString('latin1') };
      const { answer, deadline } = await deadlineOf(headers);
      expect(answer.status).toBe(400);
      expect(deadline).toBeUndefined();
    },
  );

  it('aborts with deadline_exceeded when time is up, and with nothing left', async () => {
    const { deadline } = await deadlineOf({ 'x-request-timeout-ms': '20' });
    await sleep(40);
    expect(deadline?.signal.reason).toMatchObject({ code: 'deadline_exceeded', status: 504 });
    expect(deadline?.remainingMs()).toBe(0);
  });

  it('aborts with client_closed_request when the client leaves, or had left', async () => {
    const client = new AbortController();
    const { deadline } = await deadlineOf({}, 1000, 1000, client.signal);
    expect(deadline?.signal.aborted).toBe(false);
    client.abort();
    expect(deadline?.signal.reason).toMatchObject({ code: 'client_closed_request', status: 499 });
    const gone = await deadlineOf({}, 1000, 1000, AbortSignal.abort());
    expect(gone.deadline?.signal.reason).toMatchObject({ code: 'client_closed_request' });
  });

  it('does nothing more once disposed', async () => {
    const client = new AbortController();
    const { deadline } = await deadlineOf({ 'x-request-timeout-ms': '20' }, 1000, 1000, client.signal);
    deadline?.dispose();
    deadline?.dispose();
    await sleep(40);
    client.abort();
    expect(deadline?.signal.aborted).toBe(false);
  });

  it('sees a client leave over a real connection', async () => {
    const { log } = memoryLog();
    const app = new Hono();
    const seen = Promise.withResolvers<unknown>();
    app.get('/', async (c) => {
      const { signal } = deadlineFor(c, 5000, 5000);
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
      seen.resolve(signal.reason);
      return c.text('late');
    });
    const server = await startTestServer(app, log);
    const { socket } = await openConnection(server.port);
    socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    await sleep(50);
    socket.destroy();
    await expect(seen.promise).resolves.toMatchObject({ code: 'client_closed_request' });
    await server.stop();
  });
});
