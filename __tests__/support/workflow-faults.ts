// Reads a GitHub workflow and says what is unsafe or unbounded in it.
// Next: __tests__/repository/workflow.test.ts, which plants every fault.
import { parse } from 'yaml';
import { z } from 'zod';

const step = z.object({
  uses: z.string().optional(),
  run: z.string().optional(),
  with: z.record(z.string(), z.unknown()).optional(),
});
const workflow = z.object({
  on: z.record(z.string(), z.unknown()),
  permissions: z.unknown().optional(),
  concurrency: z.unknown().optional(),
  jobs: z.record(
    z.string(),
    z.object({ 'timeout-minutes': z.number().optional(), permissions: z.unknown().optional(), steps: z.array(step) }),
  ),
});

/** A job may run this long, in minutes. */
export const maxTimeoutMinutes = 20;
const pinnedAction =
  /^\s*-?\s*uses:\s*(?:[\w.-]+\/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+|\.\/\.github\/(?:actions|workflows)\/[\w.-]+)$/;

/** What is wrong with a workflow file, one sentence each; an empty list means nothing. */
export function findWorkflowFaults(text: string): string[] {
  const { on, permissions, concurrency, jobs } = workflow.parse(parse(text));
  const faults: string[] = [];
  if ('pull_request_target' in on) faults.push('runs foreign code with rights by pull_request_target');
  if (JSON.stringify(permissions) !== '{}') faults.push('permissions of the whole workflow are not exactly {}');
  if (concurrency === undefined) faults.push('sets no concurrency group');
  for (const [name, job] of Object.entries(jobs)) {
    const minutes = job['timeout-minutes'];
    if (minutes === undefined || minutes > maxTimeoutMinutes)
      faults.push(`job ${name} has no timeout within ${maxTimeoutMinutes} minutes`);
    faults.push(...findWidePermissions(name, job.permissions));
    const keepsCredentials = job.steps.some(
      (each) => each.uses?.startsWith('actions/checkout@') === true && each.with?.['persist-credentials'] !== false,
    );
    if (keepsCredentials) faults.push(`job ${name} leaves the token in the checkout`);
  }
  return [...faults, ...findUnpinnedActions(text)];
}

/** The shell commands of every job, in order. */
export function listCommands(text: string): string[] {
  return Object.values(workflow.parse(parse(text)).jobs).flatMap((job) => job.steps.flatMap((each) => each.run ?? []));
}

/** A job says what it needs, scope by scope; only reading the checkout needs no reason. */
function findWidePermissions(job: string, permissions: unknown): string[] {
  const scopes = z.record(z.string(), z.enum(['read', 'write'])).safeParse(permissions);
  if (!scopes.success) return [`job ${job} does not say its permissions scope by scope`];
  return Object.entries(scopes.data)
    .filter(([scope, access]) => scope !== 'contents' || access !== 'read')
    .map(([scope, access]) => `job ${job} widens permissions by ${scope}: ${access}`);
}

/** Reads the text, not the parsed document: the version that a commit stands for is in the comment. */
function findUnpinnedActions(text: string): string[] {
  return text
    .split('\n')
    .filter((line) => /^\s*-?\s*uses:/.test(line) && !pinnedAction.test(line))
    .map((line) => `action is not pinned by commit with its version in a comment: ${line.trim()}`);
}
