// A deployment of CodeDeploy: begun, followed to its end, and believed only when it was not rolled back.
// Next: scripts/deploy/service.ts and scripts/deploy/function.ts, which begin one.
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { type CallAws } from './aws.ts';

/** What is deployed where. `appSpec` is an AppSpec in JSON. */
export interface DeploymentOrder {
  readonly applicationName: string;
  readonly deploymentGroupName: string;
  readonly appSpec: Readonly<Record<string, unknown>>;
  readonly description: string;
  /** Another configuration than the group's. */
  readonly deploymentConfigName?: string;
}

/** How it is followed. */
export interface FollowOptions {
  readonly say: (line: string) => void;
  /** In milliseconds. @defaultValue ten seconds */
  readonly intervalMs?: number;
  /** In milliseconds; then the deployment is left to itself and counts as failed. @defaultValue an hour */
  readonly limitMs?: number;
}

const Begun = z.object({ deploymentId: z.string().min(1) });
const Asked = z.object({
  deploymentInfo: z.object({
    status: z.string(),
    errorInformation: z.object({ code: z.string().optional(), message: z.string().optional() }).optional(),
    rollbackInfo: z
      .object({ rollbackDeploymentId: z.string().optional(), rollbackMessage: z.string().optional() })
      .optional(),
  }),
});
/** How a deployment ends; every other status goes on (https://docs.aws.amazon.com/codedeploy/latest/APIReference/API_DeploymentInfo.html). */
const ended = new Set(['Succeeded', 'Failed', 'Stopped']);

/** Begins a deployment. @returns its id */
export async function beginDeployment(callAws: CallAws, order: DeploymentOrder): Promise<string> {
  const { applicationName, deploymentGroupName, appSpec, description, deploymentConfigName } = order;
  const answer = await callAws('codedeploy', 'CreateDeployment', {
    applicationName,
    deploymentGroupName,
    description,
    revision: { revisionType: 'AppSpecContent', appSpecContent: { content: JSON.stringify(appSpec) } },
    ...(deploymentConfigName === undefined ? {} : { deploymentConfigName }),
  });
  return Begun.parse(answer).deploymentId;
}

/**
 * Waits until a deployment has ended.
 *
 * A deployment that CodeDeploy undid is a failure, whatever is said of the deployment that undid it: the mistake of
 * aws-actions/amazon-ecs-deploy-task-definition before 2.6.2 was to look at the state alone.
 *
 * @throws Error with the status and CodeDeploy's reason unless it succeeded and was not rolled back
 */
export async function followDeployment(callAws: CallAws, deploymentId: string, options: FollowOptions): Promise<void> {
  const { say, intervalMs = 10_000, limitMs = 3_600_000 } = options;
  const untilMs = Date.now() + limitMs;
  let last = '';
  for (;;) {
    const answer = Asked.parse(await callAws('codedeploy', 'GetDeployment', { deploymentId }));
    const { status, errorInformation, rollbackInfo } = answer.deploymentInfo;
    if (status !== last) say(`${deploymentId} ${status}`);
    last = status;
    const undone = rollbackInfo?.rollbackDeploymentId;
    if (ended.has(status) || undone !== undefined) {
      if (status === 'Succeeded' && undone === undefined) return;
      const reasons = [errorInformation?.code, errorInformation?.message, rollbackInfo?.rollbackMessage];
      const back = undone === undefined ? '' : `, rolled back by ${undone}`;
      throw new Error(`deployment ${deploymentId}: ${[`${status}${back}`, ...reasons].filter(Boolean).join(': ')}`);
    }
    if (Date.now() >= untilMs)
      throw new Error(
        `deployment ${deploymentId}: ${status} after ${limitMs / 1000} s, expected an end; it goes on by itself`,
      );
    await sleep(intervalMs);
  }
}
