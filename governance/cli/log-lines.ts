// The lines of a log as they were written: from a file or stdin, out of whatever CloudWatch wrapped around them.
// Next: governance/cli/audit.ts and governance/cli/replay.ts, which read audit records from them.
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { type CliContext } from './command.ts';

/** A log that is read line by line, as logs are large. */
export interface LogLines {
  /** In bytes; 0 where it cannot be known beforehand. */
  readonly size: number;
  /** Lines without their newline; `read` is how many bytes were read with it. Empty lines are left out. */
  readonly lines: AsyncIterable<{ readonly number: number; readonly text: string; readonly read: number }>;
}

/**
 * Opens a log.
 *
 * @param name - a file, or `-` for stdin
 * @throws Error when there is no such file
 */
export async function openLog(name: string, { readInput }: CliContext): Promise<LogLines> {
  if (name === '-') {
    const text = await readInput();
    return { size: Buffer.byteLength(text), lines: unwrapAll(text.split('\n')) };
  }
  const about = await stat(name).catch((error: unknown) => {
    throw new Error(`got no log ${name}, expected a file or "-": ${String(error)}`, { cause: error });
  });
  const input = createReadStream(name, 'utf8');
  return { size: about.size, lines: unwrapAll(createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) };
}

async function* unwrapAll(source: Iterable<string> | AsyncIterable<string>) {
  let [number, read] = [0, 0];
  for await (const line of source) {
    number += 1;
    read += Buffer.byteLength(line) + 1;
    const text = unwrapLine(line);
    if (text !== '') yield { number, text, read };
  }
}

/**
 * The line that the function wrote, byte for byte, as its hash counts. CloudWatch wraps it in an event of a query
 * (`@message`) or of `filter-log-events` (`message`), or puts a time before it
 * (https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AnalyzingLogData.html).
 */
export function unwrapLine(line: string): string {
  const text = line.trim().replace(/^\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)\s+(?=\{)/, '');
  if (!/^\{.*"@?message":\s*"\{/.test(text)) return text;
  try {
    const { '@message': ofQuery, message } = JSON.parse(text) as Record<string, unknown>;
    const inner = ofQuery ?? message;
    return typeof inner === 'string' ? inner.trim() : text;
  } catch {
    return text;
  }
}
