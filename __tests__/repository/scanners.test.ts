// Scanners over the repository find nothing; and each finds what is planted for it, so that it can.
// Next: services/orbit/Dockerfile, .github/workflows/ci.yml and scripts/setup.sh, some of what they scan.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { installScanner, scan, scanners, scanRepository } from '../../scripts/scan/scanners.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

beforeAll(async () => {
  for (const { name } of scanners) await installScanner(name);
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

/** For each scanner a file it must not let pass, and the name of what it finds there. */
const planted = {
  hadolint: ['Dockerfile', 'FROM node\nRUN apt-get install curl\n', 'DL3006'],
  shellcheck: ['planted.sh', '#!/bin/bash\nrm -rf $1/*\n', 'SC2086'],
  actionlint: ['planted.yml', workflow('run: echo ${{ github.event.head_commit.message }}'), 'potentially untrusted'],
  zizmor: [
    '.github/workflows/planted.yml',
    workflow('uses: actions/checkout@v5', 'permissions: write-all'),
    'excessive-permissions',
  ],
  // In two halves, so that it is in no file of the repository.
  gitleaks: ['settings.env', `AWS_ACCESS_KEY_ID=${['AKIA', 'Q3EGRSTUVWXY2ABC'].join('')}\n`, 'aws-access-token'],
} as const;

describe.each(scanners)('$name', (scanner) => {
  const [file, text, finding] = planted[scanner.name];

  it('finds nothing in the repository', async () => {
    const { status, output, files } = await scanRepository(scanner);
    expect(files).toBeGreaterThan(0);
    expect([status, status === 0 ? '' : output]).toEqual([0, '']);
  });

  it(`finds ${finding} where it is planted`, async () => {
    const folder = temporaryFolder('planted');
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    writeFileSync(path.join(folder, file), text);
    const { status, output } = await scan(scanner, [file], folder);
    expect(status).not.toBe(0);
    expect(output).toContain(finding);
  });

  it('refuses to read nothing', async () => {
    await expect(scan(scanner, [], temporaryFolder('nothing'))).rejects.toThrow(/got no file/);
  });
});
