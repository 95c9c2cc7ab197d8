// Nothing in the repository belongs to one machine, one registry or one unfinished afternoon.
// Next: __tests__/support/stray-text.ts, the list of what is looked for.
import { describe, expect, it } from 'vitest';

import { formatFindings, readRepositoryFiles } from '../support/repository-files.ts';
import { findStrays, strayTexts } from '../support/stray-text.ts';

// A tilde in each planted text, taken out before use, lets this file pass its own check.
const planted = [
  { name: 'machine path', path: 'services/orbit/main.ts', text: "const folder = '/ho~me/someone/policies';" },
  { name: 'machine path', path: 'README.md', text: 'Run it in /Us~ers/someone/runtime.' },
  { name: 'machine path', path: 'scripts/setup.sh', text: 'cd /wo~rk/main' },
  { name: 'machine path', path: 'scripts/bundle.ts', text: "writeFile('/t~mp/bundle.js')" },
  { name: 'machine path', path: 'docs/setup.md', text: 'cd "C:\\Us~ers\\someone"' },
  { name: 'registry host', path: '.npmrc', text: 'registry=https://registry.~npmjs.org/' },
  { name: 'registry host', path: 'docs/setup.md', text: 'https://artifact~ory.example.com/npm' },
  { name: 'note to oneself', path: 'services/axon/verify.ts', text: '// TO~DO: check the audience' },
  { name: 'note to oneself', path: 'docs/policy.md', text: 'FIX~ME say what a quota is' },
  { name: 'note to oneself', path: 'scripts/setup.sh', text: '# X~XX' },
  { name: 'test switched off', path: '__tests__/a.test.ts', text: "it.on~ly('works', () => {});" },
  { name: 'test switched off', path: '__tests__/a.test.ts', text: "describe.sk~ip('later', () => {});" },
  { name: 'test switched off', path: '__tests__/a.test.ts', text: "it.concurrent.on~ly('works', () => {});" },
  { name: 'test switched off', path: '__tests__/a.test.ts', text: "it.on~ly.each([1])('works', () => {});" },
  { name: 'test switched off', path: '__tests__/a.test.ts', text: "test.to~do('later');" },
  { name: 'test switched off', path: '__tests__/a.test.ts', text: "x~it('later', () => {});" },
  { name: 'recorded host', path: 'package-lock.json', text: '{"resolved": "https://example.com/zod/-/zod-4.6.7.tgz"}' },
  { name: 'recorded host', path: 'package-lock.json', text: '{"resolved": "git+ssh://git@example.com/zod.git"}' },
  { name: 'vague name', path: 'services/shared/utils.ts', text: '' },
  { name: 'vague name', path: 'services/helpers/pad.ts', text: '' },
  { name: 'vague name', path: 'governance/types.ts', text: '' },
  { name: 'vague name', path: 'services/common/pad.js', text: '' },
  { name: 'vague name', path: 'services/orbit/index.ts', text: '' },
].map(({ name, path, text }) => ({ name, path, text: text.replaceAll('~', '') }));

describe('stray text in the repository', () => {
  const files = readRepositoryFiles();

  it('does not exist', () => {
    expect(formatFindings(findStrays(files))).toBe('');
  });

  it('was looked for in sources, scripts, workflows, documents and the lock file', () => {
    expect(files.length).toBeGreaterThan(60);
    const paths = files.map((file) => file.path);
    expect(paths).toEqual(
      expect.arrayContaining([
        'README.md',
        'package-lock.json',
        '.npmrc',
        'scripts/setup.sh',
        '.ci/run',
        '.github/workflows/ci.yml',
      ]),
    );
  });

  it('is planted below at least once for every kind', () => {
    const kinds = [...strayTexts.map((stray) => stray.name), 'vague name'];
    expect([...new Set(planted.map((plant) => plant.name))].toSorted()).toEqual(kinds.toSorted());
  });

  it.each(planted)('is reported when planted: $name in $path ($text)', (plant) => {
    const found = findStrays([{ path: plant.path, text: `first line\n${plant.text}` }]);
    expect(found).toHaveLength(1);
    expect(found[0]?.message).toContain(`${plant.name}: `);
    expect(found[0]?.line).toBe(plant.name === 'vague name' ? 1 : 2);
  });

  it.each([
    { path: 'README.md', text: 'GET https://example.com/work/orders and services/work/main.ts' },
    { path: 'scripts/setup.sh', text: '#!/usr/bin/env bash\necho ok >/dev/null' },
    {
      path: '__tests__/a.test.ts',
      text: "it.skipIf(missing)('reads the vectors', () => {}); it.each([1])('x', () => {});",
    },
    { path: 'package-lock.json', text: '{"resolved": "packages/one", "link": true}' },
    { path: 'services/shared/index-of.ts', text: 'export const typesOf = 1;' },
  ])('is not seen where there is none: $path', (file) => {
    expect(formatFindings(findStrays([file]))).toBe('');
  });
});
