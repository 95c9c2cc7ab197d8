// An emulated account for the dev server: a process of its own applies the infrastructure and says what came of it.
// Next: services/local/platform.ts, which points the programs at it.
import { spawn } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';

/** What was applied, as far as the programs need it. */
export const AppliedAccount = z.object({
  /** Where every service of the account answers. */
  url: z.url(),
  policies_table_name: z.string(),
  quotas_table_name: z.string(),
  grants_table_name: z.string(),
  governance_signing_key_arn: z.string(),
  policy_publisher_key_arn: z.string(),
  orbit_secret_arn: z.string(),
  axon_secret_arn: z.string(),
});
/** A parsed {@link AppliedAccount}. */
export type AppliedAccount = z.infer<typeof AppliedAccount>;

/** A running account. */
export interface EmulatedAccount {
  readonly account: AppliedAccount;
  /** Ends the process, and the account with it. */
  stop(): Promise<void>;
}

const Announcement = z.object({ account: AppliedAccount });

/**
 * Starts the account; it takes as long as an apply does, a minute and a half.
 *
 * @param root - the repository's root
 * @param onLine - told of the progress
 * @throws Error when the process ends before it has an account
 */
export async function startEmulatedAccount(root: string, onLine: (line: string) => void): Promise<EmulatedAccount> {
  // A group of its own, so that Ctrl-C in a terminal reaches it through its input and not in the middle of a call.
  const child = spawn(process.execPath, [path.join(root, 'scripts/infra/main.ts'), 'account'], {
    cwd: root,
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  createInterface({ input: child.stderr }).on('line', onLine);
  const stop = async (): Promise<void> => {
    child.stdin.end();
    await exited;
  };
  const announced = new Promise<AppliedAccount>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (!line.startsWith('{')) return onLine(line);
      const parsed = Announcement.safeParse(JSON.parse(line));
      if (parsed.success) resolve(parsed.data.account);
      else reject(new Error('got an account of another form than expected; see services/local/emulated-account.ts'));
    });
    void exited.then((code) => reject(new Error(`the emulated account ended with code ${code} before it was applied`)));
  });
  try {
    return { account: await announced, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
