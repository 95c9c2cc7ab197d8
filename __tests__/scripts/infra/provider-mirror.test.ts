// Where providers are looked for, in which order, and what Terraform is told about them.
// Next: scripts/infra/provider-mirror.ts, the code under test.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { findProviderMirror, formatCliConfig } from '../../../scripts/infra/provider-mirror.ts';

const aws = 'registry.terraform.io/hashicorp/aws';
let root: string;
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'mirror-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

describe('finding a provider mirror', () => {
  it.each([
    ['TF_PLUGIN_MIRROR', 'named', 'named'],
    ['TF_PLUGIN_MIRROR with the registry folder', 'named', 'named/registry.terraform.io'],
    ['XDG_DATA_HOME', 'data/terraform/plugins', 'data'],
    ['XDG_DATA_DIRS', 'data', 'absent:data'],
    ['XDG_DATA_DIRS', 'data/providers', 'data'],
    ['HOME', '.terraform.d/plugins', ''],
    ['HOME', '.local/share/terraform/plugins', ''],
  ])('looks at %s: %s', (variable, folder, value) => {
    plant(folder);
    const inRoot = value.split(':').map((part) => path.join(root, part));
    const environment = { [variable.split(' ', 1)[0] ?? '']: inRoot.join(':') };
    expect(findProviderMirror({ environment, parents: [] })).toEqual({
      folder: path.join(root, folder),
      providers: [aws],
    });
  });

  it('looks one level below the parents, in order, and no deeper', () => {
    plant('opt/deep/deeper');
    plant('share/b');
    plant('share/a', 'registry.terraform.io/hashicorp/null');
    const parents = ['absent', 'opt', 'share'].map((folder) => path.join(root, folder));
    expect(findProviderMirror({ environment: {}, parents })).toEqual({
      folder: path.join(root, 'share/a'),
      providers: ['registry.terraform.io/hashicorp/null'],
    });
  });

  it('takes what is named before what lies about, and the user’s before the machine’s', () => {
    for (const folder of ['named', 'home/.terraform.d/plugins', 'opt/tools']) plant(folder);
    const parents = [path.join(root, 'opt')];
    const home = { HOME: path.join(root, 'home') };
    const named = { ...home, TF_PLUGIN_MIRROR: path.join(root, 'named') };
    expect(findProviderMirror({ environment: named, parents })?.folder).toBe(path.join(root, 'named'));
    expect(findProviderMirror({ environment: home, parents })?.folder).toBe(
      path.join(root, 'home/.terraform.d/plugins'),
    );
    expect(findProviderMirror({ environment: {}, parents })?.folder).toBe(path.join(root, 'opt/tools'));
  });

  it('finds none where there is none, and none in empty folders or files', () => {
    mkdirSync(path.join(root, 'opt/tools', aws), { recursive: true });
    writeFileSync(path.join(root, 'opt/file'), '');
    expect(findProviderMirror({ environment: {}, parents: [path.join(root, 'opt')] })).toBeNull();
    expect(findProviderMirror({ environment: { XDG_DATA_DIRS: 'relative:', HOME: '' }, parents: [] })).toBeNull();
  });

  it('refuses a named folder without a provider, rather than downloading in silence', () => {
    plant('opt/tools');
    const environment = { TF_PLUGIN_MIRROR: path.join(root, 'absent') };
    expect(() => findProviderMirror({ environment, parents: [path.join(root, 'opt')] })).toThrow(
      /^got TF_PLUGIN_MIRROR=/,
    );
  });
});

describe('the CLI configuration', () => {
  it('takes what the mirror holds from the mirror alone', () => {
    expect(formatCliConfig({ folder: '/opt/plugins', providers: [aws] })).toBe(
      [
        'disable_checkpoint = true',
        'provider_installation {',
        '  filesystem_mirror {',
        '    path    = "/opt/plugins"',
        `    include = ["${aws}"]`,
        '  }',
        '  direct {',
        `    exclude = ["${aws}"]`,
        '  }',
        '}',
        '',
      ].join('\n'),
    );
  });

  it('writes a path that looks like HCL literally', () => {
    expect(formatCliConfig({ folder: '/opt/a"b${c}%{d}', providers: [aws] })).toContain(
      String.raw`"/opt/a\"b` + '$${c}%%{d}"',
    );
  });
});

function plant(folder: string, provider = aws): void {
  const version = path.join(root, folder, provider, '5.100.0/linux_amd64');
  mkdirSync(version, { recursive: true });
  writeFileSync(path.join(version, 'provider'), '');
}
