// Finds where a text stops being JSON; V8's own message often has no position and quotes the text.
// Next: body.ts, which tells the client.

/**
 * Where a text that `JSON.parse` refused stops being JSON. Reads left to right without recursion, in linear time.
 *
 * @returns one phrase like `unexpected character at line 2 column 7` or `unexpected end at line 1 column 12`; it never
 *   quotes the text, which may be private and ends up in logs.
 */
export function findJsonFault(text: string): string {
  const at = faultOffset(text);
  const before = text.slice(0, at).split('\n');
  const column = (before.at(-1)?.length ?? 0) + 1;
  return `unexpected ${at >= text.length ? 'end' : 'character'} at line ${before.length} column ${column}`;
}

type Expecting = 'value' | 'value or ]' | 'key' | 'key or }' | ':' | ', or close' | 'end';

const blank = /[ \t\n\r]*/y;
const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.+-])/y;
const word = /(?:true|false|null)(?!\w)/y;

function faultOffset(text: string): number {
  const open: ('{' | '[')[] = [];
  let expecting: Expecting = 'value';
  let at = skip(blank, text, 0);
  while (at < text.length) {
    const next = step(text, at, expecting, open);
    if (next === null) return at;
    expecting = next.expecting;
    if (next.faultAt !== undefined) return next.faultAt;
    at = skip(blank, text, next.at);
  }
  return at;
}

interface Step {
  readonly at: number;
  readonly expecting: Expecting;
  readonly faultAt?: number;
}

function step(text: string, at: number, expecting: Expecting, open: ('{' | '[')[]): Step | null {
  const char = text.charAt(at);
  if (expecting === 'end') return null;
  if (expecting === ':') return char === ':' ? { at: at + 1, expecting: 'value' } : null;
  if (expecting === ', or close') return separator(char, at, open);
  if ((char === ']' && expecting === 'value or ]') || (char === '}' && expecting === 'key or }')) {
    return separator(char, at, open);
  }
  if (char === '"') return string(text, at, expecting.startsWith('key') ? ':' : afterValue(open));
  if (expecting.startsWith('key')) return null;
  if (char === '{' || char === '[') {
    open.push(char);
    return { at: at + 1, expecting: char === '{' ? 'key or }' : 'value or ]' };
  }
  const end = Math.max(skip(number, text, at), skip(word, text, at));
  return end === at ? null : { at: end, expecting: afterValue(open) };
}

function separator(char: string, at: number, open: ('{' | '[')[]): Step | null {
  const inside = open.at(-1);
  if (char === ',') return { at: at + 1, expecting: inside === '{' ? 'key' : 'value' };
  if (char !== (inside === '{' ? '}' : ']')) return null;
  open.pop();
  return { at: at + 1, expecting: afterValue(open) };
}

function afterValue(open: readonly string[]): Expecting {
  return open.length === 0 ? 'end' : ', or close';
}

function string(text: string, start: number, expecting: Expecting): Step {
  let at = start + 1;
  while (at < text.length && text.charAt(at) !== '"') {
    const escape = text.charAt(at) === '\\';
    if (text.charCodeAt(at) < 0x20 || (escape && !escapePattern.test(text.slice(at, at + 6)))) {
      return { at, expecting, faultAt: at };
    }
    at += escape ? 2 : 1;
  }
  return at < text.length ? { at: at + 1, expecting } : { at, expecting, faultAt: text.length };
}

const escapePattern = /^\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/;

/** The offset behind a sticky pattern's match at `at`, or `at`. */
function skip(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : at;
}
