// What an environment costs a month by list prices, line by line.
// Next: scripts/write-cost-docs.ts, the page.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type Environment, type Quantities } from './quantities.ts';

const priceFile = path.join(import.meta.dirname, 'prices.json');

/** The regions there are prices for. */
export const pricedRegions = ['us-east-1', 'eu-central-1'] as const;
/** One of {@link pricedRegions}. */
export type PricedRegion = (typeof pricedRegions)[number];

type Price = Readonly<Record<PricedRegion, number>> & { readonly unit: string };
interface PriceList {
  readonly asOf: string;
  readonly prices: Readonly<Record<string, Price>>;
  readonly assumptions: {
    readonly hoursOfMonth: number;
    /** Price of Fargate Spot as a share of the list price; it varies. */
    readonly spotShare: number;
    readonly bytesOfLogsPerRequest: number;
    readonly valuesOfDimension: number;
    readonly functionMillisecondsPerRequest: number;
    readonly writesPerRequest: number;
    readonly balancerUnits: number;
    readonly configItemsOfMonth: number;
    readonly hubChecksOfMonth: number;
    readonly requestsOfMonth: Readonly<Record<Environment, number>>;
  };
}

/** List prices in USD with the date they were known at, and what is assumed of use. */
export const priceList = JSON.parse(readFileSync(priceFile, 'utf8')) as PriceList;

/** One line of a bill, USD a month. */
export interface CostLine {
  readonly what: string;
  readonly usd: number;
}

/** A price in a region. @throws Error for one that is not listed */
export function price(name: string, region: PricedRegion): number {
  const listed = priceList.prices[name];
  if (!listed) throw new Error(`got price ${name}, expected one of scripts/cost/prices.json`);
  return listed[region];
}

/** The bill of an environment in a region. */
export function costLines(environment: Environment, q: Quantities, region: PricedRegion): CostLine[] {
  const { hoursOfMonth: hours, requestsOfMonth, ...use } = priceList.assumptions;
  const of = (name: string) => price(name, region);
  const requests = requestsOfMonth[environment];
  const millions = requests / 1e6;
  const gib = (requests * use.bytesOfLogsPerRequest) / 1e9;
  const functionGibSeconds = (requests * use.functionMillisecondsPerRequest * q.functionGib) / 1000;
  return [
    { what: 'Interface endpoints', usd: q.endpoints * q.zones * hours * of('endpointHour') },
    { what: 'Fargate tasks at their minimum', usd: tasks(q, region, hours) },
    {
      what: 'Load balancer',
      usd: hours * (of('loadBalancerHour') + use.balancerUnits * of('loadBalancerUnitHour')),
    },
    { what: 'VPC Lattice', usd: hours * of('latticeHour') + millions * of('latticeMillion') },
    {
      what: 'Governance, invocations',
      usd: millions * of('lambdaMillion') + functionGibSeconds * of('lambdaGibSecond'),
    },
    { what: 'Governance, kept warm', usd: q.provisionedGib * hours * 3600 * of('provisionedGibSecond') },
    { what: 'DynamoDB writes', usd: millions * use.writesPerRequest * of('writeMillion') },
    { what: 'Logs, taken in and one month kept', usd: gib * (of('logGib') + of('logGibMonth')) },
    {
      what: 'Alarms, metrics, dashboards',
      usd:
        q.alarmMetrics * of('alarmMetricMonth') +
        q.composites * of('compositeMonth') +
        q.dashboards * of('dashboardMonth') +
        (q.customMetrics + q.spreadMetrics * use.valuesOfDimension) * of('metricMonth'),
    },
    { what: 'Keys and secrets', usd: q.keys * of('keyMonth') + q.secrets * of('secretMonth') },
    { what: 'Traces', usd: q.tracing ? millions * of('traceMillion') * tracedShare : 0 },
    { what: 'AWS Config', usd: q.config ? use.configItemsOfMonth * of('configItem') : 0 },
    { what: 'Security Hub', usd: q.securityHub ? use.hubChecksOfMonth * of('hubCheck') : 0 },
  ];
}

/** X-Ray's own sampling, one request in twenty. */
const tracedShare = 0.05;

function tasks({ services }: Quantities, region: PricedRegion, hours: number): number {
  return services.reduce((sum, { vcpu, gib, tasks: all, spotTasks, hoursOfWeek }) => {
    const hour = vcpu * price('fargateVcpuHour', region) + gib * price('fargateGibHour', region);
    const paid = all - spotTasks + spotTasks * priceList.assumptions.spotShare;
    return sum + paid * hour * hours * (hoursOfWeek / 168);
  }, 0);
}
