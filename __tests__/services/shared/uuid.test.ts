// UUID version 7: its layout, its time, its randomness.
// Next: correlation.test.ts, where it names a request.
import { describe, expect, it } from 'vitest';
import { uuidv7 } from '../../../services/shared/uuid.ts';

describe('uuidv7', () => {
  it('has the layout of RFC 9562 with the time in front, as in its example A.6', () => {
    expect(uuidv7(0x017f22e279b0)).toMatch(/^017f22e2-79b0-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(uuidv7(0)).toMatch(/^00000000-0000-7/);
    expect(uuidv7(2 ** 48 - 1)).toMatch(/^ffffffff-ffff-7/);
  });

  it('keeps version and variant for any random bytes, and every other bit varies', () => {
    let ones = 0n;
    let zeros = 0n;
    const all = (1n << 80n) - 1n;
    for (let n = 0; n < 500; n += 1) {
      const low = BigInt(`0x${uuidv7(1).replaceAll('-', '').slice(12)}`);
      ones |= low;
      zeros |= ~low & all;
    }
    const fixedOnes = (7n << 76n) | (2n << 62n);
    const fixedZeros = (8n << 76n) | (1n << 62n);
    expect(ones).toBe(all & ~fixedZeros);
    expect(zeros).toBe(all & ~fixedOnes);
  });

  it('does not repeat and sorts by time', () => {
    const made = Array.from({ length: 10_000 }, () => uuidv7());
    expect(new Set(made).size).toBe(10_000);
    expect(uuidv7(1000) < uuidv7(1001)).toBe(true);
  });

  it.each([-1, 0.5, 2 ** 48, Number.NaN, Infinity])('refuses the time %d', (nowMs) => {
    expect(() => uuidv7(nowMs)).toThrow(RangeError);
  });
});
