// scripts/bootstrap.sh on an emulated account: what it plans, makes, mends, and refuses to touch.
// Next: scripts/bootstrap.sh, the script under test.
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Emulator, startEmulator } from '../support/emulator/start.ts';
import { installPythonTool } from '../support/python-tool.ts';
import { repositoryRoot } from '../support/repository-files.ts';

const run = promisify(execFile);
const bucket = 'agent-runtime-dev-terraform-state';
const role = 'agent-runtime-dev-bootstrap';
const target = ['--environment', 'dev', '--region', 'eu-central-1', '--repository', 'example/agent-runtime'];

let account: Emulator;
let environment: Record<string, string>;
beforeAll(async () => {
  const tools = path.dirname(await installPythonTool('aws'));
  account = await startEmulator();
  // The CLI takes an empty profile for the name of one.
  const { AWS_PROFILE: _, ...emulated } = account.environment;
  environment = { ...emulated, PATH: `${tools}:${process.env['PATH']}` };
}, 300_000);
afterAll(() => account.stop());

/** What the script printed, and its exit code. */
async function bootstrap(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const script = path.join(repositoryRoot, 'scripts/bootstrap.sh');
  const done = run('bash', [script, ...args], { env: environment });
  return done.then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    (failure: { code: number; stdout: string; stderr: string }) => failure,
  );
}

async function aws(...args: string[]): Promise<unknown> {
  const { stdout } = await run('aws', [...args, '--output', 'json'], { env: environment });
  return stdout === '' ? null : JSON.parse(stdout);
}

/** How many lines of each kind. */
function kinds(stdout: string): Record<string, number> {
  const found = stdout.match(/^(?:ok|would|made) /gmu) ?? [];
  return Object.fromEntries(
    ['ok', 'would', 'made'].map((kind) => [kind, found.filter((line) => line.startsWith(kind)).length]),
  );
}

describe('an empty account', { timeout: 120_000 }, () => {
  test('a plan names eleven things to make, and makes none', async () => {
    const planned = await bootstrap(...target);
    expect(planned.stderr).toBe('');
    expect(planned.code).toBe(0);
    expect(kinds(planned.stdout)).toEqual({ ok: 0, would: 11, made: 0 });
    expect(planned.stdout).toContain('nothing was changed');
    expect(await aws('s3api', 'list-buckets', '--query', 'Buckets')).toEqual([]);
    expect(await aws('iam', 'list-roles', '--query', 'Roles')).toEqual([]);
    expect(await aws('kms', 'list-aliases', '--query', `Aliases[?AliasName=='alias/${bucket}']`)).toEqual([]);
  });

  test('applied, they are there, and the configuration to write is printed', async () => {
    const made = await bootstrap(...target, '--apply');
    expect(made.stderr).toBe('');
    // The role's trust comes with the role.
    expect(kinds(made.stdout)).toEqual({ ok: 1, would: 0, made: 10 });
    expect(made.stdout).toContain(`state: { bucket: '${bucket}', region: 'eu-central-1', kmsKeyArn: 'arn:aws:kms:`);
    // As the configuration takes it: the ARN is made of it.
    expect(made.stdout).toContain(`keyAdministrators: ['${role}']`);
    expect(await aws('s3api', 'get-bucket-versioning', '--bucket', bucket)).toMatchObject({ Status: 'Enabled' });
    expect(await aws('s3api', 'get-public-access-block', '--bucket', bucket)).toMatchObject({
      PublicAccessBlockConfiguration: { BlockPublicPolicy: true, RestrictPublicBuckets: true },
    });
  });

  test('only one GitHub environment of one repository may assume the role', async () => {
    const document = await aws('iam', 'get-role', '--role-name', role, '--query', 'Role.AssumeRolePolicyDocument');
    expect(document).toEqual({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Action: 'sts:AssumeRoleWithWebIdentity',
          Principal: { Federated: 'arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com' },
          Condition: {
            StringEquals: {
              'token.actions.githubusercontent.com:aud': 'sts.amazonaws.com',
              'token.actions.githubusercontent.com:sub': 'repo:example/agent-runtime:environment:dev-bootstrap',
            },
          },
        },
      ],
    });
  });

  test('applied again, what somebody opened is shut, and nothing else is touched', async () => {
    await aws('s3api', 'delete-public-access-block', '--bucket', bucket);
    const open = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Principal":"*"}]}';
    await aws('iam', 'update-assume-role-policy', '--role-name', role, '--policy-document', open);
    const mended = await bootstrap(...target, '--apply');
    expect(mended.stdout).toContain('made     the bucket is not public\n');
    expect(mended.stdout).toContain('made     the role is assumed by example/agent-runtime in GitHub environment');
    expect(kinds(mended.stdout)).toEqual({ ok: 9, would: 0, made: 2 });
  });

  test("somebody's own bucket policy is not overwritten", async () => {
    const theirs = `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:PutObject","Resource":"arn:aws:s3:::${bucket}/*"}]}`;
    await aws('s3api', 'put-bucket-policy', '--bucket', bucket, '--policy', theirs);
    const refused = await bootstrap(...target, '--apply');
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain(`policy of bucket ${bucket}: got another one`);
    expect(await aws('s3api', 'get-bucket-policy', '--bucket', bucket, '--query', 'Policy')).toBe(theirs);
    await aws('s3api', 'delete-bucket-policy', '--bucket', bucket);
  });

  test('the role is removed by plan and apply, and stays removed', async () => {
    const planned = await bootstrap(...target, '--remove-role');
    expect(planned.stdout).toContain(`would    role ${role} is gone`);
    expect(await aws('iam', 'list-roles', '--query', 'Roles[].RoleName')).toEqual([role]);
    expect((await bootstrap(...target, '--remove-role', '--apply')).stdout).toContain(`made     role ${role} is gone`);
    expect((await bootstrap(...target, '--remove-role', '--apply')).stdout).toContain(`ok       role ${role} is gone`);
    expect(await aws('s3api', 'list-buckets', '--query', 'Buckets[].Name')).toEqual([bucket]);
  });
});

test('an answer that is an error is not taken for absence', async () => {
  const { AWS_ENDPOINT_URL: reachable = '' } = environment;
  environment = { ...environment, AWS_ENDPOINT_URL: 'http://127.0.0.1:9', AWS_MAX_ATTEMPTS: '1' };
  const failed = await bootstrap(...target, '--apply');
  environment = { ...environment, AWS_ENDPOINT_URL: reachable };
  expect(failed.code).toBe(1);
  expect(failed.stderr).toMatch(/^aws sts get-caller-identity: .*Could not connect/u);
  expect(failed.stdout).toBe('');
});

test.each([
  [[], '--environment: got "", expected lowercase letters'],
  [[...target, '--region', 'Frankfurt'], '--region: got "Frankfurt", expected a region'],
  [[...target, '--repository', 'agent-runtime'], '--repository: got "agent-runtime", expected owner/name'],
  [[...target, '--repository', 'a/b"c'], '--repository: got "a/b"c", expected owner/name'],
  [['--environment'], '--environment: got nothing after it, expected a value'],
  [['--yes'], 'got "--yes", expected one of the options'],
])('%j is wrong usage', async (args, message) => {
  const refused = await bootstrap(...args);
  expect(refused).toMatchObject({ code: 2, stdout: '' });
  expect(refused.stderr).toContain(message);
});
