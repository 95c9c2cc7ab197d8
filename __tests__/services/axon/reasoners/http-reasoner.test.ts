// Time, size and closing, for both model servers: nothing waits, grows or stays open beyond its bound.
// Next: __tests__/services/axon/reasoners/openai-compatible.test.ts and bedrock.test.ts, for what the answers mean.
import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { createBedrockReasoner } from '../../../../services/axon/reasoners/bedrock.ts';
import { maxAnswerBytes } from '../../../../services/axon/reasoners/http-reasoner.ts';
import { createOpenAiReasoner } from '../../../../services/axon/reasoners/openai-compatible.ts';
import { ServiceError } from '../../../../services/shared/errors.ts';
import {
  completionAnswer,
  completionChunk,
  completionChunks,
  bedrockEvent,
  converseAnswer,
  converseFrames,
  eventStreamType,
  json,
  sse,
  startModelServer,
} from '../../../support/recorded-model-servers.ts';
import type { ModelServer, SeenRequest } from '../../../support/recorded-model-servers.ts';
import { all, input, textOf } from './read-events.ts';

const credentials = async () => ({ accessKeyId: 'ASIAEXAMPLE', secretAccessKey: 'secret-example' });
const kinds = [
  {
    name: 'bedrock',
    make: (url: string, timeoutMs: number) =>
      createBedrockReasoner({
        region: 'eu-central-1',
        modelId: 'amazon.nova-lite-v1:0',
        endpoint: url,
        credentials,
        timeoutMs,
      }),
    type: eventStreamType,
    whole: converseAnswer as unknown,
    bytes: Buffer.concat(converseFrames),
    delta: Buffer.from(bedrockEvent('contentBlockDelta', { delta: { text: 'x'.repeat(60_000) } })),
  },
  {
    name: 'openai-compatible',
    make: (url: string, timeoutMs: number) => createOpenAiReasoner({ baseUrl: url, model: 'gpt-4o-mini', timeoutMs }),
    type: 'text/event-stream',
    whole: completionAnswer as unknown,
    bytes: Buffer.from(sse(completionChunks)),
    delta: Buffer.from(sse([completionChunk({ content: 'x'.repeat(60_000) })], false)),
  },
];

let server: ModelServer | null = null;
afterEach(async () => {
  await server?.stop();
  server = null;
});

