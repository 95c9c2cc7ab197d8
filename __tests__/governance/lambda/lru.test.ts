// The bounded map: what goes, what stays, and that nothing is counted twice.
// Next: governance/lambda/lru.ts.
import { describe, expect, it } from 'vitest';
import { createLru } from '../../../governance/lambda/lru.ts';

const kept = (lru: { get(key: string): unknown }, keys: string) =>
  keys
    .split('')
    .filter((key) => lru.get(key) !== undefined)
    .join('');

describe('the bounded map', () => {
  it('forgets what was not asked for longest', () => {
    const lru = createLru<number>(2);
    lru.set('a', 1);
    lru.set('b', 2);
    lru.get('a');
    lru.set('c', 3);
    expect([kept(lru, 'abc'), lru.size]).toEqual(['ac', 2]);
  });

  it('weighs values, and weighs a replaced one anew', () => {
    const lru = createLru<number>(10, (weight) => weight);
    lru.set('a', 4);
    lru.set('b', 4);
    lru.set('a', 6);
    expect(lru.size).toBe(2);
    lru.set('c', 1);
    expect(kept(lru, 'abc')).toBe('ac');
    lru.delete('a');
    lru.delete('a');
    lru.set('d', 9);
    expect(kept(lru, 'acd')).toBe('cd');
  });

  it('keeps the newest even when it alone is too heavy', () => {
    const lru = createLru<number>(10, (weight) => weight);
    lru.set('a', 1);
    lru.set('b', 11);
    expect(kept(lru, 'ab')).toBe('b');
    lru.set('c', 1);
    expect(kept(lru, 'abc')).toBe('c');
  });
});
