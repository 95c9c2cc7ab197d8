// A deployment on loopback for the smoke function: the real Orbit, Axon and Governance, each of which can be broken from outside.
// Next: __tests__/services/smoke/handler.test.ts, which breaks them.
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { Agent } from 'undici';
import { SmokeEnvironment } from '../../../services/smoke/config.ts';
import { createSmokeHandler, type SmokeContext } from '../../../services/smoke/handler.ts';
import { createSmokeRuntime } from '../../../services/smoke/runtime.ts';
import { type SingleUseLedger } from '../../../services/axon/single-use.ts';
import { createRuntime, type Runtime, type RuntimeOptions, smokeRole } from '../../support/in-process-runtime.ts';

export type Fetch = (request: Request) => Response | Promise<Response>;

/** How a deployment differs from a good one. */
export interface Broken {
  readonly runtime?: RuntimeOptions;
  readonly orbit?: (real: Fetch, runtime: Runtime) => Fetch;
  readonly axon?: (real: Fetch, runtime: Runtime) => Fetch;
  readonly down?: 'orbit' | 'axon';
  /** What CodeDeploy answers. */
  readonly codeDeploy?: { readonly status: number; readonly body: object };
  readonly tenant?: string;
  /** What Secrets Manager gives for the client credentials. */
  readonly secret?: string;
}

/** A call as an AWS endpoint got it. */
export interface AwsRequest {
  readonly target: string;
  readonly authorization: string;
  readonly contentType: string;
  readonly body: Record<string, unknown>;
}

const clientSecret = 'client-secret-of-the-smoke-function';

/** Starts it all on free ports. */
export async function startDeployment(broken: Broken = {}) {
  const runtime = await createRuntime({
    caller: { tenant: broken.tenant ?? 'smoke', subject: 'agent:smoke' },
    singleUse: createLedger(),
    ...broken.runtime,
  });
  const servers: Server[] = [];
  const listen = async (listener: RequestListener): Promise<string> => {
    const server = createServer(listener);
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  };
  const served = async (name: 'orbit' | 'axon', real: Fetch): Promise<string> => {
    const answer = getRequestListener((broken[name] ?? ((fetch: Fetch) => fetch))(real, runtime));
    const url = await listen((incoming, outgoing) => void answer(incoming, outgoing));
    if (broken.down === name) servers.pop()?.close();
    return url;
  };
  const orbitUrl = await served('orbit', (request) => runtime.orbitApp.fetch(request));
  const axonUrl = await served('axon', (request) => runtime.axonApp.fetch(request));
  const reports: AwsRequest[] = [];
  const decisions: string[] = [];
  const codeDeployUrl = await listen(
    answering(async (incoming, text) => {
      reports.push({
        target: String(incoming.headers['x-amz-target']),
        authorization: String(incoming.headers.authorization),
        contentType: String(incoming.headers['content-type']),
        body: JSON.parse(text) as Record<string, unknown>,
      });
      return broken.codeDeploy ?? { status: 200, body: { lifecycleEventHookExecutionId: 'x' } };
    }),
  );
  const lambdaUrl = await listen(
    answering(async (incoming, text) => {
      const alias = new URL(incoming.url ?? '', 'http://lambda').searchParams.get('Qualifier') ?? '';
      const decision = await runtime.decide(JSON.parse(text) as object, alias);
      decisions.push(decision.grant ?? '');
      return { status: 200, body: decision };
    }),
  );
  const tokensUrl = await listen(
    answering(async (incoming, text) => {
      const basic = `Basic ${Buffer.from(`smoke:${clientSecret}`).toString('base64')}`;
      const fits = incoming.headers.authorization === basic && text === 'grant_type=client_credentials';
      return fits
        ? { status: 200, body: { access_token: 't', token_type: 'Bearer' } }
        : { status: 401, body: { error: 'invalid_client' } };
    }),
  );
  const secret = broken.secret ?? JSON.stringify({ tokenUrl: tokensUrl, clientId: 'smoke', clientSecret });
  const secretsUrl = await listen(
    answering(async () => ({ status: 200, body: { VersionId: 'one', SecretString: secret } })),
  );
  const dispatcher = new Agent();
  const lines: string[] = [];
  const config = SmokeEnvironment.parse({
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'secret-access-key-of-the-role',
    AWS_ENDPOINT_URL_CODEDEPLOY: codeDeployUrl,
    AWS_ENDPOINT_URL_LAMBDA: lambdaUrl,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: secretsUrl,
    SMOKE_ORBIT_TEST_URL: orbitUrl,
    SMOKE_ORBIT_URL: orbitUrl,
    SMOKE_AXON_TEST_URL: axonUrl,
    GOVERNANCE_FUNCTION: 'agent-runtime-dev-governance',
    SMOKE_ROLE: smokeRole,
    SMOKE_CREDENTIALS_SECRET: 'agent-runtime-dev/smoke',
    SMOKE_CHECK_TIMEOUT_MS: 400,
    SMOKE_REPORT_RESERVE_MS: 2000,
  });
  const handler = createSmokeHandler(
    createSmokeRuntime(config, { dispatcher, write: (line) => void lines.push(line) }),
  );
  return {
    reports,
    lines,
    secrets: () => [
      clientSecret,
      'secret-access-key-of-the-role',
      'Bearer t',
      ...decisions.filter((grant) => grant !== ''),
    ],
    invoke: (event: unknown, context: SmokeContext = { getRemainingTimeInMillis: () => 30_000 }) =>
      handler(event, context),
    async stop() {
      await dispatcher.destroy();
      for (const server of servers) {
        server.closeAllConnections();
        server.close();
      }
      runtime.close();
    },
  };
}

/** The table of spent grants, in this process. */
function createLedger(): SingleUseLedger {
  const spent = new Set<string>();
  return {
    async claim(jti) {
      if (spent.has(jti)) return 'replayed';
      spent.add(jti);
      return 'first';
    },
  };
}

/** A listener that reads all of a request before it answers JSON. */
function answering(
  answer: (incoming: IncomingMessage, text: string) => Promise<{ status: number; body: object }>,
): RequestListener {
  return (incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      answer(incoming, Buffer.concat(chunks).toString()).then(
        ({ status, body }) =>
          outgoing.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body)),
        (error: unknown) => outgoing.writeHead(500).end(String(error)),
      );
    });
  };
}
