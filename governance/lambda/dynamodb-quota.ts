// Counts permitted decisions for all environments of the function together: one item per counter, charged in one transaction.
// Next: governance/lambda/quota.ts, whose windows these are; governance/lambda/handler.ts, which charges.
import { randomUUID, hash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod/mini';
import { type AwsAccess, AwsCallError, callAws } from './aws-json.ts';
import { monotonicMs } from './clock.ts';
import { createLru } from './lru.ts';
import {
  chargedWith,
  counterAt,
  exceededAt,
  leftIn,
  type QuotaCharge,
  type QuotaCounter,
  type QuotaOutcome,
  type QuotaStore,
} from './quota.ts';

/** Which table counts, and where. Its key is `counter`, its TTL attribute `expiresAt`. */
export interface DynamoQuotaOptions {
  readonly table: string;
  readonly dynamodb: AwsAccess;
  /** For one decision, repeats included. @defaultValue 1500 */
  readonly timeoutMs?: number;
}

/** A charge with what is thought to be stored (`known`) and what that means now (`counter`). */
interface Plan extends QuotaCharge {
  readonly id: string;
  readonly known: QuotaCounter | undefined;
  readonly counter: QuotaCounter;
}

interface NumberAttribute {
  readonly N: string;
}
type UpdateAction = Readonly<Record<string, string | object>>;

const countNumber = z.object({ N: z.string().check(z.regex(/^\d{1,16}$/)) });
const CounterItem = z.object({ windowStart: countNumber, used: countNumber, previous: countNumber });
const names = {
  '#counter': 'counter',
  '#start': 'windowStart',
  '#used': 'used',
  '#previous': 'previous',
  '#expires': 'expiresAt',
} as const;
/** What DynamoDB takes in one transaction. */
const chargesMost = 100;
const maxRemembered = 10_000;
const conflictPauseMs = 10;
/** Why an action of a transaction may fail and the transaction still be worth another try. */
const retryableCode =
  /^(None|ConditionalCheckFailed|TransactionConflict|ThrottlingError|ProvisionedThroughputExceeded)$/;

/**
 * Counts in DynamoDB by `TransactWriteItems`
 * (https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html): all charges of a
 * decision or none, exact however many environments charge at once, and a repeated call counts once.
 *
 * It writes without reading first: each charge is conditional on what this environment last saw of the counter, and a
 * condition that fails answers what is there. A counter only grows within its window, so one that was seen used up is
 * refused without a call. `remaining` is exact at the time of the last such answer and at most that since.
 */
export function createDynamoQuotaStore({ table, dynamodb, timeoutMs = 1500 }: DynamoQuotaOptions): QuotaStore {
  const seen = createLru<QuotaCounter>(maxRemembered);
  return { consume };

  async function consume(charges: readonly QuotaCharge[], nowMs: number): Promise<QuotaOutcome> {
    if (charges.length === 0) return chargedWith([]);
    if (charges.length > chargesMost)
      throw new Error(`got ${charges.length} quotas on one decision, expected at most ${chargesMost}`);
    const deadlineMs = monotonicMs() + timeoutMs;
    for (let attempt = 1; ; attempt += 1) {
      const plans = charges.map((charge) => planCharge(charge, nowMs));
      const exceeded = plans.find(({ quota, counter }) => leftIn(counter, quota, nowMs) < 1);
      if (exceeded) return exceededAt(exceeded.counter, exceeded.quota, nowMs);
      const leftMs = deadlineMs - monotonicMs();
      if (leftMs <= 0) throw new Error(`got no turn at the counters in ${timeoutMs} ms, expected one`);
      const cancelled = await write(plans, nowMs, leftMs);
      if (!cancelled) {
        for (const { id, counter } of plans) learnCharged(id, counter);
        return chargedWith(
          plans.map(({ quota, counter }) => ({ quota, remaining: leftIn(counter, quota, nowMs) - 1 })),
        );
      }
      learn(plans, cancelled);
      if (cancelled.cancellations.every(({ code }) => code !== 'ConditionalCheckFailed'))
        await sleep(Math.random() * conflictPauseMs * Math.min(attempt, 10));
    }
  }

  function planCharge({ quota, key }: QuotaCharge, nowMs: number): Plan {
    const id = counterId(quota.id, key);
    const known = seen.get(id);
    return { quota, key, id, known, counter: counterAt(known, quota, nowMs) };
  }

  /** Null when all is charged, else the transaction's refusal. @throws Error when it cannot be had */
  async function write(plans: readonly Plan[], nowMs: number, leftMs: number): Promise<AwsCallError | null> {
    const body = {
      // The same token for each repeat of this call: an answer that was lost does not count twice.
      ClientRequestToken: randomUUID(),
      TransactItems: plans.map((plan) => ({ Update: { TableName: table, ...updateOf(plan, nowMs) } })),
    };
    try {
      await callAws(dynamodb, { service: 'dynamodb', operation: 'TransactWriteItems', body, timeoutMs: leftMs });
      return null;
    } catch (error) {
      const cancelled = error instanceof AwsCallError && error.type === 'TransactionCanceledException' ? error : null;
      if (!cancelled || cancelled.cancellations.length !== plans.length) throw error;
      if (!cancelled.cancellations.every(({ code }) => retryableCode.test(code))) throw error;
      return cancelled;
    }
  }

  function learn(plans: readonly Plan[], { cancellations }: AwsCallError): void {
    cancellations.forEach(({ code, item }, index) => {
      const plan = plans[index];
      if (code !== 'ConditionalCheckFailed' || !plan) return;
      if (item === undefined) seen.delete(plan.id);
      else seen.set(plan.id, readCounter(item));
    });
  }

  /** INVARIANT: what is remembered never exceeds what is stored, or a decision would be refused without cause. */
  function learnCharged(id: string, counter: QuotaCounter): void {
    const now = seen.get(id);
    const count = counter.count + 1;
    if (now && now.windowStartMs > counter.windowStartMs) return;
    if (now && now.windowStartMs === counter.windowStartMs && now.count >= count) return;
    seen.set(id, { ...counter, count });
  }
}

/** The quota's id for an operator to read, and a hash of whom it counts: subjects stay out of the table. */
function counterId(quotaId: string, key: string): string {
  return `${quotaId}#${hash('sha256', key, 'base64url')}`;
}

/** One more decision, if the item is still as `known`; a count that others have raised is as good while one is left. */
function updateOf({ quota, id, known, counter }: Plan, nowMs: number): UpdateAction {
  const { windowStartMs, previousCount } = counter;
  const most = leftIn({ ...counter, count: 0 }, quota, nowMs);
  const expires = Math.ceil(windowStartMs / 1000) + 2 * quota.windowSeconds;
  const begins = 'SET #start = :start, #used = :one, #previous = :previous, #expires = :expires';
  const start = { ':start': numeric(windowStartMs), ':previous': numeric(previousCount) };
  const first = { ...start, ':one': numeric(1), ':expires': numeric(expires) };
  if (!known) return update(id, begins, 'attribute_not_exists(#counter)', first);
  if (known.windowStartMs === windowStartMs)
    return update(id, 'ADD #used :one', '#start = :start AND #previous = :previous AND #used < :most', {
      ...start,
      ':one': numeric(1),
      ':most': numeric(most),
    });
  return update(id, begins, '#start = :oldStart AND #used = :oldUsed', {
    ...first,
    ':oldStart': numeric(known.windowStartMs),
    ':oldUsed': numeric(known.count),
  });
}

function update(
  id: string,
  UpdateExpression: string,
  ConditionExpression: string,
  values: Readonly<Record<string, NumberAttribute>>,
): UpdateAction {
  const used = `${UpdateExpression} ${ConditionExpression}`;
  return {
    Key: { counter: { S: id } },
    UpdateExpression,
    ConditionExpression,
    // DynamoDB refuses names that no expression uses.
    ExpressionAttributeNames: Object.fromEntries(Object.entries(names).filter(([name]) => used.includes(name))),
    ExpressionAttributeValues: values,
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  };
}

function numeric(value: number): NumberAttribute {
  return { N: String(value) };
}

function readCounter(item: unknown): QuotaCounter {
  const parsed = z.safeParse(CounterItem, item);
  if (!parsed.success) throw new Error('got a counter that is none, expected window, count and count before');
  const { windowStart, used, previous } = parsed.data;
  return { windowStartMs: Number(windowStart.N), count: Number(used.N), previousCount: Number(previous.N) };
}
