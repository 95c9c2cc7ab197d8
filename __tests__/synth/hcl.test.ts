// Every module and environment as HCL, for diffs that a reviewer can read; `npx vitest run __tests__/synth -u` accepts new ones.
// Next: stacks/library.ts, the modules; stacks/environment-stack.ts, the environments.
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { App, type TerraformStack } from 'cdktf';
import { describe, expect, test } from 'vitest';
import { EnvironmentStack } from '../../stacks/environment-stack.ts';
import { modules } from '../../stacks/library.ts';
import { shippedEnvironments } from '../support/synthesis.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const app = new App({ stackTraces: false, outdir: temporaryFolder('hcl') });
const snapshots = path.join(import.meta.dirname, 'snapshots');
const stacks: readonly { folder: string; name: string; stack: TerraformStack }[] = [
  ...modules.map((module) => ({ folder: 'modules', name: module.name, stack: module.synthesize(app) })),
  ...shippedEnvironments().map((config) => ({
    folder: 'environments',
    name: config.environment,
    stack: new EnvironmentStack(app, config),
  })),
];

describe('the synthesized HCL', () => {
  test.each(stacks)('of $folder/$name is as reviewed', async ({ folder, name, stack }) => {
    stack.prepareStack();
    await expect(formatted(stack)).toMatchFileSnapshot(path.join(snapshots, folder, `${name}.tf`));
  });

  test.each(['modules', 'environments'])('has a snapshot of each of the %s and no others', (folder) => {
    const expected = stacks.filter((stack) => stack.folder === folder).map(({ name }) => `${name}.tf`);
    expect(readdirSync(path.join(snapshots, folder)).sort()).toEqual(expected.sort());
  });
});

function formatted(stack: TerraformStack): string {
  const { hcl } = stack.toHclTerraform() as { hcl: string };
  const input = hcl.split('\n').map(withEscapedQuotes).join('\n');
  return execFileSync('terraform', ['fmt', '-'], { input, encoding: 'utf8', stdio: ['pipe', 'pipe', 'pipe'] });
}

/** cdktf leaves quotes as they are in text that holds a reference; outside the reference they have to be escaped. */
function withEscapedQuotes(line: string): string {
  const [, start = '', inner = '', end = ''] = /^(\w+ = ")(.*)(")$/s.exec(line) ?? [];
  if (!inner.includes('"')) return line;
  let depth = 0;
  const escaped = inner.split('').map((character, index) => {
    if (character === '{' && inner[index - 1] === '$') depth += 1;
    else if (character === '{' && depth > 0) depth += 1;
    else if (character === '}' && depth > 0) depth -= 1;
    return character === '"' && depth === 0 && inner[index - 1] !== '\\' ? '\\"' : character;
  });
  return `${start}${escaped.join('')}${end}`;
}
