// What Governance, rotation, smoke and CodeDeploy may do, and what they may not.
// Next: stacks/modules/iam/function-roles.ts.
import { describe, expect, test } from 'vitest';
import { services } from '../../../../stacks/naming.ts';
import {
  arn,
  configurations,
  functionArn,
  keyArn,
  keyPolicyOf,
  may,
  ofSecret,
  ofTable,
  optionalPolicyOf,
  policiesOf,
  prefix,
  roleArn,
  secretArn,
  secretPolicyOf,
  tableArn,
  via,
} from '../../../support/account-policies.ts';
import { evaluateAccess, type Verdict } from '../../../support/iam-evaluator.ts';

const yes: Verdict = { allowed: true };

describe('Governance', () => {
  const sha256 = { 'kms:SigningAlgorithm': 'ECDSA_SHA_256' };

  test('reads policies, and cannot write one', () => {
    for (const action of ['GetItem', 'Query'])
      expect(may('governance', `dynamodb:${action}`, tableArn('policies'))).toBe(true);
    for (const action of ['PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem', 'Scan'])
      expect(may('governance', `dynamodb:${action}`, tableArn('policies')), action).toBe(false);
  });

  test('counts quotas, and touches no other table', () => {
    expect(may('governance', 'dynamodb:UpdateItem', tableArn('quotas'))).toBe(true);
    for (const action of ['GetItem', 'PutItem', 'DeleteItem'])
      expect(may('governance', `dynamodb:${action}`, tableArn('quotas')), action).toBe(false);
    expect(may('governance', 'dynamodb:UpdateItem', tableArn('grants'))).toBe(false);
    expect(may('governance', 'kms:Decrypt', keyArn('governance'), ofTable('quotas'))).toBe(true);
    expect(may('governance', 'kms:Decrypt', keyArn('governance'), ofTable('grants'))).toBe(false);
  });

  test('signs with one key, and cannot publish', () => {
    expect(may('governance', 'kms:Sign', keyArn('governance-signing'), sha256)).toBe(true);
    expect(may('governance', 'kms:Sign', keyArn('policy-publisher'), sha256)).toBe(false);
    expect(may('governance', 'kms:GetPublicKey', keyArn('policy-publisher'))).toBe(true);
  });

  test('reads no secret', () => {
    for (const service of services) {
      expect(may('governance', 'secretsmanager:GetSecretValue', secretArn(service))).toBe(false);
      expect(may('governance', 'kms:Decrypt', keyArn(service), ofSecret(secretArn(service)))).toBe(false);
    }
  });
});

describe('the rotation function', () => {
  test('renews the two secrets through every lock, and no other secret', () => {
    const policies = policiesOf('secrets-rotation');
    const caller = { role: roleArn('secrets-rotation') };
    for (const service of services) {
      for (const action of ['DescribeSecret', 'GetSecretValue', 'PutSecretValue', 'UpdateSecretVersionStage'])
        expect(
          evaluateAccess(
            { caller, action: `secretsmanager:${action}`, resource: secretArn(service) },
            { ...policies, resource: secretPolicyOf(service) },
          ),
          action,
        ).toEqual(yes);
      for (const action of ['kms:Decrypt', 'kms:GenerateDataKey'])
        expect(
          evaluateAccess(
            { caller, action, resource: keyArn(service), context: ofSecret(secretArn(service)) },
            { ...policies, key: keyPolicyOf(service) },
          ),
          action,
        ).toEqual(yes);
    }
    expect(may('secrets-rotation', 'secretsmanager:GetSecretValue', arn('secretsmanager', 'secret:other-aB3xYz'))).toBe(
      false,
    );
    expect(
      may(
        'secrets-rotation',
        'secretsmanager:GetSecretValue',
        arn('secretsmanager', `secret:${prefix}/orbit-2-aB3xYz`),
      ),
    ).toBe(false);
  });

  test.each(['governance', 'secrets-rotation'] as const)(
    'as %s keeps what failed in the encrypted queue, or Lambda refuses the destination',
    (workload) => {
      const queue = arn('sqs', `${prefix}-governance-dead-letters`);
      expect(may(workload, 'sqs:SendMessage', queue)).toBe(true);
      expect(may(workload, 'sqs:ReceiveMessage', queue)).toBe(false);
      for (const action of ['kms:Decrypt', 'kms:GenerateDataKey']) {
        const request = {
          caller: { role: roleArn(workload) },
          action,
          resource: keyArn('governance'),
          context: via('sqs'),
        };
        expect(evaluateAccess(request, { ...policiesOf(workload), key: keyPolicyOf('governance') }), action).toEqual(
          yes,
        );
      }
    },
  );
});

