// A Lambda environment: isolated, one invocation at a time, replaced after a crash and on reload without losing one.
// Next: services/local/lambda-worker.ts.
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createLambdaWorker, type LambdaWorker } from '../../../services/local/lambda-worker.ts';

const context = { invokedFunctionArn: 'arn', awsRequestId: '1', functionName: 'f', functionVersion: '1' };
const lines: string[] = [];
let worker: LambdaWorker | undefined;
afterEach(async () => {
  await worker?.stop();
  lines.length = 0;
});
const start = (name = 'counting.ts') =>
  (worker = createLambdaWorker({
    entry: new URL(`../../support/lambda-functions/${name}`, import.meta.url),
    env: { FUNCTION_SECRET: 'inside' },
    onLine: (line) => void lines.push(line),
  }));

describe('a lambda environment', () => {
  it('has its own variables and none of its host', async () => {
    expect(await start().invoke({}, context)).toEqual({ invocations: 1, secret: 'inside', home: null });
    expect(process.env['FUNCTION_SECRET']).toBeUndefined();
  });

  it('hands on what the function writes', async () => {
    await start().invoke({ what: 'say' }, context);
    await vi.waitFor(() => expect(lines).toContain('a line of the function'));
  });

  it('takes one invocation at a time, in order', async () => {
    const running = start();
    const order: number[] = [];
    await Promise.all(
      [30, 0, 10].map(async (afterMs, index) => {
        await running.invoke({ afterMs }, context);
        order.push(index);
      }),
    );
    expect(order).toEqual([0, 1, 2]);
  });

  it('fails an invocation that throws, and goes on', async () => {
    const running = start();
    await expect(running.invoke({ what: 'throw' }, context)).rejects.toThrow('planted failure');
    expect(await running.invoke({}, context)).toMatchObject({ invocations: 2 });
  });

  it('fails the invocation a crash hits, and has a new environment for the next', async () => {
    const running = start();
    await running.invoke({}, context);
    await expect(running.invoke({ what: 'exit' }, context)).rejects.toThrow('exited before it answered');
    expect(await running.invoke({}, context)).toMatchObject({ invocations: 1 });
  });

  it('fails every invocation of a module that cannot be loaded, and the process lives', async () => {
    const running = start('broken.ts');
    await expect(running.invoke({}, context)).rejects.toThrow('planted load failure');
    await expect(running.invoke({}, context)).rejects.toThrow('planted load failure');
  });

  it('loses no invocation to a reload under load, and shuts the old environment down', async () => {
    const running = start();
    const answers: Promise<unknown>[] = [];
    for (let call = 0; call < 200; call += 1) {
      answers.push(running.invoke({ afterMs: 1 }, context));
      if (call === 100) answers.push(running.reload());
      if (call % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    }
    await expect(Promise.all(answers)).resolves.toHaveLength(201);
    expect(await running.invoke({}, context)).toMatchObject({ invocations: expect.any(Number) });
    await vi.waitFor(() => expect(lines.filter((line) => line === 'shut down')).toHaveLength(1));
  });
});
