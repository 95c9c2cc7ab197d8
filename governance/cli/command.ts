// What a command of the policy tool is, and how one says that it was called wrongly.
// Next: governance/cli/validate.ts, the simplest.
import { parseArgs, type ParseArgsOptionsConfig } from 'node:util';

/** What a command may use of the world; nothing else of the process is touched. */
export interface CliContext {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly write: (text: string) => void;
  readonly writeError: (text: string) => void;
  /** All of stdin, for a file named `-`. */
  readonly readInput: () => Promise<string>;
  /** Whether stderr is a terminal, where progress may be shown. */
  readonly isTerminal: boolean;
  /** The present, epoch milliseconds. */
  readonly nowMs: () => number;
}

/** One command. */
export interface Command {
  /** One line for the list of commands. */
  readonly summary: string;
  /** The whole help: usage, options, examples. */
  readonly help: string;
  /**
   * @param args - what follows the command's name
   * @returns the exit code: 0 when all is well, 1 when something is not
   * @throws UsageError when it was called wrongly; any other Error when it could not be carried out
   */
  run(args: readonly string[], context: CliContext): Promise<number>;
}

/** A call that does not fit the command: the user has to change it. Exit code 2. */
export class UsageError extends Error {}

/** Documents that nothing can be asked of: every problem a line. Exit code 1. */
export class InvalidPoliciesError extends Error {
  /** One line each: file, place, what was got and what was expected. */
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.problems = problems;
  }
}

/** Parses arguments by `node:util`, strictly. @throws UsageError for an option that does not exist or lacks its value */
export function parseCommandLine<T extends ParseArgsOptionsConfig>(args: readonly string[], options: T) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new UsageError(message.charAt(0).toLowerCase() + message.slice(1));
  }
}

/** A number given as an option. @throws UsageError unless it is whole and within the bounds */
export function readWholeNumber(option: string, text: string, [least, most]: readonly [number, number]): number {
  const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw new UsageError(`got ${option} ${text}, expected a whole number from ${least} to ${most}`);
}

/** A time given as an option, in epoch milliseconds. @throws UsageError unless it is RFC 3339 with an offset */
export function readInstant(option: string, text: string): number {
  const isInstant = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/.test(text);
  const instantMs = isInstant ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(instantMs)) return instantMs;
  throw new UsageError(`got ${option} ${text}, expected a time such as 2026-03-11T12:00:00Z`);
}
