// Reads one tenant's policy from the table: which revision is in force, whether its publisher is trusted, what it says.
// Next: governance/lambda/policy-table.ts, governance/lambda/publisher-keys.ts and governance/lambda/signed-revision.ts, step by step.
import { setTimeout as sleep } from 'node:timers/promises';
import { type Reason } from '../contract.ts';
import { type CompiledPolicy } from '../policy/compile.ts';
import { MalformedItemError, type PolicyTable, type TenantRecord } from './policy-table.ts';
import { type PublisherKeys } from './publisher-keys.ts';
import { openRevision, verifyRevision } from './signed-revision.ts';

/** What a look at the table found. `refused` is for content that no further look will mend by itself. */
export type PolicyFinding =
  | { kind: 'unchanged' }
  | { kind: 'loaded'; policy: CompiledPolicy }
  | { kind: 'absent' }
  | {
      kind: 'refused';
      reason: Extract<Reason, 'policy_unavailable' | 'policy_invalid' | 'policy_signature_invalid' | 'policy_stale'>;
      detail: string;
    };

/** What the asker knows already: the policy it holds, and the highest revision it has ever held. */
export interface KnownPolicy {
  readonly policy: CompiledPolicy | null;
  readonly newestRevision: number;
}

/** Reads one tenant's policy. */
export type PolicyReader = (tenant: string, known: KnownPolicy) => Promise<PolicyFinding>;

/** A read may meet a publication half way, as two items are not read in one transaction; the next meets its end. */
const tornReadPauseMs = 25;

/**
 * Makes a reader.
 *
 * @returns it throws, with whatever the table or KMS threw, when either could not be asked
 */
export function createPolicyReader(table: PolicyTable, keys: PublisherKeys): PolicyReader {
  return async function readPolicy(tenant, known) {
    try {
      if (known.policy && (await isUnchanged(tenant, known.policy))) return { kind: 'unchanged' };
      const finding = await readRecord(tenant, known);
      if (finding.kind !== 'refused') return finding;
      await sleep(tornReadPauseMs);
      return await readRecord(tenant, known);
    } catch (error) {
      if (error instanceof MalformedItemError) return refuse('policy_invalid', error.message);
      throw error;
    }
  };

  async function isUnchanged(tenant: string, { revision, digest }: CompiledPolicy): Promise<boolean> {
    const pointer = await table.readPointer(tenant);
    return pointer?.revision === revision && pointer.digest === digest;
  }

  async function readRecord(tenant: string, known: KnownPolicy): Promise<PolicyFinding> {
    const record = await table.readTenant(tenant);
    if (!record.pointer && !record.newest) return { kind: 'absent' };
    return inconsistency(record, known) ?? (await openNewest(tenant, record.newest));
  }

  async function openNewest(tenant: string, newest: TenantRecord['newest']): Promise<PolicyFinding> {
    if (!newest) return refuse('policy_unavailable', 'got a pointer without revisions, expected the one it names');
    const key = await keys.find(newest.publisher);
    if (!key)
      return refuse('policy_signature_invalid', `got revision ${newest.revision} of a publisher that is not trusted`);
    // INVARIANT: nothing is unpacked, parsed or compiled before the signature over exactly these bytes holds.
    if (newest.tenant !== tenant || !verifyRevision(newest, key))
      return refuse('policy_signature_invalid', `got a signature of revision ${newest.revision} that does not hold`);
    const opened = await openRevision(newest);
    return opened.ok ? { kind: 'loaded', policy: opened.policy } : refuse('policy_invalid', opened.detail);
  }
}

/** What speaks against the record before anything in it is verified: it must name its newest revision, and never an older one than was known. */
function inconsistency(
  { pointer, newest }: TenantRecord,
  { policy, newestRevision }: KnownPolicy,
): PolicyFinding | null {
  if (!pointer) return refuse('policy_unavailable', 'got revisions without a pointer, expected one');
  const { revision, digest } = pointer;
  if (revision < newestRevision)
    return refuse('policy_stale', `got revision ${revision} in force, expected at least ${newestRevision}`);
  if (!newest || newest.revision < revision)
    return refuse('policy_unavailable', `got no revision ${revision}, expected the one that the pointer names`);
  // Otherwise whoever can write a pointer could bring an old revision, duly signed, back into force.
  if (newest.revision > revision)
    return refuse('policy_stale', `got revision ${revision} in force, expected the newest, ${newest.revision}`);
  if (newest.digest !== digest)
    return refuse('policy_invalid', `got revision ${revision} with another digest than the pointer names`);
  if (policy?.revision === revision && policy.digest !== digest)
    return refuse('policy_invalid', `got other content under revision ${revision}, expected a higher revision`);
  return null;
}

function refuse(reason: Extract<PolicyFinding, { kind: 'refused' }>['reason'], detail: string): PolicyFinding {
  return { kind: 'refused', reason, detail };
}
