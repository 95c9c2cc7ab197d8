// Adds up the messages of one apply, destroy or plan: how much is done, what is slow now, what went wrong.
// Next: scripts/infra/progress-screen.ts, which shows it.
import type { TerraformDiagnostic, TerraformMessage } from './terraform-messages.ts';

/** One create, update or delete: finished, with the seconds it took. */
export interface FinishedChange {
  readonly address: string;
  readonly action: string;
  readonly seconds: number;
  readonly failed: boolean;
}

/** One create, update, delete or read that has started and not ended. */
export interface RunningChange {
  readonly address: string;
  readonly action: string;
  readonly startedMs: number;
}

/** What Terraform was asked to do. */
export type ProgressKind = 'plan' | 'change';

/** Everything known so far of one run of Terraform. */
export interface Progress {
  /** A plan only reads and proposes; an apply and a destroy change. */
  readonly kind: ProgressKind;
  /** Creates, updates and deletes to come or done; null until Terraform has planned. */
  readonly planned: number | null;
  /** Resources of the state that were read again. */
  readonly refreshed: number;
  readonly running: ReadonlyMap<string, RunningChange>;
  readonly finished: readonly FinishedChange[];
  readonly diagnostics: readonly TerraformDiagnostic[];
}

/**
 * Before the first message.
 *
 * @param planned - known in advance when a saved plan is applied: Terraform does not say it again
 */
export function startProgress(kind: ProgressKind, planned: number | null = null): Progress {
  return { kind, planned, refreshed: 0, running: new Map(), finished: [], diagnostics: [] };
}

/** The progress after one more message; the given one stays as it was. */
export function addMessage(progress: Progress, message: TerraformMessage): Progress {
  switch (message.type) {
    case 'refresh_start':
      return progress;
    case 'refresh_complete':
      return { ...progress, refreshed: progress.refreshed + 1 };
    case 'change_summary': {
      // The summary at the end counts what was done, not what was planned.
      const { add, change, remove, operation } = message.changes;
      return operation === 'plan' ? { ...progress, planned: add + change + remove } : progress;
    }
    case 'diagnostic':
      // Said once or twice for every resource that an interruption stops, beside the error that names the resource.
      if (message.diagnostic.summary === 'execution halted') return progress;
      return { ...progress, diagnostics: [...progress.diagnostics, message.diagnostic] };
    case 'apply_start':
      return { ...progress, running: new Map(progress.running).set(...startedChange(message)) };
    case 'apply_complete':
    case 'apply_errored':
      return endChange(progress, message);
  }
}

/** Creates, updates and deletes that succeeded; reads of data sources are no changes. */
export function countDone(progress: Progress): number {
  return progress.finished.filter((change) => !change.failed).length;
}

/** The changes that took longest, slowest first. */
export function slowestFinished(progress: Progress, count: number): FinishedChange[] {
  return progress.finished.toSorted((a, b) => b.seconds - a.seconds).slice(0, count);
}

/** What is in progress, oldest first. */
export function oldestRunning(progress: Progress): RunningChange[] {
  return [...progress.running.values()].toSorted((a, b) => a.startedMs - b.startedMs);
}

type HookMessage = Extract<TerraformMessage, { hook: unknown }>;

function startedChange(message: HookMessage): [string, RunningChange] {
  const { address, action, key } = identify(message);
  return [key, { address, action, startedMs: Date.parse(message['@timestamp']) }];
}

function endChange(progress: Progress, message: HookMessage): Progress {
  const { address, action, key } = identify(message);
  const started = progress.running.get(key);
  const running = new Map(progress.running);
  running.delete(key);
  if (action === 'read') return { ...progress, running };
  // Terraform rounds its own elapsed time to whole seconds.
  const seconds =
    started === undefined
      ? (message.hook.elapsed_seconds ?? 0)
      : (Date.parse(message['@timestamp']) - started.startedMs) / 1000;
  const change = { address, action, seconds, failed: message.type === 'apply_errored' };
  return { ...progress, running, finished: [...progress.finished, change] };
}

/** A replacement runs a delete and a create of one address, so the action is part of the key. */
function identify({ hook }: HookMessage): { address: string; action: string; key: string } {
  const address = hook.resource.addr;
  const action = hook.action ?? 'change';
  return { address, action, key: `${action} ${address}` };
}
