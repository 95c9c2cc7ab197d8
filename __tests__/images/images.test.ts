// The images: what they hold, that it runs as its container would run it, and what it cannot do there.
// Next: services/orbit/Dockerfile and services/axon/Dockerfile.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Agent, request } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ContainerImage, type LaidOutImage, layOut, readImage } from '../support/container-image.ts';
import { type SocketRuntime, startSocketRuntime } from '../support/socket-runtime.ts';

const root = path.resolve(import.meta.dirname, '../..');
const services = ['orbit', 'axon'] as const;
const dockerfile = (service: string) => readFileSync(path.join(root, 'services', service, 'Dockerfile'), 'utf8');
const imageOf = (service: string) => readImage(dockerfile(service), { VERSION: '1.2.3', REVISION: 'abc123' });

describe.each(services)('the image of %s', (service) => {
  const image = imageOf(service);

  it('holds one file on distroless Node 24, and is nobody', () => {
    expect(image.base).toBe('gcr.io/distroless/nodejs24-debian13:nonroot');
    expect(image.user).toBe('65532:65532');
    expect(image.copied).toEqual({
      flags: ['--from=build', '--chown=0:0', '--chmod=444'],
      from: `/source/dist/${service}/index.mjs`,
      to: './',
    });
    // Nothing runs in the final stage, which has no shell, and nothing is fetched into it.
    expect(
      image.instructions.filter((keyword) => ['RUN', 'ADD', 'SHELL', 'VOLUME', 'ENTRYPOINT'].includes(keyword)),
    ).toEqual([]);
  });

  it('says what it is: version and revision of the build, and the version to the process', () => {
    expect(image.labels).toMatchObject({
      'org.opencontainers.image.title': `agent-runtime ${service}`,
      'org.opencontainers.image.version': '1.2.3',
      'org.opencontainers.image.revision': 'abc123',
      'org.opencontainers.image.base.name': image.base,
    });
    expect(image.env).toEqual({
      HOME: '/app',
      NODE_ENV: 'production',
      [`${service.toUpperCase()}_TLS`]: 'true',
      [`${service.toUpperCase()}_VERSION`]: '1.2.3',
    });
  });

  it('runs on the Node that everything else was tested with', () => {
    const version = (
      JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as { devDependencies: { node: string } }
    ).devDependencies.node;
    expect(dockerfile(service)).toContain(` node:${version}-`);
    expect(image.base).toContain(`nodejs${version.split('.')[0]}-`);
  });

  it('asks for its health as ECS does', () => {
    const [definition] = Object.values(
      (
        JSON.parse(readFileSync(path.join(root, 'infra/modules/ecs-service/main.tf.json'), 'utf8')) as {
          locals: { container: { healthCheck: { command: string[] } } };
        }
      ).locals,
    );
    const words = (command: readonly string[]) =>
      command
        .join(' ')
        .replace('${var.container_protocol}', 'https')
        .replaceAll(/process\.env\.\w+_TLS==='true'\?'node:https':'node:http'/g, "'node:https'")
        .replaceAll(/process\.env\.\w+_PORT\|\|8443/g, '8443');
    expect(words(['CMD', ...image.health])).toBe(words(definition?.healthCheck.command ?? []));
  });
});

