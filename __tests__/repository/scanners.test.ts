// Scanners over the repository find nothing; and each finds what is planted for it, so that it can.
// Next: services/orbit/Dockerfile, .github/workflows/ci.yml and scripts/setup.sh, some of what they scan.
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { installGoTool } from '../support/go-tool.ts';
import { installPythonTool } from '../support/python-tool.ts';
import { readRepositoryFiles, repositoryRoot } from '../support/repository-files.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const goTools = {
  actionlint: 'github.com/rhysd/actionlint/cmd/actionlint@v1.7.12',
  gitleaks: 'github.com/zricethezav/gitleaks/v8@v8.30.1',
} as const;
const programs: Record<string, string> = {};

beforeAll(async () => {
  const python = path.dirname(await installPythonTool('scanners'));
  for (const name of ['hadolint', 'shellcheck', 'zizmor']) programs[name] = path.join(python, name);
  for (const [name, source] of Object.entries(goTools)) programs[name] = await installGoTool(source);
}, 300_000);

const workflow = (step: string, permissions = 'permissions: {}') => `name: planted
on: push
${permissions}
concurrency: { group: planted, cancel-in-progress: true }
jobs:
  planted:
    name: planted
    runs-on: ubuntu-latest
    timeout-minutes: 5
    steps:
      - name: planted
        ${step}
`;

/** Each scanner: its arguments before the files, which files it reads, and a file it must not let pass. */
const scanners = [
  {
    name: 'hadolint',
    args: ['--failure-threshold', 'style'],
    reads: (file: string) => path.basename(file) === 'Dockerfile',
    planted: ['Dockerfile', 'FROM node\nRUN apt-get install curl\n', 'DL3006'],
  },
  {
    name: 'shellcheck',
    args: ['--external-sources', '--severity', 'style'],
    reads: (file: string) => file.endsWith('.sh') || file === '.ci/run',
    planted: ['planted.sh', '#!/bin/bash\nrm -rf $1/*\n', 'SC2086'],
  },
  {
    name: 'actionlint',
    args: [],
    reads: (file: string) => /^\.github\/workflows\/.*\.ya?ml$/.test(file),
    planted: ['planted.yml', workflow('run: echo ${{ github.event.head_commit.message }}'), 'potentially untrusted'],
  },
  {
    name: 'zizmor',
    args: ['--offline', '--persona', 'pedantic', '--no-progress'],
    reads: (file: string) => /^\.github\/.*\.ya?ml$/.test(file),
    planted: [
      '.github/workflows/planted.yml',
      workflow('uses: actions/checkout@v5', 'permissions: write-all'),
      'excessive-permissions',
    ],
  },
] as const;

describe.each(scanners)('$name', ({ name, args, reads, planted: [file, text, finding] }) => {
  const scan = (files: readonly string[], cwd: string) => {
    const { status, stdout, stderr, error } = spawnSync(programs[name] ?? '', [...args, ...files], {
      cwd,
      encoding: 'utf8',
    });
    if (error) throw error;
    return { status, output: stdout + stderr };
  };

  it('finds nothing in the repository', () => {
    const files = readRepositoryFiles()
      .map((found) => found.path)
      .filter(reads);
    expect(files.length).toBeGreaterThan(0);
    const { status, output } = scan(files, repositoryRoot);
    expect([status, status === 0 ? '' : output]).toEqual([0, '']);
  });

  it(`finds ${finding} where it is planted`, () => {
    const folder = temporaryFolder('planted');
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    writeFileSync(path.join(folder, file), text);
    const { status, output } = scan([file], folder);
    expect(status).not.toBe(0);
    expect(output).toContain(finding);
  });
});

describe('gitleaks', () => {
  const scan = (folder: string) =>
    spawnSync(
      programs['gitleaks'] ?? '',
      ['dir', '--no-banner', '--redact', '--verbose', '--config', path.join(repositoryRoot, '.gitleaks.toml'), folder],
      { encoding: 'utf8' },
    );

  it('finds no secret in what is committed', () => {
    const folder = temporaryFolder('committed');
    for (const file of readRepositoryFiles()) {
      const copy = path.join(folder, file.path);
      mkdirSync(path.dirname(copy), { recursive: true });
      writeFileSync(copy, file.text);
    }
    const { status, stdout, stderr } = scan(folder);
    expect([status, status === 0 ? '' : stdout + stderr]).toEqual([0, '']);
  });

  it('finds a key where it is planted', () => {
    const folder = temporaryFolder('planted');
    // In two halves, so that it is in no file of the repository.
    const key = ['AKIA', 'Q3EGRSTUVWXY2ABC'].join('');
    writeFileSync(path.join(folder, 'settings.env'), `AWS_ACCESS_KEY_ID=${key}\n`);
    const { status, stdout } = scan(folder);
    expect(status).toBe(1);
    expect(stdout).toContain('aws-access-token');
  });
});
