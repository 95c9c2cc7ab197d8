// Reads streams in tests: all events of a reasoner, and bytes cut at given places.
// Next: __tests__/services/axon/reasoners/http-reasoner.test.ts.
import type { ReasonEvent, ReasonInput } from '../../../../services/axon/reasoners/reasoner.ts';

/** All items, in order. */
export async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const read: T[] = [];
  for await (const item of items) read.push(item);
  return read;
}

/** Bytes cut at the given places, which may repeat and be in any order. */
export async function* cutAt(bytes: Uint8Array, places: readonly number[]): AsyncGenerator<Uint8Array> {
  const sorted = [0, ...places.toSorted((a, b) => a - b), bytes.byteLength];
  for (const [index, from] of sorted.slice(0, -1).entries()) yield bytes.subarray(from, sorted[index + 1]);
}

/** The joined text of deltas. */
export function textOf(events: readonly ReasonEvent[]): string {
  return events.map((event) => (event.type === 'delta' ? event.text : '')).join('');
}

/** A plain input. */
export function input(overrides: Partial<ReasonInput> = {}): ReasonInput {
  return { prompt: 'hello', maxTokens: 64, signal: new AbortController().signal, ...overrides };
}
