// The audit trail: every decision a line, every line chained to the one before, the chain's head signed at intervals.
// Next: governance/lambda/audit-verify.ts, which finds any record removed, edited or reordered.
import { hash, randomBytes } from 'node:crypto';
import { tokenTypes } from '../contract.ts';
import { type GrantIssuer } from './grant.ts';

/** The `prev` of a chain's first record. */
export const genesis = '0'.repeat(64);

/** What a checkpoint's token claims: that `chain` held `head` (hex SHA-256 of a line) as record number `seq`. */
export interface CheckpointClaims {
  readonly chain: string;
  readonly seq: number;
  readonly head: string;
  readonly iat: number;
}

/** One process's chain of audit records. */
export interface AuditTrail {
  /**
   * Writes one record. Synchronous, so that records are chained in the order of decisions.
   *
   * @throws whatever the sink throws; the chain then stands as before
   */
  append(fields: Readonly<Record<string, unknown>>): void;
  /** Signs the chain's head, if records came since the last checkpoint. @throws Error when nothing can sign */
  checkpoint(): Promise<void>;
}

/** What a trail is made of. */
export interface AuditTrailOptions {
  /** Takes one line, without its newline. */
  readonly write: (line: string) => void;
  readonly attest: GrantIssuer['attest'];
  /** A checkpoint follows every so many records. @defaultValue 1000 */
  readonly checkpointEvery?: number;
  readonly nowMs?: () => number;
  /** Told when a checkpoint could not be signed; the next record tries again. */
  readonly onCheckpointFailure?: (cause: unknown) => void;
}

/** The SHA-256 of a record's line, hex: the next record's `prev`. */
export function hashLine(line: string): string {
  return hash('sha256', line, 'hex');
}

/** Starts a chain with an id of its own. */
export function createAuditTrail({
  write,
  attest,
  checkpointEvery = 1000,
  nowMs = Date.now,
  onCheckpointFailure,
}: AuditTrailOptions): AuditTrail {
  const chain = randomBytes(12).toString('base64url');
  let prev = genesis;
  let seq = 0;
  let unattested = 0;
  let pending: Promise<void> | null = null;

  return { append, checkpoint };

  function append(fields: Readonly<Record<string, unknown>>): void {
    writeRecord('decision', fields);
    unattested += 1;
    if (unattested >= checkpointEvery) checkpoint().catch((error: unknown) => onCheckpointFailure?.(error));
  }

  function checkpoint(): Promise<void> {
    if (unattested === 0) return Promise.resolve();
    pending ??= writeCheckpoint().finally(() => (pending = null));
    return pending;
  }

  async function writeCheckpoint(): Promise<void> {
    const claims: CheckpointClaims = { chain, seq, head: prev, iat: Math.floor(nowMs() / 1000) };
    const covered = unattested;
    const { token, certificate } = await attest(tokenTypes.checkpoint, claims);
    writeRecord('checkpoint', { attests: claims.seq, token, certificate });
    unattested -= covered;
  }

  function writeRecord(message: 'decision' | 'checkpoint', fields: Readonly<Record<string, unknown>>): void {
    const line = JSON.stringify({
      timestamp: new Date(nowMs()).toISOString(),
      level: 'info',
      service: 'governance',
      message,
      chain,
      seq: seq + 1,
      prev,
      ...fields,
    });
    write(line);
    // INVARIANT: the chain moves on only once the line is out.
    seq += 1;
    prev = hashLine(line);
  }
}
