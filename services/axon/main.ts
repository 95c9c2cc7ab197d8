// Axon: environment, checked configuration, wired service, in that order.
// Next: services/axon/app.ts, the routes.
import { fromDefaultChain } from '../shared/aws-credentials.ts';
import { exitOnConfigurationError, readEnvironment } from '../shared/environment.ts';
import { createLogger } from '../shared/log.ts';
import { startServiceMetrics } from '../shared/metrics.ts';
import { createPseudonymizer } from '../shared/pseudonym.ts';
import { createReadiness } from '../shared/readiness.ts';
import { createEphemeralSecret, createSecretReader } from '../shared/secret.ts';
import { AxonSecret } from '../shared/secret-schemas.ts';
import { startServer, stopOnSignals } from '../shared/server.ts';
import { createTlsIdentity } from '../shared/tls.ts';
import { tracingFrom } from '../shared/tracing-setup.ts';
import { createAxonApp } from './app.ts';
import { AxonEnvironment } from './config.ts';
import { fetchKmsKey } from './kms-key.ts';
import { reasonerConfig } from './reasoner-config.ts';
import { selectReasoner } from './reasoners/select-reasoner.ts';
import { createReplaySet } from './replay-set.ts';
import { createSingleUseLedger } from './single-use.ts';
import { createTrustedKeys } from './trusted-keys.ts';
import { createVerifier, replayKeepMs } from './verify.ts';

const config = await exitOnConfigurationError(() => readEnvironment(AxonEnvironment, process.env, { service: 'axon' }));

const log = createLogger({ service: 'axon', version: config.AXON_VERSION, level: config.LOG_LEVEL });
const credentials = fromDefaultChain();
const region = config.AWS_REGION;
const tracing = tracingFrom(config, {
  service: 'axon',
  version: config.AXON_VERSION,
  credentials,
  log,
  followsCaller: true,
});
const replays = createReplaySet(config.AXON_REPLAY_CAPACITY, replayKeepMs);
const metrics =
  config.METRICS_NAMESPACE === undefined
    ? undefined
    : startServiceMetrics({
        namespace: config.METRICS_NAMESPACE,
        service: 'axon',
        saturation: 'axonSaturation',
        look: ({ record }) => record('replaySetUse', (100 * replays.size) / config.AXON_REPLAY_CAPACITY),
      });
const trustedKeys = createTrustedKeys({
  keyIds: config.GOVERNANCE_TRUSTED_KEYS,
  fetchKey: fetchKmsKey({ region, endpoint: config.AWS_ENDPOINT_URL_KMS, credentials }),
  onFailure: (keyId, cause) => log.warn({ keyId, err: cause }, 'governance key could not be fetched'),
});
const secret =
  config.AXON_SECRET === undefined
    ? createEphemeralSecret(AxonSecret)
    : createSecretReader({
        secretId: config.AXON_SECRET,
        schema: AxonSecret,
        region,
        endpoint: config.AWS_ENDPOINT_URL_SECRETS_MANAGER,
        credentials,
        refreshSeconds: config.AXON_SECRET_REFRESH_SECONDS,
        log,
      });
const readiness = createReadiness({ 'governance keys': trustedKeys.ready, secret: secret.ready });
const app = createAxonApp({
  verify: createVerifier({
    issuer: config.GOVERNANCE_ISSUER,
    audience: 'axon',
    trustedKeys,
    replays,
    callers: config.AXON_MESH === 'lattice' ? (config.AXON_CALLERS ?? new Map()) : null,
  }),
  reasoner: selectReasoner(reasonerConfig(config), { credentials, openAiApiKey: () => secret.current().openAiApiKey }),
  pseudonymize: createPseudonymizer(() => secret.current().logKey),
  singleUse: config.AXON_GRANTS_TABLE
    ? createSingleUseLedger({
        table: config.AXON_GRANTS_TABLE,
        region,
        endpoint: config.AWS_ENDPOINT_URL_DYNAMODB,
        credentials,
      })
    : null,
  readiness,
  log,
  tracing,
  metrics,
  version: config.AXON_VERSION,
  requestTimeoutMs: config.AXON_REQUEST_TIMEOUT_MS,
});

const tls = config.AXON_TLS
  ? await createTlsIdentity({ commonName: 'axon', altNames: ['axon', 'localhost'] })
  : undefined;
const running = await exitOnConfigurationError(() =>
  startServer({
    app,
    hostname: config.AXON_HOST,
    port: config.AXON_PORT,
    tls,
    readiness,
    log,
    drainDelayMs: config.AXON_DRAIN_DELAY_MS,
    drainTimeoutMs: config.AXON_DRAIN_TIMEOUT_MS,
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
