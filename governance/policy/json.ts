// Reads JSON text as strictly as a policy deserves: bounded depth, and no key twice in one object.
// Next: governance/policy/parse.ts, which reads every policy document through this.
import { type Issue, formatPath } from './issues.ts';

/** A JSON value, or what keeps the text from being one. */
export type JsonReading = { ok: true; value: unknown } | { ok: false; issues: Issue[] };

/**
 * Parses JSON and refuses what `JSON.parse` lets through: an object that names a key twice (RFC 8259 section 4 leaves
 * its meaning open, so a reviewer and the engine could read two different policies) and nesting deep enough to exhaust the stack.
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
        },
      ],
    };
  }
  try {
    const value: unknown = JSON.parse(text);
    if (scan.duplicates.length > 0) return { ok: false, issues: scan.duplicates };
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

/** One pass over the tokens; on text that is not JSON it may find nothing, which `JSON.parse` then reports. */
function scanStructure(text: string, maxDepth: number): { duplicates: Issue[]; tooDeepAt?: number } {
  const duplicates: Issue[] = [];
  const frames: Frame[] = [];
  const tokens = /"(?:[^"\\]|\\.)*"|[{}[\],:]/gs;
  let lastString: string | undefined;
  for (let token = tokens.exec(text); token !== null; token = tokens.exec(text)) {
    const frame = frames.at(-1);
    switch (token[0]) {
      case '{':
      case '[':
        if (frames.length === maxDepth) return { duplicates, tooDeepAt: token.index };
        frames.push({ keys: token[0] === '{' ? new Set() : null, at: token[0] === '{' ? '' : 0 });
        break;
      case '}':
      case ']':
        frames.pop();
        break;
      case ',':
        if (typeof frame?.at === 'number') frame.at += 1;
        break;
      case ':':
        if (frame?.keys && lastString !== undefined) noteKey(lastString, frame.keys);
        break;
      default:
        lastString = token[0];
    }
  }
  return { duplicates };

  function noteKey(quoted: string, keys: Set<string>): void {
    const key = unquote(quoted);
    const frame = frames.at(-1);
    if (frame) frame.at = key;
    if (keys.has(key))
      duplicates.push({
        path: formatPath(frames.map(({ at }) => at)),
        got: 'the same key twice',
        expected: 'each key once',
      });
    keys.add(key);
  }
}

function unquote(quoted: string): string {
  try {
    return String(JSON.parse(quoted));
  } catch {
    return quoted;
  }
}
