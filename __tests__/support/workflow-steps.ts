// The run steps of workflows and actions, and one of them run as the runner runs it: its script in bash -e, with its environment.
// Next: __tests__/cicd/steps.test.ts, which runs them; __tests__/support/unexecuted-steps.ts, which says why the others are not.
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { readRepositoryFiles, repositoryRoot } from './repository-files.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { readActionSteps, readWorkflow } from './workflow-document.ts';

/** A step with a script. */
export interface RunStep {
  /** `release.yml > build > manifest`, or `setup > packages` for an action. */
  readonly key: string;
  readonly script: string;
  /** Of workflow, job and step together, with expressions as they are written. */
  readonly env: Readonly<Record<string, string>>;
}

/** What a step is run with. */
export interface StepSurroundings {
  readonly folder: string;
  /** What GitHub would fill in: `matrix.environment` → `dev`. */
  readonly given?: Readonly<Record<string, string>>;
  /** What the runner, or a step before it, has put into the environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** A folder of programs that stand before all others on the path. */
  readonly programs?: string;
}

/** What a step came to. */
export interface StepResult {
  readonly status: number;
  readonly output: string;
}

const timeoutMs = 60_000;

/** Every step with a script, of every workflow and action. */
export function listRunSteps(): RunStep[] {
  return readRepositoryFiles(['.github/workflows', '.github/actions']).flatMap(({ path: file, text }) => {
    const name = path.basename(file);
    if (!file.includes('/workflows/'))
      return readActionSteps(text).flatMap((step) => runStepOf(path.basename(path.dirname(file)), step, {}));
    const { env, jobs } = readWorkflow(text);
    return Object.entries(jobs).flatMap(([job, { env: more, steps }]) =>
      steps.flatMap((step) => runStepOf(`${name} > ${job}`, step, { ...env, ...more })),
    );
  });
}

function runStepOf(
  place: string,
  { name, run, env }: { name?: string | undefined; run?: string | undefined; env?: object | undefined },
  outer: object,
): RunStep[] {
  if (run === undefined) return [];
  const merged = Object.fromEntries(Object.entries({ ...outer, ...env }).map(([key, value]) => [key, String(value)]));
  return [{ key: `${place} > ${name ?? run}`, script: run, env: merged }];
}

/**
 * Runs a step's script, as `shell: bash` has it.
 *
 * @see https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idstepsshell
 * @throws Error naming an unknown step, or an expression of its environment that nothing was given for
 */
export async function runStep(key: string, { folder, given, env, programs }: StepSurroundings): Promise<StepResult> {
  const step = listRunSteps().find((each) => each.key === key);
  if (step === undefined) throw new Error(`got no step ${key}, expected one of a workflow; see cicd/README.md`);
  const script = path.join(temporaryFolder('step'), 'script.sh');
  writeFileSync(script, step.script);
  const own = Object.entries(step.env).map(([name, text]) => [name, filledIn(text, given ?? {})]);
  const PATH = [...(programs === undefined ? [] : [programs]), process.env['PATH']].join(':');
  const { AWS_PROFILE: _profile, ...machine } = process.env;
  const surroundings = { ...machine, PATH, CI: 'true', NO_COLOR: '1', ...Object.fromEntries(own), ...env };
  try {
    const { stdout, stderr } = await promisify(execFile)(
      'bash',
      ['--noprofile', '--norc', '-e', '-o', 'pipefail', script],
      { cwd: folder, env: surroundings as NodeJS.ProcessEnv, timeout: timeoutMs, maxBuffer: 64 * 1024 * 1024 },
    );
    return { status: 0, output: stdout + stderr };
  } catch (error) {
    const { code, stdout = '', stderr = '' } = error as { code?: unknown; stdout?: string; stderr?: string };
    if (typeof code !== 'number') throw error;
    return { status: code, output: stdout + stderr };
  }
}

function filledIn(text: string, given: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\$\{\{ (.+?) \}\}/g, (_whole, expression: string) => {
    const value = given[expression];
    if (value === undefined) throw new Error(`got no value of ${expression}, expected one; give it to runStep`);
    return value;
  });
}

/** A checkout of its own, committed, with the packages of this one. */
export async function freshCopy(): Promise<string> {
  const folder = temporaryFolder('checkout');
  for (const { path: file } of readRepositoryFiles()) {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    cpSync(path.join(repositoryRoot, file), path.join(folder, file));
  }
  for (const made of ['node_modules', '.venv']) symlinkSync(path.join(repositoryRoot, made), path.join(folder, made));
  const git = (...args: string[]) => promisify(execFile)('git', args, { cwd: folder });
  await git('init', '--quiet', '--initial-branch=main');
  await git('add', '--all');
  const author = ['-c', 'user.name=test', '-c', 'user.email=test@example.com'];
  await git(...author, '-c', 'commit.gpgsign=false', 'commit', '--quiet', '--message=before');
  return folder;
}
