// The smoke function with the environment and the secret that an applied account has for it, against a runtime on loopback.
// Next: services/smoke/main.ts, which Lambda would start with them.
import { type RequestListener } from 'node:http';
import { Agent } from 'undici';
import { z } from 'zod';
import { type AppliedAccount } from '../../services/local/emulated-account.ts';
import { listenLoopback, readWireRequest, sendJson } from '../../services/local/loopback-server.ts';
import { readEnvironment } from '../../services/shared/environment.ts';
import { type CheckResult, createSmokeHandler } from '../../services/smoke/handler.ts';
import { SmokeEnvironment } from '../../services/smoke/config.ts';
import { createSmokeRuntime } from '../../services/smoke/runtime.ts';
import { type AwsCli } from './observability-readback.ts';
import { type SocketRuntime } from './socket-runtime.ts';

/** What it is run against. */
export interface AppliedSmokeOptions {
  readonly aws: AwsCli;
  readonly account: AppliedAccount;
  readonly runtime: SocketRuntime;
  /** Whether an Axon that checks nothing stands behind the test listener. @defaultValue false */
  readonly trustingAxon?: boolean;
  /** What is put into the secret. @defaultValue the one that the issuer knows */
  readonly clientSecret?: string;
}

/** How it went. */
export interface SmokeRun {
  readonly checks: readonly CheckResult[];
  readonly failed: readonly string[];
  /** What CodeDeploy was told. */
  readonly reported: readonly string[];
}

const issuedSecret = 'client-secret-of-the-smoke-function';
const Applied = z.object({ Environment: z.object({ Variables: z.record(z.string(), z.string()) }) });
const Line = z.looseObject({ message: z.string() });

/** Runs its hook as CodeDeploy calls it. */
export async function runAppliedSmoke({
  aws,
  account,
  runtime,
  trustingAxon = false,
  clientSecret = issuedSecret,
}: AppliedSmokeOptions): Promise<SmokeRun> {
  const { platform } = runtime;
  const { region, prefix } = platform.synthesized;
  const reported: string[] = [];
  const beside = await listenLoopback(answerBeside(runtime, reported), 0, { name: 'beside', setting: 'none' });
  const trusting = await listenLoopback(
    (_, outgoing) => sendJson(outgoing, 200, { status: 'healthy', output: 'whatever you say' }),
    0,
    { name: 'trusting', setting: 'none' },
  );
  const dispatcher = new Agent();
  try {
    const answer = await aws('lambda', 'get-function-configuration', '--function-name', `${prefix}-smoke`);
    const { Variables: applied } = Applied.parse(answer).Environment;
    const secret = JSON.stringify({ tokenUrl: `${beside.url}/token`, clientId: 'smoke', clientSecret });
    const secretId = applied['SMOKE_CREDENTIALS_SECRET'] ?? '';
    await aws('secretsmanager', 'put-secret-value', '--secret-id', secretId, '--secret-string', secret);
    const { accessKeyId, secretAccessKey, sessionToken } = platform.principals.credentialsOf('smoke');
    const config = readEnvironment(
      SmokeEnvironment,
      {
        ...applied,
        // What Lambda adds, and where the account's load balancer and endpoints would be.
        AWS_REGION: region,
        AWS_ACCESS_KEY_ID: accessKeyId,
        AWS_SECRET_ACCESS_KEY: secretAccessKey,
        AWS_SESSION_TOKEN: sessionToken,
        AWS_ENDPOINT_URL_CODEDEPLOY: beside.url,
        AWS_ENDPOINT_URL_LAMBDA: platform.urls.lambda,
        AWS_ENDPOINT_URL_SECRETS_MANAGER: account.url,
        SMOKE_ORBIT_TEST_URL: runtime.orbitUrl,
        SMOKE_ORBIT_URL: runtime.orbitUrl,
        SMOKE_AXON_TEST_URL: trustingAxon ? trusting.url : runtime.axonUrl,
        // Of the account that signs here.
        SMOKE_ROLE: platform.principals.roleArn('smoke'),
      },
      { service: 'smoke' },
    );
    const checks: CheckResult[] = [];
    const write = (line: string): void => {
      const said = Line.parse(JSON.parse(line));
      if (said.message.startsWith('check ')) checks.push(said as unknown as CheckResult);
    };
    const handler = createSmokeHandler(createSmokeRuntime(config, { dispatcher, write }));
    const event = { DeploymentId: 'd-1', LifecycleEventHookExecutionId: 'hook-1' };
    const ended = await handler(event, { getRemainingTimeInMillis: () => 60_000 }).then(
      ({ ok }) => ok,
      () => false,
    );
    const failed = checks.filter(({ ok }) => !ok).map(({ check }) => check);
    if (ended !== (failed.length === 0)) throw new Error(`got end ${ended} with failed checks ${failed.join(', ')}`);
    return { checks, failed, reported };
  } finally {
    await dispatcher.close();
    await Promise.all([beside.close(), trusting.close()]);
  }
}

/** The token issuer's client credentials grant (RFC 6749, section 4.4), and CodeDeploy, which keeps what it is told. */
function answerBeside(runtime: SocketRuntime, reported: string[]): RequestListener {
  return (incoming, outgoing) => {
    void readWireRequest(incoming, 10_000).then(async ({ target, body }) => {
      if (target !== '/token') {
        reported.push(z.object({ status: z.string() }).parse(JSON.parse(body.toString())).status);
        return sendJson(outgoing, 200, { lifecycleEventHookExecutionId: 'hook-1' });
      }
      const known = `Basic ${Buffer.from(`smoke:${issuedSecret}`).toString('base64')}`;
      return incoming.headers.authorization === known
        ? sendJson(outgoing, 200, { access_token: await runtime.token('agent:smoke', 'smoke'), token_type: 'Bearer' })
        : sendJson(outgoing, 401, { error: 'invalid_client' });
    });
  };
}
