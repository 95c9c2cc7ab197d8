// What each role may do, who becomes it, what bounds it.
// Next: stacks/modules/iam.ts.
import { describe, expect, test } from 'vitest';
import { services, type Workload, workloads } from '../../../stacks/naming.ts';
import {
  accountId,
  arn,
  configurations,
  functionArn,
  keyArn,
  may,
  modelArn,
  ofTable,
  open,
  policiesOf,
  prefix,
  roleArn,
  secretArn,
  tableArn,
  trustOf,
} from '../../support/account-policies.ts';
import { type RequestContext } from '../../support/iam-conditions.ts';
import { evaluateAccess } from '../../support/iam-evaluator.ts';

describe.each(workloads)('the role of %s', (workload) => {
  const name = workload.replaceAll('-', '_');
  const role = configurations.iam.resource?.['aws_iam_role']?.[name];

  test('has its name and a boundary of its own', () => {
    expect(role).toMatchObject({
      name: `\${var.name_prefix}-${workload}-role`,
      permissions_boundary: `\${aws_iam_policy.${name}_boundary.arn}`,
    });
    expect(configurations.iam.resource?.['aws_iam_policy']?.[`${name}_boundary`]).toMatchObject({
      name: `\${var.name_prefix}-${workload}-boundary`,
    });
  });

  test('gains nothing by a policy that is added to it later', () => {
    const { boundary } = policiesOf(workload);
    for (const [action, resource] of [
      ['iam:CreateUser', '*'],
      ['iam:DeleteRolePermissionsBoundary', roleArn(workload)],
      ['sts:AssumeRole', roleArn('github-actions-infra')],
      ['kms:PutKeyPolicy', keyArn('orbit')],
      ['kms:Sign', keyArn('policy-publisher')],
      ['dynamodb:PutItem', tableArn('policies')],
      ['s3:GetObject', 'arn:aws:s3:::anything/at-all'],
    ] as const)
      expect(
        evaluateAccess({ caller: { role: roleArn(workload) }, action, resource }, { identity: [open], boundary }),
        action,
      ).toEqual({ allowed: false, denial: 'implicit', by: 'boundary' });
  });

  test('names every action', () => {
    const { identity, boundary } = policiesOf(workload);
    const allowed = [...identity, boundary]
      .flatMap(({ Statement }) => Statement)
      .filter(({ Effect }) => Effect === 'Allow')
      .flatMap(({ Action = [] }) => Action);
    expect(allowed).not.toEqual([]);
    expect(allowed.filter((action) => action.includes('*'))).toEqual([]);
  });
});

describe('a role is assumed by its service, for this account', () => {
  const tasks = 'ecs-tasks.amazonaws.com';
  const lambda = 'lambda.amazonaws.com';
  const codedeploy = 'codedeploy.amazonaws.com';
  const from = (source: string, account = accountId): RequestContext => ({
    'aws:SourceAccount': account,
    'aws:SourceArn': source,
  });
  const task = arn('ecs', `task/${prefix}-cluster/1`);
  const group = arn('codedeploy', `deploymentgroup:${prefix}-services/${prefix}-orbit`);
  const foreign = (source: string) => from(source.replace(accountId, '444455556666'), '444455556666');
  test.each<[Workload, string, RequestContext, boolean]>([
    ...(['orbit', 'axon', 'execution-orbit', 'execution-axon'] as const).flatMap(
      (workload): [Workload, string, RequestContext, boolean][] => [
        [workload, tasks, from(task), true],
        [workload, tasks, foreign(task), false],
        [workload, tasks, from(task, '444455556666'), false],
        [workload, tasks, {}, false],
        [workload, lambda, from(task), false],
      ],
    ),
    ...(['governance', 'secrets-rotation', 'smoke'] as const).flatMap(
      (workload): [Workload, string, RequestContext, boolean][] => [
        [workload, lambda, from(functionArn(workload)), true],
        [workload, lambda, from(`${functionArn(workload)}:7`), true],
        // Lambda does not always say for whom it asks.
        [workload, lambda, {}, true],
        [workload, lambda, from(functionArn('other')), false],
        [workload, lambda, foreign(functionArn(workload)), false],
        [workload, tasks, from(functionArn(workload)), false],
      ],
    ),
    ['codedeploy', codedeploy, from(group), true],
    ['codedeploy', codedeploy, foreign(group), false],
    ['codedeploy', codedeploy, from(arn('codedeploy', 'deploymentgroup:another/one')), false],
    ['codedeploy', codedeploy, {}, false],
  ])('%s by %s with %j: %s', (workload, service, context, expected) => {
    const request = { caller: { service }, action: 'sts:AssumeRole', resource: roleArn(workload), context };
    expect(evaluateAccess(request, { resource: trustOf(workload) }).allowed).toBe(expected);
  });

  test('and by no role, not even of this account', () => {
    for (const workload of workloads)
      expect(
        evaluateAccess(
          { caller: { role: roleArn('github-actions-infra') }, action: 'sts:AssumeRole', resource: roleArn(workload) },
          { resource: trustOf(workload) },
        ).allowed,
        workload,
      ).toBe(false);
  });
});

