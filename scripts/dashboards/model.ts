// The model of a recorded run: it takes its time, and fails for a while in the middle.
// Next: scripts/dashboards/run.ts.
import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';

/** A model that speaks OpenAI's chat completions. */
export interface RecordedModel {
  readonly url: string;
  stop(): Promise<void>;
}

/** The part of a run, from its first request on, in which the model fails. */
const failing = { from: 0.5, to: 0.65 };

/** Starts it. @param seconds - of the run */
export async function startModel(seconds: number): Promise<RecordedModel> {
  let startedMs: number | undefined;
  const server = createServer((request, response) => {
    const nowMs = Date.now();
    startedMs ??= nowMs;
    const passed = (nowMs - startedMs) / (seconds * 1000);
    const fails = passed > failing.from && passed < failing.to;
    const waitMs = fails ? 0 : 25 + 10 * Math.sin(nowMs / 3000);
    request.resume();
    response.writeHead(fails ? 500 : 200, { 'content-type': 'application/json' });
    setTimeout(() => response.end(JSON.stringify(fails ? failure : answer)), waitMs);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async stop() {
      const stopped = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await stopped;
    },
  };
}

const failure = { error: { message: 'out of order', type: 'server_error' } };
const answer = {
  model: 'recorded',
  choices: [{ message: { content: 'pong' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 8, completion_tokens: 2 },
};
