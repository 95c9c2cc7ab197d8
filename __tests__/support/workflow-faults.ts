// Reads GitHub workflows and actions and says what is unsafe, unbounded or given without need in them.
// Next: __tests__/cicd/workflows.test.ts, which plants every fault.
import { z } from 'zod';
import {
  environmentsOf,
  readActionSteps,
  readWorkflow,
  type WorkflowDocument,
  type WorkflowJob,
  type WorkflowStep,
} from './workflow-document.ts';

/** What a workflow is judged against. */
export interface WorkflowSurroundings {
  /** Variable of the role that is assumed → the GitHub environments its trust names. */
  readonly trusted: Readonly<Record<string, readonly string[]>>;
  /** `./.github/workflows/ci.yml` → its text, for jobs that call one. */
  readonly workflows: Readonly<Record<string, string>>;
}

/** A job may run this long, in minutes: a canary takes its time. */
export const maxTimeoutMinutes = 90;
const pinnedAction =
  /^\s*-?\s*uses:\s*(?:[\w.-]+\/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+|\.\/\.github\/(?:actions|workflows)\/[\w.-]+)$/;
const longLivedKey =
  /aws[_-](?:access[_-]key[_-]id|secret[_-]access[_-]key)|secrets\.(?!GITHUB_TOKEN\b)|secrets: inherit/gi;
const fromHere = 'github.event.pull_request.head.repo.full_name == github.repository';

/** Rights beside the checkout's, and the actions that need each. */
const needs: Readonly<Record<string, readonly RegExp[]>> = {
  'contents: read': [/./],
  'id-token: write': [/^\.\/\.github\/actions\/assume-role$/, /^actions\/attest-build-provenance@/],
  'attestations: write': [/^actions\/attest-build-provenance@/],
  'pull-requests: write': [/^\.\/\.github\/actions\/(?:sticky-comment|plan-review)$/],
  'issues: write': [/^\.\/\.github\/actions\/drift-issue$/],
  'actions: read': [/^actions\/download-artifact@/],
};

/** What is wrong with a workflow file, one sentence each; an empty list means nothing. */
export function findWorkflowFaults(text: string, surroundings: WorkflowSurroundings): string[] {
  const document = readWorkflow(text);
  const { on, permissions, concurrency, jobs } = document;
  const faults: string[] = [];
  for (const trigger of ['pull_request_target', 'workflow_run', 'issue_comment'])
    if (trigger in on) faults.push(`runs foreign code with rights by ${trigger}`);
  if (JSON.stringify(permissions) !== '{}') faults.push('permissions of the whole workflow are not exactly {}');
  if (concurrency === undefined) faults.push('sets no concurrency group');
  for (const [name, job] of Object.entries(jobs)) {
    const found =
      job.uses === undefined ? findJobFaults(job, document, surroundings) : findCallFaults(job, surroundings.workflows);
    faults.push(...found.map((fault) => `job ${name} ${fault}`));
  }
  return [...faults, ...findTextFaults(text)];
}

/** The same for a composite action. */
export function findActionFaults(text: string): string[] {
  return [...readActionSteps(text).flatMap((step) => findStepFaults(step, undefined)), ...findTextFaults(text)];
}

function findJobFaults(job: WorkflowJob, document: WorkflowDocument, { trusted }: WorkflowSurroundings): string[] {
  const minutes = job['timeout-minutes'];
  const shell = job.defaults?.run.shell ?? document.defaults?.run.shell;
  return [
    ...(minutes === undefined || minutes > maxTimeoutMinutes
      ? [`has no timeout within ${maxTimeoutMinutes} minutes`]
      : []),
    ...job.steps.flatMap((step) => findStepFaults(step, shell)),
    ...findPermissionFaults(job),
    ...findRoleFaults(job, document, trusted),
    ...('pull_request' in document.on &&
    JSON.stringify(job.permissions).includes('id-token') &&
    !job.if?.includes(fromHere)
      ? [`signs tokens for pull requests of forks, expected if: ${fromHere}`]
      : []),
  ];
}

