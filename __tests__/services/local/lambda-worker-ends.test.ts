// How an invocation, and the environment it runs in, can end: by error, crash, timeout, broken reload or stop.
// Next: endpoints.test.ts, where a function error is what Lambda would answer.
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { type LambdaContext } from '../../../services/local/lambda-endpoint.ts';
import { createLambdaWorker, type LambdaWorkerOptions } from '../../../services/local/lambda-worker.ts';
import { type HostedEvent } from './hosted-function.ts';

const entry = new URL('hosted-function.ts', import.meta.url);
const context: LambdaContext = {
  invokedFunctionArn: 'arn:aws:lambda:eu-central-1:000000000000:function:hosted:orbit',
  awsRequestId: 'b2c1',
  functionName: 'hosted',
  functionVersion: '1',
};

function host(options: Partial<LambdaWorkerOptions> = {}) {
  const lines: string[] = [];
  const worker = createLambdaWorker({ entry, env: {}, onLine: (line) => void lines.push(line), ...options });
  onTestFinished(() => worker.stop());
  return { ...worker, lines, run: (event: HostedEvent) => worker.invoke(event, context) };
}

const moduleOf = (source: string) => new URL(`data:text/javascript,${encodeURIComponent(source)}`);

describe('a hosted function', () => {
  it('is given event and context, and keeps what it has in memory', async () => {
    const { run } = host();
    expect(await run({ do: 'count' })).toEqual({ count: 1, context });
    expect(await run({ do: 'count' })).toEqual({ count: 2, context });
  });

  it('queues so many invocations and no more', async () => {
    const { run } = host();
    const all = Array.from({ length: 1025 }, () => run({ do: 'count' }));
    const refused = (await Promise.allSettled(all)).find(({ status }) => status === 'rejected');
    expect(refused).toMatchObject({ reason: { name: 'TooManyRequests' } });
    expect((await Promise.allSettled(all)).filter(({ status }) => status === 'fulfilled')).toHaveLength(1024);
  });
});

describe('a function error', () => {
  it('is the handler’s own, by name, and costs nothing but its invocation', async () => {
    const { run } = host();
    await run({ do: 'count' });
    await expect(run({ do: 'throw' })).rejects.toMatchObject({ name: 'RangeError', message: 'out of range' });
    await expect(run({ do: 'unsendable' })).rejects.toMatchObject({ name: 'DataCloneError' });
    expect(await run({ do: 'count' })).toMatchObject({ count: 2 });
  });

  it.each([
    ['exits', 'exit', { name: 'Runtime.ExitError' }],
    ['crashes', 'crash', { message: 'thrown outside the handler' }],
  ] as const)('is all that comes of an environment that %s; the next has a new one', async (_, act, error) => {
    const { run } = host();
    await run({ do: 'count' });
    await expect(run({ do: act })).rejects.toMatchObject(error);
    expect(await run({ do: 'count' })).toMatchObject({ count: 1 });
  });

  it.each(['hang', 'spin'] as const)('is a timeout for a handler that does not end: %s', async (act) => {
    const { run } = host({ timeoutMs: 1500 });
    await run({ do: 'count' });
    const stuck = [run({ do: act }), run({ do: 'count' })];
    for (const { status, ...answer } of await Promise.allSettled(stuck)) {
      expect(status).toBe('rejected');
      expect(answer).toMatchObject({
        reason: { name: 'Sandbox.Timedout', message: 'Task timed out after 1.50 seconds' },
      });
    }
    expect(await run({ do: 'count' })).toMatchObject({ count: 1 });
  });

  it('is not what a queue comes to whose invocations each end in time', async () => {
    const { run } = host({ timeoutMs: 1500 });
    const waits = Array.from({ length: 4 }, () => run({ do: 'wait', ms: 500 }));
    await expect(Promise.all(waits)).resolves.toHaveLength(4);
  });

  it('is what a module that cannot be loaded gives each invocation', async () => {
    const { run, reload } = host({ entry: new URL('no-such-function.ts', import.meta.url) });
    await expect(run({ do: 'count' })).rejects.toThrow('no-such-function.ts');
    await expect(run({ do: 'count' })).rejects.toThrow('no-such-function.ts');
    await expect(reload()).rejects.toThrow('no-such-function.ts');
  });
});

describe('a module that throws while it loads', () => {
  it('gives each invocation its message, and nothing else ends', async () => {
    const source = "throw new RangeError('bad setting');";
    const { run } = host({ entry: moduleOf(source) });
    const both = Promise.allSettled([run({ do: 'count' }), run({ do: 'count' })]);
    const reason = { name: 'RangeError', message: 'bad setting' };
    expect(await both).toMatchObject([{ reason }, { reason }]);
    await expect(run({ do: 'count' })).rejects.toMatchObject(reason);
  });
});

describe('a reload', () => {
  it('gives later invocations a new environment, behind the last one of the old', async () => {
    const { run, reload, lines } = host();
    await run({ do: 'count' });
    const before = run({ do: 'wait', ms: 300 });
    const reloaded = reload();
    expect(await before).toEqual({ running: 1 });
    await reloaded;
    expect(await run({ do: 'count' })).toMatchObject({ count: 1 });
    await vi.waitFor(() => expect(lines).toEqual(['shut down']));
  });

  it('of a broken module leaves the old environment serving', async () => {
    const env: Record<string, string> = {};
    const options = { entry, env, onLine: () => undefined };
    const worker = createLambdaWorker(options);
    onTestFinished(() => worker.stop());
    await worker.invoke({ do: 'count' }, context);
    options.entry = new URL('no-such-function.ts', import.meta.url);
    await expect(worker.reload()).rejects.toThrow('no-such-function.ts');
    expect(await worker.invoke({ do: 'count' }, context)).toMatchObject({ count: 2 });
  });
});

describe('a stop', () => {
  it('lets the function finish, and refuses what comes later', async () => {
    const { run, stop, reload, lines } = host();
    const before = run({ do: 'wait', ms: 50 });
    await stop();
    expect(await before).toEqual({ running: 1 });
    await vi.waitFor(() => expect(lines).toEqual(['shut down']));
    await expect(run({ do: 'count' })).rejects.toThrow('stopped');
    await reload();
    await expect(run({ do: 'count' })).rejects.toThrow('stopped');
  });

  it.each([
    ['does not end', 'new Promise(() => setInterval(() => {}, 1000))'],
    ['fails', 'Promise.reject(new Error())'],
  ])('gives a shutdown that %s half a second, and the function is gone', async (_, ending) => {
    const source = `export const handler = async () => 'answered'; export const shutdown = () => ${ending};`;
    const { run, stop } = host({ entry: moduleOf(source) });
    expect(await run({ do: 'count' })).toBe('answered');
    const beforeMs = performance.now();
    await stop();
    expect(performance.now() - beforeMs).toBeLessThan(950);
    await expect(run({ do: 'count' })).rejects.toThrow('stopped');
  });

  it.each(['hang', 'spin'] as const)('does not wait for a handler that does not end: %s', async (act) => {
    const { run, stop } = host();
    await run({ do: 'count' });
    const stuck = Promise.allSettled([run({ do: act })]);
    const beforeMs = performance.now();
    await stop();
    expect(performance.now() - beforeMs).toBeLessThan(950);
    expect(await stuck).toMatchObject([{ status: 'rejected', reason: { name: 'Runtime.ExitError' } }]);
  });
});
