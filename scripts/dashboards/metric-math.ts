// Evaluates metric math on the values of one period, as far as our expressions go.
// Next: scripts/dashboards/series.ts.

const token = /\s*(\d+(?:[.]\d+)?|[A-Za-z]\w*|[-+*/()<>,[\]])/y;
type Values = Readonly<Record<string, number | undefined>>;

/**
 * The value of an expression, or undefined where a metric that it needs has none. Numbers, ids, `+ - * / > <`, `IF`, `FILL`, `MAX` of a list
 * (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html).
 *
 * @throws Error for an expression that is not understood whole
 */
export function evaluateMath(expression: string, values: Values): number | undefined {
  const words = tokenize(expression);
  const result = comparison();
  if (words.length > 0) throw new Error(`got ${words.join(' ')} after the end of ${expression}, expected nothing`);
  return result !== undefined && Number.isFinite(result) ? result : undefined;

  function comparison(): number | undefined {
    return chain(sum, { '>': (a, b) => Number(a > b), '<': (a, b) => Number(a < b) });
  }
  function sum(): number | undefined {
    return chain(product, { '+': (a, b) => a + b, '-': (a, b) => a - b });
  }
  function product(): number | undefined {
    return chain(atom, { '*': (a, b) => a * b, '/': (a, b) => a / b });
  }
  function chain(next: () => number | undefined, operators: Record<string, (a: number, b: number) => number>) {
    let left = next();
    for (let operator = operators[words[0] ?? '']; operator !== undefined; operator = operators[words[0] ?? '']) {
      words.shift();
      const right = next();
      left = left === undefined || right === undefined ? undefined : operator(left, right);
    }
    return left;
  }
  function atom(): number | undefined {
    const word = words.shift();
    if (word === '(') return closed(comparison());
    if (word === 'IF' || word === 'FILL') return call(word);
    if (word === 'MAX') return largest();
    if (word === undefined || !/^\w/.test(word)) throw new Error(`got ${word} in ${expression}, expected a value`);
    if (/^\d/.test(word)) return Number(word);
    if (!(word in values))
      throw new Error(`got id ${word} in ${expression}, expected one of ${Object.keys(values).join(', ')}`);
    return values[word];
  }
  function call(name: 'IF' | 'FILL'): number | undefined {
    take('(');
    const first = comparison();
    take(',');
    const second = comparison();
    if (name === 'FILL') return closed(first ?? second);
    take(',');
    const third = comparison();
    return closed(first === undefined ? undefined : first === 0 ? third : second);
  }
  /** Of what has a value (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html: of each period). */
  function largest(): number | undefined {
    take('(');
    take('[');
    const items = [comparison()];
    while (words[0] === ',' && words.shift()) items.push(comparison());
    take(']');
    const known = items.filter((value) => value !== undefined);
    return closed(known.length === 0 ? undefined : Math.max(...known));
  }
  function closed(value: number | undefined): number | undefined {
    take(')');
    return value;
  }
  function take(expected: string): void {
    const got = words.shift();
    if (got !== expected) throw new Error(`got ${got} in ${expression}, expected ${expected}`);
  }
}

function tokenize(expression: string): string[] {
  const words: string[] = [];
  token.lastIndex = 0;
  for (let at = 0; at < expression.trimEnd().length; at = token.lastIndex) {
    const word = token.exec(expression)?.[1];
    if (word === undefined) throw new Error(`got ${expression.slice(at)}, expected metric math`);
    words.push(word);
  }
  return words;
}
