// Init, plan, apply, destroy and the outputs of one prepared environment, each with its progress on the screen.
// Next: scripts/infra/emulate.ts, which runs them all in the emulated account.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';

import type { PreparedEnvironment } from './environment-copy.ts';
import { countChanges, listChanges, listPriorResources, PlanDocument, type PlannedChange } from './plan-changes.ts';
import { type Output, openProgressScreen } from './progress-screen.ts';
import { addMessage, type FinishedChange, type Progress, startProgress } from './progress.ts';
import { parseTerraformMessage } from './terraform-messages.ts';
import { type Terraform, type TerraformCommand, TerraformError, type TerraformResult } from './terraform.ts';

/** What every run needs: Terraform, and where its progress is shown. */
export interface RunContext {
  readonly terraform: Terraform;
  readonly output: Output;
}

/** A plan: what it would change, the file that `applyEnvironment` takes, and Terraform's own JSON of it. */
export interface EnvironmentPlan {
  readonly changes: readonly PlannedChange[];
  readonly file: string;
  readonly document: PlanDocument;
  /** The JSON as Terraform wrote it, for scanners. */
  readonly json: string;
  readonly warnings: number;
}

/** An apply or a destroy that succeeded. */
export interface ChangeReport {
  readonly finished: readonly FinishedChange[];
  readonly warnings: number;
}

const State = z.object({
  resources: z.array(
    z.object({
      module: z.string().optional(),
      mode: z.string(),
      type: z.string(),
      name: z.string(),
      instances: z.array(z.object({ index_key: z.union([z.string(), z.number()]).optional() })),
    }),
  ),
});
/**
 * What cannot outlast what it is in, which is asked for: the provider waits two minutes for an ECS service that is gone, and
 * fails on the certificate of an authority that is.
 */
const goesWithItsContainer: ReadonlySet<string> = new Set([
  'aws_acmpca_certificate',
  'aws_acmpca_certificate_authority_certificate',
  'aws_ecs_service',
]);
const BareRoot = z.looseObject({
  terraform: z.looseObject({ required_providers: z.unknown().optional() }).default({}),
  provider: z.unknown().optional(),
});
const planTimeoutMs = 300_000;
const changeTimeoutMs = 1_200_000;
const shownErrors = 5;
const stopping =
  'stopping: terraform ends what is in progress and writes its state; once more kills it, and the state may be lost';

/**
 * `terraform init` with the state beside the copy.
 *
 * @throws TerraformError with what Terraform said
 */
export async function initEnvironment(prepared: PreparedEnvironment, { terraform }: RunContext): Promise<void> {
  await terraform.run({ args: ['init', '-input=false', '-no-color'], cwd: prepared.folder });
}

/**
 * Plans the environment against what its account holds now.
 *
 * @param options.refreshOnly - ask the account what is there of the state, propose nothing
 * @throws TerraformError when planning fails
 */
export async function planEnvironment(
  prepared: PreparedEnvironment,
  context: RunContext,
  { title = 'plan', refreshOnly = false }: { title?: string; refreshOnly?: boolean } = {},
): Promise<EnvironmentPlan> {
  const file = path.join(prepared.folder, `${title.replaceAll(/\W+/g, '-')}.tfplan`);
  const { progress, result } = await runShown(title, context, startProgress('plan'), {
    args: [
      'plan',
      '-json',
      '-input=false',
      '-detailed-exitcode',
      `-out=${file}`,
      ...(refreshOnly ? ['-refresh-only'] : []),
    ],
    cwd: prepared.folder,
    timeoutMs: planTimeoutMs,
    // 2 means success with changes.
    expectedCodes: [0, 2],
  });
  const { stdout: json } = await context.terraform.run({ args: ['show', '-json', file], cwd: prepared.folder });
  const document = PlanDocument.parse(JSON.parse(json));
  const changes = listChanges(document);
  // INVARIANT: an empty list of changes means that Terraform itself found none.
  if (!refreshOnly && changes.length > 0 !== (result.code === 2)) {
    throw new Error(
      `got ${changes.length} changes in a plan that exited with ${result.code}, expected 2 with changes, 0 without`,
    );
  }
  return { changes, file, document, json, warnings: progress.diagnostics.length };
}

/**
 * Applies a plan made by `planEnvironment`.
 *
 * @throws TerraformError with the errors of the resources that failed
 */
export async function applyEnvironment(
  prepared: PreparedEnvironment,
  plan: EnvironmentPlan,
  context: RunContext,
): Promise<ChangeReport> {
  const counts = countChanges(plan.changes);
  const planned = counts.create + counts.update + counts.delete;
  return change('apply', prepared, context, ['apply', '-json', '-input=false', plan.file], planned);
}

/**
 * Destroys everything in the environment's state.
 *
 * @throws TerraformError with the errors of the resources that stayed
 */
export async function destroyEnvironment(prepared: PreparedEnvironment, context: RunContext): Promise<ChangeReport> {
  return change('destroy', prepared, context, ['destroy', '-json', '-input=false', '-auto-approve'], null);
}

