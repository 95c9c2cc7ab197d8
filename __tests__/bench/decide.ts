// Decisions at 10 to 10,000 rules beside other engines, every answer checked; then what loading and explaining take.
// Next: __tests__/bench/engines.ts, what is timed.
import { compilePolicy } from '../../governance/policy/compile.ts';
import { explain } from '../../governance/policy/explain.ts';
import { parsePolicy } from '../../governance/policy/parse.ts';
import { type Ask, engines } from './engines.ts';
import { measure, measureAsync, median, table, type Timing } from './measure.ts';
import { type BenchRequest, benchRequests, benchTenants, ourPolicy, ourText, pick } from './policy-sets.ts';

const requestCount = 1024;
const checkedCount = 256;

/** How many rules, over how many tenants. The last is as users shard: 100 tenants of 100 rules. */
const sizes: readonly (readonly [number, number])[] = [
  [10, 1],
  [100, 1],
  [1000, 1],
  [10_000, 1],
  [10_000, 100],
];

/** Prints the tables. @throws Error when an engine disagrees about any request */
export async function benchDecide(): Promise<void> {
  const rows: Record<string, string | number>[] = [];
  let smallest: Timing | undefined;
  for (const [rules, tenantCount] of sizes) {
    const tenants = benchTenants(rules, tenantCount);
    const requests = benchRequests(tenants, requestCount);
    let ours: Timing | undefined;
    for (const { name, most, load } of engines) {
      if (rules / tenantCount > most) continue;
      const ask = await load(tenants);
      await checkAgreement(name, requests, ask);
      const timing = await time(ask, requests);
      ours ??= timing;
      smallest ??= timing;
      rows.push({
        engine: name,
        rules,
        tenants: tenantCount,
        'p50 µs': timing.p50Us.toFixed(2),
        'p99 µs': timing.p99Us.toFixed(2),
        'decisions/s': Math.round(timing.perSecond),
        'p50 × ours': (timing.p50Us / ours.p50Us).toFixed(1),
        'p50 × ours at 10': (timing.p50Us / smallest.p50Us).toFixed(1),
      });
    }
  }
  process.stdout.write(`${table(rows)}\n\n${loadAndExplain()}\n`);
}

/** Every request for a fast engine; a part of them for one that takes milliseconds. */
async function checkAgreement(engine: string, requests: readonly BenchRequest[], ask: Ask): Promise<void> {
  const startedMs = performance.now();
  for (const [index, { request, allowed }] of requests.entries()) {
    if (index >= checkedCount && performance.now() - startedMs > 2000) return;
    if ((await ask(request)) !== allowed)
      throw new Error(`got another answer from ${engine} for ${JSON.stringify(request)}, expected ${allowed}`);
  }
}

function time(ask: Ask, requests: readonly BenchRequest[]): Timing | Promise<Timing> {
  const startedMs = performance.now();
  const probe = ask(pick(requests, 0).request);
  if (probe instanceof Promise)
    return measureAsync((index) => ask(pick(requests, index).request) as Promise<boolean>, { batch: 1 });
  const isSlow = performance.now() - startedMs > 0.1;
  return measure((index) => void ask(pick(requests, index).request), isSlow ? { batch: 1 } : {});
}

/** From text to a policy that decides, and a decision with its reasons, at each size. */
function loadAndExplain(): string {
  const rows = [10, 100, 1000, 10_000].map((count) => {
    const [tenant] = benchTenants(count, 1);
    if (!tenant) throw new Error('got no tenant, expected one');
    const text = ourText(tenant);
    const loads = Array.from({ length: 11 }, () => timeLoad(text));
    const policy = ourPolicy(tenant);
    const requests = benchRequests([tenant], requestCount);
    const nowMs = Date.now();
    const explained = measure((index) => explain(policy, null, pick(requests, index).request, nowMs));
    return {
      rules: count,
      'text KiB': Math.round(text.length / 1024),
      'JSON.parse ms': median(Array.from({ length: 11 }, () => timeOf(() => JSON.parse(text)))).toFixed(2),
      'parse and validate ms': median(loads.map(({ parseMs }) => parseMs)).toFixed(2),
      'compile ms': median(loads.map(({ compileMs }) => compileMs)).toFixed(2),
      'load ms': median(loads.map(({ parseMs, compileMs }) => parseMs + compileMs)).toFixed(2),
      'explain p50 µs': explained.p50Us.toFixed(2),
      'p99 µs': explained.p99Us.toFixed(2),
    };
  });
  return table(rows);
}

function timeLoad(text: string): { parseMs: number; compileMs: number } {
  const startedMs = performance.now();
  const reading = parsePolicy(text);
  const parsedMs = performance.now();
  if (!reading.ok) throw new Error(`got ${JSON.stringify(reading.issues.slice(0, 3))}, expected a document`);
  compilePolicy(reading.document, 'bench');
  return { parseMs: parsedMs - startedMs, compileMs: performance.now() - parsedMs };
}

function timeOf(work: () => unknown): number {
  const startedMs = performance.now();
  work();
  return performance.now() - startedMs;
}
