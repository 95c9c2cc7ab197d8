// Every script of a workflow, run as the runner runs it, in a checkout of its own: that it passes what it should, and fails what it must.
// Next: __tests__/support/workflow-steps.ts, which runs one.
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { readCheckedManifest } from '../../scripts/release/manifest.ts';
import { deployEnvironment, writeRelease } from '../support/deploy-command.ts';
import { names } from '../../stacks/naming.ts';
import { startCodeDeployServer } from '../support/code-deploy-server.ts';
import { startDynamoAccount } from '../support/dynamo-account.ts';
import { type ImageRegistry, startImageRegistry } from '../support/image-registry.ts';
import { writeOciLayout } from '../support/oci-layout.ts';
import { planOf, publicGroup } from '../support/open-plan.ts';
import { readRepositoryFiles } from '../support/repository-files.ts';
import { stubTrivy } from '../support/stub-trivy.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { unexecutedSteps } from '../support/unexecuted-steps.ts';
import { freshCopy, listRunSteps, type RunStep, runStep } from '../support/workflow-steps.ts';

let folder: string;
beforeAll(async () => {
  folder = await freshCopy();
});
const inCopy = (file: string) => path.join(folder, file);
const read = (file: string) => readFileSync(inCopy(file), 'utf8');
/** Changes a file of the copy for one test. */
const undo: (() => void)[] = [];
const change = (file: string, text: string) => {
  const before = existsSync(inCopy(file)) ? read(file) : null;
  undo.push(() => (before === null ? rmSync(inCopy(file)) : writeFileSync(inCopy(file), before)));
  writeFileSync(inCopy(file), text);
};
afterEach(() => {
  for (const back of undo.splice(0)) back();
});
/** A program of that name before all others: a bash script. */
const program = (name: string, script: string) => {
  const programs = temporaryFolder('programs');
  writeFileSync(path.join(programs, name), `#!/bin/bash\n${script}\n`);
  chmodSync(path.join(programs, name), 0o755);
  return programs;
};