function findStepFaults(step: WorkflowStep, shell: string | undefined): string[] {
  const faults: string[] = [];
  if (step.uses?.startsWith('actions/checkout@') === true && step.with?.['persist-credentials'] !== false)
    faults.push('leaves the token in the checkout');
  if (step.run === undefined) return faults;
  if (step.name === undefined) faults.push(`has a step without a name: ${step.run}`);
  if ((step.shell ?? shell) !== 'bash') faults.push('runs a step without shell: bash, which stops at a failing pipe');
  if (step.run.includes('${{')) faults.push('writes an expression into a script, expected it in env');
  return faults;
}

/** Exactly the rights that a job's steps need: none too many, and none missing, which would fail late. */
function findPermissionFaults({ permissions, steps }: WorkflowJob): string[] {
  const scopes = z.record(z.string(), z.enum(['read', 'write'])).safeParse(permissions);
  if (!scopes.success) return ['does not say its permissions scope by scope'];
  const given = Object.entries(scopes.data).map(([scope, access]) => `${scope}: ${access}`);
  const uses = steps.flatMap((step) => step.uses ?? []);
  const isNeeded = (right: string) => (needs[right] ?? []).some((action) => uses.some((used) => action.test(used)));
  return [
    ...given.filter((right) => !isNeeded(right)).map((right) => `is given ${right}, which no step of it needs`),
    ...Object.keys(needs)
      .filter((right) => right.endsWith('write') && isNeeded(right) && !given.includes(right))
      .map((right) => `is not given ${right}, which a step of it needs`),
  ];
}

/** A role trusts one environment by name: a job that names another, or none, is refused by AWS. */
function findRoleFaults(
  job: WorkflowJob,
  document: WorkflowDocument,
  trusted: WorkflowSurroundings['trusted'],
): string[] {
  const environments = environmentsOf(job, document);
  const known = new Set(Object.values(trusted).flat());
  const assumed = job.steps.filter((step) => step.uses === './.github/actions/assume-role');
  return [
    ...environments
      .filter((each) => !known.has(each))
      .map((each) => `names the environment ${each}, which no role trusts`),
    ...assumed.flatMap((step) => {
      const [, role = ''] = /^\$\{\{ vars\.(\w+_ROLE_ARN) \}\}$/.exec(String(step.with?.['role-arn'])) ?? [];
      const trusts = trusted[role];
      if (trusts === undefined) return [`assumes ${String(step.with?.['role-arn'])}, which is no variable of a role`];
      if (environments.length === 0) return [`assumes ${role} without an environment`];
      return environments
        .filter((each) => known.has(each) && !trusts.includes(each))
        .map((each) => `assumes ${role} in the environment ${each}, which that role does not trust`);
    }),
  ];
}

/** A called workflow gets what its jobs ask for, and no secret. */
function findCallFaults(job: WorkflowJob, workflows: WorkflowSurroundings['workflows']): string[] {
  const called = workflows[job.uses ?? ''];
  if (called === undefined) return [`calls ${job.uses}, which is not there`];
  const document = readWorkflow(called);
  const wanted = Object.assign({}, ...Object.values(document.jobs).map(({ permissions }) => permissions)) as object;
  const sorted = (value: unknown) =>
    JSON.stringify(Object.entries(value ?? {}).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  return [
    ...(sorted(job.permissions) === sorted(wanted) ? [] : [`does not give ${job.uses} just what its jobs are given`]),
    ...('workflow_call' in document.on ? [] : [`calls ${job.uses}, which cannot be called`]),
  ];
}

/** Reads the text, not the parsed document: the version that a commit stands for is in the comment. */
function findTextFaults(text: string): string[] {
  return [
    ...text
      .split('\n')
      .filter((line) => /^\s*-?\s*uses:/.test(line) && !pinnedAction.test(line))
      .map((line) => `action is not pinned by commit with its version in a comment: ${line.trim()}`),
    ...Array.from(text.matchAll(longLivedKey), ([found]) => `holds a long-lived key or another secret: ${found}`),
  ];
}