describe.each(kinds)('a call to $name', ({ make, type, whole, bytes, delta }) => {
  async function calling(respond: (response: ServerResponse) => void, timeoutMs = 5000) {
    server = await startModelServer(respond);
    return { reasoner: make(server.url, timeoutMs), server };
  }
  const head = (response: ServerResponse) => response.writeHead(200, { 'content-type': type });
  /** The head and about half of a recorded stream, then silence. */
  const stall = (response: ServerResponse) =>
    void head(response).write(bytes.subarray(0, Math.floor(bytes.byteLength / 2)));

  it('reads a stream the same however its bytes are cut on the wire', async () => {
    let places: readonly number[] = [];
    const { reasoner } = await calling((response) => void writeCut(head(response), bytes, places));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(bytes.byteLength), { maxLength: 12 }), async (cuts) => {
        places = cuts;
        const events = await all(reasoner.stream(input()));
        expect(textOf(events)).toBe('Grüße, Welt 🌍');
        expect(events.at(-1)).toMatchObject({ type: 'done', stopReason: 'end' });
      }),
      { numRuns: 25 },
    );
  });

  it('keeps the connection of a finished stream for the next call, though its last bytes come late', async () => {
    const calls = await calling((response) => {
      head(response).write(bytes);
      setTimeout(() => response.end(), 60);
    });
    await all(calls.reasoner.stream(input()));
    await sleep(150);
    await all(calls.reasoner.stream(input()));
    await sleep(150);
    const { seen } = calls.server;
    const first = await Promise.race([seen[0]?.closed.then(() => 'closed'), sleep(50, 'open')]);
    expect([seen.length, first]).toEqual([2, 'open']);
    expect(seen[1]?.port).toBe(seen[0]?.port);
  });

  it('is done when the answer is, and closes a socket that the server leaves open', async () => {
    const calls = await calling((response) => void head(response).write(bytes));
    expect((await all(calls.reasoner.stream(input()))).at(-1)).toMatchObject({ type: 'done' });
    expect(await closedInTime(calls.server.seen)).toBe(true);
  });

  it('cannot fail any more once it is done', async () => {
    const { reasoner } = await calling((response) => void head(response).write(bytes), 300);
    const controller = new AbortController();
    const events = reasoner.stream(input({ signal: controller.signal }))[Symbol.asyncIterator]();
    while ((await events.next()).value?.type !== 'done');
    controller.abort();
    await sleep(400);
    expect(await events.next()).toEqual({ done: true, value: undefined });
  });

  it.each(['before the head', 'within the stream'])('ends at its timeout %s and closes the socket', async (where) => {
    const {
      reasoner,
      server: { seen },
    } = await calling(where === 'before the head' ? () => undefined : stall, 150);
    await expect(all(reasoner.stream(input()))).rejects.toMatchObject({ name: 'ReasonerError', code: 'deadline' });
    await expect(reasoner.reason(input())).rejects.toMatchObject({ name: 'ReasonerError', code: 'deadline' });
    expect(await closedInTime(seen)).toBe(true);
    expect(seen).toHaveLength(2);
  });

  it('counts its timeout for the whole call, not for each byte', async () => {
    const { reasoner } = await calling((response) => {
      const timer = setInterval(() => response.write(delta.subarray(0, 1)), 20);
      response.once('close', () => clearInterval(timer));
      head(response).flushHeaders();
    }, 200);
    await expect(reasoner.reason(input())).rejects.toMatchObject({ code: 'deadline' });
  });

  it.each([
    ['a ServiceError for the deadline', new ServiceError('deadline_exceeded', 'late'), 'deadline'],
    ['a ServiceError for a client that left', new ServiceError('client_closed_request', 'gone'), 'cancelled'],
    ['nothing in particular', undefined, 'cancelled'],
  ])('ends with the signal, aborted by %s, and the server sees the close', async (_what, reason, code) => {
    const {
      reasoner,
      server: { seen },
    } = await calling(stall);
    const controller = new AbortController();
    const streamed = reasoner.stream(input({ signal: controller.signal }))[Symbol.asyncIterator]();
    await streamed.next();
    const rest = readOn(streamed);
    const waiting = reasoner.reason(input({ signal: controller.signal }));
    setTimeout(() => controller.abort(reason), 50);
    await expect(rest).rejects.toMatchObject({ name: 'ReasonerError', code });
    await expect(waiting).rejects.toMatchObject({ name: 'ReasonerError', code });
    expect(await closedInTime(seen)).toBe(true);
  });

  it('closes the socket on abort though nobody reads the stream', async () => {
    const {
      reasoner,
      server: { seen },
    } = await calling(stall);
    const controller = new AbortController();
    const events = reasoner.stream(input({ signal: controller.signal }))[Symbol.asyncIterator]();
    await events.next();
    controller.abort();
    expect(await closedInTime(seen)).toBe(true);
  });

  it('closes the socket when the reader leaves early', async () => {
    const {
      reasoner,
      server: { seen },
    } = await calling(stall);
    for await (const event of reasoner.stream(input())) if (event.type === 'delta') break;
    expect(await closedInTime(seen)).toBe(true);
  });

  it('sends nothing for a signal that was aborted before', async () => {
    const {
      reasoner,
      server: { seen },
    } = await calling((response) => json(response, whole));
    const signal = AbortSignal.timeout(0);
    await sleep(20);
    await expect(reasoner.reason(input({ signal }))).rejects.toMatchObject({ code: 'deadline' });
    await expect(all(reasoner.stream(input({ signal })))).rejects.toMatchObject({ code: 'deadline' });
    await sleep(30);
    expect(seen).toEqual([]);
  });

  it('refuses an answer whose connection was cut, whole or streamed', async () => {
    const { reasoner } = await calling((response) => {
      response.writeHead(200, { 'content-type': type, 'content-length': '100000' });
      response.write(bytes.subarray(0, 20), () => response.destroy());
    });
    await expect(reasoner.reason(input())).rejects.toMatchObject({ name: 'ReasonerError', code: 'protocol' });
    await expect(all(reasoner.stream(input()))).rejects.toMatchObject({ name: 'ReasonerError', code: 'protocol' });
  });

  it('is unavailable when nothing listens or the server hangs up, and asks once', async () => {
    const {
      reasoner,
      server: { seen, stop },
    } = await calling((response) => response.destroy());
    await expect(reasoner.reason(input())).rejects.toMatchObject({ name: 'ReasonerError', code: 'unavailable' });
    expect(seen).toHaveLength(1);
    await stop();
    await expect(all(reasoner.stream(input()))).rejects.toMatchObject({ name: 'ReasonerError', code: 'unavailable' });
    server = null;
  });

  it.each(['{"a":', '', 'hello', '\u{1F30D}"', Buffer.from([0x22, 0xff, 0x22])])(
    'refuses %j for JSON without quoting it',
    async (text) => {
      const { reasoner } = await calling(
        (response) => void response.writeHead(200, { 'content-type': 'application/json' }).end(text),
      );
      const failure: unknown = await reasoner.reason(input()).catch((reason: unknown) => reason);
      expect(failure).toMatchObject({ code: 'protocol', message: expect.not.stringContaining('hello') });
      expect(failure).not.toHaveProperty('cause');
    },
  );

  it('refuses an answer of the right shape in invalid utf-8', async () => {
    const text = Buffer.from(JSON.stringify(whole));
    text.writeUInt8(0xff, text.indexOf('Welt'));
    const { reasoner } = await calling((response) => void response.writeHead(200).end(text));
    await expect(reasoner.reason(input())).rejects.toMatchObject({ code: 'protocol' });
  });

  it('refuses a whole answer above the bound and closes the socket', async () => {
    const {
      reasoner,
      server: { seen },
    } = await calling((response) => void flood(response.writeHead(200), Buffer.alloc(65_536, ' ')));
    await expect(reasoner.reason(input())).rejects.toThrow(`more than ${maxAnswerBytes} bytes`);
    expect(await closedInTime(seen)).toBe(true);
  });

  it('refuses a stream above the bound and closes the socket', async () => {
    const {
      reasoner,
      server: { seen },
    } = await calling((response) => void flood(head(response), delta));
    await expect(all(reasoner.stream(input()))).rejects.toThrow(`more than ${maxAnswerBytes} bytes`);
    expect(await closedInTime(seen)).toBe(true);
  });

  it('reads a bounded part of a refusal, and judges it by its status', async () => {
    const {
      reasoner,
      server: { seen },
    } = await calling((response) => void flood(response.writeHead(429), Buffer.alloc(65_536, 'x')));
    await expect(reasoner.reason(input())).rejects.toMatchObject({ code: 'throttled' });
    expect(await closedInTime(seen)).toBe(true);
  });

  it('refuses a stream of another type', async () => {
    const { reasoner } = await calling((response) => json(response, whole));
    await expect(all(reasoner.stream(input()))).rejects.toThrow(`expected ${type}`);
  });
});

/** Whether the server saw every socket close within two seconds. */
function closedInTime(seen: readonly SeenRequest[]): Promise<boolean> {
  return Promise.race([Promise.all(seen.map(({ closed }) => closed)).then(() => seen.length > 0), sleep(2000, false)]);
}

async function writeCut(response: ServerResponse, bytes: Uint8Array, places: readonly number[]): Promise<void> {
  const sorted = [0, ...places.toSorted((a, b) => a - b), bytes.byteLength];
  for (const [index, from] of sorted.slice(0, -1).entries()) {
    if (from !== sorted[index + 1]) response.write(bytes.subarray(from, sorted[index + 1]));
    await new Promise((resolve) => setImmediate(resolve));
  }
  response.end();
}

/** Writes until the other side closes. */
async function flood(response: ServerResponse, chunk: Uint8Array): Promise<void> {
  while (!response.destroyed) {
    if (!response.write(chunk))
      await Promise.race([new Promise((resolve) => response.once('drain', resolve)), sleep(20)]);
  }
}

async function readOn(events: AsyncIterator<unknown>): Promise<void> {
  while ((await events.next()).done !== true);
}
