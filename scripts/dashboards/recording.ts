// Log lines of a local run, and the metrics that AWS would have had of it.
// Next: scripts/dashboards/log-query.ts.
import { countsLine } from '../../__tests__/support/filter-pattern.ts';
import { blueGroup } from './bodies.ts';
import { countedLines, signals } from '../../observability/signals.ts';

/** A log line: when, and what. */
export interface RecordedLine {
  readonly atMs: number;
  readonly service: string;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly text: string;
}

/** One value of a metric. */
export interface Sample {
  readonly atMs: number;
  readonly value: number;
}

/** Reads lines of JSON as the programs print them; what is no log line of a service is left out. */
export function readLines(text: string): RecordedLine[] {
  return text.split('\n').flatMap((line) => {
    if (!line.startsWith('{"')) return [];
    const fields = JSON.parse(line) as Record<string, unknown>;
    const { timestamp, service } = fields;
    if (typeof timestamp !== 'string' || typeof service !== 'string' || service === 'local') return [];
    return [{ atMs: Date.parse(timestamp), service, fields, text: line }];
  });
}

/** A metric by its namespace and name, and the values of its dimensions. */
export interface Measured {
  readonly namespace: string;
  readonly name: string;
  readonly of: readonly string[];
}

/**
 * A metric's values, or null where only AWS can measure it. The load balancer's are those of Orbit's request lines, the
 * function's those of its decision records and the tasks' those of the processes, which a local run has in their place.
 */
export function samplesOf({ namespace, name, of }: Measured, lines: readonly RecordedLine[]): Sample[] | null {
  if (namespace.startsWith('AgentRuntime/')) return counted(name, lines) ?? emittedValues(name, lines);
  // Callers are served by one of both target groups.
  if (namespace === 'AWS/ApplicationELB') return of.includes(blueGroup) ? ofRequests(name, lines) : null;
  if (namespace === 'AWS/Lambda')
    return of.some((each) => each.endsWith('-governance')) ? ofDecisions(name, lines) : null;
  if (namespace === 'AWS/ECS') return ofProcesses(name, of, lines);
  return null;
}

function ofProcesses(name: string, of: readonly string[], lines: readonly RecordedLine[]): Sample[] | null {
  const field = { CPUUtilization: 'cpuPercent', MemoryUtilization: 'memoryPercent' }[name];
  if (field === undefined) return null;
  return lines
    .filter(({ service, fields }) => fields['message'] === 'process' && of.some((each) => each.endsWith(`-${service}`)))
    .map(({ atMs, fields }) => ({ atMs, value: Number(fields[field]) }));
}

function counted(name: string, lines: readonly RecordedLine[]): Sample[] | null {
  const line = countedLines.find(({ signal }) => signals[signal].name === name);
  // The mesh's access log is AWS's own.
  if (line === undefined || line.source === 'mesh') return null;
  return lines
    .filter(({ service }) => service === line.source)
    .map(({ atMs, text }) => ({ atMs, value: countsLine(line.pattern, text) ? 1 : 0 }));
}

/** The values of a metric that the programs wrote, of one value of a dimension where it has one. */
export function emittedValues(
  name: string,
  lines: readonly RecordedLine[],
  of?: { readonly by: string; readonly value: unknown },
): Sample[] {
  return lines.flatMap(({ atMs, fields }) => {
    const values = fields['message'] === 'metrics' ? fields[name] : undefined;
    if (values === undefined || (of !== undefined && fields[of.by] !== of.value)) return [];
    return [values].flat().map((value) => ({ atMs, value: Number(value) }));
  });
}

function ofRequests(name: string, lines: readonly RecordedLine[]): Sample[] | null {
  const requests = lines.filter(({ service, fields }) => service === 'orbit' && fields['route'] === '/dispatch');
  const value = {
    RequestCount: () => 1,
    HTTPCode_Target_5XX_Count: (line: RecordedLine) => (Number(line.fields['status']) >= 500 ? 1 : 0),
    TargetResponseTime: (line: RecordedLine) => Number(line.fields['durationMs']) / 1000,
  }[name];
  return value === undefined ? null : requests.map((line) => ({ atMs: line.atMs, value: value(line) }));
}

function ofDecisions(name: string, lines: readonly RecordedLine[]): Sample[] | null {
  const decisions = lines.filter(({ fields }) => fields['message'] === 'decision');
  const value = {
    Invocations: () => 1,
    // What has a record ended well, and the local function takes one invocation after another.
    Errors: () => 0,
    ConcurrentExecutions: () => 1,
    Duration: (line: RecordedLine) => Number(line.fields['decisionMicros']) / 1000,
  }[name];
  return value === undefined ? null : decisions.map((line) => ({ atMs: line.atMs, value: value(line) }));
}
