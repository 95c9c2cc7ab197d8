// What `drift.ts` says of a refresh: nothing, something, and never a sensitive value.
// Next: scripts/infra/drift.ts, the command.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { repositoryRoot } from '../../support/repository-files.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const opened = {
  address: 'module.alb.aws_lb_listener.orbit',
  type: 'aws_lb_listener',
  change: {
    actions: ['update'],
    before: { ssl_policy: 'ELBSecurityPolicy-TLS13-1-3-2021-06', token: 'before' },
    after: { ssl_policy: 'ELBSecurityPolicy-2016-08', token: 'after' },
    before_sensitive: { token: true },
    after_sensitive: { token: true },
  },
};
const removed = {
  address: 'aws_cloudwatch_metric_alarm.gone',
  type: 'aws_cloudwatch_metric_alarm',
  change: { actions: ['delete'], before: { alarm_name: 'gone' }, after: null },
};

function drift(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [path.join(repositoryRoot, 'scripts/infra/drift.ts'), ...args],
    { encoding: 'utf8' },
  );
  return { status, stdout, stderr };
}

function refreshOf(plan: unknown): string {
  const file = path.join(temporaryFolder('drift'), 'plan.json');
  writeFileSync(file, JSON.stringify(plan));
  return file;
}

test('says that nothing was changed', () => {
  expect(drift('dev', refreshOf({ format_version: '1.2' }))).toEqual({
    status: 0,
    stdout: 'dev: nothing was changed outside Terraform\n',
    stderr: '',
  });
});

test('names each resource and what of it, and ends with 3; a sensitive value is not printed', () => {
  const { status, stdout } = drift('dev', refreshOf({ format_version: '1.2', resource_drift: [opened, removed] }));
  expect(status).toBe(3);
  expect(stdout.split('\n')).toEqual([
    'dev: 2 resources changed outside Terraform',
    'module.alb.aws_lb_listener.orbit: update',
    '  ssl_policy: "ELBSecurityPolicy-TLS13-1-3-2021-06" -> "ELBSecurityPolicy-2016-08"',
    '  token: differs (sensitive)',
    'aws_cloudwatch_metric_alarm.gone: delete',
    '',
  ]);
});

const update = (address: string, before: object, after: object) => ({
  address,
  type: 'any',
  change: { actions: ['update'], before, after },
});
const released = [
  update('module.governance.aws_lambda_alias.caller["orbit"]', { function_version: '1' }, { function_version: '2' }),
  update(
    'module.governance.aws_lambda_function.governance',
    { code_sha256: 'one', version: '1' },
    { code_sha256: 'two', version: '2' },
  ),
  update('module.orbit.aws_ecs_service.blue_green[0]', { task_definition: 'a:1' }, { task_definition: 'a:2' }),
  update(
    'module.alb.aws_lb_listener.orbit_listener',
    { default_action: [{ target_group_arn: 'blue' }] },
    { default_action: [{ target_group_arn: 'green' }] },
  ),
];

test('what a release leaves is no drift, and is said', () => {
  const { status, stdout } = drift('dev', refreshOf({ format_version: '1.2', resource_drift: released }));
  expect(stdout.split('\n').slice(0, 3)).toEqual([
    'dev: nothing was changed outside Terraform',
    '',
    'no drift, since deployments and scaling move it: 4 resources',
  ]);
  expect(stdout).toContain('code_sha256: "one" -> "two"');
  expect(status).toBe(0);
});

test.each([
  [
    'the same resource, otherwise',
    update('module.governance.aws_lambda_alias.caller["orbit"]', { name: 'a' }, { name: 'b' }),
  ],
  [
    'a resource that is gone',
    { ...released[0], change: { actions: ['delete'], before: { function_version: '1' }, after: null } },
  ],
  [
    'code of a function that no release deploys',
    update('module.smoke.aws_lambda_function.smoke', { code_sha256: '1' }, { code_sha256: '2' }),
  ],
  [
    'the policy of the function',
    update(
      'module.governance.aws_lambda_function.governance',
      { role: 'a', version: '1' },
      { role: 'b', version: '2' },
    ),
  ],
  [
    'a service of another module',
    update('module.other.aws_ecs_service.blue_green[0]', { task_definition: '1' }, { task_definition: '2' }),
  ],
])('drift is %s', (_, changed) => {
  const { status, stdout } = drift('dev', refreshOf({ format_version: '1.2', resource_drift: [...released, changed] }));
  expect(status).toBe(3);
  expect(stdout).toMatch(/^dev: 1 resource changed outside Terraform\n/);
});

test('an environment that is not synthesized is refused', () => {
  const { status, stderr } = drift('nowhere', refreshOf({ format_version: '1.2' }));
  expect([status, stderr]).toEqual([
    1,
    expect.stringMatching(/environments\/nowhere\/main\.tf\.json, expected what synth writes/),
  ]);
});

test.each([
  [{}, 'format_version'],
  [{ format_version: '2.0' }, 'format_version: expected version 1'],
  [{ format_version: '1.2', resource_drift: [{ address: 'a' }] }, 'resource_drift.0.type'],
])('refuses %j, naming the field', (plan, named) => {
  const { status, stdout, stderr } = drift('dev', refreshOf(plan));
  expect([status, stdout]).toEqual([1, '']);
  expect(stderr).toContain(named);
});

test('asks for an environment and a file', () => {
  expect(drift('dev')).toMatchObject({ status: 2, stderr: 'usage: node scripts/infra/drift.ts ENV PLAN.json\n' });
});
