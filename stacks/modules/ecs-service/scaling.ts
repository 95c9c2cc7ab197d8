// Scaling: more tasks when CPU or memory is above 70%, and by option none outside office hours.
// Next: stacks/modules/observability.ts, which watches the same figures.
import { AppautoscalingPolicy } from '@cdktf/provider-aws/lib/appautoscaling-policy/index.js';
import { AppautoscalingScheduledAction } from '@cdktf/provider-aws/lib/appautoscaling-scheduled-action/index.js';
import { AppautoscalingTarget } from '@cdktf/provider-aws/lib/appautoscaling-target/index.js';
import { countWhen, text } from '../../expression.ts';
import { type ModuleStack } from '../../module-stack.ts';

/** What is scaled. */
export interface ScalingInput {
  readonly name: string;
  readonly cluster_name: string;
  readonly min_tasks: number;
  readonly max_tasks: number;
}

const targetPercent = 70;
/** Quick to add, slow to take away. */
const scaleOutSeconds = 60;
const scaleInSeconds = 300;

/** Adds the target, a policy per figure and the scheduled actions. */
export function addScaling(scope: ModuleStack, { name, cluster_name, min_tasks, max_tasks }: ScalingInput): void {
  const figures = {
    serviceNamespace: 'ecs',
    scalableDimension: 'ecs:service:DesiredCount',
    resourceId: `service/${cluster_name}/${text('one(concat(aws_ecs_service.blue_green[*].name, aws_ecs_service.rolling[*].name))')}`,
    minCapacity: min_tasks,
    maxCapacity: max_tasks,
  };
  // A schedule moves both, and Terraform cannot ignore an attribute by a condition: each has a resource.
  const scheduled = new AppautoscalingTarget(scope, 'tasks', {
    ...figures,
    count: countWhen('var.office_hours != null'),
    lifecycle: { ignoreChanges: ['min_capacity', 'max_capacity'] },
  });
  const always = new AppautoscalingTarget(scope, 'tasks_always', {
    ...figures,
    count: countWhen('var.office_hours == null'),
  });
  const of = {
    serviceNamespace: figures.serviceNamespace,
    scalableDimension: figures.scalableDimension,
    resourceId: text(`one(concat(${scheduled.fqn}[*].resource_id, ${always.fqn}[*].resource_id))`),
  };
  for (const [id, metric] of Object.entries({
    cpu: 'ECSServiceAverageCPUUtilization',
    memory: 'ECSServiceAverageMemoryUtilization',
  }))
    new AppautoscalingPolicy(scope, id, {
      ...of,
      name: `${name}-${id}`,
      policyType: 'TargetTrackingScaling',
      targetTrackingScalingPolicyConfiguration: {
        targetValue: targetPercent,
        scaleOutCooldown: scaleOutSeconds,
        scaleInCooldown: scaleInSeconds,
        predefinedMetricSpecification: { predefinedMetricType: metric },
      },
    });
  const hours = { start: { min: min_tasks, max: max_tasks }, end: { min: 0, max: 0 } };
  for (const [edge, { min, max }] of Object.entries(hours))
    new AppautoscalingScheduledAction(scope, `office_hours_${edge}`, {
      ...of,
      count: countWhen('var.office_hours != null'),
      name: `${name}-office-hours-${edge}`,
      schedule: `cron(0 ${text(`var.office_hours.${edge} % 24`)} ? * MON-FRI *)`,
      timezone: text('var.office_hours.timezone'),
      scalableTargetAction: { minCapacity: numberText(min), maxCapacity: numberText(max) },
    });
}

/** The provider takes these two as text. */
function numberText(value: number): string {
  return `${value}`;
}
