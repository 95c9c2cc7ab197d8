// Reads JSON text as strictly as a policy deserves: bounded depth, no key twice in one object, no `__proto__`.
// Next: governance/policy/parse.ts, which reads every policy document through this.
import { type Issue, formatPath } from './issues.ts';

/** A JSON value, or what keeps the text from being one. */
export type JsonReading = { ok: true; value: unknown } | { ok: false; issues: Issue[] };

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
    if (scan.refused.length > 0) return { ok: false, issues: scan.refused };
    return { ok: true, value };
  } catch (error) {
    return {
      ok: false,
      issues: [{ path: '', got: error instanceof Error ? error.message : 'text', expected: 'JSON' }],
    };
  }
}

interface Frame {
  keys: Set<string> | null;
  at: string | number;
}

const quote = 0x22;
const backslash = 0x5c;

/** One pass over the tokens; on text that is not JSON it may find nothing, which `JSON.parse` then reports. */
function scanStructure(text: string, maxDepth: number): { refused: Issue[]; tooDeepAt?: number } {
  const refused: Issue[] = [];
  const frames: Frame[] = [];
  let [stringFrom, stringTo] = [0, 0];
  // INVARIANT: every character is looked at once, whatever the text; a pattern would look again and again for a quote that never comes.
  for (let at = 0; at < text.length; at += 1) {
    const frame = frames.at(-1);
    switch (text[at]) {
      case '"':
        stringFrom = at;
        stringTo = endOfString(text, at);
        at = stringTo - 1;
        break;
      case '{':
      case '[':
        if (frames.length === maxDepth) return { refused, tooDeepAt: at };
        frames.push(text[at] === '{' ? { keys: new Set(), at: '' } : { keys: null, at: 0 });
        break;
      case '}':
      case ']':
        frames.pop();
        break;
      case ',':
        if (typeof frame?.at === 'number') frame.at += 1;
        break;
      case ':':
        if (frame?.keys) noteKey(unquote(text.slice(stringFrom, stringTo)), frame, frame.keys);
        break;
      default:
    }
  }
  return { refused };

  function noteKey(key: string, frame: Frame, keys: Set<string>): void {
    frame.at = key;
    const path = formatPath(frames.map(({ at }) => at));
    if (keys.has(key)) refused.push({ path, got: 'the same key twice', expected: 'each key once' });
    else if (key === '__proto__') refused.push({ path, got: 'the key "__proto__"', expected: 'no such key' });
    keys.add(key);
  }
}

/** The offset after the closing quote of the string that opens at `from`; beyond the text when nothing closes it. */
function endOfString(text: string, from: number): number {
  for (let at = from + 1; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === quote) return at + 1;
    if (code === backslash) at += 1;
  }
  return text.length;
}

function unquote(quoted: string): string {
  try {
    return String(JSON.parse(quoted));
  } catch {
    return quoted;
  }
}
