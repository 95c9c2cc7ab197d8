// One trace through caller, Orbit, Governance and Axon, as a collector receives it; and that tracing never holds anything up.
// Next: services/shared/tracing.ts.
import { afterEach, describe, expect, it } from 'vitest';
import { type SocketRuntime, startSocketRuntime } from '../support/socket-runtime.ts';
import { type CollectedSpan, startTraceCollector, type TraceCollector } from '../support/trace-collector.ts';

const traceId = '0af7651916cd43dd8448eb211c80319c';
const callersSpan = 'b7ad6b7169203331';
const server = 2;
const client = 3;
const failed = 2;

const open: { collector?: TraceCollector; runtime?: SocketRuntime } = {};
afterEach(async () => {
  await open.runtime?.stop();
  await open.collector?.close();
  delete open.runtime;
  delete open.collector;
});

describe('one trace', () => {
  it('holds a permitted request: each hop is the child of the one before', async () => {
    const { collected, response } = await traced({ prompt: 'a private matter', maxTokens: 64 });
    expect(response.status).toBe(200);
    const [orbit, govern, act, axon] = ['POST /dispatch', 'govern', 'act', 'POST /reason'].map((name) =>
      only(collected.spans, name),
    );
    expect(collected.spans).toHaveLength(4);
    expect(new Set(collected.spans.map((span) => span.traceId))).toEqual(new Set([traceId]));
    expect([orbit, govern, act, axon].map((span) => [span?.service, span?.kind, span?.parentSpanId])).toEqual([
      ['orbit', server, callersSpan],
      ['orbit', client, orbit?.spanId],
      ['orbit', client, orbit?.spanId],
      ['axon', server, act?.spanId],
    ]);
    expect(response.headers.get('traceparent')).toBe(`00-${traceId}-${orbit?.spanId}-01`);
    expect(orbit?.attributes).toMatchObject({
      'http.route': '/dispatch',
      'http.response.status_code': 200,
      'agent_runtime.tenant': 'default',
      'agent_runtime.reason': 'permitted',
    });
    expect(govern?.attributes['agent_runtime.decisionId']).toBe(orbit?.attributes['agent_runtime.decisionId']);
    expect(axon?.attributes['agent_runtime.decisionId']).toBe(orbit?.attributes['agent_runtime.decisionId']);
    for (const span of collected.spans) expect(span.endTimeUnixNano >= span.startTimeUnixNano).toBe(true);
  });

  it('is named in the audit record of its decision', async () => {
    const { lines } = await traced({ prompt: 'hello', maxTokens: 64 });
    const records = lines.filter((line) => line.includes('"service":"governance"') && line.includes('"allowed":true'));
    expect(records.map((line) => (JSON.parse(line) as { traceId: string }).traceId)).toEqual([traceId]);
  });

  it('ends where a decision is no, and Axon is in none', async () => {
    const { collected, response } = await traced({ prompt: 'hello', maxTokens: 4097 });
    expect(response.status).toBe(403);
    expect(collected.spans.map(({ name }) => name).toSorted()).toEqual(['POST /dispatch', 'govern']);
    expect(only(collected.spans, 'govern').attributes['agent_runtime.reason']).not.toBe('permitted');
  });

  it('carries no prompt, no token and no grant', async () => {
    const { collected, token } = await traced({ prompt: 'a private matter', maxTokens: 64 });
    const sent = collected.bodies.join('\n');
    expect(sent).toContain('agent_runtime.decisionId');
    for (const secret of ['a private matter', token, 'eyJ', 'user:ada', 'AWS4-HMAC-SHA256'])
      expect(sent).not.toContain(secret);
  });

  it('shows which hop failed', async () => {
    const { collected, response } = await traced(
      { prompt: 'hello', maxTokens: 64 },
      { AXON_URL: 'http://127.0.0.1:9' },
    );
    expect(response.status).toBe(502);
    const [orbit, act] = [only(collected.spans, 'POST /dispatch'), only(collected.spans, 'act')];
    expect([orbit.status.code, act.status.code]).toEqual([failed, failed]);
    expect(act.attributes['error.type']).toBe('ServiceError');
  });
});

describe('sampling', () => {
  it('does not follow a caller from outside, and Axon follows Orbit', async () => {
    const { collected, response } = await traced({ prompt: 'hello', maxTokens: 64 }, { TRACES_SAMPLE_RATIO: '0' });
    expect(response.status).toBe(200);
    // The trace goes on by its id all the same.
    expect(response.headers.get('traceparent')).toMatch(new RegExp(`^00-${traceId}-[0-9a-f]{16}-00$`));
    expect(collected.spans).toEqual([]);
  });
});

describe('a collector that fails', () => {
  it('costs nobody an answer, and is one warning', async () => {
    const { response, lines } = await traced({ prompt: 'hello', maxTokens: 64 }, {}, 503);
    expect(response.status).toBe(200);
    const warnings = lines.filter((line) => line.includes('spans could not be sent'));
    expect(warnings.map((line) => (JSON.parse(line) as { service: string }).service).toSorted()).toEqual([
      'axon',
      'orbit',
    ]);
    expect(warnings.join()).toContain('got 503 from 127.0.0.1');
  });
});

/** One request in the caller's trace, and what the collector has once both services have ended. */
async function traced(input: object, orbitEnv: Record<string, string> = {}, collectorStatus = 200) {
  const collected = await startTraceCollector(collectorStatus);
  open.collector = collected;
  const tracing = { TRACES_TO: collected.url, TRACES_SAMPLE_RATIO: '1' };
  const runtime = await startSocketRuntime({
    orbitEnv: { ...tracing, ...orbitEnv },
    // Were its own ratio asked, nothing of Axon's would come.
    axonEnv: { ...tracing, TRACES_SAMPLE_RATIO: '0' },
  });
  open.runtime = runtime;
  const token = await runtime.token('user:ada', 'default');
  const response = await fetch(`${runtime.orbitUrl}/dispatch`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      traceparent: `00-${traceId}-${callersSpan}-01`,
    },
    body: JSON.stringify({ intent: 'call_reasoning', input }),
  });
  await response.text();
  await Promise.all([runtime.processes.orbit.stop(), runtime.processes.axon.stop()]);
  return { collected, response, token, lines: runtime.lines };
}

function only(spans: readonly CollectedSpan[], name: string): CollectedSpan {
  const found = spans.filter((span) => span.name === name);
  expect(found).toHaveLength(1);
  return found[0] as CollectedSpan;
}
