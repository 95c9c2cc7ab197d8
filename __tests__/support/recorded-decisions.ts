// An audit log as the function writes it: the real handler over a set of policies, in memory.
// Next: __tests__/governance/cli/replay.test.ts, which has it decided again.
import { loadPolicySet } from '../../governance/cli/policy-set.ts';
import { createFixedStore, standInBinding, standInIssuer } from '../../governance/cli/run-case.ts';
import { createAuditTrail } from '../../governance/lambda/audit.ts';
import { createHandler } from '../../governance/lambda/handler.ts';
import { createMemoryQuotaStore } from '../../governance/lambda/quota.ts';

/**
 * Asks the handler and gives the lines it wrote.
 *
 * @param policies - files and folders
 * @param asked - what is asked, one second after the other
 * @param alias - who asks
 */
export async function recordDecisions(
  policies: readonly string[],
  asked: readonly object[],
  startMs: number,
  alias = 'orbit',
): Promise<string[]> {
  const lines: string[] = [];
  let nowMs = startMs;
  const govern = createHandler({
    store: createFixedStore(await loadPolicySet(policies)),
    quotas: createMemoryQuotaStore(),
    grants: standInIssuer,
    audit: createAuditTrail({
      write: (line) => void lines.push(line),
      attest: standInIssuer.attest,
      nowMs: () => nowMs,
    }),
    report: () => undefined,
    nowMs: () => nowMs,
  });
  const invokedFunctionArn = `arn:aws:lambda:eu-central-1:000000000000:function:governance:${alias}`;
  for (const request of asked) {
    await govern({ binding: standInBinding, ...request }, { invokedFunctionArn });
    nowMs += 1000;
  }
  return lines;
}
