// One service as a process of its own, as its container would run it: started, watched for readiness, stopped.
// Next: services/local/main.ts, which runs Orbit and Axon.
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** A running service. */
export interface ServiceProcess {
  /** Its own word of where it listens. @throws Error when the process ended instead */
  readonly url: Promise<string>;
  readonly pid: number;
  /** SIGTERM, and SIGKILL if that takes too long. Resolves once the process is gone. */
  stop(): Promise<void>;
}

/** Which Node runs it, with which flags, where and as whom. */
export interface NodeStart {
  readonly file: string;
  readonly flags: readonly string[];
  readonly cwd: string;
  /** User and group id; only root can choose them. */
  readonly uid?: number;
  readonly gid?: number;
}

/** What to run. */
export interface ServiceProcessOptions {
  readonly name: string;
  readonly entry: string;
  readonly args?: readonly string[];
  /** How Node is started. @defaultValue this Node, in this folder, as this user */
  readonly node?: NodeStart | undefined;
  readonly env: Readonly<Record<string, string>>;
  readonly onLine: (line: string) => void;
  /** Told when the process ends without having been asked to. */
  readonly onExit: (code: number | null) => void;
}

const killAfterMs = 700;

/** Starts the service with exactly the given environment. */
export function startServiceProcess({
  name,
  entry,
  args = [],
  node: { file, flags, ...place } = defaultNode(),
  env,
  onLine,
  onExit,
}: ServiceProcessOptions): ServiceProcess {
  const child = spawn(file, [...flags, entry, ...args], {
    ...place,
    env: { ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let asked = false;
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.once('exit', (code) => {
    if (!asked) onExit(code);
  });
  return { url: listeningUrl(child, name, onLine), pid: child.pid ?? 0, stop };

  async function stop(): Promise<void> {
    asked = true;
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), killAfterMs);
    await exited;
    clearTimeout(timer);
  }
}

function defaultNode(): NodeStart {
  return { file: process.execPath, flags: ['--disable-warning=ExperimentalWarning'], cwd: process.cwd() };
}

/** Hands every line on, and finds the one that says where the service listens. */
function listeningUrl(child: ChildProcess, name: string, onLine: (line: string) => void): Promise<string> {
  const url = new Promise<string>((resolve, reject) => {
    for (const output of [child.stdout, child.stderr]) {
      if (!output) continue;
      createInterface({ input: output }).on('line', (line) => {
        const at = /"url":"(http[^"]+)".*"message":"listening"/.exec(line)?.[1];
        if (at !== undefined) resolve(at);
        onLine(line);
      });
    }
    child.once('exit', (code) =>
      reject(new Error(`${name} ended with code ${code} before it listened; its lines above say why`)),
    );
  });
  url.catch(() => undefined);
  return url;
}
