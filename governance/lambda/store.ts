// Where policies come from: the interface the handler asks, and the folder that serves it on a laptop.
// Next: governance/lambda/dynamodb-store.ts, which serves it in the account; governance/policy/parse.ts, which reads each document.
import { hash } from 'node:crypto';
import { type FSWatcher, watch } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Reason } from '../contract.ts';
import { compilePolicy, type CompiledPolicy } from '../policy/compile.ts';
import { platformTenant } from '../policy/document.ts';
import { formatIssue } from '../policy/issues.ts';
import { parsePolicy } from '../policy/parse.ts';

/** The documents a tenant's request is decided by, or the reason to deny it. */
export type PolicyLookup =
  | {
      ok: true;
      policy: CompiledPolicy;
      platform: CompiledPolicy | null;
      /** When both were last found in force, epoch milliseconds. */
      confirmedMs: number;
    }
  | {
      ok: false;
      reason: Extract<
        Reason,
        'unknown_tenant' | 'policy_unavailable' | 'policy_invalid' | 'policy_signature_invalid' | 'policy_stale'
      >;
      detail: string;
    };

/** Where policies are kept. Never throws: whatever is wrong is a reason to deny. */
export interface PolicyStore {
  lookup(tenant: string, nowMs: number): Promise<PolicyLookup>;
  close(): void;
}

/** Told what changed, in one line each: a document loaded, refused, or a folder that cannot be read. */
export type StoreReport = (level: 'info' | 'warn', message: string, fields: Readonly<Record<string, unknown>>) => void;

/** How a folder store is set up. */
export interface FolderStoreOptions {
  readonly folder: string;
  readonly report: StoreReport;
  /** How long the last good documents serve while the folder cannot be read, milliseconds. @defaultValue 60 000 */
  readonly maxStaleMs?: number;
  readonly nowMs?: () => number;
}

interface Entry {
  readonly policy: CompiledPolicy | null;
  /** The digest of the file last looked at, good or not, so that it is reported once. */
  readonly seenDigest: string;
}

const platformFile = 'platform.json';
const policyFile = /^[a-z0-9][a-z0-9-]{0,62}\.json$/;
const settleMs = 40;
const retryMs = 1000;

/**
 * Serves the documents of a folder, `<tenant>.json` each and `platform.json` for the platform, and follows their edits.
 * A broken edit or an older revision keeps the last good document and says so. Without a good platform document
 * every tenant is denied: its forbids may not lapse because a file does.
 */
