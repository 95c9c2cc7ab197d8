// The Governance function as Lambda loads it: environment, checked configuration, wired handler.
// Next: governance/lambda/handler.ts, which answers each invocation.
import { createMetrics } from '../../observability/emf.ts';
import { createAuditTrail } from './audit.ts';
import { readGovernanceConfig } from './config.ts';
import { createDynamoQuotaStore } from './dynamodb-quota.ts';
import { createDynamoStore } from './dynamodb-store.ts';
import { createGrantIssuer } from './grant.ts';
import { createHandler } from './handler.ts';
import { createMemoryQuotaStore, type QuotaStore } from './quota.ts';
import { createKmsSigner } from './signer.ts';
import { createFolderStore, type PolicyStore, type StoreReport } from './store.ts';

const config = readGovernanceConfig(process.env);

const writeLine = (line: string): void => void process.stdout.write(`${line}\n`);
const report: StoreReport = (level, message, fields) =>
  writeLine(JSON.stringify({ timestamp: new Date().toISOString(), level, service: 'governance', message, ...fields }));

const access = {
  region: config.AWS_REGION,
  accessKeyId: config.AWS_ACCESS_KEY_ID,
  secretAccessKey: config.AWS_SECRET_ACCESS_KEY,
  sessionToken: config.AWS_SESSION_TOKEN,
};
const kms = { ...access, endpoint: config.AWS_ENDPOINT_URL_KMS };

const grants = createGrantIssuer({
  signer: createKmsSigner({ keyId: config.GOVERNANCE_SIGNING_KEY, ...kms }),
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
const metrics =
  config.METRICS_NAMESPACE === undefined
    ? undefined
    : createMetrics({ namespace: config.METRICS_NAMESPACE, service: 'governance', write: writeLine });
// The first certificate is made while the environment starts; a failure here is met again, and denied, by the first decision.
grants.prepare().catch((error: unknown) => report('warn', 'no certificate yet', { cause: String(error) }));
const { store, quotas } = await openStores();

/** Answers one invocation with a `Decision`. */
export const handler = createHandler({ store, quotas, grants, audit, report, metrics });

/** Attests the audit trail to its end and lets go of the policies. Called before the environment ends. */
export async function shutdown(): Promise<void> {
  store.close();
  await audit
    .checkpoint()
    .catch((error: unknown) => report('warn', 'last audit checkpoint could not be signed', { cause: String(error) }));
}

process.once('SIGTERM', () => void shutdown());

async function openStores(): Promise<{ store: PolicyStore; quotas: QuotaStore }> {
  const { source } = config;
  const maxStaleMs = config.POLICY_MAX_STALE_SECONDS * 1000;
  if (source.kind === 'folder') {
    const folder = await createFolderStore({ folder: source.folder, report, maxStaleMs });
    return { store: folder, quotas: createMemoryQuotaStore() };
  }
  const dynamodb = { ...access, endpoint: config.AWS_ENDPOINT_URL_DYNAMODB };
  const tables = await createDynamoStore({
    table: source.policies,
    publisherKeys: source.publisherKeys,
    dynamodb,
    kms,
    report,
    refreshMs: config.POLICY_REFRESH_SECONDS * 1000,
    maxStaleMs,
  });
  return { store: tables, quotas: createDynamoQuotaStore({ table: source.quotas, dynamodb }) };
}
