// The action that reviews a plan: into the summary of the run, and into the file that becomes the one comment.
// Next: scripts/plan-review.sh.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { freshCopy, runStep } from '../support/workflow-steps.ts';

let folder: string;
beforeAll(async () => {
  folder = await freshCopy();
});
const fixtures = '__tests__/scripts/review/fixtures';

async function review(plan: string, base = '', environment = 'dev') {
  const summary = path.join(temporaryFolder('summary'), 'summary.md');
  const result = await runStep('plan-review > review the plan', {
    folder,
    given: { 'inputs.plan-json': plan, 'inputs.environment': environment, 'inputs.base-json': base },
    env: { GITHUB_STEP_SUMMARY: summary },
  });
  const read = (file: string) => readFileSync(file, 'utf8');
  return { ...result, written: () => [read(summary), read(path.join(folder, `.tmp/plan-review/${environment}.md`))] };
}

it('writes the review into the summary and for the comment', async () => {
  const { status, output, written } = await review(`${fixtures}/replace.json`);
  expect([status, output]).toEqual([0, expect.stringContaining('**Data may be lost: 1 finding.**')]);
  expect(written()).toEqual([output, output]);
});

it('leaves out what the base does', async () => {
  const { output } = await review(`${fixtures}/replace.json`, `${fixtures}/replace.json`);
  expect(output).toContain('nothing to do that the base branch would not do');
});

it('fails without a plan that it can read, and comments nothing', async () => {
  expect(await review('package.json', '', 'none')).toMatchObject({
    status: 1,
    output: expect.stringContaining('format_version'),
  });
  const { written } = await review('package.json', '', 'none');
  expect(written).toThrow('ENOENT');
});
