// A revision as it is published: the packed document and the publisher's signature over exactly what it says.
// Next: governance/lambda/policy-table.ts, where revisions are kept; governance/cli/publish.ts, which signs them.
import { hash, type KeyObject, verify } from 'node:crypto';
import { promisify } from 'node:util';
import { gunzip, gzipSync } from 'node:zlib';
import { compilePolicy, type CompiledPolicy } from '../policy/compile.ts';
import { policyLimits } from '../policy/document.ts';
import { formatIssue } from '../policy/issues.ts';
import { parsePolicy } from '../policy/parse.ts';

/** One published revision of one tenant. */
export interface SignedRevision {
  readonly tenant: string;
  readonly revision: number;
  /** SHA-256 of the document's text, hex: what decisions and grants name. */
  readonly digest: string;
  /** The document's text, gzipped. */
  readonly packed: Buffer;
  /** ARN of the KMS key that signed. */
  readonly publisher: string;
  /** ECDSA P-256 with SHA-256 over {@link revisionMessage}, raw `r || s` (RFC 7518 section 3.4). */
  readonly signature: Buffer;
}

/** A revision's policy, or what is wrong with the document. */
export type OpenedRevision = { ok: true; policy: CompiledPolicy } | { ok: false; detail: string };

/** What a DynamoDB item may hold beside keys, digest and signature (the limit is 400 KB for all of it). */
export const packedMaxBytes = 390_000;

const unpack = promisify(gunzip);
const signatureBytes = 64;

/**
 * The text that a publisher signs. A JSON array, so that no two revisions share one; its first member keeps it apart
 * from everything else that is ever signed.
 *
 * INVARIANT: the packed bytes are part of it, so that nothing is decompressed that a publisher did not sign.
 */
export function revisionMessage({
  tenant,
  revision,
  digest,
  packed,
}: Pick<SignedRevision, 'tenant' | 'revision' | 'digest' | 'packed'>): string {
  return JSON.stringify(['agent-runtime-policy-revision-1', tenant, revision, digest, hash('sha256', packed, 'hex')]);
}

/** SHA-256 of a document's text, hex. */
export function digestOf(text: string): string {
  return hash('sha256', text, 'hex');
}

/** Packs a document's text. */
export function packDocument(text: string): Buffer {
  return gzipSync(text, { level: 9 });
}

/** Checks the signature with a P-256 key; any other key verifies nothing. */
export function verifyRevision(revision: SignedRevision, key: KeyObject): boolean {
  if (key.asymmetricKeyType !== 'ec' || key.asymmetricKeyDetails?.namedCurve !== 'prime256v1') return false;
  if (revision.signature.length !== signatureBytes) return false;
  const message = Buffer.from(revisionMessage(revision));
  return verify('sha256', message, { key, dsaEncoding: 'ieee-p1363' }, revision.signature);
}

/**
 * Unpacks, parses and compiles a revision whose signature holds. Memory is bounded whatever it unpacks to, and the
 * document must be the one that was signed for: same digest, tenant and revision.
 */
export async function openRevision({ tenant, revision, digest, packed }: SignedRevision): Promise<OpenedRevision> {
  let text: string;
  try {
    const bytes = await unpack(packed, { maxOutputLength: policyLimits.documentBytes });
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'bytes that are no text';
    return refuse(`got ${code}, expected at most ${policyLimits.documentBytes} bytes of gzipped UTF-8`);
  }
  if (digestOf(text) !== digest) return refuse('got a document of another digest than was signed');
  const reading = parsePolicy(text);
  if (!reading.ok) return refuse(reading.issues.map(formatIssue).join('; ').slice(0, detailMaxLength));
  const { document } = reading;
  if (document.tenant !== tenant || document.revision !== revision)
    return refuse(`got tenant ${document.tenant} revision ${document.revision}, expected ${tenant} ${revision}`);
  return { ok: true, policy: compilePolicy(document, digest) };
}

const detailMaxLength = 500;

function refuse(detail: string): OpenedRevision {
  return { ok: false, detail };
}
