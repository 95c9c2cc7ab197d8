// Which reasoner a configuration means.
// Next: services/axon/reasoners/heartbeat.ts, the one that needs nothing.
import type { CredentialSource } from '../../shared/aws.ts';
import { createBedrockReasoner } from './bedrock.ts';
import { createHeartbeatReasoner } from './heartbeat.ts';
import { createOpenAiReasoner } from './openai-compatible.ts';
import type { Reasoner } from './reasoner.ts';

/** The reasoners there are, each with what it needs. Timeouts are for a whole call, in milliseconds. */
export type ReasonerConfig =
  | { readonly kind: 'heartbeat' }
  | {
      readonly kind: 'bedrock';
      readonly region: string;
      readonly modelId: string;
      readonly endpoint?: string | undefined;
      readonly timeoutMs: number;
    }
  | {
      readonly kind: 'openai-compatible';
      readonly baseUrl: string;
      readonly apiKey?: string | undefined;
      readonly model: string;
      readonly timeoutMs: number;
    };

/** What a reasoner may need that changes while the process runs. */
export interface ReasonerAccess {
  /** Asked for only by a reasoner that signs. */
  readonly credentials: CredentialSource;
  /** Of Axon's secret, asked for before each call; goes before the configured one. */
  readonly openAiApiKey?: () => string | undefined;
}

/**
 * Makes the configured reasoner; sends nothing yet.
 *
 * @throws TypeError for a region, base URL or key that cannot be used.
 */
export function selectReasoner(config: ReasonerConfig, access: ReasonerAccess): Reasoner {
  switch (config.kind) {
    case 'heartbeat':
      return createHeartbeatReasoner();
    case 'bedrock':
      return createBedrockReasoner({ ...config, credentials: access.credentials });
    case 'openai-compatible':
      return createOpenAiReasoner({ ...config, currentApiKey: access.openAiApiKey });
  }
}
