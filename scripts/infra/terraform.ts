// Runs Terraform: its version checked, providers from a mirror where there is one, time bounded, ended gently on Ctrl-C.
// Next: scripts/infra/environment-run.ts, what is done with it.
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { z } from 'zod';

import { findProviderMirror, type ProviderMirror, writeCliConfig } from './provider-mirror.ts';

/** How Ctrl-C reaches Terraform: `signal` asks it to finish what is in progress, `force` ends it at once. */
export interface Interruption {
  readonly signal: AbortSignal;
  readonly force: AbortSignal;
}

/** One run of Terraform. */
export interface TerraformCommand {
  readonly args: readonly string[];
  /** The root module. */
  readonly cwd: string;
  /** After this long it is asked to end, and killed a minute later. @defaultValue 5 minutes */
  readonly timeoutMs?: number;
  /** Every line of stdout as it comes. */
  readonly onLine?: (line: string) => void;
  /** Exit codes that are no failure. @defaultValue `[0]` */
  readonly expectedCodes?: readonly number[];
}

/** What it said and how it ended. */
export interface TerraformResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Terraform with its environment; keep one for commands that follow each other. */
export interface Terraform {
  /** What Terraform runs with; for another program that runs it, like cdktf. */
  readonly environment: Readonly<Record<string, string>>;
  /** For example `1.11.4`. */
  readonly version: string;
  /** Where providers come from; null when they are downloaded. */
  readonly mirror: ProviderMirror | null;
  /** As given when it was opened. */
  readonly interruption: Interruption | undefined;
  /**
   * Runs one command to its end.
   *
   * @throws TerraformError when it ends with an unexpected code, was interrupted, or took too long
   */
  run(command: TerraformCommand): Promise<TerraformResult>;
  /** Removes the folder with the CLI configuration. */
  close(): Promise<void>;
}

/** What Terraform needs from outside. */
export interface TerraformOptions {
  /** The environment of the caller; `AWS_CA_BUNDLE` and `TF_CLI_ARGS` never reach Terraform. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Set on top; where this is given, every other `AWS_*` variable of the caller is left out. */
  readonly account?: Readonly<Record<string, string>>;
  /** Where downloaded providers are kept; unused with a mirror. */
  readonly pluginCache?: string;
  readonly interruption?: Interruption;
}

/** Terraform ended otherwise than expected; `result` holds what it said. */
export class TerraformError extends Error {
  override readonly name = 'TerraformError';
  readonly result: TerraformResult;
  readonly interrupted: boolean;

  constructor(message: string, result: TerraformResult, interrupted: boolean) {
    super(message);
    this.result = result;
    this.interrupted = interrupted;
  }
}

const minMinor = 11;
const defaultTimeoutMs = 300_000;
const killAfterMs = 60_000;
const maxOutputBytes = 256 * 1024 * 1024;
const runFile = promisify(execFile);

/**
 * Finds Terraform and the mirror, and writes the CLI configuration into a temporary folder.
 *
 * @throws Error when Terraform is missing or older than 1.11
 */
export async function openTerraform(options: TerraformOptions): Promise<Terraform> {
  const mirror = findProviderMirror({ environment: options.environment });
  const folder = await mkdtemp(path.join(tmpdir(), 'terraform-'));
  const close = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    const env = { ...childEnvironment(options), ...(await providerSettings(mirror, folder, options)) };
    const version = await readVersion(env);
    const { interruption } = options;
    return {
      version,
      mirror,
      interruption,
      environment: env,
      close,
      run: (command) => runTerraform(command, env, interruption),
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** What of the caller's environment Terraform gets, and what it always gets. */
export function childEnvironment({ environment, account }: TerraformOptions): Record<string, string> {
  const passed = Object.entries(environment).flatMap(([name, value]) => {
    const kept = !/^(AWS_CA_BUNDLE|TF_DATA_DIR|TF_WORKSPACE|TF_CLI_ARGS.*)$/.test(name);
    const ofThisAccount = account === undefined || !name.startsWith('AWS_');
    return kept && ofThisAccount && value !== undefined ? [[name, value]] : [];
  });
  return { ...Object.fromEntries(passed), ...account, CHECKPOINT_DISABLE: '1', TF_IN_AUTOMATION: '1', TF_INPUT: '0' };
}

async function providerSettings(
  mirror: ProviderMirror | null,
  folder: string,
  { pluginCache }: TerraformOptions,
): Promise<Record<string, string>> {
  if (mirror !== null) return { TF_CLI_CONFIG_FILE: await writeCliConfig(mirror, folder) };
  if (pluginCache === undefined) return {};
  await mkdir(pluginCache, { recursive: true });
  return { TF_PLUGIN_CACHE_DIR: pluginCache, TF_PLUGIN_CACHE_MAY_BREAK_DEPENDENCY_LOCK_FILE: '1' };
}

async function readVersion(env: Record<string, string>): Promise<string> {
  const wanted = `expected terraform 1.${minMinor} or later on PATH`;
  const { stdout } = await runFile('terraform', ['version', '-json'], { env, timeout: 30_000 }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
      throw new Error(
        `got no terraform, ${wanted}; install it from https://developer.hashicorp.com/terraform/install`,
        {
          cause: error,
        },
      );
    },
  );
  const version = z.object({ terraform_version: z.string() }).parse(JSON.parse(stdout)).terraform_version;
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > 1 || (major === 1 && minor >= minMinor)) return version;
  throw new Error(`got terraform ${version}, ${wanted}; update it`);
}

