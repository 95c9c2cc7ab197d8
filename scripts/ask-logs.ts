// `npm run logs -- ENV [QUERY [VALUE]]`: asks a saved query of an environment's logs and prints the rows.
// Next: observability/queries.ts, the queries as they are saved.
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { count, formatTable } from '../governance/cli/table.ts';
import { callAwsJson } from '../services/shared/aws.ts';
import { fromDefaultChain } from '../services/shared/aws-credentials.ts';

const usage = `usage:
  npm run logs -- ENV                        the saved queries of an environment
  npm run logs -- ENV QUERY [VALUE]          asks one of the last hour; VALUE where it says "paste it here"
  --hours N    how far back, 1 unless said
  --until T    up to then, such as 2026-11-28T03:20:00Z; now unless said
Needs AWS_REGION and credentials that may read logs. Exit code: 0 answered, 1 not, 2 when the call is wrong.`;

const blank = '"paste it here"';
const callTimeoutMs = 30_000;
const answerTimeoutMs = 120_000;

const Definitions = z.object({
  queryDefinitions: z
    .array(z.object({ name: z.string(), queryString: z.string(), logGroupNames: z.array(z.string()).default([]) }))
    .default([]),
});
const Started = z.object({ queryId: z.string().min(1) });
const Answer = z.object({
  status: z.string(),
  results: z.array(z.array(z.object({ field: z.string(), value: z.string().optional() }))).default([]),
  statistics: z.object({ recordsScanned: z.number().default(0) }).prefault({}),
});
type Definition = z.infer<typeof Definitions>['queryDefinitions'][number];

/** A query with its value put in, and the time it is asked of, in seconds. */
interface Question {
  readonly queryString: string;
  readonly logGroupNames: readonly string[];
  readonly startTime: number;
  readonly endTime: number;
}

class UsageError extends Error {}

const credentials = fromDefaultChain();

try {
  process.stdout.write(await run(process.argv.slice(2)));
} catch (error) {
  const isUsage = error instanceof UsageError;
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${isUsage ? `${usage}\n` : ''}`);
  process.exitCode = isUsage ? 2 : 1;
}

async function run(args: readonly string[]): Promise<string> {
  const { environment, name, value, startTime, endTime } = readArguments(args);
  const prefix = `agent-runtime-${environment}/`;
  const saved = Definitions.parse(await call('DescribeQueryDefinitions', { queryDefinitionNamePrefix: prefix }));
  const known = saved.queryDefinitions.map((each) => ({ ...each, name: each.name.slice(prefix.length) }));
  if (known.length === 0)
    throw new Error(`got no saved query ${prefix}…, expected some: is it this account and region?`);
  if (name === undefined) return listed(known);
  const found = known.find((each) => each.name === name);
  if (!found)
    throw new UsageError(`got the query ${name}, expected one of ${known.map((each) => each.name).join(', ')}`);
  const question = { queryString: fill(found, value), logGroupNames: found.logGroupNames, startTime, endTime };
  return `${period(question)}\n${await ask(question)}`;
}

function readArguments(args: readonly string[]) {
  const { positionals, values } = parse(args);
  const [environment = '', name, value, ...more] = positionals;
  if (!/^[a-z][a-z0-9-]*$/.test(environment) || more.length > 0)
    throw new UsageError(`got "${positionals.join(' ')}", expected ENV [QUERY [VALUE]]`);
  const hours = Number(values.hours);
  if (!(hours > 0)) throw new UsageError(`--hours: got ${values.hours}, expected a number above 0`);
  const untilMs = values.until === undefined ? Date.now() : Date.parse(values.until);
  if (Number.isNaN(untilMs))
    throw new UsageError(`--until: got ${values.until}, expected a time as 2026-11-28T03:20:00Z`);
  const endTime = Math.floor(untilMs / 1000);
  return { environment, name, value, startTime: endTime - Math.round(hours * 3600), endTime };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { hours: { type: 'string', default: '1' }, until: { type: 'string' } },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

function listed(known: readonly Definition[]): string {
  const rows = known
    .toSorted((one, other) => one.name.localeCompare(other.name))
    .map(({ name, queryString }) => [name, queryString.includes(blank) ? 'VALUE' : '', queryString]);
  return formatTable(['query', 'needs', 'asks'], rows);
}

/** The query with its value in place of the blank. INVARIANT: the value is one word, so it stays inside its quotes. */
function fill({ name, queryString }: Definition, value: string | undefined): string {
  if (!queryString.includes(blank)) {
    if (value !== undefined) throw new UsageError(`${name}: got ${value}, expected no value`);
    return queryString;
  }
  if (value === undefined || !/^[\w.:*-]{1,200}$/.test(value))
    throw new UsageError(`${name}: got ${value ?? 'nothing'}, expected a value of letters, digits and . : _ - *`);
  return queryString.replaceAll(blank, `"${value}"`);
}

function period({ startTime, endTime, logGroupNames }: Question): string {
  const [from, to] = [startTime, endTime].map((seconds) => new Date(seconds * 1000).toISOString().slice(0, 19));
  return `${from}Z to ${to}Z, ${logGroupNames.join(', ')}`;
}

async function ask(question: Question): Promise<string> {
  const { queryId } = Started.parse(await call('StartQuery', { ...question }));
  const endMs = Date.now() + answerTimeoutMs;
  for (;;) {
    const { status, results, statistics } = Answer.parse(await call('GetQueryResults', { queryId }));
    if (status === 'Complete')
      return `${rowsOf(results)}${count(results.length, 'row')} of ${statistics.recordsScanned} lines\n`;
    if (status !== 'Scheduled' && status !== 'Running')
      throw new Error(`query ${queryId}: got ${status}, expected Complete; ask for fewer --hours`);
    if (Date.now() > endMs)
      throw new Error(
        `query ${queryId}: ${status} for ${answerTimeoutMs / 1000} s, expected Complete; ask for fewer --hours`,
      );
    await sleep(Number(process.env['LOGS_INTERVAL_MS'] ?? 1000));
  }
}

/** The rows under the fields that any of them has; CloudWatch's pointer to a line is nothing to read. */
function rowsOf(results: z.infer<typeof Answer>['results']): string {
  const fields = [...new Set(results.flatMap((row) => row.map(({ field }) => field)))].filter(
    (name) => name !== '@ptr',
  );
  if (fields.length === 0) return '';
  const cell = (row: (typeof results)[number], name: string) => row.find(({ field }) => field === name)?.value ?? '';
  return formatTable(
    fields,
    results.map((row) => fields.map((name) => cell(row, name))),
  );
}

async function call(operation: string, body: Readonly<Record<string, unknown>>): Promise<unknown> {
  const { AWS_REGION: region, AWS_ENDPOINT_URL: endpoint } = process.env;
  if (region === undefined) throw new Error('got no AWS_REGION, expected the region of the environment');
  const target = `Logs_20140328.${operation}`;
  return callAwsJson({ service: 'logs', target, body, region, endpoint, credentials, timeoutMs: callTimeoutMs });
}
