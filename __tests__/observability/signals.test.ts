// What is counted in log lines is really written by the programs: each pattern meets a line that real code made.
// Next: observability/signals.ts.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Agent } from 'undici';
import { countedLines, namespace, type SignalName, signals } from '../../observability/signals.ts';
import { createHandler } from '../../governance/lambda/handler.ts';
import { createMemoryQuotaStore } from '../../governance/lambda/quota.ts';
import { createAxonApp } from '../../services/axon/app.ts';
import { createHeartbeatReasoner } from '../../services/axon/reasoners/heartbeat.ts';
import { createGovernanceClient } from '../../services/orbit/governance-client.ts';
import { createLogger } from '../../services/shared/log.ts';
import { createPseudonymizer } from '../../services/shared/pseudonym.ts';
import { createReadiness } from '../../services/shared/readiness.ts';
import { createLogKey } from '../../services/shared/secret-schemas.ts';
import { countsLine } from '../support/filter-pattern.ts';
import { createRuntime, functionArn, governedRequest, type Runtime } from '../support/in-process-runtime.ts';
import { correlationOf } from '../../services/shared/correlation.ts';

let runtime: Runtime;
beforeAll(async () => {
  runtime = await createRuntime();
});
afterAll(() => runtime.close());

function logged(service: string): { lines: string[]; log: ReturnType<typeof createLogger> } {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  return { lines, log: createLogger({ service, version: 'test', level: 'info', destination }) };
}

/** The signals that count at least one of the lines, as their source. */
function counted(source: string, lines: readonly string[]): SignalName[] {
  return countedLines
    .filter((line) => line.source === source && lines.some((text) => countsLine(line.pattern, text)))
    .map(({ signal }) => signal);
}

async function auditedSince(work: () => Promise<unknown>): Promise<string[]> {
  const before = runtime.auditLines.length;
  await work();
  return runtime.auditLines.slice(before);
}

describe('decisions on record', () => {
  test('a permit is counted as one, and as nothing else', async () => {
    expect(counted('governance', await auditedSince(() => governedRequest(runtime)))).toEqual(['permits']);
  });

  test('a deny by policy is a denial and no failure', async () => {
    const lines = await auditedSince(() => runtime.decide({ service: 'orbit', intent: 'launch_rocket' }));
    expect(counted('governance', lines)).toEqual(['denials']);
  });

  test('a caller that names another is counted apart', async () => {
    const lines = await auditedSince(() => runtime.decide({ service: 'axon', intent: 'call_reasoning' }));
    expect(counted('governance', lines)).toEqual(['denials', 'identityMismatches']);
  });

  test.each(['policy_unavailable', 'policy_stale', 'policy_signature_invalid'] as const)(
    'a deny for %s is a failed decision',
    async (reason) => {
      const lines: string[] = [];
      const store = { lookup: () => Promise.resolve({ ok: false as const, reason, detail: 'none' }), close: () => {} };
      await ask(store, (line) => void lines.push(line));
      expect(counted('governance', lines)).toEqual(['denials', 'failedDecisions']);
    },
  );

  test('a decision that cannot be recorded is', async () => {
    const store = { lookup: () => Promise.reject(new Error('no')), close: () => {} };
    const reports: string[] = [];
    const append = () => {
      throw new Error('the disk is full');
    };
    await ask(store, append, (level, message) => void reports.push(JSON.stringify({ level, message })));
    expect(counted('governance', reports)).toEqual(['unrecordedDecisions']);
  });

  async function ask(
    store: unknown,
    write: (line: string) => void,
    report: (level: string, message: string) => void = () => {},
  ): Promise<void> {
    const audit = {
      append: (fields: object) => write(JSON.stringify({ message: 'decision', ...fields })),
      checkpoint: () => Promise.resolve(),
    };
    const quotas = createMemoryQuotaStore();
    const parts = { store, quotas, grants: runtime.grants, audit, report } as unknown;
    const handler = createHandler(parts as Parameters<typeof createHandler>[0]);
    await handler({ service: 'orbit', intent: 'call_reasoning' }, { invokedFunctionArn: `${functionArn}:orbit` });
  }
});

describe('lines of the services', () => {
  test('a call that Axon refuses is counted, and is no error', async () => {
    const { lines, log } = logged('axon');
    const app = createAxonApp({
      verify: () => Promise.resolve({ ok: false, code: 'grant_missing', detail: 'got none, expected a grant' }),
      reasoner: createHeartbeatReasoner(),
      pseudonymize: createPseudonymizer(createLogKey),
      singleUse: null,
      readiness: createReadiness({}),
      log,
      version: 'test',
      requestTimeoutMs: 1000,
    });
    expect((await app.request('/reason')).status).toBe(401);
    expect(counted('axon', lines)).toEqual(['refusals']);
  });

  test('a question that Governance does not answer is counted', async () => {
    const { lines, log } = logged('orbit');
    const askGovernance = createGovernanceClient({
      functionName: 'f',
      alias: 'orbit',
      region: 'eu-central-1',
      endpoint: 'http://127.0.0.1:1',
      credentials: () => Promise.resolve({ accessKeyId: 'id', secretAccessKey: 'key' }),
      timeoutMs: 500,
      dispatcher: new Agent(),
      log,
    });
    const question = { service: 'orbit', intent: 'x', tenant: 'default', correlationId: 'c', context: {} };
    const answer = await askGovernance(question, {
      signal: AbortSignal.timeout(1000),
      remainingMs: 500,
      correlation: correlationOf(),
    });
    expect(answer.reason).toBe('governance_unavailable');
    expect(counted('orbit', lines)).toEqual(['unansweredQuestions']);
  });

  test.each(['orbit', 'axon'] as const)('an error of %s is counted, a warning is not', (service) => {
    const { lines, log } = logged(service);
    log.warn('something odd');
    expect(counted(service, lines)).toEqual([]);
    log.error('something broke');
    expect(counted(service, lines)).toEqual([`${service}Errors`]);
  });
});

describe('access logs of the mesh', () => {
  const line = (fields: object) => JSON.stringify({ requestMethod: 'POST', requestPath: '/reason', ...fields });

  test('a refusal is counted, a call that was let through is not', () => {
    expect(counted('mesh', [line({ responseCode: 200, authDeniedReason: '-' })])).toEqual([]);
    expect(counted('mesh', [line({ responseCode: 403, authDeniedReason: 'Service' })])).toEqual(['meshRefusals']);
  });
});

test('every metric of our own is counted somewhere, once, and nothing is counted that is no metric', () => {
  const own = Object.entries(signals).filter(([, signal]) => signal.namespace === namespace);
  expect(countedLines.map(({ signal }) => signal).toSorted()).toEqual(own.map(([name]) => name).toSorted());
});
