// Every field that a saved query or a dashboard asks for is one that the programs really log.
// Next: observability/queries.ts.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dashboards } from '../../observability/dashboards/all.ts';
import { queries } from '../../observability/queries.ts';
import { type LogSource } from '../../observability/signals.ts';
import { createLogger } from '../../services/shared/log.ts';
import { createRuntime, type Runtime } from '../support/in-process-runtime.ts';
import { fieldsAsked } from '../support/insights-fields.ts';

/** https://docs.aws.amazon.com/vpc-lattice/latest/ug/monitoring-access-logs.html */
const meshFields = ['callerPrincipal', 'requestMethod', 'requestPath', 'responseCode', 'authDeniedReason'];
const logged: Record<LogSource, Set<string>> = {
  orbit: new Set(),
  axon: new Set(),
  governance: new Set(),
  mesh: new Set(meshFields),
};
let runtime: Runtime;

beforeAll(async () => {
  runtime = await createRuntime({
    logOf: (service) =>
      createLogger({
        service,
        version: 'test',
        level: 'info',
        destination: { write: (line) => note(service, JSON.parse(line)) },
      }),
  });
  // A permit, a deny by rule, a counted call, and a call that Axon refuses.
  for (const body of [
    { intent: 'call_reasoning', input: { prompt: 'ping', maxTokens: 64 } },
    { intent: 'call_reasoning', input: { prompt: 'ping', maxTokens: 5000 } },
    { intent: 'call_reasoning', input: { prompt: 'ping' }, context: { tags: ['burst'] } },
  ])
    await runtime.orbitApp.request('/dispatch', {
      method: 'POST',
      headers: { authorization: 'Bearer t', 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  await runtime.axonApp.request('/reason', { method: 'POST', body: '{}' });
  for (const line of runtime.auditLines) note('governance', JSON.parse(line));
  // As governance/lambda/main.ts prints them.
  for (const { level, message, fields } of runtime.reports) note('governance', { level, message, ...fields });
});
afterAll(() => runtime.close());

const asked = [
  ...queries.map(({ name, sources, query }) => ({ name, sources, query })),
  ...dashboards.flatMap((dashboard) =>
    dashboard.rows
      .flat()
      .flatMap((widget) =>
        widget.kind === 'logs'
          ? [{ name: `${dashboard.name}: ${widget.title}`, sources: widget.sources, query: widget.query }]
          : [],
      ),
  ),
];

test.each(asked.map((one) => [one.name, one] as const))('%s asks for what is logged', (_, { sources, query }) => {
  expect(unknownFields(sources, query)).toEqual([]);
});

test('names are their own', () => {
  expect(new Set(queries.map(({ name }) => name)).size).toBe(queries.length);
});

describe('a planted fault is found', () => {
  test.each([
    ['in a filter', 'filter denied = 0 | stats count(*) as denials by reason', 'denied'],
    ['in a function', 'filter ispresent(refused) | stats count(*) as refusals by refusal', 'refused'],
    ['in an aggregate', 'stats pct(durationMicros, 99) as p99 by bin(1m)', 'durationMicros'],
    ['in a group', 'stats count(*) as calls by customer', 'customer'],
    ['in an order', 'filter allowed = 1 | sort took desc', 'took'],
    ['in what is shown', 'display @timestamp, reasons', 'reasons'],
    ['inside another', 'stats count(*) as calls by policy.version', 'policy.version'],
  ])('%s', (_, query, field) => {
    expect(unknownFields(['orbit', 'axon', 'governance'], query)).toContain(field);
  });

  test('as a field of another program alone', () => {
    expect(unknownFields(['governance'], 'filter ispresent(refusal)')).toEqual(['refusal']);
    expect(unknownFields(['axon'], 'filter ispresent(refusal)')).toEqual([]);
  });

  test.each([
    'select reason',
    'filter reason ==',
    'limit many',
    'stats count(*)',
    'sort reason up',
    'filter (reason = "x"',
  ])('as a command that is none: %s', (query) => {
    expect(() => fieldsAsked(query)).toThrow(/^got /);
  });
});

/** Fields that none of the sources logs. */
function unknownFields(sources: readonly LogSource[], query: string): string[] {
  return fieldsAsked(query).filter((field) => !sources.some((source) => logged[source].has(field)));
}

function note(source: LogSource, value: object, prefix = ''): void {
  for (const [name, inner] of Object.entries(value) as [string, unknown][]) {
    logged[source].add(prefix + name);
    if (typeof inner === 'object' && inner !== null && !Array.isArray(inner)) note(source, inner, `${prefix}${name}.`);
  }
}
