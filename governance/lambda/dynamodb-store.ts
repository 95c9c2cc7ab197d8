// Policies from the account's table: loaded per tenant when first asked for, kept, looked after, given up when too old.
// Next: governance/lambda/policy-reader.ts, which reads one tenant.
import { type AwsAccess } from './aws-json.ts';
import { createLru } from './lru.ts';
import { type CompiledPolicy } from '../policy/compile.ts';
import { platformTenant } from '../policy/document.ts';
import { createPolicyReader, type PolicyFinding } from './policy-reader.ts';
import { createPolicyTable } from './policy-table.ts';
import { createPublisherKeys } from './publisher-keys.ts';
import { type PolicyLookup, type PolicyStore, type StoreReport } from './store.ts';

/** How a table store is set up. Times are milliseconds. */
export interface DynamoStoreOptions {
  readonly table: string;
  readonly dynamodb: AwsAccess;
  readonly kms: AwsAccess;
  /** ARNs of the KMS keys that may publish. */
  readonly publisherKeys: readonly string[];
  readonly report: StoreReport;
  /** How often a tenant's pointer is looked at; every second while the last look found a fault. @defaultValue 5000 */
  readonly refreshMs?: number;
  /** How long the last good document serves while no look confirms it. @defaultValue 60 000 */
  readonly maxStaleMs?: number;
  /** How long a decision that could be made by the last good document waits for a look. @defaultValue 250 */
  readonly patienceMs?: number;
  /** How long a look may take. @defaultValue 2000 */
  readonly timeoutMs?: number;
  /** How many rules all cached tenants may have together, at about 2 KB each; a tenant counts as one more. @defaultValue 50 000 */
  readonly maxCachedRules?: number;
  /** How many tenants without a policy are remembered as such. @defaultValue 10 000 */
  readonly maxUnknownTenants?: number;
  readonly nowMs?: () => number;
}

type Refusal = Extract<PolicyLookup, { ok: false }>;
type Standing = { ok: true; policy: CompiledPolicy; confirmedMs: number } | Refusal;

/** What is known of a tenant. */
interface Slot {
  /** The last good document. */
  readonly policy: CompiledPolicy | null;
  /** When a look last found `policy` in force. */
  readonly confirmedMs: number;
  readonly lookedMs: number;
  /** Why the last look did not confirm `policy`; null when it did. */
  readonly problem: { readonly reason: Refusal['reason']; readonly detail: string } | null;
}

const retryMs = 1000;
const maxRemembered = 100_000;

/**
 * Opens the store and looks for the platform's document, which binds every tenant and is always kept. Whatever fails
 * is a reason to deny, said by every lookup, never thrown.
 */
