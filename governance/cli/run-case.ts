// Runs one described case through the Lambda handler as it is deployed; only storage and signing are stood in for.
// Next: governance/lambda/handler.ts, which answers it.
import { DecisionRequest, type Decision } from '../contract.ts';
import { createAuditTrail } from '../lambda/audit.ts';
import { type GrantIssuer } from '../lambda/grant.ts';
import { createHandler } from '../lambda/handler.ts';
import { createMemoryQuotaStore } from '../lambda/quota.ts';
import { type PolicyStore } from '../lambda/store.ts';
import { type ExplainedDecision } from '../policy/coverage.ts';
import { explain } from '../policy/explain.ts';
import { showValue } from '../policy/issues.ts';
import { type PolicyCase } from './case-files.ts';
import { type PolicySet } from './policy-set.ts';

/** What a case gave: where it misses what the case says, and how the policy came to its answer, if it was asked. */
export interface CaseOutcome {
  /** One line each: what was got, what was expected. */
  readonly mismatches: readonly string[];
  readonly decision: Decision;
  readonly explained: ExplainedDecision | null;
}

/** Of the request that a case stands for, unless it brings its own. */
export const standInBinding = { method: 'POST', path: '/reason', bodySha256: 'b'.repeat(43), jkt: 'j'.repeat(43) };
const tokens = { grant: '<grant>', certificate: '<certificate>' };
/** Signs nothing: its tokens say what they stand for. */
export const standInIssuer: GrantIssuer = {
  issue: () => Promise.resolve({ ...tokens, expiresMs: 0, certificateAgeSeconds: 0 }),
  attest: () => Promise.resolve({ token: '<token>', certificate: tokens.certificate }),
  prepare: () => Promise.resolve(),
};

/** Asks what the case asks, as often and at the time the case says, with fresh quotas and a fresh trail. */
export async function runCase(set: PolicySet, asked: PolicyCase): Promise<CaseOutcome> {
  const { at, identity, dryRun, times, request } = asked;
  const lines: string[] = [];
  const warnings: string[] = [];
  const nowMs = (): number => Date.parse(at);
  const govern = createHandler({
    store: createFixedStore(set),
    quotas: createMemoryQuotaStore(),
    grants: standInIssuer,
    audit: createAuditTrail({ write: (line) => void lines.push(line), attest: standInIssuer.attest, nowMs }),
    report: (_level, message, fields) => void warnings.push(`got "${message}" ${JSON.stringify(fields)}`),
    nowMs,
  });
  const alias = identity === null ? '' : `:${identity}`;
  const context = { invokedFunctionArn: `arn:aws:lambda:eu-central-1:000000000000:function:governance${alias}` };
  const event = dryRun ? request : { binding: standInBinding, ...request };
  let decision = await govern(event, context);
  for (let made = 1; made < times; made += 1) decision = await govern(event, context);
  const record = JSON.parse(lines.at(-1) ?? '{}') as Record<string, unknown>;
  const explained = decision.policy === null ? null : explainAgain(set, request, nowMs());
  return {
    decision,
    explained,
    mismatches: [...warnings, ...compare(asked, decision, record, lines.length, explained)],
  };
}

function compare(
  { decision: expected, audit = {}, quotas, unrecorded, times, dryRun }: PolicyCase,
  decision: Decision,
  record: Record<string, unknown>,
  recordCount: number,
  explained: ExplainedDecision | null,
): string[] {
  const written = JSON.stringify(record);
  const charged = explained?.verdict.quotas.map(({ id }) => id) ?? [];
  return [
    ...mismatchesOf(expected, decision, 'decision'),
    ...mismatchesOf(audit, record, 'audit'),
    ...(quotas === undefined ? [] : mismatchesOf(quotas, charged, 'quotas')),
    ...mismatchesOf({ decisionId: decision.decisionId, reason: decision.reason, seq: times }, record, 'record'),
    ...mismatchesOf(times, recordCount, 'number of records'),
    ...mismatchesOf(decision.allowed && !dryRun, decision.grant !== undefined, 'whether a grant was given'),
    ...[...Object.values(tokens), ...unrecorded]
      .filter((text) => written.includes(text))
      .map((text) => `record: got one with ${showValue(text)} in it, expected none`),
  ];
}

/** Where `actual` lacks or differs from what `expected` names. Objects are compared as subsets, lists whole. */
function mismatchesOf(expected: unknown, actual: unknown, path: string): string[] {
  if (Array.isArray(expected)) {
    if (!Array.isArray(actual) || actual.length !== expected.length) return [mismatch(path, expected, actual)];
    return expected.flatMap((each, index) => mismatchesOf(each, actual[index], `${path}[${index}]`));
  }
  if (typeof expected === 'object' && expected !== null) {
    if (typeof actual !== 'object' || actual === null) return [mismatch(path, expected, actual)];
    const found = new Map(Object.entries(actual));
    return Object.entries(expected).flatMap(([key, each]) => mismatchesOf(each, found.get(key), `${path}.${key}`));
  }
  return Object.is(expected, actual) ? [] : [mismatch(path, expected, actual)];
}

function mismatch(path: string, expected: unknown, actual: unknown): string {
  return `${path}: got ${showValue(actual)}, expected ${showValue(expected)}`;
}

function explainAgain({ tenants, platform }: PolicySet, event: unknown, nowMs: number): ExplainedDecision | null {
  const request = DecisionRequest.parse(event);
  const found = tenants.get(request.tenant);
  if (!found) return null;
  return { tenant: request.tenant, ...explain(found.policy, platform?.policy ?? null, request, nowMs) };
}

/** Serves a set as it is: no refresh, no staleness. */
export function createFixedStore({ tenants, platform }: PolicySet): PolicyStore {
  return {
    lookup(tenant, confirmedMs) {
      const found = tenants.get(tenant);
      if (found)
        return Promise.resolve({ ok: true, policy: found.policy, platform: platform?.policy ?? null, confirmedMs });
      const detail = `got tenant ${tenant}, expected one with a policy`;
      return Promise.resolve({ ok: false, reason: 'unknown_tenant', detail });
    },
    close: () => undefined,
  };
}
