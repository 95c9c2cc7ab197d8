// Tells CodeDeploy how a lifecycle hook ended.
// Next: services/shared/aws.ts, which signs and sends the call.
import { setTimeout as sleep } from 'node:timers/promises';
import { AwsError, callAwsJson, type CredentialSource } from '../shared/aws.ts';

/** How a hook ended. */
export interface HookReport {
  readonly deploymentId: string;
  readonly hookExecutionId: string;
  readonly status: 'Succeeded' | 'Failed';
}

/** Reports to CodeDeploy. @throws AwsError when CodeDeploy does not take the report */
export type ReportStatus = (report: HookReport) => Promise<void>;

/** Where CodeDeploy is and who reports. */
export interface CodeDeployAccess {
  readonly region: string;
  readonly endpoint?: string | undefined;
  readonly credentials: CredentialSource;
  /** For all attempts, milliseconds. */
  readonly timeoutMs: number;
}

const attemptsMost = 3;
const pauseMs = 100;

/**
 * By `PutLifecycleEventHookExecutionStatus`
 * (https://docs.aws.amazon.com/codedeploy/latest/APIReference/API_PutLifecycleEventHookExecutionStatus.html); safe to
 * repeat, so what may succeed later is tried again.
 */
export function createReportStatus({ region, endpoint, credentials, timeoutMs }: CodeDeployAccess): ReportStatus {
  const attemptMs = Math.max(1, Math.floor(timeoutMs / attemptsMost) - pauseMs);
  return async function reportStatus({ deploymentId, hookExecutionId, status }) {
    for (let attempt = 1; ; attempt += 1) {
      try {
        await callAwsJson({
          service: 'codedeploy',
          target: 'CodeDeploy_20141006.PutLifecycleEventHookExecutionStatus',
          region,
          endpoint,
          credentials,
          body: { deploymentId, lifecycleEventHookExecutionId: hookExecutionId, status },
          timeoutMs: attemptMs,
        });
        return;
      } catch (error) {
        if (attempt === attemptsMost || !(error instanceof AwsError) || !error.retryable) throw error;
        await sleep(pauseMs);
      }
    }
  };
}
