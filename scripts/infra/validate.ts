// Checks every module and environment by itself: its JSON as synth writes it, `terraform fmt`, init without backend, validate.
// Next: scripts/infra/terraform.ts, which runs it.
import { existsSync } from 'node:fs';
import { cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { formatDiagnostic, type TerraformDiagnostic, ValidationResult } from './terraform-messages.ts';
import { type Terraform, TerraformError } from './terraform.ts';

/** The result of one module or environment. */
export interface RootResult {
  /** `modules/networking`, `environments/dev`. */
  readonly name: string;
  /** Files that are not formatted, each with what is wrong. */
  readonly unformatted: readonly string[];
  readonly errors: readonly string[];
  readonly warnings: readonly string[];
  readonly seconds: number;
}

const groups = ['modules', 'environments'];
const workers = 2;

/**
 * Validates a copy of an infrastructure folder, so that nothing is written into it.
 *
 * @param infra - the folder that holds `modules` and `environments`
 * @param onResult - called for each as it ends
 * @throws Error when there is nothing to validate
 */
export async function validateInfrastructure(
  infra: string,
  terraform: Terraform,
  onResult: (result: RootResult) => void,
): Promise<RootResult[]> {
  const copy = await mkdtemp(path.join(tmpdir(), 'validate-'));
  try {
    await cp(infra, copy, { recursive: true, filter: (file) => path.basename(file) !== '.terraform' });
    const [first, ...others] = await listRoots(copy);
    if (first === undefined) {
      throw new Error(`got no module and no environment in ${infra}, expected some; run npx cdktf synth`);
    }
    const results: RootResult[] = [];
    const check = async (name: string): Promise<void> => {
      const result = await validateRoot(copy, name, terraform);
      results.push(result);
      onResult(result);
    };
    // The first one fills the plugin cache alone, because Terraform does not lock it.
    await check(first);
    const queue = others.values();
    await Promise.all(
      Array.from({ length: workers }, async () => {
        for (const name of queue) await check(name);
      }),
    );
    return results.toSorted((a, b) => a.name.localeCompare(b.name));
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
}

/** The results as a table with one line of sums. */
export function formatResults(results: readonly RootResult[]): string {
  const head = ['', 'format', 'errors', 'warnings', 'seconds'];
  const row = (name: string, counts: readonly number[], seconds: number): string[] => [
    name,
    ...counts.map(String),
    seconds.toFixed(1),
  ];
  const counts = (result: RootResult): number[] => [
    result.unformatted.length,
    result.errors.length,
    result.warnings.length,
  ];
  const sum = (index: number): number => results.reduce((total, result) => total + (counts(result)[index] ?? 0), 0);
  const rows = [
    head,
    ...results.map((result) => row(result.name, counts(result), result.seconds)),
    row(
      `${results.length} validated`,
      [sum(0), sum(1), sum(2)],
      results.reduce((total, { seconds }) => total + seconds, 0),
    ),
  ];
  const widths = head.map((_, column) => Math.max(...rows.map((cells) => cells[column]?.length ?? 0)));
  return rows
    .map((cells) =>
      cells
        .map((cell, column) => pad(cell, widths[column] ?? 0, column))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** True when there is anything to put right. A warning counts: what Terraform warns of today fails tomorrow. */
export function hasFault({ unformatted, errors, warnings }: RootResult): boolean {
  return unformatted.length + errors.length + warnings.length > 0;
}

/**
 * What is wrong with the form of a JSON file: two spaces, one member per line, a newline at the end, as synth writes it.
 * `terraform fmt` does not look at `*.tf.json`.
 *
 * @returns null when it is right
 */
export function checkJsonFormat(text: string): string | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return `got no JSON (${error instanceof Error ? error.message : String(error)}), expected what synth writes`;
  }
  const wanted = `${JSON.stringify(value, null, 2)}\n`;
  if (text === wanted) return null;
  const lines = wanted.split('\n');
  const line = text.split('\n').findIndex((got, index) => got !== lines[index]);
  return `line ${line < 0 ? lines.length : line + 1} differs from JSON with two spaces and a newline at the end; run npx cdktf synth`;
}

async function listRoots(infra: string): Promise<string[]> {
  const found = await Promise.all(
    groups.map(async (group) => {
      const folder = path.join(infra, group);
      const entries = existsSync(folder) ? await readdir(folder, { withFileTypes: true }) : [];
      return entries.filter((entry) => entry.isDirectory()).map((entry) => `${group}/${entry.name}`);
    }),
  );
  return found.flat().toSorted();
}

async function validateRoot(infra: string, name: string, terraform: Terraform): Promise<RootResult> {
  const startedMs = performance.now();
  const cwd = path.join(infra, name);
  const unformatted = [...(await checkJsonFiles(cwd)), ...(await checkHclFiles(cwd, terraform))];
  const diagnostics = await validate(cwd, terraform);
  const texts = (severity: TerraformDiagnostic['severity']): string[] =>
    diagnostics.filter((diagnostic) => diagnostic.severity === severity).map(formatDiagnostic);
  const seconds = (performance.now() - startedMs) / 1000;
  return { name, unformatted, errors: texts('error'), warnings: texts('warning'), seconds };
}

async function validate(cwd: string, terraform: Terraform): Promise<TerraformDiagnostic[]> {
  try {
    await terraform.run({ args: ['init', '-backend=false', '-input=false', '-no-color'], cwd });
  } catch (error) {
    if (!(error instanceof TerraformError) || error.interrupted) throw error;
    return [{ severity: 'error', summary: error.message }];
  }
  const { stdout } = await terraform.run({ args: ['validate', '-json'], cwd, expectedCodes: [0, 1] });
  return ValidationResult.parse(JSON.parse(stdout)).diagnostics;
}

async function checkJsonFiles(folder: string): Promise<string[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.json')).toSorted();
  const checked = await Promise.all(
    names.map(async (name) => ({ name, fault: checkJsonFormat(await readFile(path.join(folder, name), 'utf8')) })),
  );
  return checked.flatMap(({ name, fault }) => (fault === null ? [] : [`${name}: ${fault}`]));
}

async function checkHclFiles(cwd: string, terraform: Terraform): Promise<string[]> {
  const { stdout } = await terraform.run({
    args: ['fmt', '-check', '-list=true'],
    cwd,
    // 3 means that a file is not formatted, 2 that one cannot be read, which validate says better.
    expectedCodes: [0, 2, 3],
  });
  return stdout
    .split('\n')
    .filter((file) => file.trim() !== '')
    .map((file) => `${file}: not formatted; run terraform fmt`);
}

function pad(text: string, width: number, column: number): string {
  return column === 0 ? text.padEnd(width) : text.padStart(width);
}
