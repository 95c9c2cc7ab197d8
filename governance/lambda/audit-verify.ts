// Checks audit lines from any mix of chains: order, links, and the signatures of the checkpoints.
// Next: governance/lambda/audit.ts, which wrote them.
import { type KeyObject } from 'node:crypto';
import * as z from 'zod/mini';
import { CertificateClaims, tokenTypes } from '../contract.ts';
import { publicKeyOf, readToken, verifySignature } from '../token.ts';
import { genesis, hashLine } from './audit.ts';

/** Something wrong with a line, counted from 1. */
export interface AuditProblem {
  readonly line: number;
  readonly chain: string;
  readonly problem: string;
}

/** What verification found. `unattested` counts a chain's records after its last good checkpoint: their end could be cut unseen. */
export interface AuditReport {
  readonly ok: boolean;
  readonly records: number;
  readonly chains: readonly { chain: string; records: number; checkpoints: number; unattested: number }[];
  readonly problems: readonly AuditProblem[];
}

const RecordShape = z.looseObject({
  chain: z.string(),
  seq: z.int().check(z.positive()),
  prev: z.string(),
  message: z.enum(['decision', 'checkpoint']),
});
const CheckpointShape = z.looseObject({ token: z.string(), certificate: z.string() });
const CheckpointClaimsShape = z.object({ chain: z.string(), seq: z.int(), head: z.string(), iat: z.int() });

interface ChainState {
  records: number;
  checkpoints: number;
  attestedSeq: number;
  seq: number;
  head: string;
  /** Hashes by record number since the last good checkpoint, which a later one may name: signing takes a moment. */
  heads: Map<number, string>;
}

/** Verification line by line, for logs larger than memory. */
export interface AuditVerifier {
  /** The next line, as it was written, and its number. */
  check(line: string, number: number): void;
  report(): AuditReport;
}

/**
 * Verifies audit lines in the order they were written. Lines of several chains may be mixed; other log lines are passed over.
 *
 * @param lines - the log, line by line
 * @param trustedKeys - the KMS public keys (P-256) by ARN, as Axon trusts them
 */
export function verifyAudit(lines: Iterable<string>, trustedKeys: ReadonlyMap<string, KeyObject>): AuditReport {
  const verifier = createAuditVerifier(trustedKeys);
  let number = 0;
  for (const line of lines) verifier.check(line, (number += 1));
  return verifier.report();
}

/**
 * Starts a verification; its memory grows with the chains and with the records since each chain's last good checkpoint.
 *
 * @param trustedKeys - as {@link verifyAudit} takes them; null checks links alone, which a forger of the whole log can make
 */
export function createAuditVerifier(trustedKeys: ReadonlyMap<string, KeyObject> | null): AuditVerifier {
  const chains = new Map<string, ChainState>();
  const problems: AuditProblem[] = [];
  return { check, report };

  function check(line: string, number: number): void {
    if (line.trim() === '') return;
    const record = readRecord(line);
    if (record === 'other') return;
    if (record === 'broken') {
      problems.push({ line: number, chain: '', problem: 'got text that is no audit record, expected one JSON object' });
      return;
    }
    const state = chains.get(record.chain) ?? {
      records: 0,
      checkpoints: 0,
      attestedSeq: 0,
      seq: 0,
      head: genesis,
      heads: new Map(),
    };
    chains.set(record.chain, state);
    const wrong = [
      ...linkProblems(record, state),
      ...(record.message === 'checkpoint' && trustedKeys ? checkCheckpoint(record, state, trustedKeys) : []),
    ];
    problems.push(...wrong.map((problem) => ({ line: number, chain: record.chain, problem })));
    const head = hashLine(line);
    state.records += 1;
    state.heads.set(record.seq, head);
    Object.assign(state, { seq: record.seq, head });
  }

  function report(): AuditReport {
    const summaries = Array.from(chains, ([chain, { records, checkpoints, attestedSeq, seq }]) => ({
      chain,
      records,
      checkpoints,
      unattested: seq - attestedSeq,
    }));
    return {
      ok: problems.length === 0,
      records: summaries.reduce((sum, { records }) => sum + records, 0),
      chains: summaries,
      problems,
    };
  }
}

type AuditRecord = z.infer<typeof RecordShape>;

function readRecord(line: string): AuditRecord | 'other' | 'broken' {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return 'broken';
  }
  const parsed = z.safeParse(RecordShape, value);
  if (parsed.success) return parsed.data;
  // A line that speaks of a chain but does not fit is a damaged record, not somebody else's log line.
  return typeof value === 'object' && value !== null && ('chain' in value || 'prev' in value) ? 'broken' : 'other';
}

function linkProblems({ seq, prev }: AuditRecord, state: ChainState): string[] {
  const problems: string[] = [];
  if (seq !== state.seq + 1)
    problems.push(
      `got record ${seq} after ${state.seq}, expected ${state.seq + 1}: records are missing or out of order`,
    );
  else if (prev !== state.head)
    problems.push(`got prev ${prev.slice(0, 12)}…, expected ${state.head.slice(0, 12)}…: the record before was edited`);
  return problems;
}

/** The problems of a checkpoint; a good one moves the chain's attested mark. */
function checkCheckpoint(
  record: AuditRecord,
  state: ChainState,
  trustedKeys: ReadonlyMap<string, KeyObject>,
): string[] {
  const parsed = z.safeParse(CheckpointShape, record);
  if (!parsed.success) return ['got a checkpoint without token and certificate, expected both'];
  const claims = readCheckpoint(parsed.data.token, parsed.data.certificate, trustedKeys);
  if (claims === undefined)
    return ['got a checkpoint whose signature does not verify, expected one by a key that a trusted KMS key certified'];
  if (claims.chain !== record.chain) return [`got a checkpoint of chain ${claims.chain}, expected one of this chain`];
  if (state.heads.get(claims.seq) !== claims.head)
    return [
      `got another record ${claims.seq} than the checkpoint attests, expected it unchanged: the chain was rebuilt`,
    ];
  for (const seq of state.heads.keys()) if (seq < claims.seq) state.heads.delete(seq);
  Object.assign(state, { checkpoints: state.checkpoints + 1, attestedSeq: claims.seq });
  return [];
}

function readCheckpoint(
  token: string,
  certificate: string,
  trustedKeys: ReadonlyMap<string, KeyObject>,
): z.infer<typeof CheckpointClaimsShape> | undefined {
  const certified = readToken(certificate, { typ: tokenTypes.certificate, alg: 'ES256', parameters: ['kid'] });
  const trusted = certified ? trustedKeys.get(String(certified.header['kid'])) : undefined;
  if (!certified || !trusted || !verifySignature(certified, trusted)) return undefined;
  const certificateClaims = z.safeParse(CertificateClaims, certified.claims);
  const read = readToken(token, { typ: tokenTypes.checkpoint, alg: 'EdDSA' });
  if (!certificateClaims.success || !read || !verifySignature(read, publicKeyOf(certificateClaims.data.cnf.jwk)))
    return undefined;
  const claims = z.safeParse(CheckpointClaimsShape, read.claims);
  const { nbf, exp } = certificateClaims.data;
  return claims.success && claims.data.iat >= nbf && claims.data.iat <= exp ? claims.data : undefined;
}
