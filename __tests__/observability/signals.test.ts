// Every metric that an alarm or a dashboard names leaves the programs, with its dimensions and its unit.
// Next: observability/signals.ts; __tests__/support/embedded-metrics.ts, which reads what leaves as CloudWatch does.
import { Agent } from 'undici';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createHandler } from '../../governance/lambda/handler.ts';
import { createMemoryQuotaStore } from '../../governance/lambda/quota.ts';
import { createMetrics } from '../../observability/emf.ts';
import {
  countedLines,
  emitted,
  namespace,
  type Signal,
  type SignalName,
  signals,
} from '../../observability/signals.ts';
import { createGovernanceClient } from '../../services/orbit/governance-client.ts';
import { createLogger } from '../../services/shared/log.ts';
import { type ArrivedMetric, arrivedMetrics } from '../support/embedded-metrics.ts';
import { countsLine } from '../support/filter-pattern.ts';
import { compileDraft, draft } from '../support/policy-fixtures.ts';
import { createRuntime, functionArn, governedRequest, type Runtime, send } from '../support/in-process-runtime.ts';
import { type SocketRuntime, startSocketRuntime } from '../support/socket-runtime.ts';

const programs = ['governance', 'orbit', 'axon'] as const;
const own = Object.entries<Signal>(signals).filter(([, signal]) => signal.namespace === namespace);

test('every metric of our own is written by one program or counted in its lines, and nothing else is', () => {
  const made = [...programs.flatMap((program) => [...emitted[program]]), ...countedLines.map(({ signal }) => signal)];
  expect(made.toSorted()).toEqual(own.map(([name]) => name).toSorted());
});

/** What arrived, as lines that say all but the values. */
function described(metrics: readonly ArrivedMetric[]): string[] {
  const lines = metrics.map(({ namespace: at, name, unit, dimensions }) =>
    [at, name, unit, Object.keys(dimensions).join() || 'no dimension'].join(' '),
  );
  return [...new Set(lines)].toSorted();
}

function declared(names: readonly SignalName[], prefix: string): string[] {
  return names
    .map((each): Signal => signals[each])
    .map(({ name, unit, by }) => [`${namespace}/${prefix}`, name, unit, by ?? 'no dimension'].join(' '))
    .toSorted();
}

describe('the runtime at work', () => {
  let runtime: SocketRuntime;
  const arrived: Record<string, ArrivedMetric[]> = {};
  beforeAll(async () => {
    runtime = await startSocketRuntime();
    const token = await runtime.token('user:ada', 'default');
    await dispatch(token, 'call_reasoning', 'application/json');
    await dispatch(token, 'call_reasoning', 'text/event-stream');
    await dispatch(token, 'launch_rocket', 'application/json');
    await dispatch(await runtime.token('user:eve', 'nobody-knows'), 'call_reasoning', 'application/json');
    // Without a grant, at Axon's own door.
    expect((await fetch(`${runtime.axonUrl}/reason`)).status).toBe(401);
    await runtime.stop();
    for (const line of runtime.lines) {
      const metrics = arrivedMetrics(line);
      const { service } = metrics.length > 0 ? (JSON.parse(line) as { service: string }) : { service: '' };
      (arrived[service] ??= []).push(...metrics);
    }
  });

  async function dispatch(token: string, intent: string, accept: string): Promise<void> {
    const response = await fetch(`${runtime.orbitUrl}/dispatch`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', accept },
      body: JSON.stringify({ intent, input: { prompt: 'ping', maxTokens: 64 } }),
    });
    await response.text();
  }

  test.each(programs)('%s writes each of its metrics, with its unit and dimension, and no other', (program) => {
    // A second use of a grant needs the grant itself: below.
    const expected = emitted[program].filter((signal) => signal !== 'replays');
    expect(described(arrived[program] ?? [])).toEqual(declared(expected, 'agent-runtime-dev'));
  });

  test('what was done is what the values say', () => {
    const all = Object.values(arrived).flat();
    expect(sum(all, 'Permits')).toBe(2);
    expect(sum(all, 'Denials')).toBe(2);
    expect(sum(all, 'Decisions', { reason: 'permitted' })).toBe(2);
    expect(sum(all, 'Decisions', { reason: 'unknown_tenant' })).toBe(1);
    expect(sum(all, 'TenantDecisions', { tenant: 'default' })).toBe(3);
    expect(sum(all, 'TenantDenials', { tenant: 'default' })).toBe(1);
    expect(sum(all, 'OrbitProblems', { code: 'unknown_tenant' })).toBe(1);
    expect(sum(all, 'AxonProblems', { code: 'grant_missing' })).toBe(1);
    expect(sum(all, 'Refusals')).toBe(1);
    expect(count(all, 'OrbitLatency')).toBe(4);
    expect(count(all, 'GovernLatency')).toBe(4);
    expect(count(all, 'ActLatency')).toBe(2);
    expect(count(all, 'VerifyLatency')).toBe(3);
    expect(count(all, 'ReasonLatency')).toBe(2);
    expect(count(all, 'CertificateAge')).toBe(2);
  });

  test('as many audit records are in the log as decisions were made and measured, which alarms compare', () => {
    const linesOf = (signal: SignalName) => {
      const [pattern = ''] = countedLines.flatMap((line) => (line.signal === signal ? [line.pattern] : []));
      return runtime.lines.filter((line) => line.startsWith('{') && countsLine(pattern, line));
    };
    expect(linesOf('auditRecords')).toHaveLength(4);
    expect(linesOf('measuredDecisions')).toHaveLength(4);
    expect(count(Object.values(arrived).flat(), 'Permits')).toBe(4);
  });

  test('a tenant that nobody knows makes no series: those of a policy do, and the platform, which is `*`', () => {
    const tenants = Object.values(arrived)
      .flat()
      .flatMap(({ dimensions }) => dimensions['tenant'] ?? []);
    expect([...new Set(tenants)].toSorted()).toEqual(['*', 'default']);
  });
});

