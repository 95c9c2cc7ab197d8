// What a command of the policy tool is, and how one says that it was called wrongly.
// Next: governance/cli/validate.ts, the simplest.
import { parseArgs, type ParseArgsOptionsConfig } from 'node:util';

/** What a command may use of the world; nothing else of the process is touched. */
export interface CliContext {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly write: (text: string) => void;
  readonly writeError: (text: string) => void;
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

/** Parses arguments by `node:util`, strictly. @throws UsageError for an option that does not exist or lacks its value */
export function parseCommandLine<T extends ParseArgsOptionsConfig>(args: readonly string[], options: T) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new UsageError(message.charAt(0).toLowerCase() + message.slice(1));
  }
}
