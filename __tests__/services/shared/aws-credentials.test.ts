// Credentials kept until they near their end, fetched once at a time, old ones used while they last.
// Next: aws.test.ts, which signs with them.
import { createServer } from 'node:http';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { fromDefaultChain, memoizeCredentials } from '../../../services/shared/aws-credentials.ts';
import type { ExpiringCredentials } from '../../../services/shared/aws-credentials.ts';

const minuteMs = 60_000;

function provider(lifeMs: number | null) {
  const state = { nowMs: 1_000_000, loads: 0, fail: false, gate: Promise.resolve() };
  const load = async (): Promise<ExpiringCredentials> => {
    state.loads += 1;
    await state.gate;
    if (state.fail) throw new Error('provider down');
    const expiration = lifeMs === null ? {} : { expiration: new Date(state.nowMs + lifeMs) };
    return { accessKeyId: `key-${state.loads}`, secretAccessKey: 's', ...expiration };
  };
  const source = memoizeCredentials(load, { nowMs: () => state.nowMs });
  return { state, source, id: async () => (await source()).accessKeyId };
}

describe('memoizeCredentials', () => {
  it('loads once for many callers at once, and keeps what it got', async () => {
    const { state, id } = provider(60 * minuteMs);
    expect(await Promise.all(Array.from({ length: 50 }, id))).toEqual(Array(50).fill('key-1'));
    state.nowMs += 54 * minuteMs;
    expect(await id()).toBe('key-1');
    expect(state.loads).toBe(1);
  });

  it('fetches the next in the background five minutes ahead, without making anyone wait', async () => {
    const { state, id } = provider(60 * minuteMs);
    await id();
    state.nowMs += 56 * minuteMs;
    const gate = Promise.withResolvers<void>();
    state.gate = gate.promise;
    expect(await Promise.all([id(), id(), id()])).toEqual(['key-1', 'key-1', 'key-1']);
    expect(state.loads).toBe(2);
    gate.resolve();
    await expect.poll(id).toBe('key-2');
    expect(state.loads).toBe(2);
  });

  it('serves the old ones while the provider is down, asking at most once a second, and fails when they end', async () => {
    const { state, id } = provider(60 * minuteMs);
    await id();
    state.fail = true;
    state.nowMs += 56 * minuteMs;
    for (let n = 0; n < 20; n += 1) {
      expect(await id()).toBe('key-1');
      await Promise.resolve();
    }
    expect(state.loads).toBeLessThanOrEqual(3);
    state.nowMs += 4 * minuteMs;
    await expect(id()).rejects.toThrow('provider down');
    state.fail = false;
    expect(await id()).toMatch(/^key-/);
  });

  it('never gives credentials in their last 30 seconds', async () => {
    const { state, id } = provider(60 * minuteMs);
    await id();
    state.nowMs += 60 * minuteMs - 30_000;
    expect(await id()).toBe('key-2');
  });

  it('keeps credentials without an end, and does not keep a failure', async () => {
    const { state, id } = provider(null);
    state.fail = true;
    await expect(id()).rejects.toThrow('provider down');
    state.fail = false;
    expect(await id()).toBe('key-2');
    state.nowMs += 1e12;
    expect(await id()).toBe('key-2');
  });
});

describe('fromDefaultChain', () => {
  afterEach(() => vi.unstubAllEnvs());

  it('takes the task role’s credentials from the container endpoint, with its token', async () => {
    const asked: (string | undefined)[] = [];
    const server = createServer((incoming, outgoing) => {
      asked.push(incoming.headers.authorization);
      outgoing.end(
        JSON.stringify({
          AccessKeyId: 'ASIATASK',
          SecretAccessKey: 'secret',
          Token: 'session',
          Expiration: new Date(Date.now() + 3_600_000).toISOString(),
        }),
      );
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => void server.once('listening', resolve));
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : 0;
    vi.stubEnv('AWS_ACCESS_KEY_ID', undefined);
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', undefined);
    vi.stubEnv('AWS_PROFILE', undefined);
    vi.stubEnv('AWS_CONTAINER_CREDENTIALS_RELATIVE_URI', undefined);
    vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/nonexistent');
    vi.stubEnv('AWS_CONFIG_FILE', '/nonexistent');
    vi.stubEnv('AWS_CONTAINER_CREDENTIALS_FULL_URI', `http://127.0.0.1:${port}/credentials`);
    vi.stubEnv('AWS_CONTAINER_AUTHORIZATION_TOKEN', 'task-token');
    const source = fromDefaultChain();
    const given = await Promise.all([source(), source()]);
    for (const one of given) {
      expect(one).toMatchObject({ accessKeyId: 'ASIATASK', secretAccessKey: 'secret', sessionToken: 'session' });
    }
    expect(asked).toEqual(['task-token']);
    server.close();
  });
});
