// Remembers every grant used, for as long as it could be used again, and never forgets one to make room.
// Next: services/axon/verify.ts, which lets a grant through once.

/** What became of a claim: the first use, a use again, or no room to remember it. */
export type ReplayClaim = 'first' | 'replayed' | 'full';

/** The grants in use, by `jti`. */
export interface ReplaySet {
  /**
   * Claims a grant. Synchronous: of two concurrent uses exactly one is `first`.
   *
   * @param jti - the grant's id
   * @param nowMs - epoch milliseconds
   */
  claim(jti: string, nowMs: number): ReplayClaim;
  readonly size: number;
}

/**
 * A bounded set. Every id is kept for the same time, so the oldest are the first in the map and dropping them is cheap.
 *
 * @param capacity - ids held at most
 * @param keepMs - how long each is kept; at least a grant's longest life plus twice the clock skew
 */
export function createReplaySet(capacity: number, keepMs: number): ReplaySet {
  const keptUntil = new Map<string, number>();
  let latestMs = 0;

  return {
    claim,
    get size() {
      return keptUntil.size;
    },
  };

  function claim(jti: string, nowMs: number): ReplayClaim {
    // INVARIANT: time never runs backwards here, so that a clock set back cannot revive a grant.
    latestMs = Math.max(latestMs, nowMs);
    dropExpired();
    if (keptUntil.has(jti)) return 'replayed';
    // INVARIANT: a live id is never forgotten; without room the answer is no.
    if (keptUntil.size >= capacity) return 'full';
    keptUntil.set(jti, latestMs + keepMs);
    return 'first';
  }

  function dropExpired(): void {
    for (const [jti, untilMs] of keptUntil) {
      if (untilMs > latestMs) return;
      keptUntil.delete(jti);
    }
  }
}
