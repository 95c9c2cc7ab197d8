// CI, the README and .ci/run say the same command, on every push, pull request and release.
// Next: .ci/run, the command they share.
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';

import { repositoryRoot } from '../support/repository-files.ts';
import { readWorkflow } from '../support/workflow-document.ts';

const command = 'npm ci && npm test';
const workflowOf = (name: string) => readWorkflow(read(`.github/workflows/${name}.yml`));

describe('continuous integration', () => {
  it('runs .ci/run and nothing else, on every push', () => {
    const { on, jobs } = workflowOf('ci');
    expect(on).toEqual({ push: { branches: ['**'] }, workflow_call: null });
    expect(Object.values(jobs).flatMap(({ steps }) => steps.flatMap(({ run }) => run ?? []))).toEqual(['bash .ci/run']);
  });

  it.each(['pull-request', 'release'])('is part of %s', (name) => {
    const { on, jobs } = workflowOf(name);
    expect(Object.keys(on)).toContain(name === 'release' ? 'push' : 'pull_request');
    expect(jobs['tests']).toMatchObject({ uses: './.github/workflows/ci.yml' });
    expect(jobs['tests']?.if).toBeUndefined();
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

function read(file: string): string {
  return readFileSync(path.join(repositoryRoot, file), 'utf8');
}
