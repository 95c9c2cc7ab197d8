// The table of the scale bench in a thread of its own, so that serving it is not counted.
// Next: __tests__/bench/signed-table.ts, the table.
import { parentPort, workerData } from 'node:worker_threads';
import { benchTenants, ourText } from './policy-sets.ts';
import { serveSignedTable } from './signed-table.ts';

const { tenantCount, rulesEach } = workerData as { tenantCount: number; rulesEach: number };
const platform = JSON.stringify({ format: 1, tenant: '*', revision: 1, rules: [] });

function* documents(): Iterable<readonly [string, string]> {
  yield ['*', platform];
  for (const tenant of benchTenants(tenantCount * rulesEach, tenantCount)) yield [tenant.tenant, ourText(tenant)];
}

const { url, publisher } = await serveSignedTable(documents());
parentPort?.postMessage({ url, publisher });
