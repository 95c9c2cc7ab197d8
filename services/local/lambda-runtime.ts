// Inside a Lambda environment: loads the function's module, then answers invocations one after the other.
// Next: governance/lambda/main.ts, the module it loads.
import { parentPort, workerData } from 'node:worker_threads';
import { type WorkerAnswer, type WorkerRequest } from './lambda-worker.ts';

interface FunctionModule {
  handler(event: unknown, context: unknown): Promise<unknown>;
  shutdown?(): Promise<void>;
}

const port = parentPort;
if (!port) throw new Error('got no parent, expected to run as a worker of the local lambda endpoint');
const loaded = (await import((workerData as { entry: string }).entry)) as FunctionModule;
let turn: Promise<void> = Promise.resolve();

port.on('message', (request: WorkerRequest) => {
  turn = turn.then(() => (request.id === 'shutdown' ? shutdown() : answer(request)));
});
say({ id: 'started' });

async function answer({ id, event, context }: Extract<WorkerRequest, { event: unknown }>): Promise<void> {
  try {
    say({ id, ok: true, value: await loaded.handler(event, context) });
  } catch (error) {
    const { name: type, message } = error instanceof Error ? error : new Error(String(error));
    say({ id, ok: false, type, message });
  }
}

async function shutdown(): Promise<void> {
  await loaded.shutdown?.();
  say({ id: 'stopped' });
}

function say(message: WorkerAnswer): void {
  port?.postMessage(message);
}
