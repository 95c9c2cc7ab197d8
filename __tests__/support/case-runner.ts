// Runs one described case through the Lambda handler as it is deployed, over the shipped folder; only signing is stood in for.
// Next: governance/lambda/handler.ts, which answers it.
import { createAuditTrail } from '../../governance/lambda/audit.ts';
import { type GrantIssuer } from '../../governance/lambda/grant.ts';
import { createHandler } from '../../governance/lambda/handler.ts';
import { createMemoryQuotaStore } from '../../governance/lambda/quota.ts';
import { type PolicyStore } from '../../governance/lambda/store.ts';
import { type Decision } from '../../governance/contract.ts';
import { type PolicyCase } from './policy-cases.ts';

/** What a case gave: the last decision and the line that went on record for it. */
export interface CaseOutcome {
  readonly decision: Decision;
  readonly record: Record<string, unknown>;
  /** How many records were written; one for each time it was asked. */
  readonly recordCount: number;
}

const binding = { method: 'POST', path: '/reason', bodySha256: 'b'.repeat(43), jkt: 'j'.repeat(43) };
const standInIssuer: GrantIssuer = {
  issue: () => Promise.resolve({ grant: 'grant', certificate: 'certificate', expiresMs: 0 }),
  attest: () => Promise.resolve({ token: 'token', certificate: 'certificate' }),
  prepare: () => Promise.resolve(),
};

/** Asks the handler what the case asks, as often and at the time the case says, with fresh quotas and a fresh trail. */
export async function runCase(
  store: PolicyStore,
  { at, identity, dryRun, times, request }: PolicyCase,
): Promise<CaseOutcome> {
  const lines: string[] = [];
  const nowMs = () => Date.parse(at);
  const govern = createHandler({
    store,
    quotas: createMemoryQuotaStore(),
    grants: standInIssuer,
    audit: createAuditTrail({ write: (line) => void lines.push(line), attest: standInIssuer.attest, nowMs }),
    report: (level, message, fields) => {
      throw new Error(`got a ${level} "${message}" ${JSON.stringify(fields)}, expected none`);
    },
    nowMs,
  });
  const alias = identity === null ? '' : `:${identity}`;
  const context = { invokedFunctionArn: `arn:aws:lambda:eu-central-1:000000000000:function:governance${alias}` };
  const event = dryRun ? request : { binding, ...request };
  let decision = await govern(event, context);
  for (let asked = 1; asked < times; asked += 1) decision = await govern(event, context);
  const record = JSON.parse(lines.at(-1) ?? '{}') as Record<string, unknown>;
  return { decision, record, recordCount: lines.length };
}
