// Quota counters in the table: exact over environments, all or none, the same windows as in memory, and a deny when they cannot count.
// Next: governance/lambda/dynamodb-quota.ts.
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { createDynamoQuotaStore } from '../../../governance/lambda/dynamodb-quota.ts';
import { chargesFor, createMemoryQuotaStore, type QuotaStore } from '../../../governance/lambda/quota.ts';
import { type CompiledQuota } from '../../../governance/policy/compile.ts';
import { type DynamoAccount, type Fault, startDynamoAccount, tableNames } from '../../support/dynamo-account.ts';

let account: DynamoAccount;
beforeEach(async () => {
  account = await startDynamoAccount();
});

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
const environment = (timeoutMs = 20_000): QuotaStore =>
  createDynamoQuotaStore({ table: tableNames.quotas, dynamodb: account.accountOf('governance').dynamodb, timeoutMs });
/** Many decisions at once, over several environments in turn. */
const consumeAll = (
  environments: readonly QuotaStore[],
  charges: Parameters<QuotaStore['consume']>[0],
  times: number,
) =>
  Promise.all(
    Array.from({ length: Math.ceil(times / environments.length) }, () =>
      environments.map((store) => store.consume(charges, minute)),
    ).flat(),
  );
const counters = () => [...account.tables.items(tableNames.quotas).values()];
const usedBy = (quotaId: string) =>
  counters().find(({ counter }) => (counter as { S: string }).S.startsWith(`${quotaId}#`));

