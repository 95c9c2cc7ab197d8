// Runs the policy tool in this process, as a terminal would, and keeps what it printed.
// Next: governance/cli/commands.ts, what is run.
import { type CliContext } from '../../governance/cli/command.ts';
import { runCli } from '../../governance/cli/commands.ts';

/** What a run gave. */
export interface CliRun {
  readonly code: number;
  readonly out: string;
  readonly errors: string;
}

/** Runs `npm run policy -- …args`. What the world is like may be said; by default nobody looks and nothing is set. */
export async function runPolicyTool(
  args: readonly string[],
  world: Partial<Omit<CliContext, 'write' | 'writeError'>> = {},
): Promise<CliRun> {
  let [out, errors] = ['', ''];
  const code = await runCli(args, {
    environment: {},
    readInput: () => Promise.resolve(''),
    isTerminal: false,
    nowMs: Date.now,
    ...world,
    write: (text) => void (out += text),
    writeError: (text) => void (errors += text),
  });
  return { code, out, errors };
}
