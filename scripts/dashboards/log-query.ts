// Answers a query of CloudWatch Logs Insights from recorded lines, as far as the dashboards' queries go.
// Next: scripts/dashboards/draw-widget.ts.
import { type RecordedLine } from './recording.ts';
import { statisticOf } from './statistic.ts';

/** A row of an answer: a column's name → its value. */
export type Row = Readonly<Record<string, string | number | null>>;

const aggregate = /^(count|min|max|avg|sum|pct)\((\*|[\w.]+)(?:, (\d+))?\) as (\w+)$/;

/**
 * The rows of an answer: `SOURCE | filter | stats … by … | sort … desc | limit`
 * (https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html). A bin is `binMs`, whatever it is called.
 *
 * @throws Error for a command that is not understood
 */
export function answer(query: string, lines: readonly RecordedLine[], binMs: number): Row[] {
  const commands = query.split(' | ');
  const sources = commands.filter((command) => command.startsWith('SOURCE '));
  let found = lines.filter(({ service }) =>
    sources.some((source) => source.endsWith(`-${service}'`) || source.endsWith(`/${service}'`)),
  );
  let rows: Row[] = [];
  for (const command of commands.slice(sources.length)) {
    const [word, rest] = split(command);
    if (word === 'filter') found = found.filter((line) => rest.split(' and ').every((term) => holds(term, line)));
    else if (word === 'stats') rows = group(rest, found, binMs);
    else if (word === 'sort') rows = sorted(rows, rest);
    else if (word === 'limit') rows = rows.slice(0, Number(rest));
    else throw new Error(`got ${command}, expected SOURCE, filter, stats, sort or limit`);
  }
  return rows;
}

/** The value of a field, `a.b` for one inside another. */
export function fieldOf({ fields }: RecordedLine, name: string): unknown {
  return name.split('.').reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], fields);
}

function split(command: string): [string, string] {
  const at = command.indexOf(' ');
  return [command.slice(0, at), command.slice(at + 1)];
}

function holds(term: string, line: RecordedLine): boolean {
  const present = /^ispresent\(([\w.]+)\)$/.exec(term)?.[1];
  if (present !== undefined) return fieldOf(line, present) !== undefined;
  const [, name, text, number] = /^([\w.]+) = (?:"([^"]*)"|(\d+))$/.exec(term) ?? [];
  if (name === undefined) throw new Error(`got filter ${term}, expected ispresent(field) or field = value`);
  const value = fieldOf(line, name);
  return number === undefined
    ? value === text
    : typeof value === 'boolean'
      ? Number(value) === Number(number)
      : value === Number(number);
}

function group(clause: string, lines: readonly RecordedLine[], binMs: number): Row[] {
  const [columns = '', keys = ''] = clause.split(' by ');
  const names = keys.split(', ');
  const groups = Map.groupBy(lines, (line) => JSON.stringify(names.map((name) => keyOf(name, line, binMs))));
  return Array.from(groups, ([key, members]) => {
    const values = JSON.parse(key) as (string | number | null)[];
    return Object.fromEntries([
      ...names.map((name, index) => [name, values[index] ?? null] as const),
      ...columns.split(/, (?=\w+\()/).map((column) => aggregated(column, members)),
    ]);
  });
}

function keyOf(name: string, line: RecordedLine, binMs: number): string | number | null {
  if (name.startsWith('bin(')) return Math.floor(line.atMs / binMs) * binMs;
  const value = fieldOf(line, name);
  return typeof value === 'string' || typeof value === 'number' ? value : null;
}

function aggregated(column: string, lines: readonly RecordedLine[]): [string, number] {
  const [, kind, field = '', rank, name] = aggregate.exec(column) ?? [];
  if (kind === undefined || name === undefined) throw new Error(`got ${column}, expected an aggregate with a name`);
  if (field === '*') return [name, lines.length];
  const values = lines.map((line) => fieldOf(line, field)).filter((value) => typeof value === 'number');
  const statistic = { min: 'Minimum', max: 'Maximum', avg: 'Average', sum: 'Sum', pct: `p${rank}` }[kind] ?? kind;
  return [name, statisticOf(statistic, values)];
}

function sorted(rows: readonly Row[], clause: string): Row[] {
  const [column = '', direction] = clause.split(' ');
  const sign = direction === 'desc' ? -1 : 1;
  return rows.toSorted((left, right) => sign * (Number(left[column]) - Number(right[column])));
}
