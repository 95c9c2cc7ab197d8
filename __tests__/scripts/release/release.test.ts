// A release from what was built to a registry: the manifest, the scan, the push; and each thing that must stop it.
// Next: scripts/release/main.ts, run here as the workflow runs it; the registry is crane's own, on loopback.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readCheckedManifest, sha256Of } from '../../../scripts/release/manifest.ts';
import { type ImageRegistry, startImageRegistry } from '../../support/image-registry.ts';
import { stubTrivy, type TrivyFindings } from '../../support/stub-trivy.ts';
import { type LayoutOptions, writeOciLayout } from '../../support/oci-layout.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const main = path.resolve(import.meta.dirname, '../../../scripts/release/main.ts');
const commit = 'a'.repeat(40);
const prefix = 'agent-runtime-dev';

/** What the build leaves, in a folder of its own. */
function built(axon: LayoutOptions = {}, archives: readonly string[] = ['governance', 'rotation']) {
  const folder = temporaryFolder('release');
  const digests = {
    orbit: writeOciLayout(path.join(folder, 'dist/images/orbit'), { content: 'orbit' }),
    axon: writeOciLayout(path.join(folder, 'dist/images/axon'), { content: 'axon', ...axon }),
  };
  writeFileSync(path.join(folder, 'package-lock.json'), '{}');
  for (const name of archives) writeFileSync(path.join(folder, `dist/${name}.zip`), `archive of ${name}`);
  const file = path.join(folder, 'dist/release/release.json');
  const release = (args: readonly string[], PATH = process.env['PATH'] ?? '') => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], {
      cwd: folder,
      encoding: 'utf8',
      env: { ...process.env, PATH, DOCKER_CONFIG: folder },
    });
    return { status, stdout, stderr };
  };
  const manifest = (version = '1.2.3') => release(['manifest', '--version', version, '--commit', commit]);
  return { folder, digests, file, release, manifest };
}

describe('manifest', () => {
  it('names images and archives by content, and its sums cover it', () => {
    const { digests, file, manifest } = built({}, ['governance', 'rotation', 'smoke']);
    expect(manifest()).toMatchObject({ status: 0, stderr: '' });
    const release = readCheckedManifest(file);
    expect(release).toMatchObject({ version: '1.2.3', commit, images: digests });
    expect(Object.keys(release.functions)).toEqual(['governance', 'rotation', 'smoke']);
    const sums = spawnSync('sha256sum', ['--check', 'checksums.txt'], { cwd: path.dirname(file), encoding: 'utf8' });
    expect(sums.stdout).toBe('release.json: OK\ngovernance.zip: OK\nrotation.zip: OK\nsmoke.zip: OK\n');
  });

  it.each<[string, LayoutOptions]>([
    ['an image without bill of materials', { predicates: ['https://slsa.dev/provenance/v1'] }],
    ['an image without provenance', { predicates: ['https://spdx.dev/Document'] }],
    ['an attestation before the image', { attestationFirst: true }],
    ['an image for linux/amd64', { architecture: 'amd64' }],
  ])('refuses %s', (message, options) => {
    const { status, stderr } = built(options).manifest();
    expect([status, stderr]).toEqual([1, expect.stringContaining(message)]);
  });

  it('refuses a layout whose bytes were changed', () => {
    const { folder, digests, manifest } = built();
    const index = path.join(folder, 'dist/images/orbit/blobs/sha256', digests.orbit.slice('sha256:'.length));
    writeFileSync(index, `${readFileSync(index, 'utf8')} `);
    expect(manifest()).toMatchObject({ status: 1, stderr: expect.stringContaining('expected its name') });
  });

  it('refuses a missing archive, a version that is none, and an archive that was changed since', () => {
    expect(built({}, ['governance']).manifest().stderr).toContain('functions.rotation');
    expect(built().manifest('v 1').stderr).toContain('version: expected 1 to 64');
    const { folder, file, manifest } = built();
    manifest();
    writeFileSync(path.join(folder, 'dist/release/governance.zip'), 'another');
    expect(() => readCheckedManifest(file)).toThrow(/got governance.zip with sha256/);
    rmSync(path.join(folder, 'dist/release/governance.zip'));
    expect(() => readCheckedManifest(file)).toThrow(/got no governance.zip/);
  });

  it('says how it is called', () => {
    expect(built().release(['manifest'])).toMatchObject({ status: 2, stderr: expect.stringMatching(/^usage:/) });
  });
});

