// The life of a small environment under the real Terraform: plan, apply, no change, outputs, drift, destroy, interruption.
// Next: scripts/infra/environment-run.ts and scripts/infra/emulate.ts, the code under test.
import { rmSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { emulateEnvironment, type EmulationReport, findFaults } from '../../../scripts/infra/emulate.ts';
import { type PreparedEnvironment, prepareEnvironment } from '../../../scripts/infra/environment-copy.ts';
import {
  applyEnvironment,
  destroyEnvironment,
  initEnvironment,
  listStateResources,
  planEnvironment,
  readOutputs,
  type RunContext,
} from '../../../scripts/infra/environment-run.ts';
import { openTerraform } from '../../../scripts/infra/terraform.ts';
import { fixtureModules, hasTerraform, type ModuleJson, writeInfra } from './environment-fixture.ts';

const roots: string[] = [];
const written: string[] = [];
const output = { write: (text: string) => written.push(text) };
let context: RunContext;

describe.skipIf(!hasTerraform)('an environment', () => {
  beforeAll(async () => {
    context = { terraform: await openTerraform({ environment: process.env }), output };
  });
  afterAll(() => context.terraform.close());
  afterEach(() => {
    written.length = 0;
    for (const root of roots.splice(0)) rmSync(root, { recursive: true, force: true });
  });

  it('is planned, applied, read, planned without change, and destroyed', async () => {
    const prepared = await prepare();
    const plan = await planEnvironment(prepared, context);
    expect(plan.changes.map(({ address }) => address).toSorted()).toEqual([...addresses, 'output.release']);
    const applied = await applyEnvironment(prepared, plan, context);
    expect(applied.finished.map(({ address, failed }) => `${address} ${failed}`).toSorted()).toEqual(
      addresses.map((address) => `${address} false`),
    );
    expect(written.join('')).toContain('apply: 4 of 4 done');
    expect(await readOutputs(prepared, context)).toEqual({ release: 'one' });
    expect((await listStateResources(prepared)).toSorted()).toEqual(addresses);
    expect((await planEnvironment(prepared, context)).changes).toEqual([]);
    await destroyEnvironment(prepared, context);
    expect(await listStateResources(prepared)).toEqual([]);
    await prepared.remove();
  });

  it('comes to its end in a whole run, with counts that agree', async () => {
    const report = await emulate({});
    expect(report).toMatchObject({
      name: 'dev',
      planned: 4,
      applied: 4,
      drift: [],
      inState: [],
      remains: [],
      warnings: 0,
    });
    expect(report.phases.map(({ name }) => name)).toEqual([
      'plan whole',
      'init',
      'plan',
      'apply',
      'second plan',
      'destroy',
      'look for remains',
    ]);
    expect(findFaults(report)).toEqual([]);
  });

  it('is at fault when a second plan changes something, attribute by attribute', async () => {
    const drifting = { resource: { terraform_data: { clock: { input: '${timestamp()}' } } } };
    const report = await emulate({ 'modules/inner': { ...fixtureModules['modules/inner'], ...drifting } });
    expect(report.drift).toMatchObject([
      {
        address: 'module.outer.module.inner.terraform_data.clock',
        action: 'update',
        attributes: [expect.stringMatching(/^input: ".*Z" -> /), expect.stringMatching(/^output: /)],
      },
    ]);
    expect(findFaults(report)).toEqual([
      'got update of module.outer.module.inner.terraform_data.clock in the second plan, expected no change',
    ]);
  });

  it('says which resource failed and what the account holds then', async () => {
    const failing = {
      resource: { terraform_data: { leaf: { input: 'x', provisioner: { 'local-exec': { command: 'exit 3' } } } } },
    };
    await expect(emulate({ 'modules/inner': { ...fixtureModules['modules/inner'], ...failing } })).rejects.toThrow(
      /^terraform apply exited with 1: module\.outer\.module\.inner\.terraform_data\.leaf: local-exec provisioner error\n4 resources were in the emulated account/,
    );
    expect(written.join('')).toContain('error: local-exec provisioner error');
  });
});

describe('a report', () => {
  const sound: EmulationReport = {
    name: 'dev',
    planned: 7,
    applied: 6,
    leftOut: [{ type: 'aws_xray_group', reason: 'none', planned: 1 }],
    drift: [],
    inState: [],
    remains: [],
    warnings: 0,
    phases: [],
    slowest: [],
  };

  it('is sound when everything planned was applied or left out, and nothing stayed', () => {
    expect(findFaults(sound)).toEqual([]);
  });

  it.each([
    ['nothing was planned', { planned: 0, applied: 0, leftOut: [] }, 'got a plan that creates nothing'],
    ['one was not applied', { applied: 5 }, 'got 5 resources applied, expected 6: 7 planned, 1 left out'],
    ['one stayed in the state', { inState: ['aws_vpc.main'] }, 'got aws_vpc.main in the state after the destroy'],
    ['one stayed in the account', { remains: ['aws_vpc.main'] }, 'got aws_vpc.main in the account after the destroy'],
  ])('is at fault when %s', (_, change, fault) => {
    expect(findFaults({ ...sound, ...change }).join('\n')).toContain(fault);
  });
});

const addresses = [
  'module.outer.module.inner.terraform_data.leaf',
  'module.outer.terraform_data.first',
  'module.outer.terraform_data.many[0]',
  'module.outer.terraform_data.many[1]',
];

function write(modules: Readonly<Record<string, ModuleJson>>): string {
  const root = writeInfra({ ...fixtureModules, ...modules });
  roots.push(root);
  return path.join(root, 'environments/dev');
}

async function prepare(): Promise<PreparedEnvironment> {
  const prepared = await prepareEnvironment({ folder: write({}), variables: { release: 'one' } });
  await initEnvironment(prepared, context);
  return prepared;
}

async function emulate(modules: Readonly<Record<string, ModuleJson>>): Promise<EmulationReport> {
  return emulateEnvironment({ ...context, folder: write(modules), variables: { release: 'one' }, leftOut: [] });
}
