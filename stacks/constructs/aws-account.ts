// Which account, region and partition Terraform runs in, and ARNs in it by name.
// Next: stacks/modules/kms.ts, whose key policies name roles before the roles exist.
import { DataAwsCallerIdentity } from '@cdktf/provider-aws/lib/data-aws-caller-identity/index.js';
import { DataAwsPartition } from '@cdktf/provider-aws/lib/data-aws-partition/index.js';
import { DataAwsRegion } from '@cdktf/provider-aws/lib/data-aws-region/index.js';
import { type Construct } from 'constructs';

/** The account that a module is applied in. All values are known at plan time. */
export interface AwsAccount {
  readonly id: string;
  readonly region: string;
  readonly partition: string;
  /** `arn:aws:iam::<account>:root`: every principal of the account that IAM admits. */
  readonly rootArn: string;
  roleArn(roleName: string): string;
  /** An ARN in this account and region. */
  arn(service: string, resource: string): string;
  /** The DNS suffix of a service for `kms:ViaService`, e.g. `secretsmanager.eu-central-1.amazonaws.com`. */
  viaService(service: string): string;
}

/** Reads the account once per module. */
export function awsAccount(scope: Construct): AwsAccount {
  const id = new DataAwsCallerIdentity(scope, 'current').accountId;
  const region = new DataAwsRegion(scope, 'current_region').name;
  const partition = new DataAwsPartition(scope, 'current_partition').partition;
  return {
    id,
    region,
    partition,
    rootArn: `arn:${partition}:iam::${id}:root`,
    roleArn: (roleName) => `arn:${partition}:iam::${id}:role/${roleName}`,
    arn: (service, resource) => `arn:${partition}:${service}:${region}:${id}:${resource}`,
    viaService: (service) => `${service}.${region}.amazonaws.com`,
  };
}