describe('the table quota store', () => {
  it.each(['fixed', 'sliding'] as const)(
    'lets exactly 100 of 1000 through two environments at once (%s)',
    async (window) => {
      const charges = chargesFor([quota({ id: '*/ceiling', limit: 5000 }), quota({ limit: 100, window })], caller);
      const environments = [environment(), environment()];
      const outcomes = await consumeAll(environments, charges, 1000);
      expect(outcomes.filter((outcome) => outcome.ok)).toHaveLength(100);
      expect(usedBy('default/q')).toMatchObject({ used: { N: '100' } });
      expect(usedBy('*/ceiling')).toMatchObject({ used: { N: '100' } });
    },
  );

  it('stays exact when transactions collide', async () => {
    const more = { CancellationReasons: [{ Code: 'TransactionConflict' }] };
    const collision: Fault = { status: 400, type: 'TransactionCanceledException', more };
    account.faults.next = () => (Math.random() < 0.4 ? collision : undefined);
    const charges = chargesFor([quota({ limit: 40 })], caller);
    const environments = [environment(), environment(), environment()];
    const outcomes = await consumeAll(environments, charges, 120);
    expect(outcomes.filter((outcome) => outcome.ok)).toHaveLength(40);
  });

  it('counts once what was charged though its answer was lost', async () => {
    let left = 1;
    account.faults.next = () => (left-- > 0 ? 'lost' : undefined);
    const charges = chargesFor([quota()], caller);
    expect(await environment().consume(charges, minute)).toMatchObject({ tightest: { remaining: 2 } });
    expect(account.takeCalls('TransactWriteItems')).toBe(2);
    expect(usedBy('default/q')).toMatchObject({ used: { N: '1' } });
  });

  it('charges all quotas or none', async () => {
    const store = environment();
    const both = chargesFor(
      [quota({ id: 'default/wide', limit: 10 }), quota({ id: 'default/narrow', limit: 1 })],
      caller,
    );
    expect(await store.consume(both, minute)).toEqual({
      ok: true,
      tightest: { id: 'default/narrow', limit: 1, remaining: 0 },
    });
    const late = environment();
    for (let call = 0; call < 5; call += 1)
      expect(await late.consume(both, minute)).toMatchObject({ ok: false, exceeded: { id: 'default/narrow' } });
    expect(usedBy('default/wide')).toMatchObject({ used: { N: '1' } });
  });

  it('refuses without a call what it has seen used up, until the window ends', async () => {
    const store = environment();
    const charges = chargesFor([quota({ limit: 1 })], caller);
    await store.consume(charges, minute + 45_000);
    account.takeCalls();
    for (let call = 0; call < 50; call += 1)
      expect(await store.consume(charges, minute + 45_000)).toMatchObject({ exceeded: { retryAfterSeconds: 15 } });
    expect(account.takeCalls('TransactWriteItems')).toBe(0);
    expect(await store.consume(charges, minute + 60_000)).toMatchObject({ ok: true });
  });

  it('answers as the memory store does, whatever is asked when, through however many environments', async () => {
    const steps = fc.array(
      fc.record({
        afterMs: fc.integer({ min: 0, max: 50_000 }),
        by: fc.integer({ min: 0, max: 2 }),
        subject: fc.constantFrom('user:a', 'user:b'),
      }),
      { minLength: 1, maxLength: 25 },
    );
    const quotas = [
      quota({ limit: 9, window: 'sliding', id: 'default/s' }),
      quota({ limit: 4, per: ['subject'], windowSeconds: 90 }),
    ];
    let run = 0;
    await fc.assert(
      fc.asyncProperty(steps, async (asked) => {
        run += 1;
        const environments = [environment(), environment(), environment()];
        const memory = createMemoryQuotaStore();
        let nowMs = minute;
        for (const { afterMs, by, subject } of asked) {
          nowMs += afterMs;
          const charges = chargesFor(quotas, { ...caller, tenant: `t${run}`, subject: `${subject}${run}` });
          const outcome = await environments[by]?.consume(charges, nowMs);
          const expected = await memory.consume(charges, nowMs);
          if (expected.ok) expect(outcome?.ok).toBe(true);
          else expect(outcome).toEqual(expected);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('begins anew when TTL has removed a counter it remembers', async () => {
    const store = environment();
    const charges = chargesFor([quota()], caller);
    await store.consume(charges, minute);
    expect(usedBy('default/q')).toMatchObject({ expiresAt: { N: String(minute / 1000 + 120) } });
    account.tables.items(tableNames.quotas).clear();
    expect(await store.consume(charges, minute + 200_000)).toMatchObject({ tightest: { remaining: 2 } });
  });

  it('carries into the next window what others counted, not what it remembers', async () => {
    const [early, busy] = [environment(), environment()];
    const charges = chargesFor([quota({ limit: 10, window: 'sliding' })], caller);
    await early.consume(charges, minute);
    for (let call = 0; call < 9; call += 1) await busy.consume(charges, minute);
    expect(await early.consume(charges, minute + 60_000)).toMatchObject({ ok: false });
    expect(await early.consume(charges, minute + 90_000)).toMatchObject({ tightest: { remaining: 4 } });
  });

  it('refuses nobody because an answer came late', async () => {
    const store = environment();
    const charges = chargesFor([quota({ limit: 3 })], caller);
    let left = 1;
    account.faults.next = () => (left-- > 0 ? { answerDelayMs: 200 } : undefined);
    await Promise.all([store.consume(charges, minute), store.consume(charges, minute)]);
    expect(await store.consume(charges, minute)).toMatchObject({ ok: true });
    expect(await store.consume(charges, minute)).toMatchObject({ ok: false });
  });

  it('does not go back to a window that others have left', async () => {
    const charges = chargesFor([quota({ limit: 1 })], caller);
    expect(await environment().consume(charges, minute + 60_000)).toMatchObject({ ok: true });
    expect(await environment().consume(charges, minute + 59_000)).toMatchObject({ ok: false });
  });

  it('keeps subjects out of the table', async () => {
    await environment().consume(chargesFor([quota({ per: ['subject'] })], caller), minute);
    expect(counters()).toHaveLength(1);
    expect(JSON.stringify(counters())).not.toContain('ada');
  });

  it('asks nothing when there is nothing to charge', async () => {
    expect(await environment().consume([], minute)).toEqual({ ok: true, tightest: null });
    expect(account.calls).toEqual([]);
  });

  const faults: [string, Fault][] = [
    ['throttled', { status: 400, type: 'ThrottlingException' }],
    ['failing', { status: 500, type: 'InternalServerError' }],
    ['silent', 'hang'],
    ['forbidden', { status: 400, type: 'AccessDeniedException' }],
  ];
  it.each(faults)('throws in time when the table is %s', async (_name, fault) => {
    account.faults.next = () => fault;
    const startedMs = performance.now();
    await expect(environment(300).consume(chargesFor([quota()], caller), minute)).rejects.toThrow('from dynamodb');
    expect(performance.now() - startedMs).toBeLessThan(1000);
  });

  it('throws on a counter that is none, and on more quotas than a transaction holds', async () => {
    const charges = chargesFor([quota()], caller);
    await environment().consume(charges, minute);
    for (const item of account.tables.items(tableNames.quotas).values()) item['used'] = { N: '-5' };
    await expect(environment().consume(charges, minute)).rejects.toThrow('got a counter that is none');
    const many = Array.from({ length: 101 }, (_, index) => quota({ id: `default/q${index}` }));
    await expect(environment().consume(chargesFor(many, caller), minute)).rejects.toThrow('got 101 quotas');
  });
});
