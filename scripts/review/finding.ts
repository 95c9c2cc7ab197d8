// One thing a reviewer should know of a plan, in words.
// Next: scripts/review/security.ts and scripts/review/data-loss.ts, which find them; scripts/review/render.ts.
import { compareText } from './planned-resource.ts';

/** What a change does to who can do or reach what: `unknown` when only the apply shows it. */
export type Effect = 'widens' | 'unknown' | 'changes' | 'narrows';

/** One finding. */
export interface Finding {
  readonly effect: Effect;
  /** Named before all others, with a warning sign. */
  readonly loud: boolean;
  /** `iam`, `network`, `exposure` and the like: those of one kind stand together. */
  readonly kind: string;
  readonly address: string;
  /** One line of Markdown; what comes from the plan is in code spans. */
  readonly text: string;
}

const effects: readonly Effect[] = ['widens', 'unknown', 'changes', 'narrows'];

/** The gravest first; the same findings always in the same order, each once. */
export function sortFindings(findings: readonly Finding[]): Finding[] {
  const unique = new Map(findings.map((finding) => [`${finding.address}\n${finding.text}`, finding]));
  return [...unique.values()].toSorted(
    (a, b) =>
      Number(b.loud) - Number(a.loud) ||
      effects.indexOf(a.effect) - effects.indexOf(b.effect) ||
      compareText(a.kind, b.kind) ||
      compareText(a.address, b.address) ||
      compareText(a.text, b.text),
  );
}
