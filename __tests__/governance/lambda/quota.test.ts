// Quota counters: exact, all or none, apart for every combination of `per`, and bounded.
// Next: governance/lambda/quota.ts.
import { describe, expect, it } from 'vitest';
import { chargesFor, createMemoryQuotaStore } from '../../../governance/lambda/quota.ts';
import { type CompiledQuota } from '../../../governance/policy/compile.ts';

const quota = (changes: Partial<CompiledQuota> = {}): CompiledQuota => ({
  id: 'default/q',
  limit: 3,
  windowSeconds: 60,
  per: ['tenant'],
  window: 'fixed',
  ...changes,
});
const caller = { tenant: 'default', service: 'orbit', intent: 'call_reasoning', subject: 'user:ada' };
const minute = 60_000 * 1000;

describe('the memory quota store', () => {
  it('lets exactly the limit through when many ask at once', async () => {
    const store = createMemoryQuotaStore();
    const charges = chargesFor([quota({ limit: 100 })], caller);
    const outcomes = await Promise.all(Array.from({ length: 1000 }, () => store.consume(charges, minute)));
    expect(outcomes.filter(({ ok }) => ok)).toHaveLength(100);
  });

  it('charges all quotas or none', async () => {
    const store = createMemoryQuotaStore();
    const [wide, narrow] = [quota({ id: 'default/wide', limit: 10 }), quota({ id: 'default/narrow', limit: 1 })];
    const both = chargesFor([wide, narrow], caller);
    expect(await store.consume(both, minute)).toEqual({
      ok: true,
      tightest: { id: 'default/narrow', limit: 1, remaining: 0 },
    });
    for (let call = 0; call < 5; call += 1)
      expect(await store.consume(both, minute)).toMatchObject({ ok: false, exceeded: { id: 'default/narrow' } });
    expect(await store.consume(chargesFor([wide], caller), minute)).toMatchObject({ tightest: { remaining: 8 } });
  });

  it('begins a fixed window anew, and says when', async () => {
    const store = createMemoryQuotaStore();
    const charges = chargesFor([quota({ limit: 1 })], caller);
    await store.consume(charges, minute + 45_000);
    expect(await store.consume(charges, minute + 45_000)).toMatchObject({
      ok: false,
      exceeded: { retryAfterSeconds: 15 },
    });
    expect(await store.consume(charges, minute + 60_000)).toMatchObject({ ok: true });
  });

  it('does not let a sliding window burst across its edge, where a fixed one would', async () => {
    const burst = async (window: 'fixed' | 'sliding') => {
      const store = createMemoryQuotaStore();
      const charges = chargesFor([quota({ limit: 10, window })], caller);
      let passed = 0;
      for (const atMs of [minute + 59_000, minute + 61_000])
        for (let call = 0; call < 10; call += 1) passed += (await store.consume(charges, atMs)).ok ? 1 : 0;
      return passed;
    };
    expect(await burst('fixed')).toBe(20);
    expect(await burst('sliding')).toBe(10);
  });

  it('counts apart what `per` names, and together what it does not', () => {
    const keys = (per: CompiledQuota['per'], change: object) =>
      chargesFor([quota({ per })], { ...caller, ...change })[0]?.key;
    expect(keys(['tenant', 'subject'], {})).not.toBe(keys(['tenant', 'subject'], { subject: 'user:bob' }));
    expect(keys(['tenant'], {})).toBe(keys(['tenant'], { subject: 'user:bob' }));
    expect(keys(['subject', 'service'], { subject: 'a","b', service: 'c' })).not.toBe(
      keys(['subject', 'service'], { subject: 'a', service: 'b","c' }),
    );
    expect(keys(['subject'], { subject: undefined })).toBe(keys(['subject'], { subject: undefined }));
  });

  it('throws rather than forget a counter that still counts', async () => {
    const store = createMemoryQuotaStore(2);
    const charge = (subject: string, atMs: number) =>
      store.consume(chargesFor([quota({ per: ['subject'] })], { ...caller, subject }), atMs);
    await charge('user:a', minute);
    await charge('user:b', minute);
    await expect(charge('user:c', minute)).rejects.toThrow('expected fewer distinct callers');
    expect(await charge('user:c', minute + 120_000)).toMatchObject({ ok: true });
  });
});
