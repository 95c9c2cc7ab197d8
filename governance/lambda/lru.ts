// A map that forgets what was not asked for longest once what it holds weighs too much.
// Next: governance/lambda/dynamodb-store.ts, which keeps compiled policies in one.

/** Entries by key, the least recently used first. */
export interface Lru<V> {
  /** Counts as use. */
  get(key: string): V | undefined;
  /** Puts an entry in, and others out until the rest weighs at most the bound; the newest always stays. */
  set(key: string, value: V): void;
  delete(key: string): void;
  readonly size: number;
}

/**
 * Makes an empty map.
 *
 * @param maxWeight - what all entries may weigh together
 * @param weigh - the weight of one value. @defaultValue 1 each
 */
export function createLru<V>(maxWeight: number, weigh: (value: V) => number = () => 1): Lru<V> {
  const entries = new Map<string, { readonly value: V; readonly weight: number }>();
  let total = 0;

  return {
    get size() {
      return entries.size;
    },
    get(key) {
      const entry = entries.get(key);
      if (!entry) return undefined;
      entries.delete(key);
      entries.set(key, entry);
      return entry.value;
    },
    set(key, value) {
      remove(key);
      const weight = weigh(value);
      entries.set(key, { value, weight });
      total += weight;
      for (const oldest of entries.keys()) {
        if (total <= maxWeight || oldest === key) return;
        remove(oldest);
      }
    },
    delete: remove,
  };

  function remove(key: string): void {
    total -= entries.get(key)?.weight ?? 0;
    entries.delete(key);
  }
}