/** The outputs of the root module by name, sensitive ones too. */
export async function readOutputs(
  prepared: PreparedEnvironment,
  { terraform }: Pick<RunContext, 'terraform'>,
): Promise<Record<string, unknown>> {
  const { stdout } = await terraform.run({ args: ['output', '-json'], cwd: prepared.folder });
  const outputs = z.record(z.string(), z.object({ value: z.unknown() })).parse(JSON.parse(stdout));
  return Object.fromEntries(Object.entries(outputs).map(([name, { value }]) => [name, value]));
}

/**
 * Addresses of the managed resources in the state file; none when nothing was ever applied.
 * Read without Terraform, so that it can be said after an interruption too.
 */
export async function listStateResources(prepared: Pick<PreparedEnvironment, 'stateFile'>): Promise<string[]> {
  const text = await readFile(freshState(prepared), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (text === null) return [];
  return State.parse(JSON.parse(text))
    .resources.filter(({ mode }) => mode === 'managed')
    .flatMap(({ module = '', type, name, instances }) =>
      instances.map(({ index_key: key }) => {
        const address = `${module === '' ? '' : `${module}.`}${type}.${name}`;
        return key === undefined ? address : `${address}[${JSON.stringify(key)}]`;
      }),
    );
}

/**
 * What an account still holds of an earlier state: the provider asks for every resource of it by its id.
 *
 * @param earlierState - a copy of the state file from before the destroy
 * @returns addresses of the resources that are still there
 */
export async function findRemains(
  prepared: PreparedEnvironment,
  earlierState: string,
  context: RunContext,
): Promise<string[]> {
  const folder = await writeBareRoot(prepared, earlierState);
  try {
    const bare = { ...prepared, folder };
    await initEnvironment(bare, context);
    const { document } = await planEnvironment(bare, context, { title: 'look for remains', refreshOnly: true });
    return listPriorResources(document);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * A root with the environment's provider and an earlier state, and nothing else: what no configuration speaks of, the
 * provider still asks for, and no expression stumbles over what is gone.
 */
async function writeBareRoot({ folder }: PreparedEnvironment, earlierState: string): Promise<string> {
  const bare = await mkdtemp(path.join(path.dirname(folder), 'remains-'));
  const { terraform, provider } = BareRoot.parse(JSON.parse(await readFile(path.join(folder, 'main.tf.json'), 'utf8')));
  const root = { terraform: { required_providers: terraform.required_providers, backend: { local: {} } }, provider };
  await writeFile(path.join(bare, 'main.tf.json'), JSON.stringify(root));
  const state = z
    .looseObject({ resources: z.array(z.looseObject({ type: z.string() })) })
    .parse(JSON.parse(await readFile(earlierState, 'utf8')));
  const asked = state.resources.filter(({ type }) => !goesWithItsContainer.has(type));
  await writeFile(path.join(bare, 'terraform.tfstate'), JSON.stringify({ ...state, resources: asked }));
  return bare;
}

/**
 * The state file of a prepared environment.
 *
 * @throws Error when the environment was prepared with its own state, which must not be touched here
 */
export function freshState({ stateFile }: Pick<PreparedEnvironment, 'stateFile'>): string {
  if (stateFile !== null) return stateFile;
  throw new Error('got an environment with its own state, expected a fresh one; prepare it with state: fresh');
}

async function change(
  title: string,
  prepared: PreparedEnvironment,
  context: RunContext,
  args: readonly string[],
  planned: number | null,
): Promise<ChangeReport> {
  const command = { args, cwd: prepared.folder, timeoutMs: changeTimeoutMs };
  const { progress } = await runShown(title, context, startProgress('change', planned), command);
  return { finished: progress.finished, warnings: progress.diagnostics.length };
}

async function runShown(
  title: string,
  { terraform, output }: RunContext,
  start: Progress,
  command: TerraformCommand,
): Promise<{ progress: Progress; result: TerraformResult }> {
  let progress = start;
  const screen = openProgressScreen(title, output);
  screen.update(progress);
  const sayStopping = (): void => screen.note(stopping);
  terraform.interruption?.signal.addEventListener('abort', sayStopping);
  try {
    const result = await terraform.run({
      ...command,
      onLine: (line) => {
        const message = parseTerraformMessage(line);
        if (message === null) return;
        progress = addMessage(progress, message);
        screen.update(progress);
      },
    });
    return { progress, result };
  } catch (error) {
    if (!(error instanceof TerraformError)) throw error;
    if (error.interrupted) throw error;
    throw new TerraformError(error.message + summarize(progress), error.result, false);
  } finally {
    terraform.interruption?.signal.removeEventListener('abort', sayStopping);
    screen.stop();
  }
}

/** In one line, as the screen has shown them in full. */
function summarize({ diagnostics }: Progress): string {
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  const shown = errors
    .slice(0, shownErrors)
    .map(({ summary, address }) => (address === undefined ? summary : `${address}: ${summary}`));
  const more = errors.length > shownErrors ? [`${errors.length - shownErrors} more errors`] : [];
  return errors.length === 0 ? '' : `: ${[...shown, ...more].join('; ')}`;
}
