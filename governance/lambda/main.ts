// The Governance function as Lambda loads it: environment, checked configuration, wired handler.
// Next: governance/lambda/handler.ts, which answers each invocation.
import { createAuditTrail } from './audit.ts';
import { readGovernanceConfig } from './config.ts';
import { createGrantIssuer } from './grant.ts';
import { createHandler } from './handler.ts';
import { createMemoryQuotaStore } from './quota.ts';
import { createKmsSigner } from './signer.ts';
import { createFolderStore, type StoreReport } from './store.ts';

const config = readGovernanceConfig(process.env);

const writeLine = (line: string): void => void process.stdout.write(`${line}\n`);
const report: StoreReport = (level, message, fields) =>
  writeLine(JSON.stringify({ timestamp: new Date().toISOString(), level, service: 'governance', message, ...fields }));

const grants = createGrantIssuer({
  signer: createKmsSigner({
    keyId: config.GOVERNANCE_SIGNING_KEY,
    region: config.AWS_REGION,
    endpoint: config.AWS_ENDPOINT_URL_KMS,
    accessKeyId: config.AWS_ACCESS_KEY_ID,
    secretAccessKey: config.AWS_SECRET_ACCESS_KEY,
    sessionToken: config.AWS_SESSION_TOKEN,
  }),
  issuer: config.GOVERNANCE_ISSUER,
  certificateSeconds: config.GOVERNANCE_CERTIFICATE_SECONDS,
  grantSeconds: config.GOVERNANCE_GRANT_SECONDS,
  onRenewalFailure: (cause) =>
    report('warn', 'certificate could not be renewed; the present one serves on', { cause: String(cause) }),
});
const audit = createAuditTrail({
  write: writeLine,
  attest: grants.attest,
  checkpointEvery: config.AUDIT_CHECKPOINT_EVERY,
  onCheckpointFailure: (cause) => report('warn', 'audit checkpoint could not be signed', { cause: String(cause) }),
});
const store = await createFolderStore({
  folder: config.POLICY_FOLDER,
  report,
  maxStaleMs: config.POLICY_MAX_STALE_SECONDS * 1000,
});
// The first certificate is made while the environment starts; a failure here is met again, and denied, by the first decision.
grants.prepare().catch((error: unknown) => report('warn', 'no certificate yet', { cause: String(error) }));

/** Answers one invocation with a `Decision`. */
export const handler = createHandler({ store, quotas: createMemoryQuotaStore(), grants, audit, report });

/** Attests the audit trail to its end and lets go of the policy folder. Called before the environment ends. */
export async function shutdown(): Promise<void> {
  store.close();
  await audit
    .checkpoint()
    .catch((error: unknown) => report('warn', 'last audit checkpoint could not be signed', { cause: String(error) }));
}

process.once('SIGTERM', () => void shutdown());
