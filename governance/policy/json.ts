// Reads JSON text as strictly as a policy deserves: bounded depth, no key twice in one object, no `__proto__`.
// Next: governance/policy/parse.ts, which reads every policy document through this.
import { type Issue, formatPath } from './issues.ts';

/** A JSON value, or what keeps the text from being one; `value` is what it would be all the same, where keys alone are at fault. */
export type JsonReading = { ok: true; value: unknown } | { ok: false; issues: Issue[]; value?: unknown };

/**
 * Parses JSON and refuses what `JSON.parse` lets through: an object that names a key twice (RFC 8259 section 4 leaves
 * its meaning open, so a reviewer and the engine could read two different policies), the key `__proto__` (which zod's
 * records drop without a word) and nesting deep enough to exhaust the stack.
 *
 * @param text - the JSON text
 * @param maxDepth - how deep arrays and objects may nest
 */
export function readJson(text: string, maxDepth: number): JsonReading {
  // INVARIANT: the depth is known to be bounded before anything recursive sees the text.
  const scan = scanStructure(text, maxDepth);
  if (scan.tooDeepAt !== undefined) {
    return {
      ok: false,
      issues: [
        {
          path: '',
          got: `nesting deeper than ${maxDepth} at offset ${scan.tooDeepAt}`,
          expected: `at most ${maxDepth} levels`,
          offset: scan.tooDeepAt,
        },
      ],
    };
  }
  try {
    const value: unknown = JSON.parse(text);
    if (scan.refused.length > 0) return { ok: false, issues: scan.refused, value };
    return { ok: true, value };
  } catch (error) {
    return {
      ok: false,
      issues: [{ path: '', got: error instanceof Error ? error.message : 'text', expected: 'JSON' }],
    };
  }
}

interface Frame {
  /** Of an object; null for an array. */
  readonly keys: string[] | null;
  /** The same keys, once there are many. */
  set: Set<string> | null;
  at: string | number;
}

const quote = 0x22;
const comma = 0x2c;
const colon = 0x3a;
const openBracket = 0x5b;
const backslash = 0x5c;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;
/** Up to this many keys a list is searched faster than a set is made. */
const fewKeys = 12;

/** One pass over the tokens; on text that is not JSON it may find nothing, which `JSON.parse` then reports. */
function scanStructure(text: string, maxDepth: number): { refused: Issue[]; tooDeepAt?: number } {
  const refused: Issue[] = [];
  const frames: Frame[] = [];
  let frame: Frame | undefined;
  let [stringFrom, stringTo] = [0, 0];
  // INVARIANT: every character is looked at once, whatever the text; a pattern would look again and again for a quote that never comes.
  for (let at = 0; at < text.length; at += 1) {
    switch (text.charCodeAt(at)) {
      case quote:
        stringFrom = at;
        stringTo = endOfString(text, at);
        at = stringTo - 1;
        break;
      case openBrace:
      case openBracket:
        if (frames.length === maxDepth) return { refused, tooDeepAt: at };
        frame =
          text.charCodeAt(at) === openBracket ? { keys: null, set: null, at: 0 } : { keys: [], set: null, at: '' };
        frames.push(frame);
        break;
      case closeBrace:
      case closeBracket:
        frames.pop();
        frame = frames.at(-1);
        break;
      case comma:
        if (typeof frame?.at === 'number') frame.at += 1;
        break;
      case colon:
        if (frame?.keys) noteKey(unquote(text, stringFrom, stringTo), frame, frame.keys);
        break;
      default:
    }
  }
  return { refused };

  function noteKey(key: string, inside: Frame, keys: string[]): void {
    inside.at = key;
    if (inside.set ? inside.set.has(key) : keys.includes(key)) refuse('the same key twice', 'each key once');
    else if (key === '__proto__') refuse('the key "__proto__"', 'no such key');
    if (inside.set) inside.set.add(key);
    else if (keys.push(key) > fewKeys) inside.set = new Set(keys);
  }

  function refuse(got: string, expected: string): void {
    refused.push({ path: formatPath(frames.map(({ at }) => at)), got, expected });
  }
}

/** The offset after the closing quote of the string that opens at `from`; beyond the text when nothing closes it. */
function endOfString(text: string, from: number): number {
  for (let at = from; ;) {
    at = text.indexOf('"', at + 1);
    if (at === -1) return text.length;
    let escapes = 0;
    while (text.charCodeAt(at - 1 - escapes) === backslash) escapes += 1;
    if (escapes % 2 === 0) return at + 1;
  }
}

/** The string between two offsets, quotes included. */
function unquote(text: string, from: number, to: number): string {
  const inside = text.slice(from + 1, to - 1);
  if (!inside.includes('\\')) return inside;
  try {
    return String(JSON.parse(text.slice(from, to)));
  } catch {
    return inside;
  }
}
