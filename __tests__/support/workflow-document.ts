// Workflows and composite actions as data: their jobs, steps and where each may be run from.
// Next: __tests__/support/workflow-faults.ts, which judges them.
import { parse } from 'yaml';
import { z } from 'zod';

const scalar = z.union([z.string(), z.number(), z.boolean()]);
const Step = z.looseObject({
  name: z.string().optional(),
  uses: z.string().optional(),
  run: z.string().optional(),
  shell: z.string().optional(),
  if: scalar.optional(),
  with: z.record(z.string(), scalar).optional(),
  env: z.record(z.string(), scalar).optional(),
});
const Defaults = z.object({ run: z.object({ shell: z.string() }) });
const Job = z.looseObject({
  uses: z.string().optional(),
  if: z.string().optional(),
  secrets: z.unknown().optional(),
  environment: z.union([z.string(), z.object({ name: z.string() })]).optional(),
  permissions: z.unknown().optional(),
  'timeout-minutes': z.number().optional(),
  defaults: Defaults.optional(),
  strategy: z
    .object({ matrix: z.record(z.string(), z.array(scalar)).optional() })
    .loose()
    .optional(),
  env: z.record(z.string(), scalar).optional(),
  steps: z.array(Step).default([]),
});
const Workflow = z.looseObject({
  on: z.record(z.string(), z.unknown()),
  permissions: z.unknown().optional(),
  concurrency: z.unknown().optional(),
  defaults: Defaults.optional(),
  env: z.record(z.string(), scalar).optional(),
  jobs: z.record(z.string(), Job),
});
const Action = z.looseObject({ runs: z.object({ using: z.literal('composite'), steps: z.array(Step) }) });

/** One step of a job or an action. */
export type WorkflowStep = z.infer<typeof Step>;
/** One job; steps are empty where it calls a workflow. */
export type WorkflowJob = z.infer<typeof Job>;
/** A workflow file. */
export type WorkflowDocument = z.infer<typeof Workflow>;

/** Reads a workflow. @throws ZodError where it is none */
export function readWorkflow(text: string): WorkflowDocument {
  return Workflow.parse(parse(text));
}

/** The steps of a composite action. @throws ZodError where it is none */
export function readActionSteps(text: string): WorkflowStep[] {
  return Action.parse(parse(text)).runs.steps;
}

/**
 * The GitHub environments a job may name, with matrix values and the choices of inputs filled in.
 *
 * @returns none where it names none; an expression that cannot be filled in stays as it is
 */
export function environmentsOf(job: WorkflowJob, { on }: WorkflowDocument): string[] {
  const named = typeof job.environment === 'object' ? job.environment.name : job.environment;
  if (named === undefined) return [];
  const [whole = '', source = '', name = ''] = /\$\{\{ (matrix|inputs)\.([\w-]+) \}\}/.exec(named) ?? [];
  if (whole === '') return [named];
  const values = source === 'matrix' ? job.strategy?.matrix?.[name] : choicesOf(on, name);
  return (values ?? [whole]).map((value) => named.replace(whole, String(value)));
}

function choicesOf(on: WorkflowDocument['on'], name: string): string[] | undefined {
  const dispatch = z
    .object({ inputs: z.record(z.string(), z.looseObject({ options: z.array(z.string()).optional() })) })
    .safeParse(on['workflow_dispatch']);
  return dispatch.data?.inputs[name]?.options;
}
