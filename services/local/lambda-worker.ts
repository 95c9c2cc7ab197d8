// One Lambda environment: a worker with its own environment variables that runs the real function, one invocation at a time.
// Next: services/local/lambda-runtime.ts, what runs inside the worker.
import { createInterface } from 'node:readline';
import { Worker } from 'node:worker_threads';
import { type LambdaContext } from './lambda-endpoint.ts';

/** A function hosted in a worker. */
export interface LambdaWorker {
  invoke(event: unknown, context: LambdaContext): Promise<unknown>;
  /** Starts a new environment, moves traffic over, then ends the old one behind its last invocation. */
  reload(): Promise<void>;
  stop(): Promise<void>;
}

/** What to run and how. */
export interface LambdaWorkerOptions {
  /** The module that exports `handler`, and `shutdown` where there is something to finish. */
  readonly entry: URL;
  readonly env: Readonly<Record<string, string>>;
  /** Told every line the function writes. */
  readonly onLine: (line: string) => void;
}

/** What the worker is sent, and answers. */
export type WorkerRequest =
  | { readonly id: number; readonly event: unknown; readonly context: LambdaContext }
  | { readonly id: 'shutdown' };
/** See {@link WorkerRequest}. */
export type WorkerAnswer =
  | { readonly id: number; readonly ok: true; readonly value: unknown }
  | { readonly id: number; readonly ok: false; readonly message: string }
  | { readonly id: 'started' | 'stopped' };

interface Environment {
  readonly started: Promise<void>;
  invoke(event: unknown, context: LambdaContext): Promise<unknown>;
  end(): Promise<void>;
  readonly dead: boolean;
}

const queueMost = 1024;
const shutdownMs = 500;

/** Starts the function. A crash fails the invocation it hit; the next one gets a new environment. */
export function createLambdaWorker(options: LambdaWorkerOptions): LambdaWorker {
  let current = startEnvironment(options);
  return {
    invoke(event, context) {
      if (current.dead) current = startEnvironment(options);
      return current.invoke(event, context);
    },
    async reload() {
      const next = startEnvironment(options);
      await next.started;
      const previous = current;
      current = next;
      await previous.end();
    },
    stop: () => current.end(),
  };
}

function startEnvironment({ entry, env, onLine }: LambdaWorkerOptions): Environment {
  const worker = new Worker(new URL('lambda-runtime.ts', import.meta.url), {
    workerData: { entry: entry.href },
    env: { ...env },
    stdout: true,
    stderr: true,
  });
  for (const output of [worker.stdout, worker.stderr]) createInterface({ input: output }).on('line', onLine);
  const pending = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  let nextId = 1;
  let dead = false;
  let last: Promise<unknown> = Promise.resolve();
  let settleStart: { resolve: () => void; reject: (error: Error) => void } | undefined;
  const started = new Promise<void>((resolve, reject) => (settleStart = { resolve, reject }));
  started.catch(() => undefined);

  worker.on('message', (answer: WorkerAnswer) => {
    if (!('ok' in answer)) return answer.id === 'started' ? settleStart?.resolve() : void worker.terminate();
    const waiting = pending.get(answer.id);
    pending.delete(answer.id);
    if (answer.ok) waiting?.resolve(answer.value);
    else waiting?.reject(new Error(answer.message));
  });
  worker.on('error', (error: Error) => die(error));
  worker.on('exit', () => die(new Error('the function exited before it answered')));

  return {
    started,
    invoke,
    end,
    get dead() {
      return dead;
    },
  };

  /** One at a time, in order, as a Lambda environment takes them. */
  function invoke(event: unknown, context: LambdaContext): Promise<unknown> {
    if (pending.size >= queueMost) return Promise.reject(new Error(`got more than ${queueMost} invocations at once`));
    const id = nextId++;
    const answered = new Promise<unknown>((resolve, reject) => pending.set(id, { resolve, reject }));
    if (dead) pending.get(id)?.reject(new Error('the function has ended'));
    else worker.postMessage({ id, event, context } satisfies WorkerRequest);
    last = answered.catch(() => undefined);
    return answered;
  }

  async function end(): Promise<void> {
    if (dead) return;
    await last;
    const exited = new Promise((resolve) => worker.once('exit', resolve));
    worker.postMessage({ id: 'shutdown' } satisfies WorkerRequest);
    const timer = setTimeout(() => void worker.terminate(), shutdownMs);
    await exited;
    clearTimeout(timer);
  }

  function die(error: Error): void {
    dead = true;
    settleStart?.reject(error);
    for (const { reject } of pending.values()) reject(error);
    pending.clear();
  }
}
