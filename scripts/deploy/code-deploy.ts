// A deployment of CodeDeploy: begun, followed to its end, and believed only when it was not rolled back.
// Next: scripts/deploy/service.ts and scripts/deploy/function.ts, which begin one; scripts/deploy/history.ts, which reads them.
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { AwsError } from '../../services/shared/aws.ts';
import { type CallAws } from './aws.ts';
import { describeDeployment } from './history.ts';

/** What is deployed where. `appSpec` is an AppSpec in JSON. */
export interface DeploymentOrder {
  readonly applicationName: string;
  readonly deploymentGroupName: string;
  readonly appSpec: Readonly<Record<string, unknown>>;
  /** What had the traffic, and what is to have it: a rollback reads it. */
  readonly from: string;
  readonly to: string;
  /** Whether it brings back what was there before. @defaultValue false */
  readonly isRollback?: boolean;
  /** Another configuration than the group's. */
  readonly deploymentConfigName?: string;
}

/** How it is followed. */
export interface FollowOptions {
  readonly say: (line: string) => void;
  /** Between two looks, in milliseconds. */
  readonly intervalMs: number;
}
type Following = FollowOptions & { readonly untilMs: number };

/** Then a deployment is left to itself and counts as failed. */
const limitMs = 3_600_000;

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

/**
 * Begins a deployment and waits until it has ended, and with it the one that undoes it where there is one.
 *
 * A deployment that CodeDeploy undid is a failure, whatever is said of the deployment that undid it: the mistake of
 * aws-actions/amazon-ecs-deploy-task-definition before 2.6.2 was to look at the state alone.
 *
 * @throws Error with the status and CodeDeploy's reason unless it succeeded and was not rolled back
 */
export async function runDeployment(callAws: CallAws, order: DeploymentOrder, options: FollowOptions): Promise<void> {
  const following = { ...options, untilMs: Date.now() + limitMs };
  const deploymentId = await begin(callAws, order, following);
  const { status, errorInformation, rollbackInfo } = await end(callAws, deploymentId, following);
  const undone = rollbackInfo?.rollbackDeploymentId;
  if (status === 'Succeeded' && undone === undefined) return;
  const reasons = [errorInformation?.code, errorInformation?.message, rollbackInfo?.rollbackMessage];
  const failure = `deployment ${deploymentId}: ${[status, ...reasons].filter(Boolean).join(': ')}`;
  if (undone === undefined) throw new Error(failure);
  const back = await end(callAws, undone, following);
  throw new Error(`${failure}; rolled back by ${undone}, which ${back.status.toLowerCase()}`);
}

/** A group has one deployment at a time, and is free when that has ended. */
async function begin(
  callAws: CallAws,
  order: DeploymentOrder,
  { say, intervalMs, untilMs }: Following,
): Promise<string> {
  const { applicationName, deploymentGroupName, appSpec, deploymentConfigName } = order;
  for (let isTold = false; ; isTold = true) {
    try {
      const answer = await callAws('codedeploy', 'CreateDeployment', {
        applicationName,
        deploymentGroupName,
        description: describeDeployment(order),
        revision: { revisionType: 'AppSpecContent', appSpecContent: { content: JSON.stringify(appSpec) } },
        ...(deploymentConfigName === undefined ? {} : { deploymentConfigName }),
      });
      return Begun.parse(answer).deploymentId;
    } catch (error) {
      const isBusy = error instanceof AwsError && error.type === 'DeploymentLimitExceededException';
      if (!isBusy || Date.now() >= untilMs) throw error;
      if (!isTold) say(`${deploymentGroupName}: another deployment is under way`);
      await sleep(intervalMs);
    }
  }
}

async function end(callAws: CallAws, deploymentId: string, { say, intervalMs, untilMs }: Following) {
  let last = '';
  for (;;) {
    const answer = Asked.parse(await callAws('codedeploy', 'GetDeployment', { deploymentId }));
    const { status } = answer.deploymentInfo;
    if (status !== last) say(`${deploymentId} ${status}`);
    last = status;
    if (ended.has(status)) return answer.deploymentInfo;
    if (Date.now() >= untilMs)
      throw new Error(`deployment ${deploymentId}: got ${status} for too long, expected an end; it goes on by itself`);
    await sleep(intervalMs);
  }
}
