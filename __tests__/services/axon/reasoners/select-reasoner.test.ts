// The environment picks the reasoner, and only one that signs asks for credentials.
// Next: __tests__/services/axon/reasoners/bedrock.test.ts.
import { describe, expect, it, vi } from 'vitest';
import { AxonEnvironment } from '../../../../services/axon/config.ts';
import { reasonerConfig } from '../../../../services/axon/reasoner-config.ts';
import { selectReasoner } from '../../../../services/axon/reasoners/select-reasoner.ts';
import { ConfigurationError, readEnvironment } from '../../../../services/shared/environment.ts';

const base = {
  AWS_REGION: 'eu-central-1',
  GOVERNANCE_TRUSTED_KEYS: 'alias/x',
  AXON_MESH: 'service-connect',
  AXON_REQUEST_TIMEOUT_MS: '7000',
};
const configOf = (env: Record<string, string>) =>
  reasonerConfig(readEnvironment(AxonEnvironment, { ...base, ...env }, { service: 'axon' }));

const cases = [
  { env: {}, config: { kind: 'heartbeat' } },
  {
    env: { AXON_REASONER: 'bedrock', AXON_MODEL: 'm', AWS_ENDPOINT_URL_BEDROCK_RUNTIME: 'http://127.0.0.1:1' },
    config: { kind: 'bedrock', region: 'eu-central-1', modelId: 'm', endpoint: 'http://127.0.0.1:1', timeoutMs: 7000 },
  },
  {
    env: {
      AXON_REASONER: 'openai-compatible',
      AXON_MODEL: 'm',
      AXON_OPENAI_BASE_URL: 'http://127.0.0.1:1/v1',
      AXON_OPENAI_API_KEY: 'k',
    },
    config: { kind: 'openai-compatible', baseUrl: 'http://127.0.0.1:1/v1', apiKey: 'k', model: 'm', timeoutMs: 7000 },
  },
];

describe('the configured reasoner', () => {
  it.each(cases)('is $config.kind for $env', ({ env, config }) => {
    const credentials = vi.fn<() => Promise<never>>();
    expect(configOf(env)).toEqual(config);
    expect(selectReasoner(configOf(env), { credentials }).name).toBe(config.kind);
    expect(credentials).not.toHaveBeenCalled();
  });

  it.each([
    [{ AXON_REASONER: 'bedrock' }, 'AXON_MODEL'],
    [{ AXON_REASONER: 'openai-compatible', AXON_MODEL: 'm' }, 'AXON_OPENAI_BASE_URL'],
  ])('is refused for %j, naming %s', (env, name) => {
    expect(() => configOf(env)).toThrow(name);
    // And by the mapping alone, should the schema ever forget.
    const parsed = readEnvironment(AxonEnvironment, base, { service: 'axon' });
    const forgotten = {
      ...parsed,
      AXON_REASONER: 'openai-compatible',
      AXON_MODEL: name === 'AXON_MODEL' ? undefined : 'm',
    } as const;
    expect(() => reasonerConfig(forgotten)).toThrow(ConfigurationError);
  });
});
