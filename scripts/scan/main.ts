// `npm run scan`: every scanner over the repository; `npm run scan -- plan PLAN.json FOLDER`: checkov on a plan.
// Next: scripts/scan/scanners.ts and scripts/scan/scan-plan.ts, which do it.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { scanPlan } from './scan-plan.ts';
import { scanners, scanRepository } from './scanners.ts';

const usage = `usage:
  npm run scan                              hadolint, shellcheck, actionlint, zizmor and gitleaks over the repository
  npm run scan -- plan PLAN.json FOLDER     checkov on a plan (terraform show -json) of the environment in FOLDER
exit code: 0 when nothing is found, 1 when something is, 2 when the call is wrong`;
const write = (text: string): void => void process.stdout.write(`${text}\n`);

const [command, file, environment, ...more] = process.argv.slice(2);
if (command === undefined) process.exitCode = await scanAll();
else if (command === 'plan' && file !== undefined && environment !== undefined && more.length === 0)
  process.exitCode = await scanOnePlan(file, environment);
else {
  process.stderr.write(`${usage}\n`);
  process.exitCode = 2;
}

async function scanAll(): Promise<number> {
  let found = 0;
  for (const scanner of scanners) {
    const { status, output, files } = await scanRepository(scanner);
    if (status !== 0) found += 1;
    write(status === 0 ? `clean   ${scanner.name}: ${files} files` : `FINDS   ${scanner.name}\n${output}`);
  }
  return found === 0 ? 0 : 1;
}

async function scanOnePlan(plan: string, folder: string): Promise<number> {
  const scratch = mkdtempSync(path.join(tmpdir(), 'scan-plan-'));
  try {
    const { passed, resources, failed, skipped, needless } = await scanPlan(
      readFileSync(plan, 'utf8'),
      folder,
      scratch,
    );
    for (const { check, resource, name } of failed) write(`FINDS   ${check} ${resource}: ${name}`);
    for (const reason of needless) write(`FINDS   a reason nobody needs: ${reason}`);
    write(
      `checkov: ${resources} resources, ${passed} passed, ${failed.length} failed, ${skipped.length} excused beside the resource`,
    );
    return failed.length + needless.length === 0 ? 0 : 1;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