export async function createDynamoStore(options: DynamoStoreOptions): Promise<PolicyStore> {
  const { table, dynamodb, kms, publisherKeys, report, nowMs = Date.now } = options;
  const { refreshMs = 5000, maxStaleMs = 60_000, patienceMs = 250, timeoutMs = 2000 } = options;
  const readPolicy = createPolicyReader(
    createPolicyTable({ table, dynamodb, timeoutMs }),
    createPublisherKeys({ trusted: publisherKeys, kms, timeoutMs }),
  );
  const tenants = createLru<Slot>(options.maxCachedRules ?? 50_000, ({ policy }) => 1 + (policy?.ruleCount ?? 0));
  const unknown = createLru<Slot>(options.maxUnknownTenants ?? 10_000);
  /** Outlives the document, so that a tenant that was evicted or removed does not come back older. */
  const newestRevisions = createLru<number>(maxRemembered);
  const looks = new Map<string, Promise<Slot>>();
  let platform: Slot | undefined;

  await look(platformTenant, nowMs());
  return { lookup, close: () => undefined };

  async function lookup(tenant: string, atMs: number): Promise<PolicyLookup> {
    if (tenant === platformTenant) return refuse('unknown_tenant', 'got the platform, expected a tenant');
    const [bounds, own] = await Promise.all([standingOf(platformTenant, atMs), standingOf(tenant, atMs)]);
    if (!bounds.ok)
      return refuse(
        bounds.reason === 'unknown_tenant' ? 'policy_unavailable' : bounds.reason,
        `platform: ${bounds.detail}`,
      );
    if (!own.ok) return own;
    const confirmedMs = Math.min(own.confirmedMs, bounds.confirmedMs);
    return { ok: true, policy: own.policy, platform: bounds.policy, confirmedMs };
  }

  async function standingOf(tenant: string, atMs: number): Promise<Standing> {
    const slot = slotOf(tenant);
    if (slot && !isDue(slot, atMs)) return judge(slot, atMs);
    const isLooking = looks.has(tenant);
    const looking = look(tenant, atMs);
    if (!slot || !judge(slot, atMs).ok) return judge(await looking, atMs);
    return judge(isLooking ? slot : await patiently(looking, slot), atMs);
  }

  /** A table that answers slowly holds up one decision for a moment, where the document is good enough; the look goes on. */
  async function patiently(looking: Promise<Slot>, meanwhile: Slot): Promise<Slot> {
    let timer: NodeJS.Timeout | undefined;
    const waited = new Promise<Slot>((resolve) => {
      timer = setTimeout(resolve, patienceMs, meanwhile);
    });
    return Promise.race([looking, waited]).finally(() => clearTimeout(timer));
  }

  function isDue({ lookedMs, problem }: Slot, atMs: number): boolean {
    const mayMend = problem !== null && problem.reason !== 'unknown_tenant';
    // Either way: a clock that was set back makes it due as well.
    return Math.abs(atMs - lookedMs) >= (mayMend ? Math.min(retryMs, refreshMs) : refreshMs);
  }

  function judge({ policy, confirmedMs, problem }: Slot, atMs: number): Standing {
    if (policy && Math.abs(atMs - confirmedMs) <= maxStaleMs) return { ok: true, policy, confirmedMs };
    if (policy && (problem === null || problem.reason === 'policy_unavailable'))
      return refuse('policy_stale', problem?.detail ?? 'got no confirmation of the last good document in time');
    return refuse(problem?.reason ?? 'policy_unavailable', problem?.detail ?? 'got no document yet');
  }

  /** INVARIANT: one look per tenant at a time; whoever asks meanwhile gets its answer. */
  function look(tenant: string, atMs: number): Promise<Slot> {
    const looking =
      looks.get(tenant) ??
      lookNow(tenant, atMs).finally(() => {
        looks.delete(tenant);
      });
    looks.set(tenant, looking);
    return looking;
  }

  async function lookNow(tenant: string, atMs: number): Promise<Slot> {
    const before = slotOf(tenant);
    const policy = before?.policy ?? null;
    const finding = await readPolicy(tenant, { policy, newestRevision: newestRevisions.get(tenant) ?? 0 }).catch(
      unreachable,
    );
    const slot = nextSlot(before, finding, atMs);
    keep(tenant, slot);
    tell(tenant, before, slot, finding);
    return slot;
  }

  function keep(tenant: string, slot: Slot): void {
    if (slot.policy) newestRevisions.set(tenant, slot.policy.revision);
    if (tenant === platformTenant) platform = slot;
    else if (slot.problem?.reason === 'unknown_tenant') {
      tenants.delete(tenant);
      unknown.set(tenant, slot);
    } else {
      unknown.delete(tenant);
      tenants.set(tenant, slot);
    }
  }

  function slotOf(tenant: string): Slot | undefined {
    return tenant === platformTenant ? platform : (tenants.get(tenant) ?? unknown.get(tenant));
  }

  /** Each change once, not each look. */
  function tell(
    policyTenant: string,
    before: Slot | undefined,
    { policy, problem }: Slot,
    finding: PolicyFinding,
  ): void {
    if (finding.kind === 'loaded' && policy) {
      const { revision, ruleCount: rules, digest } = policy;
      report('info', 'policy loaded', { policyTenant, revision, rules, digest: digest.slice(0, 12) });
    } else if (problem && problem.detail !== before?.problem?.detail) {
      if (problem.reason === 'unknown_tenant' && !before?.policy && policyTenant !== platformTenant) return;
      const consequence = policy ? `revision ${policy.revision} serves on for a while` : 'it is denied';
      report('warn', `policy not confirmed; ${consequence}`, { policyTenant, ...problem });
    } else if (!problem && before?.problem) report('info', 'policy confirmed again', { policyTenant });
  }
}

function nextSlot(before: Slot | undefined, finding: PolicyFinding, lookedMs: number): Slot {
  const kept = { policy: before?.policy ?? null, confirmedMs: before?.confirmedMs ?? 0, lookedMs };
  switch (finding.kind) {
    case 'loaded':
      return { policy: finding.policy, confirmedMs: lookedMs, lookedMs, problem: null };
    case 'unchanged':
      return { ...kept, confirmedMs: lookedMs, problem: null };
    case 'absent':
      // Removing a tenant takes effect at once: nothing may be decided by what is no longer in force.
      return {
        ...kept,
        policy: null,
        problem: refuse('unknown_tenant', 'got no policy, expected one to be published'),
      };
    case 'refused':
      return { ...kept, problem: finding };
  }
}

function unreachable(error: unknown): PolicyFinding {
  const detail = error instanceof Error ? error.message : String(error);
  return { kind: 'refused', reason: 'policy_unavailable', detail };
}

function refuse(reason: Refusal['reason'], detail: string): Refusal {
  return { ok: false, reason, detail };
}
