// Evaluates a CloudWatch Logs filter pattern on a log line, as far as our patterns go.
// Next: observability/signals.ts, whose patterns these are.

/** A comparison, or two patterns joined. */
type Pattern =
  | { readonly kind: 'all' | 'any'; readonly parts: readonly Pattern[] }
  | { readonly kind: 'compare'; readonly path: readonly string[]; readonly operator: string; readonly value: string };

const tokens = /\(|\)|&&|\|\||\$(?:\.\w+)+|"[^"]*"|\d+|!=|>=|=|IS (?:TRUE|FALSE)/g;

/**
 * Whether a line of JSON is counted by a pattern
 * (https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax-for-Metric-Filters.html).
 *
 * @throws Error for a pattern that is not understood whole
 */
export function countsLine(pattern: string, line: string): boolean {
  return holds(parse(pattern), JSON.parse(line));
}

function parse(pattern: string): Pattern {
  const inner = /^\{(.*)\}$/s.exec(pattern.trim())?.[1] ?? '';
  const words = inner.match(tokens) ?? [];
  if (words.length === 0 || inner.replaceAll(tokens, '').trim() !== '')
    throw new Error(`got pattern ${pattern}, expected comparisons of fields`);
  const parsed = parseAny(words);
  if (words.length > 0) throw new Error(`got ${words.join(' ')} after the end of ${pattern}, expected nothing`);
  return parsed;
}

function parseAny(words: string[]): Pattern {
  const parts = [parseAll(words)];
  while (words[0] === '||' && words.shift()) parts.push(parseAll(words));
  return { kind: 'any', parts };
}

function parseAll(words: string[]): Pattern {
  const parts = [parseOne(words)];
  while (words[0] === '&&' && words.shift()) parts.push(parseOne(words));
  return { kind: 'all', parts };
}

function parseOne(words: string[]): Pattern {
  const word = words.shift() ?? '';
  if (word === '(') {
    const inside = parseAny(words);
    if (words.shift() !== ')') throw new Error('got an open parenthesis, expected its end');
    return inside;
  }
  const operator = words.shift() ?? '';
  const value = operator.startsWith('IS') ? operator.slice(3).toLowerCase() : (words.shift() ?? '').replaceAll('"', '');
  if (!word.startsWith('$')) throw new Error(`got ${word}, expected a field`);
  return { kind: 'compare', path: word.split('.').slice(1), operator, value };
}

function holds(pattern: Pattern, line: unknown): boolean {
  if (pattern.kind !== 'compare') {
    const { kind, parts } = pattern;
    return kind === 'any' ? parts.some((part) => holds(part, line)) : parts.every((part) => holds(part, line));
  }
  const { path, operator, value } = pattern;
  const got = path.reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], line);
  // What a line does not have, no comparison is true of.
  if (got === undefined || got === null) return false;
  if (operator.startsWith('IS')) return got === (value === 'true');
  if (operator === '>=') return typeof got === 'number' && got >= Number(value);
  const source = value.replaceAll(/[.+^${}()|[\]\\?]/g, String.raw`\$&`).replaceAll('*', '.*');
  const same = typeof got === 'string' && new RegExp(`^${source}$`, 's').test(got);
  return operator === '=' ? same : !same;
}
