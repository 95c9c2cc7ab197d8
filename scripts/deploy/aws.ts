// The calls to AWS that a deployment makes: signed, bounded, and repeated when AWS asks for patience.
// Next: scripts/deploy/code-deploy.ts.
import { setTimeout as sleep } from 'node:timers/promises';
import { type CredentialSource } from '../../services/shared/aws-credentials.ts';
import { AwsError, callAwsJson } from '../../services/shared/aws.ts';

/** Services of JSON protocol 1.1 that are asked, with the prefix of their operations. */
const prefixes = { ecs: 'AmazonEC2ContainerServiceV20141113', codedeploy: 'CodeDeploy_20141006' } as const;

/** Calls an operation; its answer is unchecked. @throws AwsError */
export type CallAws = (
  service: keyof typeof prefixes,
  operation: string,
  body: Readonly<Record<string, unknown>>,
) => Promise<unknown>;

/** Where AWS is and who calls. */
export interface AwsCallOptions {
  readonly region: string;
  /** One address for every service, as AWS_ENDPOINT_URL has it. */
  readonly endpoint?: string | undefined;
  readonly credentials: CredentialSource;
  /** Pauses between tries, in milliseconds. @defaultValue 1, 2, 4 and 8 seconds */
  readonly pausesMs?: readonly number[];
}

const timeoutMs = 30_000;

/** Makes the caller. What AWS throttles or fails is tried again; `clientToken`s make that safe where something is begun. */
export function createAwsCaller(options: AwsCallOptions): CallAws {
  const { region, endpoint, credentials, pausesMs = [1000, 2000, 4000, 8000] } = options;
  return async function callAws(service, operation, body) {
    for (const pauseMs of [...pausesMs, null]) {
      try {
        const target = `${prefixes[service]}.${operation}`;
        return await callAwsJson({ service, target, body, region, endpoint, credentials, timeoutMs });
      } catch (error) {
        if (pauseMs === null || !(error instanceof AwsError) || !error.retryable) throw error;
        await sleep(pauseMs);
      }
    }
    throw new Error('got no try, expected one');
  };
}
