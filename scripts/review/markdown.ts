// Text of a plan in Markdown: whatever it holds, it stays text. No HTML, no mention, no link, no end of a code span.
// Next: scripts/review/render.ts, the page.

const shownCharacters = 160;
/** Longer than any line that Terraform's names and two values make; one line must not take the room of all others. */
const lineCharacters = 600;
/** The end of a long text is shown as well: there an ARN says which, and a pattern that it is one. */
const shownEnd = 40;
/**
 * Line ends, control characters, spaces that are none, and those that turn or hide text: bidirectional marks, zero width,
 * fillers, variation selectors, tags.
 */
const unseen = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}\p{Default_Ignorable_Code_Point}\u2800]|(?! )\p{Zs}/gu;
/** Letters that look like Latin ones, where they stand beside them. */
const lookalike = /[\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Armenian}\p{Script=Cherokee}\p{Script=Lisu}]/gu;

/**
 * A value as a code span on one line: in one, GitHub reads neither HTML nor mentions nor references.
 *
 * @param limit - characters shown, the rest is counted
 */
export function code(text: string, limit = shownCharacters): string {
  const shown = oneLine(text, limit);
  if (shown === '') return '`(empty)`';
  const fence = '`'.repeat(longestRun(shown, '`') + 1);
  // The padding is taken off again by the reader of Markdown; without it a backtick at the edge would join the fence.
  const pad = /^[` ]|[` ]$/.test(shown) ? ' ' : '';
  return `${fence}${pad}${shown}${pad}${fence}`;
}

/** Lines as a fenced block that none of them can end. */
export function block(lines: readonly string[], language = ''): string[] {
  const shown = lines.map((line) => oneLine(line, lineCharacters));
  const fence = '`'.repeat(Math.max(3, ...shown.map((line) => longestRun(line, '`') + 1)));
  return [`${fence}${language}`, ...shown, fence];
}

/** A collapsed section; `summary` is text of this program, never of a plan. */
export function details(summary: string, lines: readonly string[]): string[] {
  return ['<details>', `<summary>${summary}</summary>`, '', ...lines, '', '</details>'];
}

/** `a, b and 3 more` of code spans. */
export function codes(texts: readonly string[], shown = 8): string {
  const first = texts.slice(0, shown).map((text) => code(text));
  const more = texts.length - first.length;
  return more > 0 ? `${first.join(', ')} and ${more} more` : first.join(', ');
}

function oneLine(text: string, limit: number): string {
  const characters = Array.from(text);
  if (characters.length <= limit) return makePlain(text);
  const [start, end] = [characters.slice(0, limit - shownEnd), characters.slice(-shownEnd)];
  return `${makePlain(start.join(''))}...${makePlain(end.join(''))} (${characters.length} characters)`;
}

/** What cannot be seen, or looks like something else, by its number. */
function makePlain(text: string): string {
  const seen = text.replaceAll(unseen, escape).replaceAll(/[^\x20-\x7e]/gu, escapeDouble);
  return /[a-z]/i.test(text) ? seen.replaceAll(lookalike, escape) : seen;
}

function escape(character: string): string {
  if (character === '\n') return '\\n';
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}

/** A fullwidth or mathematical letter is one of ASCII in other clothes. */
function escapeDouble(character: string): string {
  return /^[\x21-\x7e]+$/.test(character.normalize('NFKC')) ? escape(character) : character;
}

function longestRun(text: string, character: string): number {
  let longest = 0;
  let run = 0;
  for (const each of text) {
    run = each === character ? run + 1 : 0;
    longest = Math.max(longest, run);
  }
  return longest;
}
