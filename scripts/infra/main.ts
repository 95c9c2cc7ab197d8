// `npm run infra:validate`, `npm run infra:plan -- ENV` and `npm run infra:emulate -- [ENV]`: the infrastructure, run by Terraform.
// Next: scripts/infra/validate.ts, scripts/infra/plan.ts and scripts/infra/emulate.ts, the three commands.
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';

import { leftOut } from '../../__tests__/support/emulator/left-out.ts';
import { startEmulator } from '../../__tests__/support/emulator/start.ts';
import { startAppliedAccount } from './account.ts';
import { emulateEnvironment, type EmulationReport, findFaults } from './emulate.ts';
import { completeVariables } from './emulated-release.ts';
import type { RunContext } from './environment-run.ts';
import { synthesizeMeshVariant } from './mesh-variant.ts';
import { formatChanges } from './plan-changes.ts';
import { formatPlan, type PlanOptions, writePlan } from './plan.ts';
import { type Interruption, openTerraform, type Terraform } from './terraform.ts';
import { formatResults, hasFault, type RootResult, validateInfrastructure } from './validate.ts';

const usage = `usage:
  npm run infra:validate                            every module and environment: format, init, validate
  npm run infra:plan -- ENV [--aws]                 plan from nothing in the emulated account; --aws: against the real one
  npm run infra:emulate -- [ENV] [--mesh MODE]      apply, second plan, destroy in the emulated account; ENV is dev by default
  node scripts/infra/main.ts account                an emulated account with dev applied, until its input ends: a line of JSON
options of plan and emulate:
  --mesh MODE         lattice, service-connect or app-mesh: synthesized into a temporary folder, infra/ stays as it is
  --folder PATH       the folder of an environment instead of infra/environments/ENV
  --var NAME=VALUE    a variable of the environment, JSON for anything but a string; can be repeated`;

const root = path.resolve(import.meta.dirname, '../..');
const pluginCache = path.join(root, '.tmp/terraform-plugins');
const write = (text: string): void => void process.stdout.write(`${text}\n`);
const interruption = followInterrupts();

try {
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

async function run(args: readonly string[]): Promise<number> {
  const { positionals, values } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      aws: { type: 'boolean', default: false },
      folder: { type: 'string' },
      mesh: { type: 'string' },
      var: { type: 'string', multiple: true, default: [] },
    },
  });
  const [command, name = 'dev', ...more] = positionals;
  const variables = Object.fromEntries(values.var.map(parseVariable));
  if (command === 'validate' && positionals.length === 1) return validate();
  if (command === 'account' && positionals.length === 1) return serveAccount();
  if ((command !== 'plan' && command !== 'emulate') || more.length > 0 || (command === 'emulate' && values.aws)) {
    process.stderr.write(`${usage}\n`);
    return 2;
  }
  return withEnvironment(name, values, (folder) => {
    if (command === 'emulate') return emulate(folder, variables);
    const jsonFile = path.join(root, '.tmp/plan', `${[name, values.mesh].filter(Boolean).join('-')}.json`);
    return plan({ folder, variables, jsonFile }, values.aws);
  });
}

async function validate(): Promise<number> {
  return withTerraform({}, async (terraform) => {
    const show = (result: RootResult): void => {
      const faults = [...result.unformatted, ...result.errors, ...result.warnings]
        .map((fault) => `\n${fault}`)
        .join('');
      write(`${hasFault(result) ? 'FAILED' : 'valid '} ${result.name}${faults}`);
    };
    const results = await validateInfrastructure(path.join(root, 'infra'), terraform, show);
    write(`\n${formatResults(results)}`);
    return results.some(hasFault) ? 1 : 0;
  });
}

async function plan(target: Pick<PlanOptions, 'folder' | 'variables' | 'jsonFile'>, aws: boolean): Promise<number> {
  const show = async (options: PlanOptions): Promise<number> => {
    const { changes, warnings } = await writePlan(options);
    write(`${formatPlan(changes)}, ${warnings} warnings\nwritten to ${path.relative(process.cwd(), options.jsonFile)}`);
    return 0;
  };
  if (aws)
    return withTerraform({}, (terraform) => show({ terraform, output: process.stdout, ...target, state: 'own' }));
  return withEmulator(target, (context, variables) => show({ ...context, ...target, variables, state: 'fresh' }));
}

