// Providers copy values to where no mark follows them: tags to `tags_all`, policies into a role. So what is marked anywhere is
// looked for everywhere.
// Next: scripts/review/read-plan.ts, which hides what this finds; scripts/review/hide-sensitive.ts, what is marked in place.

/** Values that are secret somewhere in a plan. */
export interface Secrets {
  /** The value with every secret in its texts and keys as `(sensitive 1)`, numbered so that two secrets are never one. */
  hide<T>(value: T): T;
}

/** A shorter text, like `dev`, is in too many others to be looked for; it is hidden where it is marked. */
const minCharacters = 6;

/** Texts at marked places: `value` where `marks` says `true`, whole or below. */
export function collectMarked(value: unknown, marks: unknown): string[] {
  if (marks === true) return listTexts(value);
  if (!isContainer(marks) || !isContainer(value)) return [];
  return Object.entries(marks).flatMap(([key, mark]) =>
    Object.hasOwn(value, key) ? collectMarked(Reflect.get(value, key), mark) : [],
  );
}

/** Looks for each of these texts, as it is and as it is inside JSON. */
export function openSecrets(texts: readonly string[]): Secrets {
  const numbered = [...new Set(texts)]
    .filter((text) => text.length >= minCharacters)
    .map((text, index) => [text, `(sensitive ${index + 1})`] as const);
  const tree: Node = { next: new Map(), word: null };
  for (const [text, word] of numbered)
    for (const form of [text, JSON.stringify(text).slice(1, -1)]) grow(tree, form, word);
  const hideText = (text: string): string => replaceAll(text, tree);
  const hide = (value: unknown): unknown => {
    if (typeof value === 'string') return hideText(value);
    if (Array.isArray(value)) return value.map(hide);
    if (!isContainer(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [hideText(key), hide(member)]));
  };
  return { hide: <T>(value: T): T => (numbered.length === 0 ? value : (hide(value) as T)) };
}

/** Secrets by their characters: a plan may hold thousands, and each of its texts is searched for all of them at once. */
interface Node {
  readonly next: Map<string, Node>;
  /** What stands for the secret that ends here. */
  word: string | null;
}

function grow(tree: Node, text: string, word: string): void {
  let node = tree;
  // By code units, as they are searched.
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charAt(at);
    const next = node.next.get(unit) ?? { next: new Map<string, Node>(), word: null };
    node.next.set(unit, next);
    node = next;
  }
  node.word ??= word;
}

/** At each place the longest: a secret may hold another. */
function replaceAll(text: string, tree: Node): string {
  let [shown, from, at] = ['', 0, 0];
  while (at < text.length) {
    let node: Node | undefined = tree;
    let found: { readonly end: number; readonly word: string } | null = null;
    for (let end = at; node !== undefined; end += 1) {
      if (node.word !== null) found = { end, word: node.word };
      node = end < text.length ? node.next.get(text.charAt(end)) : undefined;
    }
    if (found === null) at += 1;
    else {
      shown += text.slice(from, at) + found.word;
      [from, at] = [found.end, found.end];
    }
  }
  return from === 0 ? text : shown + text.slice(from);
}

function listTexts(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return isContainer(value) ? Object.values(value).flatMap(listTexts) : [];
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
