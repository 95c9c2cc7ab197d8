// Which reasoner the environment asks for.
// Next: services/axon/reasoners/select-reasoner.ts, which makes it.
import { ConfigurationError } from '../shared/environment.ts';
import type { AxonConfig } from './config.ts';
import type { ReasonerConfig } from './reasoners/select-reasoner.ts';

/**
 * Maps the parsed environment to a reasoner's configuration. A call to a model may take as long as a request to Axon;
 * the request's own deadline, which is never longer, ends it earlier.
 *
 * @throws ConfigurationError when a setting the chosen reasoner needs is absent; the schema refuses that before.
 */
export function reasonerConfig(config: AxonConfig): ReasonerConfig {
  const timeoutMs = config.AXON_REQUEST_TIMEOUT_MS;
  switch (config.AXON_REASONER) {
    case 'heartbeat':
      return { kind: 'heartbeat' };
    case 'bedrock':
      return {
        kind: 'bedrock',
        region: config.AWS_REGION,
        modelId: needed(config, 'AXON_MODEL'),
        endpoint: config.AWS_ENDPOINT_URL_BEDROCK_RUNTIME,
        timeoutMs,
      };
    case 'openai-compatible':
      return {
        kind: 'openai-compatible',
        baseUrl: needed(config, 'AXON_OPENAI_BASE_URL'),
        apiKey: config.AXON_OPENAI_API_KEY,
        model: needed(config, 'AXON_MODEL'),
        timeoutMs,
      };
  }
}

function needed(config: AxonConfig, path: 'AXON_MODEL' | 'AXON_OPENAI_BASE_URL'): string {
  const value = config[path];
  if (value !== undefined) return value;
  const expected = `a value, because AXON_REASONER is ${config.AXON_REASONER}`;
  throw new ConfigurationError('axon', [{ path, got: 'nothing', expected }]);
}