describe('a function in the VPC', () => {
  const create = 'ec2:CreateNetworkInterface';
  const networkInterface = arn('ec2', 'network-interface/eni-0123456789abcdef0');
  const fromCode = { 'lambda:SourceFunctionArn': functionArn('governance') };

  test.each(['governance', 'secrets-rotation'] as const)('%s has network interfaces by option only', (workload) => {
    expect(may(workload, create, networkInterface)).toBe(false);
    const { identity, boundary } = policiesOf(workload);
    const withOption = { identity: [...identity, optionalPolicyOf(workload, 'network_interfaces')], boundary };
    const request = { caller: { role: roleArn(workload) }, action: create, resource: networkInterface };
    expect(evaluateAccess(request, withOption)).toEqual(yes);
    expect(evaluateAccess({ ...request, context: fromCode }, withOption)).toMatchObject({ denial: 'explicit' });
    const policy =
      configurations.iam.resource?.['aws_iam_role_policy']?.[`${workload.replaceAll('-', '_')}_network_interfaces`];
    expect(policy).toMatchObject({ count: '${var.functions_in_vpc ? 1 : 0}' });
  });

  test('the smoke function has them always, and its code never', () => {
    expect(may('smoke', create, networkInterface)).toBe(true);
    expect(may('smoke', create, networkInterface, fromCode)).toBe(false);
  });
});

test('traces are sent by option only', () => {
  for (const workload of ['orbit', 'axon', 'governance'] as const) {
    expect(may(workload, 'xray:PutTraceSegments', '*'), workload).toBe(false);
    const { identity, boundary } = policiesOf(workload);
    const request = { caller: { role: roleArn(workload) }, action: 'xray:PutTraceSegments', resource: '*' };
    expect(
      evaluateAccess(request, { identity: [...identity, optionalPolicyOf(workload, 'tracing')], boundary }),
    ).toEqual(yes);
  }
});

describe('CodeDeploy', () => {
  test('passes the roles of the tasks, to tasks', () => {
    const pass = (name: string, service: string) =>
      may('codedeploy', 'iam:PassRole', roleArn(name), { 'iam:PassedToService': service });
    for (const name of ['orbit', 'axon', 'execution-orbit', 'execution-axon'])
      expect(pass(name, 'ecs-tasks.amazonaws.com'), name).toBe(true);
    expect(pass('orbit', 'lambda.amazonaws.com')).toBe(false);
    expect(pass('governance', 'ecs-tasks.amazonaws.com')).toBe(false);
    expect(pass('github-actions-infra', 'ecs-tasks.amazonaws.com')).toBe(false);
  });

  test('shifts the listeners and services of this environment', () => {
    const listener = (name: string) =>
      arn('elasticloadbalancing', `listener/app/${name}/0123456789abcdef/0123456789abcdef`);
    expect(may('codedeploy', 'elasticloadbalancing:ModifyListener', listener(`${prefix}-alb`))).toBe(true);
    expect(may('codedeploy', 'elasticloadbalancing:ModifyListener', listener('another-alb'))).toBe(false);
    const taskSet = (cluster: string) => arn('ecs', `task-set/${cluster}/${prefix}-orbit/ecs-svc/1`);
    expect(may('codedeploy', 'ecs:CreateTaskSet', taskSet(`${prefix}-cluster`))).toBe(true);
    expect(may('codedeploy', 'ecs:CreateTaskSet', taskSet('another-cluster'))).toBe(false);
    expect(may('codedeploy', 'lambda:InvokeFunction', functionArn('smoke'))).toBe(true);
    expect(may('codedeploy', 'lambda:InvokeFunction', functionArn('governance'))).toBe(false);
  });
});

describe('the smoke function', () => {
  const credentials = arn('secretsmanager', `secret:${prefix}/smoke-aB3xYz`);

  test('asks Governance by its own alias alone', () => {
    expect(may('smoke', 'lambda:InvokeFunction', functionArn('governance:smoke'))).toBe(true);
    for (const other of ['governance', 'governance:orbit', 'governance:live', 'secrets-rotation', 'smoke'])
      expect(may('smoke', 'lambda:InvokeFunction', functionArn(other)), other).toBe(false);
    for (const other of ['orbit', 'axon', 'governance', 'secrets-rotation', 'codedeploy'] as const)
      expect(may(other, 'lambda:InvokeFunction', functionArn('governance:smoke')), other).toBe(false);
  });

  test('reads its own credentials, and no secret of a service', () => {
    expect(may('smoke', 'secretsmanager:GetSecretValue', credentials)).toBe(true);
    expect(may('smoke', 'kms:Decrypt', keyArn('governance'), ofSecret(credentials))).toBe(true);
    for (const service of services) {
      expect(may('smoke', 'secretsmanager:GetSecretValue', secretArn(service)), service).toBe(false);
      expect(may('smoke', 'kms:Decrypt', keyArn('governance'), ofSecret(secretArn(service))), service).toBe(false);
    }
    expect(may('smoke', 'secretsmanager:PutSecretValue', credentials)).toBe(false);
    for (const other of ['orbit', 'axon', 'governance', 'secrets-rotation'] as const)
      expect(may(other, 'secretsmanager:GetSecretValue', credentials), other).toBe(false);
  });

  test('reports on deployments of this environment, and starts none', () => {
    const group = (app: string) => arn('codedeploy', `deploymentgroup:${app}/${prefix}-orbit`);
    const report = 'codedeploy:PutLifecycleEventHookExecutionStatus';
    expect(may('smoke', report, group(`${prefix}-services`))).toBe(true);
    expect(may('smoke', report, group('another-services'))).toBe(false);
    expect(may('smoke', 'codedeploy:CreateDeployment', group(`${prefix}-services`))).toBe(false);
  });
});