describe('scan', () => {
  const scanner = (finds: TrivyFindings) => `${stubTrivy(finds)}:${process.env['PATH'] ?? ''}`;

  it('passes clean images, once it has found what it must', () => {
    const { status, stdout } = built().release(['scan'], scanner({ control: true, images: false }));
    expect([status, stdout]).toEqual([
      0,
      'found   the control, lodash 4.17.4\nclean   packages\nclean   orbit\nclean   axon\n',
    ]);
  });

  it('fails when an image has what is fixed elsewhere', () => {
    const { status, stdout } = built().release(['scan'], scanner({ control: true, images: true }));
    expect([status, stdout]).toEqual([1, expect.stringContaining('FINDS   orbit\nCVE-2026-1')]);
  });

  it('fails when a package has what is fixed elsewhere', () => {
    const { status, stdout } = built().release(['scan'], scanner({ control: true, packages: true, images: false }));
    expect([status, stdout]).toEqual([1, expect.stringContaining('FINDS   packages')]);
  });

  it('fails when the scanner finds nothing anywhere', () => {
    const { status, stdout } = built().release(['scan'], scanner({ control: false, images: false }));
    expect([status, stdout]).toEqual([1, expect.stringContaining('FAILED  the control')]);
  });

  it('fails when the scanner breaks, or is not there', () => {
    const broken = built().release(['scan'], scanner({ control: true, images: true, exit: 1 }));
    expect(broken).toMatchObject({ status: 1, stderr: expect.stringContaining('got exit code 1 of trivy image') });
    const missing = built().release(['scan'], temporaryFolder('empty'));
    expect(missing).toMatchObject({ status: 1, stderr: expect.stringContaining('could not be started') });
  });
});

describe('push', () => {
  let server: ImageRegistry;
  beforeAll(async () => {
    server = await startImageRegistry();
  }, 300_000);
  afterAll(() => server.stop());
  const push = ({ release }: ReturnType<typeof built>, to = prefix) =>
    release(['push', '--registry', server.host, '--prefix', to]);

  it('puts both images where the environment looks, digest for digest, and again without a change', () => {
    const made = built();
    made.manifest();
    expect(push(made)).toMatchObject({
      status: 0,
      stdout: `pushed  ${server.host}/${prefix}/orbit@${made.digests.orbit}\npushed  ${server.host}/${prefix}/axon@${made.digests.axon}\n`,
    });
    const seen = spawnSync(server.crane, ['digest', `${server.host}/${prefix}/orbit:1.2.3`], { encoding: 'utf8' });
    expect(seen.stdout.trim()).toBe(made.digests.orbit);
    // Index, image and attestation: what was scanned and attested is what is there.
    const index = spawnSync(server.crane, ['manifest', `${server.host}/${prefix}/orbit@${made.digests.orbit}`]);
    expect(`sha256:${sha256OfText(index.stdout)}`).toBe(made.digests.orbit);
    expect(push(made).stdout).toContain(`there   ${server.host}/${prefix}/axon@${made.digests.axon}`);
  });

  it('refuses a version that is another image already', () => {
    const [first, second] = [built(), built({ content: 'other' })];
    first.manifest();
    second.manifest();
    expect(push(first, 'agent-runtime-taken')).toMatchObject({ status: 0 });
    expect(push(second, 'agent-runtime-taken')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('release under a new version'),
    });
  });

  it('refuses another image than the manifest names, before anything is pushed', () => {
    const made = built();
    made.manifest();
    rmSync(path.join(made.folder, 'dist/images/axon'), { recursive: true });
    writeOciLayout(path.join(made.folder, 'dist/images/axon'), { content: 'swapped' });
    expect(push(made, 'agent-runtime-swapped')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('of release.json'),
    });
    expect(spawnSync(server.crane, ['digest', `${server.host}/agent-runtime-swapped/orbit:1.2.3`]).status).not.toBe(0);
  });

  it('says so when the registry does not answer', () => {
    const made = built();
    made.manifest();
    const { status, stderr } = made.release(['push', '--registry', '127.0.0.1:9', '--prefix', prefix]);
    expect([status, stderr]).toEqual([1, expect.stringContaining('of the push to 127.0.0.1:9')]);
  });
});

function sha256OfText(text: Buffer): string {
  const file = path.join(temporaryFolder('blob'), 'blob');
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
  return sha256Of(file);
}
