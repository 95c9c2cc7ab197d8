// Reads a process's settings from its environment, all issues at once, secrets never shown.
// Next: the service's config.ts, which gives the schema, and its main.ts, which gives process.env.
import { writeSync } from 'node:fs';
import type { z } from 'zod';
import type { Issue } from './errors.ts';
import { zodIssues } from './zod-issues.ts';

/** Settings that cannot be used. The message is one line with every issue; `lines` has one line for each. */
export class ConfigurationError extends Error {
  readonly service: string;
  readonly issues: readonly Issue[];

  constructor(service: string, issues: readonly Issue[], options: { readonly cause?: unknown } = {}) {
    super(
      `${service} cannot start: ${issues.map(describe).join('; ')}`,
      options.cause === undefined ? undefined : { cause: options.cause },
    );
    this.name = 'ConfigurationError';
    this.service = service;
    this.issues = issues;
  }

  /** One line to read for each issue, after a first line that says how many there are. */
  get lines(): string[] {
    const count = this.issues.length === 1 ? '1 setting is' : `${this.issues.length} settings are`;
    return [`${this.service} cannot start: ${count} wrong`, ...this.issues.map((issue) => `  ${describe(issue)}`)];
  }
}

const secretName = /SECRET|KEY|TOKEN|PASSWORD/i;

/**
 * Parses an environment by a zod schema. An empty value counts as absent, as container platforms write it.
 *
 * @param schema - an object schema of setting names; it sees strings and coerces them itself.
 * @param env - usually `process.env`, handed in by a main.ts.
 * @param about - whose settings these are, for the error.
 * @throws ConfigurationError with all issues; a value whose name holds SECRET, KEY, TOKEN or PASSWORD is not shown.
 */
export function readEnvironment<Schema extends z.ZodType>(
  schema: Schema,
  env: Readonly<Record<string, string | undefined>>,
  about: { readonly service: string },
): z.output<Schema> {
  const present = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const parsed = schema.safeParse(present);
  if (parsed.success) return parsed.data;
  throw new ConfigurationError(
    about.service,
    zodIssues(parsed.error, present, { hide: (path) => secretName.test(path) }),
  );
}

/** Where {@link exitOnConfigurationError} writes and how it ends; replaced in tests. */
export interface ExitHooks {
  readonly writeError?: (text: string) => void;
  readonly exit?: (code: number) => void;
}

/**
 * Runs a start-up function; on a {@link ConfigurationError} prints its lines to stderr, no stack, and ends the process
 * with exit code 1. Any other error passes through.
 *
 * @returns what `fn` returns.
 * @throws the error itself where `exit` returns, as it does in a test only.
 */
export async function exitOnConfigurationError<T>(fn: () => T | Promise<T>, hooks: ExitHooks = {}): Promise<T> {
  const { writeError = writeToStderr, exit = (code) => process.exit(code) } = hooks;
  try {
    return await fn();
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    writeError(`${error.lines.join('\n')}\n`);
    exit(1);
    throw error;
  }
}

function describe(issue: Issue): string {
  return `${issue.path}: got ${issue.got}, expected ${issue.expected}`;
}

/** Synchronous, so that the lines are out before the process ends. */
function writeToStderr(text: string): void {
  writeSync(2, text);
}