describe('Orbit', () => {
  const axonInMesh = (path: string) => arn('vpc-lattice', `service/svc-0123456789abcdef0${path}`);
  const method = (name: string): RequestContext => ({ 'vpc-lattice-svcs:RequestMethod': name });

  test('asks Governance by its own alias, and by nothing else', () => {
    expect(may('orbit', 'lambda:InvokeFunction', `${functionArn('governance')}:orbit`)).toBe(true);
    for (const resource of [
      functionArn('governance'),
      `${functionArn('governance')}:live`,
      `${functionArn('governance')}:axon`,
      `${functionArn('governance')}:1`,
      `${functionArn('governance')}:$LATEST`,
      `${functionArn('secrets-rotation')}:orbit`,
    ])
      expect(may('orbit', 'lambda:InvokeFunction', resource), resource).toBe(false);
  });

  test('calls what Axon offers in the mesh, in the methods it offers', () => {
    const invoke = 'vpc-lattice-svcs:Invoke';
    expect(may('orbit', invoke, axonInMesh('/reason'), method('POST'))).toBe(true);
    expect(may('orbit', invoke, axonInMesh('/reason'), method('GET'))).toBe(true);
    expect(may('orbit', invoke, axonInMesh('/reason'), method('DELETE'))).toBe(false);
    expect(may('orbit', invoke, axonInMesh('/reason'))).toBe(false);
    expect(may('orbit', invoke, axonInMesh('/health'), method('GET'))).toBe(false);
    expect(may('orbit', invoke, axonInMesh('/reason').replace(accountId, '444455556666'), method('GET'))).toBe(false);
  });

  test('signs nothing, invokes no model, reads no table', () => {
    expect(may('orbit', 'kms:Sign', keyArn('governance-signing'))).toBe(false);
    expect(may('orbit', 'bedrock:InvokeModel', modelArn)).toBe(false);
    expect(may('orbit', 'dynamodb:GetItem', tableArn('policies'))).toBe(false);
  });
});

describe('Axon', () => {
  test('invokes the configured models and no other', () => {
    expect(may('axon', 'bedrock:InvokeModel', modelArn)).toBe(true);
    expect(may('axon', 'bedrock:InvokeModelWithResponseStream', modelArn)).toBe(true);
    expect(may('axon', 'bedrock:InvokeModel', `${modelArn}-2`)).toBe(false);
  });

  test('records spent grants, which it can neither read back nor remove', () => {
    expect(may('axon', 'dynamodb:PutItem', tableArn('grants'))).toBe(true);
    expect(may('axon', 'kms:Decrypt', keyArn('governance'), ofTable('grants'))).toBe(true);
    for (const action of ['GetItem', 'DeleteItem', 'UpdateItem', 'Scan'])
      expect(may('axon', `dynamodb:${action}`, tableArn('grants')), action).toBe(false);
    expect(may('axon', 'kms:Decrypt', keyArn('governance'), ofTable('policies'))).toBe(false);
    expect(may('axon', 'kms:Decrypt', keyArn('governance'))).toBe(false);
  });

  test('verifies certificates, and cannot make one', () => {
    expect(may('axon', 'kms:GetPublicKey', keyArn('governance-signing'))).toBe(true);
    expect(may('axon', 'kms:Sign', keyArn('governance-signing'))).toBe(false);
    expect(may('axon', 'lambda:InvokeFunction', `${functionArn('governance')}:orbit`)).toBe(false);
  });
});

test.each(services)('the execution role of %s pulls its own image and opens its own log streams', (service) => {
  const workload = `execution-${service}` as const;
  const other = service === 'orbit' ? 'axon' : 'orbit';
  const stream = (name: string) => arn('logs', `log-group:/ecs/${prefix}-${name}:log-stream:${name}/1`);
  expect(may(workload, 'ecr:BatchGetImage', arn('ecr', `repository/${prefix}/${service}`))).toBe(true);
  expect(may(workload, 'ecr:BatchGetImage', arn('ecr', `repository/${prefix}/${other}`))).toBe(false);
  expect(may(workload, 'ecr:PutImage', arn('ecr', `repository/${prefix}/${service}`))).toBe(false);
  expect(may(workload, 'logs:PutLogEvents', stream(service))).toBe(true);
  expect(may(workload, 'logs:PutLogEvents', stream(other))).toBe(false);
  expect(may(workload, 'secretsmanager:GetSecretValue', secretArn(service))).toBe(false);
});
