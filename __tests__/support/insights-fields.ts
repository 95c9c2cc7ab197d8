// The fields that a query of CloudWatch Logs Insights asks for, and whether its commands are commands at all.
// Next: observability/queries.ts, whose queries these are.

const value = String.raw`(?:"[^"]*"|\d+)`;
const field = String.raw`@?[A-Za-z][\w.]*`;
const term = String.raw`(?:ispresent\(${field}\)|${field} (?:=|!=|>|<|>=|<=|like) ${value})`;
const list = (one: string) => `${one}(?:, ${one})*`;
const aggregate = String.raw`(?:count\(\*\)|(?:min|max|avg|sum)\(${field}\)|pct\(${field}, \d+\)) as \w+`;
const commands = [
  new RegExp(`^filter ${term}(?: (?:and|or) ${term})*$`),
  new RegExp(String.raw`^stats ${list(aggregate)} by ${list(String.raw`(?:bin\(\d+[smh]\)|${field})`)}$`),
  new RegExp(`^stats ${list(aggregate)}$`),
  new RegExp(`^sort ${field} (?:asc|desc)$`),
  /^limit \d+$/,
  new RegExp(`^(?:display|fields) ${list(field)}$`),
];
const words = new Set(
  'filter stats sort limit display fields by as and or like asc desc ispresent count min max avg sum pct bin'.split(
    ' ',
  ),
);

/**
 * Fields by name, without those that the query makes itself and CloudWatch's own `@…`
 * (https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html).
 *
 * @throws Error for a command that is not understood whole
 */
export function fieldsAsked(query: string): string[] {
  const parts = query.split(' | ');
  const wrong = parts.find((part) => !commands.some((command) => command.test(part)));
  if (wrong !== undefined) throw new Error(`got ${wrong}, expected a command of Logs Insights`);
  if (parts.some((part) => /^stats count\(\*\)$/.test(part)))
    throw new Error(`got ${query}, expected named aggregates`);
  const made = new Set(Array.from(query.matchAll(/ as (\w+)/g), ([, name]) => name));
  const bare = query.replaceAll(/"[^"]*"/g, '').replaceAll(/bin\(\w+\)/g, '');
  const names = bare.match(/@?[A-Za-z][\w.]*/g) ?? [];
  return [...new Set(names.filter((name) => !words.has(name) && !made.has(name) && !name.startsWith('@')))];
}
