// An audit log as the function writes it: the real handler over a set of policies, in memory.
// Next: __tests__/governance/cli/replay.test.ts, which has it decided again.
import { loadPolicySet } from '../../governance/cli/policy-set.ts';
import { createAuditTrail } from '../../governance/lambda/audit.ts';
import { createHandler } from '../../governance/lambda/handler.ts';
import { createMemoryQuotaStore } from '../../governance/lambda/quota.ts';

const binding = { method: 'POST', path: '/reason', bodySha256: 'b'.repeat(43), jkt: 'j'.repeat(43) };
const tokens = { grant: 'grant', certificate: 'certificate' };

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
  const { tenants, platform } = await loadPolicySet(policies);
  const lines: string[] = [];
  let nowMs = startMs;
  const issuer = {
    issue: () => Promise.resolve({ ...tokens, expiresMs: nowMs }),
    attest: () => Promise.resolve({ token: 'token', certificate: tokens.certificate }),
    prepare: () => Promise.resolve(),
  };
  const govern = createHandler({
    store: {
      lookup(tenant) {
        const found = tenants.get(tenant);
        if (!found) return Promise.resolve({ ok: false, reason: 'unknown_tenant', detail: `got ${tenant}` });
        return Promise.resolve({ ok: true, policy: found.policy, platform: platform?.policy ?? null });
      },
      close: () => undefined,
    },
    quotas: createMemoryQuotaStore(),
    grants: issuer,
    audit: createAuditTrail({ write: (line) => void lines.push(line), attest: issuer.attest, nowMs: () => nowMs }),
    report: () => undefined,
    nowMs: () => nowMs,
  });
  const invokedFunctionArn = `arn:aws:lambda:eu-central-1:000000000000:function:governance:${alias}`;
  for (const request of asked) {
    await govern({ binding, ...request }, { invokedFunctionArn });
    nowMs += 1000;
  }
  return lines;
}
