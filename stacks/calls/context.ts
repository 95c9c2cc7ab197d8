// What every module call of an environment needs: its configuration, its prefix, and what a release decides.
// Next: stacks/calls/foundation.ts, the first calls.
import { type EnvironmentConfig } from '../config/schema.ts';
import { type AwsAccount } from '../constructs/aws-account.ts';
import { type InputReference } from '../inputs.ts';
import { names } from '../naming.ts';

/** What a release decides, as references to the environment's variables. */
export type Release = Readonly<
  Record<
    | 'certificate_arn'
    | 'orbit_image_digest'
    | 'axon_image_digest'
    | 'governance_package'
    | 'rotation_package'
    | 'smoke_package',
    InputReference<string>
  >
>;

/** What every call needs. */
export interface CallContext {
  readonly config: EnvironmentConfig;
  readonly prefix: string;
  readonly release: Release;
  /** A reference to the environment's variable; null where nobody is paged. */
  readonly pagerDutyUrl: string | null;
}

/** Whether the environment keeps what it holds. */
export function isCritical({ criticality }: EnvironmentConfig): boolean {
  return criticality === 'critical';
}

/** CodeDeploy shifts services where there is a pipeline to ask it; it cannot shift Service Connect traffic. */
export function deploysBlueGreen({ mesh, delivery }: EnvironmentConfig): boolean {
  return mesh !== 'service-connect' && delivery !== null;
}

/** The roles that administer keys and secrets, and use neither: the infrastructure pipeline's and those of the configuration. */
export function administratorsOf(
  account: AwsAccount,
  { config, prefix }: Pick<CallContext, 'config' | 'prefix'>,
): string[] {
  return [names(prefix).role('github-actions-infra'), ...config.keyAdministrators].map((name) => account.roleArn(name));
}