async function runTerraform(
  command: TerraformCommand,
  env: Record<string, string>,
  interruption: Interruption | undefined,
): Promise<TerraformResult> {
  const { args, cwd, timeoutMs = defaultTimeoutMs, expectedCodes = [0] } = command;
  if (isInterrupted(interruption)) throw asInterrupted(args, { code: -1, stdout: '', stderr: '' });
  // INVARIANT: a process group of its own. Ctrl-C in a terminal goes to the whole group of the parent, and a second SIGINT
  // would make Terraform give up its state; here it gets exactly the one that is passed on.
  const child = spawn('terraform', args, { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const ending = superviseChild(child, timeoutMs, interruption);
  try {
    const result = await collectOutput(child, command.onLine);
    if (isInterrupted(interruption)) throw asInterrupted(args, result);
    if (ending.timedOut()) {
      throw new TerraformError(
        `terraform ${args[0]} took longer than ${timeoutMs / 1000} s and was ended`,
        result,
        false,
      );
    }
    if (expectedCodes.includes(result.code)) return result;
    const said = result.stderr.trim() === '' ? '' : `: ${result.stderr.trim()}`;
    throw new TerraformError(`terraform ${args[0]} exited with ${result.code}${said}`, result, false);
  } finally {
    ending.stop();
  }
}

function isInterrupted(interruption: Interruption | undefined): boolean {
  return interruption?.signal.aborted === true;
}

function asInterrupted(args: readonly string[], result: TerraformResult): TerraformError {
  return new TerraformError(`terraform ${args[0]} was interrupted`, result, true);
}

/** Passes interruptions on, ends the child when its time is over or this process exits. */
function superviseChild(
  child: ChildProcess,
  timeoutMs: number,
  interruption: Interruption | undefined,
): { timedOut(): boolean; stop(): void } {
  let late = false;
  let killTimer: NodeJS.Timeout | undefined;
  const ask = (): void => void child.kill('SIGINT');
  const end = (): void => void child.kill('SIGKILL');
  const timer = setTimeout(() => {
    late = true;
    ask();
    killTimer = setTimeout(end, killAfterMs);
  }, timeoutMs);
  interruption?.signal.addEventListener('abort', ask);
  interruption?.force.addEventListener('abort', end);
  process.on('exit', end);
  return {
    timedOut: () => late,
    stop: () => {
      clearTimeout(timer);
      clearTimeout(killTimer);
      interruption?.signal.removeEventListener('abort', ask);
      interruption?.force.removeEventListener('abort', end);
      process.off('exit', end);
    },
  };
}

async function collectOutput(child: ChildProcess, onLine: TerraformCommand['onLine']): Promise<TerraformResult> {
  const out: string[] = [];
  const err: string[] = [];
  let bytes = 0;
  if (child.stdout !== null) {
    createInterface({ input: child.stdout }).on('line', (line) => {
      bytes += line.length;
      if (bytes <= maxOutputBytes) out.push(line);
      onLine?.(line);
    });
  }
  child.stderr?.setEncoding('utf8').on('data', (text: string) => err.push(text));
  const code = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exitCode) => resolve(exitCode ?? -1));
  });
  if (bytes > maxOutputBytes) throw new Error(`got ${bytes} bytes from terraform, expected at most ${maxOutputBytes}`);
  return { code, stdout: out.join('\n'), stderr: err.join('') };
}
