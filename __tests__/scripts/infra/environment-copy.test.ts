// The copy of an environment: everything it calls, its own state, values for its variables, without what is left out.
// Next: scripts/infra/environment-copy.ts and scripts/infra/left-out-resources.ts, the code under test.
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';

import {
  type EnvironmentCopyOptions,
  type PreparedEnvironment,
  prepareEnvironment,
} from '../../../scripts/infra/environment-copy.ts';
import { findReferences, leaveOutResources } from '../../../scripts/infra/left-out-resources.ts';
import { fixtureModules, type ModuleJson, writeInfra } from './environment-fixture.ts';

const roots: string[] = [];
const copies: PreparedEnvironment[] = [];
afterEach(async () => {
  await Promise.all(copies.splice(0).map((copy) => copy.remove()));
  for (const root of roots.splice(0)) rmSync(root, { recursive: true, force: true });
});

const group = { type: 'aws_xray_group', reason: 'the emulator answers 404' };

describe('preparing an environment', () => {
  it('copies it with the modules it calls and theirs, each at its place', async () => {
    const { copy } = await prepare();
    expect(readJson(copy.folder, '../../modules/inner/main.tf.json')).toEqual(fixtureModules['modules/inner']);
    expect(readJson(copy.folder, 'main.tf.json')).toEqual(fixtureModules['environments/dev']);
    expect(copy.name).toBe('dev');
  });

  it('gives it a state of its own in place of the remote one, and its values', async () => {
    const { copy } = await prepare();
    expect(readJson(copy.folder, 'backend_override.tf.json')).toEqual({
      terraform: { backend: { local: { path: copy.stateFile } } },
    });
    expect(path.dirname(copy.stateFile ?? '')).toBe(copy.folder);
    expect(readJson(copy.folder, 'given.auto.tfvars.json')).toEqual({ release: 'one' });
  });

  it('leaves the environment’s own backend when asked to', async () => {
    const { copy } = await prepare({ state: 'own' });
    expect(existsSync(path.join(copy.folder, 'backend_override.tf.json'))).toBe(false);
    expect(copy.stateFile).toBeNull();
  });

  it('finds the environment’s own local state beside the original', async () => {
    const terraform = { backend: { local: { path: '../../terraform.dev.tfstate' } } };
    const { copy, root } = await prepare({ state: 'own' }, { 'environments/dev': { terraform } }, {});
    expect(readJson(copy.folder, 'backend_override.tf.json')).toEqual({
      terraform: { backend: { local: { path: path.join(root, 'terraform.dev.tfstate') } } },
    });
  });

  it('carries no state over, and is gone after removal', async () => {
    const root = writeInfra();
    roots.push(root);
    const folder = path.join(root, 'environments/dev');
    for (const name of ['terraform.tfstate', 'terraform.tfstate.backup']) writeFileSync(path.join(folder, name), '{}');
    const copy = await prepareEnvironment({ folder, variables: { release: 'one' } });
    expect(existsSync(path.join(copy.folder, 'terraform.tfstate'))).toBe(false);
    await copy.remove();
    expect(existsSync(copy.folder)).toBe(false);
    expect(existsSync(path.join(folder, 'terraform.tfstate'))).toBe(true);
  });

  it.each([
    ['a value is missing', {}, 'got no value for release, expected one for each'],
    [
      'a value is for nothing',
      { release: 'one', relaese: 'two' },
      'got a value for relaese, expected one of release, size',
    ],
  ])('is refused when %s', async (_, variables, message) => {
    await expect(prepare({}, {}, variables)).rejects.toThrow(message);
  });

  it('is refused when a folder holds no module or one written by hand', async () => {
    const root = writeInfra();
    roots.push(root);
    await expect(prepareEnvironment({ folder: path.join(root, 'environments') })).rejects.toThrow('got no *.tf.json');
    writeFileSync(path.join(root, 'modules/inner/extra.tf'), '');
    await expect(prepareEnvironment({ folder: path.join(root, 'environments/dev') })).rejects.toThrow(
      /extra\.tf, expected JSON/,
    );
  });
});

describe('leaving resources out', () => {
  const withGroup = (more: ModuleJson = {}) => ({
    'modules/inner': {
      ...fixtureModules['modules/inner'],
      ...more,
      resource: { aws_xray_group: { all: { group_name: '${var.name}' } }, aws_xray_group_rule: { one: {} } },
    },
  });

  it('takes them out of the copy and says where they were', async () => {
    const { copy, root } = await prepare({ leftOut: [group, { type: 'aws_absent', reason: 'none' }] }, withGroup());
    expect(copy.leftOut).toEqual([
      { ...group, blocks: ['inner aws_xray_group.all'] },
      { type: 'aws_absent', reason: 'none', blocks: [] },
    ]);
    expect(readJson(copy.folder, '../../modules/inner/main.tf.json')).toMatchObject({
      resource: { aws_xray_group_rule: { one: {} } },
    });
    expect(JSON.stringify(readJson(copy.folder, '../../modules/inner/main.tf.json'))).not.toContain('xray_group"');
    expect(readFileSync(path.join(root, 'modules/inner/main.tf.json'), 'utf8')).toContain('"aws_xray_group"');
  });

  it.each([
    [
      'an output',
      { output: { group: { value: '${aws_xray_group.all.arn}' } } },
      'output.group.value: aws_xray_group.all',
    ],
    [
      'depends_on',
      { module: { x: { source: './x', depends_on: ['aws_xray_group.all'] } } },
      'module.x.depends_on.0: aws_xray_group.all',
    ],
  ])('is refused when %s refers to one', async (_, more, message) => {
    const inner = { 'modules/inner/x': { variable: {} } };
    await expect(prepare({ leftOut: [group] }, { ...withGroup(more), ...inner })).rejects.toThrow(
      `got ${message} in inner`,
    );
  });

  it('removes the block when nothing is left in it', () => {
    const module = { resource: { aws_xray_group: { all: {} } }, output: {} };
    expect(leaveOutResources(module, [group])).toEqual({ kept: { output: {} }, removed: ['aws_xray_group.all'] });
    expect(module.resource).toHaveProperty('aws_xray_group');
  });

  it.each([
    '${aws_xray_group.all_others.arn}',
    '${my.aws_xray_group.all}',
    'aws_xray_group',
    'data.aws_xray_group.all',
  ])('does not take %s for a reference', (text) => {
    expect(findReferences({ value: text }, ['aws_xray_group.all'])).toEqual([]);
  });
});

async function prepare(
  options: Partial<EnvironmentCopyOptions> = {},
  modules: Readonly<Record<string, ModuleJson>> = {},
  variables: Readonly<Record<string, unknown>> = { release: 'one' },
): Promise<{ copy: PreparedEnvironment; root: string }> {
  const root = writeInfra({ ...fixtureModules, ...modules });
  roots.push(root);
  const copy = await prepareEnvironment({ folder: path.join(root, 'environments/dev'), variables, ...options });
  copies.push(copy);
  return { copy, root };
}

function readJson(...parts: string[]): unknown {
  return JSON.parse(readFileSync(path.join(...parts), 'utf8'));
}