describe('a Dockerfile that is wrong', () => {
  it.each([
    ['a second file', (text: string) => text.replace('\nUSER', '\nCOPY --from=build /source/package.json ./\nUSER')],
    ['two files at once', (text: string) => text.replace('index.mjs ./\n', 'index.mjs /source/package.json ./\n')],
    ['no user', (text: string) => text.replace(/\nUSER .*/, '')],
    ['no health check', (text: string) => text.replace(/\nHEALTHCHECK [\s\S]*?\n(?=#)/, '\n')],
  ])('is refused: %s', (_what, broken) => {
    expect(() => readImage(broken(dockerfile('orbit')), { VERSION: '1', REVISION: '1' })).toThrow(
      /^got \d .*, expected one$/,
    );
  });
});

describe('running', () => {
  const images = new Map<string, { image: ContainerImage; laidOut: LaidOutImage }>();
  let runtime: SocketRuntime;
  const get = (service: string) => {
    const found = images.get(service);
    if (!found) throw new Error(`got no image of ${service}`);
    return found;
  };

  beforeAll(async () => {
    for (const service of services) {
      const image = imageOf(service);
      images.set(service, { image, laidOut: layOut(image) });
    }
    const program = (service: string) => {
      const { image, laidOut } = get(service);
      return { entry: laidOut.entry, node: laidOut.node, env: image.env };
    };
    runtime = await startSocketRuntime({ programs: { orbit: program('orbit'), axon: program('axon') } });
  });
  afterAll(() => runtime.stop());

  it('serves a governed request from both images, over TLS', async () => {
    expect([runtime.orbitUrl, runtime.axonUrl].map((url) => new URL(url).protocol)).toEqual(['https:', 'https:']);
    const agent = new Agent({ connect: { rejectUnauthorized: false } });
    const ask = async () =>
      request(`${runtime.orbitUrl}/dispatch`, {
        method: 'POST',
        dispatcher: agent,
        headers: {
          authorization: `Bearer ${await runtime.token('user:ada', 'default')}`,
          'content-type': 'application/json',
        },
        body: JSON.stringify({ intent: 'call_reasoning', input: { prompt: 'what is up?', maxTokens: 64 } }),
      });
    await expect
      .poll(async () => {
        const response = await ask();
        return [response.statusCode, await response.body.json()];
      })
      .toMatchObject([200, { decision: { reason: 'permitted' } }]);
    await agent.close();
  });

  it.each(services)('%s is healthy by its own check, and not when nothing serves', (service) => {
    const { image, laidOut } = get(service);
    const check = (port: string) =>
      spawnSync(path.join(laidOut.folder, image.health[0] ?? ''), image.health.slice(1), {
        env: { ...image.env, [`${service.toUpperCase()}_PORT`]: port },
        timeout: 10_000,
      }).status;
    expect(check(new URL(service === 'orbit' ? runtime.orbitUrl : runtime.axonUrl).port)).toBe(0);
    expect(check('9')).toBe(1);
  });

  it.each([
    ['write beside itself', "require('node:fs').writeFileSync('planted', '')"],
    ['write to the temporary folder', "require('node:fs').mkdtempSync(require('node:os').tmpdir() + '/x')"],
    ['read what is not its own', "require('node:fs').readFileSync('/etc/passwd')"],
    ['start a program', "require('node:child_process').spawnSync('/bin/true')"],
    ['start a thread', "new (require('node:worker_threads').Worker)('', { eval: true })"],
    ['load native code', "process.dlopen({ exports: {} }, 'x.node')"],
  ])('its process cannot %s', (_what, code) => {
    const { node } = get('axon').laidOut;
    const run = (flags: readonly string[]) => {
      const { file, cwd, uid, gid } = node;
      return spawnSync(file, [...flags, '-e', code], {
        cwd,
        ...(uid === undefined ? {} : { uid, gid }),
        encoding: 'utf8',
      }).stderr;
    };
    expect(run(node.flags)).toMatch(/ERR_ACCESS_DENIED|ERR_DLOPEN_DISABLED/);
    expect(run([])).not.toMatch(/ERR_ACCESS_DENIED|ERR_DLOPEN_DISABLED/);
  });

  it('its process makes no code of text', () => {
    const { file, flags, cwd } = get('axon').laidOut.node;
    const script = path.join(cwd, 'index.mjs');
    expect(script).toBe(get('axon').laidOut.entry);
    const run = (given: readonly string[]) =>
      spawnSync(file, [...given, '-p', "new Function('return 6 * 7')()"], { cwd, encoding: 'utf8' });
    expect(run(flags).stderr).toContain('Code generation from strings disallowed');
    expect(run([]).stdout.trim()).toBe('42');
  });

  it('drains and ends with code 0 when it is told to stop', async () => {
    await Promise.all([runtime.processes.orbit.stop(), runtime.processes.axon.stop()]);
    const drained = runtime.lines
      .filter((line) => line.includes('"message":"drained"'))
      .map((line) => (JSON.parse(line) as { service: string }).service);
    expect(drained.toSorted()).toEqual(['axon', 'orbit']);
  });
});
