// Counts permitted decisions against quotas: all charges of a decision together, or none.
// Next: governance/lambda/handler.ts, which charges only what would otherwise be permitted.
import { type CompiledQuota } from '../policy/compile.ts';

/** One quota to charge, under the key of who is charged. */
export interface QuotaCharge {
  readonly quota: CompiledQuota;
  readonly key: string;
}

/** What the tightest quota has left, or which one is used up. */
export type QuotaOutcome =
  | { ok: true; tightest: { id: string; limit: number; remaining: number } | null }
  | { ok: false; exceeded: { id: string; limit: number; remaining: 0; retryAfterSeconds: number } };

/** Where quotas are counted. A store that cannot count throws, and the decision is a deny. */
export interface QuotaStore {
  /**
   * Charges one decision to every quota, atomically: when one is used up, none is charged.
   *
   * @param charges - what to charge
   * @param nowMs - epoch milliseconds
   * @throws Error when the counters cannot be reached or held
   */
  consume(charges: readonly QuotaCharge[], nowMs: number): Promise<QuotaOutcome>;
}

/** Whose counter a request charges. A missing subject shares one counter with every other request that names none. */
export function chargesFor(
  quotas: readonly CompiledQuota[],
  request: { tenant: string; service: string; intent: string; subject?: string | undefined },
): QuotaCharge[] {
  return quotas.map((quota) => ({
    quota,
    key: JSON.stringify([quota.id, ...quota.per.map((dimension) => request[dimension] ?? '')]),
  }));
}

interface Counter {
  windowStartMs: number;
  count: number;
  previousCount: number;
  expiresMs: number;
}

/**
 * Counts in this process's memory: exact for one process, which is what the dev server and tests have.
 *
 * A fixed window begins at multiples of its length since the epoch. A sliding window weighs the window before by the
 * share of it that still lies within reach.
 *
 * @param maxCounters - counters held at most; beyond it the store throws rather than forget one. @defaultValue 100 000
 */
export function createMemoryQuotaStore(maxCounters = 100_000): QuotaStore {
  const counters = new Map<string, Counter>();

  return { consume: (charges, nowMs) => Promise.resolve().then(() => consumeNow(charges, nowMs)) };

  // INVARIANT: no await between looking and counting, so that concurrent decisions cannot pass a limit together.
  function consumeNow(charges: readonly QuotaCharge[], nowMs: number): QuotaOutcome {
    const standings = charges.map(({ quota, key }) => {
      const counter = counterFor(key, quota.windowSeconds * 1000, nowMs);
      return { quota, counter, used: usedIn(counter, quota, nowMs) };
    });
    const exceeded = standings.find(({ quota, used }) => used + 1 > quota.limit);
    if (exceeded) {
      const { quota, counter } = exceeded;
      const retryAfterSeconds = Math.max(
        1,
        Math.ceil((counter.windowStartMs + quota.windowSeconds * 1000 - nowMs) / 1000),
      );
      return { ok: false, exceeded: { id: quota.id, limit: quota.limit, remaining: 0, retryAfterSeconds } };
    }
    for (const { counter } of standings) counter.count += 1;
    const left = standings.map(({ quota, used }) => ({
      id: quota.id,
      limit: quota.limit,
      remaining: Math.max(0, Math.floor(quota.limit - used - 1)),
    }));
    return { ok: true, tightest: left.sort((a, b) => a.remaining - b.remaining)[0] ?? null };
  }

  function counterFor(key: string, windowMs: number, nowMs: number): Counter {
    const windowStartMs = Math.floor(nowMs / windowMs) * windowMs;
    const known = counters.get(key);
    if (known) {
      if (windowStartMs > known.windowStartMs) {
        known.previousCount = windowStartMs === known.windowStartMs + windowMs ? known.count : 0;
        Object.assign(known, { windowStartMs, count: 0, expiresMs: windowStartMs + 2 * windowMs });
      }
      return known;
    }
    if (counters.size >= maxCounters) dropExpired(nowMs);
    if (counters.size >= maxCounters)
      throw new Error(`got a quota counter beyond the ${maxCounters} held, expected fewer distinct callers`);
    const counter = { windowStartMs, count: 0, previousCount: 0, expiresMs: windowStartMs + 2 * windowMs };
    counters.set(key, counter);
    return counter;
  }

  function dropExpired(nowMs: number): void {
    for (const [key, { expiresMs }] of counters) if (expiresMs <= nowMs) counters.delete(key);
  }
}

function usedIn(
  { windowStartMs, count, previousCount }: Counter,
  { window, windowSeconds }: CompiledQuota,
  nowMs: number,
): number {
  if (window === 'fixed') return count;
  const reach = 1 - (nowMs - windowStartMs) / (windowSeconds * 1000);
  return count + previousCount * Math.min(1, Math.max(0, reach));
}
