// The dev server as its user runs it: a governed request, the script of cases, edits, a taken port, and Ctrl-C.
// Next: services/local/main.ts.
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { access, cp, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { verifyAudit } from '../../governance/lambda/audit-verify.ts';
import { shippedPolicies } from '../support/in-process-runtime.ts';

const root = path.resolve(import.meta.dirname, '../..');
const names = ['ORBIT', 'AXON', 'MESH', 'TOKENS', 'LAMBDA', 'KMS', 'DYNAMODB', 'CREDENTIALS', 'SECRETS'];
const freePorts = Object.fromEntries(names.map((name) => [`LOCAL_${name}_PORT`, '0']));
let folder: string;

interface DevServer {
  readonly process: ChildProcess;
  output: string;
  readonly ended: Promise<number | null>;
}

function startDevServer(settings: Record<string, string> = {}): DevServer {
  const env = {
    PATH: process.env['PATH'] ?? '',
    ...freePorts,
    LOCAL_POLICY_FOLDER: path.join(folder, 'policies'),
    LOCAL_STATE_FILE: path.join(folder, 'local.env'),
    LOCAL_GRANT_SECONDS: '1',
    ...settings,
  };
  const child = spawn(process.execPath, ['services/local/main.ts'], {
    cwd: root,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const server: DevServer = {
    process: child,
    output: '',
    ended: new Promise((resolve) => child.once('exit', (code) => resolve(code))),
  };
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => (server.output += chunk.toString()));
  return server;
}

const orbitUrl = ({ output }: DevServer) => /^ {2}orbit +(http\S+)$/m.exec(output)?.[1] ?? '';
const tokenUrl = ({ output }: DevServer) => `${/^ {2}tokens +(http\S+)$/m.exec(output)?.[1] ?? ''}/token`;

async function dispatch(
  server: DevServer,
  tenant: string,
  body: object,
): Promise<{ status: number; json: Record<string, unknown> }> {
  const issued = (await (
    await fetch(tokenUrl(server), { method: 'POST', body: JSON.stringify({ subject: 'user:ada', tenant }) })
  ).json()) as { access_token: string };
  const response = await fetch(`${orbitUrl(server)}/dispatch`, {
    method: 'POST',
    headers: { authorization: `Bearer ${issued.access_token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: response.status, json: (await response.json()) as Record<string, unknown> };
}

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'dev-server-'));
  await cp(shippedPolicies, path.join(folder, 'policies'), { recursive: true });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('the dev server', () => {
  let server: DevServer;
  beforeAll(async () => {
    server = startDevServer();
    await vi.waitFor(() => expect(server.output).toContain('It was just answered with'), {
      timeout: 20_000,
      interval: 50,
    });
  });
  afterAll(async () => {
    server.process.kill('SIGKILL');
    await server.ended;
  });

  it('shows one governed request with its decision, and how to make it', () => {
    expect(server.output).toContain('It was just answered with 200');
    expect(server.output).toContain('"reason": "permitted"');
    expect(server.output).toMatch(/curl -s http:\/\/127\.0\.0\.1:\d+\/dispatch/);
  });

  it('prints a request that works as it is pasted', async () => {
    const command = /for you to paste:\n\n([\s\S]+?)\n\nIt was/.exec(server.output)?.[1] ?? 'false';
    const answer = await run('bash', ['-c', command]);
    expect(JSON.parse(answer.stdout)).toMatchObject({
      result: { model: 'heartbeat' },
      decision: { reason: 'permitted' },
    });
  });

  it('stands every case of scripts/test-governance.sh', async () => {
    const { stdout, code } = await run('bash', ['scripts/test-governance.sh', '--env', path.join(folder, 'local.env')]);
    expect(stdout).toContain('13 of 13 as expected');
    expect(code).toBe(0);
  });

  it('has the script fail on any difference', async () => {
    const state = await readFile(path.join(folder, 'local.env'), 'utf8');
    await writeFile(
      path.join(folder, 'wrong.env'),
      state.replace(/^AXON_DIRECT_URL=.*$/m, `AXON_DIRECT_URL=${orbitUrl(server)}`),
      { mode: 0o600 },
    );
    const { stdout, code } = await run('bash', ['scripts/test-governance.sh', '--env', path.join(folder, 'wrong.env')]);
    expect(stdout).toMatch(/FAIL {2}direct call to axon without grant +expected 401 grant_missing, got 404 not_found/);
    expect(code).toBe(1);
  });

  it('lets only its owner read what plays Orbit’s part', async () => {
    expect((await stat(path.join(folder, 'local.env'))).mode & 0o077).toBe(0);
  });

  it('follows an edited policy, and keeps the last good one when an edit is broken', async () => {
    const file = path.join(folder, 'policies/default.json');
    const policy = JSON.parse(await readFile(file, 'utf8')) as { revision: number; rules: object[] };
    const call = { intent: 'check_reasoning' };
    expect((await dispatch(server, 'default', call)).status).toBe(200);
    const closed = {
      ...policy,
      revision: policy.revision + 1,
      rules: [...policy.rules, { id: 'closed', effect: 'forbid', services: ['*'], intents: ['check_reasoning'] }],
    };
    await writeFile(file, JSON.stringify(closed));
    await vi.waitFor(
      async () =>
        expect((await dispatch(server, 'default', call)).json).toMatchObject({
          code: 'forbidden_by_rule',
          rule: 'closed',
        }),
      { timeout: 5000 },
    );
    await writeFile(file, JSON.stringify({ ...closed, revision: 9, rules: [{ ...policy.rules[0], effect: 'alow' }] }));
    await vi.waitFor(() => expect(server.output).toContain('revision 2 serves on'), { timeout: 5000 });
    expect(server.output).toContain(String.raw`rules[0].effect: got \"alow\", expected \"permit\" or \"forbid\"`);
    expect((await dispatch(server, 'default', call)).json).toMatchObject({ code: 'forbidden_by_rule', rule: 'closed' });
  });

  it('writes logs of JSON without a token, a prompt or an output', () => {
    const lines = server.output.split('\n').filter((line) => line.startsWith('{"'));
    expect(lines.length).toBeGreaterThan(20);
    for (const line of lines)
      expect(JSON.parse(line)).toMatchObject({
        level: expect.any(String),
        service: expect.any(String),
        message: expect.any(String),
        timestamp: expect.any(String),
      });
    const text = lines.join('\n');
    for (const secret of ['Is anybody there?', 'Heartbeat: ', 'eyJ', 'ASIA', 'Bearer'])
      expect(text).not.toContain(secret);
  });

  it('ends everything within a second of Ctrl-C, its audit trail attested', async () => {
    const startedMs = performance.now();
    server.process.kill('SIGINT');
    expect(await server.ended).toBe(0);
    expect(performance.now() - startedMs).toBeLessThan(1000);
    await expect(fetch(`${orbitUrl(server)}/health`)).rejects.toThrow('fetch failed');
    await expect(access(path.join(folder, 'local.env'))).rejects.toThrow('ENOENT');
    const audit = server.output.split('\n').filter((line) => line.includes('"chain":'));
    expect(JSON.parse(audit.at(-1) ?? '{}')).toMatchObject({ message: 'checkpoint' });
    // The key died with the process, so the checkpoints cannot be checked here; the chain can.
    expect(
      verifyAudit(audit, new Map()).problems.filter(({ problem }) => !problem.includes('signature does not verify')),
    ).toEqual([]);
  });
});

describe('what keeps it from starting is said in a line, not a stack trace', () => {
  it('a port that is taken', async () => {
    const taken = createServer();
    const port = await new Promise<number>((resolve) =>
      taken.listen(0, '127.0.0.1', () => resolve((taken.address() as { port: number }).port)),
    );
    const server = startDevServer({ LOCAL_KMS_PORT: String(port) });
    expect(await server.ended).toBe(1);
    taken.close();
    expect(server.output).toContain(
      `kms: got port ${port}, which is taken, expected a free port; set LOCAL_KMS_PORT or stop what holds it`,
    );
    expect(server.output).not.toMatch(/^\s+at /m);
  });

  it('a port of a service that is taken', async () => {
    const taken = createServer();
    const port = await new Promise<number>((resolve) =>
      taken.listen(0, '127.0.0.1', () => resolve((taken.address() as { port: number }).port)),
    );
    const server = startDevServer({ LOCAL_ORBIT_PORT: String(port) });
    expect(await server.ended).toBe(1);
    taken.close();
    expect(server.output).toContain(`${port}, which is taken`);
    expect(server.output).not.toMatch(/^\s+at /m);
  });

  it('settings that do not fit, all at once', async () => {
    const server = startDevServer({ LOCAL_ORBIT_PORT: 'eighty', LOCAL_GRANT_SECONDS: '99' });
    expect(await server.ended).toBe(1);
    expect(server.output).toMatch(/LOCAL_ORBIT_PORT.*\n.*LOCAL_GRANT_SECONDS/);
    expect(server.output).not.toMatch(/^\s+at /m);
  });

  it('a policy that is broken from the start denies and says why', async () => {
    await cp(path.join(folder, 'policies'), path.join(folder, 'broken'), { recursive: true });
    await writeFile(path.join(folder, 'broken/default.json'), '{"format": 2}');
    const server = startDevServer({ LOCAL_POLICY_FOLDER: path.join(folder, 'broken') });
    await vi.waitFor(() => expect(server.output).toContain('It was just answered with 403'), { timeout: 20_000 });
    expect(server.output).toContain('policy_invalid');
    expect(server.output).toContain('format: got 2, expected 1');
    server.process.kill('SIGTERM');
    expect(await server.ended).toBe(0);
  });
});

function run(command: string, args: string[]): Promise<{ stdout: string; code: number }> {
  return new Promise((resolve) => {
    execFile(command, args, { cwd: root, env: { PATH: process.env['PATH'] }, timeout: 60_000 }, (error, stdout) =>
      resolve({ stdout, code: error ? Number(error.code ?? 1) : 0 }),
    );
  });
}
