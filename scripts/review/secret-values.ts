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
  // The longest first: a secret may hold another.
  const words = numbered
    .flatMap(([text, word]) =>
      [...new Set([text, JSON.stringify(text).slice(1, -1)])].map((form) => [form, word] as const),
    )
    .toSorted(([a], [b]) => b.length - a.length);
  const hideText = (text: string): string =>
    words.reduce((hidden, [form, word]) => hidden.replaceAll(form, word), text);
  const hide = (value: unknown): unknown => {
    if (typeof value === 'string') return hideText(value);
    if (Array.isArray(value)) return value.map(hide);
    if (!isContainer(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [hideText(key), hide(member)]));
  };
  return { hide: <T>(value: T): T => (words.length === 0 ? value : (hide(value) as T)) };
}

function listTexts(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return isContainer(value) ? Object.values(value).flatMap(listTexts) : [];
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
