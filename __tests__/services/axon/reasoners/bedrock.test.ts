// Bedrock: what is sent and signed, what is read, and what every error means.
// Next: __tests__/services/axon/reasoners/http-reasoner.test.ts, for time, size and closing.
import type { ServerResponse } from 'node:http';
import { Sha256 } from '@aws-crypto/sha256-js';
import { HttpRequest } from '@smithy/protocol-http';
import { SignatureV4 } from '@smithy/signature-v4';
import { afterEach, describe, expect, it } from 'vitest';
import { createBedrockReasoner } from '../../../../services/axon/reasoners/bedrock.ts';
import {
  bedrockEvent,
  converseAnswer,
  converseFrames,
  eventStreamType,
  frame,
  json,
  startModelServer,
  stream,
} from '../../../support/recorded-model-servers.ts';
import type { ModelServer } from '../../../support/recorded-model-servers.ts';
import { all, input, textOf } from './read-events.ts';

const modelId = 'anthropic.claude-3-5-sonnet-20240620-v1:0';
const profileArn = 'arn:aws:bedrock:eu-central-1:111122223333:inference-profile/eu.amazon.nova-lite-v1:0';
const credentials = { accessKeyId: 'ASIAEXAMPLE', secretAccessKey: 'secret-example', sessionToken: 'token-example' };

let server: ModelServer | null = null;
afterEach(async () => {
  await server?.stop();
  server = null;
});

async function bedrock(respond: (response: ServerResponse) => void, model = modelId) {
  server = await startModelServer(respond);
  const reasoner = createBedrockReasoner({
    region: 'eu-central-1',
    modelId: model,
    endpoint: server.url,
    credentials: async () => credentials,
    timeoutMs: 5000,
  });
  return { reasoner, seen: server.seen };
}
const streaming =
  (...frames: readonly Uint8Array[]) =>
  (response: ServerResponse) =>
    stream(response, eventStreamType, Buffer.concat(frames));

