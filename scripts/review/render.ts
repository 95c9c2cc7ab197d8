// A review as Markdown: a screen for who decides, the rest folded away, never longer than a comment may be.
// Next: scripts/review/markdown.ts, which keeps what a plan holds from being Markdown.
import { type Finding, type FindingLine, joinFindings, pickFindings } from './finding.ts';
import { count } from '../../governance/cli/table.ts';
import { attributeOf } from '../infra/plan-changes.ts';
import { block, code, codes, details } from './markdown.ts';
import { describeReason } from './data-loss.ts';
import { type Action, compareText } from './planned-resource.ts';
import type { Change, Review } from './review-plan.ts';

/** GitHub refuses a comment above 65,536 (https://docs.github.com/en/rest/issues/comments); the rest is for its marker. */
const maxCharacters = 65_000;
const shown = { losses: 8, security: 14, destroyed: 5, names: 4 };
/** What a screen of that many lines holds. */
const visibleCharacters = 9_000;
const reserveCharacters = 1_500;
const actionTitles: readonly (readonly [Action, string, string])[] = [
  ['create', 'to create', 'Created'],
  ['update', 'to change', 'Changed'],
  ['replace', 'to replace', 'Replaced'],
  ['delete', 'to destroy', 'Destroyed'],
  ['read', 'to read during the apply', 'Read during the apply'],
  ['forget', 'to forget', 'Forgotten: they stay in the account, unmanaged'],
  ['dropped', 'no longer done', 'No longer done: only the plan of the base branch does it'],
];

/** Writes a review. The same plan gives the same text. */
export function renderReview(review: Review, environment: string): string {
  const title = `### Plan of ${code(environment)}: `;
  const { changes, drift, outputs, notes } = review;
  const nothing = [changes, drift, outputs, notes, review.security].every((each) => each.length === 0);
  if (nothing) return `${title}nothing to do${review.relative ? ' that the base branch would not do' : ''}\n`;
  const visible = [
    `${title}${headline(review)}`,
    ...(review.relative ? ['', 'Only what the plan of the base branch does not do.'] : []),
    ...notes.flatMap((each) => ['', each]),
    ...renderLosses(review.losses),
    ...renderSecurity(review),
    ...renderDestroyed(review),
    ...renderAside(review),
  ];
  const screen = fit(visible, visibleCharacters, 'more lines are left out here; the sections below have what fits');
  return fill(screen.join('\n'), listDetails(review, screen.length < visible.length));
}

function headline({ changes }: Review): string {
  const parts = actionTitles.flatMap(([action, words], index) => {
    const found = changes.filter(
      ({ resource }) => resource.action === action && (action !== 'read' || resource.mode === 'managed'),
    );
    return index < 4 || found.length > 0 ? [`${found.length} ${words}`] : [];
  });
  const moved = changes.filter(({ resource }) => resource.previousAddress !== null).length;
  const imported = changes.filter(({ resource }) => resource.importId !== null).length;
  return [
    ...parts,
    ...(moved > 0 ? [`${moved} to move`] : []),
    ...(imported > 0 ? [`${imported} to import`] : []),
  ].join(', ');
}

function renderLosses(losses: readonly Finding[]): string[] {
  if (losses.length === 0) return [];
  const joined = joinFindings(losses);
  const lines = pickFindings(joined, shown.losses).map(({ text }) => `> - ${text}`);
  const more = joined.length - lines.length;
  const rest = more > 0 ? [`> - and ${more} more, below`] : [];
  return ['', '> [!CAUTION]', `> **Data may be lost: ${count(losses.length, 'finding')}.**`, '>', ...lines, ...rest];
}

function renderSecurity({ security }: Review): string[] {
  if (security.length === 0) return ['', '**Security:** nothing found that changes who can do or reach what.'];
  const joined = joinFindings(security);
  const lines = pickFindings(joined, shown.security).map(formatFinding);
  const more = joined.length - lines.length;
  return [
    '',
    `**Security:** ${countEffects(security)}`,
    '',
    ...lines,
    ...(more > 0 ? [`- and ${more} more, below`] : []),
  ];
}

function countEffects(security: readonly Finding[]): string {
  const words = {
    widens: 'widening',
    unknown: 'not to be judged before the apply',
    changes: 'changing',
    narrows: 'narrowing',
  };
  return (['widens', 'unknown', 'changes', 'narrows'] as const)
    .map((effect) => [security.filter((each) => each.effect === effect).length, words[effect]] as const)
    .filter(([number]) => number > 0)
    .map(([number, word]) => `${number} ${word}`)
    .join(', ');
}

function formatFinding({ loud, effect, text }: FindingLine): string {
  const signs = { widens: '➕', unknown: '❔', changes: '✳️', narrows: '➖' };
  return `- ${loud ? '⚠️ ' : ''}${signs[effect]} ${text}`;
}

/** What goes and is no store of data: those are told above. */
function renderDestroyed({ changes, losses }: Review): string[] {
  const told = new Set(losses.map(({ address }) => address));
  const gone = changes.filter(
    ({ resource }) => ['delete', 'replace'].includes(resource.action) && !told.has(resource.address),
  );
  if (gone.length === 0) return [];
  const lines = gone.slice(0, shown.destroyed).map(({ resource }) => {
    const done = resource.action === 'replace' ? 'replaced' : 'destroyed';
    return `- ${code(resource.address)} is ${done}${describeReason(resource)}`;
  });
  const more = gone.length - lines.length;
  return [
    '',
    '**Destroyed and replaced, without data of their own:**',
    '',
    ...lines,
    ...(more > 0 ? [`- and ${more} more, below`] : []),
  ];
}

