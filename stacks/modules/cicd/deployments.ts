// CodeDeploy: ten percent for five minutes, then everything; back by itself when an alarm rings.
// Next: stacks/modules/iam/function-roles.ts, CodeDeploy's own role.
import { CodedeployApp } from '@cdktf/provider-aws/lib/codedeploy-app/index.js';
import { CodedeployDeploymentConfig } from '@cdktf/provider-aws/lib/codedeploy-deployment-config/index.js';
import { CodedeployDeploymentGroup } from '@cdktf/provider-aws/lib/codedeploy-deployment-group/index.js';
import { boolean, countWhen, text } from '../../expression.ts';
import { type ModuleStack } from '../../module-stack.ts';
import { names, services } from '../../naming.ts';

/** Whose deployments. */
export interface DeploymentOptions {
  readonly prefix: string;
  readonly roleArn: string;
  readonly clusterName: string;
  readonly alarmNames: string[];
}

const canary = { percentage: 10, interval: 5 };
/** Blue stays this long after green took over, for a rollback in seconds. */
const blueStaysMinutes = 15;
const rollback = { enabled: true, events: ['DEPLOYMENT_FAILURE', 'DEPLOYMENT_STOP_ON_ALARM'] };

/** Adds the applications, the canary configuration and a group per service and one for Governance. */
export function addDeployments(scope: ModuleStack, options: DeploymentOptions): void {
  const { prefix, roleArn, clusterName, alarmNames } = options;
  const { named } = names(prefix);
  const count = countWhen('var.blue_green');
  const alarms = {
    enabled: boolean('length(var.alarm_names) > 0'),
    alarms: alarmNames,
    // Alarms that cannot be looked at stop a deployment.
    ignorePollAlarmFailure: false,
  };
  const app = new CodedeployApp(scope, 'services', { count, name: named('services'), computePlatform: 'ECS' });
  const config = new CodedeployDeploymentConfig(scope, 'canary', {
    count,
    deploymentConfigName: named('canary'),
    computePlatform: 'ECS',
    trafficRoutingConfig: { type: 'TimeBasedCanary', timeBasedCanary: canary },
  });
  for (const service of services)
    new CodedeployDeploymentGroup(scope, service, {
      count,
      appName: text(`one(${app.fqn}[*].name)`),
      deploymentGroupName: named(service),
      serviceRoleArn: roleArn,
      deploymentConfigName: text(`one(${config.fqn}[*].deployment_config_name)`),
      deploymentStyle: { deploymentOption: 'WITH_TRAFFIC_CONTROL', deploymentType: 'BLUE_GREEN' },
      ecsService: { clusterName, serviceName: text(`var.service_names.${service}`) },
      blueGreenDeploymentConfig: {
        deploymentReadyOption: { actionOnTimeout: 'CONTINUE_DEPLOYMENT' },
        terminateBlueInstancesOnDeploymentSuccess: {
          action: 'TERMINATE',
          terminationWaitTimeInMinutes: blueStaysMinutes,
        },
      },
      loadBalancerInfo: {
        targetGroupPairInfo: {
          prodTrafficRoute: { listenerArns: [text(`var.production_listener_arns.${service}`)] },
          testTrafficRoute: { listenerArns: [text(`var.test_listener_arns.${service}`)] },
          targetGroup: [
            { name: text(`var.blue_target_group_names.${service}`) },
            { name: text(`var.green_target_group_names.${service}`) },
          ],
        },
      },
      autoRollbackConfiguration: rollback,
      alarmConfiguration: alarms,
    });
  const functions = new CodedeployApp(scope, 'functions', { name: named('functions'), computePlatform: 'Lambda' });
  new CodedeployDeploymentGroup(scope, 'governance', {
    appName: functions.name,
    deploymentGroupName: named('governance'),
    serviceRoleArn: roleArn,
    deploymentConfigName: 'CodeDeployDefault.LambdaCanary10Percent5Minutes',
    deploymentStyle: { deploymentOption: 'WITH_TRAFFIC_CONTROL', deploymentType: 'BLUE_GREEN' },
    autoRollbackConfiguration: rollback,
    alarmConfiguration: alarms,
  });
}
