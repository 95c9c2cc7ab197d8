// Picks the reasoner's settings out of Axon's environment.
// Next: services/axon/reasoners/select-reasoner.ts, which makes the reasoner.
import { type AxonConfig } from './config.ts';
import { type ReasonerConfig } from './reasoners/select-reasoner.ts';

/** Maps the checked environment; `AXON_MODEL` and the base URL are there where the kind needs them, as the configuration demands. */
export function reasonerConfig(config: AxonConfig): ReasonerConfig {
  const { AXON_MODEL: model = '', AXON_REQUEST_TIMEOUT_MS: timeoutMs } = config;
  switch (config.AXON_REASONER) {
    case 'heartbeat':
      return { kind: 'heartbeat' };
    case 'bedrock':
      return { kind: 'bedrock', region: config.AWS_REGION, modelId: model, endpoint: config.AWS_ENDPOINT_URL_BEDROCK_RUNTIME, timeoutMs };
    case 'openai-compatible':
      return { kind: 'openai-compatible', baseUrl: config.AXON_OPENAI_BASE_URL ?? '', apiKey: config.AXON_OPENAI_API_KEY, model, timeoutMs };
  }
}
