// A plan that is kept, and applied only as it was reviewed: the workflow's own steps, with Terraform on an environment of one resource.
// Next: scripts/infra/reviewed-plan.ts.
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { planOf, publicGroup } from '../support/open-plan.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { freshCopy, runStep, type StepResult } from '../support/workflow-steps.ts';

const certificate = 'arn:aws:acm:eu-central-1:111122223333:certificate/one';
const variables = ['certificate_arn', 'orbit_image_digest', 'axon_image_digest'];
const tiny = {
  terraform: { backend: { local: {} } },
  variable: Object.fromEntries(variables.map((name) => [name, { type: 'string' }])),
  resource: { terraform_data: { release: { input: '${var.orbit_image_digest}' } } },
};

let folder: string;
let programs: string;
const inCopy = (file: string) => path.join(folder, file);
beforeAll(async () => {
  folder = await freshCopy();
  programs = temporaryFolder('programs');
  writeFileSync(path.join(programs, 'aws'), '#!/bin/bash\necho "host/a@sha256:abc v1.4.0"\n');
  chmodSync(path.join(programs, 'aws'), 0o755);
  for (const name of ['tiny', 'other', 'paged']) mkdirSync(inCopy(`infra/environments/${name}`), { recursive: true });
  writeFileSync(inCopy('infra/environments/tiny/main.tf.json'), JSON.stringify(tiny));
  writeFileSync(inCopy('infra/environments/other/main.tf.json'), JSON.stringify(tiny));
  const paged = { ...tiny, variable: { ...tiny.variable, pager_duty_url: { default: null } } };
  writeFileSync(inCopy('infra/environments/paged/main.tf.json'), JSON.stringify(paged));
});
beforeEach(() => {
  rmSync(inCopy('infra/environments/tiny/terraform.tfstate'), { force: true });
  mkdirSync(inCopy('dist'), { recursive: true });
  writeFileSync(inCopy('dist/governance.zip'), 'archive');
});

async function plan(environment = 'tiny'): Promise<StepResult & { sha256: string }> {
  const outputs = path.join(temporaryFolder('outputs'), 'outputs');
  writeFileSync(outputs, '');
  const result = await runStep('infrastructure.yml > plan > plan and seal', {
    folder,
    programs,
    given: { 'inputs.environment': environment, 'vars.CERTIFICATE_ARN': certificate },
    env: { GITHUB_OUTPUT: outputs },
  });
  return { ...result, sha256: /^sha256=(\w+)$/m.exec(readFileSync(outputs, 'utf8'))?.[1] ?? '' };
}

function apply(sha256: string, environment = 'tiny'): Promise<StepResult> {
  return runStep('infrastructure.yml > apply > apply the plan that was reviewed', {
    folder,
    given: { 'inputs.environment': environment, 'needs.plan.outputs.sha256': sha256 },
  });
}

const applied = () => existsSync(inCopy('infra/environments/tiny/terraform.tfstate'));
const manifest = () =>
  JSON.parse(readFileSync(inCopy('dist/reviewed/manifest.json'), 'utf8')) as Record<string, unknown>;
const git = (...args: string[]) => execFileSync('git', args, { cwd: folder, encoding: 'utf8' }).trim();

describe('a plan that was reviewed', () => {
  it('is applied as it is, once', async () => {
    const { status, sha256 } = await plan();
    expect([status, sha256]).toEqual([0, expect.stringMatching(/^[0-9a-f]{64}$/)]);
    expect(manifest()).toMatchObject({ environment: 'tiny', commit: git('rev-parse', 'HEAD') });
    expect(Object.keys(manifest()['files'] as object)).toEqual([
      'reviewed/plan.json',
      'reviewed/plan.tfplan',
      'governance.zip',
    ]);
    expect(await apply(sha256)).toMatchObject({
      status: 0,
      output: expect.stringMatching(/as reviewed\n[^]*Apply complete! Resources: 1 added/),
    });
    // Terraform's own word for a state that is not that of the plan.
    expect(await apply(sha256)).toMatchObject({ status: 1, output: expect.stringContaining('plan is stale') });
  });

  it('is shown in the summary of the run', async () => {
    await plan();
    const summary = path.join(temporaryFolder('summary'), 'summary.md');
    const shown = await runStep('infrastructure.yml > plan > what it would do', {
      folder,
      given: { 'inputs.environment': 'tiny' },
      env: { GITHUB_STEP_SUMMARY: summary },
    });
    expect(shown).toMatchObject({ status: 0 });
    expect(readFileSync(summary, 'utf8')).toMatch(/Plan of `tiny`: 1 to create[^]*terraform_data\.release/);
  });
});

