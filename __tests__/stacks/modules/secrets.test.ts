// A secret per service: who may touch it, what Terraform knows of it, and the function that renews it.
// Next: stacks/modules/secrets.ts.
import { describe, expect, test } from 'vitest';
import { RotationEnvironment } from '../../../services/rotation/config.ts';
import { services, workloads } from '../../../stacks/naming.ts';
import {
  accountId,
  administratorArn,
  configurations,
  keyArn,
  keyPolicyOf,
  ofSecret,
  open,
  region,
  roleArn,
  secretArn,
  secretPolicyOf,
} from '../../support/account-policies.ts';
import { evaluateAccess, type Verdict } from '../../support/iam-evaluator.ts';
import { evaluateTemplate } from '../../support/terraform-template.ts';

const { resource = {} } = configurations.secrets;
const others = [
  ...workloads,
  'github-actions-infra',
  'github-actions-app',
  'github-actions-plan',
  'service-connect-tls',
];

describe.each(services)('the secret of %s', (service) => {
  /** What the secret's own policy says, with IAM opened. */
  const judge = (role: string, action: string): Verdict =>
    evaluateAccess(
      { caller: { role }, action: `secretsmanager:${action}`, resource: secretArn(service) },
      { identity: [open], resource: secretPolicyOf(service) },
    );

  test('is encrypted with its own key', () => {
    expect(resource['aws_secretsmanager_secret']?.[service]).toMatchObject({
      name: `\${var.name_prefix}/${service}`,
      kms_key_id: `\${var.${service}_key_arn}`,
      recovery_window_in_days: '${var.recovery_window_days}',
    });
    expect(resource['aws_secretsmanager_secret_policy']?.[`${service}_policy`]).toMatchObject({
      secret_arn: `\${aws_secretsmanager_secret.${service}.arn}`,
      block_public_policy: true,
    });
  });

  test('is read by its service and the rotation function, by nobody else, administrators included', () => {
    for (const role of others) {
      const isReader = role === service || role === 'secrets-rotation';
      expect(judge(roleArn(role), 'GetSecretValue').allowed, role).toBe(isReader);
      expect(judge(roleArn(role), 'BatchGetSecretValue').allowed, role).toBe(isReader);
    }
    const person = `arn:aws:iam::${accountId}:role/Administrator`;
    expect(judge(person, 'GetSecretValue')).toMatchObject({ denial: 'explicit', by: 'resource' });
    const stranger = roleArn(service).replace(accountId, '444455556666');
    expect(judge(stranger, 'GetSecretValue')).toMatchObject({ denial: 'explicit', by: 'resource' });
  });

  test('gets values from the rotation function alone', () => {
    for (const action of ['PutSecretValue', 'UpdateSecretVersionStage', 'ReplicateSecretToRegions'])
      for (const role of others)
        expect(judge(roleArn(role), action).allowed, `${role} ${action}`).toBe(role === 'secrets-rotation');
  });

  test('is managed by Terraform without its value', () => {
    for (const action of [
      'DescribeSecret',
      'GetResourcePolicy',
      'PutResourcePolicy',
      'TagResource',
      'RotateSecret',
      'DeleteSecret',
    ])
      expect(judge(administratorArn, action), action).toEqual({ allowed: true });
    // What the provider calls to read aws_secretsmanager_secret_version, even write-only: it is denied, so there is none.
    expect(judge(administratorArn, 'GetSecretValue').allowed).toBe(false);
    expect(Object.keys(resource)).not.toContain('aws_secretsmanager_secret_version');
    expect(JSON.stringify(configurations.secrets)).not.toMatch(/secret_string|random_password/);
  });

  test('is changed by administrators, who cannot write a value that way: its key denies them', () => {
    expect(judge(administratorArn, 'UpdateSecret')).toEqual({ allowed: true });
    expect(judge(roleArn(service), 'UpdateSecret')).toMatchObject({ denial: 'explicit', by: 'resource' });
    for (const action of ['kms:GenerateDataKey', 'kms:Decrypt'])
      expect(
        evaluateAccess(
          {
            caller: { role: administratorArn },
            action,
            resource: keyArn(service),
            context: ofSecret(secretArn(service)),
          },
          { identity: [open], key: keyPolicyOf(service) },
        ),
        action,
      ).toEqual({ allowed: false, denial: 'implicit', by: 'key' });
  });

  test('is rotated on a schedule, once its policy stands and Secrets Manager may call the function for it', () => {
    expect(resource['aws_secretsmanager_secret_rotation']?.[`${service}_rotation`]).toMatchObject({
      secret_id: `\${aws_secretsmanager_secret.${service}.arn}`,
      rotation_lambda_arn: '${aws_lambda_function.rotation.arn}',
      rotate_immediately: '${var.rotate_immediately}',
      rotation_rules: { automatically_after_days: '${var.rotation_days}' },
      depends_on: [
        `aws_lambda_permission.rotation_of_${service}`,
        `aws_secretsmanager_secret_policy.${service}_policy`,
      ],
    });
    expect(resource['aws_lambda_permission']?.[`rotation_of_${service}`]).toMatchObject({
      principal: 'secretsmanager.amazonaws.com',
      action: 'lambda:InvokeFunction',
      source_account: '${data.aws_caller_identity.current.account_id}',
      source_arn: `\${aws_secretsmanager_secret.${service}.arn}`,
    });
  });
});

describe('the rotation function', () => {
  const rotation = resource['aws_lambda_function']?.['rotation'] ?? {};

  test('runs what it is given, encrypted, and never in crowds', () => {
    expect(rotation).toMatchObject({
      function_name: '${var.name_prefix}-secrets-rotation',
      role: '${var.rotation_role_arn}',
      runtime: 'nodejs22.x',
      architectures: ['arm64'],
      source_code_hash: '${filebase64sha256(var.rotation_package)}',
      reserved_concurrent_executions: 2,
      kms_key_arn: '${var.environment_key_arn}',
      vpc_config: { subnet_ids: '${var.subnet_ids}', security_group_ids: '${var.security_group_ids}' },
    });
  });

  test('finds its two secrets in its environment, in the form it reads', () => {
    const { variables } = rotation['environment'] as { variables: Record<string, string> };
    const filled = Object.entries(variables).map(([name, template]) => [
      name,
      evaluateTemplate(template, {
        'aws_secretsmanager_secret.orbit.arn': secretArn('orbit'),
        'aws_secretsmanager_secret.axon.arn': secretArn('axon'),
      })[0],
    ]);
    const ofLambda = { AWS_REGION: region, AWS_ACCESS_KEY_ID: 'x', AWS_SECRET_ACCESS_KEY: 'x' };
    const { ROTATION_SECRETS } = RotationEnvironment.parse({ ...ofLambda, ...Object.fromEntries(filled) });
    expect(ROTATION_SECRETS).toEqual(new Map(services.map((service) => [secretArn(service), service])));
  });

  test('keeps what failed', () => {
    expect(resource['aws_lambda_function_event_invoke_config']?.['rotation_failures']).toMatchObject({
      function_name: '${aws_lambda_function.rotation.function_name}',
      destination_config: { on_failure: { destination: '${var.dead_letter_queue_arn}' } },
    });
  });
});
