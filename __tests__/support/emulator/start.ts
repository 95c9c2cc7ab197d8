// Starts the emulated AWS account as a process of its own and says what Terraform, the AWS CLI and our processes need to reach it.
// Next: __tests__/support/emulator/server.py, which that process runs.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { installPythonTool } from '../python-tool.ts';

const server = path.join(import.meta.dirname, 'server.py');
const startTimeoutMs = 60_000;

/** A running emulated account. */
export interface Emulator {
  /** Where it answers, `http://127.0.0.1:PORT`. */
  readonly url: string;
  /** What to add to the environment of a process that is to use it; it holds no real credentials. */
  readonly environment: Readonly<Record<string, string>>;
  /** Ends the process and all that the account held. */
  readonly stop: () => Promise<void>;
}

export interface EmulatorOptions {
  /**
   * The port to listen on.
   *
   * @defaultValue 0, any free one
   */
  readonly port?: number;
  /** Gets each line the account says: the operations it was asked for and does not have, with their service. */
  readonly onLine?: (line: string) => void;
}

/**
 * Starts the account, empty, and waits until it answers. Its packages are installed the first time.
 *
 * @throws Error when python3 is missing, the packages cannot be installed, or it does not start within a minute
 */
export async function startEmulator({ port = 0, onLine }: EmulatorOptions = {}): Promise<Emulator> {
  const folder = path.dirname(await installPythonTool('emulator'));
  const account = spawn(path.join(folder, 'python'), ['-B', server, String(port), 'attached'], {
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'] },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const url = await listening(account, onLine);
  return { url, environment: environmentOf(url), stop: () => stop(account) };
}

/** Resolves to the URL of the one line that the server prints when it is ready. */
async function listening(account: ChildProcess, onLine: ((line: string) => void) | undefined): Promise<string> {
  const said: string[] = [];
  const { stdout, stderr } = account;
  if (stdout === null || stderr === null) throw new Error('emulator has no output: expected pipes');
  createInterface({ input: stderr }).on('line', (line) => {
    if (said.length < 50) said.push(line);
    onLine?.(line);
  });
  return new Promise((resolve, reject) => {
    const fail = (what: string): void => {
      account.kill('SIGKILL');
      reject(new Error(`emulator ${what}: expected it to listen; it said: ${said.join(' | ') || 'nothing'}`));
    };
    const timer = setTimeout(() => fail(`said nothing for ${startTimeoutMs} ms`), startTimeoutMs);
    account.once('error', (error) => fail(error.message));
    account.once('exit', (code) => fail(`ended with ${code}`));
    createInterface({ input: stdout }).on('line', (line) => {
      const [, url] = /^listening (http:\/\/\S+)$/u.exec(line) ?? [];
      if (url === undefined) return onLine?.(line);
      clearTimeout(timer);
      account.removeAllListeners('exit');
      resolve(url);
    });
  });
}

/** Endpoint, dummy keys and region; nothing of a real account is left in reach. */
function environmentOf(url: string): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: url,
    AWS_ACCESS_KEY_ID: 'emulated',
    AWS_SECRET_ACCESS_KEY: 'emulated',
    AWS_SESSION_TOKEN: '',
    AWS_PROFILE: '',
    AWS_REGION: 'eu-central-1',
    AWS_DEFAULT_REGION: 'eu-central-1',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    // S3 Control puts the account's number before the host (`123456789012.127.0.0.1`), a name that only a proxy can reach.
    HTTP_PROXY: url,
    NO_PROXY: '127.0.0.1,localhost',
  };
}

async function stop(account: ChildProcess): Promise<void> {
  if (account.exitCode !== null || account.signalCode !== null) return;
  const ended = once(account, 'exit');
  account.kill('SIGTERM');
  await ended;
}