/** Progress goes to standard error, the account to standard output; it ends when standard input does. */
async function serveAccount(): Promise<number> {
  const opened: Terraform[] = [];
  try {
    const { account, emulator } = await startAppliedAccount(
      path.join(root, 'infra/environments/dev'),
      async (started) => {
        const terraform = await openTerraform({
          environment: process.env,
          account: started.environment,
          pluginCache,
          interruption,
        });
        opened.push(terraform);
        return { terraform, output: process.stderr };
      },
    );
    try {
      write(JSON.stringify({ account }));
      process.stdin.resume();
      await Promise.race([once(process.stdin, 'end'), once(interruption.signal, 'abort')]);
    } finally {
      await emulator.stop();
    }
    return 0;
  } finally {
    await Promise.all(opened.map((terraform) => terraform.close()));
  }
}

async function emulate(folder: string, given: Readonly<Record<string, unknown>>): Promise<number> {
  return withEmulator({ folder, variables: given }, async (context, variables) => {
    const report = await emulateEnvironment({ ...context, folder, variables, leftOut });
    const faults = findFaults(report);
    write(formatReport(report));
    for (const fault of faults) write(`FAILED ${fault}`);
    return faults.length === 0 ? 0 : 1;
  });
}

function formatReport(report: EmulationReport): string {
  const seconds = (value: number): string => `${value.toFixed(1)} s`.padStart(8);
  const leftOutCount = report.leftOut.reduce((sum, { planned }) => sum + planned, 0);
  return [
    ...(report.drift.length === 0 ? [] : ['', 'the second plan would change:', formatChanges(report.drift)]),
    '',
    ...report.phases.map((phase) => `${seconds(phase.seconds)}  ${phase.name}`),
    'slowest:',
    ...report.slowest.map((change) => `${seconds(change.seconds)}  ${change.action} ${change.address}`),
    ...(report.leftOut.length === 0 ? [] : ['left out, because the emulator cannot hold it:']),
    ...report.leftOut.map(({ type, planned, reason }) => `${String(planned).padStart(8)}  ${type}: ${reason}`),
    `${report.name}: ${report.planned} planned, ${report.applied} applied, ${leftOutCount} left out, ` +
      `${report.drift.length} changed by a second plan, ${report.inState.length + report.remains.length} left after destroy, ` +
      `${report.warnings} warnings`,
  ].join('\n');
}

/** The folder that was asked for: as it is, or synthesized with another mesh and removed at the end. */
async function withEnvironment(
  name: string,
  { folder, mesh }: { folder?: string | undefined; mesh?: string | undefined },
  work: (folder: string) => Promise<number>,
): Promise<number> {
  if (mesh !== undefined) {
    const variant = await synthesizeMeshVariant(name, mesh, (line) => write(`warning: ${line}`));
    try {
      return await work(variant.folder);
    } finally {
      await variant.remove();
    }
  }
  const found = path.resolve(folder ?? path.join(root, 'infra/environments', name));
  if (!existsSync(found)) throw new Error(`got ${found}, expected the folder of an environment; run npx cdktf synth`);
  return work(found);
}

async function withEmulator(
  { folder, variables }: { folder: string; variables: Readonly<Record<string, unknown>> },
  work: (context: RunContext, variables: Readonly<Record<string, unknown>>) => Promise<number>,
): Promise<number> {
  const emulator = await startEmulator();
  try {
    const complete = await completeVariables(folder, variables, emulator);
    return await withTerraform({ account: emulator.environment }, (terraform) =>
      work({ terraform, output: process.stdout }, complete),
    );
  } finally {
    await emulator.stop();
  }
}

async function withTerraform(
  { account }: { account?: Readonly<Record<string, string>> },
  work: (terraform: Terraform) => Promise<number>,
): Promise<number> {
  const base = { environment: process.env, pluginCache, interruption };
  const terraform = await openTerraform(account === undefined ? base : { ...base, account });
  try {
    const source = terraform.mirror === null ? 'its registry' : terraform.mirror.folder;
    write(`terraform ${terraform.version}, providers from ${source}`);
    return await work(terraform);
  } finally {
    await terraform.close();
  }
}

/** The first Ctrl-C lets Terraform end what is in progress and write its state, the second kills it. */
function followInterrupts(): Interruption {
  const soft = new AbortController();
  const hard = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      if (soft.signal.aborted) hard.abort();
      soft.abort();
    });
  }
  return { signal: soft.signal, force: hard.signal };
}

/** `NAME=VALUE`; a value that is JSON but no string is taken as JSON, everything else as it is written. */
function parseVariable(text: string): [string, unknown] {
  const at = text.indexOf('=');
  if (at < 1) throw new Error(`got --var ${text}, expected --var NAME=VALUE`);
  const [name, value] = [text.slice(0, at), text.slice(at + 1)];
  return [name, /^(?:[[{]|(?:true|false|null)$)/.test(value) ? JSON.parse(value) : value];
}
