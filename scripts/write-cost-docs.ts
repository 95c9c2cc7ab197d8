// Writes the tables of docs/cost.md: what each environment costs by list prices, what each option costs or saves.
// Next: scripts/cost/quantities.ts, what is counted; scripts/cost/prices.json, what it is multiplied by.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { costLines, price, pricedRegions, priceList, type PricedRegion } from './cost/lines.ts';
import { countEnvironment, environments, type Quantities } from './cost/quantities.ts';

/** The page. */
export const costPage = path.resolve(import.meta.dirname, '../docs/cost.md');

/** The page's text with its tables made anew. @throws Error when a marker is missing */
export function renderCostPage(text: string): string {
  const parts = { counts: counts(), bills: bills(), options: options(), prices: prices(), assumptions: assumptions() };
  return Object.entries(parts).reduce((page, [name, part]) => {
    const [begin, end] = [`<!-- ${name}: generated -->`, `<!-- ${name}: end -->`];
    const [from, to] = [page.indexOf(begin), page.indexOf(end)];
    if (from === -1 || to < from) throw new Error(`got a page without "${begin}" and "${end}", expected both`);
    return `${page.slice(0, from + begin.length)}\n\n${part}\n\n${page.slice(to)}`;
  }, text);
}

const counted = environments.map((name) => ({ name, quantities: countEnvironment(name) }));
const usd = (amount: number): string => amount.toLocaleString('en', { maximumFractionDigits: 0 });

function counts(): string {
  const rows: readonly (readonly [string, (quantities: Quantities) => string | number])[] = [
    ['region', ({ region }) => region],
    ['zones', ({ zones }) => zones],
    ['interface endpoints × zones', ({ endpoints, zones }) => `${endpoints} × ${zones} = ${endpoints * zones}`],
    [
      'tasks at their minimum, of these on spot',
      ({ services }) => `${sum(services, 'tasks')}, ${sum(services, 'spotTasks')}`,
    ],
    ['hours a week with tasks', ({ services }) => services[0]?.hoursOfWeek ?? 0],
    ['KMS keys, secrets', ({ keys, secrets }) => `${keys}, ${secrets}`],
    [
      'metrics that alarms look at, composite alarms',
      ({ alarmMetrics, composites }) => `${alarmMetrics}, ${composites}`,
    ],
    [
      'dashboards, custom metrics',
      ({ dashboards, customMetrics, spreadMetrics }) => `${dashboards}, ${customMetrics + spreadMetrics}`,
    ],
    ['GiB of Governance kept warm', ({ provisionedGib }) => provisionedGib],
  ];
  return table(
    'what is counted',
    rows.map(([what, of]) => [what, ...counted.map(({ quantities }) => of(quantities))]),
  );
}

function sum(services: Quantities['services'], of: 'tasks' | 'spotTasks'): number {
  return services.reduce((total, service) => total + service[of], 0);
}

function bills(): string {
  return pricedRegions
    .map((region) => {
      const columns = counted.map(({ name, quantities }) => costLines(name, quantities, region));
      const rows = (columns[0] ?? []).map(({ what }, index) => [
        what,
        ...columns.map((lines) => usd(lines[index]?.usd ?? 0)),
      ]);
      const totals = columns.map((lines) => `**${usd(lines.reduce((total, line) => total + line.usd, 0))}**`);
      return `${region}:\n\n${table('USD a month', [...rows, ['**sum**', ...totals]])}`;
    })
    .join('\n\n');
}

function options(): string {
  const hours = priceList.assumptions.hoursOfMonth;
  const prod = countEnvironment('prod');
  const warmGib = prod.provisionedGib;
  const rows: readonly (readonly [string, string, (region: PricedRegion) => number])[] = [
    ['one more interface endpoint, three zones', '`network.endpoints`', (r) => 3 * hours * price('endpointHour', r)],
    [
      'one zone less, for all endpoints of prod',
      '`network.availabilityZones`',
      (r) => -prod.endpoints * hours * price('endpointHour', r),
    ],
    ['one NAT gateway', '`network.nat: "single"`', (r) => hours * price('natHour', r)],
    ['a NAT gateway per zone, three zones', '`network.nat: "per-az"`', (r) => 3 * hours * price('natHour', r)],
    [
      'Service Connect instead of Lattice: a private CA',
      '`mesh: "service-connect"`',
      (r) => price('shortLivedAuthorityMonth', r) - hours * price('latticeHour', r),
    ],
    [
      'App Mesh instead of Lattice: a private CA',
      '`mesh: "app-mesh"`',
      (r) => price('authorityMonth', r) - hours * price('latticeHour', r),
    ],
    ['one GPU instance, always on', '`capacity.gpu`', (r) => hours * price('gpuHour', r)],
    [
      `provisioned concurrency as in prod, ${warmGib} GiB`,
      '`governance.provisionedConcurrency`',
      (r) => warmGib * hours * 3600 * price('provisionedGibSecond', r),
    ],
    ['Security Hub', '`security.securityHub`', (r) => priceList.assumptions.hubChecksOfMonth * price('hubCheck', r)],
    ['AWS Config', '`security.config`', (r) => priceList.assumptions.configItemsOfMonth * price('configItem', r)],
    ['one dashboard more', '`observability/dashboards`', (r) => price('dashboardMonth', r)],
  ];
  const signed = (amount: number) => `${amount < 0 ? '−' : '+'}${usd(Math.abs(amount))}`;
  const lines = rows.map(
    ([what, setting, of]) => `| ${what} | ${setting} | ${pricedRegions.map((r) => signed(of(r))).join(' | ')} |`,
  );
  return `| option | setting | ${pricedRegions.join(' | ')} |\n|---|---|--:|--:|\n${lines.join('\n')}`;
}

function prices(): string {
  const rows = Object.values(priceList.prices).map(
    ({ unit, ...of }) => `| ${unit} | ${pricedRegions.map((r) => of[r]).join(' | ')} |`,
  );
  return `List prices in USD as known at ${priceList.asOf}:\n\n| per | ${pricedRegions.join(' | ')} |\n|---|--:|--:|\n${rows.join('\n')}`;
}

function assumptions(): string {
  const { requestsOfMonth, spotShare, bytesOfLogsPerRequest, functionMillisecondsPerRequest, writesPerRequest } =
    priceList.assumptions;
  const rows = [
    [
      'requests a month',
      environments.map((name) => `${name} ${requestsOfMonth[name].toLocaleString('en')}`).join(', '),
    ],
    ['hours of a month', priceList.assumptions.hoursOfMonth],
    ['price of spot, as a share', spotShare],
    ['bytes of logs per request, all programs', bytesOfLogsPerRequest],
    ['values of a dimension that programs name: tenants, reasons, codes', priceList.assumptions.valuesOfDimension],
    ['milliseconds of Governance per request', functionMillisecondsPerRequest],
    ['DynamoDB write units per request: quota transaction and single use', writesPerRequest],
  ];
  return `| assumed | |\n|---|---|\n${rows.map((row) => `| ${row.join(' | ')} |`).join('\n')}`;
}

function table(head: string, rows: readonly (readonly (string | number)[])[]): string {
  return `| ${head} | ${environments.join(' | ')} |\n|---|--:|--:|--:|\n${rows.map((row) => `| ${row.join(' | ')} |`).join('\n')}`;
}

if (import.meta.main) writeFileSync(costPage, renderCostPage(readFileSync(costPage, 'utf8')));
