// The nightly look for drift: its step as GitHub runs it, and its issue, against an API on loopback.
// Next: scripts/infra/drift-issue.ts.
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { repositoryRoot } from '../support/repository-files.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { freshCopy, runStep } from '../support/workflow-steps.ts';

describe('look for drift', () => {
  let folder: string;
  let programs: string;
  beforeAll(async () => {
    folder = await freshCopy();
    programs = temporaryFolder('programs');
  });

  /** With a Terraform that shows this of a refresh. */
  async function look(shown: string, environment = 'dev') {
    const script = `[[ "$*" == *" show "* ]] && cat <<'PLAN'\n${shown}\nPLAN\n[[ "$*" == *" plan "* && "$*" != *-refresh-only* ]] && exit 9\nexit 0`;
    writeFileSync(path.join(programs, 'terraform'), `#!/bin/bash\n${script}\n`);
    chmodSync(path.join(programs, 'terraform'), 0o755);
    const outputs = path.join(temporaryFolder('outputs'), 'outputs');
    writeFileSync(outputs, '');
    const result = await runStep('drift.yml > drift > look for drift', {
      folder,
      programs,
      given: { 'matrix.environment': environment, 'vars.CERTIFICATE_ARN': 'arn:aws:acm:::certificate/one' },
      env: { GITHUB_OUTPUT: outputs },
    });
    return { ...result, outputs: readFileSync(outputs, 'utf8') };
  }
  const drifted = {
    address: 'aws_sqs_queue.jobs',
    type: 'aws_sqs_queue',
    change: { actions: ['update'], before: { delay_seconds: 0 }, after: { delay_seconds: 9 } },
  };

  it('says that nothing differs', async () => {
    const found = await look(JSON.stringify({ format_version: '1.2' }));
    expect(found).toMatchObject({ status: 0, outputs: 'drifted=false\n' });
  });

  it('says what differs, and goes on to the issue', async () => {
    const found = await look(JSON.stringify({ format_version: '1.2', resource_drift: [drifted] }));
    expect(found).toMatchObject({ status: 0, outputs: 'drifted=true\n' });
    expect(found.output).toContain('aws_sqs_queue.jobs: update\n  delay_seconds: 0 -> 9');
  });

  it('fails when it cannot look, and says neither', async () => {
    expect(await look('no JSON')).toMatchObject({ status: 1, outputs: '' });
    expect(await look('{}', 'Dev;')).toMatchObject({ status: 2, outputs: '' });
  });
});

describe('drift-issue', () => {
  interface Issue {
    number: number;
    title: string;
    body: string;
    state: string;
    labels: string[];
    user: { type: string };
    comments: string[];
  }
  const issues: Issue[] = [];
  let server: Server;
  beforeAll(async () => {
    // https://docs.github.com/en/rest/issues/issues
    server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { pathname, searchParams } = new URL(request.url ?? '', 'http://github');
        const content = (chunks.length > 0 ? JSON.parse(Buffer.concat(chunks).toString()) : {}) as Partial<Issue>;
        const [, number, tail] =
          /^\/repos\/example\/agent-runtime\/issues(?:\/(\d+)(\/comments)?)?$/.exec(pathname) ?? [];
        const one = issues.find((issue) => String(issue.number) === number);
        let found: unknown = issues
          .filter(({ state, labels }) => state === 'open' && labels.includes(searchParams.get('labels') ?? ''))
          .slice((Number(searchParams.get('page')) - 1) * 100, Number(searchParams.get('page')) * 100);
        if (request.method === 'POST' && tail !== undefined) found = one?.comments.push(content.body ?? '');
        else if (request.method === 'POST') found = open(content);
        else if (request.method === 'PATCH') found = Object.assign(one ?? {}, content);
        const allowed = request.headers.authorization === 'Bearer token-of-the-job';
        response.writeHead(allowed ? 200 : 403).end(JSON.stringify(allowed ? found : { message: 'no' }));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => server.close());
  beforeEach(() => void issues.splice(0));

  function open(content: Partial<Issue>, type = 'Bot'): Issue {
    const more = { number: issues.length + 1, state: 'open', user: { type }, comments: [] };
    issues.push({ title: '', body: '', labels: [], ...content, ...more });
    return issues.at(-1) as Issue;
  }

  function tell(
    drifted: boolean | string,
    report = 'dev: 1 resource',
    environment = 'dev',
    token = 'token-of-the-job',
  ) {
    const file = path.join(temporaryFolder('report'), 'report.txt');
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, report);
    return runStep('drift-issue > open or close the issue', {
      folder: repositoryRoot,
      given: {
        'github.token': token,
        'inputs.environment': environment,
        'inputs.report': file,
        'inputs.drifted': String(drifted),
      },
      env: {
        GITHUB_API_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
        GITHUB_REPOSITORY: 'example/agent-runtime',
      },
    });
  }

  it('opens one, writes it anew, and closes it', async () => {
    expect(await tell(false)).toMatchObject({ status: 0, output: 'no issue is open\n' });
    expect(await tell(true, 'first')).toMatchObject({ status: 0, output: 'opened issue 1\n' });
    expect(await tell(true, 'second')).toMatchObject({ status: 0, output: 'wrote issue 1 anew\n' });
    expect(issues).toMatchObject([{ title: 'Drift in dev', labels: ['drift'], state: 'open' }]);
    expect(issues[0]?.body).toContain('\n```text\nsecond\n```\n');
    expect(await tell(false)).toMatchObject({ status: 0, output: 'closed issue 1\n' });
    expect(issues).toMatchObject([{ state: 'closed', comments: ['Nothing differs any more.'] }]);
    expect(await tell(true)).toMatchObject({ output: 'opened issue 2\n' });
  });

  it('touches neither another environment’s nor a person’s', async () => {
    open({ title: 'Drift in dev', labels: ['drift'], body: 'mine' }, 'User');
    open({ title: 'Drift in prod', labels: ['drift'], body: 'of prod' });
    expect(await tell(true)).toMatchObject({ output: 'opened issue 3\n' });
    expect(await tell(false)).toMatchObject({ output: 'closed issue 3\n' });
    expect(issues.map(({ body, state }) => [body.slice(0, 7), state])).toMatchObject([
      ['mine', 'open'],
      ['of prod', 'open'],
      [expect.any(String), 'closed'],
    ]);
  });

  it('holds what a value says inside its fence, and cuts what GitHub would refuse', async () => {
    const hostile = 'tag: "```\n# all is well @everyone"\n'.repeat(5000);
    expect(await tell(true, hostile)).toMatchObject({ status: 0 });
    const body = issues[0]?.body ?? '';
    expect(body.length).toBeLessThanOrEqual(65_536);
    expect(body).toMatch(/\n````text\n[^]*… cut\n````\n$/);
    expect(body.match(/^````/gm)).toHaveLength(2);
  });

  it('fails with what GitHub said, and with what it does not understand', async () => {
    expect(await tell(true, 'x', 'dev', 'another')).toMatchObject({
      status: 1,
      output: expect.stringContaining('got 403 of GET issues'),
    });
    expect(await tell('maybe')).toMatchObject({ status: 2, output: expect.stringContaining('usage') });
    expect(await tell(true, 'x', 'dev/..')).toMatchObject({ status: 2 });
  });
});