export async function createFolderStore({
  folder,
  report,
  maxStaleMs = 60_000,
  nowMs = Date.now,
}: FolderStoreOptions): Promise<PolicyStore> {
  const entries = new Map<string, Entry>();
  let lastReadMs = nowMs();
  let unreadable: string | null = null;
  let reading: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  const watcher = watchFolder();
  await readFolder();
  return { lookup: (tenant, atMs) => Promise.resolve(lookup(tenant, atMs)), close };

  function lookup(tenant: string, atMs: number): PolicyLookup {
    if (unreadable !== null && atMs - lastReadMs > maxStaleMs) return refuse('policy_stale', unreadable);
    const platform = entries.get(platformTenant);
    const entry = entries.get(tenant);
    if (!platform) return refuse('policy_unavailable', 'got no platform document, expected one');
    if (!platform.policy) return refuse('policy_invalid', 'got a platform document that is not valid');
    if (!entry || tenant === platformTenant)
      return refuse('unknown_tenant', `got tenant ${tenant}, expected one with a policy`);
    if (!entry.policy) return refuse('policy_invalid', `got a document of tenant ${tenant} that is not valid`);
    // A folder that is watched says when it changes.
    const confirmedMs = unreadable === null ? atMs : lastReadMs;
    return { ok: true, policy: entry.policy, platform: platform.policy, confirmedMs };
  }

  function close(): void {
    closed = true;
    clearTimeout(timer);
    watcher?.close();
  }

  function watchFolder(): FSWatcher | null {
    try {
      const watching = watch(folder, scheduleRead);
      watching.on('error', (error) => report('warn', 'policy folder is no longer watched', { cause: error.message }));
      return watching;
    } catch (error) {
      report('warn', 'policy folder cannot be watched', { folder, cause: messageOf(error) });
      return null;
    }
  }

  /** Editors write in several steps; one read follows the last of them. */
  function scheduleRead(): void {
    readAfter(settleMs);
  }

  function readAfter(delayMs: number): void {
    clearTimeout(timer);
    if (closed) return;
    timer = setTimeout(() => {
      reading = reading.then(readFolder);
    }, delayMs).unref();
  }

  async function readFolder(): Promise<void> {
    try {
      const names = (await readdir(folder)).filter((name) => policyFile.test(name));
      const texts = await Promise.all(
        names.map(async (name) => ({ name, text: await readFile(join(folder, name), 'utf8') })),
      );
      for (const { name, text } of texts) readDocument(name, text);
      forgetMissing(names);
      lastReadMs = nowMs();
      unreadable = null;
    } catch (error) {
      unreadable = `got ${messageOf(error)}, expected a readable policy folder`;
      readAfter(retryMs);
      report('warn', 'policy folder cannot be read; the last good documents serve on', {
        folder,
        cause: messageOf(error),
      });
    }
  }

  function readDocument(name: string, text: string): void {
    const tenant = tenantOf(name);
    const digest = hash('sha256', text, 'hex');
    const before = entries.get(tenant);
    if (before?.seenDigest === digest) return;
    const kept = before?.policy ?? null;
    const candidate = readCandidate(name, text, digest, kept);
    entries.set(tenant, { policy: candidate.ok ? candidate.policy : kept, seenDigest: digest });
    if (candidate.ok) {
      const { revision, ruleCount } = candidate.policy;
      report('info', 'policy loaded', {
        file: name,
        policyTenant: tenant,
        revision,
        rules: ruleCount,
        digest: digest.slice(0, 12),
      });
    } else {
      const consequence = kept ? `revision ${kept.revision} serves on` : 'every request of it is denied';
      report('warn', `policy refused; ${consequence}`, { file: name, problems: candidate.problems });
    }
  }

  /** A tenant whose file is gone is unknown; the platform's last document serves on, as its forbids may not lapse. */
  function forgetMissing(names: readonly string[]): void {
    const present = new Set(names.map(tenantOf));
    for (const tenant of entries.keys()) {
      if (present.has(tenant) || (tenant === platformTenant && entries.get(tenant)?.seenDigest === '')) continue;
      const platform = tenant === platformTenant ? entries.get(tenant) : undefined;
      if (platform) entries.set(tenant, { ...platform, seenDigest: '' });
      else entries.delete(tenant);
      report(
        'warn',
        platform
          ? 'platform policy file is gone; its last document serves on'
          : 'policy file is gone; its tenant is denied',
        { policyTenant: tenant },
      );
    }
  }
}

function readCandidate(
  name: string,
  text: string,
  digest: string,
  kept: CompiledPolicy | null,
): { ok: true; policy: CompiledPolicy } | { ok: false; problems: string[] } {
  const reading = parsePolicy(text);
  if (!reading.ok) return { ok: false, problems: reading.issues.map(formatIssue) };
  const { document } = reading;
  const tenant = tenantOf(name);
  if (document.tenant !== tenant)
    return { ok: false, problems: [`tenant: got "${document.tenant}", expected "${tenant}" in ${name}`] };
  if (kept && document.revision < kept.revision)
    return { ok: false, problems: [`revision: got ${document.revision}, expected at least ${kept.revision}`] };
  return { ok: true, policy: compilePolicy(document, digest) };
}

function tenantOf(fileName: string): string {
  return fileName === platformFile ? platformTenant : fileName.slice(0, -'.json'.length);
}

function refuse(reason: Extract<PolicyLookup, { ok: false }>['reason'], detail: string): PolicyLookup {
  return { ok: false, reason, detail };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