describe('the steps', () => {
  const steps = listRunSteps();

  it('are each run by a test here, or said why not; no other is named', () => {
    const tests = readRepositoryFiles(['__tests__/cicd']).map(({ text }) => text);
    const named = new Set(
      tests.flatMap((text) => Array.from(text.matchAll(/\brunStep\(\s*'([^']+)'/g), ([, key = '']) => key)),
    );
    const wordsOf = ({ script, env }: RunStep) => JSON.stringify([script, env]);
    const run = new Set(steps.filter(({ key }) => named.has(key)).map(wordsOf));
    // The same script in the same environment need not run twice.
    const unrun = steps.filter((step) => !run.has(wordsOf(step))).map(({ key }) => key);
    expect(unrun.toSorted()).toEqual(Object.keys(unexecutedSteps).toSorted());
    const keys = steps.map(({ key }) => key);
    expect([...named].filter((key) => !keys.includes(key))).toEqual([]);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('name npm scripts that exist', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const named = steps.flatMap(({ script }) =>
      Array.from(script.matchAll(/\bnpm run (?:--silent )?([\w:-]+)/g), ([, name = '']) => name),
    );
    expect(named.length).toBeGreaterThan(10);
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
    const verify = readFileSync('scripts/verify.ts', 'utf8');
    // What is not run here for that reason.
    expect(scripts['types']).toBe('node node_modules/typescript7/bin/tsc --noEmit -p .');
    expect(verify).toContain("node, 'node_modules/typescript7/bin/tsc', '--noEmit', '-p', '.'");
    expect(scripts['lint']).toBe('oxlint --type-aware --deny-warnings');
    expect(verify).toContain("'node_modules/oxlint/bin/oxlint', '--type-aware', '--deny-warnings'");
  });

  it('get only expressions that something was given for', async () => {
    const run = runStep('release.yml > build > manifest', { folder });
    await expect(run).rejects.toThrow(/got no value of github.sha/);
  });
});

describe('pull-request.yml', () => {
  it('format: passes what is committed, fails a file that is not formatted', async () => {
    expect(await runStep('pull-request.yml > static > format', { folder })).toMatchObject({ status: 0 });
    change('main.ts', `${read('main.ts')}\n\n\nconst  a=1\n`);
    expect(await runStep('pull-request.yml > static > format', { folder })).toMatchObject({ status: 1 });
  });

  it('committed as synthesized: fails a changed file and a new one', async () => {
    const compare = () => runStep('pull-request.yml > synth > committed as synthesized', { folder });
    expect(await compare()).toEqual({ status: 0, output: '' });
    change('infra/environments/dev/main.tf.json', '{}\n');
    expect(await compare()).toMatchObject({ status: 1, output: expect.stringContaining('+{}') });
    for (const back of undo.splice(0)) back();
    change('infra/modules/new.tf.json', '{}\n');
    expect(await compare()).toMatchObject({ status: 1, output: expect.stringContaining('new.tf.json') });
  });

  it('scanners: all run to the end, and one finding fails them', async () => {
    change('scripts/planted.sh', '#!/bin/bash\nrm -rf $1/*\n');
    const step = 'hadolint, shellcheck, actionlint, zizmor, gitleaks';
    const { status, output } = await runStep(
      'pull-request.yml > scan > hadolint, shellcheck, actionlint, zizmor, gitleaks',
      {
        folder,
      },
    );
    expect(status).toBe(1);
    expect(output).toMatch(/FINDS {3}shellcheck\n[^]*SC2086/);
    for (const name of step.split(', ').filter((each) => each !== 'shellcheck'))
      expect(output).toContain(`clean   ${name}`);
  });

  it('checkov: fails a plan that opens a group to everybody', async () => {
    mkdirSync(inCopy('.tmp/plan'), { recursive: true });
    writeFileSync(inCopy('.tmp/plan/dev.json'), JSON.stringify(planOf(publicGroup)));
    const { status, output } = await runStep('pull-request.yml > plan > checkov', { folder });
    expect([status, output]).toEqual([1, expect.stringContaining('CKV_AWS_24 module.bad.aws_security_group.open')]);
  });

  describe('plan against what runs', () => {
    const digest = `sha256:${'ab'.repeat(32)}`;
    const certificate = 'arn:aws:acm:eu-central-1:111122223333:certificate/one';
    const plan = (aws: string, given = { 'vars.CERTIFICATE_ARN': certificate }) => {
      const programs = program('aws', aws);
      writeFileSync(path.join(programs, 'npm'), '#!/bin/bash\nprintf "npm %s\\n" "$*"\n');
      chmodSync(path.join(programs, 'npm'), 0o755);
      return runStep('pull-request.yml > plan > plan against what runs', { folder, programs, given });
    };

    it('takes the images of the task definitions', async () => {
      const answer = `[[ "$*" == *agent-runtime-dev-orbit* ]] && echo "host/agent-runtime-dev/orbit@${digest}" || echo "host/a@${digest}"`;
      expect(await plan(answer)).toEqual({
        status: 0,
        output:
          `npm run infra:plan -- dev --aws --var certificate_arn=${certificate} --var orbit_image_digest=${digest} ` +
          `--var axon_image_digest=${digest}\n`,
      });
    });

    it('plans images that do not exist where nothing runs, and fails when ecs does not say', async () => {
      const nothing = 'echo "An error occurred (ClientException): Unable to describe task definition." >&2; exit 254';
      expect(await plan(nothing)).toMatchObject({
        status: 0,
        output: expect.stringContaining(`--var orbit_image_digest=sha256:${'0'.repeat(64)} `),
      });
      const refused = await plan('echo "An error occurred (AccessDeniedException)" >&2; exit 254');
      expect(refused).toMatchObject({ status: 1, output: expect.stringContaining('AccessDeniedException') });
    });

    it('plans the base as well, checked out beside it and by its own programs; installs nothing once there are credentials', async () => {
      const programs = program('aws', `echo "host/a@${digest}"`);
      const log = path.join(temporaryFolder('npm'), 'calls');
      writeFileSync(path.join(programs, 'npm'), `#!/bin/bash\necho "\${PWD#"${folder}/"} $*" >>${log}\n`);
      chmodSync(path.join(programs, 'npm'), 0o755);
      const head = execFileSync('git', ['rev-parse', 'HEAD'], { cwd: folder, encoding: 'utf8' }).trim();
      const prepare = (base: string) =>
        runStep('pull-request.yml > plan > the base, ready to plan', {
          folder,
          programs,
          given: { 'github.event.pull_request.base.sha': base },
        });
      expect(await prepare(head)).toMatchObject({ status: 0 });
      expect(await prepare(head)).toMatchObject({ status: 0 });
      const given = { 'vars.CERTIFICATE_ARN': certificate };
      const planned = await runStep('pull-request.yml > plan > plan of the base', { folder, programs, given });
      expect(planned).toMatchObject({ status: 0 });
      const prepared = ['.tmp/base ci', '.tmp/base run bundle'];
      expect(readFileSync(log, 'utf8').trim().split('\n')).toEqual([
        ...prepared,
        ...prepared,
        expect.stringMatching(/^\.tmp\/base run infra:plan -- dev --aws /),
      ]);
      expect(await prepare('--help')).toMatchObject({
        status: 2,
        output: expect.stringContaining('got commit --help, expected 40 hex digits'),
      });
      const workflow = read('.github/workflows/pull-request.yml');
      expect(workflow.indexOf('prepare-base.sh')).toBeLessThan(workflow.indexOf('actions/assume-role'));
    });

    it('fails without a certificate', async () => {
      expect(await plan('exit 1', { 'vars.CERTIFICATE_ARN': '' })).toMatchObject({
        status: 1,
        output: expect.stringContaining('got no CERTIFICATE_ARN'),
      });
    });
  });
});

describe('release.yml', () => {
  const commit = 'c'.repeat(40);
  const given = { 'inputs.version || github.ref_name': 'v1.4.0', 'github.sha': commit };
  let registry: ImageRegistry;
  beforeAll(async () => {
    registry = await startImageRegistry();
  }, 300_000);
  afterAll(() => registry.stop());

  it('goes from built images to a registry, and stops at what the scan finds', async () => {
    const images = {
      orbit: writeOciLayout(inCopy('dist/images/orbit'), { content: 'orbit' }),
      axon: writeOciLayout(inCopy('dist/images/axon'), { content: 'axon' }),
    };
    const step = { folder, given };
    expect(await runStep('release.yml > build > archives of the functions', step)).toMatchObject({ status: 0 });
    expect(await runStep('release.yml > build > manifest', step)).toMatchObject({ status: 0 });
    expect(readCheckedManifest(inCopy('dist/release/release.json'))).toMatchObject({
      version: 'v1.4.0',
      commit,
      images,
    });

    const scan = (finds: boolean) =>
      runStep('release.yml > build > nothing high or critical that has a fix', {
        ...step,
        programs: stubTrivy({ control: true, images: finds }),
      });
    expect(await scan(true)).toMatchObject({ status: 1, output: expect.stringContaining('FINDS   orbit') });
    expect(await scan(false)).toMatchObject({ status: 0 });

    const pushed = await runStep('release.yml > publish > push what was scanned', {
      folder,
      given: { 'matrix.environment': 'staging', 'steps.registry.outputs.registry': registry.host },
    });
    expect(pushed).toMatchObject({
      status: 0,
      output: expect.stringContaining(
        `${registry.host}/${names('agent-runtime-staging').perService('axon')}@${images.axon}`,
      ),
    });
  });
});

const acme = 'governance/policies/acme.json';

describe('policy.yml', () => {
  it.each(['validate', 'lint', 'test'])('%s: passes what is committed, fails a policy that is none', async (step) => {
    const run = () =>
      step === 'validate'
        ? runStep('policy.yml > check > validate', { folder })
        : step === 'lint'
          ? runStep('policy.yml > check > lint', { folder })
          : runStep('policy.yml > check > test', { folder });
    expect(await run()).toMatchObject({ status: 0 });
    change(acme, read(acme).replace('"tenant"', '"tenants"'));
    expect(await run()).toMatchObject({ status: 1 });
  });

  it('compare with the base: says which decisions change, and that none does', async () => {
    const compare = () =>
      runStep('policy.yml > diff > compare with the base', {
        folder,
        given: { 'github.event.pull_request.base.sha': 'HEAD' },
      });
    expect(await compare()).toMatchObject({ status: 0 });
    expect(read('.tmp/policy-diff.md')).toContain('no decision changes');
    const document = JSON.parse(read(acme)) as { rules: { effect: string }[] };
    change(acme, JSON.stringify({ ...document, rules: document.rules.filter(({ effect }) => effect !== 'permit') }));
    expect(await compare()).toMatchObject({ status: 0 });
    expect(read('.tmp/policy-diff.md')).toMatch(/^### Decisions that change\n[^]*newly denied[^]*acme/);
  });
});

describe('deploy.yml and rollback.yml', () => {
  const check = { check: 'orbit_health', ok: true, durationMs: 1 };

  it('deploy a release, verify, roll a service back; a deployment that was undone fails the step', async () => {
    const server = await startCodeDeployServer();
    server.course = { states: [{ status: 'Succeeded' }] };
    server.verification = { status: 200, body: { ok: true, correlationId: 'smoke-1', checks: [check] } };
    mkdirSync(inCopy('dist/release'), { recursive: true });
    const { images } = readCheckedManifest(writeRelease(inCopy('dist/release')));
    const surroundings = {
      folder,
      given: {
        'inputs.environment': 'dev',
        'inputs.service': 'orbit',
        'inputs.revision': '',
        'steps.role.outputs.account-id': '000000000000',
        'vars.AWS_REGION': 'eu-central-1',
      },
      env: deployEnvironment(server),
    };
    const deployed = await runStep('deploy.yml > deploy > axon, governance, then orbit', surroundings);
    expect(deployed).toMatchObject({
      status: 0,
      output: expect.stringMatching(/agent-runtime-dev-orbit:5 has the traffic/),
    });
    expect(JSON.stringify(server.calls)).toContain(
      `000000000000.dkr.ecr.eu-central-1.amazonaws.com/agent-runtime-dev/axon@${images.axon}`,
    );
    const verified = await runStep('deploy.yml > deploy > verify', surroundings);
    expect(verified).toMatchObject({ status: 0, output: expect.stringContaining('1 of 1 passed') });
    const rollBack = (service: string, revision: string) =>
      runStep('rollback.yml > rollback > roll back', {
        ...surroundings,
        given: { ...surroundings.given, 'inputs.service': service, 'inputs.revision': revision },
      });
    expect(await rollBack('orbit', '')).toMatchObject({
      status: 0,
      output: expect.stringContaining('from agent-runtime-dev-orbit:5 back to agent-runtime-dev-orbit:4'),
    });
    expect(await rollBack('orbit', '3')).toMatchObject({
      status: 0,
      output: expect.stringContaining('from agent-runtime-dev-orbit:4 back to agent-runtime-dev-orbit:3'),
    });
    expect(await rollBack('governance', '')).toMatchObject({
      status: 0,
      output: expect.stringContaining('governance: from version 3 back to 2'),
    });
    server.course = { states: [{ status: 'Succeeded', rollbackInfo: { rollbackDeploymentId: 'd-undo' } }] };
    expect(await runStep('deploy.yml > deploy > axon, governance, then orbit', surroundings)).toMatchObject({
      status: 1,
    });
    server.verification = {
      status: 200,
      body: { ok: false, correlationId: 'smoke-2', checks: [{ ...check, ok: false }] },
    };
    expect(await runStep('rollback.yml > rollback > verify', surroundings)).toMatchObject({ status: 1 });
    await server.close();
  });
});

describe('policy-publish.yml and policy-rollback.yml', () => {
  it('test, say what would change, sign and publish into the environment, bring a revision back, and fail without rights', async () => {
    const account = await startDynamoAccount();
    const { prefix, table, keyAlias } = names('agent-runtime-prod');
    account.tables.createTable(table('policies'), ['tenant', 'revision']);
    const given = {
      'matrix.environment': 'prod',
      'inputs.environment': 'prod',
      'inputs.tenant': 'acme',
      'inputs.revision': '1',
      'vars.POLICY_PUBLISHER_KEYS': account.publisherKey,
    };
    const step = listRunSteps().find(({ key }) => key === 'policy-publish.yml > publish > sign and publish');
    expect(step?.env['POLICY_PUBLISHER_KEY']?.replace('${{ matrix.environment }}', 'prod')).toBe(
      keyAlias('policy-publisher'),
    );
    const as = (name: string) => {
      const { dynamodb, kms } = account.accountOf(name);
      return {
        folder,
        given,
        env: {
          AWS_REGION: account.region,
          AWS_ACCESS_KEY_ID: dynamodb.accessKeyId,
          AWS_SECRET_ACCESS_KEY: dynamodb.secretAccessKey,
          AWS_SESSION_TOKEN: dynamodb.sessionToken ?? '',
          AWS_ENDPOINT_URL_DYNAMODB: dynamodb.endpoint ?? '',
          AWS_ENDPOINT_URL_KMS: kms.endpoint ?? '',
          // The local keys have no aliases.
          POLICY_PUBLISHER_KEY: account.publisherKey,
        },
      };
    };
    const tested = await runStep('policy-publish.yml > publish > still valid, still tested', { folder, given });
    expect(tested).toMatchObject({ status: 0, output: expect.stringMatching(/\d+ passed, 0 failed/) });
    const shown = await runStep('policy-publish.yml > publish > what would change', as('publisher'));
    expect(shown).toMatchObject({ status: 0, output: expect.stringContaining('would be published, the first') });
    const held = () => [...account.tables.items(`${prefix}-governance-policies`).keys()];
    expect(held()).toEqual([]);
    const refused = await runStep('policy-publish.yml > publish > sign and publish', as('governance'));
    expect(refused).toMatchObject({ status: 1 });
    expect(held()).toEqual([]);
    const published = await runStep('policy-publish.yml > publish > sign and publish', as('publisher'));
    expect(published).toMatchObject({ status: 0, output: expect.stringContaining('tenant acme revision 1') });
    expect(held()).toContain('acme active');

    const second = JSON.parse(read(acme)) as { revision: number; description?: string };
    change(acme, JSON.stringify({ ...second, revision: 2, description: 'another' }));
    await runStep('policy-publish.yml > publish > sign and publish', as('publisher'));
    const back = 'published, after 2, with the content of revision 1';
    const asked = await runStep('policy-rollback.yml > rollback > what would change', as('publisher'));
    expect(asked).toMatchObject({ status: 0, output: expect.stringContaining(`would be ${back}`) });
    const denied = await runStep('policy-rollback.yml > rollback > sign and publish', as('governance'));
    expect(denied).toMatchObject({ status: 1 });
    const done = await runStep('policy-rollback.yml > rollback > sign and publish', as('publisher'));
    expect(done).toMatchObject({ status: 0, output: expect.stringContaining(back) });
  });
});