describe('the bedrock reasoner', () => {
  it('asks Converse and reads the whole answer', async () => {
    const { reasoner, seen } = await bedrock((response) => json(response, converseAnswer));
    const answer = await reasoner.reason(input({ system: 'be brief', temperature: 0.5 }));
    expect(answer).toEqual({
      output: 'Grüße, Welt 🌍',
      model: modelId,
      stopReason: 'end',
      usage: { inputTokens: 11, outputTokens: 7 },
    });
    expect(seen[0]).toMatchObject({
      method: 'POST',
      path: '/model/anthropic.claude-3-5-sonnet-20240620-v1%3A0/converse',
    });
    expect(JSON.parse(seen[0]?.body ?? '')).toEqual({
      messages: [{ role: 'user', content: [{ text: 'hello' }] }],
      system: [{ text: 'be brief' }],
      inferenceConfig: { maxTokens: 64, temperature: 0.5 },
    });
  });

  it('asks ConverseStream and reads its deltas', async () => {
    const { reasoner, seen } = await bedrock(streaming(...converseFrames));
    const events = await all(reasoner.stream(input()));
    expect(textOf(events)).toBe('Grüße, Welt 🌍');
    expect(events).toHaveLength(3);
    expect(events.at(-1)).toEqual({
      type: 'done',
      model: modelId,
      stopReason: 'end',
      usage: { inputTokens: 11, outputTokens: 7 },
    });
    expect(seen[0]?.path.endsWith('%3A0/converse-stream')).toBe(true);
    expect(JSON.parse(seen[0]?.body ?? '')).toEqual({
      messages: [{ role: 'user', content: [{ text: 'hello' }] }],
      inferenceConfig: { maxTokens: 64 },
    });
  });

  it.each([
    [modelId, '/model/anthropic.claude-3-5-sonnet-20240620-v1%3A0/converse'],
    [
      profileArn,
      '/model/arn%3Aaws%3Abedrock%3Aeu-central-1%3A111122223333%3Ainference-profile%2Feu.amazon.nova-lite-v1%3A0/converse',
    ],
  ])("encodes %s once and signs it as AWS's own signer does", async (model, path) => {
    const { reasoner, seen } = await bedrock((response) => json(response, converseAnswer), model);
    await reasoner.reason(input());
    const request = seen[0];
    if (request === undefined) throw new Error('got no request, expected one');
    const { headers, body, path: sent } = request;
    expect(sent).toBe(path);
    expect(headers['x-amz-security-token']).toBe('token-example');
    const signedNames = /SignedHeaders=([^,]+),/.exec(headers.authorization ?? '')?.[1]?.split(';') ?? [];
    const signer = new SignatureV4({ service: 'bedrock', region: 'eu-central-1', credentials, sha256: Sha256 });
    const date = String(headers['x-amz-date']).replace(/(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z/, '$1-$2-$3T$4:$5:$6Z');
    const theirs = await signer.sign(
      new HttpRequest({
        method: 'POST',
        hostname: '127.0.0.1',
        path,
        headers: Object.fromEntries(signedNames.map((name) => [name, String(headers[name])])),
        body,
      }),
      { signingDate: new Date(date) },
    );
    expect(headers.authorization?.replaceAll(', ', ',')).toBe(theirs.headers['authorization']?.replaceAll(', ', ','));
  });

  it.each(['..', '.', '../x', '/x', 'a b', 'a?b', 'a%2fb', '', 'ä', `a${'b'.repeat(2048)}`])(
    'sends nothing for the model "%s", which is no model id',
    async (model) => {
      const { reasoner, seen } = await bedrock((response) => json(response, converseAnswer));
      await expect(reasoner.reason(input({ model }))).rejects.toMatchObject({ code: 'rejected' });
      await expect(all(reasoner.stream(input({ model })))).rejects.toMatchObject({ code: 'rejected' });
      expect(seen).toEqual([]);
    },
  );

  it('asks the model of the input, and names the one a prompt router chose', async () => {
    const trace = { promptRouter: { invokedModelId: profileArn } };
    const { reasoner, seen } = await bedrock((response) => json(response, { ...converseAnswer, trace }));
    expect((await reasoner.reason(input({ model: 'amazon.nova-lite-v1:0' }))).model).toBe(profileArn);
    expect(seen[0]?.path).toBe('/model/amazon.nova-lite-v1%3A0/converse');
  });

  it.each([
    ['end_turn', 'end'],
    ['stop_sequence', 'end'],
    ['max_tokens', 'max_tokens'],
    ['guardrail_intervened', 'content_filter'],
    ['content_filtered', 'content_filter'],
    ['tool_use', 'other'],
    ['something_new', 'other'],
  ])('reads the stop reason %s as %s', async (stopReason, expected) => {
    const { reasoner } = await bedrock((response) => json(response, { ...converseAnswer, stopReason }));
    expect((await reasoner.reason(input())).stopReason).toBe(expected);
  });

  it.each([
    [429, 'ThrottlingException', 'throttled'],
    [400, 'ServiceQuotaExceededException', 'throttled'],
    [400, 'ValidationException', 'rejected'],
    [408, 'ModelTimeoutException', 'deadline'],
    [503, 'ServiceUnavailableException', 'unavailable'],
    [403, 'AccessDeniedException', 'unavailable'],
    [404, 'ResourceNotFoundException', 'unavailable'],
    [424, 'ModelErrorException', 'unavailable'],
    [500, 'InternalServerException', 'unavailable'],
  ])('reads %i %s as %s, and repeats nothing Bedrock said', async (status, type, code) => {
    const respond = (response: ServerResponse) =>
      json(response, { message: 'the prompt "hello" by token-example' }, status, {
        'x-amzn-errortype': `${type}:http://internal.amazon.com/`,
        ...(code === 'throttled' ? { 'retry-after': '2' } : {}),
      });
    const { reasoner, seen } = await bedrock(respond);
    const failure = { name: 'ReasonerError', code, message: `bedrock answered ${status} ${type}, expected 200` };
    const wait = code === 'throttled' ? { retryAfterMs: 2000 } : {};
    await expect(reasoner.reason(input())).rejects.toMatchObject({ ...failure, ...wait });
    await expect(all(reasoner.stream(input()))).rejects.toMatchObject({ ...failure, ...wait });
    expect(seen).toHaveLength(2);
  });

  it.each([
    [429, 'throttled'],
    [400, 'rejected'],
    [408, 'deadline'],
    [403, 'unavailable'],
    [502, 'unavailable'],
    [302, 'unavailable'],
  ])('judges an unnamed error by its status: %i is %s', async (status, code) => {
    const { reasoner } = await bedrock((response) =>
      response.writeHead(status, { location: 'http://127.0.0.1:1/' }).end('<html>'),
    );
    await expect(reasoner.reason(input())).rejects.toMatchObject({ code });
  });

  it('never repeats an error type it does not know, in a status or in a stream', async () => {
    const type = 'hello_secret';
    const whole = await bedrock((response) => json(response, { __type: type }, 400, { 'x-amzn-errortype': type }));
    await expect(whole.reasoner.reason(input())).rejects.toThrow(
      /^bedrock answered 400 an unnamed error, expected 200$/,
    );
    await server?.stop();
    const { reasoner } = await bedrock(streaming(frame({ ':message-type': 'error', ':error-code': type }, {})));
    await expect(all(reasoner.stream(input()))).rejects.toThrow(
      /^bedrock ended its stream by an unnamed error, expected metadata$/,
    );
  });

  it("takes a missing model for the caller's fault when the caller chose it", async () => {
    const { reasoner } = await bedrock((response) =>
      json(response, {}, 404, { 'x-amzn-errortype': 'ResourceNotFoundException' }),
    );
    await expect(reasoner.reason(input({ model: 'no.model' }))).rejects.toMatchObject({ code: 'rejected' });
  });

  it.each([
    ['exception', ':exception-type', 'throttlingException', 'throttled'],
    ['exception', ':exception-type', 'validationException', 'rejected'],
    ['exception', ':exception-type', 'modelStreamErrorException', 'unavailable'],
    ['exception', ':exception-type', 'serviceUnavailableException', 'unavailable'],
    ['exception', ':exception-type', 'internalServerException', 'unavailable'],
    ['error', ':error-code', 'anything', 'unavailable'],
  ])('ends on a frame of type %s with %s %s as %s, after the deltas before it', async (kind, header, name, code) => {
    const last = frame({ ':message-type': kind, [header]: name }, { message: 'hello' });
    const { reasoner } = await bedrock(streaming(...converseFrames.slice(0, 2), last));
    const events = reasoner.stream(input())[Symbol.asyncIterator]();
    expect(await events.next()).toMatchObject({ value: { text: 'Grüße, ' } });
    await expect(events.next()).rejects.toMatchObject({ code, message: expect.not.stringContaining('hello') });
  });

  it.each([0, 1, 2, 3, 4, 5])('refuses a stream that ends after %i of its 6 frames', async (count) => {
    const { reasoner } = await bedrock(streaming(...converseFrames.slice(0, count)));
    await expect(all(reasoner.stream(input()))).rejects.toMatchObject({ code: 'protocol' });
  });

  it('refuses a stream without messageStop, and metadata that comes before it', async () => {
    const [start, delta, , , stop, metadata] = converseFrames;
    const parts = [start, delta, metadata, stop].filter((part) => part !== undefined);
    const { reasoner } = await bedrock(streaming(...parts));
    await expect(all(reasoner.stream(input()))).rejects.toMatchObject({ code: 'protocol' });
  });

  it('refuses a damaged frame after the good ones before it', async () => {
    const bytes = Buffer.concat(converseFrames);
    const at = (converseFrames[0]?.byteLength ?? 0) + (converseFrames[1]?.byteLength ?? 0) + 100;
    bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
    const { reasoner } = await bedrock(streaming(bytes));
    const events = reasoner.stream(input())[Symbol.asyncIterator]();
    expect(await events.next()).toMatchObject({ value: { text: 'Grüße, ' } });
    await expect(events.next()).rejects.toThrow('matching checksums');
  });

  it('skips events it does not know and blocks without text', async () => {
    const reasoning = bedrockEvent('contentBlockDelta', { delta: { reasoningContent: { text: 'hm' } } });
    const { reasoner } = await bedrock(streaming(bedrockEvent('newEvent', {}), reasoning, ...converseFrames));
    expect(textOf(await all(reasoner.stream(input())))).toBe('Grüße, Welt 🌍');
  });

  it.each([
    ['no usage', { ...converseAnswer, usage: undefined }],
    ['no output', { ...converseAnswer, output: {} }],
    ['negative tokens', { ...converseAnswer, usage: { inputTokens: -1, outputTokens: 1 } }],
    ['an array', []],
  ])('refuses an answer with %s', async (_what, answer) => {
    const { reasoner } = await bedrock((response) => json(response, answer));
    await expect(reasoner.reason(input())).rejects.toMatchObject({ code: 'protocol' });
  });

  it('is unavailable without credentials, and no secret is in its message', async () => {
    const reasoner = createBedrockReasoner({
      region: 'eu-central-1',
      modelId,
      credentials: () => Promise.reject(new Error('secret-example')),
      timeoutMs: 1000,
    });
    await expect(reasoner.reason(input())).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.not.stringContaining('secret'),
    });
  });

  it('holds credentials that never come to its timeout', async () => {
    const never = () => new Promise<never>(() => undefined);
    const reasoner = createBedrockReasoner({ region: 'eu-central-1', modelId, credentials: never, timeoutMs: 50 });
    await expect(reasoner.reason(input())).rejects.toMatchObject({ code: 'deadline' });
  });

  it('refuses a region that is none when it is made', () => {
    const make = () =>
      createBedrockReasoner({ region: 'x.example.com/', modelId, credentials: async () => credentials, timeoutMs: 1 });
    expect(make).toThrow(TypeError);
  });
});
