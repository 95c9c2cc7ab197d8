// Where spans are sent and how: to X-Ray signed for its region, to a collector as they are; and nothing to send to.
// Next: services/shared/span-exporter.ts.
import { afterEach, expect, it, vi } from 'vitest';
import { createPrincipals } from '../../../services/local/principals.ts';
import { verifySigV4 } from '../../../services/local/sigv4-verifier.ts';
import { correlationOf } from '../../../services/shared/correlation.ts';
import { type Logger } from '../../../services/shared/log.ts';
import { createSpanExporter } from '../../../services/shared/span-exporter.ts';
import { createTracing } from '../../../services/shared/tracing.ts';
import { tracingFrom } from '../../../services/shared/tracing-setup.ts';
import { startTraceCollector, type TraceCollector } from '../../support/trace-collector.ts';

const region = 'eu-central-1';
const principals = createPrincipals({ account: '000000000000', prefix: 'agent-runtime-dev', names: ['orbit'] });
const credentials = () => Promise.resolve({ ...principals.credentialsOf('orbit') });
let collector: TraceCollector;
afterEach(() => collector.close());

function record(to: string, warn: (fields: object, message: string) => void = () => undefined) {
  const endpoint = new URL(collector.url).origin;
  const exporter = createSpanExporter({ to, region, endpoint, credentials, log: { warn: warn as Logger['warn'] } });
  return createTracing({ service: 'orbit', version: '1.2.3', exporter, sampleRatio: 1, followsCaller: false });
}

it('sends to X-Ray by a request that its own signature check accepts, for the service xray', async () => {
  collector = await startTraceCollector();
  const tracing = record('xray');
  tracing.startCall('govern', correlationOf()).end();
  await tracing.stop();
  const [sent] = collector.requests;
  expect(sent?.target).toBe('/v1/traces');
  const check = (service: string) =>
    sent && verifySigV4(sent, { service, region, lookup: principals.lookup, nowMs: Date.now() }).ok;
  expect([check('xray'), check('lambda')]).toEqual([true, false]);
});

it('sends to a collector without signature or credentials', async () => {
  collector = await startTraceCollector();
  const tracing = record(collector.url);
  tracing.startCall('govern', correlationOf()).end();
  await tracing.stop();
  expect(collector.requests[0]?.rawHeaders.filter(([name]) => /authorization|x-amz/i.test(name))).toEqual([]);
  expect(collector.spans.map(({ name, service }) => [name, service])).toEqual([['govern', 'orbit']]);
});

it('keeps 2,048 spans and a batch under way at most, and drops the rest', async () => {
  collector = await startTraceCollector();
  const tracing = record(collector.url);
  const correlation = correlationOf();
  for (let span = 0; span < 5000; span += 1) tracing.startCall('govern', correlation).end();
  await tracing.stop();
  expect(collector.spans).toHaveLength(2048 + 512);
});

it('warns once a minute of an outage, with how many spans it has cost', async () => {
  collector = await startTraceCollector(500);
  const warn = vi.fn<(fields: object, message: string) => void>();
  const tracing = record(collector.url, warn);
  for (let span = 0; span < 1024; span += 1) tracing.startCall('govern', correlationOf()).end();
  await tracing.stop();
  expect(collector.requests).toHaveLength(2);
  expect(warn).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ dropped: 512 }), 'spans could not be sent');
});

it('is nothing where the environment asks for nothing', async () => {
  collector = await startTraceCollector();
  const of = { service: 'orbit', version: '1', followsCaller: false, credentials, log: {} as never };
  expect(tracingFrom({ AWS_REGION: region, TRACES_TO: 'none' }, of)).toBeUndefined();
  expect(tracingFrom({ AWS_REGION: region, TRACES_TO: collector.url }, of)).toBeDefined();
});