function sum(metrics: readonly ArrivedMetric[], name: string, dimensions: Record<string, string> = {}): number {
  return valuesOf(metrics, name, dimensions).reduce((total, value) => total + value, 0);
}

function count(metrics: readonly ArrivedMetric[], name: string): number {
  return valuesOf(metrics, name, {}).length;
}

function valuesOf(metrics: readonly ArrivedMetric[], name: string, dimensions: Record<string, string>): number[] {
  const wanted = JSON.stringify(dimensions);
  return metrics.flatMap((each) =>
    each.name === name && JSON.stringify(each.dimensions) === wanted ? each.values : [],
  );
}

describe('what seldom happens', () => {
  let runtime: Runtime;
  const lines: string[] = [];
  const metricsOf = (service: string) =>
    createMetrics({ namespace: `${namespace}/test`, service, write: (line) => void lines.push(line) });
  const axonMetrics = metricsOf('axon');
  beforeAll(async () => {
    runtime = await createRuntime({ metricsOf: (program) => (program === 'axon' ? axonMetrics : metricsOf(program)) });
  });
  afterAll(() => runtime.close());

  async function metricsSince(work: () => Promise<unknown>): Promise<ArrivedMetric[]> {
    const before = lines.length;
    await work();
    axonMetrics.flush();
    return lines.slice(before).flatMap(arrivedMetrics);
  }

  test('a grant used twice is a replay and a refusal', async () => {
    const call = await governedRequest(runtime);
    expect((await send(runtime, call)).status).toBe(200);
    const metrics = await metricsSince(async () => expect((await send(runtime, call)).status).toBe(403));
    expect(sum(metrics, 'Replays')).toBe(1);
    expect(sum(metrics, 'Refusals')).toBe(1);
    expect(sum(metrics, 'AxonProblems', { code: 'replayed' })).toBe(1);
  });

  test('a caller that names another is counted apart', async () => {
    const metrics = await metricsSince(() => runtime.decide({ service: 'axon', intent: 'call_reasoning' }));
    expect(sum(metrics, 'IdentityMismatches')).toBe(1);
    expect(sum(metrics, 'FailedDecisions')).toBe(0);
    expect(valuesOf(metrics, 'TenantDecisions', { tenant: 'default' })).toEqual([]);
  });

  test.each(['policy_unavailable', 'policy_stale', 'policy_signature_invalid'] as const)(
    'a deny for %s is a failed decision',
    async (reason) => {
      const store = { lookup: () => Promise.resolve({ ok: false as const, reason, detail: 'none' }), close: () => {} };
      const metrics = await metricsSince(() => ask(store, () => undefined));
      expect(sum(metrics, 'FailedDecisions')).toBe(1);
      expect(sum(metrics, 'Decisions', { reason })).toBe(1);
    },
  );

  test('a policy that was confirmed a while ago has that age', async () => {
    const policy = compileDraft(draft([]));
    const found = (_: string, nowMs: number) =>
      Promise.resolve({ ok: true, policy, platform: null, confirmedMs: nowMs - 42_000 });
    const metrics = await metricsSince(() => ask({ lookup: found, close: () => {} }, () => undefined));
    expect(valuesOf(metrics, 'PolicyAge', {})).toEqual([42]);
  });

  test('a decision that cannot be recorded is counted in its line, and denied', async () => {
    const reports: string[] = [];
    const append = () => {
      throw new Error('the disk is full');
    };
    const report = (level: string, message: string) => void reports.push(JSON.stringify({ level, message }));
    const store = { lookup: () => Promise.reject(new Error('no')), close: () => {} };
    const metrics = await metricsSince(() => ask(store, append, report));
    expect(counted('governance', reports)).toEqual(['unrecordedDecisions']);
    expect(sum(metrics, 'Decisions', { reason: 'governance_unavailable' })).toBe(1);
  });

  async function ask(
    store: unknown,
    append: (fields: object) => void,
    report: (level: string, message: string) => void = () => {},
  ): Promise<void> {
    const audit = { append, checkpoint: () => Promise.resolve() };
    const metrics = metricsOf('governance');
    const quotas = createMemoryQuotaStore();
    const parts = { store, quotas, grants: runtime.grants, audit, report, metrics } as unknown;
    const handler = createHandler(parts as Parameters<typeof createHandler>[0]);
    await handler({ service: 'orbit', intent: 'call_reasoning' }, { invokedFunctionArn: `${functionArn}:orbit` });
  }
});

