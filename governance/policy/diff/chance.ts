// Pseudo-random numbers from a seed, so that a comparison can be repeated.
// Next: governance/policy/diff/combinations.ts, which draws requests by them.

/** Chance that repeats itself for a seed. */
export interface Chance {
  /** A whole number from 0 to below `bound`. */
  below(bound: number): number;
  /** One of the items. @throws RangeError when there is none */
  pick<T>(items: readonly T[]): T;
}

/** Starts at a seed: mulberry32, a generator of 32 bits (https://github.com/cprosche/mulberry32). */
export function createChance(seed: number): Chance {
  let state = seed | 0;
  return { below, pick };

  function below(bound: number): number {
    state = (state + 0x6d_2b_79_f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * bound);
  }

  function pick<T>(items: readonly T[]): T {
    if (items.length === 0) throw new RangeError('got nothing to pick from, expected at least one item');
    return items[below(items.length)] as T;
  }
}
