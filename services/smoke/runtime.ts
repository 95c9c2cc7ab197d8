// Wires the smoke function: what each check calls, with which credentials, and where its lines go.
// Next: services/smoke/handler.ts, which runs on it.
import { type Dispatcher } from 'undici';
import type * as z from 'zod';
import { requestAccessToken } from './access-token.ts';
import { listChecks } from './checks.ts';
import { createReportStatus } from './code-deploy.ts';
import { type SmokeEnvironment } from './config.ts';
import { createDirectCalls } from './direct-call.ts';
import { createAskGovernance } from './governance.ts';
import { type SmokeRuntime } from './handler.ts';
import { createProbeSender } from './probe.ts';

/** What the process gives. */
export interface SmokeProcess {
  /** For the listeners; AWS is called by the process's own. */
  readonly dispatcher: Dispatcher;
  readonly write: (line: string) => void;
}

/** Makes the runtime of a checked configuration. */
export function createSmokeRuntime(
  config: z.output<typeof SmokeEnvironment>,
  { dispatcher, write }: SmokeProcess,
): SmokeRuntime {
  const region = config.AWS_REGION;
  const keys = {
    accessKeyId: config.AWS_ACCESS_KEY_ID,
    secretAccessKey: config.AWS_SECRET_ACCESS_KEY,
    sessionToken: config.AWS_SESSION_TOKEN,
  };
  // A Lambda environment ends before its credentials do, so they are read once.
  const credentials = () => Promise.resolve(keys);
  const askGovernance = createAskGovernance({
    functionName: config.GOVERNANCE_FUNCTION,
    region,
    endpoint: config.AWS_ENDPOINT_URL_LAMBDA,
    credentials,
  });
  const tokenAccess = {
    region,
    endpoint: config.AWS_ENDPOINT_URL_SECRETS_MANAGER,
    credentials,
    secretId: config.SMOKE_CREDENTIALS_SECRET,
    timeoutMs: config.SMOKE_CHECK_TIMEOUT_MS,
  };
  return {
    checksOf(listener, correlationId) {
      let token: string | undefined;
      return listChecks({
        orbitUrl: listener === 'test' ? config.SMOKE_ORBIT_TEST_URL : config.SMOKE_ORBIT_URL,
        // In production Axon is reached through the mesh alone, which Orbit's permitted call goes through.
        axonUrl: listener === 'test' ? config.SMOKE_AXON_TEST_URL : undefined,
        correlationId,
        send: createProbeSender(dispatcher),
        token: async (signal) => (token ??= await requestAccessToken(tokenAccess, signal)),
        directCall: createDirectCalls({ askGovernance, roleArn: config.SMOKE_ROLE, correlationId }),
      });
    },
    reportStatus: createReportStatus({
      region,
      endpoint: config.AWS_ENDPOINT_URL_CODEDEPLOY,
      credentials,
      timeoutMs: Math.floor(config.SMOKE_REPORT_RESERVE_MS * 0.9),
    }),
    checkTimeoutMs: config.SMOKE_CHECK_TIMEOUT_MS,
    reportReserveMs: config.SMOKE_REPORT_RESERVE_MS,
    log: (level, message, fields) =>
      write(JSON.stringify({ timestamp: new Date().toISOString(), level, service: 'smoke', message, ...fields })),
  };
}
