// schemathesis reads both OpenAPI documents and tries to find an answer that breaks them, or a request that breaks us.
// Next: services/orbit/app.ts and services/axon/app.ts, whose routes the documents describe.
import { execFile } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createReadiness } from '../../services/shared/readiness.ts';
import { type RunningServer, startServer } from '../../services/shared/server.ts';
import { createRuntime, governedRequest, type Runtime } from '../support/in-process-runtime.ts';
import { installPythonTool } from '../support/python-tool.ts';

const config = path.resolve(import.meta.dirname, '../support/schemathesis/schemathesis.toml');
let schemathesis: string;
let scratch: string;
let runtime: Runtime;
const running: RunningServer[] = [];

beforeAll(async () => {
  schemathesis = await installPythonTool('schemathesis');
  scratch = await mkdtemp(path.join(tmpdir(), 'schemathesis-'));
  runtime = await createRuntime({ replayCapacity: 1_000_000 });
}, 300_000);
afterAll(async () => {
  runtime.close();
  await rm(scratch, { recursive: true, force: true });
  await Promise.all(running.map((server) => server.stop()));
});

type AppFetch = Parameters<typeof startServer>[0]['app']['fetch'];

async function serve(fetch: AppFetch): Promise<string> {
  const server = await startServer({
    app: { fetch },
    hostname: '127.0.0.1',
    port: 0,
    readiness: createReadiness({}),
    log: pino({ level: 'silent' }),
    drainDelayMs: 0,
    drainTimeoutMs: 100,
  });
  running.push(server);
  return server.url;
}

/** Wraps each call to Axon in a valid grant for exactly what schemathesis sends, so that its parsing is reached. */
const granting: AppFetch = async (request, ...rest) => {
  const { pathname, search } = new URL(request.url);
  if (pathname === '/openapi.json') return withoutHeaders(await runtime.axonApp.fetch(request, ...rest));
  const method = request.method;
  if (pathname !== '/reason' || search !== '' || (method !== 'GET' && method !== 'POST'))
    return runtime.axonApp.fetch(request, ...rest);
  const body = method === 'POST' ? await request.text() : '';
  const { headers: granted } = await governedRequest(runtime, { method, body });
  const headers = new Headers(request.headers);
  for (const [name, value] of Object.entries(granted)) if (name !== 'content-type') headers.set(name, value);
  return runtime.axonApp.fetch(
    new Request(request.url, { method, headers, ...(method === 'POST' ? { body } : {}) }),
    ...rest,
  );
};

/** The document without the governed headers, which every request gets here anyway. */
async function withoutHeaders(answer: Response): Promise<Response> {
  const document = (await answer.json()) as {
    paths: Record<string, Record<string, { parameters?: { in: string }[] }>>;
  };
  for (const operation of Object.values(document.paths).flatMap((methods) => Object.values(methods))) {
    if (operation.parameters)
      operation.parameters = operation.parameters.filter((parameter) => parameter.in !== 'header');
  }
  return Response.json(document);
}

async function attack(url: string): Promise<{ code: number; output: string; cases: number }> {
  const bounds = [
    '--checks',
    'all',
    '--phases',
    'examples,coverage,fuzzing',
    '-n',
    '60',
    '--seed',
    '20260601',
    '--no-color',
  ];
  const headers = ['-H', 'Authorization: Bearer t', '-H', 'x-request-timeout-ms: 30000'];
  const args = ['--config-file', config, 'run', `${url}/openapi.json`, ...bounds, ...headers];
  return new Promise((resolve) => {
    execFile(
      schemathesis,
      args,
      { cwd: scratch, timeout: 120_000, maxBuffer: 64 * 1024 * 1024 },
      (error, stdout, stderr) => {
        const cases = Number(/(\d+) generated/.exec(stdout)?.[1] ?? 0);
        resolve({ code: error ? Number(error.code ?? 1) : 0, output: stdout + stderr, cases });
      },
    );
  });
}

describe('schemathesis finds nothing', () => {
  it('in Orbit', async () => {
    const { code, output, cases } = await attack(
      await serve((request, ...rest) => runtime.orbitApp.fetch(request, ...rest)),
    );
    expect(code, output).toBe(0);
    expect(cases).toBeGreaterThan(100);
  }, 130_000);

  it('in Axon, called directly without a grant', async () => {
    const { code, output, cases } = await attack(
      await serve((request, ...rest) => runtime.axonApp.fetch(request, ...rest)),
    );
    expect(code, output).toBe(0);
    expect(cases).toBeGreaterThan(50);
  }, 130_000);

  it('in Axon, behind a grant for every request', async () => {
    const { code, output, cases } = await attack(await serve(granting));
    expect(code, output).toBe(0);
    expect(cases).toBeGreaterThan(50);
  }, 130_000);
});

it('has schemathesis find an answer that its document does not describe', async () => {
  const document = {
    openapi: '3.1.0',
    info: { title: 'planted', version: '1' },
    paths: {
      '/thing': {
        get: {
          responses: {
            200: {
              description: 'ok',
              content: {
                'application/json': {
                  schema: { type: 'object', required: ['name'], properties: { name: { type: 'string' } } },
                },
              },
            },
          },
        },
      },
    },
  };
  const planted: Server = createServer((incoming, outgoing) =>
    outgoing
      .writeHead(200, { 'content-type': 'application/json' })
      .end(incoming.url === '/openapi.json' ? JSON.stringify(document) : '{"name": 7}'),
  );
  const port = await new Promise<number>((resolve) =>
    planted.listen(0, '127.0.0.1', () => resolve((planted.address() as { port: number }).port)),
  );
  const { code, output } = await attack(`http://127.0.0.1:${port}`);
  planted.close();
  expect(code).toBe(1);
  expect(output).toContain('Response violates schema');
}, 130_000);
