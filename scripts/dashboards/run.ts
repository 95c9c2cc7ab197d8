// Runs the local runtime for a bounded time under a mixed load, and hands back what it logged.
// Next: services/local/main.ts, which it starts; scripts/governance-cases.ts, the attacks among the load.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startModel } from './model.ts';
import { startProcessUse } from './process-use.ts';

const root = path.resolve(import.meta.dirname, '../..');
const readyMs = 60_000;
const ports = ['ORBIT', 'AXON', 'MESH', 'TOKENS', 'LAMBDA', 'KMS', 'DYNAMODB', 'CREDENTIALS', 'SECRETS'];

/**
 * Drives it for so many seconds.
 *
 * @param periodMs - in which CPU and memory are measured once
 * @returns its output, lines of JSON
 * @throws Error when it does not start
 */
export async function recordRun(seconds: number, periodMs: number): Promise<string> {
  const model = await startModel(seconds);
  const folder = await mkdtemp(path.join(tmpdir(), 'dashboards-'));
  const state = path.join(folder, 'state.env');
  const output: string[] = [];
  const free = Object.fromEntries(ports.map((name) => [`LOCAL_${name}_PORT`, '0']));
  const server = start(['services/local/main.ts'], {
    ...free,
    LOCAL_STATE_FILE: state,
    LOCAL_SYNTHESIS_FOLDER: path.join(folder, 'infra'),
    AXON_REASONER: 'openai-compatible',
    AXON_MODEL: 'recorded',
    AXON_OPENAI_BASE_URL: model.url,
  });
  server.stdout?.on('data', (chunk: Buffer) => void output.push(chunk.toString()));
  try {
    await untilWritten(state, server);
    const settings = Object.fromEntries(
      readFileSync(state, 'utf8')
        .trim()
        .split('\n')
        .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
    );
    const stopMeasuring = startProcessUse(server.pid ?? 0, periodMs, (line) => void output.push(`${line}\n`));
    const attacks = attackAgain(settings, Date.now() + seconds * 1000);
    await load(settings, seconds);
    stopMeasuring();
    await attacks;
  } finally {
    server.kill('SIGTERM');
    await ended(server);
    await model.stop();
    rmSync(folder, { recursive: true, force: true });
  }
  return output.join('');
}

/** All attacks, one after another, as often as there is time. */
async function attackAgain(settings: Readonly<Record<string, string>>, endMs: number): Promise<void> {
  while (Date.now() < endMs) await ended(start(['scripts/governance-cases.ts'], settings));
}

/** A wave of callers, most of whom may; every tenth asks for too much, every fifteenth for what nobody knows. */
async function load(settings: Readonly<Record<string, string>>, seconds: number): Promise<void> {
  const endMs = Date.now() + seconds * 1000;
  const tokens = await Promise.all(['default', 'acme', 'nobody'].map((tenant) => tokenOf(settings, tenant)));
  for (let count = 1; Date.now() < endMs; count += 1) {
    const token = tokens[count % 23 === 0 ? 2 : count % 3 === 0 ? 1 : 0] ?? '';
    const intent = count % 15 === 0 ? 'launch_missiles' : 'call_reasoning';
    const body = { intent, input: { prompt: 'ping', maxTokens: count % 10 === 0 ? 5000 : 64 } };
    const response = await fetch(`${settings['ORBIT_URL']}/dispatch`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    await response.arrayBuffer();
    await new Promise((resolve) => setTimeout(resolve, 60 + 50 * Math.sin(Date.now() / 5000)));
  }
}

async function tokenOf(settings: Readonly<Record<string, string>>, tenant: string): Promise<string> {
  const response = await fetch(settings['TOKEN_URL'] ?? '', {
    method: 'POST',
    body: JSON.stringify({ subject: 'user:ada', tenant }),
  });
  const { access_token: token } = (await response.json()) as { access_token: string };
  return token;
}

function start(args: string[], env: Readonly<Record<string, string>>): ChildProcess {
  return spawn(process.execPath, args, {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

async function untilWritten(file: string, server: ChildProcess): Promise<void> {
  const endMs = Date.now() + readyMs;
  while (!existsSync(file)) {
    if (server.exitCode !== null || Date.now() > endMs)
      throw new Error(`the local runtime was not ready within ${readyMs / 1000} s; run npm run dev to see why`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function ended(child: ChildProcess): Promise<void> {
  child.stdout?.resume();
  if (child.exitCode === null && child.signalCode === null) await new Promise((resolve) => child.once('exit', resolve));
}
