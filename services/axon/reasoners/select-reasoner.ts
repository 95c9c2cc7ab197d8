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

/**
 * Makes the configured reasoner; sends nothing yet.
 *
 * @param access - AWS credentials, asked for only by a reasoner that signs.
 * @throws TypeError for a region, base URL or key that cannot be used.
 */
export function selectReasoner(config: ReasonerConfig, access: { readonly credentials: CredentialSource }): Reasoner {
  switch (config.kind) {
    case 'heartbeat':
      return createHeartbeatReasoner();
    case 'bedrock':
      return createBedrockReasoner({ ...config, credentials: access.credentials });
    case 'openai-compatible':
      return createOpenAiReasoner(config);
  }
}
