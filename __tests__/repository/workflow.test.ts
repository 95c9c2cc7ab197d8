// CI, the README and .ci/run say the same command, and the workflow can neither be hijacked nor hang.
// Next: .ci/run, the command they share.
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';

import { readRepositoryFiles, repositoryRoot } from '../support/repository-files.ts';
import { findWorkflowFaults, listCommands } from '../support/workflow-faults.ts';

const command = 'npm ci && npm test';
const workflowText = read('.github/workflows/ci.yml');

describe('continuous integration', () => {
  it('runs .ci/run and nothing else, on every push and pull request', () => {
    expect(workflowText).toMatch(/^on:\n  push:\n  pull_request:\n\n/m);
    expect(listCommands(workflowText)).toEqual(['bash .ci/run']);
  });

  it('runs the command that the README tells a newcomer to run', () => {
    const commands = read('.ci/run')
      .split('\n')
      .filter((line) => /^\s*(?:npm|npx|node)\b/.test(line));
    expect(commands).toEqual([command]);
    expect(read('README.md')).toContain(command);
  });

  it('starts scripts/verify.ts by npm test', () => {
    const manifest = z.object({ scripts: z.record(z.string(), z.string()) }).parse(JSON.parse(read('package.json')));
    expect(manifest.scripts['test']).toBe('node scripts/verify.ts');
  });

  it('stops at the first failing command and can be executed', () => {
    expect(read('.ci/run')).toMatch(/^set -euo pipefail$/m);
    expect(statSync(path.join(repositoryRoot, '.ci/run')).mode & 0o111).not.toBe(0);
  });
});

describe('workflow files', () => {
  it('have no fault', () => {
    const workflows = readRepositoryFiles(['.github/workflows']);
    expect(workflows.map((file) => file.path)).toContain('.github/workflows/ci.yml');
    expect(workflows.flatMap((file) => findWorkflowFaults(file.text).map((fault) => `${file.path}: ${fault}`))).toEqual(
      [],
    );
  });

  it.each([
    ['action is not pinned', /@[0-9a-f]{40} # v\d/, '@v5 # v5'],
    ['action is not pinned', /(@[0-9a-f]{40}) # v[\d.]+/, '$1'],
    ['action is not pinned', /@[0-9a-f]/, '@'],
    ['permissions of the whole', 'permissions: {}', 'permissions: read-all'],
    ['widens permissions by contents: write', 'contents: read', 'contents: write'],
    ['widens permissions by id-token: write', '      contents: read', '      id-token: write\n      contents: read'],
    ['does not say its permissions', /    permissions:\n.*\n/, ''],
    ['does not say its permissions', /    permissions:\n.*\n/, '    permissions: write-all\n'],
    ['has no timeout', /timeout-minutes: \d+/, 'timeout-minutes: 360'],
    ['has no timeout', /.*timeout-minutes.*\n/, ''],
    ['no concurrency', /concurrency:\n(?: .*\n)+/, ''],
    ['pull_request_target', '  push:\n', '  push:\n  pull_request_target:\n'],
    ['leaves the token', 'persist-credentials: false', 'persist-credentials: true'],
  ])('are reported when planted: %s (%s)', (fault, from, to) => {
    const planted = workflowText.replace(from, to);
    expect(planted).not.toBe(workflowText);
    expect(findWorkflowFaults(planted).join('\n')).toContain(fault);
  });
});

function read(file: string): string {
  return readFileSync(path.join(repositoryRoot, file), 'utf8');
}
