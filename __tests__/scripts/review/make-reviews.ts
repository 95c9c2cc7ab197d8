// `npm run review:examples -- [NAME]`: applies dev to the emulated account, plans each of five changes of it against that, and
// keeps the plan, without what stays as it is, in dev/; then writes all reviews anew into docs/plan-review.md.
// Next: __tests__/scripts/review/dev-changes.ts, the changes.
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';

import { completeVariables } from '../../../scripts/infra/emulated-release.ts';
import { prepareEnvironment } from '../../../scripts/infra/environment-copy.ts';
import {
  applyEnvironment,
  freshState,
  initEnvironment,
  planEnvironment,
  type RunContext,
} from '../../../scripts/infra/environment-run.ts';
import { openTerraform } from '../../../scripts/infra/terraform.ts';
import { readPlan } from '../../../scripts/review/read-plan.ts';
import { renderReview } from '../../../scripts/review/render.ts';
import { reviewPlan } from '../../../scripts/review/review-plan.ts';
import { dev } from '../../../stacks/config/dev.ts';
import { loadEnvironments } from '../../../stacks/config/load.ts';
import { modules } from '../../../stacks/library.ts';
import { synthesize } from '../../../stacks/synthesize.ts';
import { leftOut } from '../../support/emulator/left-out.ts';
import { startEmulator } from '../../support/emulator/start.ts';
import { type DevChange, devChanges, type ModuleDocument } from './dev-changes.ts';
import { devPlans, renderReviewPage, reviewPage } from './review-page.ts';
import { trimPlan, trimUnchanged } from './trim-plan.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const wanted = process.argv.slice(2);
const emulator = await startEmulator();
try {
  const terraform = await openTerraform({ environment: process.env, account: emulator.environment });
  try {
    await makeReviews({ terraform, output: process.stdout });
  } finally {
    await terraform.close();
  }
} finally {
  await emulator.stop();
}

async function makeReviews(context: RunContext): Promise<void> {
  const folder = path.join(root, 'infra/environments/dev');
  const variables = await completeVariables(folder, {}, emulator);
  const base = await prepareEnvironment({ folder, variables, leftOut });
  try {
    await initEnvironment(base, context);
    await applyEnvironment(base, await planEnvironment(base, context), context);
    for (const change of devChanges.filter(({ name }) => wanted.length === 0 || wanted.includes(name))) {
      const json = await planChange(change, variables, freshState(base), context);
      keepPlan(change.name, json);
    }
    writeFileSync(reviewPage, renderReviewPage(readFileSync(reviewPage, 'utf8')));
  } finally {
    await base.remove();
  }
}

async function planChange(
  change: DevChange,
  variables: Readonly<Record<string, unknown>>,
  state: string,
  context: RunContext,
): Promise<string> {
  const infra = synthesizeChange(change);
  try {
    const folder = path.join(infra, 'environments/dev');
    const prepared = await prepareEnvironment({ folder, variables, leftOut });
    try {
      await initEnvironment(prepared, context);
      // After init, which takes a state that is there before it for one to move elsewhere.
      copyFileSync(state, freshState(prepared));
      return (await planEnvironment(prepared, context, { title: change.name })).json;
    } finally {
      await prepared.remove();
    }
  } finally {
    rmSync(path.dirname(infra), { recursive: true, force: true });
  }
}

/** The changed environment beside its modules, in a temporary folder. */
function synthesizeChange({ configure = (input) => input, edit }: DevChange): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'review-'));
  const infra = path.join(folder, 'infra');
  synthesize({
    environments: loadEnvironments({ dev: configure(dev) }),
    modules,
    infra,
    outdir: path.join(folder, 'cdktf.out'),
  });
  if (edit !== undefined) {
    const file = path.join(infra, edit.file);
    const document = JSON.parse(readFileSync(file, 'utf8')) as ModuleDocument;
    writeFileSync(file, JSON.stringify(edit.change(document), null, 2));
  }
  cpSync(path.join(root, 'infra/README.md'), path.join(infra, 'README.md'));
  return infra;
}

/** Without what the emulated account answers otherwise than it was told, which is nobody's drift. */
function keepPlan(name: string, text: string): void {
  const { resource_drift: _drift, ...plan } = trimPlan(JSON.parse(text));
  const review = (found: unknown) => renderReview(reviewPlan(readPlan(JSON.stringify(found), name), null), 'dev');
  const trimmed = trimUnchanged(plan);
  const [whole, kept] = [plan, trimmed].map((each) => review(each).split('\n'));
  const line = whole?.findIndex((each, index) => each !== kept?.[index]) ?? -1;
  if (line !== -1)
    throw new Error(`${name}: got ${kept?.[line]} once trimmed, expected ${whole?.[line]}; keep what it reads`);
  mkdirSync(devPlans, { recursive: true });
  writeFileSync(path.join(devPlans, `${name}.json.gz`), gzipSync(JSON.stringify(trimmed), { level: 9 }));
  process.stdout.write(`${name}\n`);
}
