// The key of the model server comes from Axon's secret, call by call, before the one in the environment.
// Next: services/axon/reasoners/openai-compatible.ts.
import { describe, expect, it } from 'vitest';
import { selectReasoner } from '../../../../services/axon/reasoners/select-reasoner.ts';
import { serve } from '../../local/signed-fetch.ts';

const answer = {
  model: 'm',
  choices: [{ message: { content: 'yes' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 1, completion_tokens: 1 },
};

async function startModel(apiKey: string | undefined) {
  const seen: (string | undefined)[] = [];
  let current: string | undefined;
  const url = await serve((incoming, outgoing) => {
    seen.push(incoming.headers.authorization);
    outgoing.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  });
  const reasoner = selectReasoner(
    { kind: 'openai-compatible', baseUrl: url, apiKey, model: 'm', timeoutMs: 2000 },
    { credentials: () => Promise.reject(new Error('not asked for')), openAiApiKey: () => current },
  );
  const ask = () => reasoner.reason({ prompt: 'really?', maxTokens: 5, signal: AbortSignal.timeout(2000) });
  return { seen, ask, set: (key: string | undefined) => (current = key) };
}

describe('the api key', () => {
  it('of the secret goes before the configured one, and a new one is sent with the next call', async () => {
    const { seen, ask, set } = await startModel('sk-configured');
    await ask();
    set('sk-first');
    await ask();
    set('sk-second');
    await ask();
    set(undefined);
    await ask();
    expect(seen).toEqual(['Bearer sk-configured', 'Bearer sk-first', 'Bearer sk-second', 'Bearer sk-configured']);
  });

  it('is not sent where there is none', async () => {
    const { seen, ask } = await startModel(undefined);
    await ask();
    expect(seen).toEqual([undefined]);
  });

  it('with a line break never becomes a header, and is not shown', async () => {
    const { seen, ask, set } = await startModel('sk-configured');
    set('sk-canary\r\nx-other: y');
    const failure: unknown = await ask().catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'unavailable' });
    const { message, cause } = failure as Error;
    expect(`${message} ${String(cause)}`).not.toContain('canary');
    expect(seen).toEqual([]);
  });
});
