// A service's claims: a container that can write nowhere and is nobody, deployed blue-green or rolling, scaled by load.
// Next: stacks/modules/ecs-service.ts.
import { App } from 'cdktf';
import { describe, expect, test } from 'vitest';
import { ecsService } from '../../../stacks/modules/ecs-service.ts';
import { type TerraformBlock } from '../../../stacks/terraform-json.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const app = new App({ stackTraces: false, outdir: temporaryFolder('ecs-service') });
const { resource = {}, locals = {}, variable = {} } = ecsService.synthesize(app).toConfiguration();
const container = locals['container'] as TerraformBlock;
const services = resource['aws_ecs_service'] ?? {};

describe('the container', () => {
  test('has a read-only root, no privileges, no capabilities, no root user, and an init process', () => {
    expect(container).toMatchObject({
      readonlyRootFilesystem: true,
      privileged: false,
      user: '65532',
      linuxParameters: { initProcessEnabled: true, capabilities: { drop: ['ALL'] } },
    });
  });

  test('is an image by digest', () => {
    expect(container['image']).toBe('${var.repository_url}@${var.image_digest}');
    expect(JSON.stringify(variable['image_digest']?.['validation'])).toContain('^sha256:[0-9a-f]{64}$');
  });

  test('gets no secret from the agent: a task reads its own', () => {
    expect(container).not.toHaveProperty('secrets');
  });

  test('has longer to stop than it drains: five seconds of delay and twenty-five for requests', () => {
    expect(container['stopTimeout']).toBeGreaterThan(30);
    expect(container['stopTimeout']).toBeLessThanOrEqual(120);
  });

  test('is asked for its health without a shell', () => {
    expect((container['healthCheck'] as { command: string[] }).command.slice(0, 3)).toEqual([
      'CMD',
      '/nodejs/bin/node',
      '-e',
    ]);
  });

  test('runs on arm64 in a network interface of its own', () => {
    for (const definition of Object.values(resource['aws_ecs_task_definition'] ?? {}))
      expect(definition).toMatchObject({
        network_mode: 'awsvpc',
        runtime_platform: { cpu_architecture: 'ARM64', operating_system_family: 'LINUX' },
      });
  });
});

describe('the service', () => {
  test('has no public address and no shell', () => {
    for (const service of Object.values(services))
      expect(service).toMatchObject({
        enable_execute_command: false,
        network_configuration: { assign_public_ip: false },
      });
  });

  test('is one of two: shifted by CodeDeploy, or rolled with circuit breaker and alarms', () => {
    expect(services['blue_green']).toMatchObject({
      count: '${var.deployment == "code-deploy" ? 1 : 0}',
      deployment_controller: { type: 'CODE_DEPLOY' },
      lifecycle: { ignore_changes: ['task_definition', 'load_balancer', 'desired_count'] },
    });
    expect(services['rolling']).toMatchObject({
      count: '${var.deployment == "rolling" ? 1 : 0}',
      deployment_controller: { type: 'ECS' },
      deployment_circuit_breaker: { enable: true, rollback: true },
      lifecycle: { ignore_changes: ['desired_count'] },
      dynamic: { alarms: { content: { rollback: true } } },
    });
  });

  test('with Service Connect serves in TLS by the private authority', () => {
    const dynamic = services['rolling']?.['dynamic'] as Record<string, { content: Record<string, unknown> }>;
    expect(JSON.stringify(dynamic['service_connect_configuration'])).toContain('aws_pca_authority_arn');
  });
});

describe('scaling', () => {
  test('follows what is configured, but where a schedule moves it', () => {
    const targets = resource['aws_appautoscaling_target'] ?? {};
    const figures = { min_capacity: '${var.min_tasks}', max_capacity: '${var.max_tasks}' };
    expect(targets).toMatchObject({
      tasks: { ...figures, count: '${var.office_hours != null ? 1 : 0}' },
      tasks_always: { ...figures, count: '${var.office_hours == null ? 1 : 0}' },
    });
    expect(targets['tasks']?.['lifecycle']).toEqual({ ignore_changes: ['min_capacity', 'max_capacity'] });
    expect(targets['tasks_always']?.['lifecycle']).toBeUndefined();
  });

  test('follows CPU and memory at 70%', () => {
    const policies = Object.values(resource['aws_appautoscaling_policy'] ?? {});
    expect(policies).toHaveLength(2);
    for (const policy of policies)
      expect(policy).toMatchObject({ target_tracking_scaling_policy_configuration: { target_value: 70 } });
  });

  test('is from 2 to 10 tasks by default, and to none outside office hours where they are given', () => {
    expect(variable['min_tasks']).toMatchObject({ default: 2 });
    expect(variable['max_tasks']).toMatchObject({ default: 10 });
    expect(resource['aws_appautoscaling_scheduled_action']?.['office_hours_end']).toMatchObject({
      count: '${var.office_hours != null ? 1 : 0}',
      scalable_target_action: { min_capacity: '0', max_capacity: '0' },
    });
  });
});
