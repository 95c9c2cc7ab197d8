// Puts a word in the place of every value that Terraform marks sensitive, before anything else sees the plan.
// Next: scripts/review/read-plan.ts, which calls it on every change.
import { isDeepStrictEqual } from 'node:util';

/** Stands for a sensitive value. */
export const sensitive = '(sensitive)';
/** Stands for a sensitive value after the change, where it differs from the one before. */
export const sensitiveChanged = '(sensitive, another than before)';

interface Marked {
  readonly before?: unknown;
  readonly after?: unknown;
  readonly before_sensitive?: unknown;
  readonly after_sensitive?: unknown;
}

/**
 * A change in which each value marked in `before_sensitive` or `after_sensitive` is replaced, on both sides: what is marked
 * on one side alone was, or becomes, a secret that stands in clear on the other. Keys and lengths below a mark go as well.
 */
export function hideSensitive<T extends Marked>(change: T): T {
  const marks = [change.before_sensitive, change.after_sensitive];
  const hidden = hidePair(change.before, change.after, marks);
  return {
    ...change,
    ...('before' in change ? { before: hidden[0] } : {}),
    ...('after' in change ? { after: hidden[1] } : {}),
  };
}

function hidePair(before: unknown, after: unknown, marks: readonly unknown[]): [unknown, unknown] {
  if (marks.includes(true)) {
    const changed = before !== null && before !== undefined && !isDeepStrictEqual(before, after);
    return [hideOne(before, sensitive), hideOne(after, changed ? sensitiveChanged : sensitive)];
  }
  if (!marks.some(isContainer)) return [before, after];
  return [hideBelow(before, after, marks, 0), hideBelow(after, before, marks, 1)];
}

/** One side of a container: each of its members hidden beside the same member of the other side. */
function hideBelow(own: unknown, other: unknown, marks: readonly unknown[], side: 0 | 1): unknown {
  if (!isContainer(own)) return own;
  const hide = (key: string, value: unknown): unknown => {
    const across = member(other, key);
    const below = marks.map((mark) => member(mark, key));
    return hidePair(side === 0 ? value : across, side === 0 ? across : value, below)[side];
  };
  if (Array.isArray(own)) return own.map((value: unknown, index) => hide(String(index), value));
  return Object.fromEntries(Object.entries(own).map(([key, value]) => [key, hide(key, value)]));
}

function hideOne(value: unknown, word: string): unknown {
  return value === null || value === undefined ? value : word;
}

function member(value: unknown, key: string): unknown {
  return isContainer(value) && Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined;
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
