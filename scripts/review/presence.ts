// What a rule about something that is there or not looks like.
// Next: scripts/review/presence-rules.ts, the rules; scripts/review/presence-findings.ts, which compares.
import type { Values } from './planned-resource.ts';

/** The words for something that is there or not; Markdown. */
export interface Presence {
  readonly subject: string;
  readonly gains: string;
  readonly loses: string;
  readonly loud: boolean;
}

/** What a type's resources are there for: none, one or several things each. */
export interface PresenceRule {
  readonly kind: string;
  /** It holds back rather than lets in: its end widens. */
  readonly guards?: true;
  readonly list: (values: Values, address: string) => readonly Presence[];
}
