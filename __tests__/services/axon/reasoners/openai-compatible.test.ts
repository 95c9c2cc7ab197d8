// OpenAI-compatible servers: what is sent, what is read, what every error means, and that no key gets out.
// Next: __tests__/services/axon/reasoners/http-reasoner.test.ts, for time, size and closing.
import type { ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { createOpenAiReasoner } from '../../../../services/axon/reasoners/openai-compatible.ts';
import {
  completionAnswer,
  completionChunk,
  completionChunks,
  json,
  sse,
  startModelServer,
  stream,
} from '../../../support/recorded-model-servers.ts';
import type { ModelServer } from '../../../support/recorded-model-servers.ts';
import { all, input, textOf } from './read-events.ts';

const apiKey = 'sk-example-0123456789';
const eventStream = 'text/event-stream; charset=utf-8';

let server: ModelServer | null = null;
afterEach(async () => {
  await server?.stop();
  server = null;
});

async function openAi(respond: (response: ServerResponse) => void, options: { apiKey?: string } = { apiKey }) {
  server = await startModelServer(respond);
  const reasoner = createOpenAiReasoner({
    baseUrl: `${server.url}/v1/`,
    model: 'gpt-4o-mini',
    timeoutMs: 5000,
    ...options,
  });
  return { reasoner, seen: server.seen };
}
const streaming = (text: string) => (response: ServerResponse) => stream(response, eventStream, text);

describe('the openai-compatible reasoner', () => {
  it('asks for a completion and reads the whole answer', async () => {
    const { reasoner, seen } = await openAi((response) => json(response, completionAnswer));
    const answer = await reasoner.reason(input({ system: 'be brief', temperature: 0.5 }));
    expect(answer).toEqual({
      output: 'Grüße, Welt 🌍',
      model: 'gpt-4o-mini-2024-07-18',
      stopReason: 'end',
      usage: { inputTokens: 11, outputTokens: 7 },
    });
    expect(seen[0]).toMatchObject({
      method: 'POST',
      path: '/v1/chat/completions',
      headers: { authorization: `Bearer ${apiKey}` },
    });
    expect(JSON.parse(seen[0]?.body ?? '')).toEqual({
      model: 'gpt-4o-mini',
      messages: [
        { role: 'system', content: 'be brief' },
        { role: 'user', content: 'hello' },
      ],
      max_tokens: 64,
      temperature: 0.5,
    });
  });

  it('asks for a stream with usage and reads its deltas', async () => {
    const { reasoner, seen } = await openAi(streaming(`: keep-alive\n\n${sse(completionChunks)}`), {});
    const events = await all(reasoner.stream(input({ model: 'other' })));
    expect(textOf(events)).toBe('Grüße, Welt 🌍');
    expect(events.at(-1)).toEqual({
      type: 'done',
      model: 'gpt-4o-mini-2024-07-18',
      stopReason: 'end',
      usage: { inputTokens: 11, outputTokens: 7 },
    });
    expect(seen[0]?.headers.authorization).toBeUndefined();
    expect(JSON.parse(seen[0]?.body ?? '')).toMatchObject({
      model: 'other',
      stream: true,
      stream_options: { include_usage: true },
    });
  });

  it.each([
    ['stop', 'end'],
    ['length', 'max_tokens'],
    ['content_filter', 'content_filter'],
    ['tool_calls', 'other'],
  ])('reads the finish reason %s as %s', async (finish, expected) => {
    const [choice] = completionAnswer.choices;
    const { reasoner } = await openAi((response) =>
      json(response, { ...completionAnswer, choices: [{ ...choice, finish_reason: finish }] }),
    );
    expect((await reasoner.reason(input())).stopReason).toBe(expected);
  });

  it.each([
    [401, { code: 'invalid_api_key', type: 'invalid_request_error' }, 'unavailable'],
    [403, {}, 'unavailable'],
    [429, { type: 'requests', code: 'rate_limit_exceeded' }, 'throttled'],
    [429, {}, 'throttled'],
    [429, { type: 'insufficient_quota', code: 'insufficient_quota' }, 'unavailable'],
    [400, { code: 'context_length_exceeded' }, 'rejected'],
    [400, { code: null, type: 'invalid_request_error' }, 'rejected'],
    [422, {}, 'rejected'],
    [404, { code: 'model_not_found' }, 'unavailable'],
    [408, {}, 'deadline'],
    [500, { type: 'server_error' }, 'unavailable'],
    [503, {}, 'unavailable'],
  ])('reads %i with %j as %s, and lets no key or prompt out', async (status, error, code) => {
    const message = `Incorrect API key provided: ${apiKey} for hello`;
    const { reasoner, seen } = await openAi((response) => json(response, { error: { message, ...error } }, status));
    for (const failing of [() => reasoner.reason(input()), () => all(reasoner.stream(input()))]) {
      const failure: unknown = await failing().catch((reason: unknown) => reason);
      expect(failure).toMatchObject({ name: 'ReasonerError', code });
      expect(String(failure)).not.toMatch(/sk-|hello/);
      expect(failure).not.toHaveProperty('cause');
    }
    expect(seen).toHaveLength(2);
  });

  it('never repeats an error code it does not know, which may be the key', async () => {
    const { reasoner } = await openAi((response) => json(response, { error: { code: apiKey, type: apiKey } }, 400));
    await expect(reasoner.reason(input())).rejects.toMatchObject({ message: expect.not.stringContaining('sk-') });
  });

  it.each([
    [{ 'retry-after': '7' }, 7000],
    [{ 'retry-after': '1.5' }, 1500],
    [{ 'retry-after-ms': '250', 'retry-after': '9' }, 250],
    [{ 'retry-after': '99999999' }, 3_600_000],
    [{ 'retry-after': 'Wed, 21 Oct 2015 07:28:00 GMT' }, 0],
    [{ 'retry-after': 'soon' }, undefined],
    [{ 'retry-after': '-1' }, undefined],
  ])('reads how long to wait from %j', async (headers, expected) => {
    const { reasoner } = await openAi((response) => json(response, {}, 429, headers));
    const failure: unknown = await reasoner.reason(input()).catch((reason: unknown) => reason);
    expect((failure as { retryAfterMs?: number }).retryAfterMs).toBe(expected);
  });

  it('reads an error object within an answer of 200, whole or streamed', async () => {
    const error = { error: { message: apiKey, type: 'server_error', code: 'rate_limit_exceeded' } };
    const whole = await openAi((response) => json(response, error));
    await expect(whole.reasoner.reason(input())).rejects.toMatchObject({ code: 'throttled' });
    await server?.stop();
    const { reasoner } = await openAi(streaming(sse([...completionChunks.slice(0, 2), error])));
    const events = reasoner.stream(input())[Symbol.asyncIterator]();
    expect(await events.next()).toMatchObject({ value: { text: 'Grüße, ' } });
    await expect(events.next()).rejects.toMatchObject({
      code: 'throttled',
      message: expect.not.stringContaining('sk-'),
    });
  });

  it('reads an event named error as a failure', async () => {
    const { reasoner } = await openAi(streaming(`event: error\ndata: {"detail":"x"}\n\n${sse(completionChunks)}`));
    await expect(all(reasoner.stream(input()))).rejects.toMatchObject({ code: 'unavailable' });
  });

  it.each([
    ['nothing', ''],
    ['some deltas', sse(completionChunks.slice(0, 3), false)],
    ['everything but [DONE]', sse(completionChunks, false)],
    ['[DONE] at once', sse([])],
    ['[DONE] without a finish reason', sse([...completionChunks.slice(0, 3), ...completionChunks.slice(4)])],
    ['[DONE] without usage', sse(completionChunks.slice(0, 4))],
    ['half a [DONE]', `${sse(completionChunks, false)}data: [DONE]\n`],
    ['broken JSON', 'data: {"model":\n\n'],
    ['a chunk without choices', sse([{ model: 'x' }])],
    ['a string', sse(['hello'])],
  ])('refuses a stream of %s', async (_what, text) => {
    const { reasoner } = await openAi(streaming(text));
    await expect(all(reasoner.stream(input()))).rejects.toMatchObject({ name: 'ReasonerError', code: 'protocol' });
  });

  it.each([
    ['no usage', { ...completionAnswer, usage: undefined }],
    ['no choices', { ...completionAnswer, choices: [] }],
    ['a fraction of a token', { ...completionAnswer, usage: { prompt_tokens: 1.5, completion_tokens: 1 } }],
    ['null', null],
  ])('refuses an answer with %s', async (_what, answer) => {
    const { reasoner } = await openAi((response) => json(response, answer));
    await expect(reasoner.reason(input())).rejects.toMatchObject({ code: 'protocol' });
  });

  it('takes a chunk with no content, with null content and with an unknown field', async () => {
    const odd = { ...completionChunk({ content: null, reasoning: 'hm' }), system_fingerprint: 'x' };
    const { reasoner } = await openAi(streaming(sse([odd, ...completionChunks])));
    expect(textOf(await all(reasoner.stream(input())))).toBe('Grüße, Welt 🌍');
  });

  it.each([
    'ftp://a.example',
    'https://user:pass@a.example',
    'https://a.example/?key=1',
    'https://a.example/#x',
    'nonsense',
  ])('refuses the base url %s when it is made, without repeating it', (baseUrl) => {
    expect(() => createOpenAiReasoner({ baseUrl, model: 'x', timeoutMs: 1 })).toThrow(
      /^got a base url of another form/,
    );
  });

  it('refuses a key that is no header value, without repeating it', () => {
    const make = () =>
      createOpenAiReasoner({ baseUrl: 'https://a.example', apiKey: 'sk-\r\nx: y', model: 'x', timeoutMs: 1 });
    expect(make).toThrow(/^got an api key with blanks or control characters, expected none$/);
  });
});