test('a question that Governance does not answer is counted', async () => {
  const lines: string[] = [];
  const metrics = createMetrics({ namespace, service: 'orbit', write: (line) => void lines.push(line) });
  const runtime = await createRuntime({
    metricsOf: () => metrics,
    askGovernance: createGovernanceClient({
      functionName: 'f',
      alias: 'orbit',
      region: 'eu-central-1',
      endpoint: 'http://127.0.0.1:1',
      credentials: () => Promise.resolve({ accessKeyId: 'id', secretAccessKey: 'key' }),
      timeoutMs: 500,
      dispatcher: new Agent(),
      log: createLogger({ service: 'orbit', version: 'test', level: 'silent' }),
    }),
  });
  const response = await runtime.orbitApp.request('/dispatch', {
    method: 'POST',
    headers: { authorization: 'Bearer t', 'content-type': 'application/json' },
    body: JSON.stringify({ intent: 'call_reasoning', input: { prompt: 'ping', maxTokens: 64 } }),
  });
  metrics.flush();
  runtime.close();
  expect(response.status).toBe(503);
  const arrived = lines.flatMap(arrivedMetrics);
  expect(sum(arrived, 'UnansweredQuestions')).toBe(1);
  expect(sum(arrived, 'OrbitProblems', { code: 'governance_unavailable' })).toBe(1);
});

describe('lines that are counted', () => {
  test.each(['orbit', 'axon'] as const)('an error of %s is, a warning is not', (service) => {
    const lines: string[] = [];
    const destination = { write: (line: string) => void lines.push(line) };
    const log = createLogger({ service, version: 'test', level: 'info', destination });
    log.warn('something odd');
    expect(counted(service, lines)).toEqual([]);
    log.error('something broke');
    expect(counted(service, lines)).toEqual([`${service}Errors`]);
  });

  test('a refusal of the mesh is, a call that was let through is not', () => {
    const line = (fields: object) => JSON.stringify({ requestMethod: 'POST', requestPath: '/reason', ...fields });
    expect(counted('mesh', [line({ responseCode: 200, authDeniedReason: '-' })])).toEqual([]);
    expect(counted('mesh', [line({ responseCode: 403, authDeniedReason: 'Service' })])).toEqual(['meshRefusals']);
  });
});

/** The signals that count at least one of the lines, as their source. */
function counted(source: string, lines: readonly string[]): SignalName[] {
  return countedLines
    .filter((line) => line.source === source && lines.some((text) => countsLine(line.pattern, text)))
    .map(({ signal }) => signal);
}
