// Ten thousand tenants of a hundred rules, a million decisions by a Zipf mix: memory, and what cold loads do to hot tenants.
// Next: governance/lambda/dynamodb-store.ts, what is asked; __tests__/bench/signed-table-process.ts, where it reads from.
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { readWholeNumber } from '../../governance/cli/command.ts';
import { createDynamoStore } from '../../governance/lambda/dynamodb-store.ts';
import { decide } from '../../governance/policy/decide.ts';
import { summarise, table, type Timing } from './measure.ts';
import { benchRequests, benchTenants, pick } from './policy-sets.ts';

const tenantCount = 10_000;
const rulesEach = 100;
/** The tenants that are asked for most. */
const hotRanks = 100;
/** Decisions under way at once, as a sidecar has them; a Lambda environment has one. */
const lanes = 8;
/** Twice the default: 1,000 tenants. */
const maxCachedRules = 100_000;
const skew = 1.1;
const refreshMs = 3_600_000;

/** Prints the table; `--decisions 1000000` takes some minutes. @throws Error for another decision than expected */
export async function benchScale(): Promise<void> {
  const { values } = parseArgs({
    options: { decisions: { type: 'string', default: '100000' } },
    allowPositionals: true,
  });
  const decisions = readWholeNumber('--decisions', values.decisions, [1000, 100_000_000]);
  const worker = new Worker(new URL('signed-table-process.ts', import.meta.url), {
    workerData: { tenantCount, rulesEach },
  });
  const { url, publisher } = await new Promise<{ url: string; publisher: string }>((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
  try {
    const access = { region: 'eu-central-1', accessKeyId: 'A', secretAccessKey: 'S', endpoint: url };
    const heapBefore = heapMiB();
    /** Tenants loaded and not yet noted as such. */
    const loaded = new Set<string>();
    const store = await createDynamoStore({
      table: 'policies',
      dynamodb: access,
      kms: access,
      publisherKeys: [publisher],
      report: (_level, message, { policyTenant }) => {
        if (message === 'policy loaded') loaded.add(String(policyTenant));
      },
      refreshMs,
      maxStaleMs: refreshMs,
      maxCachedRules,
    });
    const requests = benchRequests(benchTenants(rulesEach, 1), 1024);
    const draw = zipf(tenantCount, skew);

    /** One decision, timed from asking the store to the verdict, and whether its policy was loaded for it. */
    const decideOnce = async (rank: number, index: number): Promise<{ tookUs: number; isCold: boolean }> => {
      const { request, allowed } = pick(requests, index);
      const tenant = `t${rank}`;
      const startedMs = performance.now();
      const found = await store.lookup(tenant, Date.now());
      if (!found.ok) throw new Error(`got ${found.reason} ${found.detail}, expected a policy`);
      const verdict = decide(found.policy, found.platform, { ...request, tenant }, Date.now());
      const tookUs = (performance.now() - startedMs) * 1000;
      if (verdict.allowed !== allowed)
        throw new Error(`got ${verdict.reason} for ${tenant}, expected the other answer`);
      return { tookUs, isCold: loaded.delete(tenant) };
    };

    for (let rank = 0; rank < hotRanks; rank += 1) await decideOnce(rank, rank);
    const alone: number[] = [];
    for (let index = 0; index < 100_000; index += 1) alone.push((await decideOnce(draw() % hotRanks, index)).tookUs);

    const hot: number[] = [];
    const cold: number[] = [];
    let heapMost = 0;
    let next = 0;
    const startedMs = performance.now();
    const lane = async (): Promise<void> => {
      for (let index = next++; index < decisions; index = next++) {
        const rank = draw();
        const { tookUs, isCold } = await decideOnce(rank, index);
        if (isCold) cold.push(tookUs);
        else if (rank < hotRanks) hot.push(tookUs);
        if (index % 10_000 === 0) heapMost = Math.max(heapMost, heapMiB());
      }
    };
    await Promise.all(Array.from({ length: lanes }, lane));
    const seconds = (performance.now() - startedMs) / 1000;
    store.close();

    const rows: (readonly [string, Timing, number])[] = [
      ['hot tenants, no cold loads', summarise(alone), alone.length],
      ['hot tenants, in the mix', summarise(hot), hot.length],
      ['cold loads', summarise(cold), cold.length],
    ];
    process.stdout.write(
      `${table(
        rows.map(([what, { p50Us, p99Us }, count]) => ({
          what,
          decisions: count,
          'p50 µs': p50Us.toFixed(1),
          'p99 µs': p99Us.toFixed(1),
        })),
      )}\n\n` +
        `${decisions} decisions over ${tenantCount} tenants of ${rulesEach} rules in ${seconds.toFixed(0)} s, ` +
        `${Math.round(decisions / seconds)}/s with ${lanes} at once, Zipf ${skew}; ` +
        `${((1 - cold.length / decisions) * 100).toFixed(1)}% from the cache of ${maxCachedRules / rulesEach} tenants\n` +
        `heap ${heapBefore.toFixed(0)} MiB before, ${heapMost.toFixed(0)} MiB at most, ` +
        `${heapMiB().toFixed(0)} MiB at the end; all tenants at once would be ${tenantCount / (maxCachedRules / rulesEach)} times the cache\n`,
    );
  } finally {
    await worker.terminate();
  }
}

function heapMiB(): number {
  return process.memoryUsage().heapUsed / 1024 / 1024;
}

/** Draws ranks from 0, rank r with weight 1 / (r + 1)^skew, the same ones in every run. */
function zipf(count: number, exponent: number): () => number {
  const sums: number[] = [];
  let total = 0;
  for (let rank = 1; rank <= count; rank += 1) sums.push((total += 1 / rank ** exponent));
  let state = 0x2545f491;
  return () => {
    // xorshift32: a run can be repeated.
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    const at = ((state >>> 0) / 2 ** 32) * total;
    let [low, high] = [0, count - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sums[middle] ?? 0) < at) low = middle + 1;
      else high = middle;
    }
    return low;
  };
}
