// Runs the checks within the time there is, and tells CodeDeploy how they went, or whoever asks by hand.
// Next: services/smoke/checks.ts, the checks; services/smoke/code-deploy.ts, the report.
import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { type Check } from './checks.ts';
import { type ReportStatus } from './code-deploy.ts';

/** What CodeDeploy sends (https://docs.aws.amazon.com/codedeploy/latest/userguide/tutorial-ecs-deployment-with-hooks.html). */
const HookEvent = z.object({ DeploymentId: z.string().min(1), LifecycleEventHookExecutionId: z.string().min(1) });
/** What an operator or a workflow sends. */
const VerifyEvent = z.strictObject({
  verify: z.literal(true),
  listener: z.enum(['test', 'production']).default('test'),
});

/** Which listeners are checked. */
export type Listener = 'test' | 'production';

/** How one check went. */
export interface CheckResult {
  readonly check: string;
  readonly ok: boolean;
  /** What was got and what was expected; absent when all is well. */
  readonly detail?: string;
  readonly durationMs: number;
}

/** The answer to an invocation with `verify`. */
export interface Verification {
  readonly ok: boolean;
  readonly listener: Listener;
  readonly correlationId: string;
  readonly checks: readonly CheckResult[];
}

/** What the handler acts through. */
export interface SmokeRuntime {
  readonly checksOf: (listener: Listener, correlationId: string) => readonly Check[];
  readonly reportStatus: ReportStatus;
  readonly checkTimeoutMs: number;
  readonly reportReserveMs: number;
  readonly log: (level: 'info' | 'error', message: string, fields: Readonly<Record<string, unknown>>) => void;
}

/** The part of Lambda's context that is used. */
export interface SmokeContext {
  getRemainingTimeInMillis(): number;
}

/**
 * Makes the Lambda handler. For CodeDeploy it always reports, and throws after reporting a failure.
 *
 * @returns the handler; its answer is the table of checks
 */
export function createSmokeHandler(
  runtime: SmokeRuntime,
): (event: unknown, context: SmokeContext) => Promise<Verification> {
  const { reportStatus, log } = runtime;
  return async function smoke(event, context) {
    const hook = HookEvent.safeParse(event);
    if (!hook.success) {
      const asked = VerifyEvent.safeParse(event);
      if (!asked.success)
        throw new Error('got an event that is neither a hook of codedeploy nor {"verify": true}, expected one of them');
      return await runChecks(runtime, asked.data.listener, context);
    }
    let verification: Verification | undefined;
    let fault: unknown;
    try {
      verification = await runChecks(runtime, 'test', context);
    } catch (error) {
      fault = error;
    }
    const status = verification?.ok === true ? 'Succeeded' : 'Failed';
    const { DeploymentId: deploymentId, LifecycleEventHookExecutionId: hookExecutionId } = hook.data;
    await reportStatus({ deploymentId, hookExecutionId, status });
    log(status === 'Succeeded' ? 'info' : 'error', 'reported to codedeploy', { deploymentId, status });
    if (verification?.ok === true) return verification;
    const failed = verification?.checks.filter(({ ok }) => !ok).map(({ check }) => check) ?? [];
    throw new Error(
      failed.length > 0 ? `got failed checks ${failed.join(', ')}, expected none` : 'got no result of the checks',
      { cause: fault },
    );
  };
}

async function runChecks(runtime: SmokeRuntime, listener: Listener, context: SmokeContext): Promise<Verification> {
  const { checksOf, checkTimeoutMs, reportReserveMs, log } = runtime;
  const correlationId = `smoke-${randomUUID()}`;
  const results: CheckResult[] = [];
  for (const { name, run } of checksOf(listener, correlationId)) {
    const startMs = performance.now();
    const leftMs = Math.floor(context.getRemainingTimeInMillis() - reportReserveMs);
    const detail =
      leftMs <= 0 ? 'got no time left, expected some' : await outcome(run, Math.min(leftMs, checkTimeoutMs));
    const durationMs = Math.round(performance.now() - startMs);
    const result = { check: name, ok: detail === undefined, ...(detail === undefined ? {} : { detail }), durationMs };
    results.push(result);
    log(result.ok ? 'info' : 'error', result.ok ? 'check passed' : 'check failed', {
      correlationId,
      listener,
      ...result,
    });
  }
  return { ok: results.length > 0 && results.every(({ ok }) => ok), listener, correlationId, checks: results };
}

/** INVARIANT: it ends when the time is up, whether or not the check heeds its signal; a fault of the check fails it. */
async function outcome(run: Check['run'], timeoutMs: number): Promise<string | undefined> {
  const timeUp = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => {
      timeUp.abort();
      resolve(`got no answer within ${timeoutMs} ms, expected one`);
    }, timeoutMs);
  });
  try {
    return await Promise.race([late, run(timeUp.signal)]);
  } catch (error) {
    return timeUp.signal.aborted ? await late : faultOf(error);
  } finally {
    clearTimeout(timer);
  }
}

function faultOf(error: unknown): string {
  if (!(error instanceof Error)) return `got ${typeof error} thrown, expected an answer`;
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? `got ${code}, expected an answer` : error.message;
}
