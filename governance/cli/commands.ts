// The commands of the policy tool, and the way from arguments to an exit code.
// Next: governance/cli/validate.ts and governance/cli/publish.ts.
import { AwsCallError } from '../lambda/aws-json.ts';
import { type CliContext, type Command, InvalidPoliciesError, UsageError } from './command.ts';
import { auditCommand } from './audit.ts';
import { diffCommand } from './diff.ts';
import { explainCommand } from './explain.ts';
import { exportCommand } from './export.ts';
import { lintCommand } from './lint.ts';
import { publishCommand } from './publish.ts';
import { replayCommand } from './replay.ts';
import { rollbackCommand } from './rollback.ts';
import { testCommand } from './test.ts';
import { validateCommand } from './validate.ts';

const commands: Readonly<Record<string, Command>> = {
  validate: validateCommand,
  test: testCommand,
  lint: lintCommand,
  explain: explainCommand,
  diff: diffCommand,
  replay: replayCommand,
  export: exportCommand,
  publish: publishCommand,
  rollback: rollbackCommand,
  audit: auditCommand,
};

/** What `--help` says of each command. */
export const commandHelps: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(commands).map(([name, { help }]) => [name, help]),
);

/**
 * Runs the tool. Never throws: whatever happens is a message and an exit code.
 *
 * @returns 0 when all is well, 1 when it is not, 2 when the call was wrong
 */
export async function runCli(args: readonly string[], context: CliContext): Promise<number> {
  const [name = '--help', ...rest] = args;
  if (name === '--help' || name === '-h' || name === 'help') {
    context.write(overview());
    return args.length === 0 ? 2 : 0;
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!command) {
    const known = Object.keys(commands).join(', ');
    context.writeError(`policy: got the command "${name}", expected one of ${known}; try --help\n`);
    return 2;
  }
  if (rest.includes('--help') || rest.includes('-h')) {
    context.write(command.help);
    return 0;
  }
  try {
    return await command.run(rest, context);
  } catch (error) {
    if (error instanceof InvalidPoliciesError) {
      context.writeError(`${error.message}\npolicy ${name}: the policies are not valid\n`);
      return 1;
    }
    const isUsage = error instanceof UsageError;
    context.writeError(`policy ${name}: ${describe(error)}${isUsage ? `; try "${name} --help"` : ''}\n`);
    return isUsage ? 2 : 1;
  }
}

function overview(): string {
  const width = Math.max(...Object.keys(commands).map((name) => name.length));
  const lines = Object.entries(commands).map(([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`);
  return `Usage: npm run policy -- COMMAND [OPTIONS]\n\nCommands:\n${lines.join('\n')}\n\nnpm run policy -- COMMAND --help tells more.\n`;
}

/** With what AWS said: an operator at a terminal may read it. */
function describe(error: unknown): string {
  if (error instanceof AwsCallError && error.said !== '') return `${error.message}: ${error.said}`;
  return error instanceof Error ? error.message : String(error);
}
