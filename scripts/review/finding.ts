// One thing a reviewer should know of a plan, in words.
// Next: scripts/review/security.ts and scripts/review/data-loss.ts, which find them; scripts/review/render.ts.
import { code, codes } from './markdown.ts';
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

/** Several findings that say the same of several resources, or one. */
export type FindingLine = Pick<Finding, 'effect' | 'loud' | 'kind' | 'text'>;

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

/** As many as there may be without a section that has all of them. */
const shownNames = 14;

/** Those that say the same of several resources as one line, where the first of them stands. */
export function joinFindings(findings: readonly Finding[]): FindingLine[] {
  const saying = ({ address, text }: Finding): string | null => {
    const start = `${code(address)} `;
    return text.startsWith(start) ? text.slice(start.length) : null;
  };
  const groups = Map.groupBy(findings, (each) => JSON.stringify([each.effect, each.loud, saying(each) ?? each.text]));
  return [...groups.values()].flatMap(([first, ...more]) => {
    if (first === undefined) return [];
    const says = saying(first);
    if (more.length === 0 || says === null) return [first];
    return [
      {
        ...first,
        text: `each of ${codes(
          [first, ...more].map(({ address }) => address),
          shownNames,
        )} ${says}`,
      },
    ];
  });
}

/**
 * As many as fit, in their order, but of each kind of the loud ones the first before any second: many of one kind hide no other.
 */
export function pickFindings(findings: readonly FindingLine[], limit: number): FindingLine[] {
  const loud = findings.filter((each) => each.loud);
  const firsts = loud.filter((each) => loud.find(({ kind }) => kind === each.kind) === each);
  const picked = new Set(firsts.slice(0, limit));
  for (const each of findings) if (picked.size < limit) picked.add(each);
  return findings.filter((each) => picked.has(each));
}