it('checkov: fails a plan that opens a group to everybody, before anyone is asked to approve it', async () => {
  mkdirSync(inCopy('dist/reviewed'), { recursive: true });
  writeFileSync(inCopy('dist/reviewed/plan.json'), JSON.stringify(planOf(publicGroup)));
  const { status, output } = await runStep('infrastructure.yml > plan > checkov', {
    folder,
    given: { 'inputs.environment': 'tiny' },
  });
  expect([status, output]).toEqual([1, expect.stringContaining('CKV_AWS_24 module.bad.aws_security_group.open')]);
});

describe('a plan is not applied', () => {
  it.each<[string, () => void, string]>([
    [
      'whose archive is another',
      () => writeFileSync(inCopy('dist/governance.zip'), 'other'),
      'dist/governance.zip: got',
    ],
    ['beside an archive that nobody saw', () => writeFileSync(inCopy('dist/more.zip'), 'x'), 'dist/more.zip: got'],
    [
      'that was changed',
      () => writeFileSync(inCopy('dist/reviewed/plan.tfplan'), 'x'),
      'dist/reviewed/plan.tfplan: got',
    ],
    [
      'whose JSON was changed',
      () => writeFileSync(inCopy('dist/reviewed/plan.json'), '{}'),
      'dist/reviewed/plan.json: got',
    ],
    [
      'whose manifest was changed with it',
      () => writeFileSync(inCopy('dist/reviewed/manifest.json'), JSON.stringify({ ...manifest(), terraform: '9' })),
      'manifest.json: got SHA-256',
    ],
    [
      'of another commit',
      () =>
        git(
          '-c',
          'user.name=t',
          '-c',
          'user.email=t@example.com',
          '-c',
          'commit.gpgsign=false',
          'commit',
          '-q',
          '--allow-empty',
          '-m',
          'next',
        ),
      'commit: got',
    ],
  ])('%s', async (_, spoil, fault) => {
    const { sha256 } = await plan();
    spoil();
    expect(await apply(sha256)).toMatchObject({ status: 1, output: expect.stringContaining(fault) });
    expect(applied()).toBe(false);
    rmSync(inCopy('dist/more.zip'), { force: true });
  });

  it('in another environment', async () => {
    const { sha256 } = await plan();
    expect(await apply(sha256, 'other')).toMatchObject({
      status: 1,
      output: expect.stringContaining('environment: got other, expected tiny, which was reviewed'),
    });
  });

  it('a day later', async () => {
    await plan();
    const text = `${JSON.stringify({ ...manifest(), madeAt: new Date(Date.now() - 25 * 3_600_000).toISOString() })}\n`;
    writeFileSync(inCopy('dist/reviewed/manifest.json'), text);
    const sha256 = execFileSync('sha256sum', { input: text, encoding: 'utf8' }).slice(0, 64);
    expect(await apply(sha256)).toMatchObject({ status: 1, output: expect.stringContaining('madeAt: got 20') });
    expect(applied()).toBe(false);
  });

  it('without a digest of what was reviewed', async () => {
    await plan();
    expect(await apply('')).toMatchObject({ status: 1, output: expect.stringContaining('got no SHA-256') });
  });
});

describe('nothing is planned', () => {
  it('for an environment that does not exist', async () => {
    expect(await plan('nowhere')).toMatchObject({
      status: 2,
      output: expect.stringContaining('got environment nowhere'),
    });
  });

  it('that would stop paging', async () => {
    expect(await plan('paged')).toMatchObject({ status: 2, output: expect.stringContaining('TF_VAR_pager_duty_url') });
  });
});
