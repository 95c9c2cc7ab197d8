// One Lambda environment: a worker with its own environment variables that runs the real function, one invocation at a time.
// Next: services/local/lambda-runtime.ts, what runs inside the worker.
import { createInterface } from 'node:readline';
import { Worker } from 'node:worker_threads';
import { type LambdaContext } from './lambda-endpoint.ts';

/** A function hosted in a worker. */
export interface LambdaWorker {
  invoke(event: unknown, context: LambdaContext): Promise<unknown>;
  /**
   * Starts a new environment, moves traffic over, then ends the old one behind its last invocation.
   *
   * @throws Error when the new one does not start; the old one then serves on
   */
  reload(): Promise<void>;
  /** Ends the function, an invocation that does not end soon with it. Later invocations are refused. */
  stop(): Promise<void>;
}

/** What to run and how. */
export interface LambdaWorkerOptions {
  /** The module that exports `handler`, and `shutdown` where there is something to finish. */
  readonly entry: URL;
  readonly env: Readonly<Record<string, string>>;
  /** Told every line the function writes. */
  readonly onLine: (line: string) => void;
  /**
   * How long one invocation, or the start, may take in milliseconds
   * (https://docs.aws.amazon.com/lambda/latest/dg/configuration-timeout.html).
   *
   * @defaultValue 10 000
   */
  readonly timeoutMs?: number;
}

/** What the worker is sent, and answers. */
export type WorkerRequest =
  | { readonly id: number; readonly event: unknown; readonly context: LambdaContext }
  | { readonly id: 'shutdown' };
/** See {@link WorkerRequest}. */
export type WorkerAnswer =
  | { readonly id: number; readonly ok: true; readonly value: unknown }
  | { readonly id: number; readonly ok: false; readonly type: string; readonly message: string }
  | { readonly id: 'started' | 'stopped' };

interface Environment {
  readonly started: Promise<void>;
  invoke(event: unknown, context: LambdaContext): Promise<unknown>;
  /** Lets what was begun end, for so long, and then the function shut down. */
  end(graceMs: number): Promise<void>;
  readonly dead: boolean;
}

const queueMost = 1024;
/** For `shutdown`; at a stop for the invocation before it too, so that Ctrl-C ends everything within a second. */
const shutdownMs = 500;

/**
 * Starts the function. A crash or a timeout fails the invocation it hit and those queued behind it; the next one gets a
 * new environment. Errors are named as Lambda names them in `errorType`.
 */
export function createLambdaWorker(options: LambdaWorkerOptions): LambdaWorker {
  const { timeoutMs = 10_000 } = options;
  let current = startEnvironment(options, timeoutMs);
  let stopped = false;
  return {
    invoke(event, context) {
      if (stopped) return Promise.reject(functionError('Runtime.ExitError', 'the function has been stopped'));
      if (current.dead) current = startEnvironment(options, timeoutMs);
      return current.invoke(event, context);
    },
    async reload() {
      const next = startEnvironment(options, timeoutMs);
      await next.started;
      if (stopped) return next.end(0);
      const previous = current;
      current = next;
      await previous.end(timeoutMs);
    },
    stop() {
      stopped = true;
      return current.end(shutdownMs);
    },
  };
}

function startEnvironment({ entry, env, onLine }: LambdaWorkerOptions, timeoutMs: number): Environment {
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
  let isStarted = false;
  let last: Promise<unknown> = Promise.resolve();
  const { promise: started, ...start } = Promise.withResolvers<void>();
  started.catch(() => undefined);
  // One timer for all of them: they are answered in order, so an answer is where the next one's time begins.
  const timer = setTimeout(timeOut, timeoutMs);

  worker.on('message', (answer: WorkerAnswer) => {
    if (answer.id === 'stopped') return void worker.terminate();
    timer.refresh();
    isStarted = true;
    if (!('ok' in answer)) return start.resolve();
    const waiting = pending.get(answer.id);
    pending.delete(answer.id);
    if (answer.ok) waiting?.resolve(answer.value);
    else waiting?.reject(functionError(answer.type, answer.message));
  });
  worker.on('error', (error: Error) => die(error));
  worker.on('exit', () => die(functionError('Runtime.ExitError', 'the function exited before it answered')));

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
    if (pending.size >= queueMost)
      return Promise.reject(functionError('TooManyRequests', `got more than ${queueMost} invocations at once`));
    if (pending.size === 0) timer.refresh();
    const id = nextId++;
    const answered = new Promise<unknown>((resolve, reject) => pending.set(id, { resolve, reject }));
    worker.postMessage({ id, event, context } satisfies WorkerRequest);
    last = answered.catch(() => undefined);
    return answered;
  }

  async function end(graceMs: number): Promise<void> {
    if (dead) return;
    const exited = new Promise((resolve) => worker.once('exit', resolve));
    const stuck = setTimeout(() => void worker.terminate(), graceMs);
    await last;
    clearTimeout(stuck);
    worker.postMessage({ id: 'shutdown' } satisfies WorkerRequest);
    const endless = setTimeout(() => void worker.terminate(), shutdownMs);
    await exited;
    clearTimeout(endless);
  }

  function timeOut(): void {
    if (pending.size === 0 && isStarted) return;
    die(functionError('Sandbox.Timedout', `Task timed out after ${(timeoutMs / 1000).toFixed(2)} seconds`));
    void worker.terminate();
  }

  function die(error: Error): void {
    dead = true;
    clearTimeout(timer);
    start.reject(error);
    for (const { reject } of pending.values()) reject(error);
    pending.clear();
  }
}

function functionError(type: string, message: string): Error {
  return Object.assign(new Error(message), { name: type });
}