/** What most of the changes in place are about, so that one tag on everything reads as one. */
function summarizeUpdates(changes: readonly Change[]): string[] {
  // Without those of which only a mark differs, like that of a secret.
  const updates = changes.filter(({ resource, attributes }) => resource.action === 'update' && attributes.length > 0);
  const groups = Map.groupBy(updates, ({ attributes }) =>
    JSON.stringify([...new Set(attributes.map(attributeOf))].toSorted()),
  );
  const sorted = [...groups].toSorted(([a, one], [b, two]) => two.length - one.length || compareText(a, b));
  const parts = sorted
    .slice(0, shown.names)
    .map(
      ([names, group]) => `${codes(JSON.parse(names) as string[], shown.names)} of ${count(group.length, 'resource')}`,
    );
  const more = sorted.length - parts.length;
  if (updates.length === 0) return [];
  return [`**Changed in place:** ${parts.join('; ')}${more > 0 ? `; and ${more} more sets of attributes` : ''}`];
}

function renderAside({ changes, drift, outputs }: Review): string[] {
  const line = (label: string, names: readonly string[]): string[] =>
    names.length === 0 ? [] : [`**${label}:** ${codes(names, shown.names)}`];
  const addresses = (action: Action): string[] =>
    changes.filter(({ resource }) => resource.action === action).map(({ resource }) => resource.address);
  const moved = changes.flatMap(({ resource }) =>
    resource.previousAddress === null ? [] : [`${resource.previousAddress} to ${resource.address}`],
  );
  const imported = changes.flatMap(({ resource }) =>
    resource.importId === null ? [] : [`${resource.importId} as ${resource.address}`],
  );
  const lines = [
    ...summarizeUpdates(changes),
    ...line('Moved', moved),
    ...line('Imported', imported),
    ...line('Forgotten (stays in the account, unmanaged)', addresses('forget')),
    ...line('No longer done', addresses('dropped')),
    ...line(
      'Changed outside Terraform',
      drift.filter(({ configured }) => configured).map(({ resource }) => resource.address),
    ),
    ...line(
      'Outputs',
      outputs.map(({ address, action }) => `${address.replace(/^output\./, '')}: ${action}`),
    ),
  ];
  return lines.flatMap((each) => ['', each]);
}

interface Section {
  readonly summary: string;
  readonly lines: readonly string[];
  /** Lines of the plan, to be shown as they are in a fenced block. */
  readonly fenced: boolean;
}

/** @param isCut - the screen does not hold all of its lines */
function listDetails({ changes, drift, losses, security, outputs }: Review, isCut: boolean): Section[] {
  const fenced = (title: string, found: readonly Change[]): Section[] =>
    found.length === 0 ? [] : [{ summary: `${title} (${found.length})`, lines: formatChanges(found), fenced: true }];
  return [
    ...(losses.length > shown.losses || (isCut && losses.length > 0)
      ? [{ summary: `All data losses (${losses.length})`, lines: losses.map(({ text }) => `- ${text}`), fenced: false }]
      : []),
    ...(security.length > shown.security || (isCut && security.length > 0)
      ? [{ summary: `All security findings (${security.length})`, lines: security.map(formatFinding), fenced: false }]
      : []),
    ...[...actionTitles].toReversed().flatMap(([action, , title]) =>
      fenced(
        title,
        changes.filter(({ resource }) => resource.action === action),
      ),
    ),
    ...fenced('Changed outside Terraform', drift),
    ...(outputs.length === 0
      ? []
      : [
          {
            summary: `Outputs (${outputs.length})`,
            lines: outputs.flatMap(({ address, attributes, action }) => [
              `${address}: ${action}`,
              ...attributes.map((each) => `  ${each}`),
            ]),
            fenced: true,
          },
        ]),
  ];
}

/** Those that change the same in the same way stand together, what it is once below them. */
function formatChanges(changes: readonly Change[]): string[] {
  // Values of what is new are its configuration, which the change itself shows.
  const below = ({ resource, attributes }: Change): readonly string[] =>
    ['create', 'delete', 'read'].includes(resource.action) ? [] : attributes;
  const groups = Map.groupBy(changes, (each) => JSON.stringify(below(each)));
  return [...groups.values()].flatMap((group) => [
    ...group.map(({ resource }) => resource.address),
    ...group.slice(0, 1).flatMap((each) => below(each).map((line) => `  ${line}`)),
  ]);
}

/** Appends the sections as long as the comment may grow; of one that does not fit, its first lines. */
function fill(start: string, sections: readonly Section[]): string {
  let text = `${start}\n`;
  for (const { summary, lines, fenced } of sections) {
    const left = maxCharacters - reserveCharacters - text.length - summary.length;
    const shownLines = fit(
      lines,
      left,
      'more lines are left out: a comment holds no more; terraform show has the whole plan',
    );
    if (left < reserveCharacters) continue;
    text += `\n${details(summary, fenced ? block(shownLines) : shownLines).join('\n')}\n`;
  }
  if (text.length <= maxCharacters) return text;
  throw new Error(
    `got a review of ${text.length} characters, expected at most ${maxCharacters}; this is a fault of the review`,
  );
}

/** The first lines that fit, and how many do not. */
function fit(lines: readonly string[], characters: number, notice: string): string[] {
  let left = characters;
  const kept: string[] = [];
  for (const line of lines) {
    left -= line.length + 1;
    if (left < 0) return [...kept, '', `${lines.length - kept.length} ${notice}`];
    kept.push(line);
  }
  return kept;
}
