// Counts permitted decisions against quotas: all charges of a decision together, or none.
// Next: governance/lambda/dynamodb-quota.ts, which counts for all environments together; governance/lambda/handler.ts, which charges.
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

/** What a counter holds: decisions counted in its window, and in the window right before it. */
export interface QuotaCounter {
  /** Epoch milliseconds. */
  readonly windowStartMs: number;
  readonly count: number;
  readonly previousCount: number;
}

/**
 * The counter as it stands at `nowMs`: anew once its window is over. It never goes back to an earlier window, so a
 * clock that lags counts in the window that others have begun.
 */
export function counterAt(known: QuotaCounter | undefined, quota: CompiledQuota, nowMs: number): QuotaCounter {
  const windowMs = quota.windowSeconds * 1000;
  const windowStartMs = Math.floor(nowMs / windowMs) * windowMs;
  if (!known) return { windowStartMs, count: 0, previousCount: 0 };
  if (windowStartMs <= known.windowStartMs) return known;
  return { windowStartMs, count: 0, previousCount: windowStartMs === known.windowStartMs + windowMs ? known.count : 0 };
}

/**
 * How many decisions the counter's window still admits at `nowMs`, a whole number.
 *
 * A fixed window begins at multiples of its length since the epoch. A sliding window weighs the window before by the
 * share of it that still lies within reach.
 */
export function leftIn(
  { windowStartMs, count, previousCount }: QuotaCounter,
  quota: CompiledQuota,
  nowMs: number,
): number {
  const passed = (nowMs - windowStartMs) / (quota.windowSeconds * 1000);
  const reach = quota.window === 'fixed' ? 0 : Math.min(1, Math.max(0, 1 - passed));
  return Math.max(0, Math.floor(quota.limit - count - previousCount * reach));
}

/** The outcome of a charge that found nothing left. */
export function exceededAt({ windowStartMs }: QuotaCounter, quota: CompiledQuota, nowMs: number): QuotaOutcome {
  const retryAfterSeconds = Math.max(1, Math.ceil((windowStartMs + quota.windowSeconds * 1000 - nowMs) / 1000));
  return { ok: false, exceeded: { id: quota.id, limit: quota.limit, remaining: 0, retryAfterSeconds } };
}

/** The outcome of charges that all went through, from what each quota has left after them. */
export function chargedWith(left: readonly { quota: CompiledQuota; remaining: number }[]): QuotaOutcome {
  const standings = left.map(({ quota: { id, limit }, remaining }) => ({ id, limit, remaining }));
  return { ok: true, tightest: standings.sort((a, b) => a.remaining - b.remaining)[0] ?? null };
}

/**
 * Counts in this process's memory: exact for one process, which is what the dev server and tests have.
 *
 * @param maxCounters - counters held at most; beyond it the store throws rather than forget one. @defaultValue 100 000
 */
export function createMemoryQuotaStore(maxCounters = 100_000): QuotaStore {
  const counters = new Map<string, { counter: QuotaCounter; expiresMs: number }>();

  return { consume: (charges, nowMs) => Promise.resolve().then(() => consumeNow(charges, nowMs)) };

  // INVARIANT: no await between looking and counting, so that concurrent decisions cannot pass a limit together.
  function consumeNow(charges: readonly QuotaCharge[], nowMs: number): QuotaOutcome {
    const standings = charges.map(({ quota, key }) => {
      const counter = counterAt(counters.get(key)?.counter, quota, nowMs);
      return { quota, key, counter, left: leftIn(counter, quota, nowMs) };
    });
    const exceeded = standings.find(({ left }) => left < 1);
    if (exceeded) return exceededAt(exceeded.counter, exceeded.quota, nowMs);
    makeRoom(standings.filter(({ key }) => !counters.has(key)).length, nowMs);
    for (const { key, quota, counter } of standings) {
      const expiresMs = counter.windowStartMs + 2 * quota.windowSeconds * 1000;
      counters.set(key, { counter: { ...counter, count: counter.count + 1 }, expiresMs });
    }
    return chargedWith(standings.map(({ quota, left }) => ({ quota, remaining: left - 1 })));
  }

  function makeRoom(wanted: number, nowMs: number): void {
    if (counters.size + wanted > maxCounters)
      for (const [key, { expiresMs }] of counters) if (expiresMs <= nowMs) counters.delete(key);
    if (counters.size + wanted > maxCounters)
      throw new Error(`got a quota counter beyond the ${maxCounters} held, expected fewer distinct callers`);
  }
}
