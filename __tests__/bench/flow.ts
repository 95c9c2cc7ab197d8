// Requests per second and CPU per request of the governed flow, beside the same hops without governance, in one run.
// Next: __tests__/bench/plain-process.ts, what it is held against.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { Pool } from 'undici';
import { type ServiceProcess, startServiceProcess } from '../../services/local/service-process.ts';
import { table } from './measure.ts';

const root = path.resolve(import.meta.dirname, '../..');
const concurrency = 16;
const roundMs = 4000;
const rounds = 3;
const warmUpRequests = 4000;

interface Flow {
  readonly name: string;
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly processes: readonly ServiceProcess[];
}

/** Prints the table; the two flows take turns, so that the machine's moods hit both. */
export async function benchFlow(): Promise<void> {
  const flows = [await startPlain(), await startGoverned()];
  const results = new Map(
    flows.map(({ name }) => [name, [] as { perSecond: number; cpuUs: number; p50Ms: number; p99Ms: number }[]]),
  );
  // Warmed by requests, not by time: the slower flow needs its code compiled as well.
  for (const flow of flows) await load(flow, { requests: warmUpRequests });
  for (let round = 0; round < rounds; round += 1) {
    for (const flow of flows) results.get(flow.name)?.push(await load(flow, { forMs: roundMs }));
  }
  const medians = flows.map(({ name }) => ({ name, ...median(results.get(name) ?? []) }));
  const [plain] = medians;
  process.stdout.write(
    `${table(
      medians.map(({ name, perSecond, cpuUs, p50Ms, p99Ms }) => ({
        flow: name,
        'requests/s': Math.round(perSecond),
        'CPU µs/request': Math.round(cpuUs),
        'p50 ms': p50Ms.toFixed(1),
        'p99 ms': p99Ms.toFixed(1),
        'requests/s × plain': (perSecond / (plain?.perSecond ?? 1)).toFixed(2),
        'added CPU µs': Math.round(cpuUs - (plain?.cpuUs ?? 0)),
      })),
    )}\n`,
  );
  await Promise.all(flows.flatMap(({ processes }) => processes.map((process) => process.stop())));
}

async function startGoverned(): Promise<Flow> {
  const names = ['axon', 'orbit', 'mesh', 'tokens', 'lambda', 'kms', 'dynamodb', 'credentials', 'secrets'] as const;
  const ports = Object.fromEntries(await Promise.all(names.map(async (name) => [name, await freePort()] as const)));
  const platform = start('platform', '__tests__/bench/platform-process.ts', [JSON.stringify(ports)], {});
  const { environments, token } = JSON.parse(await platform.first) as {
    environments: Record<'orbit' | 'axon', Record<string, string>>;
    token: string;
  };
  const axon = start('axon', 'services/axon/main.ts', [], { ...environments.axon, LOG_LEVEL: 'warn' }, false);
  const orbit = start('orbit', 'services/orbit/main.ts', [], { ...environments.orbit, LOG_LEVEL: 'warn' }, false);
  const url = `http://127.0.0.1:${ports['orbit']}`;
  await Promise.all([untilAnswers(`http://127.0.0.1:${ports['axon']}/ready`), untilAnswers(`${url}/ready`)]);
  return {
    name: 'governed',
    url,
    headers: { authorization: `Bearer ${token}` },
    processes: [platform.process, axon.process, orbit.process],
  };
}

async function startPlain(): Promise<Flow> {
  const entry = '__tests__/bench/plain-process.ts';
  const axon = start('plain axon', entry, ['axon', '0'], {});
  const platform = start('plain platform', entry, ['platform', '0', '', await axon.process.url], {});
  const { url: governanceUrl, gateway } = JSON.parse(await platform.first) as { url: string; gateway: string };
  const orbit = start('plain orbit', entry, ['orbit', '0', governanceUrl, gateway], {});
  return {
    name: 'plain',
    url: await orbit.process.url,
    headers: {},
    processes: [platform.process, axon.process, orbit.process],
  };
}

/** Starts a process; `first` is the line that says it listens. */
function start(
  name: string,
  entry: string,
  args: readonly string[],
  env: Record<string, string>,
  says = true,
): { process: ServiceProcess; first: Promise<string> } {
  let tell: (line: string) => void = () => undefined;
  const first = new Promise<string>((resolve) => (tell = resolve));
  const onLine = (line: string): void => {
    if (says && line.includes('"message":"listening"')) tell(line);
    else process.stderr.write(`${name}: ${line}\n`);
  };
  const onExit = (code: number | null): void => void process.stderr.write(`${name} ended with ${code}\n`);
  return {
    process: startServiceProcess({
      name,
      entry: path.join(root, entry),
      args,
      env: { PATH: process.env['PATH'] ?? '', ...env },
      onLine,
      onExit,
    }),
    first,
  };
}

async function load({ url, headers, processes }: Flow, until: { forMs?: number; requests?: number }) {
  const pool = new Pool(url, { connections: concurrency });
  const body = JSON.stringify({ intent: 'call_reasoning', input: { prompt: 'Is anybody there?', maxTokens: 64 } });
  const cpuBefore = cpuSeconds(processes);
  const startMs = performance.now();
  const latencies: number[] = [];
  await Promise.all(
    Array.from({ length: concurrency }, async () => {
      while (
        performance.now() - startMs < (until.forMs ?? 60_000) &&
        latencies.length < (until.requests ?? Number.POSITIVE_INFINITY)
      ) {
        const sentMs = performance.now();
        const response = await pool.request({
          path: '/dispatch',
          method: 'POST',
          headers: { ...headers, 'content-type': 'application/json' },
          body,
        });
        const text = await response.body.text();
        if (response.statusCode !== 200) throw new Error(`got ${response.statusCode} ${text}, expected 200`);
        latencies.push(performance.now() - sentMs);
      }
    }),
  );
  const seconds = (performance.now() - startMs) / 1000;
  await pool.close();
  const sorted = latencies.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor(sorted.length * share)] ?? Number.NaN;
  return {
    perSecond: latencies.length / seconds,
    cpuUs: ((cpuSeconds(processes) - cpuBefore) / latencies.length) * 1e6,
    p50Ms: at(0.5),
    p99Ms: at(0.99),
  };
}

/** User and system time of the processes, threads included (proc(5), fields 14 and 15, in clock ticks of 10 ms). */
function cpuSeconds(processes: readonly ServiceProcess[]): number {
  return processes.reduce((sum, { pid }) => {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return sum + (Number(fields[11]) + Number(fields[12])) / 100;
  }, 0);
}

function median<T extends Record<string, number>>(rows: readonly T[]): T {
  const keys = Object.keys(rows[0] ?? {});
  return Object.fromEntries(
    keys.map((key) => [key, rows.map((row) => row[key] ?? 0).toSorted((a, b) => a - b)[Math.floor(rows.length / 2)]]),
  ) as T;
}

async function untilAnswers(url: string): Promise<void> {
  const endMs = Date.now() + 10_000;
  while (
    !(await fetch(url).then(
      ({ ok }) => ok,
      () => false,
    ))
  ) {
    if (Date.now() > endMs) throw new Error(`got no answer from ${url} within 10 s`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
