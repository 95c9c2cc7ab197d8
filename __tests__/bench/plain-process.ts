// The same three hops with nothing of governance: no token, signature, decision, grant or proof; same servers and clients.
// Next: __tests__/bench/flow.ts, which holds the governed flow against it.
import { OpenAPIHono } from '@hono/zod-openapi';
import { Agent, request as httpRequest } from 'undici';
import { HeartbeatOnly } from './plain-function.ts';
import { createHeartbeatReasoner } from '../../services/axon/reasoners/heartbeat.ts';
import { ReasonRequest, ReasonResponse } from '../../services/axon/contract.ts';
import { createLambdaWorker } from '../../services/local/lambda-worker.ts';
import { listenLoopback, readWireRequest, sendJson } from '../../services/local/loopback-server.ts';
import { DispatchRequest } from '../../services/orbit/contract.ts';
import { parseJsonBody, readBody } from '../../services/shared/body.ts';
import { correlation, correlationHeaders } from '../../services/shared/correlation.ts';
import { createLogger, requestLog } from '../../services/shared/log.ts';
import { createReadiness } from '../../services/shared/readiness.ts';
import { startServer } from '../../services/shared/server.ts';

const [, , role = '', portText = '0', governanceUrl = '', axonUrl = ''] = process.argv;
const log = createLogger({ service: `plain-${role}`, version: '0', level: 'info' });
const quiet = createLogger({ service: `plain-${role}`, version: '0', level: 'warn' });
const dispatcher = new Agent({ connections: 256 });
const reasoner = createHeartbeatReasoner();
const context = { invokedFunctionArn: 'arn', awsRequestId: '1', functionName: 'plain', functionVersion: '1' };

if (role === 'platform') await startPlatform();
else await serve(role === 'orbit' ? orbitApp() : axonApp());

/** The function and the gateway, one process as in the governed flow. */
async function startPlatform(): Promise<void> {
  const worker = createLambdaWorker({
    entry: new URL('plain-function.ts', import.meta.url),
    env: {},
    onLine: () => undefined,
  });
  const invoke = await listenLoopback(
    (incoming, outgoing) =>
      void readWireRequest(incoming, 1e6).then(async ({ body }) =>
        sendJson(outgoing, 200, await worker.invoke(JSON.parse(body.toString()), context)),
      ),
    0,
    { name: 'plain', setting: 'none' },
  );
  const gateway = await listenLoopback(
    (incoming, outgoing) =>
      void dispatcher
        .request({
          origin: axonUrl,
          path: incoming.url ?? '/',
          method: 'POST',
          headers: { 'content-type': 'application/json', 'content-length': incoming.headers['content-length'] },
          body: incoming,
        })
        .then((response) => {
          outgoing.writeHead(response.statusCode, response.headers);
          response.body.pipe(outgoing);
        }),
    Number(portText),
    { name: 'plain', setting: 'none' },
  );
  process.stdout.write(`${JSON.stringify({ url: invoke.url, message: 'listening', gateway: gateway.url })}\n`);
}

function orbitApp(): OpenAPIHono {
  const app = new OpenAPIHono();
  app.use(correlation());
  app.use(requestLog(quiet));
  app.post('/dispatch', async (c) => {
    const request = DispatchRequest.parse(parseJsonBody(await readBody(c, 300_000), c.req.header('content-type')));
    const input = ReasonRequest.parse(request.input);
    const decided = await httpRequest(governanceUrl, {
      method: 'POST',
      body: JSON.stringify({ intent: request.intent, context: { maxTokens: input.maxTokens } }),
      dispatcher,
    });
    const decision = HeartbeatOnly.parse(await decided.body.json());
    const headers = { 'content-type': 'application/json', ...correlationHeaders(c.get('correlation')) };
    const answered = await httpRequest(`${axonUrl}/reason`, {
      method: 'POST',
      headers,
      body: JSON.stringify(input),
      dispatcher,
    });
    return c.json({
      result: ReasonResponse.parse(await answered.body.json()),
      decision,
      correlationId: c.get('correlation').correlationId,
    });
  });
  return app;
}

function axonApp(): OpenAPIHono {
  const app = new OpenAPIHono();
  app.use(correlation());
  app.use(requestLog(quiet));
  app.post('/reason', async (c) => {
    const input = ReasonRequest.parse(parseJsonBody(await readBody(c, 300_000), c.req.header('content-type')));
    return c.json(
      await reasoner.reason({ prompt: input.prompt, maxTokens: input.maxTokens, signal: c.req.raw.signal }),
    );
  });
  return app;
}

async function serve(app: OpenAPIHono): Promise<void> {
  const running = await startServer({
    app,
    hostname: '127.0.0.1',
    port: Number(portText),
    readiness: createReadiness({}),
    log: quiet,
    drainDelayMs: 0,
    drainTimeoutMs: 100,
  });
  log.info({ url: running.url }, 'listening');
}
