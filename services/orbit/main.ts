// Orbit: environment, checked configuration, wired service, in that order.
// Next: services/orbit/app.ts, the routes.
import { Agent } from 'undici';
import { fromDefaultChain } from '../shared/aws-credentials.ts';
import { exitOnConfigurationError, readEnvironment } from '../shared/environment.ts';
import { createLogger } from '../shared/log.ts';
import { startServiceMetrics } from '../shared/metrics.ts';
import { createPseudonymizer } from '../shared/pseudonym.ts';
import { createReadiness } from '../shared/readiness.ts';
import { createEphemeralSecret, createSecretReader } from '../shared/secret.ts';
import { OrbitSecret } from '../shared/secret-schemas.ts';
import { startServer, stopOnSignals } from '../shared/server.ts';
import { createTlsIdentity } from '../shared/tls.ts';
import { tracingFrom } from '../shared/tracing-setup.ts';
import { createOrbitApp } from './app.ts';
import { createAuthenticator } from './authenticate.ts';
import { createAxonClient } from './axon-client.ts';
import { OrbitEnvironment } from './config.ts';
import { createGovernanceClient } from './governance-client.ts';
import { measureAxon, measureGovernance } from './measured-calls.ts';
import { createProofKey } from './proof-key.ts';
import { traceAxon, traceGovernance } from './traced-calls.ts';

const config = await exitOnConfigurationError(() =>
  readEnvironment(OrbitEnvironment, process.env, { service: 'orbit' }),
);

const log = createLogger({ service: 'orbit', version: config.ORBIT_VERSION, level: config.LOG_LEVEL });
const credentials = fromDefaultChain();
const region = config.AWS_REGION;
const tracing = tracingFrom(config, {
  service: 'orbit',
  version: config.ORBIT_VERSION,
  credentials,
  log,
  followsCaller: false,
});
const metrics =
  config.METRICS_NAMESPACE === undefined
    ? undefined
    : startServiceMetrics({
        namespace: config.METRICS_NAMESPACE,
        service: 'orbit',
        saturation: 'orbitSaturation',
      });
const dispatcher = new Agent({ connections: 256, keepAliveTimeout: 30_000 });
const authenticator = createAuthenticator({
  issuer: config.TOKEN_ISSUER,
  audience: config.TOKEN_AUDIENCE,
  jwksUrl: config.TOKEN_JWKS_URL,
  algorithms: config.TOKEN_ALGORITHMS,
  tenantClaim: config.TOKEN_TENANT_CLAIM,
});
const secret =
  config.ORBIT_SECRET === undefined
    ? createEphemeralSecret(OrbitSecret)
    : createSecretReader({
        secretId: config.ORBIT_SECRET,
        schema: OrbitSecret,
        region,
        endpoint: config.AWS_ENDPOINT_URL_SECRETS_MANAGER,
        credentials,
        refreshSeconds: config.ORBIT_SECRET_REFRESH_SECONDS,
        log,
      });
const readiness = createReadiness({ 'issuer keys': authenticator.ready, secret: secret.ready });
const askGovernance = createGovernanceClient({
  functionName: config.GOVERNANCE_FUNCTION,
  alias: config.GOVERNANCE_ALIAS,
  region,
  endpoint: config.AWS_ENDPOINT_URL_LAMBDA,
  credentials,
  timeoutMs: config.GOVERNANCE_TIMEOUT_MS,
  joinsXray: config.TRACES_TO === 'xray',
  dispatcher,
  log,
});
const callAxon = createAxonClient({ url: config.AXON_URL, mesh: config.AXON_MESH, region, credentials, dispatcher });
const tracedGovernance = tracing ? traceGovernance(askGovernance, tracing) : askGovernance;
const tracedAxon = tracing ? traceAxon(callAxon, tracing) : callAxon;
const app = createOrbitApp({
  authenticator,
  askGovernance: metrics ? measureGovernance(tracedGovernance, metrics) : tracedGovernance,
  callAxon: metrics ? measureAxon(tracedAxon, metrics) : tracedAxon,
  proofKey: createProofKey(),
  service: 'orbit',
  pseudonymize: createPseudonymizer(() => secret.current().logKey),
  readiness,
  log,
  tracing,
  metrics,
  version: config.ORBIT_VERSION,
  requestTimeoutMs: config.ORBIT_REQUEST_TIMEOUT_MS,
});

const tls = config.ORBIT_TLS
  ? await createTlsIdentity({ commonName: 'orbit', altNames: ['orbit', 'localhost'] })
  : undefined;
const running = await exitOnConfigurationError(() =>
  startServer({
    app,
    hostname: config.ORBIT_HOST,
    port: config.ORBIT_PORT,
    tls,
    readiness,
    log,
    drainDelayMs: config.ORBIT_DRAIN_DELAY_MS,
    drainTimeoutMs: config.ORBIT_DRAIN_TIMEOUT_MS,
  }),
);
log.info({ url: running.url }, 'listening');
stopOnSignals(
  {
    stop: async () => {
      await running.stop();
      metrics?.stop();
      await tracing?.stop();
    },
  },
  log,
);
await prepareKeys();

/** Readiness waits for the issuer's keys; until they come, one try a second. */
async function prepareKeys(): Promise<void> {
  while (!authenticator.ready() && !readiness.draining) {
    await authenticator
      .prepare()
      .catch((error: unknown) => log.warn({ err: error }, 'issuer keys could not be fetched yet'));
    if (!authenticator.ready()) await new Promise((resolve) => setTimeout(resolve, 1000).unref());
  }
}
